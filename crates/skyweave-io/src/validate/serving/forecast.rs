//! What models and baselines give each candidate, and how good that was.

use super::logit;
use super::record::Labelled;
use crate::validate::resample::{block_bootstrap, mean};
use skyweave_core::ids::SatId;
use skyweave_core::math::{exp, ln};
use skyweave_core::schedule::preference::{TERMS, Weights};
use std::collections::BTreeMap;

/// Probability that every model leaves for satellites that are no candidates: 1 %, spread over ten. A label outside costs
/// `ln 0.001`, whichever the model.
const OUTSIDE: f64 = 0.01;
const OUTSIDE_EACH: f64 = OUTSIDE / 10.0;
/// How far the first few reach when hits are counted.
pub const FEW: usize = 5;

/// By slot, by candidate: probability.
pub type Forecast = Vec<Vec<f64>>;

/// Whether a forecast knows the satellite that really served in the slot before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It does: one step ahead.
    Previous,
    /// It does not.
    Nothing,
}

/// All candidates alike.
#[must_use]
pub fn uniform(slots: &[Labelled]) -> Forecast {
    slots.iter().map(|slot| vec![1.0 / slot.candidates.len() as f64; slot.candidates.len()]).collect()
}

/// A logit with given terms and nothing spread evenly.
#[must_use]
pub fn logit(slots: &[Labelled], terms: [f64; TERMS], told: Told) -> Forecast {
    let weights = Weights { terms, uniform_share: 0.0 };
    slots.iter().map(|slot| weights.probabilities(&scores(slot, &weights, told == Told::Previous))).collect()
}

/// The model of the planner. Told nothing, it carries its own probabilities from slot to slot.
#[must_use]
pub fn model(slots: &[Labelled], weights: &Weights, told: Told) -> Forecast {
    match told {
        Told::Previous => {
            slots.iter().map(|slot| weights.probabilities(&scores(slot, weights, true))).collect()
        }
        Told::Nothing => carried(slots, weights),
    }
}

/// Scores of the candidates of a slot.
pub(super) fn scores(slot: &Labelled, weights: &Weights, told: bool) -> Vec<f64> {
    (0..slot.candidates.len()).map(|place| weights.score(&logit::features(slot, place, told))).collect()
}

/// The chain of choices with its own memory: `P_t(y) = sum_x P_{t-1}(x) P(y | x)`, begun anew after a gap.
fn carried(slots: &[Labelled], weights: &Weights) -> Forecast {
    let stay = exp(weights.terms[3]);
    let mut before: BTreeMap<SatId, f64> = BTreeMap::new();
    let mut forecast = Vec::with_capacity(slots.len());
    for slot in slots {
        if !slot.follows {
            before.clear();
        }
        let count = slot.candidates.len() as f64;
        let scores = scores(slot, weights, false);
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = scores.iter().map(|score| exp(score - top)).collect();
        let total: f64 = shares.iter().sum();
        // with x before, the sum of the shares is Z_x = Z + share_x (e^stay - 1)
        let held = |place: usize| before.get(&slot.candidates[place].satellite).copied().unwrap_or(0.0);
        let over: Vec<f64> =
            (0..shares.len()).map(|place| held(place) / (total + shares[place] * (stay - 1.0))).collect();
        let known: f64 = (0..shares.len()).map(held).sum();
        let common = over.iter().sum::<f64>() + (1.0 - known) / total;
        let probabilities: Vec<f64> = (0..shares.len())
            .map(|place| {
                let chosen = shares[place] * (common + over[place] * (stay - 1.0));
                (1.0 - weights.uniform_share) * chosen + weights.uniform_share / count
            })
            .collect();
        before = slot.candidates.iter().map(|c| c.satellite).zip(probabilities.iter().copied()).collect();
        forecast.push(probabilities);
    }
    forecast
}

/// Fixed choices, softened: what the first half of the site says of how often they are right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Probability of the satellite before, where it is a candidate.
    stays: f64,
    /// Probability of the highest of the others.
    highest: f64,
}

impl Rule {
    /// Always the highest satellite.
    #[must_use]
    pub fn highest(slots: &[Labelled]) -> Self {
        let hits = slots.iter().filter(|slot| slot.chosen == highest(slot, None)).count();
        Self { stays: 0.0, highest: laplace(hits, slots.len()) }
    }

    /// The satellite before while it is there, else the highest.
    #[must_use]
    pub fn stay_else_highest(slots: &[Labelled]) -> Self {
        let with_previous = || slots.iter().filter(|slot| slot.previous.is_some());
        let stays = with_previous().filter(|slot| slot.chosen == slot.previous).count();
        let moved = || slots.iter().filter(|slot| slot.previous.is_none() || slot.chosen != slot.previous);
        let hits = moved().filter(|slot| slot.chosen == highest(slot, slot.previous)).count();
        Self { stays: laplace(stays, with_previous().count()), highest: laplace(hits, moved().count()) }
    }

    /// What it gives each candidate.
    #[must_use]
    pub fn forecast(self, slots: &[Labelled], told: Told) -> Forecast {
        let of_slot = |slot: &Labelled| {
            let count = slot.candidates.len();
            let previous = slot.previous.filter(|_| told == Told::Previous && self.stays > 0.0);
            let stays = previous.map_or(0.0, |_| self.stays);
            let others = count - usize::from(previous.is_some());
            let mut probabilities = vec![0.0; count];
            for (place, probability) in probabilities.iter_mut().enumerate() {
                *probability = if Some(place) == previous {
                    if others == 0 { 1.0 } else { stays }
                } else if Some(place) == highest(slot, previous) {
                    (1.0 - stays) * if others == 1 { 1.0 } else { self.highest }
                } else {
                    (1.0 - stays) * (1.0 - self.highest) / (others - 1) as f64
                };
            }
            probabilities
        };
        slots.iter().map(of_slot).collect()
    }
}

/// Successes and trials as a probability that is never zero or one.
fn laplace(hits: usize, trials: usize) -> f64 {
    (hits as f64 + 1.0) / (trials as f64 + 2.0)
}

fn highest(slot: &Labelled, but: Option<usize>) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (place, candidate) in slot.candidates.iter().enumerate() {
        let is_higher = best.is_none_or(|best| candidate.elevation_deg > slot.candidates[best].elevation_deg);
        if Some(place) != but && is_higher {
            best = Some(place);
        }
    }
    best
}

/// By slot: natural logarithm of the probability that was given to what happened.
#[must_use]
pub fn log_likelihoods(slots: &[Labelled], forecast: &Forecast) -> Vec<f64> {
    let of_slot = |(slot, probabilities): (&Labelled, &Vec<f64>)| match slot.chosen {
        Some(chosen) => ln(((1.0 - OUTSIDE) * probabilities[chosen]).max(1e-300)),
        None => ln(OUTSIDE_EACH),
    };
    slots.iter().zip(forecast).map(of_slot).collect()
}

/// Share of slots in which what happened was among the first `few` of the forecast; of equal ones the first in order count.
#[must_use]
pub fn hits(slots: &[Labelled], forecast: &Forecast, few: usize) -> f64 {
    let mut hits = 0_usize;
    for (slot, probabilities) in slots.iter().zip(forecast) {
        let Some(chosen) = slot.chosen else { continue };
        let before = |(place, probability): (usize, &f64)| {
            *probability > probabilities[chosen] || (*probability == probabilities[chosen] && place < chosen)
        };
        hits += usize::from(probabilities.iter().enumerate().filter(|p| before(*p)).count() < few);
    }
    hits as f64 / slots.len() as f64
}

/// Mean difference of two series, with its 95 % interval.
#[must_use]
pub fn difference(model: &[f64], baseline: &[f64], seed: u64) -> (f64, f64, f64) {
    let differences: Vec<f64> = model.iter().zip(baseline).map(|(m, b)| m - b).collect();
    let (low, high) = block_bootstrap(&differences, seed);
    (mean(&differences), low, high)
}
