//! Which satellite serves a terminal: the model of [`skyweave_core::schedule::preference`] against labels, in three ways.
//!
//! | way | name | judged by |
//! |---|---|---|
//! | one step ahead, told which satellite really served before | `told` | mean log-likelihood per slot, and hits |
//! | not told | `untold` | the same |
//! | left to itself | `free` | distributions of what it chooses |
//! | the planner left to itself, with its default policy, gateways and PoPs | `planner` | the same |
//!
//! Candidates are those of our own propagation of the catalogue nearest in time (`sky`), as the planner would see them, but for its
//! service states: those take a few satellites that served for ones in transit, which is told in a row of its own. Where the
//! data lists the terminal's own field of view, the same is done with those (`fov`), which is what others scored. Probabilities
//! of a model sum to 0.99 over the candidates; a label outside costs every model `ln 0.001`.
//!
//! Halves are halves of the time of a site. Baselines are fitted on first halves, and all are tested on second halves; the weights
//! that ship are tested on whole sites too, which is all held out where they were not fitted.

pub mod forecast;
pub mod free;
mod labels;
mod planned;
pub mod logit;
pub mod record;

use crate::validate::resample::mean;
use crate::validate::{Judgement, Row, ValidateError, Verdict, nearest_catalogue};
use forecast::{FEW, Forecast, Rule, Told};
use logit::Fit;
use record::{Among, Labelled, Network, Record};
use skyweave_core::schedule::preference::{TERMS, Term, Weights};
use skyweave_core::time::SlotNo;
use std::path::Path;

pub use labels::SiteLabels;
pub(in crate::validate) use labels::named_places;

/// Where all that is drawn begins.
const SEED: u64 = 20_240_717;
/// Strengths of the ridge that are tried, per site.
const RIDGES: [f64; 9] = [0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];
/// The one that is taken where there are no other sites to choose it by.
const USUAL_RIDGE: f64 = 20.0;
/// Ridge of baselines: enough to keep them finite.
const FAINT_RIDGE: f64 = 1.0;

/// All rows of the comparison; none if the folder has no labels.
///
/// # Errors
/// If the labels, the sites or a catalogue are damaged, or one of them is missing.
pub fn rows(data: &Path) -> Result<Vec<Row>, ValidateError> {
    let sites = labels::read(data, record::MIN_ELEVATION_DEG)?;
    let mut rows = Vec::new();
    let (mut sky, mut field_of_view, mut planner) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(first) = sites.first() {
        // without a catalogue nothing is planned in vain
        nearest_catalogue(data, middle(first).start())?;
    }
    for (labels, serving) in sites.iter().zip(&planned::serving(data, &sites)?) {
        let middle = middle(labels);
        let catalogue = nearest_catalogue(data, middle.start())?;
        let network = Network::new(&catalogue.set, middle);
        let file = catalogue.path.file_name().map(|name| name.to_string_lossy().into_owned());
        rows.push(Row::shown(
            format!("serving/{}/age of the catalogue", labels.site),
            catalogue.age_days,
            "day",
            format!("{}, {} satellites could serve", file.unwrap_or_default(), network.servers()),
        ));
        let (idle, count) = (network.taken_for_idle(labels), labels.serving.len());
        rows.push(Row::shown(
            format!("serving/{}/labels of satellites that the planner has as not serving", labels.site),
            idle as f64 / count as f64,
            "share",
            format!("{idle} of {count}"),
        ));
        let record = network.record(labels, Among::Sky);
        let beside = |record: &Record| planned::rows(labels, record, &network, serving);
        planner.extend(record.as_ref().map(beside).unwrap_or_default());
        sky.extend(record);
        field_of_view.extend(network.record(labels, Among::FieldOfView));
    }
    rows.extend(weights(&sky));
    rows.extend(planner);
    for records in [&sky, &field_of_view] {
        for site in 0..records.len() {
            rows.extend(of_site(records, site));
        }
    }
    Ok(rows)
}

fn middle(labels: &SiteLabels) -> SlotNo {
    let ends = labels.serving.keys().next().zip(labels.serving.keys().next_back());
    ends.map_or(SlotNo(0), |(first, last)| SlotNo(i64::midpoint(first.0, last.0)))
}

/// The weights that ship beside those that the first halves of these sites give.
fn weights(records: &[Record]) -> Vec<Row> {
    if records.is_empty() {
        return Vec::new();
    }
    let ridge = ridge(records);
    let all: Vec<&Record> = records.iter().collect();
    let refitted = pooled(&all, Fit { ridge, told: true });
    let mut rows: Vec<Row> = Term::ALL
        .iter()
        .zip(Weights::FITTED.terms.iter().zip(refitted))
        .map(|(term, (shipped, refitted))| {
            let why = "measured: as fitted here on first halves; modelled: as shipped";
            let verdict = Verdict::of(Judgement::Shown, why);
            Row::new(format!("serving/weights/{}", term.name()), refitted, *shipped, "", verdict)
        })
        .collect();
    let why =
        if records.len() > 1 { "chosen by leaving sites out, on first halves" } else { "the usual one" };
    rows.push(Row::shown("serving/weights/ridge per site", ridge, "", why));
    rows
}

/// The ridge by which weights fitted on the first halves of all other sites do best on a site's first half.
#[must_use]
pub fn ridge(records: &[Record]) -> f64 {
    if records.len() < 2 {
        return USUAL_RIDGE;
    }
    let mut best = (f64::NEG_INFINITY, USUAL_RIDGE);
    for ridge in RIDGES {
        let mut sum = 0.0;
        for (site, record) in records.iter().enumerate() {
            let weights = model_without(records, site, ridge);
            let forecast = forecast::model(record.first(), &weights, Told::Previous);
            sum += mean(&forecast::log_likelihoods(record.first(), &forecast));
        }
        if sum > best.0 {
            best = (sum, ridge);
        }
    }
    best.1
}

/// The model fitted on the first halves of all sites but one.
fn model_without(records: &[Record], site: usize, ridge: f64) -> Weights {
    let terms = pooled(&others(records, site), Fit { ridge, told: true });
    Weights { terms, ..Weights::FITTED }
}

fn others(records: &[Record], site: usize) -> Vec<&Record> {
    records.iter().enumerate().filter(|(other, _)| *other != site).map(|(_, record)| record).collect()
}

/// One set of terms for the first halves of some sites; the ridge is per site.
#[must_use]
pub fn pooled(records: &[&Record], fit: Fit) -> [f64; TERMS] {
    let fit = Fit { ridge: fit.ridge * records.len() as f64, ..fit };
    let slots: Vec<&Labelled> = records.iter().flat_map(|record| record.first()).collect();
    logit::fit(&slots, fit)
}

fn of_site(records: &[Record], site: usize) -> Vec<Row> {
    let record = &records[site];
    let slots = record.second();
    let name = format!("serving/{}/{}", record.site, record.among.name());
    let outside = record.slots.iter().filter(|slot| slot.chosen.is_none()).count();
    let inside: Vec<f64> = slots
        .iter()
        .filter(|slot| slot.chosen.is_some())
        .map(|slot| -skyweave_core::math::ln(slot.candidates.len() as f64))
        .collect();
    let mut rows = vec![
        Row::shown(
            format!("{name}/labels outside the candidates"),
            outside as f64 / record.slots.len() as f64,
            "share",
            format!("{outside} of {}", record.slots.len()),
        ),
        Row::shown(
            format!("{name}/second half/uniform over labels inside"),
            mean(&inside),
            "nat/slot",
            "without misses, as others count",
        ),
    ];
    if slots.is_empty() || record.second_half == 0 {
        return rows;
    }
    for told in [Told::Previous, Told::Nothing] {
        rows.extend(scores(records, site, told));
    }
    let seed = SEED ^ site as u64;
    rows.extend(free::rows(&format!("{name}/free"), &record.slots, &Weights::FITTED, seed));
    rows
}

fn scores(records: &[Record], site: usize, told: Told) -> Vec<Row> {
    let record = &records[site];
    let (first, second) = (record.first(), record.second());
    let name = format!(
        "serving/{}/{}/{}",
        record.site,
        record.among.name(),
        match told {
            Told::Previous => "told",
            Told::Nothing => "untold",
        }
    );
    let fit = Fit { ridge: FAINT_RIDGE, told: told == Told::Previous };
    let mut baselines: Vec<(&str, Forecast)> = vec![
        ("uniform", forecast::uniform(second)),
        ("highest elevation", Rule::highest(first).forecast(second, told)),
    ];
    if told == Told::Previous {
        baselines.push(("stay, else highest", Rule::stay_else_highest(first).forecast(second, told)));
    }
    baselines.push(("the site's own logit", forecast::logit(second, pooled(&[record], fit), told)));
    let others = others(records, site);
    if !others.is_empty() {
        let all: Vec<&Record> = records.iter().collect();
        baselines.push(("pooled logit", forecast::logit(second, pooled(&all, fit), told)));
        baselines.push(("logit of the other sites", forecast::logit(second, pooled(&others, fit), told)));
    }

    let model = forecast::model(second, &Weights::FITTED, told);
    let mut rows: Vec<Row> = baselines
        .iter()
        .map(|(baseline, by)| score_row(format!("{name}/second half/over {baseline}"), second, &model, by))
        .collect();
    let whole = forecast::model(&record.slots, &Weights::FITTED, told);
    let even = forecast::uniform(&record.slots);
    rows.push(score_row(format!("{name}/whole/over uniform"), &record.slots, &whole, &even));
    if !others.is_empty() {
        let weights = model_without(records, site, ridge(records));
        let left_out = forecast::model(second, &weights, told);
        let row = format!("{name}/second half/fitted without this site, over uniform");
        rows.push(score_row(row, second, &left_out, &forecast::uniform(second)));
    }
    let rule = &baselines[if told == Told::Previous { 2 } else { 1 }];
    for (label, few) in [("first", 1), ("first five", FEW)] {
        let (ours, theirs) = (forecast::hits(second, &model, few), forecast::hits(second, &rule.1, few));
        let verdict = Verdict::of(Judgement::Shown, format!("measured: {}", rule.0));
        rows.push(Row::new(
            format!("{name}/second half/hits in the {label}"),
            theirs,
            ours,
            "share",
            verdict,
        ));
    }
    rows
}

/// A model's mean log-likelihood per slot beside a baseline's.
fn score_row(name: String, slots: &[Labelled], model: &Forecast, baseline: &Forecast) -> Row {
    let ours = forecast::log_likelihoods(slots, model);
    let theirs = forecast::log_likelihoods(slots, baseline);
    let (_, low, high) = forecast::difference(&ours, &theirs, SEED);
    let judgement = if slots.len() < free::LEAST_SLOTS {
        // a bootstrap of a few blocks says nothing of how far they scatter
        Judgement::Undecided
    } else if low > 0.0 {
        Judgement::Pass
    } else if high < 0.0 {
        Judgement::Fail
    } else {
        Judgement::Undecided
    };
    let verdict = Verdict::of(judgement, format!("95 % of the difference {low:+.3} to {high:+.3}"));
    Row::new(name, mean(&theirs), mean(&ours), "nat/slot", verdict)
}
