//! A scenario as a network that can run.

use super::begin::Beginning;
use crate::order::foresight::{self, inhabited};
use miette::{IntoDiagnostic, Result};
use skyweave_core::world::Gateway;
use skyweave_io::borders::Borders;
use skyweave_proof::UtcTime;
use skyweave_proof::log::merkle::Hash;
use skyweave_server::clock::SECOND_NS;
use skyweave_server::live::law::Inhabited;
use skyweave_server::live::world::Territory;
use skyweave_server::live::{Network, Setup};
use skyweave_server::orders::Foresee;
use skyweave_study::policies;
use std::path::PathBuf;
use std::sync::Arc;

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
        world: Arc::new(prepared.world),
        key,
        began,
        pace,
        territories,
        countries,
        tables,
        inhabited: Inhabited(inhabited()?),
    })
}

/// Orders are previewed in the network's own world and time.
pub fn foresight(live: &Arc<Network>, hash: Hash) -> Arc<dyn Foresee> {
    let world = Arc::clone(&live.world);
    let clock = Arc::clone(live);
    let slot_at = move |time: UtcTime| clock.clock.slot_of_wall(time.0 as i64 * SECOND_NS);
    Arc::new(foresight::World::shared(world, hash, Arc::clone(&live.inhabited().0)).with_time(slot_at))
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
