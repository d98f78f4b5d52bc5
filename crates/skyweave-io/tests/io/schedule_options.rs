//! What cells may choose from agrees with what they choose: on a crowded small world, where room is short.

use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::plan::{self, Slot};
use skyweave_core::radio::Links;
use skyweave_core::schedule::{self, Assignment, Options, Outage};
use skyweave_core::time::SlotNo;
use skyweave_core::visibility;
use skyweave_core::world::World;
use skyweave_io::scenario::{self, Prepared, Source};
use std::collections::BTreeMap;
use std::path::Path;

const ROOM: u16 = 3;

/// The second slot of a world of some hundred cells, chosen with these lines of `[schedule]`.
fn second_slot(schedule: &str, room: u16) -> (Options, Assignment) {
    let text = format!(
        "format = 1\nname = \"crowd\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"10min\"\n\
         [[constellation.shells]]\nname = \"s\"\nplanes = 40\nsatellites_per_plane = 30\naltitude_km = 550\n\
         inclination_deg = 53\nphasing = 11\n\
         [radio]\ncells_per_beam = {room}\ndown_beams = {{ arrays = 1, beams_per_array = 1, polarisations = 1 }}\n\
         [schedule]\n{schedule}\n\
         [[cells.areas]]\narea = {{ within = {{ latitude_deg = 48.0, longitude_deg = 10.0, radius_km = 700 }} }}\n\
         limit = 300\nterminals = 30_000\n"
    );
    let source = Source { name: "crowd".to_owned(), text };
    let Prepared { world, first, .. } = scenario::prepare(&source, Path::new(".")).unwrap();
    let before = planned(&world, None, first);
    let slot = planned(&world, Some(&before), SlotNo(first.0 + 1));
    let links = Links::new(&world, &slot.conditions.rain);
    let given = schedule::Given {
        slot: slot.no,
        demand: &slot.demand,
        topology: &slot.topology,
        sky: &slot.sky,
        views: &visibility::find(&world, &slot.sky),
        links: &links,
        feeders: &slot.feeders,
        routes: &slot.routes,
        before: Some(&before.assignment),
    };
    (schedule::options(&world, &given), slot.assignment)
}

fn planned(world: &World, before: Option<&Slot<Unsigned>>, no: SlotNo) -> Slot<Unsigned> {
    plan::plan(world, &Admission::declared(world, no), before, no)
}

#[test]
fn a_cell_is_served_by_one_of_its_options_and_goes_without_only_when_all_are_full() {
    for policy in ["measured", "highest-elevation", "longest-visible", "max-capacity"] {
        let (options, assignment) = second_slot(&format!("policy = \"{policy}\""), ROOM);
        assert_eq!(options.room, ROOM);
        assert_eq!(options.cells.len(), assignment.beams.iter().flatten().count());
        let (mut taken, mut without) = (BTreeMap::new(), 0);
        for cell in &options.cells {
            assert!(cell.satellites.is_sorted_by(|a, b| a.0 < b.0), "{policy}");
            match assignment.beams[cell.beam.index()].unwrap() {
                Ok(beam) => {
                    assert!(
                        cell.satellites.iter().any(|(satellite, _)| *satellite == beam.satellite),
                        "{policy}"
                    );
                    *taken.entry(beam.satellite).or_insert(0) += 1;
                }
                Err(why) => {
                    assert_eq!(why, Outage::NoBeam, "{policy}");
                    without += 1;
                }
            }
        }
        assert!(without > 0 && taken.values().all(|count| *count <= ROOM), "{policy}: {without} {taken:?}");
        for cell in &options.cells {
            if assignment.beams[cell.beam.index()].unwrap().is_err() {
                assert!(
                    cell.satellites.iter().all(|(satellite, _)| taken.get(satellite) == Some(&ROOM)),
                    "{policy}"
                );
            }
        }
    }
}

#[test]
fn with_room_for_all_a_cell_takes_the_option_with_the_highest_score() {
    // the longest visible of all satellites in view, with chance besides
    let schedule = "policy = \"longest-visible\"\nweights = { chance = 1.0, stay = 0.0 }";
    let (options, assignment) = second_slot(schedule, 1_000);
    for cell in &options.cells {
        let best = cell.satellites.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).unwrap();
        assert_eq!(assignment.beams[cell.beam.index()].unwrap().unwrap().satellite, best.0);
    }
}
