//! What these tests share: scenarios, sessions, a run with all tables, and folders to compare.

use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan::HourPlan;
use skyweave_io::results::{Header, Options, Table, Writer};
use skyweave_io::scenario::{self, Prepared};
use skyweave_sql::QueryError;
use skyweave_sql::output::{self, Format};
use skyweave_sql::query::Session;
use skyweave_sql::scenario::{ScenarioFile, Worlds};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A shell of 60 satellites, and some sites; three hours of it lie in four and have 720 slots, which take one or two seconds.
pub fn scenario(folder: &Path, sites: usize, duration: &str) -> PathBuf {
    let mut text = format!(
        r#"format = 1
name = "few"

[time]
start = "2026-05-20T12:30:00Z"
duration = "{duration}"

[constellation]
service = "all"

[[constellation.shells]]
name = "S"
planes = 6
satellites_per_plane = 10
altitude_km = 1100
inclination_deg = 53
phasing = 1

[[events]]
at = "+1min"
label = "half of the satellites of a plane fail"
fail = {{ satellites = ["S-01-01", "S-01-02", "S-01-03", "S-01-04"] }}
"#
    );
    for no in 0..sites {
        let (name, latitude, longitude) = match no {
            0 => ("kyiv".to_owned(), 50.45, 30.52),
            1 => ("quito".to_owned(), -0.2, -78.5),
            _ => (format!("site-{no}"), (no * 7 % 100) as f64 - 50.0, (no * 37 % 360) as f64 - 180.0),
        };
        write!(
            text,
            "\n[[sites]]\nname = \"{name}\"\nlatitude_deg = {latitude:.2}\nlongitude_deg = {longitude:.2}\n"
        )
        .unwrap();
    }
    let path = folder.join("few.toml");
    fs::write(&path, text).unwrap();
    path
}

/// Worlds of scenarios without policies.
pub fn worlds(threads: usize) -> Arc<Worlds> {
    let load = |path: &Path, set: &[String]| scenario::read(path, set).map_err(|error| error.to_string());
    Arc::new(Worlds::new(Box::new(load), Some(threads)))
}

pub fn read(path: &Path) -> (ScenarioFile, Prepared) {
    let prepared = scenario::read(path, &[]).unwrap();
    (ScenarioFile::of(path, &[], &prepared), prepared)
}

/// A session with a scenario, and perhaps a run.
pub fn session(path: &Path, run: Option<&Path>, threads: usize) -> Session {
    Session::local(&worlds(threads), run, Some(&read(path).0)).unwrap()
}

/// The rows of a query as CSV.
pub async fn try_to_ask(session: &Session, query: &str) -> Result<String, QueryError> {
    let rows = session.query(query).await?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    output::write(session, rows, Format::Csv, Some(&file)).await?;
    Ok(fs::read_to_string(file).unwrap())
}

pub async fn ask(session: &Session, query: &str) -> String {
    try_to_ask(session, query).await.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// A run with these tables, written by one thread.
pub fn write_run(scenario: &Path, folder: &Path, tables: BTreeSet<Table>) {
    let (_, prepared) = read(scenario);
    let writer = writer(&prepared, folder, tables);
    for hour in writer.hours() {
        let mut part = writer.begin(hour).unwrap();
        let mut plan = HourPlan::<Unsigned>::begin(hour);
        while let Some(no) = plan.upcoming().filter(|no| *no < prepared.end) {
            let slot = plan.step(&prepared.world, &Admission::declared(&prepared.world, no), &mut |_| {});
            if no >= part.waits_for().0 {
                part.slot(&prepared.world, &slot).unwrap();
            }
        }
        part.finish().unwrap();
    }
    writer.finish().unwrap();
}

/// A run that begins.
pub fn writer(prepared: &Prepared, folder: &Path, tables: BTreeSet<Table>) -> Writer {
    let header = Header::of(prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    Writer::open(folder, header, Options { tables, ..Options::default() }).unwrap()
}

/// The files of a folder, by their paths within it.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn collect(at: &Path, root: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, files);
            } else {
                files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    collect(folder, folder, &mut all);
    all
}
