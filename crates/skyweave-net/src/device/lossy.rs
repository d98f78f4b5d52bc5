//! Packets that are lost by chance: a device around a device.

use super::{Bound, Device, Exit, Grant};
use crate::draw;
use crate::packet::Loss;
use crate::time::Ns;

/// A share of the packets that come within some time is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossRule {
    /// From this instant on.
    pub from: Ns,
    /// Until before this one.
    pub until: Ns,
    /// The share, 0 to 1.
    pub share: f64,
    /// What is said of them.
    pub why: Loss,
}

/// Loses packets before they enter. The first rule that holds decides.
#[derive(Debug)]
pub struct Lossy {
    inner: Box<dyn Device>,
    rules: Vec<LossRule>,
    seed: u64,
    count: u64,
}

impl Lossy {
    /// Around a device.
    #[must_use]
    pub fn around(inner: Box<dyn Device>, rules: Vec<LossRule>, seed: u64) -> Self {
        Self { inner, rules, seed, count: 0 }
    }
}

impl Device for Lossy {
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit) {
        self.count += 1;
        let rule = self.rules.iter().find(|rule| rule.from <= now && now < rule.until);
        match rule {
            Some(rule) if draw::unit(self.seed, self.count) < rule.share => exit.lose(rule.why, bound),
            _ => self.inner.enter(now, bound, exit),
        }
    }

    fn wake(&mut self, now: Ns, exit: &mut Exit) {
        self.inner.wake(now, exit);
    }

    fn next_wake(&self) -> Ns {
        self.inner.next_wake()
    }

    fn grant(&mut self, now: Ns, grant: Grant, exit: &mut Exit) {
        self.inner.grant(now, grant, exit);
    }

    fn release(&mut self, now: Ns, exit: &mut Exit) {
        self.inner.release(now, exit);
    }

    fn close(&mut self, now: Ns, exit: &mut Exit) {
        self.inner.close(now, exit);
    }

    fn waiting(&mut self, now: Ns) -> usize {
        self.inner.waiting(now)
    }

    fn held(&self) -> usize {
        self.inner.held()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Capacity, Fifo};
    use crate::packet::{EdgeId, FlowId};

    #[test]
    fn a_share_is_lost_while_the_rule_holds() {
        let fifo = Box::new(Fifo::new(1_000_000_000, Capacity::Packets(10)));
        let rule =
            LossRule { from: Ns::from_ms(100), until: Ns::from_ms(200), share: 0.3, why: Loss::Reallocation };
        let mut lossy = Lossy::around(fifo, vec![rule], 5);
        let mut exit = Exit::default();
        for number in 0..3_000_u32 {
            let bound = Bound { edge: EdgeId(0), flow: FlowId(0), bytes: 100, packet: number };
            lossy.enter(Ns(u64::from(number) * 100_000), bound, &mut exit);
        }
        assert!((250..350).contains(&exit.losses.len()), "{}", exit.losses.len());
        assert!(exit.losses.iter().all(|(_, bound)| (1_000..2_000).contains(&bound.packet)));
        assert_eq!(exit.losses.len() + exit.departures.len(), 3_000);
    }
}
