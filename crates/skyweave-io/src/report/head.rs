//! The head of the page: what was planned, and the key figures.

use super::data::Data;
use super::html::{Text, put};
use super::words::{self, NONE, count, ms, percent, rate};
use crate::results::{NetworkRow, RunState};

const STYLE: &str = include_str!("style.css");

/// Nothing is loaded and nothing runs, even if something hostile came into the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Opens the page.
pub fn begin(html: &mut String, data: &Data) {
    let name = Text(&data.summary.scenario);
    html.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put!(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    put!(html, "<title>{name} – Skyweave report</title>\n<style>\n{STYLE}</style>\n</head>\n");
    put!(html, "<body>\n<main>\n<header>\n<p class=\"kind\">Skyweave report</p>\n<h1>{name}</h1>\n");
    if let Some(description) = &data.description {
        put!(html, "<p class=\"lead\">{}</p>\n", Text(description));
    }
    facts(html, data);
    if data.run.state == RunState::Running {
        html.push_str(
            "<p class=\"warning\">The run is not finished: the page shows the hours that are there.</p>\n",
        );
    }
    html.push_str("</header>\n");
}

fn facts(html: &mut String, data: &Data) {
    let summary = &data.summary;
    let (from, until) = (words::instant(&summary.from), words::instant(&summary.until));
    let slots = count(summary.slots as f64);
    let admission = match summary.basis.as_str() {
        "unsigned" => "unsigned (declared by the scenario, signed by nobody)",
        other => other,
    };
    let climate = match summary.climate.as_str() {
        "coarse" => "coarse (Skyweave's own climatology, by latitude alone)",
        "itu-maps" => "the maps of the ITU-R recommendations",
        other => other,
    };
    put!(
        html,
        "<ul class=\"facts\">\n<li>{} to {} UTC, {slots} slots of 15 s</li>\n<li>admission: {}</li>\n\
         <li>climate: {}</li>\n\
         <li>round-trip times (RTT) are propagation and the median of medium access; queues are not in them</li>\n\
         <li>Skyweave {}</li>\n</ul>\n",
        Text(&from),
        Text(&until),
        Text(admission),
        Text(climate),
        Text(&data.run.skyweave_version)
    );
}

/// The row of key figures.
pub fn key_figures(html: &mut String, data: &Data) {
    let summary = &data.summary;
    let network = &data.network;
    let mean =
        |value: fn(&NetworkRow) -> f64| network.iter().map(value).sum::<f64>() / network.len().max(1) as f64;
    let (asked, delivered) = (mean(|row| row.offered_down_bps), mean(|row| row.delivered_down_bps));
    let served = mean(|row| row.terminals_served);
    let over_lasers = mean(|row| row.terminals_over_lasers);
    let asking = mean(|row| row.terminals_admitted);
    let rtt = format!(
        "{} <i>/</i> {} <small>ms</small>",
        ms(median(network, |row| row.rtt_p50_ms)),
        ms(median(network, |row| row.rtt_p95_ms))
    );
    let share = |part: f64, whole: f64| if whole > 0.0 { percent(part / whole) } else { NONE.to_owned() };
    let figures = [
        ("Terminals served", share(served, asking), format!("of {} asking, mean", count(asking))),
        ("RTT p50 / p95", rtt, "over terminals, median over slots".to_owned()),
        (
            "Downlink delivered",
            share(delivered, asked),
            format!("{} of {} asked", rate(delivered), rate(asked)),
        ),
        ("Over lasers", share(over_lasers, served), "of the terminals served".to_owned()),
        ("Satellites serving", words::range(summary.satellites_serving), "least to greatest".to_owned()),
        ("Lasers up", words::range(summary.lasers_up), changes(summary.laser_changes_per_minute)),
    ];
    html.push_str("<section aria-label=\"Key figures\"><dl class=\"figures\">\n");
    for (name, value, about) in figures {
        put!(html, "<div><dt>{name}</dt><dd>{value}</dd><dd class=\"about\">{about}</dd></div>\n");
    }
    html.push_str("</dl></section>\n");
}

fn changes(a_minute: f64) -> String {
    format!("{a_minute:.1} changes a minute")
}

fn median(network: &[NetworkRow], value: fn(&NetworkRow) -> Option<f64>) -> Option<f64> {
    let mut values: Vec<f64> = network.iter().filter_map(value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().div_ceil(2).saturating_sub(1)).copied()
}
