//! Forwarding: the next hop of every satellite and ground station towards every ground station, on one core.
//!
//! Beside graph libraries, everybody is given the links with their lengths, and builds what it needs of them: lengths change
//! from step to step. Beside Hypatia it is the whole step, from element sets on.

use crate::constellations::Shell;
use crate::contest;
use crate::contestant::Entry;
use crate::files;
use crate::links::{self, DOWN, Forwarding, Links, NOWHERE, STATIONS};
use crate::options::Options;
use crate::report::{Report, Unit};
use crate::serve::Work;
use miette::{IntoDiagnostic, Result, miette};
use serde_json::{Value, json};
use skyweave_core::graph::{Graph, NO_HOP};
use skyweave_io::hypatia::Network;
use std::path::Path;

/// Two ways of adding up the same lengths differ by less than this share.
const ROUNDING: f64 = 1e-9;
const SHELL_72_22: Shell = Shell { planes: 72, per_plane: 22, altitude_km: 550.0, inclination_deg: 53.0 };
const SHELL_100_100: Shell = Shell { planes: 100, per_plane: 100, altitude_km: 550.0, inclination_deg: 53.0 };
/// Processor time of satgenpy for a step, ms: measured side by side on a machine of two cores, not here.
const HYPATIA_72_22_MS: f64 = 20_100.0;
const HYPATIA_KUIPER_MS: f64 = 7_900.0;

/// Measures everybody and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    for shell in [SHELL_72_22, SHELL_100_100] {
        let satellites = shell.planes * shell.per_plane;
        let name = format!("links-{satellites}");
        let folder = options.work.join(format!("network-{satellites}"));
        links::write_network(&folder, shell)?;
        links::write_links(&options.work, &name, &folder)?;
        beside_libraries(&name, satellites, options, report)?;
    }
    let folder = options.work.join("network-1584");
    let name = format!(
        "forwarding: 1584 satellites + {STATIONS} ground stations, whole step from element sets, one core (Hypatia quoted, not run here)"
    );
    beside_hypatia(&name, &folder, HYPATIA_72_22_MS, options, report)?;
    let name = "forwarding: Kuiper-630, 1156 satellites + 100 ground stations, whole step from element sets, one core (Hypatia quoted, not run here)";
    match files::outside("SKYWEAVE_ORACLES", "oracles", "hypatia-kuiper630") {
        Some(folder) => beside_hypatia(name, &folder, HYPATIA_KUIPER_MS, options, report)?,
        None => report.left_out("forwarding", "Kuiper-630", "its state directory is not on this machine"),
    }
    Ok(())
}

fn beside_libraries(links: &str, satellites: u32, options: &Options, report: &mut Report) -> Result<()> {
    let entries = [
        Entry::here("Skyweave", &format!("forwarding-ours:{links}")),
        Entry::here("petgraph", &format!("forwarding-petgraph:{links}")),
        Entry::python("scipy", "forwarding_scipy.py", &["--links", links]),
    ];
    let title = format!("forwarding over {satellites} satellites");
    let fared = contest::run(&title, 1, &entries, options, report)?;
    let [ours, theirs @ ..] = &fared[..] else { return Err(miette!("{title}: nobody took part")) };
    let name = format!(
        "forwarding: {satellites} satellites + {STATIONS} ground stations ({} nodes x {STATIONS}), next hops from links, one core",
        satellites as usize + STATIONS
    );
    for peer in theirs {
        if !same(&ours.answer, &peer.answer) {
            return Err(miette!("{title}: we find {} and {} finds {}", ours.answer, peer.name, peer.answer));
        }
        report.row(&name, Unit::Ms, ours.seconds * 1e3, Some((&peer.name, peer.seconds * 1e3)));
    }
    Ok(())
}

fn same(a: &Value, b: &Value) -> bool {
    let length = |answer: &Value| answer["distance_m"].as_f64().unwrap_or(f64::NAN);
    a["ways"] == b["ways"] && (length(a) - length(b)).abs() <= ROUNDING * length(a)
}

fn beside_hypatia(
    name: &str,
    folder: &Path,
    quoted_ms: f64,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let entry = Entry::here("Skyweave", &format!("forwarding-whole-step:{}", folder.display()));
    for fared in contest::run(name, 1, &[entry], options, report)? {
        let peer = ("Hypatia", quoted_ms);
        report.row(name, Unit::Ms, fared.seconds * 1e3, Some(peer));
    }
    Ok(())
}

/// Finds all ways. To measure another kernel, this is the place.
fn ours(links: &Links) -> Forwarding {
    let graph = Graph::new(links.satellites, links.lasers.iter().copied());
    let nodes = links.satellites + links.stations;
    let mut all = Forwarding {
        next: Vec::with_capacity(nodes * links.stations),
        distance_m: Vec::with_capacity(nodes * links.stations),
    };
    for (to, ways) in graph.ways_to_all(&links.ground).into_iter().enumerate() {
        let down = |next: u32, cost: f64| match next {
            _ if cost.is_infinite() => NOWHERE,
            NO_HOP => DOWN,
            next => next,
        };
        all.next.extend(ways.next.iter().zip(&ways.cost).map(|(next, cost)| down(*next, *cost)));
        all.distance_m.extend(&ways.cost);
        for (from, in_range) in links.ground.iter().enumerate() {
            let through =
                in_range.iter().map(|(satellite, m)| (m + ways.cost[*satellite as usize], *satellite));
            let best = through.filter(|(m, _)| m.is_finite() && from != to);
            let best = best.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let (distance_m, next) = best.unwrap_or((f64::INFINITY, NOWHERE));
            all.next.push(next);
            all.distance_m.push(distance_m);
        }
    }
    all
}

/// Our side, from links.
pub struct Ours {
    links: Links,
    found: Forwarding,
}

impl Ours {
    /// Prepares it.
    pub fn read(work: &Path, name: &str) -> Result<Self> {
        Ok(Self { links: Links::read(work, name)?, found: Forwarding::default() })
    }
}

impl Work for Ours {
    fn round(&mut self) -> f64 {
        self.found = ours(&self.links);
        1.0
    }

    fn answer(&self) -> Result<Value> {
        Ok(self.found.answer())
    }
}

/// Our side, from element sets: what `skyweave hypatia` does for a step, but for writing the files.
pub struct WholeStep {
    network: Network,
    second: u64,
}

impl WholeStep {
    /// Reads a state directory.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Self { network: Network::read(folder).into_diagnostic()?, second: 0 })
    }
}

impl Work for WholeStep {
    fn round(&mut self) -> f64 {
        self.second += 1;
        f64::from(u8::from(self.network.state_at(self.second * 1_000_000_000).is_ok()))
    }

    fn answer(&self) -> Result<Value> {
        let state = self.network.state_at(self.second * 1_000_000_000).into_diagnostic()?;
        Ok(json!({ "t_ns": state.t_ns() }))
    }
}
