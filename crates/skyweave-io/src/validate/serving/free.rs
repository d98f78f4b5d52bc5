//! The model left to itself: it chooses, stays with what it chose, and is compared by distributions only.

use super::forecast::scores;
use super::record::Labelled;
use crate::validate::resample::{Random, mean, quantile};
use crate::validate::{Judgement, Row, Verdict};
use skyweave_core::schedule::preference::Weights;

/// Runs from different seeds.
const RUNS: u64 = 300;
/// Separations below this are filed as avoided, deg.
const GSO_AVOIDED_DEG: f64 = 18.0;
const QUADRANTS: [&str; 4] = ["north-east", "south-east", "south-west", "north-west"];

/// One of the lists of [`Looks`].
type Values = fn(&Looks) -> &Vec<f64>;

/// By slot: the place of the chosen candidate, if it is one.
pub type Choices = Vec<Option<usize>>;

/// One run of the model over some slots.
#[must_use]
pub fn run(slots: &[Labelled], weights: &Weights, seed: u64) -> Choices {
    let mut random = Random::seeded(seed);
    let mut held = None;
    let mut choices = Vec::with_capacity(slots.len());
    for slot in slots {
        let mut scores = scores(slot, weights, false);
        let previous = held.filter(|_| slot.follows);
        if let Some(place) = slot.candidates.iter().position(|c| Some(c.satellite) == previous) {
            scores[place] += weights.terms[3];
        }
        let place = random.choose(&weights.probabilities(&scores));
        held = Some(slot.candidates[place].satellite);
        choices.push(Some(place));
    }
    choices
}

/// What choices look like from far away.
struct Looks {
    elevation_deg: Vec<f64>,
    gso_deg: Vec<f64>,
    dwell_slots: Vec<f64>,
    quadrants: [f64; 4],
    /// Share of slots with the satellite of the slot before.
    stays: f64,
    second_generation: f64,
}

impl Looks {
    fn of(slots: &[Labelled], choices: &Choices) -> Self {
        let mut looks = Self {
            elevation_deg: Vec::new(),
            gso_deg: Vec::new(),
            dwell_slots: Vec::new(),
            quadrants: [0.0; 4],
            stays: 0.0,
            second_generation: 0.0,
        };
        let (mut held, mut dwell, mut pairs, mut stays) = (None, 0.0, 0.0, 0.0);
        for (slot, choice) in slots.iter().zip(choices) {
            let chosen = choice.map(|place| &slot.candidates[place]);
            let satellite = chosen.map(|c| c.satellite);
            let stayed = slot.follows && satellite.is_some() && satellite == held;
            if slot.follows && satellite.is_some() && held.is_some() {
                pairs += 1.0;
                stays += f64::from(u8::from(stayed));
            }
            if !stayed && held.is_some() {
                looks.dwell_slots.push(dwell);
                dwell = 0.0;
            }
            held = satellite;
            let Some(chosen) = chosen else { continue };
            dwell += 1.0;
            looks.elevation_deg.push(chosen.elevation_deg);
            looks.gso_deg.push(chosen.gso_deg);
            looks.quadrants[((chosen.azimuth_deg / 90.0) as usize).min(3)] += 1.0;
            looks.second_generation += chosen.features[4];
        }
        if held.is_some() {
            looks.dwell_slots.push(dwell);
        }
        let count = looks.elevation_deg.len() as f64;
        looks.quadrants = looks.quadrants.map(|quadrant| quadrant / count);
        looks.second_generation /= count;
        looks.stays = stays / pairs;
        for values in [&mut looks.elevation_deg, &mut looks.gso_deg, &mut looks.dwell_slots] {
            values.sort_unstable_by(f64::total_cmp);
        }
        looks
    }

    /// Name, unit and value of each figure.
    fn figures(&self) -> Vec<(String, &'static str, f64)> {
        let mut figures = Vec::new();
        for (name, values) in [("chosen elevation", &self.elevation_deg), ("GSO separation", &self.gso_deg)] {
            for (label, share) in [("p5", 0.05), ("p50", 0.5), ("p95", 0.95)] {
                figures.push((format!("{name} {label}"), "deg", quantile(values, share)));
            }
        }
        let near = self.gso_deg.iter().filter(|gso| **gso < GSO_AVOIDED_DEG).count();
        figures.push((
            format!("GSO separation below {GSO_AVOIDED_DEG} deg"),
            "share",
            near as f64 / self.gso_deg.len() as f64,
        ));
        for (name, share) in QUADRANTS.iter().zip(self.quadrants) {
            figures.push((format!("azimuth {name}"), "share", share));
        }
        figures.push(("dwell mean".to_owned(), "slot", mean(&self.dwell_slots)));
        figures.push(("dwell p90".to_owned(), "slot", quantile(&self.dwell_slots, 0.9)));
        figures.push(("probability to stay".to_owned(), "share", self.stays));
        figures.push(("second generation".to_owned(), "share", self.second_generation));
        figures
    }
}

/// The figures of a site against those of many runs of the model.
#[must_use]
pub fn rows(name: &str, slots: &[Labelled], weights: &Weights, seed: u64) -> Vec<Row> {
    let measured = Looks::of(slots, &slots.iter().map(|slot| slot.chosen).collect());
    let runs: Vec<Looks> =
        (0..RUNS).map(|k| Looks::of(slots, &run(slots, weights, seed.wrapping_add(k)))).collect();
    let by_run: Vec<Vec<(String, &str, f64)>> = runs.iter().map(Looks::figures).collect();
    let is_too_little = slots.len() < LEAST_SLOTS;
    let mut rows = Vec::new();
    for (place, (figure, unit, value)) in measured.figures().into_iter().enumerate() {
        let mut of_runs: Vec<f64> = by_run.iter().map(|figures| figures[place].2).collect();
        of_runs.sort_unstable_by(f64::total_cmp);
        let (low, high) = (quantile(&of_runs, 0.025), quantile(&of_runs, 0.975));
        let judgement = match (low..=high).contains(&value) {
            _ if is_too_little || !value.is_finite() => Judgement::Undecided,
            true => Judgement::Pass,
            false => Judgement::Fail,
        };
        let why = format!("95 % of runs {low:.3} to {high:.3}");
        let verdict = Verdict::of(judgement, why);
        rows.push(Row::new(format!("{name}/{figure}"), value, mean(&of_runs), unit, verdict));
    }
    for (kind, values) in KINDS {
        let mut pooled: Vec<f64> = runs.iter().flat_map(|looks| values(looks).iter().copied()).collect();
        pooled.sort_unstable_by(f64::total_cmp);
        let mut usual: Vec<f64> = runs.iter().map(|looks| greatest_gap(values(looks), &pooled)).collect();
        usual.sort_unstable_by(f64::total_cmp);
        let (gap, bound) = (greatest_gap(values(&measured), &pooled), quantile(&usual, 0.95));
        let judgement = match gap <= bound {
            _ if is_too_little || values(&measured).is_empty() => Judgement::Undecided,
            true => Judgement::Pass,
            false => Judgement::Fail,
        };
        let why = format!("Kolmogorov distance; of the model's own runs 95 % below {bound:.3}");
        let mut row = Row::shown(format!("{name}/{kind} distribution"), gap, "", "");
        (row.error, row.modelled) = (row.modelled, None);
        row.verdict = Verdict::of(judgement, why);
        rows.push(row);
    }
    rows
}

const KINDS: [(&str, Values); 3] = [
    ("chosen elevation", |looks| &looks.elevation_deg),
    ("GSO separation", |looks| &looks.gso_deg),
    ("dwell", |looks| &looks.dwell_slots),
];

/// The figures of a site against those of one run of something else. There is one run, so that nothing says how wide its figures
/// scatter: they are shown, and not judged.
#[must_use]
pub fn beside(name: &str, slots: &[Labelled], run: &Choices) -> Vec<Row> {
    let measured = Looks::of(slots, &slots.iter().map(|slot| slot.chosen).collect());
    let ours = Looks::of(slots, run);
    let mut rows = Vec::new();
    for ((figure, unit, measured), (_, _, ours)) in measured.figures().into_iter().zip(ours.figures()) {
        let verdict = Verdict::of(Judgement::Shown, "one run");
        rows.push(Row::new(format!("{name}/{figure}"), measured, ours, unit, verdict));
    }
    for (kind, values) in KINDS {
        let gap = greatest_gap(values(&measured), values(&ours));
        let mut row =
            Row::shown(format!("{name}/{kind} distribution"), gap, "", "Kolmogorov distance; one run");
        (row.error, row.modelled) = (row.modelled, None);
        rows.push(row);
    }
    rows
}

/// Of fewer labelled slots, an eighth of an hour, no distribution can be told.
pub const LEAST_SLOTS: usize = 30;

/// The greatest difference of two distribution functions, each given by sorted values.
fn greatest_gap(one: &[f64], other: &[f64]) -> f64 {
    let (mut i, mut j, mut gap) = (0, 0, 0.0_f64);
    while i < one.len() && j < other.len() {
        let at = one[i].min(other[j]);
        while i < one.len() && one[i] <= at {
            i += 1;
        }
        while j < other.len() && other[j] <= at {
            j += 1;
        }
        gap = gap.max((i as f64 / one.len() as f64 - j as f64 / other.len() as f64).abs());
    }
    gap
}

#[cfg(test)]
mod tests {
    use super::greatest_gap;

    #[test]
    fn gaps_are_between_distribution_functions() {
        assert_eq!(greatest_gap(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.0);
        assert_eq!(greatest_gap(&[1.0, 1.0], &[2.0, 2.0, 2.0]), 1.0);
        assert_eq!(greatest_gap(&[1.0, 3.0], &[1.0, 1.0, 1.0, 3.0]), 0.25);
    }
}
