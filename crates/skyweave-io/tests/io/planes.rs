//! Planes, neighbours and service states made out from real, drifting elements.

use skyweave_core::constellation::ServiceState;
use skyweave_io::elements;
use skyweave_io::inspect::{self, Inspection, ShellGeometry};
use std::fmt::Write;
use std::path::PathBuf;

/// Satellites that flip between shells and batches from day to day, as a share of the published count.
const COUNT_TOLERANCE: f64 = 0.02;

fn look_into(name: &str) -> Option<Inspection> {
    let root = std::env::var_os("SKYWEAVE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("catalogues").join(name);
    if !path.exists() {
        eprintln!("skipped: {} not found", path.display());
        return None;
    }
    let found = inspect::inspect(&elements::read(&path).unwrap(), inspect::default_lasers());
    println!(
        "planes: {name}: {:?} serving, laser only, in transit, unknown; {} lasers up, {:.1} changes a minute",
        found.topology.service_counts(),
        found.lasers_up,
        found.laser_changes_per_minute
    );
    for (shell, seen) in found.topology.shells.iter().zip(&found.shells) {
        println!(
            "planes: {:5.1} deg {:5.0} km {:3} planes {:5} satellites; linked in plane {:.2}, in sight across {:.2}, \
             linked across {:.2}",
            shell.inclination_rad.to_degrees(),
            shell.altitude_m / 1e3,
            shell.planes.len(),
            shell.satellites(),
            seen.linked_in_plane,
            seen.in_sight_across,
            seen.linked_across
        );
    }
    Some(found)
}

/// Planes and geometry of the shell at an inclination and altitude.
fn shell(found: &Inspection, inclination_deg: f64, altitude_km: f64) -> (usize, ShellGeometry) {
    let at = found.topology.shells.iter().position(|s| {
        (s.inclination_rad.to_degrees() - inclination_deg).abs() < 0.5
            && (s.altitude_m / 1e3 - altitude_km).abs() < 8.0
    });
    let at = at.unwrap_or_else(|| panic!("no shell at {inclination_deg} deg, {altitude_km} km"));
    (found.topology.shells[at].planes.len(), found.shells[at])
}

#[test]
fn the_network_of_2026_has_its_published_shells() {
    let Some(found) = look_into("starlink-2026-05-20.tle.gz") else { return };
    for (inclination, altitude, planes) in
        [(53.2, 540.0, 72), (70.0, 570.0, 34), (43.0, 485.0, 95), (53.0, 470.0, 64)]
    {
        assert_eq!(shell(&found, inclination, altitude).0, planes, "{inclination} deg, {altitude} km");
    }
    let [serving, laser_only, ..] = found.topology.service_counts();
    assert!((serving as f64 / 8_840.0 - 1.0).abs() < COUNT_TOLERANCE, "{serving} serving");
    assert!((laser_only as f64 / 644.0 - 1.0).abs() < 2.0 * COUNT_TOLERANCE, "{laser_only} laser only");
    for (shell, seen) in found.topology.shells.iter().zip(&found.shells) {
        let serves = shell.altitude_m > 400_000.0;
        assert!(!serves || seen.linked_in_plane > 0.92, "neighbours in plane: {:.2}", seen.linked_in_plane);
    }
    assert!(shell(&found, 53.0, 470.0).1.in_sight_across > 0.95);
    assert!(shell(&found, 97.3, 465.0).1.in_sight_across > 0.75);
    assert!(found.laser_changes_per_minute < 12.0, "{:.1} changes a minute", found.laser_changes_per_minute);
}

#[test]
fn earlier_networks_have_shells_too() {
    for name in ["starlink-2025-05-29.tle.gz", "starlink-2024-07-17.tle.gz"] {
        let Some(found) = look_into(name) else { return };
        let [serving, _, in_transit, _] = found.topology.service_counts();
        assert!(serving > 5 * in_transit, "{name}: {serving} serving, {in_transit} in transit");
        // five of the ten filed planes at 560 km, 97.6 deg
        assert_eq!(shell(&found, 97.65, 560.0).0, 5, "{name}");
    }
}

/// Planes of twenty satellites each at a mean motion (turns a day) and an inclination of 97.6 deg, as an OMM table.
fn planes(nodes_deg: &[f64], turns_a_day: f64, more: &[(f64, f64)]) -> String {
    let mut text =
        "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,\
                    MEAN_ANOMALY,NORAD_CAT_ID,BSTAR\n"
            .to_owned();
    let in_planes = nodes_deg
        .iter()
        .flat_map(|node| (0..20).map(move |place| (*node, turns_a_day, f64::from(place) * 18.0)));
    let others = more.iter().map(|(node, turns)| (*node, *turns, 5.0));
    for (number, (node, turns, anomaly)) in in_planes.chain(others).enumerate() {
        let catalog = 45_000 + number;
        writeln!(
            text,
            "S-{number},2023-001A,2026-05-20T11:00:00,{turns},.0001,97.6,{node},90,{anomaly},{catalog},0"
        )
        .unwrap();
    }
    text
}

/// Turns a day at 560 km, and what one kilometre higher takes from them.
const AT_560_KM: f64 = 15.03;
const PER_KM: f64 = -0.003_25;

#[test]
fn who_keeps_a_station_between_planes_serves() {
    let nodes = [0.0, 20.0, 40.0, 60.0];
    let states = |nodes: &[f64], more: &[(f64, f64)]| {
        let text = planes(nodes, AT_560_KM, more);
        let set = elements::parse("omm.csv", text.as_bytes()).unwrap();
        inspect::inspect(&set, inspect::default_lasers()).topology
    };
    // at the planes' altitude, at the edges of the station, and clearly out of it
    let km = |above: f64| AT_560_KM + above * PER_KM;
    let found = states(
        &nodes,
        &[(10.0, km(0.0)), (30.0, km(2.0)), (30.0, km(-2.0)), (50.0, km(5.0)), (50.0, km(-60.0))],
    );
    let last = &found.service[80..];
    assert_eq!(last[..3], [ServiceState::Serving; 3]);
    assert_eq!(last[3..], [ServiceState::InTransit; 2]);
    assert_eq!(found.shells[0].planes.len(), 4);
    assert!(found.service[..80].iter().all(|state| *state == ServiceState::Serving));
    // three are launches on their way, and nobody's station
    let found = states(&nodes[..3], &[(10.0, km(0.0))]);
    assert!(found.service.iter().all(|state| *state == ServiceState::InTransit) && found.shells.is_empty());
}
