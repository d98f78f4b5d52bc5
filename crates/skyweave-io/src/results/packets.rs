//! Tables of packet experiments: one file each, in the folder of the experiment.

use super::column::{Column, Name, UtcMs, Value, schema};
use super::csv_file::CsvFile;
use super::error::ResultsError;
use super::table::Format;
use super::temp::TempFile;
use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A row of such a table.
pub trait PacketRow: Sized {
    /// Name of the table and its file.
    const NAME: &'static str;
    /// What it holds, in prose.
    const ABOUT: &'static str;
    /// Its columns.
    const COLUMNS: &'static [Column];
    /// The columns of some rows.
    fn arrays(rows: &[Self]) -> Vec<ArrayRef>;
}

macro_rules! packet_table {
    (
        $(#[doc = $about:literal])+
        $name:literal => $row:ident {
            $($(#[doc = $meaning:literal])+ $column:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $row {
            $($(#[doc = $meaning])+ pub $column: $type,)+
        }

        impl PacketRow for $row {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = concat!($($about),+);
            const COLUMNS: &'static [Column] = &[$(Column {
                name: stringify!($column),
                kind: <$type as Value>::KIND,
                nullable: <$type as Value>::NULLABLE,
                meaning: concat!($($meaning),+),
            }),+];

            fn arrays(rows: &[Self]) -> Vec<ArrayRef> {
                vec![$(<$type as Value>::array(&mut rows.iter().map(|row| &row.$column))),+]
            }
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
    let (temp, file) = TempFile::create(&target)?;
    let schema = Arc::new(schema(R::COLUMNS));
    let batch = RecordBatch::try_new(Arc::clone(&schema), R::arrays(rows))
        .map_err(|e| ResultsError::writing_arrow(&target, e))?;
    let file = if format == Format::Csv {
        let mut csv = CsvFile::create(file, R::COLUMNS, &target)?;
        csv.write(&batch, &target)?;
        csv.into_file(&target)?
    } else {
        let pairs = metadata.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), (*value).to_owned()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(pairs.collect()))
            .build();
        let parquet = |e| ResultsError::writing_parquet(&target, e);
        let mut writer =
            ArrowWriter::try_new(BufWriter::new(file), schema, Some(properties)).map_err(parquet)?;
        writer.write(&batch).map_err(parquet)?;
        let buffer = writer.into_inner().map_err(parquet)?;
        buffer.into_inner().map_err(|e| ResultsError::io("write", &target, e.into_error()))?
    };
    file.sync_all().map_err(|e| ResultsError::io("write", &target, e))?;
    temp.put_in_place()?;
    Ok(target)
}
