//! Which satellites may serve a cell by the rules of its place: not too near to the geostationary arc, and not where something
//! stands in the way of all who ask.

use super::preference::{GSO_AVOIDED_RAD, Outlook};
use crate::demand::Demand;
use crate::geodesy::{EcefPosition, azimuth_elevation_rad};
use crate::gso::{ArcLanes, Glance, GsoArc, Separation, SeparationLanes};
use crate::ids::BeamId;
use crate::place::{HorizonMask, Place};
use crate::simd::{Lanes, Simd};
use crate::time::SlotNo;
use crate::visibility::Lookout;
use crate::world::World;
use std::collections::BTreeMap;

/// The rules of all places in a slot.
pub(super) struct Allowed<'a> {
    world: &'a World,
    /// By regime: the least separation from the arc, where there is one.
    separations: Vec<Option<Separation>>,
    /// The separation from which on it does not count in scores, where it counts at all.
    free: Option<Separation>,
    /// What is kept where no separation is asked for.
    nothing: Separation,
    /// Cells in which everybody has something standing around: who, and what.
    masked: BTreeMap<BeamId, Vec<(Place, &'a HorizonMask)>>,
}

/// What one cell is picky about.
pub(super) struct Pickiness<'a> {
    avoided: Option<Avoided<'a>>,
    masks: &'a [(Place, &'a HorizonMask)],
}

/// The arc, where a cell keeps away from it.
struct Avoided<'a> {
    arc: &'a GsoArc,
    least: &'a Separation,
    /// The separation from which on it does not count in scores either, if that is more.
    free: Option<&'a Separation>,
}

/// The same for a satellite in every lane.
pub(super) struct AvoidedLanes<V> {
    arc: ArcLanes<V>,
    least: SeparationLanes<V>,
    free: Option<SeparationLanes<V>>,
}

/// What is known of satellites in lanes before the exact separation is looked at, a bit each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub clear: u32,
    pub near: u32,
    pub refused: u32,
}

impl Known {
    /// How the satellite of a lane stands, if it is known.
    pub fn standing(self, lane: usize) -> Option<Standing> {
        if self.clear >> lane & 1 == 1 {
            return Some(Standing::Clear);
        }
        (self.near >> lane & 1 == 1).then_some(Standing::Near)
    }
}

impl<V: Lanes> AvoidedLanes<V> {
    /// What the bounds tell of satellites in these lines, m, with the squares of their lengths.
    #[inline(always)]
    pub fn known(&self, lines: [V; 3], squared: V) -> Known {
        let pierced = self.arc.pierce(lines, squared);
        let [kept, refused] = self.arc.certain(&pierced, &self.least);
        if let Some(free) = &self.free {
            let [clear, counts] = self.arc.certain(&pierced, free);
            return Known { clear, near: counts & kept, refused };
        }
        Known { clear: kept, near: 0, refused }
    }
}

/// How near to the geostationary arc a satellite stands that may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// So far that it does not count.
    Clear,
    /// So near that it counts in the score.
    Near,
}

impl<'a> Allowed<'a> {
    pub fn new(world: &'a World, demand: &Demand, slot: SlotNo) -> Self {
        let separation = |angle_rad: f64| (angle_rad > 0.0).then(|| Separation::new(angle_rad));
        let separations = world.gso.at(slot).into_iter().map(separation).collect();
        let mut masked: BTreeMap<BeamId, Vec<(Place, &HorizonMask)>> = BTreeMap::new();
        let asking = world.terminals.iter().zip(&demand.admitted).filter(|(_, admitted)| **admitted);
        for (terminal, _) in asking.filter(|(terminal, _)| !terminal.mask.sectors.is_empty()) {
            let beam = world.beam_of(terminal.cell_at(slot));
            masked.entry(beam).or_default().push((terminal.motion.at(slot), &terminal.mask));
        }
        // somebody with a free sky is served whatever stands around the others
        masked.retain(|beam, masks| {
            let all: f64 =
                world.beams.cells(beam.index()).iter().map(|c| demand.cells[c.index()].terminals).sum();
            masks.len() as f64 >= all
        });
        let free = (world.rules.schedule.weights.gso != 0.0).then(|| Separation::new(GSO_AVOIDED_RAD));
        Self { world, separations, free, nothing: Separation::new(0.0), masked }
    }

    /// A beam cell as it looks at the sky.
    pub fn lookout(&self, beam: BeamId) -> Lookout {
        Lookout::new(self.place(beam), self.min_elevation_rad(beam))
    }

    pub fn place(&self, beam: BeamId) -> &'a Place {
        &self.world.beams.places[beam.index()]
    }

    pub fn min_elevation_rad(&self, beam: BeamId) -> f64 {
        self.world.rules.radio.min_elevation_rad(self.place(beam).geodetic.latitude_rad)
    }

    /// What a beam cell with this outlook is picky about.
    pub fn pickiness<'b>(&'b self, beam: BeamId, outlook: &'b Outlook) -> Pickiness<'b> {
        let least = self.world.gso.of(beam).and_then(|regime| self.separations[regime].as_ref());
        let free = self.free.as_ref().filter(|free| least.is_none_or(|least| free.cosine() < least.cosine()));
        let arc = outlook.arc().filter(|_| least.is_some() || free.is_some());
        let avoided = arc.map(|arc| Avoided { arc, least: least.unwrap_or(&self.nothing), free });
        Pickiness { avoided, masks: self.masked.get(&beam).map_or(&[], Vec::as_slice) }
    }
}

impl Pickiness<'_> {
    /// Who may be taken as clear of the arc at a glance.
    pub fn glance(&self) -> Glance {
        let Some(Avoided { arc, least, free }) = &self.avoided else { return Glance::ALL };
        arc.glance(free.unwrap_or(least))
    }

    /// The arc in lanes, if it is avoided.
    #[inline(always)]
    pub fn avoided<S: Simd>(&self, simd: S) -> Option<AvoidedLanes<S::F64s>> {
        let Some(avoided) = &self.avoided else { return None };
        let arc = ArcLanes::of(simd, avoided.arc);
        let least = SeparationLanes::of(simd, avoided.least);
        let Some(free) = avoided.free else { return Some(AvoidedLanes { arc, least, free: None }) };
        Some(AvoidedLanes { arc, least, free: Some(SeparationLanes::of(simd, free)) })
    }

    /// How a satellite stands, if it may serve; where that is known, it has only what stands around to fear.
    pub fn standing(
        &self,
        known: Option<Standing>,
        satellite: impl Fn() -> EcefPosition,
    ) -> Option<Standing> {
        if known.is_some() && self.masks.is_empty() {
            return known;
        }
        let satellite = satellite();
        known.or_else(|| self.before_the_arc(satellite)).filter(|_| self.is_seen(satellite))
    }

    /// How a satellite stands to the arc; `None` if it stands too near.
    pub fn before_the_arc(&self, satellite: EcefPosition) -> Option<Standing> {
        let Some(Avoided { arc, least, free }) = &self.avoided else { return Some(Standing::Clear) };
        if let Some(free) = free {
            if arc.keeps_satellite(satellite, free) {
                return Some(Standing::Clear);
            }
            return arc.keeps_satellite(satellite, least).then_some(Standing::Near);
        }
        arc.keeps_satellite(satellite, least).then_some(Standing::Clear)
    }

    fn is_seen(&self, satellite: EcefPosition) -> bool {
        self.masks.is_empty()
            || self.masks.iter().any(|(place, mask)| {
                let (azimuth, elevation) = azimuth_elevation_rad(place.geodetic, satellite);
                !mask.hides(azimuth, elevation)
            })
    }
}
