//! A summary as people read it.

use crate::table::{Table, count, ms, percent, rate, time};
use skyweave_io::summary::Summary;

/// The summary as people read it.
pub fn lines(summary: &Summary) -> String {
    let mut text = format!(
        "\n{} from {} to {}, {} slots, admission {}\n",
        summary.scenario, summary.from, summary.until, summary.slots, summary.basis
    );
    text.push_str(&format!(
        "{} of the terminals that ask are served; {} satellites serve, {} lasers carry traffic\n",
        percent(summary.served_share()),
        span(summary.satellites_serving),
        span(summary.lasers_up)
    ));
    text.push_str(&format!(
        "Climate: {}. RTT is propagation and the median of medium access; queues are not in it.\n",
        if summary.climate == "coarse" { "coarse, our own" } else { &summary.climate }
    ));
    if !summary.sites.is_empty() {
        text.push('\n');
        text.push_str(&sites(summary).lines());
    }
    let by_terminal = summary.acts.len() > 1
        || summary.acts.iter().any(|a| a.terminals_asking > summary.sites.len() as f64);
    if by_terminal {
        text.push('\n');
        text.push_str(&acts(summary).lines());
    }
    if !summary.lost.is_empty() {
        let all: f64 = summary.lost.iter().map(|l| l.terminal_seconds).sum();
        let reasons: Vec<String> = summary
            .lost
            .iter()
            .map(|l| format!("{} {}", l.reason, percent(l.terminal_seconds / all)))
            .collect();
        text.push_str(&format!(
            "\nTerminal-hours without service: {}: {}\n",
            if all < 36_000.0 { format!("{:.2}", all / 3_600.0) } else { count(all / 3_600.0) },
            reasons.join(", ")
        ));
    }
    text
}

/// Least and greatest, or the one value that both are.
fn span((least, greatest): (u32, u32)) -> String {
    let (low, high) = (count(f64::from(least)), count(f64::from(greatest)));
    if low == high { low } else { format!("{low} to {high}") }
}

fn sites(summary: &Summary) -> Table {
    let mut table = Table::new(
        &["site", "gateway", "PoP", "served", "RTT min", "p50", "p95 ms", "handovers/h", "longest outage"],
        3,
    );
    for site in &summary.sites {
        let rtt = |k: usize| ms(site.rtt_ms.map(|r| r[k]));
        let outage = match &site.main_outage {
            Some(reason) => format!("{} ({reason})", time(site.longest_outage_s)),
            None => "-".to_owned(),
        };
        table.row(vec![
            site.name.clone(),
            site.main_gateway.clone().unwrap_or_else(|| "-".to_owned()),
            if site.pops.is_empty() { "-".to_owned() } else { site.pops.join(" > ") },
            percent(site.served_share),
            rtt(0),
            rtt(1),
            rtt(2),
            format!("{:.0}", site.handovers_per_hour),
            outage,
        ]);
    }
    table
}

fn acts(summary: &Summary) -> Table {
    let mut headings = vec![
        "from event",
        "slots",
        "asking",
        "dark",
        "served",
        "share",
        "asked",
        "delivered",
        "RTT p50",
        "p95 ms",
        "by laser",
        "moved PoP",
    ];
    let what_it_takes = summary.acts.iter().any(|act| act.takes.is_some());
    if what_it_takes {
        headings.extend(["satellites", "gateways", "over lasers", "refused", "of them under beams"]);
    }
    let mut table = Table::new(&headings, 1);
    for act in &summary.acts {
        let mut cells = vec![
            if act.label.is_empty() { "(start)".to_owned() } else { act.label.clone() },
            act.slots.to_string(),
            count(act.terminals_asking),
            count(act.terminals_dark),
            count(act.terminals_served),
            percent(act.served_share),
            rate(act.offered_down_bps),
            rate(act.delivered_down_bps),
            ms(act.rtt_p50_ms),
            ms(act.rtt_p95_ms),
            percent(act.over_lasers_share),
            count(act.terminals_moved_pop),
        ];
        if let Some(takes) = &act.takes {
            cells.extend([format!("{:.1}", takes.satellites), format!("{:.1}", takes.gateways)]);
            cells.push(count(takes.terminals_over_lasers));
            cells.extend([count(act.terminals_refused), count(act.terminals_refused_under_beams)]);
        }
        table.row(cells);
    }
    table
}
