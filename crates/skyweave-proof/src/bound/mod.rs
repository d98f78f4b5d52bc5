//! Nothing else can cut: how much service may be lowered without an order, by whatever route.
//!
//! | module | what it has |
//! |---|---|
//! | this one | the terminals of a fleet with everything that lowers their service, and what one fleet lowers against another |
//! | [`ledger`] | what was lowered when, summed over a day and a month, and when it is too much |
//!
//! Suspensions, plan rates, scheduler weights, lists, declared maintenance and rows that are gone all end in one number for a terminal, so
//! there is no route that is not counted. Each lowering counts when it is made: to raise one terminal again while another is lowered
//! takes nothing back, and one percent a day adds up.

pub mod ledger;

pub use ledger::{Excess, Ledger};

use crate::log::merkle::{self, Hash};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Why a terminal is barred: a bit each.
pub mod barred {
    /// Its line is suspended.
    pub const SUSPENDED: u8 = 1;
    /// Its cell, gateway or satellite is declared under maintenance or faulty by hand.
    pub const MAINTENANCE: u8 = 2;
    /// A list refuses it.
    pub const LISTED: u8 = 4;
}

/// One terminal, with everything besides the law that decides how it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The terminal's id.
    pub terminal: [u8; 16],
    /// Its cell (H3).
    pub cell: u64,
    /// Its territory: [`territory_key`].
    pub territory: u64,
    /// Of [`barred`].
    pub barred: u8,
    /// The rate of its plan, kbit/s.
    pub rate_kbps: u32,
    /// Its weight when beams are shared, in thousandths.
    pub weight_permille: u16,
}

impl Row {
    /// Bytes of a row.
    pub const BYTES: usize = 39;

    /// Of the bytes that [`Self::to_bytes`] gives.
    #[must_use]
    pub fn of_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
            let mut part = [0; N];
            part.copy_from_slice(&bytes[from..from + N]);
            part
        }
        Self {
            terminal: part(bytes, 0),
            cell: u64::from_be_bytes(part(bytes, 16)),
            territory: u64::from_be_bytes(part(bytes, 24)),
            barred: bytes[32],
            rate_kbps: u32::from_be_bytes(part(bytes, 33)),
            weight_permille: u16::from_be_bytes(part(bytes, 37)),
        }
    }

    /// How it is served: 0 is not at all.
    #[must_use]
    pub const fn level(&self) -> u64 {
        if self.barred == 0 { self.rate_kbps as u64 * self.weight_permille as u64 } else { 0 }
    }

    /// Its 39 bytes, in the order of the fields, numbers with the highest byte first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            &self.terminal[..],
            &self.cell.to_be_bytes(),
            &self.territory.to_be_bytes(),
            &[self.barred],
            &self.rate_kbps.to_be_bytes(),
            &self.weight_permille.to_be_bytes(),
        ]
        .concat()
    }
}

/// A territory as rows name it: the first eight bytes of SHA-256 of its name.
#[must_use]
pub fn territory_key(name: &str) -> u64 {
    let hash = Sha256::digest(name);
    hash.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// A terminal as rows name it where its name is no number of 16 bytes: the first 16 bytes of SHA-256 of its name.
#[must_use]
pub fn terminal_key(name: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(name).into();
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    key
}

/// Every terminal of a fleet, and the root over them that a bundle names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    rows: Vec<Row>,
    root: Hash,
}

/// A terminal that is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("terminal {} is there twice", crate::hex(.0))]
pub struct Twice(pub [u8; 16]);

impl Fleet {
    /// Of its terminals in any order.
    ///
    /// # Errors
    /// A terminal that is there twice.
    pub fn new(mut rows: Vec<Row>) -> Result<Self, Twice> {
        rows.sort_unstable();
        let twice = rows.windows(2).find_map(|pair| match pair {
            [a, b] if a.terminal == b.terminal => Some(a.terminal),
            _ => None,
        });
        if let Some(terminal) = twice {
            return Err(Twice(terminal));
        }
        let mut frontier = merkle::Frontier::default();
        for row in &rows {
            frontier.push(merkle::leaf(&row.to_bytes()));
        }
        Ok(Self { root: frontier.root(), rows })
    }

    /// The root over its rows, in the order of the terminals (RFC 6962).
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Its rows, in the order of the terminals.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// Where something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Everywhere.
    Fleet,
    /// A territory.
    Territory(u64),
    /// A cell.
    Cell(u64),
}

/// What was lowered in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Terminals whose service was lowered.
    pub lowered: u64,
    /// Terminals that were served before.
    pub of: u64,
}

/// What a fleet lowers against the one before it. A terminal that is gone is lowered, and counts where it was.
#[must_use]
pub fn lowered(before: &Fleet, after: &Fleet) -> BTreeMap<Place, Tally> {
    let mut tallies: BTreeMap<Place, Tally> = BTreeMap::new();
    let mut later = after.rows.iter().peekable();
    for row in &before.rows {
        while later.next_if(|other| other.terminal < row.terminal).is_some() {}
        let now = later.next_if(|other| other.terminal == row.terminal).map_or(0, Row::level);
        if row.level() == 0 {
            continue;
        }
        for place in [Place::Fleet, Place::Territory(row.territory), Place::Cell(row.cell)] {
            let tally = tallies.entry(place).or_default();
            tally.of += 1;
            tally.lowered += u64::from(now < row.level());
        }
    }
    tallies.retain(|_, tally| tally.lowered > 0);
    tallies
}

#[cfg(test)]
mod tests;
