//! Satellites of a scenario: element files and Walker shells.

use super::area::Atlas;
use super::diagnostic::{ACCEPTED_NAME, ScenarioError, name_fault};
use super::format::{BuiltinShells, Constellation, Shell, ShellUse, WalkerPattern};
use crate::elements::{self, ElementSet};
use hifitime::Epoch;
use skyweave_core::elements::MeanElements;
use skyweave_core::math::wrap_turn;
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::world::{DesignPlace, ShellService};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::{PI, TAU};
use toml::Spanned;

/// The built-in shells, in the scenario's own words.
const SHELLS_2026: &str = include_str!("../../data/shells-2026.toml");
/// Catalogue numbers of described satellites start here: nine digits, far above any published one.
const FIRST_DESIGNED_NUMBER: u32 = 900_000_000;

/// More satellites than this are a slip of the pen: every filed network together has fewer.
const MOST_SATELLITES: u32 = 100_000;
/// What is accepted where satellites come from.
pub const ACCEPTED: &str = "accepted: `elements = [\"file\"]`, `builtin = \"shells-2026\"`, `[[constellation.shells]]`, or \
                            several of them";

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
    let mut file_of: BTreeMap<u32, &str> = BTreeMap::new();
    for file in &constellation.elements {
        let set = read(file, atlas)?;
        fleet.warnings.extend(set.epoch_warning(window.0, window.1));
        for elements in set.elements {
            if let Some(before) = file_of.insert(elements.catalog_number, file.get_ref()) {
                return Err(twice(&elements, before, file, atlas));
            }
            fleet.elements.push((elements, None));
        }
    }
    let mut shells = Vec::new();
    if let Some(BuiltinShells::Shells2026) = constellation.builtin {
        let file: ShellFile = toml::from_str(SHELLS_2026).map_err(|error| {
            atlas.source.fault(
                atlas.source.span_of(&["constellation", "builtin"]),
                &format!("the built-in shells are damaged: {error}"),
                "in this build",
                "",
            )
        })?;
        shells.extend(file.shells);
    }
    shells.extend(constellation.shells.iter().cloned());
    let mut number = FIRST_DESIGNED_NUMBER;
    let mut names = BTreeSet::new();
    let mut room = MOST_SATELLITES;
    for (index, shell) in shells.iter().enumerate() {
        check(shell, &mut room, atlas)?;
        if !names.insert(shell.name.get_ref()) {
            let message = format!("shell `{}` is there twice", shell.name.get_ref());
            let help = "accepted: a name of its own for each shell, built-in ones included";
            return Err(atlas.source.fault(shell.name.span(), &message, "the second one is here", help));
        }
        let sets = walker(shell, index as u16, window.0, &mut number);
        fleet.elements.extend(sets);
    }
    if fleet.elements.is_empty() {
        return Err(atlas.source.fault(
            atlas.source.span_of(&["constellation"]),
            "the constellation is empty",
            "here",
            ACCEPTED,
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

fn twice(elements: &MeanElements, before: &str, file: &Spanned<String>, atlas: &Atlas<'_>) -> ScenarioError {
    atlas.source.fault(
        file.span(),
        &format!(
            "object {} ({}) is in `{before}` and in `{}`",
            elements.catalog_number,
            elements.name,
            file.get_ref()
        ),
        "the second one is here",
        "accepted: element files without objects in common",
    )
}

fn check(shell: &Shell, room: &mut u32, atlas: &Atlas<'_>) -> Result<(), ScenarioError> {
    let fault = |span, found: String, accepted: &str| Err(atlas.source.fault(span, &found, "here", accepted));
    if let Some(wrong) = name_fault(shell.name.get_ref()) {
        return fault(shell.name.span(), format!("shell with {wrong}"), ACCEPTED_NAME);
    }
    let altitude = *shell.altitude_km.get_ref();
    if !(160.0..=60_000.0).contains(&altitude) {
        let found = format!("shell `{}` at {altitude} km", shell.name.get_ref());
        return fault(shell.altitude_km.span(), found, "accepted: from 160 to 60,000 km");
    }
    let inclination = *shell.inclination_deg.get_ref();
    if !(0.0..=180.0).contains(&inclination) {
        let found = format!("shell `{}` has an inclination of {inclination} degrees", shell.name.get_ref());
        return fault(shell.inclination_deg.span(), found, "accepted: from 0 to 180 degrees");
    }
    for (what, angle) in [("raan_deg", &shell.raan_deg), ("anomaly_deg", &shell.anomaly_deg)] {
        let degrees = *angle.get_ref();
        if !(-360.0..=360.0).contains(&degrees) {
            let found = format!("{what} of shell `{}` is {degrees}", shell.name.get_ref());
            return fault(angle.span(), found, "accepted: from -360 to 360 degrees");
        }
    }
    let planes = *shell.planes.get_ref();
    let count = u32::from(planes) * u32::from(shell.satellites_per_plane);
    if count == 0 {
        let found = format!(
            "shell `{}` has {planes} planes of {} satellites",
            shell.name.get_ref(),
            shell.satellites_per_plane
        );
        return fault(shell.planes.span(), found, "accepted: at least one plane of at least one satellite");
    }
    let Some(left) = room.checked_sub(count) else {
        let found =
            format!("with the {count} of shell `{}` there are too many satellites", shell.name.get_ref());
        return fault(shell.planes.span(), found, "accepted: at most 100,000 in all shells together");
    };
    *room = left;
    Ok(())
}

/// The satellites of a Walker shell (Walker 1984: i:t/p/f), as circular orbits at an epoch.
fn walker(
    shell: &Shell,
    index: u16,
    epoch: Epoch,
    number: &mut u32,
) -> Vec<(MeanElements, Option<DesignPlace>)> {
    let (planes, per_plane) = (f64::from(*shell.planes.get_ref()), f64::from(shell.satellites_per_plane));
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
    let second_generation = shell.second_generation;
    let mut satellites = Vec::new();
    for plane in 0..*shell.planes.get_ref() {
        for place in 0..shell.satellites_per_plane {
            let along = f64::from(place) / per_plane
                + f64::from(shell.phasing) * f64::from(plane) / (planes * per_plane);
            let elements = MeanElements {
                name: format!("{}-{:02}-{:02}", shell.name.get_ref(), plane + 1, place + 1),
                catalog_number: *number,
                international_designator: String::new(),
                epoch,
                inclination_rad,
                raan_rad: wrap_turn(
                    shell.raan_deg.get_ref().to_radians() + f64::from(plane) / planes * circle,
                ),
                eccentricity: 0.0001,
                argument_of_perigee_rad: 0.0,
                mean_anomaly_rad: wrap_turn(shell.anomaly_deg.get_ref().to_radians() + along * TAU),
                mean_motion_rad_min,
                bstar: 0.0,
            };
            *number += 1;
            satellites
                .push((elements, Some(DesignPlace { shell: index, plane, service, second_generation })));
        }
    }
    satellites
}
