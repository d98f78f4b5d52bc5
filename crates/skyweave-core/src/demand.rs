//! Stage: who asks for what: the terminals that admission lets through and that have power.
//!
//! Terminals of one position cell, plan and PoP are alike: together they are an [`Ask`]. A cell's terminals without a name are
//! spread over the plans by their shares; what a plan asks for in the busy hour goes up and down with the sun.

use crate::admission::{Admission, Basis, Outcome};
use crate::conditions::Conditions;
use crate::ids::{CellId, PlanId, PopId, TerminalId};
use crate::refusal::RefusalCode;
use crate::time::{SlotNo, utc_seconds_of_day};
use crate::world::World;
use rayon::prelude::*;

/// Terminals of one cell, plan and PoP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// Their position cell.
    pub cell: CellId,
    /// The PoP in force: home if it works, else the nearest that does; `None` if none works.
    pub pop: Option<PopId>,
    /// Their plan.
    pub plan: PlanId,
    /// How many are admitted and have power.
    pub terminals: f64,
    /// Downlink demand of each, bit/s.
    pub down_bps: f64,
    /// Uplink demand of each, bit/s.
    pub up_bps: f64,
    /// Priority: where something is full, rates are in proportion to it.
    pub weight: f64,
}

/// What all terminals of a position cell ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellDemand {
    /// Terminals that are admitted and have power.
    pub terminals: f64,
    /// All terminals, dark and refused ones included.
    pub all_terminals: f64,
    /// Terminals without power.
    pub dark_terminals: f64,
    /// Terminals that may not be served.
    pub refused_terminals: f64,
    /// Why most of them may not.
    pub refusal: Option<RefusalCode>,
    /// Downlink demand of each of those that are admitted and have power, on average, bit/s.
    pub down_bps: f64,
    /// Uplink demand of each, on average, bit/s.
    pub up_bps: f64,
    /// The PoP in force for the cell's terminals without a name.
    pub pop: Option<PopId>,
}

/// What everybody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// By position cell.
    pub cells: Vec<CellDemand>,
    /// Asks, by beam cell, then by position cell, PoP and plan.
    pub asks: Vec<Ask>,
    /// By listed terminal: true if it may be served.
    pub admitted: Vec<bool>,
    /// By beam cell: where its asks begin; and the end.
    starts: Vec<u32>,
}

impl Demand {
    /// The asks of a beam cell.
    #[must_use]
    pub fn of_beam(&self, beam: usize) -> &[Ask] {
        &self.asks[self.range(beam)]
    }

    /// Where the asks of a beam cell are among all.
    #[must_use]
    pub fn range(&self, beam: usize) -> std::ops::Range<usize> {
        self.starts[beam] as usize..self.starts[beam + 1] as usize
    }

    /// The PoPs that asks go to, ascending, of so many in the world.
    #[must_use]
    pub fn pops(&self, all: usize) -> Vec<PopId> {
        let mut is_used = vec![false; all];
        for pop in self.asks.iter().filter_map(|ask| ask.pop) {
            is_used[pop.index()] = true;
        }
        (0..all).filter(|pop| is_used[*pop]).map(PopId::at).collect()
    }

    /// The asks of a position cell, and where the first of them is among all.
    #[must_use]
    pub fn of_cell(&self, world: &World, cell: CellId) -> (usize, &[Ask]) {
        let range = self.range(world.beam_of(cell).index());
        let asks = &self.asks[range.clone()];
        let first = asks.partition_point(|ask| ask.cell < cell);
        let end = asks.partition_point(|ask| ask.cell <= cell);
        (range.start + first, &asks[first..end])
    }

    /// Which ask, among all, is that of a position cell's terminals with a PoP and a plan.
    #[must_use]
    pub fn ask_of(&self, world: &World, cell: CellId, pop: PopId, plan: PlanId) -> Option<usize> {
        let (first, asks) = self.of_cell(world, cell);
        asks.iter().position(|ask| ask.pop == Some(pop) && ask.plan == plan).map(|ask| first + ask)
    }
}

/// Listed terminals that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    cell: CellId,
    /// The PoP in force; none sorts first.
    pop: Option<PopId>,
    plan: PlanId,
    /// Its place in the list.
    index: u32,
}

/// What everybody asks for in a slot.
#[must_use]
pub fn find<A: Basis>(
    world: &World,
    conditions: &Conditions,
    admission: &Admission<A>,
    slot: SlotNo,
) -> Demand {
    let mut listed: Vec<Alike> = world
        .terminals
        .par_iter()
        .with_min_len(4_096)
        .enumerate()
        .map(|(index, terminal)| Alike {
            cell: terminal.cell_at(slot),
            pop: conditions.pop_of(world, terminal, slot),
            plan: terminal.plan,
            index: index as u32,
        })
        .collect();
    listed.par_sort_unstable();
    let counter =
        Counter { world, conditions, admission, listed: &listed, utc_s: utc_seconds_of_day(slot.start()) };
    let chunks: Vec<Chunk> = (0..world.beams.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut counted = Chunk::default();
            for beam in chunk * CHUNK..((chunk + 1) * CHUNK).min(world.beams.len()) {
                counted.first_cell.push(counted.cells.len() as u32);
                for &cell in world.beams.cells(beam) {
                    counted.cells.push(counter.of_cell(cell, &mut counted.asks));
                }
                counted.ends.push(counted.asks.len() as u32);
            }
            counted
        })
        .collect();

    let mut asks = Vec::with_capacity(chunks.iter().map(|chunk| chunk.asks.len()).sum());
    let mut starts = Vec::with_capacity(world.beams.len() + 1);
    starts.push(0);
    for chunk in &chunks {
        let first = asks.len() as u32;
        starts.extend(chunk.ends.iter().map(|end| first + end));
        asks.extend_from_slice(&chunk.asks);
    }
    let of_cell = |cell: usize| {
        let (cell, beam) = (CellId::at(cell), world.beam_of(CellId::at(cell)).index());
        let chunk = &chunks[beam / CHUNK];
        let place = world.beams.cells(beam).partition_point(|other| *other < cell);
        chunk.cells[chunk.first_cell[beam % CHUNK] as usize + place]
    };
    let cells = (0..world.cells.len()).into_par_iter().with_min_len(4_096).map(of_cell).collect();
    let admitted = (0..world.terminals.len())
        .map(|index| admission.terminal(TerminalId::at(index)).is_served())
        .collect();
    Demand { cells, asks, admitted, starts }
}

/// Beam cells handled by one task.
const CHUNK: usize = 1_024;

/// What is asked for in some beam cells that follow each other.
#[derive(Default)]
struct Chunk {
    asks: Vec<Ask>,
    /// By beam cell: where its asks end.
    ends: Vec<u32>,
    /// By position cell, beam cell by beam cell.
    cells: Vec<CellDemand>,
    /// By beam cell: where its position cells begin.
    first_cell: Vec<u32>,
}

fn alike(a: &Ask, b: &Ask) -> bool {
    a.pop == b.pop && a.plan == b.plan
}

/// Adds an ask to those of its cell, or its terminals to those that are alike.
fn add(asks: &mut Vec<Ask>, first_of_cell: usize, ask: Ask) {
    match asks[first_of_cell..].iter_mut().find(|known| alike(known, &ask)) {
        Some(known) => {
            let together = known.terminals + ask.terminals;
            // some may be throttled: what is asked for is the same in all
            let mean = |a: f64, b: f64| {
                if a == b || together <= 0.0 {
                    a
                } else {
                    (known.terminals * a + ask.terminals * b) / together
                }
            };
            known.down_bps = mean(known.down_bps, ask.down_bps);
            known.up_bps = mean(known.up_bps, ask.up_bps);
            known.terminals = together;
        }
        None => asks.push(ask),
    }
}

struct Counter<'a, A: Basis> {
    world: &'a World,
    conditions: &'a Conditions,
    admission: &'a Admission<A>,
    /// Sorted.
    listed: &'a [Alike],
    utc_s: f64,
}

impl<A: Basis> Counter<'_, A> {
    /// What a position cell asks for in all; its asks are added to the others.
    fn of_cell(&self, id: CellId, asks: &mut Vec<Ask>) -> CellDemand {
        let (world, conditions) = (self.world, self.conditions);
        let cell = &world.cells[id.index()];
        let (factor, dark) = (conditions.demand_factor[id.index()], conditions.dark_share[id.index()]);
        let demand = &world.rules.demand;
        let of_hour = demand.of_hour(cell.place.geodetic.longitude_rad, self.utc_s);
        let pop = conditions.pop_in_force(world, cell.home_pop, || cell.place);
        let ask = |pop: Option<PopId>, plan: PlanId, terminals: f64, outcome: Outcome| {
            let paid = &demand.plans[plan.index()];
            let factor = if paid.steady { factor } else { factor * of_hour };
            Ask {
                cell: id,
                pop,
                plan,
                terminals: terminals * (1.0 - dark),
                down_bps: outcome.of_rate(paid.down_bps * factor),
                up_bps: outcome.of_rate(paid.up_bps * factor),
                weight: paid.weight,
            }
        };
        let first_of_cell = asks.len();
        let mut all = f64::from(cell.anonymous_terminals);
        let mut refused = Refused::default();
        if cell.anonymous_terminals > 0 {
            for (plan, paid) in demand.plans.iter().enumerate().filter(|(_, paid)| paid.share > 0.0) {
                let (plan, terminals) = (PlanId::at(plan), f64::from(cell.anonymous_terminals) * paid.share);
                self.admission.cell(id, plan, &mut |share, outcome| match outcome {
                    Outcome::Refused(code) => refused.add(code, terminals * share),
                    _ => add(asks, first_of_cell, ask(pop, plan, terminals * share, outcome)),
                });
            }
        }
        let first = self.listed.partition_point(|terminal| terminal.cell < id);
        for terminal in self.listed[first..].iter().take_while(|terminal| terminal.cell == id) {
            all += 1.0;
            match self.admission.terminal(TerminalId(terminal.index)) {
                Outcome::Refused(code) => refused.add(code, 1.0),
                outcome => add(asks, first_of_cell, ask(terminal.pop, terminal.plan, 1.0, outcome)),
            }
        }
        if dark >= 1.0 {
            asks.truncate(first_of_cell);
        }
        let asks = &mut asks[first_of_cell..];
        asks.sort_by_key(|ask| (ask.pop, ask.plan));
        let (mut terminals, mut down_bps, mut up_bps) = (0.0, 0.0, 0.0);
        for ask in &*asks {
            terminals += ask.terminals;
            down_bps += ask.terminals * ask.down_bps;
            up_bps += ask.terminals * ask.up_bps;
        }
        let each = |sum: f64| if terminals > 0.0 { sum / terminals } else { 0.0 };
        CellDemand {
            terminals,
            all_terminals: all,
            dark_terminals: all * dark,
            refused_terminals: refused.terminals(),
            refusal: refused.most(),
            down_bps: each(down_bps),
            up_bps: each(up_bps),
            pop,
        }
    }
}

/// Terminals of a cell that may not be served, by reason. There are few reasons in a cell.
#[derive(Default)]
struct Refused(Vec<(RefusalCode, f64)>);

impl Refused {
    fn add(&mut self, code: RefusalCode, terminals: f64) {
        match self.0.iter_mut().find(|(known, _)| *known == code) {
            Some((_, sum)) => *sum += terminals,
            None => self.0.push((code, terminals)),
        }
    }

    fn terminals(&self) -> f64 {
        self.0.iter().map(|(_, terminals)| terminals).sum()
    }

    /// The reason of most; of equals the one with the lower number.
    fn most(&self) -> Option<RefusalCode> {
        let most = self.0.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        most.map(|(code, _)| *code)
    }
}
