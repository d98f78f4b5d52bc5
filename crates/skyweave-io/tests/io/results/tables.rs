//! What the tables say of the small world.

use super::world::{
    BEFORE_THE_HOUR, EMPTY, GATEWAY_LOST, IN_EUROPE, IN_THE_HOUR, POLE, POP_LOST, RECOVERED, SATELLITES,
    SITES, hour, planned, slot, window, world, write_run,
};
use skyweave_core::geodesy::LIGHT_M_S;
use skyweave_core::laser::LaserState;
use skyweave_core::time::SlotNo;
use skyweave_io::results::{
    CellRow, LinkRow, NetworkRow, Options, OutageRow, PathRow, Row, Run, SatelliteRow, SiteRow, page,
    tables_page,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::{env, fs};

const SLOTS: i64 = BEFORE_THE_HOUR + IN_THE_HOUR;
/// What sums of a few doubles may differ by.
const ROUNDING: f64 = 1e-12;

fn all<R: Row>() -> Vec<R> {
    static RUN: OnceLock<(tempfile::TempDir, Run)> = OnceLock::new();
    let (_, run) = RUN.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        write_run(dir.path(), Options::default());
        let run = Run::open(dir.path()).unwrap();
        (dir, run)
    });
    run.all().unwrap()
}

fn in_window(row: i64) -> SlotNo {
    SlotNo(window().0.0 + row)
}

#[test]
fn the_network_has_a_row_for_each_slot_that_agrees_with_it() {
    let rows: Vec<NetworkRow> = all();
    assert_eq!(rows.len() as i64, SLOTS);
    for (row, count) in rows.iter().zip(0..) {
        assert_eq!(row.slot, in_window(count).0);
        assert_eq!((row.cells_asking, row.satellites_present), (5, SATELLITES as u32));
        assert!(row.terminals_served <= row.terminals_admitted);
        assert!(row.delivered_down_bps <= row.offered_down_bps * (1.0 + ROUNDING));
        assert!(row.rtt_p5_ms <= row.rtt_p50_ms && row.rtt_p50_ms <= row.rtt_p95_ms);
    }
    for slot in planned(hour()) {
        let row = rows.iter().find(|row| row.slot == slot.no.0).unwrap();
        let served: Vec<usize> =
            (0..6).filter(|cell| matches!(slot.flows.cells[*cell], Some(Ok(_)))).collect();
        let terminals: f64 = served.iter().map(|cell| slot.demand.cells[*cell].terminals).sum();
        assert_eq!((row.cells_served as usize, row.terminals_served), (served.len(), terminals));
        assert_eq!(row.lasers_up as usize, slot.lasers.live.len());
        assert_eq!(row.rtt_p50_ms.is_some(), !served.is_empty());
    }
}

#[test]
fn the_network_feels_what_happens() {
    let rows: Vec<NetworkRow> = all();
    let at = |count: i64| rows.iter().find(|row| row.slot == slot(count).0).unwrap();
    let acts = [-1, GATEWAY_LOST, POP_LOST, RECOVERED].map(|count| at(count).act.to_string());
    assert_eq!(acts, ["", "gateway lost", "lights out", "repaired"]);
    assert_eq!([0, GATEWAY_LOST, RECOVERED].map(|count| at(count).gateways_up), [2, 1, 2]);
    assert_eq!([0, POP_LOST].map(|count| at(count).terminals_dark), [0.0, 20.5]);
    assert_eq!(at(0).terminals, 110.0);
    assert_eq!(at(0).terminals_admitted, 109.0, "one terminal is refused");
    assert_eq!(at(0).terminals_moved_pop, 0.0);
    assert!(at(POP_LOST).terminals_moved_pop > 0.0, "the PoP in force is not home");
    assert!(rows.iter().any(|row| row.terminals_over_lasers > 0.0));
}

#[test]
fn sites_are_served_or_say_why_not() {
    let rows: Vec<SiteRow> = all();
    assert_eq!(rows.len() as i64, SLOTS * SITES as i64);
    let states = |site: &str| -> BTreeSet<String> {
        rows.iter().filter(|row| row.site == *site).map(|row| row.state.to_string()).collect()
    };
    assert_eq!(states("refused"), BTreeSet::from(["BLOCKED_AREA".to_owned()]));
    assert_eq!(states("pole"), BTreeSet::from(["no_satellite".to_owned()]));
    assert!(states("harbour").contains("served"));
    assert!(states("unlisted").is_empty());
    for row in &rows {
        assert_eq!(row.rtt_ms.is_some(), row.state == "served");
        assert_eq!(row.satellite.is_some(), row.state == "served");
        assert_eq!(row.handover.is_none(), row.slot == window().0.0 || row.slot == slot(0).0);
    }
    let ship: Vec<&SiteRow> = rows.iter().filter(|row| row.site == "ship").collect();
    assert!(ship[0].longitude_deg < ship[ship.len() - 1].longitude_deg, "it moves");
}

#[test]
fn changes_of_a_site_are_those_between_its_rows() {
    let rows: Vec<SiteRow> = all();
    let harbour: Vec<&SiteRow> = rows.iter().filter(|row| row.site == "harbour").collect();
    let differs = |then: &Option<_>, now: &Option<_>| then.is_some() && now.is_some() && then != now;
    let mut handovers = 0;
    for pair in harbour.windows(2).filter(|pair| pair[1].handover.is_some()) {
        assert_eq!(pair[1].handover, Some(differs(&pair[0].satellite, &pair[1].satellite)));
        assert_eq!(pair[1].gateway_changed, Some(differs(&pair[0].gateway, &pair[1].gateway)));
        assert_eq!(pair[1].pop_changed, Some(differs(&pair[0].pop, &pair[1].pop)));
        handovers += usize::from(pair[1].handover == Some(true));
    }
    assert!(handovers > 0);
}

#[test]
fn shares_of_the_round_trip_add_up_and_so_do_the_hops() {
    let (sites, paths): (Vec<SiteRow>, Vec<PathRow>) = (all(), all());
    let mut over_lasers = 0;
    for row in sites.iter().filter(|row| row.state == "served") {
        let shares = [row.rtt_up_ms, row.rtt_lasers_ms, row.rtt_down_ms, row.rtt_fibre_ms, row.rtt_access_ms]
            .map(Option::unwrap);
        assert_eq!(shares.iter().sum::<f64>(), row.rtt_ms.unwrap());
        let propagation_ms = shares[..4].iter().sum::<f64>();
        let hops: Vec<&PathRow> =
            paths.iter().filter(|hop| hop.slot == row.slot && hop.site == row.site).collect();
        let one_way_ms: f64 = hops.iter().map(|hop| hop.one_way_ms).sum();
        assert!((2.0 * one_way_ms / propagation_ms - 1.0).abs() < ROUNDING, "{row:?} {hops:?}");
        assert_eq!(hops.len(), 3 + row.laser_hops.unwrap() as usize);
        assert_eq!(
            (hops[0].from.clone(), Some(hops[0].to.clone())),
            (row.site.clone(), row.satellite.clone())
        );
        assert_eq!(Some(hops[hops.len() - 1].to.clone()), row.pop);
        for (pair, number) in hops.windows(2).zip(0..) {
            assert_eq!((pair[0].hop, &pair[0].to), (number, &pair[1].from));
        }
        let light = hops.iter().filter(|hop| hop.kind != "fibre");
        assert!(light.clone().all(|hop| hop.length_m / LIGHT_M_S * 1e3 == hop.one_way_ms));
        over_lasers += row.laser_hops.unwrap();
    }
    assert!(over_lasers > 0);
    let served = sites.iter().filter(|row| row.state == "served").count();
    assert_eq!(paths.iter().filter(|hop| hop.kind == "user").count(), served);
}

#[test]
fn satellites_are_where_they_are() {
    let rows: Vec<SatelliteRow> = all();
    assert_eq!(rows.len() as i64, SLOTS * SATELLITES as i64);
    for row in &rows {
        assert!(row.latitude_deg.unwrap().abs() < 53.3 && row.present);
        assert!((530e3..580e3).contains(&row.altitude_m.unwrap()), "{row:?}");
        assert_eq!(row.service, "serving");
    }
    let held: BTreeSet<String> =
        rows.iter().filter_map(|row| row.gateway.as_deref()).map(str::to_owned).collect();
    assert_eq!(held, BTreeSet::from(["far".to_owned(), "near".to_owned()]));
}

#[test]
fn links_tell_when_each_laser_and_feeder_was_there() {
    let rows: Vec<LinkRow> = all();
    let count = |kind: &str, state: &str, no: i64| {
        let then = |row: &&LinkRow| row.from_slot <= no && no < row.until_slot;
        rows.iter().filter(then).filter(|row| row.kind == *kind && row.state == *state).count()
    };
    for slot in planned(hour()) {
        let states = || {
            let crossing = slot.lasers.crossing.iter().map(|link| link.state);
            slot.lasers.planned.iter().copied().chain(crossing)
        };
        let up = states().filter(|state| *state == LaserState::Up).count();
        let acquiring = states().filter(|state| matches!(state, LaserState::Acquiring(_))).count();
        let both = |state| count("laser", state, slot.no.0) + count("crossing_laser", state, slot.no.0);
        assert_eq!((both("up"), both("acquiring")), (up, acquiring));
        let feeders = slot.feeders.of_satellite.iter().flatten().count();
        assert_eq!(count("feeder", "up", slot.no.0), feeders);
    }
    assert!(rows.iter().all(|row| row.from_slot < row.until_slot && row.range_m > 50e3));
    let near = rows.iter().filter(|row| row.b == "near");
    assert!(near.clone().any(|row| row.until_slot == slot(GATEWAY_LOST).0), "feeders of a lost gateway end");
    let lost = slot(GATEWAY_LOST).0..slot(RECOVERED).0;
    assert!(near.clone().all(|row| !lost.contains(&row.from_slot)));
}

#[test]
fn outages_cover_the_slots_without_service_and_no_other() {
    let (rows, sites): (Vec<OutageRow>, Vec<SiteRow>) = (all(), all());
    for site in &sites {
        let covering: Vec<&OutageRow> = rows
            .iter()
            .filter(|row| row.subject == "site" && row.name == site.site)
            .filter(|row| (row.from_slot..row.until_slot).contains(&site.slot))
            .collect();
        match covering.as_slice() {
            [] => assert_eq!(site.state, "served"),
            [outage] => assert_eq!(outage.reason, site.state),
            _ => panic!("two outages at once: {covering:?}"),
        }
    }
    let pole = format!("{:x}", world().cells[POLE].h3);
    let of_pole: Vec<&OutageRow> = rows.iter().filter(|row| row.name == *pole).collect();
    let times: Vec<_> = of_pole.iter().map(|row| (row.from_slot, row.until_slot, row.terminals)).collect();
    let (first, middle, end) = (window().0.0, slot(0).0, window().1.0);
    assert_eq!(times, [(first, middle, 6.0), (middle, end, 6.0)], "an outage ends with the hour's file");
    let empty = format!("{:x}", world().cells[EMPTY].h3);
    assert!(rows.iter().all(|row| row.name != *empty));
}

#[test]
fn cells_sum_up_their_hour() {
    let rows: Vec<CellRow> = all();
    assert_eq!(rows.len(), 2 * world().cells.len());
    let of_hour = &rows[world().cells.len()..];
    for (index, row) in of_hour.iter().enumerate() {
        let slots = planned(hour());
        let served: Vec<f64> = slots
            .iter()
            .filter_map(|slot| slot.flows.cells[index]?.ok().map(|flow| flow.delay.rtt_s() * 1e3))
            .collect();
        assert_eq!(row.slots_served as usize, served.len());
        assert_eq!(i64::from(row.slots_asking), if index == EMPTY { 0 } else { IN_THE_HOUR });
        assert_eq!(row.served_share.is_none(), index == EMPTY);
        let mean_ms = served.iter().sum::<f64>() / served.len() as f64;
        assert_eq!(row.rtt_mean_ms, (!served.is_empty()).then_some(mean_ms));
        assert_eq!(row.rtt_min_ms, served.iter().copied().reduce(f64::min));
        assert_eq!(row.rtt_max_ms, served.iter().copied().reduce(f64::max));
    }
    assert!(of_hour[..IN_EUROPE].iter().all(|row| row.slots_served > 0 && row.down_mean_bps.is_some()));
    assert!(of_hour.iter().any(|row| row.handovers > 0));
    let pole = &of_hour[POLE];
    assert_eq!(pole.main_outage.as_deref(), Some("no_satellite"));
    assert_eq!((pole.served_share, pole.terminals), (Some(0.0), 6.0));
}

/// The committed pages are what the tables say. `SKYWEAVE_WRITE_DOCS=1` writes them.
#[test]
fn the_pages_are_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages =
        [("results.md", page()), ("tables.md", tables_page()), ("slots.md", skyweave_io::slots::page())];
    for (name, text) in pages {
        let path = docs.join(name);
        if env::var_os("SKYWEAVE_WRITE_DOCS").is_some() {
            fs::create_dir_all(&docs).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap() == text, "docs/{name}: run with SKYWEAVE_WRITE_DOCS=1");
    }
}
