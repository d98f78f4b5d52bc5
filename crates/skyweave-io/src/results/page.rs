//! `docs/results.md`, made from the tables themselves.

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
tell a packet's own. Queues are not in them. Tables that a run does not write by itself: `slots` (see [slots.md](slots.md)).
";

/// The page that documents all tables, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    for table in Table::ALL {
        let Some(columns) = table.columns() else { continue };
        // writing to a text cannot fail
        let _ = write!(text, "\n## `{table}`\n\n{}\n\n", table.about().trim());
        text.push_str("| column | type | null | meaning |\n|---|---|---|---|\n");
        for column in columns {
            let null = if column.nullable { "yes" } else { "" };
            let meaning = column.meaning.trim();
            let _ = writeln!(text, "| `{}` | {} | {null} | {meaning} |", column.name, column.kind.name());
        }
    }
    text
}
