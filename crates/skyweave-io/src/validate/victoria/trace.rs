//! A dense trace of round trips, and what it says about slots and frames.
//!
//! A trace is a table of two columns without a heading: when the reply came (Unix time, ns) and its round-trip time (ms). A
//! reply's probe was sent its round-trip time before. The statistics, each over the replies by the slot in which they came:
//!
//! | statistic | how |
//! |---|---|
//! | `early_ms` | median round trip of the replies that came in the first 0.1 s of a slot |
//! | `later_ms` | the same from 1 s on |
//! | `early_rate` | replies in the first 0.1 s of the whole slots over 0.1 s each, as a share of the rate in all of the whole slots |
//! | `catch_up_rate` | the same from 0.1 to 0.3 s |
//! | `step_p50_ms`, `step_p90_ms` | quantiles of the difference, either way, of the medians of two slots in a row |
//! | `within_ms` | median over the slots of the interquartile range in the slot |
//! | `lines` | mean over the slots of \|sum exp(2 pi i f t)\|^2 / n over the n arrival times t of the slot: 1 for a Poisson process |
//! | `quantiles_ms` | 1, 5, 25, 50, 75, 95, 99 % of all |
//!
//! Whole slots have another before and after them in the trace. Medians, ranges and lines are of slots with 100 replies or more.

use crate::validate::ValidateError;
use crate::validate::folder::{self, damaged};
use crate::validate::resample::quantile;
use crate::validate::rtt::sites::{ACCEPTED_TABLE, has_columns};
use crate::validate::score::{median, sorted};
use hifitime::{Duration, Epoch};
use skyweave_core::access::GpsNs;
use skyweave_core::math;
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::Path;

/// The spectral lines of a frame of 1/750 s: every fourth, third, second one and each, Hz.
pub const LINES_HZ: [f64; 4] = [187.5, 250.0, 375.0, 750.0];
/// The quantiles that are compared.
pub const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
/// A slot with fewer replies has no statistics of its own.
pub const FEWEST_REPLIES: usize = 100;
const EARLY_S: f64 = 0.1;
const CAUGHT_UP_S: f64 = 0.3;
const LATER_S: f64 = 1.0;

/// A reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply {
    /// When it came.
    pub at: GpsNs,
    /// Its round-trip time, ms.
    pub rtt_ms: f64,
}

impl Reply {
    /// When its probe was sent.
    #[must_use]
    pub fn sent(&self) -> GpsNs {
        GpsNs(self.at.0 - (self.rtt_ms * 1e6).round() as i64)
    }
}

/// A named trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Name of its file, without endings.
    pub name: String,
    /// Its replies, by the time they came.
    pub replies: Vec<Reply>,
}

/// What a trace says: see the table above.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Median of the replies in the first 0.1 s of a slot, ms.
    pub early_ms: f64,
    /// Median of the replies from 1 s on, ms.
    pub later_ms: f64,
    /// Rate of replies in the first 0.1 s, as a share of the usual.
    pub early_rate: f64,
    /// The same from 0.1 to 0.3 s.
    pub catch_up_rate: f64,
    /// Median step of a slot's median, ms.
    pub step_p50_ms: f64,
    /// The step that a tenth exceeds, ms.
    pub step_p90_ms: f64,
    /// Interquartile range within a slot, ms.
    pub within_ms: f64,
    /// Power of the [`LINES_HZ`] over that of a Poisson process.
    pub lines: [f64; 4],
    /// The [`SHARES`] of all, ms.
    pub quantiles_ms: [f64; 7],
}

/// The traces of `data/rtt`: every CSV that is no table of sites, plain or gzipped.
///
/// # Errors
/// If a file cannot be read, is empty, or has a line that is not two numbers.
pub fn read(data: &Path) -> Result<Vec<Trace>, ValidateError> {
    let mut found: Vec<Trace> = Vec::new();
    for path in folder::files(&data.join("rtt"))? {
        let Some(name) = folder::middle(&path, "", ".csv") else { continue };
        let text = folder::text(&path)?;
        if text.lines().next().is_some_and(has_columns) {
            continue;
        }
        if found.iter().any(|other| other.name == name) {
            return Err(damaged(
                &path,
                None,
                &"a second file of its trace",
                "one file a trace, plain or .gz",
            ));
        }
        found.push(Trace { name: name.to_owned(), replies: replies(&path, &text)? });
    }
    Ok(found)
}

/// Unix times that a trace may have, ns: September 2001 to 2096. Seconds, milliseconds and microseconds are far from it.
const UNIX_NS: std::ops::Range<i64> = 1_000_000_000_000_000_000..4_000_000_000_000_000_000;
/// No round trip is longer, ms.
const MOST_MS: f64 = 60_000.0;

fn numbers(line: &str) -> Option<(i64, f64)> {
    let (time, rtt) = line.split_once(',')?;
    let time = time.trim().parse().ok().filter(|time| UNIX_NS.contains(time))?;
    let rtt = rtt.trim().parse().ok().filter(|rtt| *rtt > 0.0 && *rtt <= MOST_MS)?;
    Some((time, rtt))
}

fn replies(path: &Path, text: &str) -> Result<Vec<Reply>, ValidateError> {
    let mut replies = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some((unix_ns, rtt_ms)) = numbers(line) else {
            let shown: String = line.chars().take(60).collect();
            let accepted = if index == 0 { ACCEPTED_TABLE } else { ACCEPTED_LINE };
            return Err(damaged(path, Some(index as u64 + 1), &format!("found `{shown}`"), accepted));
        };
        let epoch = Epoch::from_unix_duration(Duration::from_total_nanoseconds(i128::from(unix_ns)));
        replies.push(Reply { at: GpsNs(epoch.to_gpst_duration().total_nanoseconds() as i64), rtt_ms });
    }
    if replies.is_empty() {
        return Err(damaged(path, None, &"a trace without a reply", ACCEPTED_TABLE));
    }
    replies.sort_by_key(|reply| reply.at);
    Ok(replies)
}

const ACCEPTED_LINE: &str = "Unix time in whole ns, a comma, a round-trip time in ms (over 0, at most 60000)";

/// The statistics of replies in the order in which they came; `None` unless some slot has another before and after it, and
/// two slots in a row have [`FEWEST_REPLIES`].
#[must_use]
pub fn statistics(replies: &[Reply]) -> Option<Statistics> {
    let mut slots: BTreeMap<i64, Vec<(f64, f64)>> = BTreeMap::new();
    for reply in replies {
        let offset_s = reply.at.offset_ns() as f64 * 1e-9;
        slots.entry(reply.at.slot().0).or_default().push((offset_s, reply.rtt_ms));
    }
    let (first, last) = (*slots.keys().next()?, *slots.keys().next_back()?);
    let whole: Vec<&Vec<(f64, f64)>> =
        slots.iter().filter(|(no, _)| **no > first && **no < last).map(|(_, slot)| slot).collect();
    if whole.is_empty() {
        return None;
    }
    let rate = |from_s: f64, until_s: f64| {
        let within = |slot: &&Vec<(f64, f64)>| {
            slot.iter().filter(|(offset_s, _)| (from_s..until_s).contains(offset_s)).count()
        };
        whole.iter().map(within).sum::<usize>() as f64 / (until_s - from_s)
    };
    let usual = rate(0.0, 15.0);
    let between = |from_s: f64, until_s: f64| {
        let chosen = slots.values().flatten().filter(|(offset_s, _)| (from_s..until_s).contains(offset_s));
        median(chosen.map(|(_, rtt_ms)| *rtt_ms))
    };
    let full: Vec<(i64, &Vec<(f64, f64)>)> =
        slots.iter().filter(|(_, slot)| slot.len() >= FEWEST_REPLIES).map(|(no, slot)| (*no, slot)).collect();
    let in_order: Vec<(i64, Vec<f64>)> =
        full.iter().map(|(no, slot)| (*no, sorted(slot.iter().map(|(_, rtt_ms)| *rtt_ms)))).collect();
    let steps = sorted(
        in_order
            .windows(2)
            .filter(|pair| pair[1].0 == pair[0].0 + 1)
            .map(|pair| (quantile(&pair[1].1, 0.5) - quantile(&pair[0].1, 0.5)).abs()),
    );
    if steps.is_empty() {
        return None;
    }
    let range = |(_, rtt_ms): &(i64, Vec<f64>)| quantile(rtt_ms, 0.75) - quantile(rtt_ms, 0.25);
    let line = |hz: f64| {
        full.iter().map(|(_, slot)| power(slot.iter().map(|(at, _)| *at), hz)).sum::<f64>()
            / full.len() as f64
    };
    let all = sorted(replies.iter().map(|reply| reply.rtt_ms));
    Some(Statistics {
        early_ms: between(0.0, EARLY_S),
        later_ms: between(LATER_S, 15.0),
        early_rate: rate(0.0, EARLY_S) / usual,
        catch_up_rate: rate(EARLY_S, CAUGHT_UP_S) / usual,
        step_p50_ms: quantile(&steps, 0.5),
        step_p90_ms: quantile(&steps, 0.9),
        within_ms: median(in_order.iter().map(range)),
        lines: LINES_HZ.map(line),
        quantiles_ms: SHARES.map(|p| quantile(&all, p)),
    })
}

/// Power of a frequency in events at these times, s: 1 on average for a Poisson process.
fn power(times_s: impl Iterator<Item = f64>, hz: f64) -> f64 {
    let (mut sine, mut cosine, mut count) = (0.0, 0.0, 0.0);
    for at in times_s {
        let (s, c) = math::sin_cos(TAU * (at * hz).fract());
        (sine, cosine, count) = (sine + s, cosine + c, count + 1.0);
    }
    (sine * sine + cosine * cosine) / count
}
