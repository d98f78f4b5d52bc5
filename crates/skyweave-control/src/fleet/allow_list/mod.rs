//! Who would lose service if a list of terminals took effect, and who of them by mistake.
//!
//! A terminal that would lose service collects points for every sign that it is a rightful one; from [`MISTAKE`] points on it is named as
//! a likely mistake, from [`DOUBTFUL`] on as one that somebody should look at. The weights are ours: with them a mistake needs two good signs,
//! or the one that leaves little doubt, a slip of the hand.
//!
//! | sign | points |
//! |---|---|
//! | the list has a key that no terminal has, and it is one slip of the hand away from this one's | 60 |
//! | it is in a protected class | 40 |
//! | its owner, donor, operator or account is known: the share of all their terminals that keep service | up to 40 |
//! | it was used for 24 h or more in the last 30 days where the list applies | 25 |
//! | the keys just before and after it in its series keep service | 15 |
//! | it is lost, stolen or diverted, or there is an incident that says so | -80 |

mod change;
mod slips;

pub use change::{Foreseeing, ListChange};

use crate::entity::{Cause, HardwareKey, ListKind, Terminal, TerminalState};
use crate::id::{AccountId, EntityId, TerminalId};
use serde::Serialize;
use slips::one_slip_away;
use std::collections::{BTreeMap, BTreeSet};

/// Points from which on losing service looks like a mistake.
pub const MISTAKE: i32 = 50;

/// Points from which on somebody should look.
pub const DOUBTFUL: i32 = 40;

const SLIP: i32 = 60;
const PROTECTED: i32 = 40;
const HOLDER: i32 = 40;
const IN_USE: i32 = 25;
const SERIES: i32 = 15;
const SUSPECT: i32 = -80;

/// Hours of use in 30 days that count as use.
const HOURS_OF_USE: u32 = 24;
/// Fewer terminals say nothing about who holds them.
const FEWEST_OF_HOLDER: u32 = 5;

/// A terminal as a preview needs to know it. Give all of those that the list applies to: it counts among how many of a holder's it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<'a> {
    /// The terminal.
    pub terminal: &'a Terminal,
    /// Hours in the last 30 days in which it was used where the list applies.
    pub used_h: u32,
    /// Whether it is in a protected class.
    pub protected: bool,
    /// The incident that is open, if there is one.
    pub incident: Option<Cause>,
}

/// Why losing service looks like a mistake, or does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(tag = "sign", rename_all = "snake_case")]
pub enum Sign {
    /// The list has a key that no terminal has, and it is one slip of the hand away from this one's.
    Slip {
        /// That key.
        listed: HardwareKey,
    },
    /// It is in a protected class.
    Protected,
    /// Others of its holder keep service.
    Holder {
        /// Which: an account or an organization.
        holder: EntityId,
        /// How many of its terminals keep service.
        keep: u32,
        /// Of how many.
        of: u32,
    },
    /// It was used where the list applies.
    InUse {
        /// Hours in the last 30 days.
        hours: u32,
    },
    /// The keys just before and after it keep service.
    Series {
        /// The one before.
        before: HardwareKey,
        /// The one after.
        after: HardwareKey,
    },
    /// It is lost, stolen or diverted, or an incident says so.
    Suspect,
}

/// A terminal that would lose service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Loss {
    /// Which.
    pub terminal: TerminalId,
    /// Its key.
    pub hardware_key: HardwareKey,
    /// Its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How much speaks for a mistake.
    pub points: i32,
    /// What does.
    pub signs: Vec<Sign>,
}

/// A key on the list that no terminal has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct UnknownKey {
    /// The key as listed.
    pub listed: HardwareKey,
    /// Terminals that it may mean: one slip of the hand away, and not on the list themselves.
    pub means: Vec<HardwareKey>,
}

/// What would happen if a list took effect, or changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Preview {
    /// Terminals that are served now.
    pub served: usize,
    /// Terminals that would keep service.
    pub keep: usize,
    /// Terminals that would lose it by mistake, as it looks: those with the most points first, then by key.
    pub mistakes: Vec<Loss>,
    /// Those that somebody should look at, in the same order: something speaks for them, but not enough.
    pub doubtful: Vec<Loss>,
    /// The others that would lose it, in the same order.
    pub losses: Vec<Loss>,
    /// Keys on the list that no terminal has.
    pub unknown: Vec<UnknownKey>,
    /// Accounts with likely mistakes, and how many.
    pub mistakes_by_account: BTreeMap<AccountId, usize>,
}

/// Who would lose service if this list took effect, and who of them by mistake. `fleet` are the terminals that it applies to.
#[must_use]
pub fn preview(kind: ListKind, keys: &BTreeSet<HardwareKey>, fleet: &[Candidate<'_>]) -> Preview {
    weighed(kind, keys, |key| keys.contains(key) == (kind == ListKind::Allow), fleet)
}

/// Who of a fleet does not keep service, weighed. `keys` are those on the list.
fn weighed(
    kind: ListKind,
    keys: &BTreeSet<HardwareKey>,
    keeps: impl Fn(&HardwareKey) -> bool,
    fleet: &[Candidate<'_>],
) -> Preview {
    let by_key: BTreeMap<&HardwareKey, &Candidate<'_>> =
        fleet.iter().map(|candidate| (&candidate.terminal.hardware_key, candidate)).collect();
    let unknown = unknown_keys(kind, keys, &by_key);
    let mut slips: BTreeMap<&HardwareKey, &HardwareKey> = BTreeMap::new();
    for key in &unknown {
        slips.extend(key.means.iter().map(|meant| (meant, &key.listed)));
    }
    let holders = Holders::count(fleet, &keeps);
    let in_order: Vec<&HardwareKey> = by_key.keys().copied().collect();
    let served = fleet.iter().filter(|candidate| candidate.terminal.state.is_served());
    let mut mistakes = Vec::new();
    let mut doubtful = Vec::new();
    let mut losses = Vec::new();
    for candidate in served.clone().filter(|candidate| !keeps(&candidate.terminal.hardware_key)) {
        let terminal = candidate.terminal;
        let key = &terminal.hardware_key;
        let mut signs: Vec<Sign> = Vec::new();
        signs.extend(slips.get(key).map(|listed| Sign::Slip { listed: (*listed).clone() }));
        signs.extend(candidate.protected.then_some(Sign::Protected));
        signs.extend(holders.best(terminal));
        let used = candidate.used_h >= HOURS_OF_USE;
        signs.extend(used.then_some(Sign::InUse { hours: candidate.used_h }));
        signs.extend(series(key, &in_order, &keeps));
        signs.extend(is_suspect(candidate).then_some(Sign::Suspect));
        let points = signs.iter().map(Sign::points).sum();
        let loss = Loss {
            terminal: terminal.id,
            hardware_key: key.clone(),
            account: terminal.account,
            points,
            signs,
        };
        match points {
            MISTAKE.. => mistakes.push(loss),
            DOUBTFUL.. => doubtful.push(loss),
            _ => losses.push(loss),
        }
    }
    for list in [&mut mistakes, &mut doubtful, &mut losses] {
        list.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.hardware_key.cmp(&b.hardware_key)));
    }
    let mut mistakes_by_account = BTreeMap::new();
    for account in mistakes.iter().filter_map(|loss: &Loss| loss.account) {
        *mistakes_by_account.entry(account).or_default() += 1;
    }
    let served = served.count();
    let keep = served - mistakes.len() - doubtful.len() - losses.len();
    Preview { served, keep, mistakes, doubtful, losses, unknown, mistakes_by_account }
}

impl Sign {
    /// The names of all signs in files and interfaces.
    pub const NAMES: [&'static str; 6] = ["slip", "protected", "holder", "in_use", "series", "suspect"];

    /// Its name in files and interfaces.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Self::Slip { .. } => 0,
            Self::Protected => 1,
            Self::Holder { .. } => 2,
            Self::InUse { .. } => 3,
            Self::Series { .. } => 4,
            Self::Suspect => 5,
        }]
    }

    fn points(&self) -> i32 {
        match self {
            Self::Slip { .. } => SLIP,
            Self::Protected => PROTECTED,
            Self::Holder { keep, of, .. } => HOLDER * *keep as i32 / (*of).max(1) as i32,
            Self::InUse { .. } => IN_USE,
            Self::Series { .. } => SERIES,
            Self::Suspect => SUSPECT,
        }
    }
}

/// On a deny list, a key that no terminal has means nobody who would lose service.
fn unknown_keys(
    kind: ListKind,
    keys: &BTreeSet<HardwareKey>,
    by_key: &BTreeMap<&HardwareKey, &Candidate<'_>>,
) -> Vec<UnknownKey> {
    let unknown = keys.iter().filter(|key| !by_key.contains_key(key));
    let meant = |key: &HardwareKey| -> Vec<HardwareKey> {
        if kind == ListKind::Deny {
            return Vec::new();
        }
        let near = one_slip_away(key).into_iter().filter(|near| by_key.contains_key(near));
        near.filter(|near| !keys.contains(near)).collect()
    };
    unknown.map(|key| UnknownKey { listed: key.clone(), means: meant(key) }).collect()
}

fn is_suspect(candidate: &Candidate<'_>) -> bool {
    let state = candidate.terminal.state;
    matches!(state, TerminalState::Lost | TerminalState::Stolen | TerminalState::Diverted)
        || candidate.incident == Some(Cause::Diverted)
}

/// How many terminals each holder has that are served, and how many of them keep service.
struct Holders(BTreeMap<EntityId, (u32, u32)>);

impl Holders {
    fn count(fleet: &[Candidate<'_>], keeps: &impl Fn(&HardwareKey) -> bool) -> Self {
        let mut counts: BTreeMap<EntityId, (u32, u32)> = BTreeMap::new();
        for candidate in fleet.iter().filter(|candidate| candidate.terminal.state.is_served()) {
            for holder in holders(candidate.terminal) {
                let (keep, of) = counts.entry(holder).or_default();
                *keep += u32::from(keeps(&candidate.terminal.hardware_key));
                *of += 1;
            }
        }
        Self(counts)
    }

    /// The holder that speaks most for the terminal. Each is one sign only once, for a donor has often the terminals of many operators.
    fn best(&self, terminal: &Terminal) -> Option<Sign> {
        let known = holders(terminal).into_iter().filter_map(|holder| {
            let &(keep, of) = self.0.get(&holder)?;
            (of >= FEWEST_OF_HOLDER && keep > 0).then_some(Sign::Holder { holder, keep, of })
        });
        known.max_by_key(Sign::points)
    }
}

fn holders(terminal: &Terminal) -> BTreeSet<EntityId> {
    let organizations = [terminal.holders.owner, terminal.holders.donor, terminal.holders.operator];
    let account = terminal.account.map(EntityId::from);
    organizations.into_iter().flatten().map(EntityId::from).chain(account).collect()
}

/// The nearest keys on both sides, if they are of the same series (equal but for the last four characters) and keep service.
fn series(
    key: &HardwareKey,
    in_order: &[&HardwareKey],
    keeps: &impl Fn(&HardwareKey) -> bool,
) -> Option<Sign> {
    const NUMBER: usize = 4;
    let at = in_order.binary_search(&key).ok()?;
    let (before, after) = (*in_order.get(at.checked_sub(1)?)?, *in_order.get(at + 1)?);
    let begins = &key.as_str()[..key.as_str().len().checked_sub(NUMBER).filter(|length| *length > 0)?];
    let of_series = |other: &HardwareKey| {
        other.as_str().len() == key.as_str().len() && other.as_str().starts_with(begins) && keeps(other)
    };
    (of_series(before) && of_series(after))
        .then(|| Sign::Series { before: before.clone(), after: after.clone() })
}
