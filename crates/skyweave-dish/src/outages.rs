//! Times without service.

use crate::wire::DishOutage;
use crate::wire::dish_outage::Cause;
use skyweave_core::access::GpsNs;
use skyweave_core::ids::SatId;
use std::collections::VecDeque;

/// Outages that ended longer ago are forgotten, ns: the length of the history.
const KEPT_NS: i64 = 900_000_000_000;
/// No more than these are kept, however short they are.
const MOST: usize = 128;
/// The lengths that a dish counts from, s.
pub const LENGTHS_S: [i64; 5] = [1, 2, 5, 15, 60];

const SECOND_NS: i64 = 1_000_000_000;

/// An outage that is over.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Past {
    cause: Cause,
    from: GpsNs,
    to: GpsNs,
    switched: bool,
}

/// What a dish remembers of its outages.
#[derive(Debug, Default)]
pub struct Outages {
    now: Option<(Cause, GpsNs)>,
    past: VecDeque<Past>,
    /// The satellite before.
    satellite: Option<SatId>,
    /// By length: when the last outage that was so long ended.
    last: [Option<GpsNs>; LENGTHS_S.len()],
    /// Obstructions that are over, and how long they were together, ns.
    obstructions: (u32, i64),
}

impl Outages {
    /// Takes note of what holds from an instant on: a cause, or service by a satellite.
    pub fn note(&mut self, now: GpsNs, state: Result<SatId, Cause>) {
        match (self.now, state) {
            (Some((cause, _)), Err(same)) if cause == same => {}
            (before, Err(cause)) => {
                self.end(before, now, false);
                self.now = Some((cause, now));
            }
            (before, Ok(satellite)) => {
                let switched = self.satellite.is_some_and(|earlier| earlier != satellite);
                self.end(before, now, switched);
                self.satellite = Some(satellite);
            }
        }
    }

    fn end(&mut self, outage: Option<(Cause, GpsNs)>, to: GpsNs, switched: bool) {
        self.now = None;
        let Some((cause, from)) = outage else { return };
        let length_ns = to.0 - from.0;
        if length_ns == 0 {
            return;
        }
        for (last, length_s) in self.last.iter_mut().zip(LENGTHS_S) {
            if length_ns >= length_s * SECOND_NS {
                *last = Some(to);
            }
        }
        if cause == Cause::Obstructed {
            self.obstructions = (self.obstructions.0 + 1, self.obstructions.1 + length_ns);
        }
        self.past.push_back(Past { cause, from, to, switched });
        while self.past.len() > MOST || self.past.front().is_some_and(|past| to.0 - past.to.0 > KEPT_NS) {
            self.past.pop_front();
        }
    }

    /// The outage that lasts.
    #[must_use]
    pub fn current(&self, now: GpsNs) -> Option<DishOutage> {
        self.now.map(|(cause, from)| told(Past { cause, from, to: now.max(from), switched: false }))
    }

    /// Those of the last 15 minutes, the oldest first, with the one that lasts.
    #[must_use]
    pub fn recent(&self, now: GpsNs) -> Vec<DishOutage> {
        let recent = self.past.iter().filter(|past| now.0 - past.to.0 <= KEPT_NS);
        recent.map(|past| told(*past)).chain(self.current(now)).collect()
    }

    /// By [`LENGTHS_S`]: seconds since the last outage that was so long; 0 while one is, and `None` if there was none.
    #[must_use]
    pub fn seconds_since(&self, now: GpsNs) -> [Option<f32>; LENGTHS_S.len()] {
        let lasts = |length_s: i64| {
            self.now.is_some_and(|(_, from)| now.0 - from.0 >= length_s * SECOND_NS).then_some(0.0)
        };
        std::array::from_fn(|at| {
            let ended = self.last[at].map(|last| seconds(now.0 - last.0));
            lasts(LENGTHS_S[at]).or(ended)
        })
    }

    /// How often the sky was obstructed, and how long on average, s; `None` if never.
    #[must_use]
    pub fn obstructions(&self) -> Option<(u32, f32)> {
        let (count, total_ns) = self.obstructions;
        (count > 0).then(|| (count, seconds(total_ns / i64::from(count))))
    }

    /// Forgets obstructions, as when the map is cleared.
    pub fn forget_obstructions(&mut self) {
        self.obstructions = (0, 0);
    }

    /// Forgets everything, as a boot does.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

fn seconds(ns: i64) -> f32 {
    (ns as f64 * 1e-9) as f32
}

fn told(past: Past) -> DishOutage {
    DishOutage {
        cause: past.cause.into(),
        start_timestamp_ns: past.from.0,
        duration_ns: (past.to.0 - past.from.0).unsigned_abs(),
        did_switch: past.switched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> GpsNs {
        GpsNs(seconds * SECOND_NS)
    }

    #[test]
    fn an_outage_begins_lasts_and_ends() {
        let mut outages = Outages::default();
        outages.note(at(0), Ok(SatId(1)));
        outages.note(at(10), Err(Cause::NoSats));
        outages.note(at(12), Err(Cause::NoSats));
        let current = outages.current(at(13)).unwrap();
        assert_eq!((current.cause(), current.start_timestamp_ns), (Cause::NoSats, at(10).0));
        assert_eq!(current.duration_ns, 3_000_000_000);
        outages.note(at(15), Err(Cause::Obstructed));
        outages.note(at(30), Ok(SatId(2)));
        assert_eq!(outages.current(at(31)), None);
        let recent = outages.recent(at(31));
        let shown: Vec<_> =
            recent.iter().map(|o| (o.cause(), o.duration_ns / 1_000_000_000, o.did_switch)).collect();
        assert_eq!(shown, [(Cause::NoSats, 5, false), (Cause::Obstructed, 15, true)]);
        assert_eq!(outages.seconds_since(at(31)), [Some(1.0), Some(1.0), Some(1.0), Some(1.0), None]);
        assert_eq!(outages.obstructions(), Some((1, 15.0)));
        assert_eq!(outages.recent(at(2_000)), []);
    }

    #[test]
    fn no_more_are_kept_than_can_be_told() {
        let mut outages = Outages::default();
        for second in 0..1_000 {
            outages.note(at(2 * second), Err(Cause::NoSats));
            outages.note(at(2 * second + 1), Ok(SatId(1)));
        }
        assert!(outages.recent(at(2_000)).len() <= MOST);
    }
}
