//! Dense traces of round trips against an emulated terminal: the same probes at the same times through the model of medium access.
//!
//! The traces of Victoria gave the name; any trace will do. A probe's time on the way is what the planner gives for the trace's
//! place, over slots of another day: so only distributions can agree. What the model draws at random is drawn with
//! [`SEEDS`] seeds, and the mean of a statistic over them is compared.
//!
//! Where a trace is from is told by its name: it begins with the words of a site of `rtt/` (the site's last word, a country, may
//! be left out), or of a site of `serving-satellite/sites.csv`, by its `site` or `name`. A trace of a place that is not listed is compared
//! only in what does not depend on the way (`Figure::needs_place`), with ways that are short and long.

mod places;
pub mod trace;

use super::geometry::Era;
use super::resample::{mean, quantile};
use super::score::sorted;
use super::{Judgement, Row, ValidateError, Verdict};
use rayon::prelude::*;
use skyweave_core::access::{Access, AccessParams, GpsNs};
use std::path::Path;
use trace::{LINES_HZ, Reply, SHARES, Statistics, Trace};

/// Terminals that are emulated for each trace.
pub const SEEDS: u64 = 24;
/// Round trips by propagation, ms, of a satellite and a gateway both overhead, and by lasers across an ocean: where a place is not
/// known, half the emulated terminals have the one and half the other.
const ANY_WAY_MS: [f64; 2] = [4.0, 100.0];

/// A trace with the ways of its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// What was measured.
    pub trace: Trace,
    /// Round trips by propagation, ms, slot by slot; none where the place is not known.
    pub propagation_ms: Option<Vec<f64>>,
    /// Where it is and by what, or what would be needed to know it.
    pub about: String,
    /// From the catalogue to the trace, days.
    pub age_days: Option<f64>,
}

/// The comparisons of all traces of `data/rtt`.
///
/// # Errors
/// If a file there cannot be read.
pub fn rows(data: &Path) -> Result<Vec<Row>, ValidateError> {
    let mut rows = Vec::new();
    for placed in with_propagation(data)? {
        let name = format!("victoria/{}", placed.trace.name);
        let place = format!("{name}/round trip by propagation, median");
        rows.push(match &placed.propagation_ms {
            Some(ways) => Row::shown(place, super::score::median(ways.iter().copied()), "ms", &*placed.about),
            None => Row::undecided(place, &*placed.about),
        });
        if let Some(age_days) = placed.age_days {
            let why = "only distributions can agree";
            rows.push(Row::shown(format!("{name}/age of the catalogue"), age_days, "day", why));
        }
        if let Some(measured) = trace::statistics(&placed.trace.replies) {
            let modelled = emulated(&placed, &AccessParams::default());
            rows.extend(compare(&placed, &measured, &modelled));
        } else {
            let fewest = trace::FEWEST_REPLIES;
            let why = format!("needed: three slots of 15 s in a row, with {fewest} replies in each");
            rows.push(Row::undecided(format!("{name}/statistics"), why));
        }
    }
    Ok(rows)
}

/// The traces of `data/rtt` with round trips by propagation at their places.
///
/// # Errors
/// If a file there cannot be read.
pub fn with_propagation(data: &Path) -> Result<Vec<Placed>, ValidateError> {
    let traces = trace::read(data)?;
    if traces.is_empty() {
        return Ok(Vec::new());
    }
    let atlas = places::Atlas::read(data)?;
    // traces of one place and catalogue have the same day
    let mut planned: Vec<(Era, places::Found, Vec<f64>)> = Vec::new();
    let mut placed = Vec::new();
    for trace in traces {
        let found = match atlas.find(&trace.name) {
            Ok(found) => found,
            Err(about) => {
                placed.push(Placed { trace, propagation_ms: None, about, age_days: None });
                continue;
            }
        };
        let near = trace.replies.first().map(|reply| reply.at.slot().start());
        let era = Era::nearest(data, near)?;
        let same =
            |(other, place, _): &&(Era, places::Found, Vec<f64>)| other.about == era.about && *place == found;
        let ways = if let Some((.., ways)) = planned.iter().find(same) {
            ways.clone()
        } else {
            let of_place = era.propagation(std::slice::from_ref(&found.terminal))?;
            let ways: Vec<f64> = of_place.into_iter().flat_map(|place| place.rtt_ms).collect();
            planned.push((era.clone(), found.clone(), ways.clone()));
            ways
        };
        let about = format!("{}; {}", found.about, era.about);
        placed.push(if ways.is_empty() {
            let about = format!("the planner never serves its place: {about}");
            Placed { trace, propagation_ms: None, about, age_days: era.age_days }
        } else {
            Placed { trace, propagation_ms: Some(ways), about, age_days: era.age_days }
        });
    }
    Ok(placed)
}

/// The statistics of each emulated terminal.
#[must_use]
pub fn emulated(placed: &Placed, params: &AccessParams) -> Vec<Statistics> {
    (0..SEEDS)
        .into_par_iter()
        .filter_map(|seed| {
            let access = Access::new(params.clone(), seed);
            let any_way = [ANY_WAY_MS[(seed % 2) as usize]];
            let ways = placed.propagation_ms.as_deref().unwrap_or(&any_way);
            trace::statistics(&emulate(&access, &placed.trace.replies, ways, seed))
        })
        .collect()
}

/// Sends the probes of these replies through the model, in the order of sending; `propagation_ms` is not empty.
#[must_use]
pub fn emulate(access: &Access, measured: &[Reply], propagation_ms: &[f64], seed: u64) -> Vec<Reply> {
    let mut sent: Vec<GpsNs> = measured.iter().map(Reply::sent).collect();
    sent.sort_unstable();
    let begin = seed as i64 * propagation_ms.len() as i64 / SEEDS as i64;
    let (mut before, mut left, mut back) = (GpsNs(i64::MIN / 2), GpsNs(i64::MIN), GpsNs(i64::MIN));
    sent.into_iter()
        .map(|at| {
            let activity = access.activity(at.0 - before.0);
            before = at;
            left = left.max(access.uplink(at, activity));
            let place = (left.slot().0 + begin).rem_euclid(propagation_ms.len() as i64) as usize;
            let on_the_way_ns = (propagation_ms[place] * 1e6).round() as i64;
            back = back.max(access.downlink(left.plus_ns(on_the_way_ns)));
            Reply { at: back, rtt_ms: (back.0 - at.0) as f64 * 1e-6 }
        })
        .collect()
}

/// A figure that is compared.
struct Figure {
    name: String,
    unit: &'static str,
    /// As a share of what was measured.
    tolerance: f64,
    /// The tolerance is at least this, in the figure's unit.
    at_least: f64,
    /// Whether it means nothing without the way's length.
    needs_place: bool,
    of: Box<dyn Fn(&Statistics) -> f64>,
}

/// The rows of one trace.
#[must_use]
pub fn compare(placed: &Placed, measured: &Statistics, modelled: &[Statistics]) -> Vec<Row> {
    figures()
        .iter()
        .map(|figure| {
            let name = format!("victoria/{}/{}", placed.trace.name, figure.name);
            let target = (figure.of)(measured);
            if !target.is_finite() {
                return Row::undecided(name, "no reply came in that part of any slot");
            }
            if modelled.is_empty() || figure.needs_place && placed.propagation_ms.is_none() {
                let row = Row::undecided(name, &*placed.about);
                return Row { measured: Some(target), unit: figure.unit.to_owned(), ..row };
            }
            figure.row(name, target, &sorted(modelled.iter().map(&figure.of)))
        })
        .collect()
}

impl Figure {
    /// It passes if the mean over the seeds is near enough, or if the middle nine tenths of the seeds hold what was measured: the model
    /// draws, and so did nature, and a trace of 54 slots is one draw.
    fn row(&self, name: String, target: f64, each: &[f64]) -> Row {
        let (low, high) = (quantile(each, 0.05), quantile(each, 0.95));
        let slack = self.at_least.max(self.tolerance * target.abs());
        let near = (mean(each) - target).abs() <= slack;
        let pass = near || (low..=high).contains(&target);
        let judgement = if pass { Judgement::Pass } else { Judgement::Fail };
        let why = format!("asked: within {slack:.2}, or among the seeds' {low:.2} to {high:.2}");
        Row::new(name, target, mean(each), self.unit, Verdict::of(judgement, why))
    }
}

fn figures() -> Vec<Figure> {
    type Get = fn(&Statistics) -> f64;
    let of_way: [(&str, f64, Get); 5] = [
        ("RTT, median in the first 100 ms of a slot", 0.1, |s| s.early_ms),
        ("RTT, median later", 0.1, |s| s.later_ms),
        ("step of a slot's median, p50", 0.3, |s| s.step_p50_ms),
        ("step of a slot's median, p90", 0.3, |s| s.step_p90_ms),
        ("interquartile range within a slot", 0.1, |s| s.within_ms),
    ];
    let of_slot: [(&str, Get); 2] = [
        ("replies in the first 100 ms, of the usual rate", |s| s.early_rate),
        ("replies in the next 200 ms, of the usual rate", |s| s.catch_up_rate),
    ];
    let way = |name: String, tolerance: f64, of: Box<dyn Fn(&Statistics) -> f64>| Figure {
        name,
        unit: "ms",
        tolerance,
        at_least: 1.0,
        needs_place: true,
        of,
    };
    let mut figures: Vec<Figure> = Vec::new();
    figures.extend(of_way.into_iter().map(|(name, share, get)| way(name.to_owned(), share, Box::new(get))));
    figures.extend(of_slot.into_iter().map(|(name, get)| Figure {
        name: name.to_owned(),
        unit: "",
        tolerance: 0.1,
        at_least: 0.0,
        needs_place: false,
        of: Box::new(get),
    }));
    figures.extend(LINES_HZ.into_iter().enumerate().map(|(index, hz)| Figure {
        name: format!("line at {hz} Hz, times a Poisson process"),
        unit: "",
        tolerance: 0.3,
        at_least: 1.0,
        needs_place: false,
        of: Box::new(move |s| s.lines[index]),
    }));
    let quantiles = SHARES.into_iter().enumerate();
    figures.extend(quantiles.map(|(index, share)| {
        way(format!("RTT, p{}", share * 100.0), 0.1, Box::new(move |s| s.quantiles_ms[index]))
    }));
    figures
}
