//! `docs/slots.md`, made from the encoding itself.

use super::codes::{IDLE, OUTAGES, REFUSED, SERVED};
use super::fields::FIELDS;
use skyweave_core::refusal::RefusalCode;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Slots

<!-- Made from crates/skyweave-io/src/slots. Do not edit: change the documentation there. -->

The table `slots` has all that a program needs to follow the network: what the packet engine, the page and virtual dishes
read. It is written when asked for, to `slots/date=2026-05-20/13.arrows` in the folder of a run, and is an Arrow IPC stream
whatever the format of the other tables is. Each record batch has one row, and that row is one slot. A stream ends with the
mark for it (`ff ff ff ff 00 00 00 00`); one without was cut short.

Satellites, gateways, PoPs, cells and listed terminals go by number: their places in the lists of names that the schema's
metadata has, each as a JSON list of texts: `skyweave.satellites`, `skyweave.gateways`, `skyweave.pops` (codes),
`skyweave.cells` (H3 indexes, hexadecimal) and `skyweave.terminals`. Beside them stands where the file comes from, as in
the other tables (see [results.md](results.md)).

Units are SI, frames are Earth-fixed. Delays are one way, by propagation alone; twice the sum of the four of a cell or terminal, and what medium access adds, is
its round-trip time. They are reals of 64 bits, so that nothing is lost against the planner; only velocities have 32.

A way to a PoP: from a satellite follow `next_hop` of that PoP until it is null; the gateway that holds the last satellite is
where it comes down.

| field | type | null | meaning |
|---|---|---|---|
";

/// The page that documents the encoding, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    // writing to a text cannot fail
    for field in FIELDS {
        let null = if field.nullable { "yes" } else { "" };
        let _ = writeln!(text, "| `{}` | {} | {null} | {} |", field.path, field.kind.name(), field.meaning);
    }
    text.push_str("\n## Codes of `outage`\n\n| code | meaning |\n|---|---|\n");
    let _ = writeln!(text, "| {SERVED} | served |\n| {IDLE} | asks for nothing |");
    for (code, outage) in OUTAGES {
        let _ = writeln!(text, "| {code} | `{}` |", outage.name());
    }
    for refusal in RefusalCode::ALL {
        let _ = writeln!(text, "| {} | refused: `{}` |", REFUSED + refusal as u8, refusal.name());
    }
    text
}
