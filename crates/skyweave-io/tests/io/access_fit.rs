//! How the defaults of medium access were fitted: on the traces of the data folder, all at once. It takes minutes:
//! `cargo test -p skyweave-io --test io access_fit -- --ignored --nocapture`.

use skyweave_core::access::AccessParams;
use skyweave_io::validate::fit::{Free, descend};
use skyweave_io::validate::rtt::model::Fitted;
use skyweave_io::validate::victoria::trace::{Statistics, statistics};
use skyweave_io::validate::victoria::{Placed, compare, emulated, with_propagation};
use skyweave_io::validate::{Row, rtt};
use std::path::PathBuf;

type Set = fn(&mut AccessParams, f64);
type Get = fn(&AccessParams) -> f64;

/// What is fitted: a value, its first step and its range, s or 1. Periods are counted on the traces (the strongest line of each
/// slot), and so is the share of slots whose phase wanders (those with no line but that at 750 Hz).
const FREE: [(Get, Set, f64, [f64; 2]); 9] = [
    (|p| p.down_processing_s, |p, x| p.down_processing_s = x, 0.000_4, [0.0, 0.02]),
    (|p| p.open_share[0], |p, x| p.open_share[0] = x, 0.04, [0.05, 0.6]),
    (|p| p.open_share[1], |p, x| p.open_share[1] = x, 0.04, [0.6, 1.0]),
    (|p| p.down_jitter_s[1], |p, x| p.down_jitter_s = [0.4 * x, x], 0.000_2, [0.000_4, 0.002_66]),
    (|p| p.uplink_closes_s, |p, x| p.uplink_closes_s = x, 0.003, [0.0, 0.03]),
    (|p| p.uplink_opens_s, |p, x| p.uplink_opens_s = x, 0.004, [0.03, 0.09]),
    (|p| p.uplink_opens_tail_s, |p, x| p.uplink_opens_tail_s = x, 0.004, [0.002, 0.06]),
    (|p| p.recovery_open_factor, |p, x| p.recovery_open_factor = x, 0.06, [0.1, 1.0]),
    (|p| p.detour_share, |p, x| p.detour_share = x, 0.015, [0.0, 0.3]),
];

/// How bad a row is: its error over what would be good, squared while it is small.
fn badness(row: &Row) -> f64 {
    let (Some(measured), Some(modelled), Some(error)) = (row.measured, row.modelled, row.error) else {
        return 0.0;
    };
    let (error, weight) = match row.name.as_str() {
        name if name.contains("line at") => ((modelled / measured).ln() * 3.0, 1.0),
        // what happens in a few slots of a trace is one draw of many
        name if name.contains("p90") => (error / (0.05 * measured), 0.15),
        name if name.contains("p99") || name.contains("p95") => (error / (0.05 * measured), 0.3),
        _ if row.unit == "ms" => (error / (0.05 * measured).max(0.6), 1.0),
        _ => (error / 0.04, 1.0),
    };
    weight * error.abs().min(error * error)
}

#[test]
#[ignore = "a fit: minutes"]
fn fit_on_the_traces() {
    let data = std::env::var_os("SKYWEAVE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let traces: Vec<(Placed, Statistics)> = with_propagation(&data)
        .unwrap()
        .into_iter()
        .filter_map(|placed| Some((statistics(&placed.trace.replies)?, placed)).map(|(s, p)| (p, s)))
        .collect();
    let rows_of = |params: &AccessParams| -> Vec<Row> {
        traces
            .iter()
            .flat_map(|(placed, measured)| compare(placed, measured, &emulated(placed, params)))
            .collect()
    };
    let start = AccessParams::default();
    let free = FREE.map(|(get, _, step, range)| Free { start: get(&start), step, range });
    let params_at = |at: &[f64]| {
        let mut params = start.clone();
        for ((_, set, ..), value) in FREE.iter().zip(at) {
            set(&mut params, *value);
        }
        params
    };
    let (at, loss) = descend(&free, 6, &mut |at| rows_of(&params_at(at)).iter().map(badness).sum());
    println!("loss {loss:.2}: {:#?}", params_at(&at));
    for row in rows_of(&params_at(&at)) {
        println!("{:76} {:9.2?} {:9.2?} {}", row.name, row.measured, row.modelled, row.verdict);
    }
    let (sites, _) = rtt::survey(&data).unwrap();
    println!("sites: {:?}", Fitted::on(&sites.iter().collect::<Vec<_>>()));
}
