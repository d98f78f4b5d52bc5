//! Labels with the candidates of each slot, as the planner would see them.

use super::labels::SiteLabels;
use crate::elements::ElementSet;
use crate::inspect::{default_lasers, world_of};
use skyweave_core::conditions::Conditions;
use skyweave_core::constellation::{self, ServiceState};
use skyweave_core::geodesy::azimuth_elevation_rad;
use skyweave_core::ids::SatId;
use skyweave_core::orbit::{Fleet, Sky};
use skyweave_core::schedule::preference::{Outlook, TERMS};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_core::world::is_second_generation;
use std::collections::BTreeMap;

/// Lowest elevation of a user terminal, deg (as filed).
pub const MIN_ELEVATION_DEG: f64 = 25.0;

/// Satellites below serve no terminal: of 972 labels none was of one, where chance had 17.
const MIN_ALTITUDE_M: f64 = 400_000.0;
/// Mark of direct-to-cell satellites in published names.
const DIRECT_TO_CELL_MARK: &str = "[DTC]";

/// Who counts as a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All satellites above the lowest elevation that could serve: not direct to cell, and not below 400 km.
    Sky,
    /// What the data lists in the terminal's own field of view, above the same elevation.
    FieldOfView,
}

impl Among {
    /// The name in rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sky => "sky",
            Self::FieldOfView => "fov",
        }
    }
}

/// A satellite that might serve in a slot, as it stands when the slot begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Which.
    pub satellite: SatId,
    /// The terms of the preference, that of staying left at zero.
    pub features: [f64; TERMS],
    /// Elevation, deg.
    pub elevation_deg: f64,
    /// Azimuth, deg.
    pub azimuth_deg: f64,
    /// Separation from the geostationary arc, deg; 180 where the arc is below the horizon.
    pub gso_deg: f64,
}

/// A slot with a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Which slot.
    pub slot: SlotNo,
    /// In the order of catalogue numbers; never empty.
    pub candidates: Vec<Candidate>,
    /// The place of the one that served, if it is a candidate.
    pub chosen: Option<usize>,
    /// The place of the one that served in the slot before, if that has a label and the satellite is a candidate.
    pub previous: Option<usize>,
    /// True if the slot before has a label.
    pub follows: bool,
}

/// A site with all its slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its short name.
    pub site: String,
    /// Who counts as a candidate.
    pub among: Among,
    /// In the order of time.
    pub slots: Vec<Labelled>,
    /// The place of the first slot of the second half of the time.
    pub second_half: usize,
}

impl Record {
    /// Slots of the first half of the time: to fit on.
    #[must_use]
    pub fn first(&self) -> &[Labelled] {
        &self.slots[..self.second_half]
    }

    /// Slots of the second half of the time: to test on.
    #[must_use]
    pub fn second(&self) -> &[Labelled] {
        &self.slots[self.second_half..]
    }
}

/// Satellites, where they are, and which of them serve.
pub struct Network {
    world: World,
    fleet: Fleet,
    conditions: Conditions,
    could_serve: Vec<bool>,
    serves: Vec<bool>,
    second_generation: Vec<bool>,
    by_name: BTreeMap<String, SatId>,
}

impl Network {
    /// The satellites of an element set, with their service states at a slot.
    #[must_use]
    pub fn new(set: &ElementSet, slot: SlotNo) -> Self {
        let world = world_of(set, default_lasers());
        let topology = constellation::infer(&world, slot);
        let satellites = &world.satellites;
        Self {
            fleet: Fleet::new(satellites),
            conditions: Conditions::fair(&world),
            could_serve: satellites
                .iter()
                .map(|s| s.mean_altitude_m >= MIN_ALTITUDE_M && !s.name.contains(DIRECT_TO_CELL_MARK))
                .collect(),
            serves: topology.service.iter().map(|state| *state == ServiceState::Serving).collect(),
            second_generation: satellites
                .iter()
                .map(|s| is_second_generation(&s.name, &s.international_designator))
                .collect(),
            by_name: satellites.iter().enumerate().map(|(i, s)| (s.name.clone(), SatId::at(i))).collect(),
            world,
        }
    }

    /// The satellite of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<SatId> {
        self.by_name.get(name).copied()
    }

    /// How many satellites could serve terminals.
    #[must_use]
    pub fn servers(&self) -> usize {
        self.could_serve.iter().filter(|serves| **serves).count()
    }

    /// How many labels are of satellites that the planner takes for ones that serve no terminal, or does not know.
    #[must_use]
    pub fn taken_for_idle(&self, labels: &SiteLabels) -> usize {
        let serves = |name: &String| self.named(name).is_some_and(|satellite| self.serves[satellite.index()]);
        labels.serving.values().filter(|name| !serves(name)).count()
    }

    /// Where all are at the start of a slot.
    #[must_use]
    pub fn sky(&self, slot: SlotNo) -> Sky {
        self.fleet.sky(&self.conditions, slot)
    }

    /// The candidates of a place, in the order of catalogue numbers.
    #[must_use]
    pub fn candidates(
        &self,
        labels: &SiteLabels,
        sky: &Sky,
        listed: impl Fn(&str) -> Option<bool>,
    ) -> Vec<Candidate> {
        let outlook = Outlook::new(&labels.place);
        let least_sine = skyweave_core::math::sin(MIN_ELEVATION_DEG.to_radians());
        let mut candidates = Vec::new();
        for (index, satellite) in self.world.satellites.iter().enumerate() {
            if !sky.present[index] {
                continue;
            }
            let position = sky.position[index];
            let line = position.0 - labels.place.ecef.0;
            let height = line.dot(labels.place.up);
            // a list says who is a candidate even where the elements put a satellite a little lower
            let is_candidate = match listed(&satellite.name) {
                Some(listed) => listed && height > 0.0,
                None => self.could_serve[index] && height >= least_sine * line.norm(),
            };
            if !is_candidate {
                continue;
            }
            let seen = outlook.look(position);
            let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(labels.place.geodetic, position);
            candidates.push(Candidate {
                satellite: SatId::at(index),
                features: seen.features(false, self.second_generation[index]),
                elevation_deg: elevation_rad.to_degrees(),
                azimuth_deg: azimuth_rad.to_degrees(),
                gso_deg: skyweave_core::math::acos(seen.gso_cosine).to_degrees(),
            });
        }
        candidates
    }

    /// A site's slots with their candidates; none if no slot has any, or if the field of view is asked for and not known.
    #[must_use]
    pub fn record(&self, labels: &SiteLabels, among: Among) -> Option<Record> {
        let mut slots = Vec::new();
        for (slot, name) in &labels.serving {
            let view = match among {
                Among::Sky => None,
                // without a list for the slot there is nothing to choose from
                Among::FieldOfView => match labels.in_view.as_ref()?.get(slot) {
                    Some(view) => Some(view),
                    None => continue,
                },
            };
            let sky = self.sky(*slot);
            let candidates = self.candidates(labels, &sky, |name| view.map(|view| view.contains(name)));
            if candidates.is_empty() {
                continue;
            }
            let place = |name: &String| {
                let satellite = self.named(name)?;
                candidates.iter().position(|candidate| candidate.satellite == satellite)
            };
            let before = labels.serving.get(&slot.minus(1));
            let (chosen, previous) = (place(name), before.and_then(place));
            slots.push(Labelled { slot: *slot, chosen, previous, follows: before.is_some(), candidates });
        }
        let (first, last) = (slots.first()?.slot.0, slots.last()?.slot.0);
        let second_half = slots.iter().filter(|labelled| 2 * labelled.slot.0 <= first + last).count();
        Some(Record { site: labels.site.clone(), among, slots, second_half })
    }
}
