//! Round trips by site, each predicted from the others.
//!
//! A site's distribution is the planner's propagation there ([`super::geometry`]) with medium access added ([`model`]). A few figures of
//! medium access are fitted on all sites but the one that is predicted; nothing of that site but its place and PoP goes in.
//! Catalogue and measurements are apart in time, so only distributions are compared.
//!
//! What it must beat is a constant: the median of the other sites, quantile by quantile.

pub mod model;
pub mod sites;

use super::geometry::{Era, Propagation, Terminal};
use super::score::{crps, median, quantile_loss};
use super::{Judgement, Row, ValidateError, Verdict};
use hifitime::Epoch;
use model::{Fitted, SHARES, VALUES};
use rayon::prelude::*;
use sites::Site;
use std::path::Path;

/// A quantile agrees if it is as near as this share of what was measured.
const TOLERANCE: f64 = 0.2;
/// The compared quantiles.
const NAMES: [&str; 4] = ["minimum", "p5", "median", "p95"];

/// A site with all that is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Surveyed {
    /// Where, and what was measured.
    pub site: Site,
    /// What the planner gives there.
    pub propagation: Propagation,
}

/// A predicted distribution, ms: its quantiles, and equally likely values.
#[derive(Debug, Clone, PartialEq)]
struct Predicted {
    quantiles_ms: [f64; 4],
    values_ms: Vec<f64>,
}

/// The comparisons of all sites: their quantiles, and the scores against the constant (in the column `measured`).
///
/// # Errors
/// If a file of `data` cannot be read.
pub fn rows(data: &Path) -> Result<Vec<Row>, ValidateError> {
    let (sites, mut rows) = survey(data)?;
    let of_sites: Vec<Vec<Row>> =
        (0..sites.len()).into_par_iter().map(|left_out| of_site(&sites, left_out)).collect();
    rows.extend(of_sites.iter().flatten().cloned());
    if sites.is_empty() {
        return Ok(rows);
    }
    if (0..sites.len()).all(|site| others(&sites, site).is_empty()) {
        let why = format!(
            "there is one site, `{}`, and nothing to fit on: needed: another one",
            sites[0].site.name
        );
        rows.push(Row::undecided("rtt/leaving one site out", why));
        return Ok(rows);
    }
    rows.extend(totals(&of_sites));
    let all: Vec<&Surveyed> = sites.iter().collect();
    rows.extend(Fitted::on(&all).rows("rtt/fitted on all sites"));
    Ok(rows)
}

/// The measured sites of `data/rtt` that the planner serves, and rows about all of them.
///
/// # Errors
/// If a file of `data` cannot be read.
pub fn survey(data: &Path) -> Result<(Vec<Surveyed>, Vec<Row>), ValidateError> {
    let mut rows = Vec::new();
    let mut known: Vec<(Site, Terminal)> = Vec::new();
    for site in sites::read(data)?.into_iter().filter(|site| site.measured_ms.is_some()) {
        match site.terminal() {
            Some(terminal) => known.push((site, terminal)),
            None => rows.push(Row::undecided(format!("rtt/{}", site.label), site.about_home())),
        }
    }
    let mut times: Vec<Option<Epoch>> = known.iter().map(|(site, _)| site.measured_at).collect();
    times.sort_unstable();
    times.dedup();
    let mut surveyed = Vec::new();
    for time in times {
        let era = Era::nearest(data, time)?;
        let (sites, terminals): (Vec<_>, Vec<_>) =
            known.iter().filter(|(site, _)| site.measured_at == time).cloned().unzip();
        for (site, propagation) in sites.into_iter().zip(era.propagation(&terminals)?) {
            let why = format!("of {} slots; {}; {}", propagation.slots, site.about_home(), era.about);
            let name = format!("rtt/{}/share of slots in which the planner serves it", site.label);
            let served = Row::shown(name, propagation.served(), "share", why);
            if propagation.rtt_ms.is_empty() {
                rows.push(Row {
                    verdict: Verdict { judgement: Judgement::Fail, ..served.verdict },
                    ..served
                });
                continue;
            }
            rows.push(served);
            if let Some(age_days) = era.age_days {
                let why = "only distributions can agree";
                rows.push(Row::shown(
                    format!("rtt/{}/age of the catalogue", site.label),
                    age_days,
                    "day",
                    why,
                ));
            }
            let name = format!("rtt/{}/round trip by propagation, median", site.label);
            rows.push(Row::shown(name, median(propagation.rtt_ms.iter().copied()), "ms", ""));
            surveyed.push(Surveyed { site, propagation });
        }
    }
    Ok((surveyed, rows))
}

/// All rows of other sites than this one, which may stand in several tables.
fn others(sites: &[Surveyed], left_out: usize) -> Vec<&Surveyed> {
    sites.iter().filter(|other| other.site.name != sites[left_out].site.name).collect()
}

/// Predicts one site with the shipped parameters, and by what was fitted on the others.
fn of_site(sites: &[Surveyed], left_out: usize) -> Vec<Row> {
    let here = &sites[left_out];
    let Some(curve) = &here.site.measured_ms else { return Vec::new() };
    let measured_ms = curve.spread(VALUES);
    let others = others(sites, left_out);
    let constant = |share: f64| {
        median(others.iter().filter_map(|other| Some(other.site.measured_ms.as_ref()?.at(share))))
    };
    let predict = |fitted: Fitted| {
        let distribution = fitted.distribution(&here.propagation);
        Predicted {
            quantiles_ms: SHARES.map(|share| super::resample::quantile(&distribution, share)),
            values_ms: model::thinned(&distribution),
        }
    };
    let mut ways = vec![("as shipped", predict(Fitted::shipped()))];
    if !others.is_empty() {
        ways.push(("fitted without it", predict(Fitted::on(&others))));
    }
    let constant = Predicted {
        quantiles_ms: SHARES.map(constant),
        values_ms: (0..VALUES).map(|i| constant((i as f64 + 0.5) / VALUES as f64)).collect(),
    };
    let mut rows = Vec::new();
    for (way, predicted) in &ways {
        let name = format!("rtt/{}/{way}", here.site.label);
        for (index, what) in NAMES.into_iter().enumerate() {
            let measured = curve.at(SHARES[index]);
            let near = (predicted.quantiles_ms[index] - measured).abs() <= TOLERANCE * measured;
            let judgement = if near { Judgement::Pass } else { Judgement::Fail };
            let verdict = Verdict::of(judgement, format!("asked: within {:.0} %", TOLERANCE * 100.0));
            rows.push(Row::new(
                format!("{name}/{what}"),
                measured,
                predicted.quantiles_ms[index],
                "ms",
                verdict,
            ));
        }
        if others.is_empty() {
            continue;
        }
        for (index, what) in NAMES.into_iter().enumerate() {
            let measured = curve.at(SHARES[index]);
            let [model, constant] = [predicted, &constant].map(|by| by.quantiles_ms[index]);
            let error = [model, constant].map(|value| (value - measured).abs());
            rows.push(against_constant(&format!("{name}/error of the {what}"), error[0], error[1]));
            // of a minimum there is no quantile loss
            if index > 0 {
                let loss = [model, constant].map(|value| quantile_loss(&measured_ms, SHARES[index], value));
                rows.push(against_constant(&format!("{name}/quantile loss, {what}"), loss[0], loss[1]));
            }
        }
        let scores = [predicted, &constant].map(|by| crps(&measured_ms, &by.values_ms));
        rows.push(against_constant(&format!("{name}/CRPS"), scores[0], scores[1]));
    }
    rows
}

fn against_constant(name: &str, model: f64, constant: f64) -> Row {
    let judgement = if model <= constant { Judgement::Pass } else { Judgement::Fail };
    let verdict = Verdict::of(judgement, "measured: what the median of the other sites has");
    Row::new(format!("{name}, against the constant"), constant, model, "ms", verdict)
}

/// Each score over all sites that have it: mean and median.
fn totals(of_sites: &[Vec<Row>]) -> Vec<Row> {
    let mut names: Vec<String> = Vec::new();
    let score = |row: &Row| {
        let score = row.name.strip_suffix(", against the constant")?;
        let mut parts = score.rsplitn(3, '/');
        let (what, way) = (parts.next()?, parts.next()?);
        Some((format!("rtt/all sites/{way}/{what}"), row.modelled?, row.measured?))
    };
    let scores: Vec<(String, f64, f64)> = of_sites.iter().flatten().filter_map(score).collect();
    for (name, ..) in &scores {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut rows = Vec::new();
    for name in names {
        let (ours, theirs): (Vec<f64>, Vec<f64>) = scores
            .iter()
            .filter(|(other, ..)| *other == name)
            .map(|(_, ours, theirs)| (*ours, *theirs))
            .unzip();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        rows.push(against_constant(&format!("{name}, mean"), mean(&ours), mean(&theirs)));
        rows.push(against_constant(&format!("{name}, median"), median(ours), median(theirs)));
    }
    rows
}
