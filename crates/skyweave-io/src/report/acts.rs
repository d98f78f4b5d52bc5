//! What each event cost.

use super::data::Data;
use super::html::Table;
use super::words::{NONE, count, ms_and_change, percent, rate};

pub fn section(html: &mut String, data: &Data) {
    html.push_str("<section><h2>What each event cost</h2>\n");
    if data.events.is_empty() {
        html.push_str("<p>The scenario has no events; the figures are those of the whole run.</p>\n");
    }
    let caption =
        "Means over the time from one event to the next; in brackets the difference to the time before";
    let mut table = Table::new(caption)
        .text(&["From event"])
        .numbers(&["Slots", "Asking", "Served", "Dark", "Share served", "Asked", "Delivered"])
        .numbers(&["RTT p50, ms", "RTT p95, ms", "Over lasers", "Moved PoP"]);
    let acts = &data.summary.acts;
    let mut letters = data.events.iter();
    for (index, act) in acts.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| acts.get(index));
        let from = if act.label.is_empty() {
            if acts.len() > 1 { "(start)" } else { "(whole run)" }.to_owned()
        } else {
            format!("{} {}", letters.next().map_or(NONE, |event| &event.letter), act.label)
        };
        table.row(vec![
            from,
            act.slots.to_string(),
            count(act.terminals_asking),
            count(act.terminals_served),
            count(act.terminals_dark),
            percent(act.served_share),
            rate(act.offered_down_bps),
            rate(act.delivered_down_bps),
            ms_and_change(act.rtt_p50_ms, before.and_then(|act| act.rtt_p50_ms)),
            ms_and_change(act.rtt_p95_ms, before.and_then(|act| act.rtt_p95_ms)),
            percent(act.over_lasers_share),
            count(act.terminals_moved_pop),
        ]);
    }
    table.draw(html);
    html.push_str(
        "<p class=\"note\">Asking: terminals that are admitted and have power. Dark: terminals without power. \
         Over lasers: share of the served terminals whose traffic takes a laser. Moved PoP: served terminals whose \
         PoP is not their cell’s home PoP, which changes their addresses.</p></section>\n",
    );
}
