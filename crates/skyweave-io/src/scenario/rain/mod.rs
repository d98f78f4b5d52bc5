//! Time series of rain: files with a time, an H3 cell and a rain rate in each row, CSV or Parquet.
//!
//! Rows stream through: what is kept is the rain on cells that hold the centre of a beam cell or a gateway, in steps that the
//! scenario's window needs.

mod collector;
mod csv_rows;
mod parquet_rows;

use super::area::Atlas;
use super::diagnostic::ScenarioError;
use hifitime::Duration;
use skyweave_core::time::SlotNo;
use skyweave_core::weather::RainStep;
use skyweave_core::world::World;
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

use collector::Collector;

/// A Parquet file begins, and ends, with this.
const PARQUET_MAGIC: &[u8; 4] = b"PAR1";
/// What a series may be, where nothing better can be said of it.
const ACCEPTED: &str =
    "accepted: CSV with a heading, or Parquet, with columns `time`, `cell` and `rain_mm_h`";

/// What is wrong with a series, and what would do.
#[derive(Debug)]
struct Fault {
    found: String,
    accepted: &'static str,
}

impl Fault {
    fn new(found: String, accepted: &'static str) -> Self {
        Self { found, accepted }
    }
}

/// A series, as far as a scenario's slots need it.
pub struct Series {
    /// Its steps, in order of time.
    pub steps: Vec<RainStep>,
    /// Rows with rain whose times those slots see, and how many of them fall on nothing.
    pub wet_rows: u64,
    pub idle_rows: u64,
}

impl Series {
    /// What the user should know about rain that falls on nothing.
    pub fn warning(&self, file: &str) -> Option<String> {
        if self.steps.iter().all(|step| step.beams.is_empty() && step.gateways.is_empty()) {
            let dry = "never falls on a beam cell or a gateway within the time window";
            return Some(format!("the rain of {file} {dry}"));
        }
        (self.idle_rows > 0).then(|| {
            format!(
                "{} of {} rows with rain of {file} change nothing: their cells hold the centre of no beam cell and no gateway, or no slot \
                 begins before the next time",
                self.idle_rows, self.wet_rows
            )
        })
    }
}

/// The series that a scenario names, as far as its slots need it.
pub fn read(
    file: &Spanned<String>,
    holds: Duration,
    world: &World,
    needed: Range<SlotNo>,
    atlas: &Atlas<'_>,
) -> Result<Series, ScenarioError> {
    let path = atlas.folder.join(file.get_ref());
    let mut collector = Collector::new(world, needed, holds);
    rows(&path, &mut collector).and_then(|()| collector.finish()).map_err(|fault| {
        let found = format!("{}: {}", path.display(), fault.found);
        atlas.source.fault(file.span(), &found, "this series", fault.accepted)
    })
}

fn rows(path: &Path, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let failed = |error: std::io::Error| Fault::new(error.to_string(), ACCEPTED);
    let mut file = File::open(path).map_err(failed)?;
    let mut magic = Vec::new();
    file.by_ref().take(PARQUET_MAGIC.len() as u64).read_to_end(&mut magic).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if magic == PARQUET_MAGIC { parquet_rows::read(file, collector) } else { csv_rows::read(file, collector) }
}
