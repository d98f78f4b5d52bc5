//! The named sites: a table, and a chart of the round-trip time of each.

use super::chart::{self, Chart, Line};
use super::data::Data;
use super::events;
use super::html::{Table, Text, put};
use super::site::{Dark, Site};
use super::time_axis::{TimeAxis, spoken};
use super::words::{self, NONE, coordinate, duration, ms, percent, rate, time_of_day};

/// With more sites than this, only those that are longest without service have charts.
const MOST_CHARTS: usize = 48;
/// Handovers and outages closer than this are drawn as one, units of a chart.
const APART: f64 = 0.8;
/// Width that a letter of a reason needs, units of a chart.
const LETTER: f64 = 7.2;

pub fn section(html: &mut String, data: &Data) {
    html.push_str("<section><h2>Sites</h2>\n");
    if data.sites.is_empty() {
        html.push_str("<p>The scenario names no site.</p></section>\n");
        return;
    }
    table(html, data);
    html.push_str("<h3>Round-trip time by site</h3>\n");
    legend(html, data.network.len());
    events::key(html, &data.events);
    let sites = charted(html, &data.sites);
    let shared = shared_greatest(&sites);
    let axis = TimeAxis::new(data.window(), (chart::LEFT, chart::RIGHT));
    html.push_str("<div class=\"charts\">\n");
    for site in sites {
        figure(html, data, site, &axis, shared);
    }
    html.push_str("</div></section>\n");
}

fn table(html: &mut String, data: &Data) {
    let mut table = Table::new("Sites over the whole run")
        .text(&["Site", "Main gateway", "PoPs in order"])
        .numbers(&["Served", "RTT least, ms", "RTT p50, ms", "RTT p95, ms", "Hand-overs/h", "Downlink p50"])
        .text(&["Longest outage (main reason)"]);
    for site in &data.summary.sites {
        let rtt = |k: usize| ms(site.rtt_ms.map(|rtt| rtt[k]));
        table.row(vec![
            site.name.clone(),
            site.main_gateway.clone().unwrap_or_else(|| NONE.to_owned()),
            if site.pops.is_empty() { NONE.to_owned() } else { in_order(&site.pops) },
            percent(site.served_share),
            rtt(0),
            rtt(1),
            rtt(2),
            format!("{:.0}", site.handovers_per_hour),
            site.down_bps.map_or_else(|| NONE.to_owned(), rate),
            site.main_outage.as_ref().map_or_else(
                || NONE.to_owned(),
                |reason| format!("{} ({reason})", duration(site.longest_outage_s)),
            ),
        ]);
    }
    table.draw(html);
}

/// The first few, and how many more.
fn in_order(pops: &[String]) -> String {
    const FIRST: usize = 4;
    let shown = pops.iter().take(FIRST).map(String::as_str).collect::<Vec<_>>().join(" → ");
    match pops.len().saturating_sub(FIRST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn legend(html: &mut String, slots: usize) {
    html.push_str(
        "<p class=\"legend\"><span><i class=\"key line-a\"></i> RTT, ms</span> \
         <span><i class=\"key hand\"></i> handover to another satellite</span> \
         <span><i class=\"key dark\"></i> without service, with the reason</span></p>\n",
    );
    let together = chart::slots_together(slots);
    if together > 1 {
        put!(
            html,
            "<p class=\"note\">Each point of a line is the mean of {together} slots; the band behind it goes from the \
             least to the greatest of them. Handovers and outages too close to tell apart are drawn as one.</p>\n"
        );
    }
}

/// The sites that have charts: all, or those that are longest without service.
fn charted<'a>(html: &mut String, sites: &'a [Site]) -> Vec<&'a Site> {
    let mut charted: Vec<&Site> = sites.iter().collect();
    if charted.len() > MOST_CHARTS {
        put!(
            html,
            "<p>{MOST_CHARTS} of {} sites have a chart: those that are longest without service.</p>\n",
            sites.len()
        );
        charted.sort_by_key(|site| -site.dark_slots());
        charted.truncate(MOST_CHARTS);
    }
    charted
}

/// The value at the top of the charts: the greatest of all, unless that would press most of them flat.
fn shared_greatest(sites: &[&Site]) -> f64 {
    let mut greatest: Vec<f64> = sites.iter().filter_map(|site| site.greatest_ms()).collect();
    greatest.sort_by(f64::total_cmp);
    let median = greatest.get(greatest.len() / 2).copied().unwrap_or(0.0);
    chart::round_up(greatest.last().copied().unwrap_or(0.0).min(3.0 * median))
}

fn figure(html: &mut String, data: &Data, site: &Site, axis: &TimeAxis, shared: f64) {
    let own = site.greatest_ms().filter(|greatest| *greatest > shared).map(chart::round_up);
    put!(html, "<figure><figcaption><b>{}</b>", Text(&site.name));
    if let Some(own) = own {
        put!(html, " <small>own scale, to {own:.0} ms</small>");
    }
    if site.rtt_ms.iter().all(|(_, rtt)| rtt.is_none()) {
        html.push_str(" <small>never served</small>");
    }
    html.push_str("</figcaption>\n");
    Chart {
        spoken: format!("Round-trip time of {} from {}", site.name, spoken(data.window())),
        axis,
        greatest: own.unwrap_or(shared),
        label: |value| if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") },
        lines: vec![Line { class: "a", points: site.rtt_ms.clone() }],
        events: &data.events,
        beneath: shades(&site.dark, axis),
        above: handovers(&site.handovers, axis),
    }
    .draw(html);
    html.push_str("</figure>\n");
}

/// Shades over the times without service; those that could not be told apart are one.
fn shades(dark: &[Dark], axis: &TimeAxis) -> String {
    let mut shades: Vec<(Dark, usize)> = Vec::new();
    for time in dark {
        match shades.last_mut() {
            Some((last, times))
                if last.reason == time.reason && axis.x(time.from) - axis.x(last.until) < APART =>
            {
                last.until = time.until;
                *times += 1;
            }
            _ => shades.push((time.clone(), 1)),
        }
    }
    let (top, height) = (chart::TOP, chart::BOTTOM - chart::TOP);
    let mut svg = String::new();
    for (dark, times) in shades {
        let (x, until) = (axis.x(dark.from), axis.x(dark.until));
        let (left, width) = (coordinate(x), coordinate((until - x).max(APART)));
        let often = if times > 1 { format!(", {times} times") } else { String::new() };
        put!(
            svg,
            "<rect class=\"dark\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\">\
             <title>{} to {}{often}: {} ({})</title></rect>",
            time_of_day(dark.from),
            time_of_day(dark.until),
            Text(&dark.reason),
            words::reason(&dark.reason)
        );
        if until - x > LETTER * dark.reason.len() as f64 {
            let (middle, y) = (coordinate(f64::midpoint(x, until)), chart::TOP + 14.0);
            put!(svg, "<text class=\"x\" x=\"{middle}\" y=\"{y}\">{}</text>", Text(&dark.reason));
        }
    }
    svg
}

/// Ticks on the time axis; those that could not be told apart are one.
fn handovers(slots: &[i64], axis: &TimeAxis) -> String {
    /// Height of a tick.
    const TICK: f64 = 5.0;
    let bottom = chart::BOTTOM;
    let mut path = String::new();
    let mut last = f64::NEG_INFINITY;
    for slot in slots {
        let x = axis.x(*slot);
        if x - last >= APART {
            put!(path, "M{} {bottom}v-{TICK}", coordinate(x));
            last = x;
        }
    }
    if path.is_empty() { path } else { format!("<path class=\"hand\" d=\"{path}\"/>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dark(from: i64, until: i64, reason: &str) -> Dark {
        Dark { from, until, reason: reason.to_owned() }
    }

    #[test]
    fn times_that_cannot_be_told_apart_are_one_shade() {
        let axis = TimeAxis::new((0, 10_000), (40.0, 340.0));
        let times = [dark(0, 10, "rain"), dark(11, 20, "rain"), dark(21, 30, "no_path")];
        let svg = shades(&times, &axis);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains(", 2 times: rain (rain takes the link down)"), "{svg}");
    }

    #[test]
    fn one_far_site_does_not_press_the_others_flat() {
        let site = |rtt: f64| Site {
            name: String::new(),
            latitude_deg: 0.0,
            longitude_deg: 0.0,
            rtt_ms: vec![(0, Some(rtt))],
            handovers: Vec::new(),
            dark: Vec::new(),
        };
        let (near, next, far) = (site(20.0), site(30.0), site(600.0));
        assert_eq!(shared_greatest(&[&near, &next]), 30.0);
        assert_eq!(shared_greatest(&[&near, &next, &far]), 100.0);
        assert_eq!(shared_greatest(&[]), 1.0);
    }

    #[test]
    fn many_pops_are_not_all_named() {
        let pops: Vec<String> = "abcdef".chars().map(String::from).collect();
        assert_eq!(in_order(&pops), "a → b → c → d and 2 more");
        assert_eq!(in_order(&pops[..2]), "a → b");
    }
}
