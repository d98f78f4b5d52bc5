//! What a site's round trips are: propagation with medium access added, a few figures of which are fitted.

use super::Surveyed;
use crate::validate::Row;
use crate::validate::fit::{Free, descend};
use crate::validate::geometry::Propagation;
use crate::validate::resample::quantile;
use crate::validate::score::sorted;
use skyweave_core::access::{AccessParams, Activity, RttAddition};

/// The quantiles that are compared: the minimum first.
pub const SHARES: [f64; 4] = [0.0, 0.05, 0.5, 0.95];
/// What the quantiles differ by from site to site, about, ms: the weight of each in a fit.
const SCALES_MS: [f64; 4] = [1.5, 3.0, 5.0, 10.0];
/// Equally likely values that stand for a distribution in a CRPS.
pub const VALUES: usize = 200;
/// Rounds of a fit.
const ROUNDS: usize = 8;
/// Periods of requests that a fit begins with, frames.
const PERIOD_STARTS: [f64; 3] = [6.0, 14.0, 22.0];

/// What is fitted on sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    /// Fixed time, s: `down_processing_s`.
    pub fixed_s: f64,
    /// Wait for an opportunity to ask for a grant: `request_period_frames`.
    pub request_period_frames: u32,
    /// `requested_open_share`.
    pub requested_open_share: f64,
    /// `detour_share`.
    pub detour_share: f64,
}

impl Fitted {
    /// What the shipped parameters say.
    #[must_use]
    pub fn shipped() -> Self {
        let given = AccessParams::default();
        Self {
            fixed_s: given.down_processing_s,
            request_period_frames: given.request_period_frames,
            requested_open_share: given.requested_open_share,
            detour_share: given.detour_share,
        }
    }

    /// Fits on sites: the least sum of the distances of the compared quantiles, each over its scale. Distances and not their
    /// squares, so that one site that is unlike the others does not decide.
    #[must_use]
    pub fn on(sites: &[&Surveyed]) -> Self {
        let given = Self::shipped();
        let of = |at: &[f64]| Self {
            fixed_s: at[0],
            request_period_frames: at[1].round_ties_even() as u32,
            requested_open_share: at[2],
            detour_share: at[3],
        };
        let mut loss = |at: &[f64]| {
            let addition = of(at).addition();
            let of_site = |here: &&Surveyed| {
                let predicted = with(&here.propagation, &addition);
                let curve = here.site.measured_ms.as_ref();
                let distance = |(share, scale): (f64, f64)| {
                    curve.map_or(0.0, |curve| (quantile(&predicted, share) - curve.at(share)).abs() / scale)
                };
                SHARES.into_iter().zip(SCALES_MS).map(distance).sum::<f64>()
            };
            sites.iter().map(of_site).sum::<f64>()
        };
        // the period is a whole number, and its neighbours may be worse than one farther away: several starts
        let of_starts = PERIOD_STARTS.map(|period| {
            let free = [
                Free { start: given.fixed_s, step: 0.001, range: [0.0, 0.05] },
                Free { start: period, step: 4.0, range: [1.0, 60.0] },
                // not the default, which was fitted on sites too
                Free { start: 0.5, step: 0.1, range: [0.1, 1.0] },
                Free { start: given.detour_share, step: 0.03, range: [0.0, 0.5] },
            ];
            descend(&free, ROUNDS, &mut loss)
        });
        let best = of_starts.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(&of_starts[0]);
        of(&best.0)
    }

    /// The default parameters with what was fitted put in.
    #[must_use]
    pub fn parameters(self) -> AccessParams {
        AccessParams {
            down_processing_s: self.fixed_s,
            request_period_frames: self.request_period_frames,
            requested_open_share: self.requested_open_share,
            detour_share: self.detour_share,
            ..AccessParams::default()
        }
    }

    /// Medium access for a terminal that sends now and then, as traceroutes do.
    fn addition(self) -> RttAddition {
        RttAddition::tabulate(&self.parameters(), Activity::Sporadic)
    }

    /// Round trips at a place, ms, in order.
    #[must_use]
    pub fn distribution(self, propagation: &Propagation) -> Vec<f64> {
        with(propagation, &self.addition())
    }

    /// What was fitted beside what is shipped.
    #[must_use]
    pub fn rows(self, name: &str) -> Vec<Row> {
        let shipped = Self::shipped();
        let row = |what: &str, fitted: f64, shipped: f64, unit: &str| {
            Row::shown(format!("{name}/{what}"), fitted, unit, format!("shipped: {shipped}"))
        };
        vec![
            row("fixed time", self.fixed_s * 1e3, shipped.fixed_s * 1e3, "ms"),
            row(
                "period of requests",
                f64::from(self.request_period_frames),
                f64::from(shipped.request_period_frames),
                "frame",
            ),
            row("open share once asked", self.requested_open_share, shipped.requested_open_share, "share"),
            row("share of slots with a detour", self.detour_share, shipped.detour_share, "share"),
        ]
    }
}

/// Each tabulated addition with a slot's propagation, ms, in order.
fn with(propagation: &Propagation, addition: &RttAddition) -> Vec<f64> {
    let slots = propagation.rtt_ms.len();
    sorted(addition.samples_s().iter().enumerate().map(|(i, s)| propagation.rtt_ms[i % slots] + s * 1e3))
}

/// Equally likely values of a distribution in order.
#[must_use]
pub fn thinned(in_order: &[f64]) -> Vec<f64> {
    (0..VALUES).map(|i| quantile(in_order, (i as f64 + 0.5) / VALUES as f64)).collect()
}
