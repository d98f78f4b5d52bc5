//! `docs/results.md` and `docs/tables.md`, made from the tables themselves.

use super::column::Column;
use super::packets::{FlowRow, PacketRow, SecondRow, TelemetryRow, WayRow};
use super::points::PointRow;
use super::row::Record;
use super::table::Table;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Results

<!-- Made from crates/skyweave-io/src/results. Do not edit: change the documentation there. -->

A run leaves a folder:

| file | what it is |
|---|---|
| `run.json` | what was planned and by which version, whether the run is finished, and then all its files |
| `scenario.toml` | the scenario as it was read |
| `TABLE/date=2026-05-20/13.parquet` | a table for the UTC hour that begins at 13:00 on that date |

A file appears under its name only when it is whole. An hour is finished when the files of all its tables are there;
`--resume` goes on with the others. The same run gives the same bytes, on any number of threads.

In Parquet, names are kept in dictionaries, pages are compressed with Snappy, and every file says where it comes from in
its metadata: `skyweave.table`, `skyweave.version`, `skyweave.format` (version of these tables), `skyweave.scenario` (the
whole text), `skyweave.scenario_sha256`, `skyweave.seed`, `skyweave.basis`, `skyweave.climate` and
`skyweave.hour`.

CSV follows RFC 4180: UTF-8, lines end in CR LF, the first has the names of the columns. What is missing is empty, times
look like `2026-05-20T13:00:12.000Z`. Where the rows come from is in `run.json` beside them.

`skyweave.basis`, and `basis` in `run.json`, say who may vouch for who was served: `enforced` (signed orders), `hypothetical`
(a preview of some) or `unsigned` (a scenario's own word).

Slots last 15 s. Their number is that of GPS seconds at their start, divided by 15; intervals of slots have their end left out.

`skyweave.climate`, and `climate` in `run.json`, say what attenuation by air, clouds and rain rests on: `coarse` (a climatology of our own, by latitude
alone), `itu-maps` (the maps of the ITU-R recommendations, from the user's own copy), `given`, or `none`.

Round trips are those of propagation and what medium access adds in the middle of its distribution: the same for all, since nobody can
tell a packet's own. Queues are not in them.

A run does not write `visibility` and `flows` by itself, `--also visibility,flows` does, nor `slots` (`--slots`, see [slots.md](slots.md)). The same
tables without files, slot by slot, are in [tables.md](tables.md).
";

/// The page that documents all tables, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    for table in Table::ALL {
        let Some(columns) = table.columns() else { continue };
        // writing to a text cannot fail
        let _ = write!(text, "\n## `{table}`\n\n{}\n\n", table.about().trim());
        text.push_str(&described(columns));
    }
    text
}

fn described(columns: &[Column]) -> String {
    let mut text = "| column | type | null | meaning |\n|---|---|---|---|\n".to_owned();
    for column in columns {
        let null = if column.nullable { "yes" } else { "" };
        let meaning = column.meaning.trim();
        let _ = writeln!(text, "| `{}` | {} | {null} | {meaning} |", column.name, column.kind.name());
    }
    text
}

const TABLES: &str = "\
# Tables

<!-- Made from crates/skyweave-io/src/results. Do not edit: change the documentation there. -->

Everything that the planner finds out is a table: Arrow record batches with a schema that does not change. The same batches go into the
Parquet files of a run, through the Arrow C stream interface to Python, and to whoever uses the library.

- **Units are in the names** of columns: `_ms`, `_m`, `_deg`, `_bps`, `_db`. Times are UTC.
- **Ids are names in dictionaries** (`dictionary<int32, utf8>`): satellites, gateways, PoPs, cells, sites, states and reasons. A
  dictionary holds for its batch.
- **The schema's metadata** says where a table comes from: `skyweave.table`, `skyweave.version` (of the program), `skyweave.format` (of
  these tables), `skyweave.scenario` (the whole text), `skyweave.scenario_sha256`, `skyweave.seed`, `skyweave.basis` and
  `skyweave.climate`. Files also have `skyweave.hour`.

## As files

`skyweave run SCENARIO -o DIR` writes a file a table and UTC hour, partitioned by day: `DIR/TABLE/date=2026-05-20/13.parquet`. DuckDB, Polars
and pandas read `DIR/TABLE/**/*.parquet` as one table with a column `date`. The hour is what is resumed. [results.md](results.md) has what
each column means.

## As a stream

`skyweave_io::results::TableStream` plans a window and gives the tables of one slot at a time: the rows that a run writes, in the same
order. `network`, `sites`, `paths`, `satellites`, `visibility`, `flows` and `slots` have a batch each slot. `links`, `outages` and
`cells` have rows when something ends, and the rest with the last slot of an hour. Memory is that of one hour's plan, however long
the window: the planner restarts at each UTC hour, and a batch is gone when its reader lets go of it. `ahead()` plans in a thread of
its own, two slots before the reader. In Python: [python.md](python.md).

## Columns
";

/// The page of the tables as streams and schemas, in Markdown.
#[must_use]
pub fn tables_page() -> String {
    let mut text = TABLES.to_owned();
    for table in Table::ALL {
        match table.columns() {
            Some(columns) => {
                let _ = write!(text, "\n`{table}`: {}\n", listed(columns));
            }
            None => text.push_str("\n`slots`: one row a slot, with lists; see [slots.md](slots.md).\n"),
        }
    }
    text.push_str(
        "\n`null`: values may be missing. Packet experiments ([packets.md](packets.md)), one file each:\n",
    );
    packet_table::<FlowRow>(&mut text);
    packet_table::<SecondRow>(&mut text);
    text.push_str("\nThe live network, a file each few minutes ([live.md](live.md)):\n");
    packet_table::<TelemetryRow>(&mut text);
    text.push_str("\nWays between two ends, from Python:\n");
    packet_table::<WayRow>(&mut text);
    let _ = write!(text, "\n## `sweep`\n\n{} See [sweep.md](sweep.md).\n\n", PointRow::ABOUT.trim());
    text.push_str(&described(PointRow::COLUMNS));
    text
}

fn packet_table<R: PacketRow>(text: &mut String) {
    let _ = write!(text, "\n`{}`: {}\n", R::NAME, listed(R::COLUMNS));
}

fn listed(columns: &[Column]) -> String {
    let one = |column: &Column| {
        let null = if column.nullable { ", null" } else { "" };
        format!("`{}` ({}{null})", column.name, column.kind.name())
    };
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}
