//! Trouble on user links that no plan knows: packets lost by chance, rain within a slot, a dish that somebody stands before.

use super::Space;
use crate::device::{Grant, LossRule};
use crate::draw;
use crate::packet::Loss;
use crate::time::Ns;
use skyweave_core::ids::TerminalId;

/// Trouble on the user link of a terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// Whose link.
    pub terminal: TerminalId,
    /// Whether it is on the way down, and whether up.
    pub directions: [bool; 2],
    /// From this instant on.
    pub from: Ns,
    /// Until before this one.
    pub until: Ns,
    /// Share of the packets that are lost on the link, 0 to 1: all of them is a cut.
    pub loss: f64,
    /// Share of the planned rate that is left, 0 to 1. Faults at one time multiply.
    pub rate: f64,
}

impl Fault {
    fn holds(&self, terminal: TerminalId, direction: usize) -> bool {
        self.terminal == terminal && self.directions[direction]
    }

    fn rule(&self) -> LossRule {
        let why = if self.loss >= 1.0 { Loss::Fault } else { Loss::Random };
        LossRule { from: self.from, until: self.until, share: self.loss, why }
    }
}

impl Space {
    /// These are the faults from now on. Of two at one time that lose packets of a link the first decides.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.faults = faults;
        for at in 0..self.members.len() {
            self.set_losses(at);
        }
        self.look_at_faults();
    }

    /// Puts what is lost onto the links of a member, all that there are.
    pub(super) fn set_losses(&mut self, at: usize) {
        let terminal = self.members[at].terminal;
        let [up, down] = self.links.user_links(terminal);
        for (direction, edges) in [down, up].into_iter().enumerate() {
            let faults = self.faults.iter().filter(|fault| fault.loss > 0.0);
            let rules: Vec<LossRule> =
                faults.filter(|fault| fault.holds(terminal, direction)).map(Fault::rule).collect();
            for edge in edges {
                let seed = draw::hash(self.seed, u64::from(edge.0));
                self.engine.set_losses(edge, rules.clone(), seed);
            }
        }
    }

    /// What a member has now, bit/s down and up: its share by the plan, and what faults leave of it.
    pub(super) fn rates_bps(&self, at: usize) -> [u64; 2] {
        let Some((_, planned)) = self.members[at].planned else { return [0; 2] };
        let now = self.engine.now();
        [0, 1].map(|direction| {
            let faults = self.faults.iter().filter(|fault| fault.from <= now && now < fault.until);
            let of_link = faults.filter(|fault| fault.holds(self.members[at].terminal, direction));
            let left = of_link.map(|fault| fault.rate).product::<f64>();
            (planned[direction] * left).max(0.0) as u64
        })
    }

    /// When a fault begins or ends next.
    pub(super) fn next_fault(&self) -> Option<Ns> {
        let changes = self.faults.iter().flat_map(|fault| [fault.from, fault.until]);
        changes.filter(|&at| at > self.looked_at && at < Ns::NEVER).min()
    }

    /// Sets the rates that hold now.
    pub(super) fn look_at_faults(&mut self) {
        self.looked_at = self.engine.now();
        for at in 0..self.members.len() {
            let [down_bps, up_bps] = self.rates_bps(at);
            let (until, up) = (self.members[at].until, self.members[at].queue.port);
            self.engine.grant(up, Grant { rate_bps: up_bps, until });
            let in_force = self.members[at].planned.and_then(|(pop, _)| self.members[at].shapers.get(&pop));
            if let Some(port) = in_force.map(|hop| hop.port) {
                self.engine.grant(port, Grant { rate_bps: down_bps, until });
            }
        }
    }
}
