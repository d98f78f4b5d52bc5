//! What is due next: a calendar of small days, and a heap for what lies beyond its horizon.
//!
//! Entries of one instant come in the order of their keys, so that the order of events depends on nothing else. The near future is a
//! ring of days of 2 us; a day is sorted when it comes. Nearly everything that packets do lies within the 34 ms that the ring spans.

use crate::time::Ns;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A day lasts 2 to the power of so many nanoseconds.
const DAY_BITS: u32 = 11;
/// Days in the ring; a power of two.
const DAYS: usize = 16_384;
const WORDS: usize = DAYS / 64;

/// An instant of a day and a key as one number, which sorts by both.
type Entry = u64;

/// Keys by the instant at which they are due.
#[derive(Debug)]
pub struct Agenda {
    /// What is due today, the last first.
    today: Vec<Entry>,
    /// The number of today since the beginning of time.
    day: u64,
    ring: Vec<Vec<Entry>>,
    /// A bit for each day of the ring that has entries.
    busy: [u64; WORDS],
    beyond: BinaryHeap<Reverse<(Ns, u32)>>,
}

impl Default for Agenda {
    fn default() -> Self {
        Self {
            today: Vec::new(),
            day: 0,
            ring: (0..DAYS).map(|_| Vec::new()).collect(),
            busy: [0; WORDS],
            beyond: BinaryHeap::new(),
        }
    }
}

impl Agenda {
    /// Forgets everything that was noted. Nothing may be noted for earlier than before.
    pub fn clear(&mut self) {
        self.today.clear();
        self.ring.iter_mut().for_each(Vec::clear);
        self.busy.fill(0);
        self.beyond.clear();
    }

    /// Notes a key.
    #[inline]
    pub fn note(&mut self, at: Ns, key: u32) {
        let day = at.0 >> DAY_BITS;
        if day <= self.day {
            // what is over is due at once
            let entry = if day < self.day { Entry::from(key) } else { entry(at, key) };
            let place = self.today.partition_point(|&later| later > entry);
            self.today.insert(place, entry);
        } else if day - self.day < DAYS as u64 {
            let place = day as usize % DAYS;
            self.ring[place].push(entry(at, key));
            self.busy[place / 64] |= 1 << (place % 64);
        } else {
            self.beyond.push(Reverse((at, key)));
        }
    }

    /// When the next is due.
    #[must_use]
    pub fn next(&self) -> Option<Ns> {
        if let Some(&entry) = self.today.last() {
            return Some(instant(self.day, entry));
        }
        let in_ring = self.next_busy_day().and_then(|day| {
            let first = self.ring[day as usize % DAYS].iter().min();
            first.map(|&entry| instant(day, entry))
        });
        let beyond = self.beyond.peek().map(|&Reverse((at, _))| at);
        in_ring.into_iter().chain(beyond).min()
    }

    /// Takes the next if it is due before an instant. Nothing may be noted for earlier than that afterwards.
    #[inline]
    pub fn take_before(&mut self, end: Ns) -> Option<(Ns, u32)> {
        if self.today.is_empty() {
            self.turn(end);
        }
        let &entry = self.today.last()?;
        let at = instant(self.day, entry);
        if at >= end {
            return None;
        }
        self.today.pop();
        Some((at, entry as u32))
    }

    /// Goes on to the next day with entries, if there is any that begins before an instant.
    fn turn(&mut self, end: Ns) {
        let in_ring = self.next_busy_day();
        let beyond = self.beyond.peek().map(|&Reverse((at, _))| at.0 >> DAY_BITS);
        let next = in_ring.into_iter().chain(beyond).min();
        let Some(day) = next.filter(|day| day << DAY_BITS < end.0) else { return };
        self.day = day;
        let place = day as usize % DAYS;
        if in_ring == Some(day) {
            std::mem::swap(&mut self.today, &mut self.ring[place]);
            self.busy[place / 64] &= !(1 << (place % 64));
        }
        while let Some(&Reverse((at, key))) = self.beyond.peek() {
            if at.0 >> DAY_BITS > day {
                break;
            }
            self.beyond.pop();
            self.today.push(entry(at, key));
        }
        self.today.sort_unstable_by(|x, y| y.cmp(x));
    }

    /// The next day of the ring with entries, after today.
    fn next_busy_day(&self) -> Option<u64> {
        let today = self.day as usize % DAYS;
        let from = (today + 1) % DAYS;
        let place = self.busy_from(from, DAYS).or_else(|| self.busy_from(0, from))?;
        Some(self.day + ((place + DAYS - today) % DAYS) as u64)
    }

    fn busy_from(&self, from: usize, end: usize) -> Option<usize> {
        let mut word = from / 64;
        let mut bits = *self.busy.get(word)? & (u64::MAX << (from % 64));
        loop {
            if bits != 0 {
                let place = word * 64 + bits.trailing_zeros() as usize;
                return (place < end).then_some(place);
            }
            word += 1;
            if word * 64 >= end {
                return None;
            }
            bits = self.busy[word];
        }
    }
}

const fn instant(day: u64, entry: Entry) -> Ns {
    Ns((day << DAY_BITS) + (entry >> 32))
}

const fn entry(at: Ns, key: u32) -> Entry {
    (at.0 & ((1 << DAY_BITS) - 1)) << 32 | key as Entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drain(agenda: &mut Agenda, end: Ns) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| agenda.take_before(end)).map(|(at, key)| (at.0, key)).collect()
    }

    #[test]
    fn one_instant_comes_in_the_order_of_keys() {
        let mut agenda = Agenda::default();
        for key in [5, 1, 9, 3] {
            agenda.note(Ns(1_000_000_000), key);
        }
        agenda.note(Ns(0), 7);
        assert_eq!(agenda.next(), Some(Ns(0)));
        let all = drain(&mut agenda, Ns::NEVER);
        let keys: Vec<u32> = all.iter().map(|(_, key)| *key).collect();
        assert_eq!(keys, [7, 1, 3, 5, 9]);
        assert_eq!(agenda.next(), None);
    }

    proptest! {
        /// Against a sorted list: notes far and near, taken in windows, with new ones noted in between.
        #[test]
        fn it_is_a_sorted_list(
            first in prop::collection::vec((0_u64..200_000_000, 0_u32..50), 0..200),
            then in prop::collection::vec((0_u64..80_000_000, 0_u32..50), 0..60),
            window in 1_000_u64..50_000_000,
        ) {
            let mut agenda = Agenda::default();
            let mut list: Vec<(u64, u32)> = Vec::new();
            for &(at, key) in &first {
                agenda.note(Ns(at), key);
                list.push((at, key));
            }
            let (mut end, mut later) = (0, then.into_iter());
            while end < 400_000_000 {
                end += window;
                list.sort_unstable();
                let split = list.partition_point(|entry| entry.0 < end);
                let rest = list.split_off(split);
                prop_assert_eq!(drain(&mut agenda, Ns(end)), std::mem::replace(&mut list, rest));
                if let Some((after, key)) = later.next() {
                    agenda.note(Ns(end + after), key);
                    list.push((end + after, key));
                }
            }
        }
    }
}
