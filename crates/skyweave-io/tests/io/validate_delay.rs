//! Statistics of traces whose answers are known, comparisons of made-up folders, and of real data where it is there.

use flate2::Compression;
use flate2::write::GzEncoder;
use skyweave_core::access::{Access, AccessParams, GpsNs};
use skyweave_core::time::SlotNo;
use skyweave_io::validate::victoria::trace::{Reply, statistics};
use skyweave_io::validate::{self, Judgement, Outcome, Row, victoria};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Slots that begin on 2025-05-29 (the 18 s are leap seconds since the GPS epoch): 2025-05-29 12:00:12 UTC.
const START: SlotNo = SlotNo(95_500_562);
const UNIX_OF_GPS_S: i64 = 315_964_800 - 18;

/// Six slots with a reply each 16 ms (three grants of four frames): 20 ms, 3 ms more in every other reply, 10 ms more in every
/// other slot; in the first 100 ms of a slot every other one is missing, and they took 60 ms.
fn made_up() -> Vec<Reply> {
    let mut replies = Vec::new();
    for slot in 0..6_i64 {
        for index in 0..937_i64 {
            let offset_ns = index * 16_000_000 + 1_000_000;
            let is_early = offset_ns < 100_000_000;
            if is_early && index % 2 == 1 {
                continue;
            }
            let rtt_ms =
                if is_early { 60.0 } else { 20.0 + 3.0 * (index % 2) as f64 + 10.0 * (slot % 2) as f64 };
            replies.push(Reply { at: GpsNs::in_slot(SlotNo(START.0 + slot), offset_ns), rtt_ms });
        }
    }
    replies
}

/// The same as a file.
fn trace_text() -> String {
    made_up().iter().fold(String::new(), |mut text, reply| {
        writeln!(text, "{},{}", reply.at.0 + UNIX_OF_GPS_S * 1_000_000_000, reply.rtt_ms).unwrap();
        text
    })
}

#[test]
fn statistics_of_a_made_up_trace() {
    let found = statistics(&made_up()).unwrap();
    assert_eq!(found.early_ms, 60.0);
    assert_eq!(found.later_ms, 26.5, "half of it 20 or 23, half of it 30 or 33");
    assert_eq!((found.step_p50_ms, found.step_p90_ms, found.within_ms), (10.0, 10.0, 3.0));
    // at 1, 33, 65, 97 ms, of 934 in a slot; then 12 or 13 in 0.2 s
    let usual = 934.0 / 15.0;
    assert!((found.early_rate - 40.0 / usual).abs() < 1e-12);
    assert!((found.catch_up_rate - 60.0 / usual).abs() < 1e-12, "{}", found.catch_up_rate * usual);
    // 16 ms hold 3, 4, 6 and 12 turns of the four lines: all in step
    for power in found.lines {
        assert!((power - 934.0).abs() < 1e-3, "{power}");
    }
    // the slow ones of the first 100 ms push the middle into the slower slots
    assert_eq!(found.quantiles_ms[3], 30.0);
}

#[test]
fn events_without_a_frame_have_no_lines() {
    let mut at = 0_u64;
    let replies: Vec<Reply> = (0..120_000)
        .map(|index: u64| {
            at += 1_000 + (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) * 2_000_000 / 4_294_967_296 * 10;
            Reply { at: GpsNs::in_slot(SlotNo(77), at as i64), rtt_ms: 20.0 }
        })
        .collect();
    let found = statistics(&replies).unwrap();
    assert!(found.lines.iter().all(|power| *power < 6.0), "{:?}", found.lines);
}

#[test]
fn a_trace_of_one_slot_has_no_statistics() {
    let replies: Vec<Reply> = made_up().into_iter().filter(|reply| reply.at.slot() == START).collect();
    assert_eq!(statistics(&replies), None);
    assert_eq!(statistics(&[]), None);
}

#[test]
fn what_a_trace_never_shows_is_not_judged() {
    let is_late = |reply: &Reply| reply.at.offset_ns() >= 100_000_000;
    let replies: Vec<Reply> = made_up().into_iter().filter(is_late).collect();
    let measured = statistics(&replies).unwrap();
    let trace = victoria::trace::Trace { name: "x".to_owned(), replies };
    let placed =
        victoria::Placed { trace, propagation_ms: Some(vec![10.0]), about: String::new(), age_days: None };
    let rows = victoria::compare(&placed, &measured, std::slice::from_ref(&measured));
    let early = row(&rows, "victoria/x/RTT, median in the first 100 ms of a slot");
    assert_eq!((early.measured, early.verdict.judgement), (None, Judgement::Undecided));
    assert_eq!(row(&rows, "victoria/x/RTT, median later").verdict.judgement, Judgement::Pass);
}

#[test]
fn an_emulated_terminal_shows_the_slot_and_the_frame() {
    let measured = made_up();
    let access = Access::new(AccessParams::default(), 5);
    let replies = victoria::emulate(&access, &measured, &[10.0], 5);
    assert_eq!(replies.len(), measured.len());
    assert!(replies.is_sorted_by_key(|reply| reply.at), "replies overtook each other");
    assert!(replies.iter().all(|reply| reply.rtt_ms > 10.0));
    let found = statistics(&replies).unwrap();
    assert!(found.early_ms > found.later_ms + 10.0, "{found:?}");
    assert!(found.lines.iter().sum::<f64>() > 100.0, "{found:?}");
}

const HEADING: &str = "site,latitude_deg,longitude_deg,pop,n,min_ms,p5_ms,p50_ms,p95_ms\n";
const OSLO: &str = "oslo-norway,59.9,10.7,Frankfurt am Main,9,25,28,40,60\n";
const LIMA: &str = "lima-peru,-12.0,-77.0,Lima,9,15,18,30,50\n";

/// A folder with these files in `rtt/`, gzipped if their names say so, and a catalogue of a thin shell.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rtt = folder.path().join("rtt");
    fs::create_dir(&rtt).unwrap();
    for (name, text) in files {
        let path = rtt.join(name);
        if Path::new(name).extension().is_some_and(|ending| ending == "gz") {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            fs::write(path, gzip.finish().unwrap()).unwrap();
        } else {
            fs::write(path, text).unwrap();
        }
    }
    let catalogues = folder.path().join("catalogues");
    fs::create_dir(&catalogues).unwrap();
    let mut omm =
        "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,\
                   MEAN_ANOMALY,NORAD_CAT_ID,BSTAR\n"
            .to_owned();
    for plane in 0..36 {
        for place in 0..20 {
            let (node, anomaly) = (plane * 10, (place * 18 + plane * 5) % 360);
            writeln!(
                omm,
                "A,2023-001A,2025-05-28T11:00:00,15.05,.0001,70,{node},90,{anomaly},{},0",
                40_000 + plane * 20 + place
            )
            .unwrap();
        }
    }
    fs::write(catalogues.join("of-a-day.csv"), omm).unwrap();
    folder
}

fn outcome(files: &[(&str, &str)], only: &str) -> Outcome {
    validate::run(folder(files).path(), Some(only)).unwrap()
}

fn row<'r>(rows: &'r [Row], name: &str) -> &'r Row {
    rows.iter().find(|row| row.name == name).ok_or(name).unwrap()
}

#[test]
fn sites_that_nobody_knows_are_predicted_from_each_other() {
    let table = format!("{HEADING}{OSLO}{LIMA}");
    let plain = outcome(&[("sites_2025-05.csv", &table)], "rtt");
    assert_eq!(outcome(&[("sites_2025-05.csv.gz", &table)], "rtt"), plain);
    for site in ["oslo-norway", "lima-peru"] {
        let age = row(&plain.rows, &format!("rtt/{site}/age of the catalogue"));
        assert!((age.modelled.unwrap() + 13.5).abs() < 1.0, "{age:?}");
        for what in ["minimum", "median", "CRPS, against the constant"] {
            assert!(row(&plain.rows, &format!("rtt/{site}/fitted without it/{what}")).error.is_some());
        }
    }
    // of two, the constant is the other one
    let constant = row(&plain.rows, "rtt/oslo-norway/as shipped/error of the median, against the constant");
    assert_eq!(constant.measured, Some(10.0));
    let mean = row(&plain.rows, "rtt/all sites/fitted without it/CRPS, mean, against the constant");
    assert_eq!(mean.unit, "ms");
}

#[test]
fn one_site_is_compared_and_not_left_out() {
    let rows = outcome(&[("sites.csv", &format!("{HEADING}{LIMA}"))], "rtt").rows;
    let said = row(&rows, "rtt/leaving one site out");
    assert_eq!(said.verdict.judgement, Judgement::Undecided);
    assert!(said.verdict.why.contains("one site, `lima-peru`"), "{said:?}");
    assert!(row(&rows, "rtt/lima-peru/as shipped/p95").error.is_some());
    let served = row(&rows, "rtt/lima-peru/share of slots in which the planner serves it");
    assert!(served.verdict.why.contains("the latest, for nothing says when"), "{served:?}");
    assert!(!rows.iter().any(|row| row.name.contains("constant") || row.modelled.is_some_and(f64::is_nan)));
}

#[test]
fn a_site_in_two_tables_does_not_predict_itself() {
    let table = format!("{HEADING}{LIMA}");
    let rows = outcome(&[("sites_2025-05.csv", &table), ("sites_2024-05.csv", &table)], "rtt").rows;
    assert_eq!(row(&rows, "rtt/leaving one site out").verdict.judgement, Judgement::Undecided);
    assert!(row(&rows, "rtt/lima-peru (sites_2024-05)/as shipped/median").error.is_some());
}

#[test]
fn a_pop_that_is_not_built_in_is_said() {
    let table = format!("{HEADING}{LIMA}{}", OSLO.replace("Frankfurt am Main", "Atlantis"));
    let rows = outcome(&[("sites_2025-05.csv", &table)], "rtt").rows;
    let said = row(&rows, "rtt/oslo-norway");
    assert!(said.verdict.why.contains("`Atlantis` is not built in; needed"), "{said:?}");
    assert_eq!(row(&rows, "rtt/leaving one site out").verdict.judgement, Judgement::Undecided);
}

#[test]
fn traces_find_their_place_by_name() {
    let trace = trace_text();
    let places = "site,latitude_deg,longitude_deg,pop\nla-paz-bolivia,-16.5,-68.1,Lima\n";
    let files = [
        ("places.csv", places),
        ("la_paz_1.csv", &*trace),
        ("elsewhere_1.csv.gz", &trace),
        ("la_paz_short.csv", "1748520020000000000,20.5\n1748520020010000000,21\n"),
    ];
    let rows = outcome(&files, "victoria").rows;
    let early = "RTT, median in the first 100 ms of a slot";
    let line = "line at 750 Hz, times a Poisson process";
    let known = row(&rows, &format!("victoria/la_paz_1/{early}"));
    assert!(known.measured == Some(60.0) && known.modelled.is_some_and(|ms| ms > 20.0), "{known:?}");
    let place = row(&rows, "victoria/la_paz_1/round trip by propagation, median");
    assert!(place.verdict.why.contains("`la-paz-bolivia`") && place.verdict.why.contains("limaper1"));
    // of an unknown place only what does not depend on the way is compared
    let unknown = row(&rows, &format!("victoria/elsewhere_1/{early}"));
    assert_eq!((unknown.measured, unknown.modelled), (Some(60.0), None));
    assert!(unknown.verdict.why.contains("latitude_deg, longitude_deg, pop"), "{unknown:?}");
    let (here, there) = (
        row(&rows, &format!("victoria/la_paz_1/{line}")),
        row(&rows, &format!("victoria/elsewhere_1/{line}")),
    );
    assert!((here.modelled.unwrap() / there.modelled.unwrap() - 1.0).abs() < 0.2, "{here:?} {there:?}");
    let short = row(&rows, "victoria/la_paz_short/statistics");
    assert!(short.verdict.why.contains("three slots"), "{short:?}");
    // a table without percentiles has nothing for the other comparison
    assert_eq!(validate::run(folder(&files).path(), None).unwrap().left_out, ["serving", "rtt"]);
}

#[test]
fn what_is_missing_is_left_out() {
    let sites = format!("{HEADING}{LIMA}");
    let outcome = validate::run(folder(&[("sites.csv", &sites)]).path(), None).unwrap();
    assert_eq!(outcome.left_out, ["serving", "victoria"]);
    let bare = folder(&[("sites.csv", &sites), ("README.md", "no table")]);
    fs::remove_dir_all(bare.path().join("catalogues")).unwrap();
    let rows = validate::run(bare.path(), None).unwrap().rows;
    let served = row(&rows, "rtt/lima-peru/share of slots in which the planner serves it");
    assert!(served.verdict.why.contains("the built-in shells"), "{served:?}");
    let nothing = validate::run(folder(&[]).path(), None).unwrap_err().to_string();
    assert!(nothing.contains("nothing to compare"), "{nothing}");
}

#[test]
fn what_is_damaged_is_one_clear_error() {
    let trace = |line: &str| format!("1748520020000000000,20.5\n{line}\n");
    for (name, text, parts) in [
        ("a.csv", String::new(), &["a.csv", "without a reply", "Unix time in ns"][..]),
        ("a.csv", "x,y\n1,2\n".to_owned(), &["a.csv, line 1", "found `x,y`", "columns site", "or a trace"]),
        ("a.csv.gz", trace("1748520021;20"), &["a.csv.gz, line 2", "1748520021;20", "whole ns"]),
        ("a.csv", trace("1748520021,20"), &["line 2", "1748520021,20"]),
        ("a.csv", trace("1748520021000000000,-1"), &["line 2", "over 0"]),
        ("a.csv", trace("1748520021000000000,NaN"), &["line 2"]),
        ("a.csv", "site,latitude_deg\nx,1\n".to_owned(), &["line 1", "no column longitude_deg"]),
        (
            "a.csv",
            "site,latitude_deg,longitude_deg,p50_ms\nx,1,1,1\n".to_owned(),
            &["line 1", "no column min_ms"],
        ),
        ("a.csv", format!("{HEADING}x,north,2,,9,1,2,3,4\n"), &["line 2", "found `north` for latitude_deg"]),
        ("a.csv", format!("{HEADING}{LIMA}x,91,2,,9,1,2,3,4\n"), &["line 3", "`91`", "-90 to 90"]),
        ("a.csv", format!("{HEADING}x,1,2,,9,1,2,,4\n"), &["line 2", "found `` for p50_ms"]),
        ("a.csv", format!("{HEADING}x,1,2,,9,1,5,3,9\n"), &["line 2", "p50_ms is less than"]),
        ("a.csv", format!("{HEADING}{LIMA}{LIMA}"), &["line 3", "`lima-peru` has no name of its own"]),
        ("a.csv", format!("{HEADING}x,1,2\n"), &["line 2", "3 fields"]),
    ] {
        let error = validate::run(folder(&[(name, &text)]).path(), None).unwrap_err();
        let shown: String = format!("{error} {}", miette::Diagnostic::help(&error).unwrap());
        for part in parts {
            assert!(shown.contains(part), "{text}: {part}: {shown}");
        }
    }
    let twice = folder(&[("a.csv", &trace_text()), ("a.csv.gz", &trace_text())]);
    let error = validate::run(twice.path(), Some("victoria")).unwrap_err().to_string();
    assert!(error.contains("a second file of its trace"), "{error}");
    let broken = folder(&[]);
    fs::write(broken.path().join("rtt/a.csv.gz"), b"\x1f\x8b\x08broken").unwrap();
    assert!(validate::run(broken.path(), None).unwrap_err().to_string().contains("a.csv.gz"));
}

/// The folder with measured round trips, if it is there.
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("SKYWEAVE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if !root.join("rtt").exists() {
        eprintln!("skipped: {} has no round trips", root.display());
        return None;
    }
    Some(root)
}

fn show(rows: &[Row]) {
    for row in rows {
        println!("{:80} {:9.2?} {:9.2?} {}", row.name, row.measured, row.modelled, row.verdict);
    }
}

#[test]
fn traces_against_the_emulated_terminal() {
    let Some(data) = data() else { return };
    let rows = victoria::rows(&data).unwrap();
    show(&rows);
    let count = |judgement: Judgement| rows.iter().filter(|row| row.verdict.judgement == judgement).count();
    let (passed, failed) = (count(Judgement::Pass), count(Judgement::Fail));
    assert!(passed * 10 >= (passed + failed) * 8, "{passed} rows agree, {failed} do not");
}

#[test]
fn sites_against_what_the_others_say() {
    let Some(data) = data() else { return };
    let rows = validate::rtt::rows(&data).unwrap();
    show(&rows);
    for score in ["error of the median, mean", "error of the p95, mean", "CRPS, mean"] {
        let name = format!("rtt/all sites/fitted without it/{score}, against the constant");
        if let Some(row) = rows.iter().find(|row| row.name == name) {
            assert_eq!(row.verdict.judgement, Judgement::Pass, "{row:?}");
        }
    }
}
