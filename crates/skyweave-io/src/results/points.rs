//! The table of a sweep: a row for each of its points.

use super::column::{Column, Kind, Name, Value, schema};
use super::error::ResultsError;
use super::row::{Record, record};
use super::sink::{Origin, write_batch};
use super::table::Format;
use crate::summary::Summary;
use arrow::array::ArrayRef;
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use std::path::{Path, PathBuf};
use std::sync::Arc;

record! {
    /// What a point of a sweep comes to: figures of the summary of its run, one row a point. Between `point` and the others each value that is
    /// varied has a column of its own, under its path in the scenario.
    PointRow {
        /// Number of the point, from 0; the value that was named last changes fastest.
        point: u32,
        /// SHA-256 of the scenario with its values changed, hexadecimal.
        scenario_sha256: Name,
        /// Slots that were planned.
        slots: i64,
        /// Terminals served as a share of those that ask, over the whole run.
        served_share: f64,
        /// Terminals that ask for service, mean.
        terminals_asking: f64,
        /// Terminals that are served, mean.
        terminals_served: f64,
        /// Terminals without service times hours.
        lost_terminal_h: f64,
        /// The reason that costs the most of these. Null if nothing is lost.
        main_outage: Option<Name>,
        /// Downlink asked for, mean, bit/s.
        offered_down_bps: f64,
        /// Downlink delivered, mean, bit/s.
        delivered_down_bps: f64,
        /// Round-trip time that half of the served terminals do not exceed, median over the slots, mean of the acts, ms.
        rtt_p50_ms: Option<f64>,
        /// The same for 95 %.
        rtt_p95_ms: Option<f64>,
        /// Round-trip time of the named sites: mean of their medians, ms.
        sites_rtt_p50_ms: Option<f64>,
        /// Slots in which a named site is served, as a share, mean of the sites.
        sites_served_share: Option<f64>,
        /// Changes of satellite of a named site, an hour, mean of the sites.
        handovers_per_h: Option<f64>,
        /// Share of the served terminals whose traffic takes lasers.
        over_lasers_share: f64,
        /// Satellites that serve some cell, the least and the most of any slot.
        satellites_serving_min: u32,
        /// The most.
        satellites_serving_max: u32,
        /// Lasers that carry traffic, the least of any slot.
        lasers_up_min: u32,
        /// The most.
        lasers_up_max: u32,
    }
}

impl PointRow {
    /// The row of a point from the summary of its run.
    #[must_use]
    pub fn of(point: u32, scenario_sha256: &str, summary: &Summary) -> Self {
        let slots = summary.slots as f64;
        let over_time = |value: fn(&crate::summary::Act) -> f64| {
            summary.acts.iter().map(|act| value(act) * act.slots as f64).sum::<f64>() / slots.max(1.0)
        };
        let acts =
            |value: fn(&crate::summary::Act) -> Option<f64>| mean(summary.acts.iter().filter_map(value));
        let sites =
            |value: fn(&crate::summary::Site) -> Option<f64>| mean(summary.sites.iter().filter_map(value));
        let lost_s: f64 = summary.lost.iter().map(|lost| lost.terminal_seconds).sum();
        Self {
            point,
            scenario_sha256: scenario_sha256.to_owned().into(),
            slots: summary.slots as i64,
            served_share: summary.served_share(),
            terminals_asking: over_time(|act| act.terminals_asking),
            terminals_served: over_time(|act| act.terminals_served),
            lost_terminal_h: lost_s / 3_600.0,
            main_outage: summary.lost.first().map(|lost| lost.reason.clone().into()),
            offered_down_bps: over_time(|act| act.offered_down_bps),
            delivered_down_bps: over_time(|act| act.delivered_down_bps),
            rtt_p50_ms: acts(|act| act.rtt_p50_ms),
            rtt_p95_ms: acts(|act| act.rtt_p95_ms),
            sites_rtt_p50_ms: sites(|site| site.rtt_ms.map(|rtt| rtt[1])),
            sites_served_share: sites(|site| Some(site.served_share)),
            handovers_per_h: sites(|site| Some(site.handovers_per_hour)),
            over_lasers_share: over_time(|act| act.over_lasers_share),
            satellites_serving_min: summary.satellites_serving.0,
            satellites_serving_max: summary.satellites_serving.1,
            lasers_up_min: summary.lasers_up.0,
            lasers_up_max: summary.lasers_up.1,
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

/// A value that is varied, point by point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariedColumn {
    /// Its path in the scenario.
    pub path: String,
    /// What it is at each point, as it was written.
    pub values: Vec<String>,
}

impl VariedColumn {
    /// Whole numbers, real numbers or truth values where all of them are, texts otherwise.
    fn column(&self) -> (Kind, ArrayRef) {
        fn all<T: std::str::FromStr>(values: &[String]) -> Option<Vec<T>> {
            values.iter().map(|value| value.parse().ok()).collect()
        }
        if let Some(values) = all::<i64>(&self.values) {
            (Kind::Int64, <i64 as Value>::array(&mut values.iter()))
        } else if let Some(values) = all::<f64>(&self.values) {
            (Kind::Float64, <f64 as Value>::array(&mut values.iter()))
        } else if let Some(values) = all::<bool>(&self.values) {
            (Kind::Bool, <bool as Value>::array(&mut values.iter()))
        } else {
            let texts: Vec<Name> =
                self.values.iter().map(|value| unquoted(value).to_owned().into()).collect();
            (Kind::Name, <Name as Value>::array(&mut texts.iter()))
        }
    }
}

fn unquoted(value: &str) -> &str {
    let inner = |mark: char| value.strip_prefix(mark).and_then(|value| value.strip_suffix(mark));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// Writes the table of a sweep into a folder, as `sweep.parquet` and `sweep.csv`: whole or not at all.
///
/// # Errors
/// What keeps it from being written.
pub fn write_points(
    folder: &Path,
    origin: &[(&str, &str)],
    varied: &[VariedColumn],
    rows: &[PointRow],
) -> Result<[PathBuf; 2], ResultsError> {
    let targets = [(Format::Parquet, "sweep.parquet"), (Format::Csv, "sweep.csv")];
    let batch =
        batch(varied, rows).map_err(|e| ResultsError::writing_arrow(&folder.join(targets[0].1), e))?;
    for (format, name) in targets {
        let pairs = origin.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        write_batch(&folder.join(name), format, Origin { created_by: None, pairs }, &batch)?;
    }
    Ok(targets.map(|(_, name)| folder.join(name)))
}

fn batch(varied: &[VariedColumn], rows: &[PointRow]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let figures = schema(PointRow::COLUMNS);
    let mut fields: Vec<Arc<Field>> = figures.fields().iter().cloned().collect();
    let mut arrays = PointRow::arrays(rows);
    for (place, one) in (1..).zip(varied) {
        let (kind, array) = one.column();
        fields.insert(place, Arc::new(Field::new(&one.path, kind.arrow(), false)));
        arrays.insert(place, array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
