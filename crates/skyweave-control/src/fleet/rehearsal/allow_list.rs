//! An allow list that lacks some who should be on it: what its preview says of them before it takes effect.

use super::share;
use crate::entity::ListKind;
use crate::fleet::allow_list::{Candidate, Loss, Preview, Sign, preview};
use crate::fleet::synthetic::{ListedFleet, Truth};
use crate::id::{AccountId, TerminalId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many terminals of one kind the preview puts where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Put {
    /// All of this kind.
    pub terminals: usize,
    /// Those that keep service.
    pub keep: usize,
    /// Those named as likely mistakes.
    pub named: usize,
    /// Those that somebody should look at.
    pub looked_at: usize,
    /// Those that are only among the others that would lose service.
    pub others: usize,
}

/// How many of the terminals that are named as likely mistakes have a sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Signed {
    /// Rightful ones.
    pub rightful: usize,
    /// Wrongful ones.
    pub wrongful: usize,
}

/// What rightful terminals lose if the list takes effect as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Lost {
    /// Rightful terminals without service.
    pub terminals: usize,
    /// Accounts that have them.
    pub accounts: usize,
    /// Hours for which they were used in the last 30 days.
    pub used_h: u64,
}

/// What the preview says, held against what the terminals really are.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Foreseen {
    /// Terminals that are served now.
    pub served: usize,
    /// Keys on the list.
    pub listed: usize,
    /// Those of them that no terminal has.
    pub unknown_keys: usize,
    /// Those of these for which the preview says which terminal may be meant.
    pub unknown_keys_with_meaning: usize,
    /// Rightful terminals that would lose service.
    pub missing: usize,
    /// Those of them that are named as likely mistakes.
    pub missing_named: usize,
    /// Wrongful ones that are named as likely mistakes.
    pub wrongful_named: usize,
    /// Rightful ones, of all that are named; none if none is.
    pub precision: Option<f64>,
    /// Those named, of all rightful ones that would lose service; none if there are none.
    pub recall: Option<f64>,
    /// Those named or to be looked at, of all rightful ones that would lose service; none if there are none.
    pub recall_with_looked_at: Option<f64>,
    /// What is lost by mistake if nobody heeds the preview.
    pub lost_by_mistake: Lost,
    /// Where the preview puts terminals, by what they really are.
    pub truths: BTreeMap<Truth, Put>,
    /// The signs of those that are named, by the name of the sign.
    pub signs: BTreeMap<&'static str, Signed>,
}

/// The preview of an allow list.
#[must_use]
pub fn previewed(fleet: &ListedFleet) -> Preview {
    let candidates: Vec<Candidate<'_>> = fleet.terminals.iter().map(|member| member.candidate()).collect();
    preview(ListKind::Allow, &fleet.list, &candidates)
}

/// Holds a preview against the truth.
#[must_use]
pub fn foresee(fleet: &ListedFleet, preview: &Preview) -> Foreseen {
    let of = |losses: &[Loss]| -> BTreeSet<TerminalId> { losses.iter().map(|loss| loss.terminal).collect() };
    let (named, looked_at, others) = (of(&preview.mistakes), of(&preview.doubtful), of(&preview.losses));
    let mut truths: BTreeMap<Truth, Put> = Truth::ALL.map(|truth| (truth, Put::default())).into();
    let mut lost = Lost::default();
    let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
    for member in &fleet.terminals {
        let id = &member.terminal.id;
        let put = truths.entry(member.truth).or_default();
        put.terminals += 1;
        *match () {
            () if named.contains(id) => &mut put.named,
            () if looked_at.contains(id) => &mut put.looked_at,
            () if others.contains(id) => &mut put.others,
            () => &mut put.keep,
        } += 1;
        let loses = [&named, &looked_at, &others].iter().any(|list| list.contains(id));
        if loses && member.truth != Truth::Wrongful {
            lost.terminals += 1;
            lost.used_h += u64::from(member.used_h);
            accounts.extend(member.terminal.account);
        }
    }
    lost.accounts = accounts.len();
    let rightful = |put: fn(&Put) -> usize| -> usize {
        truths.iter().filter(|(truth, _)| **truth != Truth::Wrongful).map(|(_, count)| put(count)).sum()
    };
    let (missing_named, missing_looked_at) = (rightful(|put| put.named), rightful(|put| put.looked_at));
    Foreseen {
        served: preview.served,
        listed: fleet.list.len(),
        unknown_keys: preview.unknown.len(),
        unknown_keys_with_meaning: preview.unknown.iter().filter(|key| !key.means.is_empty()).count(),
        missing: lost.terminals,
        missing_named,
        wrongful_named: truths[&Truth::Wrongful].named,
        precision: share(missing_named, preview.mistakes.len()),
        recall: share(missing_named, lost.terminals),
        recall_with_looked_at: share(missing_named + missing_looked_at, lost.terminals),
        lost_by_mistake: lost,
        signs: signs(fleet, preview),
        truths,
    }
}

fn signs(fleet: &ListedFleet, preview: &Preview) -> BTreeMap<&'static str, Signed> {
    let wrongful = fleet.terminals.iter().filter(|member| member.truth == Truth::Wrongful);
    let wrongful: BTreeSet<TerminalId> = wrongful.map(|member| member.terminal.id).collect();
    let mut signs: BTreeMap<&'static str, Signed> = Sign::NAMES.map(|name| (name, Signed::default())).into();
    for loss in &preview.mistakes {
        for sign in &loss.signs {
            let signed = signs.entry(sign.name()).or_default();
            *if wrongful.contains(&loss.terminal) { &mut signed.wrongful } else { &mut signed.rightful } += 1;
        }
    }
    signs
}
