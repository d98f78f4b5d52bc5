//! The way that packets take between two ends in a slot, hop by hop.

use crate::ends::{self, Ends};
use miette::{Result, miette};
use serde::Serialize;
use skyweave_core::admission::Unsigned;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::{Slot, Slots};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_io::results::{UtcMs, WayRow};
use skyweave_io::scenario::Prepared;
use skyweave_net::space::{Options as Model, Space, Step};
use skyweave_net::traffic::Echo;
use std::ops::Range;

/// A hop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hop {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Time to pass it once, by propagation alone, ms.
    pub one_way_ms: f64,
    /// Time from the first end to the end of this hop, ms.
    pub so_far_ms: f64,
}

/// The way between two ends in a slot of their world.
///
/// # Errors
/// There is none: an end is not served, or nothing leads from one to the other.
pub fn way(world: &World, ends: &Ends, slot: &Slot<Unsigned>) -> Result<Vec<Hop>> {
    let terminals = ends.terminals();
    let mut space = Space::new(world, &terminals, slot.no, Model::default());
    let [from, to] = [ends.from, ends.to].map(|end| end.seat(&mut space, Box::new(Echo)));
    space.enter(world, slot);
    let steps = space.trace(from?, to?).ok_or_else(|| why_not(world, slot, &terminals))?;
    Ok(hops(world, &steps))
}

/// The ways between two ends in some slots, one after another: rows of the slots that have one.
#[must_use]
pub fn rows(prepared: &Prepared, ends: &Ends, window: Range<SlotNo>) -> Vec<WayRow> {
    let world = &prepared.world;
    let mut slots = Slots::from(world, window.start);
    let mut rows = Vec::new();
    let mut next = window.start;
    while next < window.end {
        let slot = slots.next();
        next = slot.no.next();
        let Ok(hops) = way(world, ends, &slot) else { continue };
        rows.extend((0..).zip(hops).map(|(number, hop)| WayRow {
            time: UtcMs::of_slot(slot.no),
            slot: slot.no.0,
            hop: number,
            from: hop.from.into(),
            to: hop.to.into(),
            one_way_ms: hop.one_way_ms,
            so_far_ms: hop.so_far_ms,
        }));
    }
    rows
}

fn hops(world: &World, steps: &[Step]) -> Vec<Hop> {
    let mut so_far_ms = 0.0;
    let hop = |step: &Step| {
        so_far_ms += step.delay.as_ms();
        let [from, to] = [step.from, step.to].map(|place| ends::of_place(world, place));
        Hop { from, to, one_way_ms: step.delay.as_ms(), so_far_ms }
    };
    steps.iter().map(hop).collect()
}

/// What keeps packets from going.
fn why_not(world: &World, slot: &Slot<Unsigned>, terminals: &[TerminalId]) -> miette::Report {
    let outage = terminals.iter().find_map(|terminal| {
        let outage = slot.terminals[terminal.index()].outcome.as_ref().err()?;
        Some((&world.terminals[terminal.index()].name, outage))
    });
    match outage {
        Some((name, outage)) => miette!("there is no way: `{name}` is not served: {}", outage.name()),
        None => miette!("there is no way in this slot"),
    }
}
