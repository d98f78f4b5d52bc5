//! What the planner costs, beside what people use today. Prints a table, and with `--json FILE` writes rows
//! {name, ours, peer, `peer_value`, unit, ratio}; `ratio` says how many times better ours is.

use rayon::ThreadPoolBuilder;
use serde_json::{Value, json};
use skyweave_core::admission::Admission;
use skyweave_core::plan::{self, Slot};
use skyweave_core::time::SlotNo;
use skyweave_io::scenario::{self, Prepared, Source};
use skyweave_io::{elements, hypatia};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Medians are taken over this many rounds.
const ROUNDS: usize = 15;

struct Row {
    name: String,
    ours: f64,
    peer: Option<(&'static str, f64)>,
    unit: &'static str,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().position(|a| a == "--json").and_then(|at| arguments.get(at + 1)).cloned();
    let filter = arguments.iter().find(|a| !a.starts_with("--") && Some(*a) != json.as_ref()).cloned();
    let wanted = |name: &str| filter.as_ref().is_none_or(|part| name.contains(part.as_str()));

    let mut rows = Vec::new();
    if wanted("slot") {
        rows.extend(whole_slot());
    }
    if wanted("slot stages") {
        rows.extend(stages());
    }
    if wanted("forwarding") {
        rows.extend(forwarding());
    }
    if wanted("sgp4") {
        rows.extend(sgp4_scalar());
    }
    for row in &rows {
        println!("{:<70} {:>12.3} {}", row.name, row.ours, row.unit);
    }
    if let Some(path) = json {
        let values: Vec<Value> = rows.iter().map(Row::value).collect();
        if let Err(error) = std::fs::write(&path, Value::from(values).to_string()) {
            eprintln!("{path}: {error}");
            std::process::exit(1);
        }
    }
}

impl Row {
    fn value(&self) -> Value {
        let (peer, value) = self.peer.unzip();
        // times are better when smaller, rates when larger
        let better =
            |theirs: f64| if self.unit.ends_with("/s") { self.ours / theirs } else { theirs / self.ours };
        json!({
            "name": self.name, "ours": self.ours, "peer": peer, "peer_value": value, "unit": self.unit,
            "ratio": value.map(better),
        })
    }
}

/// A file of others, if it is there.
fn shared(variable: &str, folder: &str, file: &str) -> Option<PathBuf> {
    let root = std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder),
        PathBuf::from,
    );
    let path = root.join(file);
    if !path.exists() {
        println!("skipped: {} not found", path.display());
        return None;
    }
    Some(path)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The whole network: the catalogue of 2026-05-20 where it is there, else the built-in shells; 250 gateways, 10,000 cells.
fn world() -> Option<Prepared> {
    let catalogue = shared("SKYWEAVE_DATA", "data", "catalogues/starlink-2026-05-20.tle.gz");
    let constellation = catalogue.as_ref().map_or_else(
        || "builtin = \"shells-2026\"".to_owned(),
        |path| format!("elements = ['{}']", path.display()),
    );
    let mut text = format!(
        "format = 1\nname = \"bench\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"10min\"\n\
         [constellation]\n{constellation}\n\
         [[cells.areas]]\narea = {{ world = true }}\nlimit = 10000\nterminals = 5_000_000\n"
    );
    // 209 are built in: 41 more next to each other in places with room make 250
    for extra in 0..41 {
        let (latitude, longitude) = (30 + extra % 8, -110 + 3 * (extra / 8));
        text.push_str(&format!(
            "[[ground.gateway]]\nname = \"extra {extra}\"\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n"
        ));
    }
    let source = Source { name: "bench".to_owned(), text };
    scenario::prepare(&source, Path::new("/")).map_err(|error| println!("skipped: {error}")).ok()
}

fn whole_slot() -> Vec<Row> {
    let Some(prepared) = world() else { return Vec::new() };
    let world = &prepared.world;
    let satellites = world.satellites.len();
    let named = |threads: usize| {
        format!(
            "slot: {satellites} satellites, {} gateways, {} cells, {threads} thread(s)",
            world.gateways.len(),
            world.cells.len()
        )
    };
    [1, 2]
        .into_iter()
        .filter_map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().ok()?;
            let times = pool.install(|| {
                let mut before: Option<Slot<_>> = None;
                (0..ROUNDS as i64 + 2)
                    .map(|k| {
                        let no = SlotNo(prepared.first.0 + k);
                        let admission = Admission::declared(world, no);
                        let started = Instant::now();
                        let slot = plan::plan(world, &admission, before.as_ref(), no);
                        let seconds = started.elapsed().as_secs_f64();
                        before = Some(slot);
                        seconds * 1e3
                    })
                    .skip(2)
                    .collect()
            });
            Some(Row { name: named(threads), ours: median(times), peer: None, unit: "ms" })
        })
        .collect()
}

/// Where the time of a slot goes, on two threads.
fn stages() -> Vec<Row> {
    let Some(prepared) = world() else { return Vec::new() };
    let world = &prepared.world;
    let Ok(pool) = ThreadPoolBuilder::new().num_threads(2).build() else { return Vec::new() };
    let mut times: Vec<(&'static str, Vec<f64>)> = Vec::new();
    pool.install(|| {
        let mut before: Option<Slot<_>> = None;
        for k in 0..ROUNDS as i64 + 2 {
            let no = SlotNo(prepared.first.0 + k);
            let admission = Admission::declared(world, no);
            let mut last = Instant::now();
            let slot = plan::plan_watched(world, &admission, before.as_ref(), no, &mut |stage| {
                let now = Instant::now();
                let ms = (now - last).as_secs_f64() * 1e3;
                last = now;
                match times.iter_mut().find(|(name, _)| *name == stage) {
                    Some((_, values)) => values.push(ms),
                    None => times.push((stage, vec![ms])),
                }
            });
            before = Some(slot);
        }
    });
    times
        .into_iter()
        .map(|(stage, values)| Row {
            name: format!("slot stages: {stage}"),
            ours: median(values[2..].to_vec()),
            peer: None,
            unit: "ms",
        })
        .collect()
}

fn forwarding() -> Vec<Row> {
    let Some(folder) = shared("SKYWEAVE_ORACLES", "oracles", "hypatia-kuiper630") else { return Vec::new() };
    let network = match hypatia::Network::read(&folder) {
        Ok(network) => network,
        Err(error) => {
            println!("skipped: {error}");
            return Vec::new();
        }
    };
    let Ok(pool) = ThreadPoolBuilder::new().num_threads(1).build() else { return Vec::new() };
    let times = pool.install(|| {
        (0..ROUNDS as u64)
            .map(|k| {
                let started = Instant::now();
                let _ = black_box(network.state_at(k * 1_000_000_000));
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect()
    });
    vec![Row {
        name: "forwarding state of Kuiper-630 (1,156 + 100 nodes), one step, one thread".to_owned(),
        ours: median(times),
        // CPU time a step, as measured side by side on a 2-core machine; not run here
        peer: Some(("Hypatia satgenpy (quoted, not run here)", 7_900.0)),
        unit: "ms",
    }]
}

fn sgp4_scalar() -> Vec<Row> {
    let Some(path) = shared("SKYWEAVE_DATA", "data", "catalogues/starlink-2026-05-20.tle.gz") else {
        return Vec::new();
    };
    let Ok(set) = elements::read(&path) else { return Vec::new() };
    let ours: Vec<_> = set.elements.iter().filter_map(|e| skyweave_core::sgp4::Sgp4::new(e).ok()).collect();
    let theirs: Vec<_> = set.elements.iter().filter_map(peer_constants).collect();
    let minutes: Vec<f64> = (0..20).map(|k| f64::from(k) * 72.0).collect();
    let rate = |propagate: &dyn Fn() -> usize| {
        let times = (0..ROUNDS)
            .map(|_| {
                let started = Instant::now();
                let count = propagate();
                count as f64 / started.elapsed().as_secs_f64() / 1e6
            })
            .collect();
        median(times)
    };
    let our_rate = rate(&|| {
        ours.iter().flat_map(|o| minutes.iter().map(move |t| black_box(o.propagate(*t)).is_ok())).count()
    });
    let their_rate = rate(&|| {
        theirs
            .iter()
            .flat_map(|c| {
                minutes.iter().map(move |t| black_box(c.propagate(sgp4::MinutesSinceEpoch(*t))).is_ok())
            })
            .count()
    });
    vec![Row {
        name: "sgp4: real catalogue, one thread, scalar code".to_owned(),
        ours: our_rate,
        peer: Some(("sgp4 crate", their_rate)),
        unit: "million propagations/s",
    }]
}

/// The same elements for the `sgp4` crate, with WGS72 and the improved mode as here.
fn peer_constants(e: &skyweave_core::elements::MeanElements) -> Option<sgp4::Constants> {
    let year = 2000.0 + skyweave_core::time::days_since_j2000(e.epoch) / 365.25;
    let orbit = sgp4::Orbit::from_kozai_elements(
        &sgp4::WGS72,
        e.inclination_rad,
        e.raan_rad,
        e.eccentricity,
        e.argument_of_perigee_rad,
        e.mean_anomaly_rad,
        e.mean_motion_rad_min,
    )
    .ok()?;
    sgp4::Constants::new(sgp4::WGS72, sgp4::iau_epoch_to_sidereal_time, year, e.bstar, orbit).ok()
}
