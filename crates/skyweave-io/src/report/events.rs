//! Events of the timeline: letters for them, their lines in charts, and the key to the letters.

use super::html::{Text, put};
use super::time_axis::TimeAxis;
use super::words::time_of_day;
use crate::results::NetworkRow;

/// An event, as far as the tables know: where several come at once, the last of them.
pub struct Event {
    pub letter: String,
    pub label: String,
    pub slot: i64,
}

/// The events of a run.
pub fn of(network: &[NetworkRow]) -> Vec<Event> {
    network
        .chunk_by(|a, b| a.act == b.act)
        .filter(|act| !act[0].act.is_empty())
        .enumerate()
        .map(|(index, act)| Event { letter: letter(index), label: act[0].act.to_string(), slot: act[0].slot })
        .collect()
}

/// A to Z, then AA and so on.
fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
}

/// Draws the lines between two heights, with the letters above.
pub fn draw(svg: &mut String, events: &[Event], axis: &TimeAxis, (top, bottom): (f64, f64)) {
    /// Letters closer than this would cover each other.
    const APART: f64 = 11.0;
    let mut last = f64::NEG_INFINITY;
    for event in events {
        let x = axis.x(event.slot);
        let title = Text(&event.label);
        put!(svg, "<g class=\"event\"><title>{} {title}</title>", time_of_day(event.slot));
        put!(svg, "<path d=\"M{x:.1} {top:.1}V{bottom:.1}\"/>");
        if x - last >= APART {
            put!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\">{}</text>", top - 3.0, event.letter);
            last = x;
        }
        svg.push_str("</g>");
    }
}

/// What the letters mean; nothing if there are none.
pub fn key(html: &mut String, events: &[Event]) {
    if events.is_empty() {
        return;
    }
    html.push_str("<ul class=\"events\" aria-label=\"Events\">");
    for event in events {
        put!(
            html,
            "<li><b>{}</b> <time>{}</time> {}</li>",
            event.letter,
            time_of_day(event.slot),
            Text(&event.label)
        );
    }
    html.push_str("</ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        let letters: Vec<String> = [0, 25, 26, 51, 52, 702].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }
}
