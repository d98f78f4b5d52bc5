//! Terminals that go beyond a front: who is called diverted within the time, who is not, and who is by mistake.

use super::share;
use crate::entity::Cause;
use crate::fleet::synthetic::{Front, Life, Noise, Terminal};
use crate::incident::{Limits, Notice, Params, Watch, observe};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a terminal travels on cannot be faster on land, m/s.
const FASTEST_M_S: u32 = 45;

/// What is the same for every terminal.
#[derive(Debug, Clone)]
pub struct Month {
    /// How long it is, days.
    pub days: u32,
    /// The front.
    pub front: Front,
    /// What is wrong with positions.
    pub noise: Noise,
    /// From one position to the next, s.
    pub interval_s: i64,
    /// The parameters of the rule.
    pub rule: Params,
}

/// How many terminals of one kind of life were called what: each counts once, for the gravest incident that was ever open against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Called {
    /// All of this kind.
    pub terminals: usize,
    /// Called diverted.
    pub diverted: usize,
    /// Called roaming.
    pub roaming: usize,
    /// Called border flicker.
    pub border_flicker: usize,
    /// Called nothing.
    pub nothing: usize,
}

/// How often the rule was right.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Detected {
    /// Diverted terminals that were called so.
    pub found: usize,
    /// Diverted terminals that were not.
    pub missed: usize,
    /// Others that were called diverted.
    pub wrongly_called: usize,
    /// Those found, of all that were called diverted; none if none was.
    pub precision: Option<f64>,
    /// Those found, of all that were diverted; none if there are none.
    pub recall: Option<f64>,
    /// From the way across the front to being called diverted, in the middle of those found, s.
    pub median_delay_s: Option<i64>,
    /// What terminals were called, by what they really did.
    pub lives: BTreeMap<Life, Called>,
}

/// What the rule said of one terminal.
struct Verdict {
    life: Life,
    gravest: Option<Cause>,
    /// From the way across the front to the notice, s.
    delay_s: Option<i64>,
}

/// Runs the rule on the positions of each terminal. `judged` is called after each of them, from any thread.
#[must_use]
pub fn detect(fleet: &[Terminal], month: &Month, judged: &(impl Fn() + Sync)) -> Detected {
    let verdicts: Vec<Verdict> = fleet
        .par_iter()
        .map(|terminal| {
            let verdict = judge(terminal, month);
            judged();
            verdict
        })
        .collect();
    count(&verdicts)
}

fn judge(terminal: &Terminal, month: &Month) -> Verdict {
    let limits =
        Limits { home: &month.front, roaming: None, in_motion_limit_cm_s: None, fastest_m_s: FASTEST_M_S };
    let mut watch = Watch::default();
    let mut gravest = None;
    let mut found_s = None;
    for fix in terminal.fixes(month.front, month.noise, 0, month.days, month.interval_s) {
        let (after, notice) = observe(watch, &fix, &limits, &month.rule);
        watch = after;
        if let Some(Notice::Opened(finding) | Notice::Changed(finding)) = notice {
            gravest = gravest.max(Some(finding.cause));
            if finding.cause == Cause::Diverted {
                found_s.get_or_insert(fix.time_s);
            }
        }
    }
    let delay_s = found_s.zip(terminal.diverted_s()).map(|(found_s, left_s)| found_s - left_s);
    Verdict { life: terminal.life, gravest, delay_s }
}

fn count(verdicts: &[Verdict]) -> Detected {
    let mut lives: BTreeMap<Life, Called> = Life::ALL.map(|life| (life, Called::default())).into();
    for verdict in verdicts {
        let called = lives.entry(verdict.life).or_default();
        called.terminals += 1;
        *match verdict.gravest {
            Some(Cause::Diverted) => &mut called.diverted,
            Some(Cause::Roaming) => &mut called.roaming,
            Some(Cause::BorderFlicker) => &mut called.border_flicker,
            // no line limits the speed, and so nobody is called moving
            Some(Cause::Moving) | None => &mut called.nothing,
        } += 1;
    }
    let mut delays: Vec<i64> = verdicts.iter().filter_map(|verdict| verdict.delay_s).collect();
    delays.sort_unstable();
    let diverted = lives[&Life::Diverted];
    let called: usize = lives.values().map(|called| called.diverted).sum();
    Detected {
        found: diverted.diverted,
        missed: diverted.terminals - diverted.diverted,
        wrongly_called: called - diverted.diverted,
        precision: share(diverted.diverted, called),
        recall: share(diverted.diverted, diverted.terminals),
        median_delay_s: delays.get(delays.len() / 2).copied(),
        lives,
    }
}
