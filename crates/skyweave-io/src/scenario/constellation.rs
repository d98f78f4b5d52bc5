//! Satellites of a scenario: element files and Walker shells.

use super::area::Atlas;
use super::diagnostic::ScenarioError;
use super::format::{BuiltinShells, Constellation, Shell, ShellUse, WalkerPattern};
use crate::elements::{self, ElementSet};
use hifitime::Epoch;
use skyweave_core::elements::MeanElements;
use skyweave_core::math::wrap_turn;
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::world::{DesignPlace, ShellService};
use std::f64::consts::{PI, TAU};
use toml::Spanned;

/// The built-in shells, in the scenario's own words.
const SHELLS_2026: &str = include_str!("../../data/shells-2026.toml");
/// Catalogue numbers of described satellites start here: nine digits, far above any published one.
const FIRST_DESIGNED_NUMBER: u32 = 900_000_000;

/// All elements of a scenario, and what to tell the user about them.
pub struct Fleet {
    pub elements: Vec<(MeanElements, Option<DesignPlace>)>,
    pub warnings: Vec<String>,
}

#[derive(serde::Deserialize)]
struct ShellFile {
    shells: Vec<Shell>,
}

pub fn build(
    constellation: &Constellation,
    window: (Epoch, Epoch),
    atlas: &Atlas<'_>,
) -> Result<Fleet, ScenarioError> {
    let mut fleet = Fleet { elements: Vec::new(), warnings: Vec::new() };
    for file in &constellation.elements {
        let set = read(file, atlas)?;
        fleet.warnings.extend(set.epoch_warning(window.0, window.1));
        fleet.elements.extend(set.elements.into_iter().map(|e| (e, None)));
    }
    let mut shells = Vec::new();
    if let Some(BuiltinShells::Shells2026) = constellation.builtin {
        let file: ShellFile = toml::from_str(SHELLS_2026).map_err(|error| {
            atlas.source.fault(
                0..0,
                &format!("the built-in shells are damaged: {error}"),
                "in this build",
                "",
            )
        })?;
        shells.extend(file.shells);
    }
    shells.extend(constellation.shells.iter().cloned());
    let mut number = FIRST_DESIGNED_NUMBER;
    for (index, shell) in shells.iter().enumerate() {
        check(shell, atlas)?;
        let sets = walker(shell, index as u16, window.0, &mut number);
        fleet.elements.extend(sets);
    }
    if fleet.elements.is_empty() {
        return Err(atlas.source.fault(
            0..0,
            "the constellation is empty",
            "in this file",
            "accepted: `elements = [\"file\"]`, `builtin = \"shells-2026\"`, `[[constellation.shells]]`, or several of them",
        ));
    }
    Ok(fleet)
}

fn read(file: &Spanned<String>, atlas: &Atlas<'_>) -> Result<ElementSet, ScenarioError> {
    let path = atlas.folder.join(file.get_ref());
    if !path.exists() {
        return Err(atlas.source.fault(
            file.span(),
            &format!("there is no file {}", path.display()),
            "named here",
            "accepted: a file of element sets, relative to the scenario; `skyweave catalog fetch` brings one",
        ));
    }
    Ok(elements::read(&path)?)
}

fn check(shell: &Shell, atlas: &Atlas<'_>) -> Result<(), ScenarioError> {
    let fault = |span, found: String, accepted: &str| Err(atlas.source.fault(span, &found, "here", accepted));
    let altitude = *shell.altitude_km.get_ref();
    if !(160.0..=60_000.0).contains(&altitude) {
        let found = format!("shell `{}` at {altitude} km", shell.name);
        return fault(shell.altitude_km.span(), found, "accepted: from 160 to 60,000 km");
    }
    let inclination = *shell.inclination_deg.get_ref();
    if !(0.0..=180.0).contains(&inclination) {
        let found = format!("shell `{}` has an inclination of {inclination} degrees", shell.name);
        return fault(shell.inclination_deg.span(), found, "accepted: from 0 to 180 degrees");
    }
    let count = u32::from(shell.planes) * u32::from(shell.satellites_per_plane);
    if count == 0 || count > 100_000 {
        let found = format!("shell `{}` has {count} satellites", shell.name);
        return fault(shell.altitude_km.span(), found, "accepted: from 1 to 100,000");
    }
    Ok(())
}

/// The satellites of a Walker shell (Walker 1984: i:t/p/f), as circular orbits at an epoch.
fn walker(
    shell: &Shell,
    index: u16,
    epoch: Epoch,
    number: &mut u32,
) -> Vec<(MeanElements, Option<DesignPlace>)> {
    let (planes, per_plane) = (f64::from(shell.planes), f64::from(shell.satellites_per_plane));
    let circle = match shell.pattern {
        WalkerPattern::Delta => TAU,
        WalkerPattern::Star => PI,
    };
    let inclination_rad = shell.inclination_deg.get_ref().to_radians();
    let mean_motion_rad_min = kozai_mean_motion(*shell.altitude_km.get_ref(), inclination_rad);
    let service = match shell.service {
        ShellUse::Terminals => ShellService::Terminals,
        ShellUse::LasersOnly => ShellService::LasersOnly,
    };
    let mut satellites = Vec::new();
    for plane in 0..shell.planes {
        for place in 0..shell.satellites_per_plane {
            let along = f64::from(place) / per_plane
                + f64::from(shell.phasing) * f64::from(plane) / (planes * per_plane);
            let elements = MeanElements {
                name: format!("{}-{:02}-{:02}", shell.name, plane + 1, place + 1),
                catalog_number: *number,
                international_designator: String::new(),
                epoch,
                inclination_rad,
                raan_rad: wrap_turn(shell.raan_deg.to_radians() + f64::from(plane) / planes * circle),
                eccentricity: 0.0001,
                argument_of_perigee_rad: 0.0,
                mean_anomaly_rad: wrap_turn(shell.anomaly_deg.to_radians() + along * TAU),
                mean_motion_rad_min,
                bstar: 0.0,
            };
            *number += 1;
            satellites.push((elements, Some(DesignPlace { shell: index, plane, service })));
        }
    }
    satellites
}
