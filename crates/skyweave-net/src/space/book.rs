//! The ways that packets were given, in this slot and in the one before.

use super::Place;
use crate::routing::Hop;
use skyweave_core::time::SlotNo;
use std::collections::{BTreeMap, BTreeSet};

/// A way: where it leads along, and its hops; none where a link is no more.
#[derive(Debug, Clone)]
struct Way {
    slot: SlotNo,
    places: Vec<Place>,
    hops: Vec<Option<Hop>>,
}

/// Ways by number, from 1 on; numbers are never used again.
#[derive(Debug, Default)]
pub(super) struct Book {
    ways: BTreeMap<u32, Way>,
    last: u32,
}

/// Hops by way, for whoever forwards.
#[derive(Debug, Default)]
pub(super) struct Hops {
    first: u32,
    ways: Vec<Vec<Option<Hop>>>,
}

impl Book {
    /// Notes a way of a slot.
    pub fn add(&mut self, slot: SlotNo, places: &[Place], hops: &[Hop]) -> u32 {
        self.last += 1;
        let hops = hops.iter().copied().map(Some).collect();
        self.ways.insert(self.last, Way { slot, places: places.to_vec(), hops });
        self.last
    }

    /// Nobody is on ways that were given before a slot.
    pub fn forget_before(&mut self, slot: SlotNo) {
        self.ways.retain(|_, way| way.slot >= slot);
    }

    /// Hops over links that are no more lead nowhere.
    pub fn prune(&mut self, is_live: impl Fn(Place, Place) -> bool) {
        for way in self.ways.values_mut() {
            for (hop, pair) in way.hops.iter_mut().zip(way.places.windows(2)) {
                *hop = hop.filter(|_| is_live(pair[0], pair[1]));
            }
        }
    }

    /// All links of all ways.
    pub fn links(&self) -> BTreeSet<(Place, Place)> {
        let pairs = self.ways.values().flat_map(|way| way.places.windows(2));
        pairs.map(|pair| (pair[0], pair[1])).collect()
    }

    /// The hops of a way, as long as all of them are there.
    pub fn whole(&self, way: u32) -> Option<Vec<Hop>> {
        self.ways.get(&way)?.hops.iter().copied().collect()
    }

    pub fn hops(&self) -> Hops {
        let Some((&first, _)) = self.ways.first_key_value() else { return Hops::default() };
        let way = |number: u32| self.ways.get(&number).map_or(Vec::new(), |way| way.hops.clone());
        Hops { first, ways: (first..=self.last).map(way).collect() }
    }
}

impl Hops {
    #[inline]
    pub fn get(&self, way: u32, hop: u16) -> Option<Hop> {
        let way = self.ways.get(way.checked_sub(self.first)? as usize)?;
        way.get(usize::from(hop)).copied().flatten()
    }
}
