//! A scenario as a network that can run.

use super::begin::Beginning;
use miette::{IntoDiagnostic, Result};
use skyweave_core::world::Gateway;
use skyweave_io::borders::Borders;
use skyweave_server::live::Setup;
use skyweave_server::live::world::Territory;
use skyweave_study::policies;
use std::path::PathBuf;

/// What the network is made from.
pub fn setup(beginning: Beginning, tables: Option<PathBuf>) -> Result<Setup> {
    let Beginning { prepared, pace, began, key, .. } = beginning;
    let territories = match &prepared.service {
        Some(declared) => policies::territories(declared)?.iter().map(territory).collect(),
        None => Vec::new(),
    };
    let degrees = |gateway: &Gateway| {
        let at = gateway.place.geodetic;
        (at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees())
    };
    let borders = Borders::builtin().into_diagnostic()?;
    let countries = borders.names_at(prepared.world.gateways.iter().map(degrees));
    Ok(Setup {
        scenario: prepared.scenario.name.clone(),
        seed: prepared.scenario.seed,
        world: prepared.world,
        key,
        began,
        pace,
        territories,
        countries,
        tables,
    })
}

fn territory(territory: &skyweave_control::territory::Territory) -> Territory {
    let polygons = territory.polygons.iter().map(|polygon| {
        let rings = polygon.rings().map(|ring| {
            let corners = ring.iter().chain(ring.first());
            corners.map(|at| [f64::from(at.longitude_e7) / 1e7, f64::from(at.latitude_e7) / 1e7]).collect()
        });
        rings.collect()
    });
    Territory { name: territory.name.clone(), polygons: polygons.collect() }
}
