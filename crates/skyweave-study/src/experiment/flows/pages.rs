//! Flows that are pages somebody reads.

use super::{Checked, End, Seated, of_round_trips};
use crate::experiment::flows::transfers::PATIENCE;
use miette::{Result, miette};
use skyweave_io::results::FlowRow;
use skyweave_io::scenario::Prepared;
use skyweave_net::packet::{FlowId, HostId};
use skyweave_net::space::Space;
use skyweave_net::time::Ns;
use skyweave_net::transport::{End as Side, Reader, Reading, Site};

/// Numbers of readers' connections have room for so many flows.
const MOST_FLOWS: u32 = 2_048;

/// Puts the reader and the site in their places.
pub fn seat(
    checked: Checked,
    space: &mut Space,
    prepared: &Prepared,
    pause: Ns,
    connections: u32,
) -> Result<Seated> {
    if checked.number >= MOST_FLOWS {
        return Err(miette!(
            help = "accepted: `web` among the first 2048 flows",
            "flow {}",
            checked.number + 1
        ));
    }
    let first = space.next_host();
    let side = |end: End, host: u32| Side { host: HostId(host), address: end.ipv4(&prepared.addressing) };
    let reading = Reading {
        flow: FlowId(checked.number),
        client: side(checked.ends.from, first.0),
        server: side(checked.ends.to, first.0 + 1),
        connections,
        pause,
        seed: checked.seed,
        begin: checked.begin,
        end: checked.end,
        patience: PATIENCE,
    };
    let from = checked.ends.from.seat(space, checked.watched(Box::new(Reader::new(reading)), 0))?;
    let to = checked.ends.to.seat(space, checked.watched(Box::new(Site::new(reading)), 1))?;
    Ok(Seated { checked, from, to, transfer: None })
}

/// What became of them: pages count, and the round trips are what whole pages took.
pub fn describe(row: &mut FlowRow, seated: &Seated, space: &Space) {
    let Some(reader) = space.engine().host::<Reader>(seated.from) else { return };
    of_round_trips(row, &reader.pages);
    row.sent_packets = i64::from(reader.asked_pages);
    row.received_bytes = reader.bytes as i64;
}
