//! Who was without service, for how long, and why.

use super::data::Data;
use super::html::{Table, put};
use super::outages::{Longest, Outage};
use super::words::{NONE, count, duration, moment, percent, place, reason};
use crate::cells::centre_deg;

pub fn section(html: &mut String, data: &Data) {
    html.push_str("<section><h2>Outages</h2>\n");
    if data.outages.totals.is_empty() {
        html.push_str("<p>Nobody who asked was without service in any slot.</p></section>\n");
        return;
    }
    totals(html, data);
    let sites = Table::new("Outages of sites, the longest first").text(&["Site", "From, UTC", "Until, UTC"]);
    longest(html, sites, &data.outages.sites, |outage| outage.name.clone());
    let cells =
        Table::new("Outages of cells, the longest first; cells are at the coordinates of their centres")
            .text(&["Cell", "From, UTC", "Until, UTC"]);
    longest(html, cells, &data.outages.cells, cell);
    html.push_str("</section>\n");
}

fn totals(html: &mut String, data: &Data) {
    let totals = &data.outages.totals;
    let all: f64 = totals.values().map(|total| total.terminal_seconds).sum();
    let mut rows: Vec<_> = totals.iter().collect();
    rows.sort_by(|a, b| b.1.terminal_seconds.total_cmp(&a.1.terminal_seconds));
    let mut table = Table::new("Time without service by reason").text(&["Reason", "Meaning"]).numbers(&[
        "Outages of cells",
        "Terminal-hours",
        "Share of them",
        "Outages of sites",
        "Time of sites",
    ]);
    for (code, total) in rows {
        table.row(vec![
            code.clone(),
            reason(code).to_owned(),
            count(total.cell_outages as f64),
            count(total.terminal_seconds / 3_600.0),
            percent(if all > 0.0 { total.terminal_seconds / all } else { 0.0 }),
            count(total.site_outages as f64),
            if total.site_outages > 0 { duration(total.site_seconds) } else { NONE.to_owned() },
        ]);
    }
    table.draw(html);
}

fn longest(html: &mut String, table: Table, outages: &Longest, who: fn(&Outage) -> String) {
    let shown = outages.listed.len();
    if shown == 0 {
        return;
    }
    if outages.of > shown {
        put!(html, "<p>The longest {shown} of {}:</p>\n", count(outages.of as f64));
    }
    let mut table = table.numbers(&["Duration"]).text(&["Reason"]).numbers(&["Terminals"]);
    for outage in &outages.listed {
        table.row(vec![
            who(outage),
            moment(outage.from),
            moment(outage.until),
            duration(outage.seconds()),
            outage.reason.clone(),
            count(outage.terminals),
        ]);
    }
    table.draw(html);
}

/// A cell's index with the coordinates of its centre.
fn cell(outage: &Outage) -> String {
    let centre = u64::from_str_radix(&outage.name, 16).ok().and_then(centre_deg);
    match centre {
        Some((latitude, longitude)) => format!("{} ({})", outage.name, place(latitude, longitude)),
        None => outage.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_where_it_is() {
        let outage = Outage {
            is_site: false,
            name: "85283473fffffff".to_owned(),
            from: 0,
            until: 1,
            reason: "no_path".to_owned(),
            terminals: 1.0,
        };
        assert_eq!(cell(&outage), "85283473fffffff (37.35° N, 121.98° W)");
    }
}
