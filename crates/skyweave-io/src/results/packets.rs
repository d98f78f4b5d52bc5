//! Tables of packet experiments: one file each, in the folder of the experiment.

use super::column::{Column, Name, UtcMs, Value, schema};
use super::error::ResultsError;
use super::row::{Record, record};
use super::sink::{Origin, write_rows};
use super::table::Format;
use arrow::array::ArrayRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A row of such a table.
pub trait PacketRow: Record {
    /// Name of the table and its file.
    const NAME: &'static str;
}

macro_rules! packet_table {
    (
        $(#[doc = $about:literal])+
        $name:literal => $row:ident { $($fields:tt)+ }
    ) => {
        record! {
            $(#[doc = $about])+
            $row { $($fields)+ }
        }

        impl PacketRow for $row {
            const NAME: &'static str = $name;
        }
    };
}

packet_table! {
    /// What became of each flow, a row a direction.
    "flows" => FlowRow {
        /// Name of the flow.
        flow: Name,
        /// What it is: `udp`, `ping`, `requests`, `video`, `tcp` or `quic`.
        kind: Name,
        /// Who sends.
        from: Name,
        /// Who receives.
        to: Name,
        /// Packets that were sent.
        sent_packets: i64,
        /// Packets that came, where they are counted.
        received_packets: Option<i64>,
        /// Bytes that came: on the IP layer, or of content for `tcp` and `quic`.
        received_bytes: i64,
        /// Packets that came after one that was sent later.
        reordered_packets: i64,
        /// Packets that were sent again; for transports that do so.
        retransmitted_packets: Option<i64>,
        /// Bytes of content that came, from its first byte to its last, a second, Mbit/s.
        goodput_mbps: Option<f64>,
        /// When everything had come that was to be moved, s after the begin of the flow.
        completion_s: Option<f64>,
        /// One-way delay, the shortest, ms.
        delay_min_ms: Option<f64>,
        /// One-way delay that half of the packets do not exceed, ms.
        delay_p50_ms: Option<f64>,
        /// The same, 95 %.
        delay_p95_ms: Option<f64>,
        /// The same, 99 %.
        delay_p99_ms: Option<f64>,
        /// One-way delay, the longest, ms.
        delay_max_ms: Option<f64>,
        /// Round trip or time to the whole answer, as the sender sees it, the shortest, ms.
        rtt_min_ms: Option<f64>,
        /// The same, 50 %.
        rtt_p50_ms: Option<f64>,
        /// The same, 95 %.
        rtt_p95_ms: Option<f64>,
        /// The same, the longest.
        rtt_max_ms: Option<f64>,
    }
}

packet_table! {
    /// Each flow second by second, where it is counted packet by packet.
    "seconds" => SecondRow {
        /// Name of the flow.
        flow: Name,
        /// The second, counted from the begin of the experiment.
        second: u32,
        /// Packets that came in it.
        received_packets: i64,
        /// Their bytes on the IP layer.
        received_bytes: i64,
        /// The longest one-way delay of them, ms.
        delay_max_ms: f64,
    }
}

/// Writes a table into a folder: whole or not at all. What it says of itself, as key and value, is in the metadata of a Parquet file.
///
/// # Errors
/// What keeps it from being written.
pub fn write_packets<R: PacketRow>(
    folder: &Path,
    format: Format,
    metadata: &[(&str, &str)],
    rows: &[R],
) -> Result<PathBuf, ResultsError> {
    let extension = if format == Format::Csv { "csv" } else { "parquet" };
    write_table(folder.join(format!("{}.{extension}", R::NAME)), format, metadata, rows)
}

packet_table! {
    /// What listed terminals of a live network got, a row a terminal and slot.
    "telemetry" => TelemetryRow {
        /// When the slot began.
        time: UtcMs,
        /// Number of the slot.
        slot: i64,
        /// The terminal.
        terminal: Name,
        /// Whether it was served.
        served: bool,
        /// Why not.
        outage: Option<Name>,
        /// Its satellite.
        satellite: Option<Name>,
        /// The gateway that its traffic came down at.
        gateway: Option<Name>,
        /// The PoP in force.
        pop: Option<Name>,
        /// Round trip with the median of medium access, ms.
        rtt_ms: Option<f64>,
        /// Rate towards it, Mbit/s.
        down_mbps: f64,
        /// Rate from it, Mbit/s.
        up_mbps: f64,
        /// Elevation of its satellite, deg.
        elevation_deg: Option<f64>,
    }
}

packet_table! {
    /// The way between two ends, slot by slot: a row a hop. Slots without a way have no rows.
    "ways" => WayRow {
        /// When the slot begins.
        time: UtcMs,
        /// Number of the slot.
        slot: i64,
        /// Number of the hop, from 0.
        hop: u32,
        /// Where it begins: a terminal, a satellite, a gateway or a PoP.
        from: Name,
        /// Where it ends.
        to: Name,
        /// Time to pass it once, by propagation alone, ms.
        one_way_ms: f64,
        /// Time from the first end to the end of this hop, ms.
        so_far_ms: f64,
    }
}

/// Rows of such a table as a record batch, with what it says of its origin in the metadata of its schema.
///
/// # Errors
/// [`ArrowError`] if there are too many.
pub fn packet_batch<R: PacketRow>(metadata: &[(&str, &str)], rows: &[R]) -> Result<RecordBatch, ArrowError> {
    let own = [("skyweave.table", R::NAME)];
    let pairs = own.iter().chain(metadata).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let schema = schema(R::COLUMNS).with_metadata(pairs.collect());
    RecordBatch::try_new(Arc::new(schema), R::arrays(rows))
}

/// Writes telemetry into a Parquet file of a folder that is named after the first row's slot: whole or not at all. `basis` is how admissions came about.
///
/// # Errors
/// What keeps it from being written.
pub fn write_telemetry(
    folder: &Path,
    basis: &str,
    rows: &[TelemetryRow],
) -> Result<Option<PathBuf>, ResultsError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let target = folder.join(format!("telemetry-{}.parquet", first.slot));
    write_table(target, Format::Parquet, &[("admission", basis)], rows).map(Some)
}

fn write_table<R: PacketRow>(
    target: PathBuf,
    format: Format,
    metadata: &[(&str, &str)],
    rows: &[R],
) -> Result<PathBuf, ResultsError> {
    let pairs = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let origin = Origin { created_by: None, pairs: pairs.collect() };
    write_rows(&target, format, origin, rows)?;
    Ok(target)
}
