//! Which places are nodes, and which links there are between them.

use super::{LINE_BPS, Place};
use crate::engine::Engine;
use crate::packet::{EdgeId, NodeId};
use crate::routing::Hop;
use skyweave_core::admission::Basis;
use skyweave_core::ids::{PopId, SatId, TerminalId};
use skyweave_core::plan::Slot;
use std::collections::BTreeMap;

/// What may wait before a line in the middle of the network: 10 ms at 100 Gbit/s.
pub(super) const BUFFER_BYTES: u64 = 125_000_000;

/// Nodes by place, and hops by the places at their ends.
#[derive(Debug, Default)]
pub(super) struct Links {
    nodes: BTreeMap<Place, NodeId>,
    hops: BTreeMap<(Place, Place), Hop>,
    ends: BTreeMap<EdgeId, (Place, Place)>,
    regions: u16,
}

impl Links {
    /// Nothing yet, in an engine of so many regions.
    pub fn new(regions: u16) -> Self {
        Self { regions, ..Self::default() }
    }

    /// Terminals share the regions after the first: what lies between them and the rest of the network takes milliseconds.
    fn region(&self, place: Place) -> u16 {
        match place {
            Place::Lan(terminal) | Place::Dish(terminal) if self.regions > 1 => {
                1 + (terminal.0 % u32::from(self.regions - 1)) as u16
            }
            _ => 0,
        }
    }

    /// The node of a place, made where it is missing.
    pub fn node(&mut self, place: Place, engine: &mut Engine) -> NodeId {
        let region = self.region(place);
        *self.nodes.entry(place).or_insert_with(|| engine.add_node(region))
    }

    /// The node of a place, if it has one.
    pub fn known(&self, place: Place) -> Option<NodeId> {
        self.nodes.get(&place).copied()
    }

    pub fn get(&self, from: Place, to: Place) -> Option<Hop> {
        self.hops.get(&(from, to)).copied()
    }

    pub fn add(&mut self, from: Place, to: Place, hop: Hop) {
        self.hops.insert((from, to), hop);
        self.ends.insert(hop.edge, (from, to));
    }

    pub fn ends(&self, hop: Hop) -> Option<(Place, Place)> {
        self.ends.get(&hop.edge).copied()
    }

    /// The user links of a terminal: those up, and those down.
    pub fn user_links(&self, terminal: TerminalId) -> [Vec<EdgeId>; 2] {
        let of = |is: &dyn Fn(&Place, &Place) -> bool| {
            let matching = self.hops.iter().filter(|((from, to), _)| is(from, to));
            matching.map(|(_, hop)| hop.edge).collect()
        };
        [of(&|from, _| *from == Place::Dish(terminal)), of(&|_, to| *to == Place::Lan(terminal))]
    }

    pub fn edges_to(&self, place: Place) -> Vec<EdgeId> {
        self.hops.iter().filter(|((_, to), _)| *to == place).map(|(_, hop)| hop.edge).collect()
    }

    /// PoPs that are nodes.
    pub fn pops(&self) -> Vec<PopId> {
        let pop = |place: &Place| if let Place::Pop(pop) = place { Some(*pop) } else { None };
        self.nodes.keys().filter_map(pop).collect()
    }
}

/// What a link carries in a slot by the plan; none where nothing but the user's share limits it.
pub(super) fn rate_bps<A: Basis>(slot: &Slot<A>, from: Place, to: Place) -> Option<u64> {
    let feeder = |satellite: SatId| slot.feeders.of_satellite[satellite.index()];
    let bps = match (from, to) {
        (Place::Satellite(a), Place::Satellite(b)) => {
            let ends = (a.min(b), a.max(b));
            slot.lasers.live.iter().find(|laser| (laser.a, laser.b) == ends)?.capacity_bps
        }
        (Place::Satellite(satellite), Place::Gateway(_)) => feeder(satellite)?.rate.down_bps,
        (Place::Gateway(_), Place::Satellite(satellite)) => feeder(satellite)?.rate.up_bps,
        _ => return None,
    };
    Some((bps as u64).clamp(1, LINE_BPS))
}
