//! Packets that wait in the queues of a device, all in one place, so that what is touched is little and stays near.

use super::Bound;
use crate::time::Ns;

/// No packet.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Waiting {
    came: Ns,
    bound: Bound,
    next: u32,
}

/// Where packets wait. Places are used again, the last first.
#[derive(Debug, Default)]
pub(super) struct Pool {
    places: Vec<Waiting>,
    free: Vec<u32>,
}

/// A queue in a pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queue {
    first: u32,
    last: u32,
    packets: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self { first: NONE, last: NONE, packets: 0 }
    }
}

impl Queue {
    pub const fn len(&self) -> usize {
        self.packets as usize
    }

    pub fn push(&mut self, pool: &mut Pool, came: Ns, bound: Bound) {
        let waiting = Waiting { came, bound, next: NONE };
        let place = if let Some(place) = pool.free.pop() {
            pool.places[place as usize] = waiting;
            place
        } else {
            pool.places.push(waiting);
            pool.places.len() as u32 - 1
        };
        if self.packets == 0 {
            self.first = place;
        } else {
            pool.places[self.last as usize].next = place;
        }
        self.last = place;
        self.packets += 1;
    }

    /// The first, and when it came.
    pub fn pop(&mut self, pool: &mut Pool) -> Option<(Ns, Bound)> {
        self.packets = self.packets.checked_sub(1)?;
        let Waiting { came, bound, next } = pool.places[self.first as usize];
        pool.free.push(self.first);
        self.first = next;
        Some((came, bound))
    }
}
