//! A made-up fleet of several deliveries, and an allow list that lacks some of it.

use super::Random;
use crate::entity::{Cause, Entity, Entry, HardwareKey, Holders, Stamp, Terminal, TerminalChange};
use crate::fleet::allow_list::Candidate;
use crate::id::{AccountId, LineId, OrganizationId, TerminalId, Ulid};
use crate::time::UnixSeconds;
use serde::Serialize;
use std::collections::BTreeSet;

/// Terminals of one delivery: their keys differ in the last four characters only.
const DELIVERY: usize = 40;
/// From one delivery's number to the next one's: odd, and so no number of 65,536 comes twice.
const STRIDE: usize = 7_919;
/// Numbers in a delivery go up by this: between them are keys that no rightful terminal has.
const STEP: usize = 3;
/// Those who have the wrongful terminals.
const STRANGERS: usize = 40;
/// Terminals of one holder whom nobody told of the list.
const OF_UNHEARD: usize = 3;
/// Against wrongful terminals that were used for longer there is an incident, h.
const NOTICED_H: u32 = 600;

/// The first id of each kind of holder.
const DONORS: usize = 1;
const OPERATORS: usize = 1_000_000;
const UNHEARD: usize = 2_000_000;
const WRONGFUL: usize = 3_000_000;

/// How many terminals there are, and who has them. All figures are assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truths {
    /// Rightful terminals that are on the list under their own key.
    pub listed: usize,
    /// See [`Truth::Forgotten`].
    pub forgotten: usize,
    /// See [`Truth::Mistyped`].
    pub mistyped: usize,
    /// See [`Truth::Unheard`].
    pub unheard: usize,
    /// See [`Truth::Wrongful`]. Some fewer are made: none has the key of another terminal.
    pub wrongful: usize,
    /// Those who use the rightful terminals, but for small holders.
    pub operators: usize,
    /// Those who gave them, at least one.
    pub donors: usize,
}

impl Default for Truths {
    /// 15,000 rightful terminals of which 1 % is not on the list: half of that forgotten, three in ten mistyped, and the rest of small holders.
    fn default() -> Self {
        Self {
            listed: 14_850,
            forgotten: 75,
            mistyped: 45,
            unheard: 30,
            wrongful: 600,
            operators: 200,
            donors: 12,
        }
    }
}

/// What a terminal really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// Its holder sent it in, and it is on the list.
    Listed,
    /// Its holder forgot it.
    Forgotten,
    /// Somebody made a slip of the hand.
    Mistyped,
    /// A small holder never heard of the list.
    Unheard,
    /// Bought or taken by others.
    Wrongful,
}

impl Truth {
    /// Everything that a terminal may be.
    pub const ALL: [Self; 5] = [Self::Listed, Self::Forgotten, Self::Mistyped, Self::Unheard, Self::Wrongful];

    /// Whether it is rightful, and not on the list under its key.
    #[must_use]
    pub const fn is_missing(self) -> bool {
        matches!(self, Self::Forgotten | Self::Mistyped | Self::Unheard)
    }
}

/// One terminal, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The terminal, in service.
    pub terminal: Terminal,
    /// Hours in the last 30 days in which it was used.
    pub used_h: u32,
    /// What it really is.
    pub truth: Truth,
}

impl Member {
    /// What a preview is told of it: all but the truth.
    #[must_use]
    pub fn candidate(&self) -> Candidate<'_> {
        // incidents are open against some of the wrongful ones
        let noticed = self.truth == Truth::Wrongful && self.used_h > NOTICED_H;
        Candidate {
            terminal: &self.terminal,
            used_h: self.used_h,
            protected: false,
            incident: noticed.then_some(Cause::Diverted),
        }
    }
}

/// Terminals of which no two have one key, and the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedFleet {
    /// The terminals.
    pub terminals: Vec<Member>,
    /// The keys that are allowed.
    pub list: BTreeSet<HardwareKey>,
}

/// The fleet and the list of a seed.
#[must_use]
pub fn listed_fleet(seed: u64, numbers: &Truths) -> ListedFleet {
    let mut random = Random::new(seed);
    let counted = [
        (Truth::Listed, numbers.listed),
        (Truth::Forgotten, numbers.forgotten),
        (Truth::Mistyped, numbers.mistyped),
        (Truth::Unheard, numbers.unheard),
    ];
    let mut truths: Vec<Truth> =
        counted.into_iter().flat_map(|(truth, count)| std::iter::repeat_n(truth, count)).collect();
    random.shuffle(&mut truths);
    let rightful = truths.len();
    let mut fleet = ListedFleet { terminals: Vec::new(), list: BTreeSet::new() };
    for (number, truth) in (1..).zip(truths) {
        let key = key_of(number, number % DELIVERY * STEP);
        let operator = OPERATORS + random.between(0.0, numbers.operators as f64) as usize;
        let (account, holders) = if truth == Truth::Unheard {
            let own = UNHEARD + number / OF_UNHEARD;
            (own, Holders { owner: Some(organization(own)), donor: None, operator: Some(organization(own)) })
        } else {
            let donor = Some(organization(DONORS + number % numbers.donors));
            (operator, Holders { owner: None, donor, operator: Some(organization(operator)) })
        };
        // one in twenty was hardly used: in store, or under repair
        let used_h = if random.happens(0.05) { 0 } else { random.between(30.0, 700.0) as u32 };
        match truth {
            Truth::Listed => _ = fleet.list.insert(key.clone()),
            Truth::Mistyped => _ = fleet.list.insert(slip(&key, &mut random)),
            _ => {}
        }
        fleet.terminals.push(Member { terminal: terminal(number, key, account, holders), used_h, truth });
    }
    for number in rightful + 1..=rightful + numbers.wrongful {
        // one in three is of the same deliveries, with a key that no rightful terminal has
        let key = if number % 3 == 0 {
            let like = random.between(1.0, rightful as f64) as usize;
            key_of(like, like % DELIVERY * STEP + 1)
        } else {
            hardware_key(&format!("UT-Z{number:07}"))
        };
        let own = WRONGFUL + number % STRANGERS;
        let holders = Holders { owner: (number % 2 == 0).then(|| organization(own)), ..Holders::default() };
        let used_h = random.between(100.0, 700.0) as u32;
        let terminal = terminal(number, key, own, holders);
        fleet.terminals.push(Member { terminal, used_h, truth: Truth::Wrongful });
    }
    let mut keys = BTreeSet::new();
    fleet.terminals.retain(|member| keys.insert(member.terminal.hardware_key.clone()));
    fleet
}

/// A key of the delivery that the terminal of this number came with.
fn key_of(number: usize, in_delivery: usize) -> HardwareKey {
    hardware_key(&format!("UT-{:04X}-{in_delivery:04}", number / DELIVERY * STRIDE % 65_536))
}

/// One character of a key becomes another, or two change places.
fn slip(key: &HardwareKey, random: &mut Random) -> HardwareKey {
    const PREFIX: usize = "UT-".len();
    let mut letters: Vec<char> = key.as_str().chars().collect();
    let at = PREFIX + random.between(0.0, (letters.len() - PREFIX - 1) as f64) as usize;
    if letters[at] == letters[at + 1] || random.happens(0.5) {
        letters[at] = if letters[at] == '7' { 'X' } else { '7' };
    } else {
        letters.swap(at, at + 1);
    }
    hardware_key(&letters.into_iter().collect::<String>())
}

#[expect(clippy::expect_used, reason = "keys are made here, and a wrong one would be a bug")]
fn hardware_key(text: &str) -> HardwareKey {
    text.parse().expect("a hardware key")
}

#[expect(clippy::expect_used, reason = "a terminal with an account and a line comes into the books")]
fn terminal(number: usize, hardware_key: HardwareKey, account: usize, holders: Holders) -> Terminal {
    let entry = Entry {
        hardware_key,
        serial: None,
        model: None,
        account: Some(AccountId(ulid(account))),
        line: Some(LineId(ulid(account))),
        holders,
        tags: BTreeSet::new(),
        note: None,
    };
    let stamp = Stamp { version: 1, at: UnixSeconds(0), actor: "made up" };
    let begun = Terminal::begun(TerminalId(ulid(number)), &TerminalChange::Entered(entry), stamp);
    begun.expect("a terminal that is entered")
}

fn organization(number: usize) -> OrganizationId {
    OrganizationId(ulid(number))
}

fn ulid(number: usize) -> Ulid {
    Ulid::from_bits(number as u128)
}
