//! What an order would do: two plans of one slot, without it and with it, subtracted.
//!
//! Everybody is counted: terminals without a name as shares of their cells, listed ones one by one. Who loses service is either cut (no
//! longer admitted) or spilled over on (still admitted, and without a beam or a way because others have them now).

use crate::admission::{Admission, Hypothetical};
use crate::ids::{CellId, TerminalId};
use crate::plan::{Slot, plan};
use crate::service::Ruling;
use crate::time::SlotNo;
use crate::world::World;
use std::sync::Arc;

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Served, and no longer admitted.
    Cut,
    /// Served and still admitted, and without service all the same.
    Spilled,
    /// Without service, and served.
    Gained,
}

/// What happens to a cell's terminals, listed ones included, in numbers of terminals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellChange {
    /// Which cell.
    pub cell: CellId,
    /// Terminals that are no longer admitted.
    pub cut: f64,
    /// Terminals that lose service though they are admitted.
    pub spilled: f64,
    /// Terminals that gain service.
    pub gained: f64,
}

/// What changes for those who are served with and without the order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Elsewhere {
    /// How many they are.
    pub terminals: f64,
    /// Downlink of all of them together without the order, bit/s.
    pub down_without_bps: f64,
    /// And with it, bit/s.
    pub down_with_bps: f64,
    /// Sum of their round-trip times without the order, s.
    pub rtt_without_s: f64,
    /// And with it, s.
    pub rtt_with_s: f64,
}

/// What an order does in one slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// Which slot.
    pub slot: SlotNo,
    /// Cells in which somebody loses or gains service, in their order.
    pub cells: Vec<CellChange>,
    /// Listed terminals to whom something happens, in their order.
    pub terminals: Vec<(TerminalId, Change)>,
    /// Everybody else who is served.
    pub elsewhere: Elsewhere,
}

/// Plans a slot under two tables, each from nothing before it, and subtracts.
#[must_use]
pub fn foresee(world: &World, without: &Arc<Ruling>, with: &Arc<Ruling>, slot: SlotNo) -> Impact {
    let under = |ruling: &Arc<Ruling>| {
        let admission: Admission<Hypothetical> = Admission::preview(world, ruling, slot);
        plan(world, &admission, None, slot)
    };
    subtract(&under(without), &under(with))
}

/// What one plan of a slot has over another of the same world and slot.
#[must_use]
pub fn subtract(without: &Slot<Hypothetical>, with: &Slot<Hypothetical>) -> Impact {
    let (served, still) = (served_by_cell(without), served_by_cell(with));
    let refused = without.demand.cells.iter().zip(&with.demand.cells);
    let refused = refused.map(|(a, b)| (b.refused_terminals - a.refused_terminals).max(0.0));
    let change = |(index, ((before, after), refused)): (usize, ((&f64, &f64), f64))| {
        let lost = (before - after).max(0.0);
        let cut = lost.min(refused);
        CellChange { cell: CellId::at(index), cut, spilled: lost - cut, gained: (after - before).max(0.0) }
    };
    let cells = served.iter().zip(&still).zip(refused).enumerate().map(change);
    let cells = cells.filter(|change| change.cut + change.spilled + change.gained > 0.0).collect();

    let pairs = without.terminals.iter().zip(&with.terminals).enumerate();
    let terminals = pairs.filter_map(|(index, (before, after))| {
        let change = match (before.outcome.is_ok(), after.outcome.is_ok()) {
            (true, false) if with.demand.admitted[index] => Change::Spilled,
            (true, false) => Change::Cut,
            (false, true) => Change::Gained,
            _ => return None,
        };
        Some((TerminalId::at(index), change))
    });
    let terminals = terminals.collect();
    Impact { slot: with.no, cells, terminals, elsewhere: elsewhere(without, with, &served, &still) }
}

fn served_by_cell(slot: &Slot<Hypothetical>) -> Vec<f64> {
    let mut served = vec![0.0; slot.demand.cells.len()];
    for (ask, flow) in slot.demand.asks.iter().zip(&slot.flows.asks) {
        if matches!(flow, Some(Ok(_))) {
            served[ask.cell.index()] += ask.terminals;
        }
    }
    served
}

/// Over cells that are served in both plans: as many terminals of each as the fewer of the two.
fn elsewhere(
    without: &Slot<Hypothetical>,
    with: &Slot<Hypothetical>,
    served: &[f64],
    still: &[f64],
) -> Elsewhere {
    let mut sums = Elsewhere::default();
    let flows = without.flows.cells.iter().zip(&with.flows.cells);
    for ((before, after), (served, still)) in flows.zip(served.iter().zip(still)) {
        if let (Some(Ok(before)), Some(Ok(after))) = (before, after) {
            let terminals = served.min(*still);
            sums.terminals += terminals;
            sums.down_without_bps += terminals * before.down_bps;
            sums.down_with_bps += terminals * after.down_bps;
            sums.rtt_without_s += terminals * before.delay.rtt_s();
            sums.rtt_with_s += terminals * after.delay.rtt_s();
        }
    }
    sums
}
