//! What a run leaves: tables by the hour, in Parquet or CSV, that say themselves where they come from.
//!
//! A run is a folder: `run.json` says what was planned, `scenario.toml` is the scenario as it was read, and each table has
//! one file an hour, `TABLE/date=2026-05-20/13.parquet`. A file is there whole or not at all, an hour is finished when
//! the files of all its tables are there, and the same run gives the same bytes.
//!
//! | module | what it knows |
//! |---|---|
//! | `table`, `column`, `row`, `rows` | the tables: each column once, with its type and its meaning |
//! | `page` | `docs/results.md` and `docs/tables.md`, made from them |
//! | `layout`, `temp`, `sink`, `collect` | where files lie, how they become whole, how rows get into them |
//! | `stream` | the same tables as record batches, slot by slot, without files |
//! | `run_file`, `open`, `writer`, `part` | a run: begun, resumed or replaced, and written hour by hour |
//! | `moment`, `quantile` | a slot as the tables see it |
//! | `network`, `sites`, `paths`, `satellites`, `links`, `outages`, `cells`, `visibility`, `asks` | what goes into each table |
//! | `read`, `csv_batches` | the way back: record batches and rows |

mod asks;
mod cells;
mod collect;
mod column;
mod csv_batches;
mod csv_file;
mod error;
mod layout;
mod links;
mod moment;
mod network;
mod open;
mod outages;
mod page;
mod packets;
mod part;
mod paths;
mod points;
mod quantile;
mod read;
mod row;
mod rows;
mod run_file;
mod satellites;
mod sink;
mod sites;
mod stream;
mod table;
mod temp;
mod visibility;
mod writer;

pub use column::{Column, Kind, Name, UtcMs};
pub use error::{Difference, ResultsError};
pub use open::{Mode, Options};
pub use packets::{
    FlowRow, PacketRow, SecondRow, TelemetryRow, WayRow, packet_batch, write_packets, write_telemetry,
};
pub use page::{page, tables_page};
pub use part::Part;
pub use points::{PointRow, VariedColumn, write_points};
pub use read::{Batches, Rows, Run};
pub use row::{Record, Row};
pub use rows::{
    AskRow, CellRow, LinkRow, NetworkRow, OutageRow, PathRow, SatelliteRow, SiteRow, VisibilityRow,
};
pub use run_file::{Header, PartFile, RunFile, RunState};
pub use stream::{Ahead, HourTables, SlotBatches, TableReader, TableStream, stream_schema};
pub use table::{Format, Table};
pub use writer::Writer;

pub(crate) use collect::Collector;
pub(crate) use layout::RunInfo;
pub(crate) use moment::{Moment, Names};
pub(crate) use temp::TempFile;
pub use temp::write_whole;

/// The version of the tables and their columns. It rises when a column changes its meaning or goes.
pub const FORMAT_VERSION: u32 = 2;
