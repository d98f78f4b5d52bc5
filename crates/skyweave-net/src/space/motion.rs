//! How long every link takes within a slot, and which links there are in it at all.

use super::{Place, SLOT};
use crate::delay::Delay;
use crate::time::Ns;
use skyweave_core::admission::Basis;
use skyweave_core::geodesy::{EcefPosition, LIGHT_M_S};
use skyweave_core::ids::{PopId, SatId, TerminalId};
use skyweave_core::interpolation::Between;
use skyweave_core::orbit::Sky;
use skyweave_core::plan::Slot;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_core::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// A fibre between two PoPs is so many times as long as the great circle, and light in it has this share of its speed (assumptions, as
/// for gateways).
const FIBRE_DETOUR: f64 = 1.5;
const FIBRE_VELOCITY_FACTOR: f64 = 2.0 / 3.0;

/// A slot's links, from its start to its end.
pub(super) struct Motion<'a> {
    world: &'a World,
    slot: SlotNo,
    begin: Ns,
    now: &'a Sky,
    then: Sky,
    lasers: BTreeSet<(SatId, SatId)>,
    gateway_of: Vec<Option<u32>>,
    fibres: BTreeMap<(u32, u32), (Ns, bool)>,
    serving: BTreeMap<TerminalId, SatId>,
}

impl<'a> Motion<'a> {
    pub fn over<A: Basis>(world: &'a World, slot: &'a Slot<A>, begin: Ns) -> Self {
        let fibres = world.fibres.iter().zip(&slot.conditions.fibre_up).map(|(fibre, &up)| {
            let up = up && slot.conditions.pop_up[fibre.pop.index()];
            ((fibre.gateway.0, fibre.pop.0), (Ns::from_s(fibre.delay_s), up))
        });
        let serving = slot.terminals.iter().enumerate().filter_map(|(index, terminal)| {
            let served = terminal.outcome.as_ref().ok()?;
            Some((TerminalId::at(index), served.satellite))
        });
        Self {
            world,
            slot: slot.no,
            begin,
            now: &slot.sky,
            then: slot.fleet.sky(&slot.conditions, slot.no.next()),
            lasers: slot.lasers.live.iter().map(|laser| (laser.a, laser.b)).collect(),
            gateway_of: slot.feeders.of_satellite.iter().map(|f| f.map(|f| f.gateway.0)).collect(),
            fibres: fibres.collect(),
            serving: serving.collect(),
        }
    }

    /// True if a link is there in this slot.
    pub fn is_live(&self, from: Place, to: Place) -> bool {
        match (from, to) {
            (Place::Satellite(a), Place::Satellite(b)) => self.lasers.contains(&(a.min(b), a.max(b))),
            (Place::Satellite(satellite), Place::Gateway(gateway))
            | (Place::Gateway(gateway), Place::Satellite(satellite)) => {
                self.gateway_of[satellite.index()] == Some(gateway.0)
            }
            (Place::Gateway(gateway), Place::Pop(pop)) | (Place::Egress(pop), Place::Gateway(gateway)) => {
                self.fibres.get(&(gateway.0, pop.0)).is_some_and(|(_, up)| *up)
            }
            (Place::Dish(terminal), Place::Satellite(satellite))
            | (Place::Satellite(satellite), Place::Lan(terminal)) => {
                self.serving.get(&terminal) == Some(&satellite)
            }
            _ => true,
        }
    }

    /// The delay of a link over the slot.
    pub fn delay(&self, from: Place, to: Place) -> Delay {
        if let (Place::Gateway(gateway), Place::Pop(pop)) | (Place::Egress(pop), Place::Gateway(gateway)) =
            (from, to)
        {
            let fibre = self.fibres.get(&(gateway.0, pop.0));
            return Delay::fixed(fibre.map_or(Ns(0), |(delay, _)| *delay));
        }
        let at_s = [0.0, 1.0, 2.0, 3.0].map(|third| {
            let part = third / 3.0;
            let ends = self.position(from, part).zip(self.position(to, part));
            ends.map_or(0.0, |(from, to)| from.range_m(to) / LIGHT_M_S)
        });
        Delay::through(self.begin, SLOT.as_s(), at_s)
    }

    /// Where a place is after some part of the slot.
    fn position(&self, place: Place, part: f64) -> Option<EcefPosition> {
        match place {
            Place::Satellite(satellite) => {
                let between = Between::new(self.now, &self.then, SLOT_S as f64);
                Some(between.arc(satellite)?.at(part * SLOT_S as f64).position)
            }
            Place::Gateway(gateway) => Some(self.world.gateways[gateway.index()].place.ecef),
            Place::Egress(pop) | Place::Pop(pop) => Some(self.world.pops[pop.index()].place.ecef),
            Place::Lan(terminal) | Place::Dish(terminal) => {
                let motion = &self.world.terminals[terminal.index()].motion;
                let [from, to] = [self.slot, self.slot.next()].map(|slot| motion.at(slot).ecef.0);
                Some(EcefPosition(from + (to - from) * part))
            }
        }
    }
}

/// The delay between two PoPs.
pub(super) fn backbone(world: &World, from: PopId, to: PopId) -> Delay {
    let [from, to] = [from, to].map(|pop| world.pops[pop.index()].place.geodetic);
    let length_m = from.great_circle_m(to) * FIBRE_DETOUR;
    Delay::fixed(Ns::from_s(length_m / (LIGHT_M_S * FIBRE_VELOCITY_FACTOR)))
}
