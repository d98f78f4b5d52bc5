//! Names beside their marks, so that none covers another.

use super::MARK;

/// Height of a line of text, px.
const LINE: f64 = 14.0;
/// Mean width of a letter, px.
const LETTER: f64 = 7.2;
/// Space between a mark and its name, px.
const SPACE: f64 = 4.0;

/// Where a name is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub x: f64,
    pub y: f64,
    pub anchor: &'static str,
}

#[derive(Clone, Copy)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn covers(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn is_within(self, (width, height): (f64, f64)) -> bool {
        self.left >= 0.0 && self.top >= 0.0 && self.right <= width && self.bottom <= height
    }
}

/// Arranges the names of places, the first ones first; `None` where there is no room for one.
pub fn arrange(places: &[(f64, f64)], names: &[&str], size: (f64, f64)) -> Vec<Option<Label>> {
    let mut taken: Vec<Area> = places
        .iter()
        .map(|(x, y)| Area { left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK })
        .collect();
    let mut labels = Vec::with_capacity(places.len());
    for (&(x, y), name) in places.iter().zip(names) {
        let width = width(name);
        let found = candidates(x, y).into_iter().find_map(|label| {
            let area = area(&label, width);
            let free = area.is_within(size) && !taken.iter().any(|other| area.covers(*other));
            free.then_some((label, area))
        });
        taken.extend(found.as_ref().map(|(_, area)| *area));
        labels.push(found.map(|(label, _)| label));
    }
    labels
}

/// Places for a name, the best first: right, left, above, below, and between these.
fn candidates(x: f64, y: f64) -> Vec<Label> {
    let aside = MARK + SPACE;
    let middle = y + LINE * 0.3;
    let (above, below) = (y - aside, y + aside + LINE * 0.7);
    let label = |x, y, anchor| Label { x, y, anchor };
    vec![
        label(x + aside, middle, "start"),
        label(x - aside, middle, "end"),
        label(x, above, "middle"),
        label(x, below, "middle"),
        label(x + SPACE, above, "start"),
        label(x + SPACE, below, "start"),
        label(x - SPACE, above, "end"),
        label(x - SPACE, below, "end"),
    ]
}

fn area(label: &Label, width: f64) -> Area {
    let left = match label.anchor {
        "start" => label.x,
        "end" => label.x - width,
        _ => label.x - width / 2.0,
    };
    Area { left, right: left + width, top: label.y - LINE * 0.8, bottom: label.y + LINE * 0.25 }
}

/// Letters of scripts with wide ones count twice.
fn width(name: &str) -> f64 {
    name.chars().map(|c| if c < '\u{1100}' { LETTER } else { 2.0 * LETTER }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_cover_each_other_nor_leave_the_map() {
        let places = [(100.0, 100.0), (104.0, 100.0), (395.0, 200.0), (100.0, 102.0)];
        let names = ["one", "other", "at the edge", "x"];
        let labels = arrange(&places, &names, (400.0, 300.0));
        assert_eq!(labels.len(), 4);
        let areas: Vec<Area> =
            labels.iter().zip(names).filter_map(|(l, n)| Some(area(l.as_ref()?, width(n)))).collect();
        assert!(areas.len() >= 3);
        for (index, one) in areas.iter().enumerate() {
            assert!(one.is_within((400.0, 300.0)));
            assert!(areas[index + 1..].iter().all(|other| !one.covers(*other)));
        }
        assert_eq!(labels[2].as_ref().unwrap().anchor, "end");
    }

    #[test]
    fn a_name_without_room_is_left_out() {
        let labels = arrange(&[(10.0, 10.0)], &["a very long name indeed"], (40.0, 20.0));
        assert_eq!(labels, [None]);
    }
}
