//! SGP4: all element sets, each minute of a day, position and velocity, on one core; and how far apart the answers are.
//!
//! The instants are the same for all satellites, so each has its own minutes since its epoch.

use crate::constellations;
use crate::contest::{self, Fared};
use crate::contestant::Entry;
use crate::files;
use crate::options::Options;
use crate::report::{Report, Unit};
use crate::serve::Work;
use hifitime::{Duration, Epoch};
use miette::{IntoDiagnostic, Result, miette};
use serde_json::{Value, json};
use skyweave_core::elements::MeanElements;
use skyweave_core::sgp4::Sgp4;
use skyweave_core::sgp4::batch::{Batch, States};
use skyweave_core::simd;
use skyweave_core::time::unix_seconds;
use skyweave_io::elements;
use std::hint::black_box;
use std::path::Path;

/// Instants: each minute of a day.
pub const MINUTES: usize = 1_440;
/// Answers are compared each hour.
const COMPARED_EACH: usize = 60;

/// Measures everybody and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    let sets = constellations::network()?;
    files::write_text(&options.work.join("elements.tle"), &sets.text)?;
    let (_, start) = read(&options.work)?;
    // days of Julian dates begin at noon
    let julian_date = unix_seconds(start) / 86_400.0 + 2_440_587.5;
    files::write_text(&options.work.join("start.json"), &json!({ "jd": julian_date }).to_string())?;

    let paths: Vec<_> = simd::Path::available().map(simd::Path::name).collect();
    let mut entries: Vec<Entry> = paths
        .iter()
        .map(|&path| Entry { path: Some(path), ..Entry::here(&format!("Skyweave, {path}"), "sgp4-ours") })
        .collect();
    entries.extend([
        Entry::here("sgp4 crate", "sgp4-crate"),
        Entry::python("astroz", "sgp4_astroz.py", &[]),
        Entry::python("heyoka", "sgp4_heyoka.py", &[]),
        Entry::python("Python sgp4", "sgp4_python.py", &[]),
    ]);
    let fared = contest::run("sgp4", 1, &entries, options, report)?;
    let (ours, theirs) = fared.split_at(paths.len());
    let rate = |fared: &Fared| fared.work / fared.seconds / 1e6;
    for (path, ours) in paths.iter().zip(ours) {
        let name = format!("sgp4: {} x {MINUTES} minutes, one core, {path} path", sets.name);
        for peer in theirs {
            report.row(&name, Unit::MillionPerCpuSecond, rate(ours), Some((&peer.name, rate(peer))));
        }
        if theirs.is_empty() {
            report.row(&name, Unit::MillionPerCpuSecond, rate(ours), None);
        }
    }
    compare(&sets.name, paths.len(), &fared, report)
}

/// Adds a row for each peer: how far its positions are from ours at most.
fn compare(sets: &str, our_paths: usize, fared: &[Fared], report: &mut Report) -> Result<()> {
    let positions = fared.iter().map(positions).collect::<Result<Vec<_>>>()?;
    let (ours, theirs) = positions.split_at(our_paths);
    let Some(reference) = ours.first() else { return Ok(()) };
    // every path is to give the same bits: what is "ours" here is their distance from the scalar one
    let among_ours = ours.iter().map(|other| farthest_m(reference, other)).fold(0.0, f64::max);
    for (peer, positions) in fared[our_paths..].iter().zip(theirs) {
        let name = format!("sgp4 accuracy: largest distance from our positions, {sets}, each hour of a day");
        report.row(&name, Unit::Metres, among_ours, Some((&peer.name, farthest_m(reference, positions))));
        let alone = reference.iter().zip(positions).filter(|(a, b)| a.is_nan() != b.is_nan()).count() / 3;
        if alone > 0 {
            let of = reference.len() / 3;
            report.note(&format!("sgp4: {alone} of {of} positions exist for us or for {} only", peer.name));
        }
    }
    Ok(())
}

fn positions(fared: &Fared) -> Result<Vec<f64>> {
    let file = fared.answer["positions_km"].as_str();
    files::read_reals(Path::new(file.ok_or_else(|| miette!("{} wrote no positions", fared.name))?))
}

/// The largest distance between two lists of positions in km, m; where either has none, nothing is compared.
fn farthest_m(a: &[f64], b: &[f64]) -> f64 {
    let distances = a.chunks_exact(3).zip(b.chunks_exact(3)).map(|(a, b)| {
        let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>().sqrt() * 1e3
    });
    distances.filter(|distance| !distance.is_nan()).fold(0.0, f64::max)
}

/// The elements of the work folder, and the first instant: midnight before the newest epoch.
pub fn read(work: &Path) -> Result<(Vec<MeanElements>, Epoch)> {
    let set = elements::read(&work.join("elements.tle")).into_diagnostic()?;
    let newest = set.elements.iter().map(|e| e.epoch).max().ok_or_else(|| miette!("no element sets"))?;
    let day = (unix_seconds(newest) / 86_400.0).floor();
    Ok((set.elements, Epoch::from_unix_duration(Duration::from_days(day))))
}

/// Minutes from an element set's epoch to the first instant.
pub fn minutes_before(elements: &MeanElements, start: Epoch) -> f64 {
    (start - elements.epoch).to_seconds() / 60.0
}

/// Writes positions in km, instant after instant, where only the compared ones are asked for; NaN where there is none.
pub fn write_answer(
    work: &Path,
    satellites: usize,
    position_km: impl Fn(usize, usize) -> [f64; 3],
) -> Result<Value> {
    let path = work.join(format!("positions-{}.f64", std::process::id()));
    let instants = (0..MINUTES).step_by(COMPARED_EACH);
    let all = instants.flat_map(|minute| (0..satellites).map(move |satellite| (satellite, minute)));
    files::write_reals(&path, all.flat_map(|(satellite, minute)| position_km(satellite, minute)))?;
    Ok(json!({ "positions_km": path }))
}

/// Instants that a tile is propagated to at a time: what they give fits the second cache.
const AT_ONCE: usize = 8;

/// Our side: tile after tile, some instants at a time, into memory that is used again.
pub struct Ours {
    batch: Batch,
    /// Minutes from each satellite's epoch to the first instant.
    before: Vec<f64>,
    work: std::path::PathBuf,
}

impl Ours {
    /// Prepares it.
    pub fn read(work: &Path) -> Result<Self> {
        let (elements, start) = read(work)?;
        let orbits = elements.iter().map(Sgp4::new).collect::<Result<Vec<_>, _>>().into_diagnostic()?;
        let before = elements.iter().map(|e| minutes_before(e, start)).collect();
        Ok(Self { batch: Batch::new(&orbits), before, work: work.to_owned() })
    }

    /// Propagates everything on `simd::Path::current()`.
    fn propagate(&self) {
        let minutes: Vec<f64> = (0..MINUTES as u32).map(f64::from).collect();
        let mut states = States::default();
        for tile in self.batch.tiles() {
            let before = &self.before[tile.first()..tile.first() + tile.len()];
            for instants in minutes.chunks(AT_ONCE) {
                tile.propagate_over(before, instants, &mut states);
                black_box(&mut states);
            }
        }
    }
}

impl Work for Ours {
    fn round(&mut self) -> f64 {
        self.propagate();
        (self.batch.len() * MINUTES) as f64
    }

    fn answer(&self) -> Result<Value> {
        let minutes: Vec<f64> = (0..MINUTES as u32).step_by(COMPARED_EACH).map(f64::from).collect();
        let mut states = States::default();
        self.batch.whole().propagate_over(&self.before, &minutes, &mut states);
        write_answer(&self.work, self.batch.len(), |satellite, minute| {
            states.position_km(minute / COMPARED_EACH).map(|component| component[satellite])
        })
    }
}
