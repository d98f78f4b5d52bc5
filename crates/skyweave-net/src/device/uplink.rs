//! What a terminal sends waits for a grant: a device around a device, which only sees the rate and never the end of a slot.

use super::{Bound, Device, Exit, Grant};
use crate::medium::Medium;
use crate::packet::Loss;
use crate::time::Ns;

/// Holds what its device sends until the terminal's next grant. What waits for a grant leaves together with it.
#[derive(Debug)]
pub struct Uplink {
    inner: Box<dyn Device>,
    medium: Medium,
    /// When the last packet came to be sent, and when it left.
    last_came: Ns,
    last_left: Ns,
    /// What would leave in the next slot waits for it: the grant may be another one then.
    held: Vec<Bound>,
    until: Ns,
    inside: Exit,
}

impl Uplink {
    /// Around a device that has the terminal's share of the rate.
    #[must_use]
    pub fn around(inner: Box<dyn Device>, medium: Medium) -> Self {
        Self {
            inner,
            medium,
            last_came: Ns(0),
            last_left: Ns(0),
            held: Vec::new(),
            until: Ns::NEVER,
            inside: Exit::default(),
        }
    }

    fn hand_on(&mut self, exit: &mut Exit) {
        for mut departure in self.inside.departures.drain(..) {
            let silent = departure.begins.since(self.last_came);
            self.last_came = departure.begins;
            // a packet that had to ask may be granted later than one after it: they keep their order
            let leaves = self.medium.up(departure.ends, silent).max(self.last_left);
            if leaves >= self.until {
                self.held.push(departure.bound);
                continue;
            }
            self.last_left = leaves;
            (departure.begins, departure.ends) = (leaves, leaves);
            exit.departures.push(departure);
        }
        exit.losses.append(&mut self.inside.losses);
        exit.returned.append(&mut self.inside.returned);
    }
}

impl Device for Uplink {
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit) {
        self.inner.enter(now, bound, &mut self.inside);
        self.hand_on(exit);
    }

    fn wake(&mut self, now: Ns, exit: &mut Exit) {
        self.inner.wake(now, &mut self.inside);
        self.hand_on(exit);
    }

    fn next_wake(&self) -> Ns {
        self.inner.next_wake()
    }

    fn grant(&mut self, now: Ns, grant: Grant, exit: &mut Exit) {
        self.until = grant.until;
        for bound in std::mem::take(&mut self.held) {
            self.inner.enter(now, bound, &mut self.inside);
        }
        self.inner.grant(now, Grant { until: Ns::NEVER, ..grant }, &mut self.inside);
        self.hand_on(exit);
    }

    fn release(&mut self, now: Ns, exit: &mut Exit) {
        self.inner.release(now, &mut self.inside);
        for bound in self.held.drain(..) {
            self.inside.returned.push(bound);
        }
        self.hand_on(exit);
    }

    fn close(&mut self, now: Ns, exit: &mut Exit) {
        for bound in self.held.drain(..) {
            self.inside.lose(Loss::LinkGone, bound);
        }
        self.inner.close(now, &mut self.inside);
        self.hand_on(exit);
    }

    fn waiting(&mut self, now: Ns) -> usize {
        self.inner.waiting(now)
    }

    fn held(&self) -> usize {
        self.inner.held() + self.held.len()
    }
}
