//! Turns at taking in positions: what is remembered of a terminal is read, added to and written by one request after the other, while others do the
//! same for other terminals.

use skyweave_control::id::TerminalId;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::{Mutex, MutexGuard};

/// Terminals share so many turns.
const TURNS: usize = 256;

/// The turns of all terminals.
pub struct Turns(Vec<Mutex<()>>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..TURNS).map(|_| Mutex::default()).collect())
    }
}

impl Turns {
    /// Waits until it is the turn of all these terminals.
    pub async fn of(&self, terminals: impl Iterator<Item = &TerminalId>) -> Vec<MutexGuard<'_, ()>> {
        let place = |terminal: &TerminalId| {
            let mut hasher = DefaultHasher::new();
            terminal.hash(&mut hasher);
            hasher.finish() as usize % TURNS
        };
        // each once, and all in one order: nobody waits for somebody who waits for them
        let places: BTreeSet<usize> = terminals.map(place).collect();
        let mut turns = Vec::with_capacity(places.len());
        for place in places {
            turns.push(self.0[place].lock().await);
        }
        turns
    }
}
