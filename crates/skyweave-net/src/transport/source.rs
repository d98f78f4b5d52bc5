//! The application that sends: how much is still to be handed to the stack, and what.

use super::{Amount, Pattern, Transfer};
use crate::time::Ns;

/// Where a sender is in what it has to send.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    pattern: Pattern,
    amount: Amount,
    offset: u64,
    /// None before the connection is there.
    end: Option<Ns>,
}

impl Source {
    pub const fn new(transfer: &Transfer) -> Self {
        Self { pattern: Pattern::new(transfer.seed), amount: transfer.amount, offset: 0, end: None }
    }

    /// The connection is there.
    pub fn begin(&mut self, now: Ns) {
        if let Amount::For(duration) = self.amount {
            self.end.get_or_insert(now.after(duration));
        }
    }

    /// Bytes that may be handed over now.
    pub fn left(&self, now: Ns) -> u64 {
        match self.amount {
            Amount::Bytes(bytes) => bytes - self.offset,
            Amount::For(_) if self.end.is_some_and(|end| now < end) => u64::MAX,
            Amount::For(_) => 0,
        }
    }

    /// Whether nothing more will come.
    pub fn is_done(&self, now: Ns) -> bool {
        match self.amount {
            Amount::Bytes(bytes) => self.offset == bytes,
            Amount::For(_) => self.end.is_some_and(|end| now >= end),
        }
    }

    /// When it must be asked again whether it is done; [`Ns::NEVER`] if bytes decide.
    pub fn deadline(&self, now: Ns) -> Ns {
        self.end.filter(|&end| end > now).unwrap_or(Ns::NEVER)
    }

    /// Writes the next bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.pattern.fill(self.offset, bytes);
        self.offset += bytes.len() as u64;
    }
}
