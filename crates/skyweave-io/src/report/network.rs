//! The whole network over time.

use super::chart::{self, Chart, Line, Points};
use super::data::Data;
use super::events;
use super::html::put;
use super::time_axis::{TimeAxis, spoken};
use super::words::percent;
use crate::results::NetworkRow;

pub fn section(html: &mut String, data: &Data) {
    html.push_str("<section><h2>Network over time</h2>\n");
    events::key(html, &data.events);
    let axis = TimeAxis::new(data.window(), (chart::LEFT, chart::RIGHT));
    let draw = Drawing { data, axis: &axis };
    html.push_str("<div class=\"charts\">\n");
    draw.shares(html);
    draw.round_trips(html);
    draw.rates(html);
    draw.count(html, "Satellites that serve", |row| row.satellites_serving);
    draw.count(html, "Lasers that carry traffic", |row| row.lasers_up);
    draw.count(html, "Gateways in use", |row| row.gateways_in_use);
    html.push_str("</div></section>\n");
}

struct Drawing<'a> {
    data: &'a Data,
    axis: &'a TimeAxis,
}

impl Drawing<'_> {
    fn shares(&self, html: &mut String) {
        let share = |row: &NetworkRow| {
            (row.terminals_admitted > 0.0).then(|| row.terminals_served / row.terminals_admitted)
        };
        let lines = vec![Line { class: "a", points: self.points(share) }];
        self.figure(html, "Served, share of those asking", "", 1.0, percent_label, lines);
    }

    fn round_trips(&self, html: &mut String) {
        let lines = vec![
            Line { class: "b", points: self.points(|row| row.rtt_p95_ms) },
            Line { class: "a", points: self.points(|row| row.rtt_p50_ms) },
        ];
        let key = "<i class=\"key line-a\"></i> p50 <i class=\"key line-b\"></i> p95, ms";
        let greatest = chart::round_up(greatest(&lines));
        self.figure(html, "RTT over terminals", key, greatest, plain_label, lines);
    }

    fn rates(&self, html: &mut String) {
        let (unit, scale) = unit(self.greatest(|row| row.offered_down_bps.max(row.delivered_down_bps)));
        let lines = vec![
            Line { class: "b", points: self.points(|row| Some(row.offered_down_bps / scale)) },
            Line { class: "a", points: self.points(|row| Some(row.delivered_down_bps / scale)) },
        ];
        let key =
            format!("<i class=\"key line-b\"></i> asked <i class=\"key line-a\"></i> delivered, {unit}");
        let greatest = chart::round_up(greatest(&lines));
        self.figure(html, "Downlink", &key, greatest, plain_label, lines);
    }

    fn count(&self, html: &mut String, title: &str, value: fn(&NetworkRow) -> u32) {
        let lines = vec![Line { class: "a", points: self.points(|row| Some(f64::from(value(row)))) }];
        let greatest = chart::round_up(greatest(&lines)).max(2.0);
        self.figure(html, title, "", greatest, plain_label, lines);
    }

    fn figure(
        &self,
        html: &mut String,
        title: &str,
        key: &str,
        greatest: f64,
        label: fn(f64) -> String,
        lines: Vec<Line>,
    ) {
        put!(html, "<figure><figcaption><b>{title}</b><small>{key}</small></figcaption>\n");
        let chart = Chart {
            spoken: format!("{title} from {}", spoken(self.data.window())),
            axis: self.axis,
            greatest,
            label,
            lines,
            events: &self.data.events,
            beneath: String::new(),
            above: String::new(),
        };
        chart.draw(html);
        html.push_str("</figure>\n");
    }

    fn points(&self, value: impl Fn(&NetworkRow) -> Option<f64>) -> Points {
        self.data.network.iter().map(|row| (row.slot, value(row))).collect()
    }

    fn greatest(&self, value: fn(&NetworkRow) -> f64) -> f64 {
        self.data.network.iter().map(value).fold(0.0, f64::max)
    }
}

fn greatest(lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| &line.points).filter_map(|(_, value)| *value).fold(0.0, f64::max)
}

/// The unit for rates up to this one.
fn unit(greatest_bps: f64) -> (&'static str, f64) {
    let units = [("Tbit/s", 1e12), ("Gbit/s", 1e9), ("Mbit/s", 1e6)];
    units.into_iter().find(|(_, scale)| greatest_bps >= *scale).unwrap_or(("kbit/s", 1e3))
}

fn percent_label(value: f64) -> String {
    percent(value).replace(".00 ", " ")
}

/// As few digits as say it, thousands shortened.
fn plain_label(value: f64) -> String {
    if value >= 1_000.0 {
        format!("{}k", plain_label(value / 1_000.0))
    } else if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}").trim_end_matches('0').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        assert_eq!(
            [0.0, 0.5, 0.25, 80.0, 1_500.0, 20_000.0].map(plain_label),
            ["0", "0.5", "0.25", "80", "1.5k", "20k"]
        );
        assert_eq!([0.0, 0.5, 1.0].map(percent_label), ["0 %", "50 %", "100 %"]);
        assert_eq!(unit(2e9).0, "Gbit/s");
        assert_eq!(unit(0.0).0, "kbit/s");
    }
}
