//! A conditional logit with a ridge, by Newton's method: `max sum (s_chosen - ln sum e^s) - lambda/2 |w|^2`, `s = w.f`.
//!
//! The function is concave, so there is one answer and any start finds it (`McFadden` 1974).

use super::record::Labelled;
use skyweave_core::math::{exp, ln};
use skyweave_core::schedule::preference::TERMS;

/// Steps at most; eight are usual.
const MOST_STEPS: usize = 60;
/// The answer is there when no slope is greater.
const SLOPE_TOLERANCE: f64 = 1e-9;
const STAY: usize = 3;

/// What a fit goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Strength of the ridge.
    pub ridge: f64,
    /// False leaves the term of staying out: for choices that are not told the satellite before.
    pub told: bool,
}

/// Terms of a candidate, with that of staying where it is known.
#[must_use]
pub fn features(slot: &Labelled, place: usize, told: bool) -> [f64; TERMS] {
    let mut features = slot.candidates[place].features;
    if told && slot.previous == Some(place) {
        features[STAY] = 1.0;
    }
    features
}

/// The weights that fit some labelled slots best; slots whose satellite is no candidate say nothing.
#[must_use]
pub fn fit(slots: &[&Labelled], fit: Fit) -> [f64; TERMS] {
    let mut weights = [0.0; TERMS];
    let mut at = Slope::of(slots, &weights, fit);
    for _ in 0..MOST_STEPS {
        if at.slope.iter().all(|slope| slope.abs() < SLOPE_TOLERANCE) {
            break;
        }
        let step = solve(at.curvature, at.slope);
        // a whole step overshoots only far from the answer: halve until it gains
        let mut share = 1.0;
        loop {
            let mut tried = weights;
            for (weight, step) in tried.iter_mut().zip(step) {
                *weight += share * step;
            }
            let there = Slope::of(slots, &tried, fit);
            if there.value >= at.value || share < 1e-6 {
                let gained = there.value - at.value;
                (weights, at) = (tried, there);
                if gained <= 0.0 {
                    return weights;
                }
                break;
            }
            share *= 0.5;
        }
    }
    weights
}

/// The function at some weights, its slope, and its curvature with the sign turned.
struct Slope {
    value: f64,
    slope: [f64; TERMS],
    curvature: [[f64; TERMS]; TERMS],
}

impl Slope {
    fn of(slots: &[&Labelled], weights: &[f64; TERMS], fit: Fit) -> Self {
        let mut sum = Self { value: 0.0, slope: [0.0; TERMS], curvature: [[0.0; TERMS]; TERMS] };
        for slot in slots {
            let Some(chosen) = slot.chosen else { continue };
            let rows: Vec<[f64; TERMS]> =
                (0..slot.candidates.len()).map(|place| features(slot, place, fit.told)).collect();
            let scores: Vec<f64> = rows.iter().map(|row| dot(row, weights)).collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shares: Vec<f64> = scores.iter().map(|score| exp(score - top)).collect();
            let total: f64 = shares.iter().sum();
            let mut mean = [0.0; TERMS];
            let mut square = [[0.0; TERMS]; TERMS];
            for (row, share) in rows.iter().zip(&shares) {
                let probability = share / total;
                for i in 0..TERMS {
                    mean[i] += probability * row[i];
                    for j in 0..TERMS {
                        square[i][j] += probability * row[i] * row[j];
                    }
                }
            }
            sum.value += scores[chosen] - top - ln(total);
            for i in 0..TERMS {
                sum.slope[i] += rows[chosen][i] - mean[i];
                for j in 0..TERMS {
                    sum.curvature[i][j] += square[i][j] - mean[i] * mean[j];
                }
            }
        }
        for (i, weight) in weights.iter().enumerate() {
            sum.value -= 0.5 * fit.ridge * weight * weight;
            sum.slope[i] -= fit.ridge * weight;
            sum.curvature[i][i] += fit.ridge;
        }
        sum
    }
}

fn dot(a: &[f64; TERMS], b: &[f64; TERMS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `a x = b` for a symmetric `a` that is positive definite; a term that nothing is known of (a zero row) stays where it is.
fn solve(mut a: [[f64; TERMS]; TERMS], mut b: [f64; TERMS]) -> [f64; TERMS] {
    for i in 0..TERMS {
        if a[i][i] < 1e-12 {
            a[i] = [0.0; TERMS];
            a[i][i] = 1.0;
            b[i] = 0.0;
        }
        let pivot = a[i];
        for row in i + 1..TERMS {
            let factor = a[row][i] / pivot[i];
            for (value, above) in a[row].iter_mut().zip(pivot).skip(i) {
                *value -= factor * above;
            }
            b[row] -= factor * b[i];
        }
    }
    let mut x = [0.0; TERMS];
    for i in (0..TERMS).rev() {
        let known: f64 = (i + 1..TERMS).map(|column| a[i][column] * x[column]).sum();
        x[i] = (b[i] - known) / a[i][i];
    }
    x
}
