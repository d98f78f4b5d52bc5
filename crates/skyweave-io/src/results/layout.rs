//! Where the files of a run lie, and what each says of its origin.

use super::open::Options;
use super::run_file::Header;
use super::sink::Origin;
use super::table::{Format, Table};
use skyweave_core::time::{SlotNo, UtcHour};
use std::path::{Path, PathBuf};

/// What all parts of a run share.
#[derive(Debug)]
pub(crate) struct RunInfo {
    pub dir: PathBuf,
    pub header: Header,
    pub options: Options,
}

impl RunInfo {
    /// The file of a table for an hour.
    pub fn file(&self, table: Table, hour: UtcHour) -> PathBuf {
        self.dir.join(relative(table, hour, self.options.format))
    }

    /// True if the files of all tables are there.
    pub fn is_finished(&self, hour: UtcHour) -> bool {
        self.options.tables.iter().all(|table| self.file(*table, hour).is_file())
    }

    /// What a file says of its origin, in this order.
    pub fn metadata(&self, table: Table, hour: UtcHour) -> Vec<(String, String)> {
        let mut pairs = metadata(&self.header, table);
        pairs.push(("skyweave.hour".to_owned(), hour_label(hour)));
        pairs
    }

    /// The same, and which program wrote it.
    pub fn origin(&self, table: Table, hour: UtcHour) -> Origin {
        let created_by = format!("skyweave version {}", self.header.skyweave_version);
        Origin { created_by: Some(created_by), pairs: self.metadata(table, hour) }
    }
}

/// What a table says of its origin, whatever hours it is of.
pub(crate) fn metadata(header: &Header, table: Table) -> Vec<(String, String)> {
    [
        ("skyweave.table", table.name().to_owned()),
        ("skyweave.version", header.skyweave_version.clone()),
        ("skyweave.format", header.format_version.to_string()),
        ("skyweave.scenario", header.scenario_text.clone()),
        ("skyweave.scenario_sha256", header.scenario_sha256.clone()),
        ("skyweave.seed", header.seed.to_string()),
        ("skyweave.basis", header.basis.to_owned()),
        ("skyweave.climate", header.climate.to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

/// The path of a table's file within the folder of its run.
pub(crate) fn relative(table: Table, hour: UtcHour, format: Format) -> String {
    let (date, of_day) = date_and_hour(hour);
    format!("{table}/date={date}/{of_day:02}.{}", table.extension(format))
}

/// The hours that a window of slots touches.
pub(crate) fn hours(window: (SlotNo, SlotNo)) -> impl Iterator<Item = UtcHour> {
    let last = window.1.minus(1);
    let range = if window.0 < window.1 { window.0.hour().0..last.hour().0 + 1 } else { 0..0 };
    range.map(UtcHour)
}

/// The slots of an hour that a window has: the first, and the first after them.
pub(crate) fn slots_of(hour: UtcHour, window: (SlotNo, SlotNo)) -> (SlotNo, SlotNo) {
    (hour.first_slot().max(window.0), hour.next().first_slot().min(window.1))
}

/// An hour as texts have it, for instance `2026-05-20T13Z`.
pub(crate) fn hour_label(hour: UtcHour) -> String {
    let (date, of_day) = date_and_hour(hour);
    format!("{date}T{of_day:02}Z")
}

fn date_and_hour(hour: UtcHour) -> (String, u8) {
    let (year, month, day, of_day, ..) = hour.start().to_gregorian_utc();
    (format!("{year:04}-{month:02}-{day:02}"), of_day)
}

/// True for the name of a folder that holds the hours of a date.
pub(crate) fn is_date_folder(name: &str) -> bool {
    name.strip_prefix("date=").is_some_and(|date| {
        date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}

/// True for the name of a file of a table, whole or not, in any format.
pub(crate) fn is_part_name(name: &str) -> bool {
    let whole = unfinished_name(name).unwrap_or(name);
    let Some((of_day, extension)) = whole.split_once('.') else { return false };
    of_day.len() == 2
        && of_day.bytes().all(|byte| byte.is_ascii_digit())
        && ["parquet", "csv", "arrows"].contains(&extension)
}

/// The name under which a file grows until it is whole.
pub(crate) fn temp_path(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.tmp"))
}

/// The name that a growing file will have.
pub(crate) fn unfinished_name(name: &str) -> Option<&str> {
    name.strip_prefix('.')?.strip_suffix(".tmp")
}
