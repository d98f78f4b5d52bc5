//! Lines over time, as SVG.

use super::events::{self, Event};
use super::html::{Text, put};
use super::time_axis::TimeAxis;
use super::words::coordinate;

/// Size of a chart and of the field in it; text has its natural size where a chart is as wide as this.
const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 150.0;
pub const LEFT: f64 = 40.0;
pub const RIGHT: f64 = 370.0;
pub const TOP: f64 = 18.0;
pub const BOTTOM: f64 = 126.0;
/// Ticks on an axis, at most.
const TICKS: i64 = 5;
/// With more points than this, a line shows the mean of several, and a band their least and greatest.
const MOST_POINTS: usize = 480;
/// Of how many parts a line then is.
const PARTS: usize = 240;

/// How many slots a point of a line stands for.
pub const fn slots_together(slots: usize) -> usize {
    if slots <= MOST_POINTS { 1 } else { slots.div_ceil(PARTS) }
}

/// A value by slot.
pub type Points = Vec<(i64, Option<f64>)>;

/// A line.
pub struct Line {
    /// Its class in the style sheet.
    pub class: &'static str,
    pub points: Points,
}

/// A chart.
pub struct Chart<'a> {
    /// What it shows, for those who do not see it.
    pub spoken: String,
    pub axis: &'a TimeAxis,
    /// Value at the top; the bottom is 0.
    pub greatest: f64,
    /// Writes a value beside the axis.
    pub label: fn(f64) -> String,
    pub lines: Vec<Line>,
    pub events: &'a [Event],
    /// What else is to be drawn beneath the lines.
    pub beneath: String,
    /// What else is to be drawn over the lines.
    pub above: String,
}

impl Chart<'_> {
    /// The chart as SVG.
    pub fn draw(&self, html: &mut String) {
        let spoken = Text(&self.spoken);
        put!(
            html,
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{spoken}\">"
        );
        self.grid(html);
        html.push_str(&self.beneath);
        events::draw(html, self.events, self.axis, (TOP, BOTTOM));
        for line in &self.lines {
            self.line(html, line);
        }
        html.push_str(&self.above);
        html.push_str("</svg>\n");
    }

    fn grid(&self, svg: &mut String) {
        for part in [0.0, 0.5, 1.0] {
            let value = self.greatest * part;
            let y = coordinate(self.y(value));
            put!(svg, "<path class=\"grid\" d=\"M{LEFT} {y}H{RIGHT}\"/>");
            let (x, label) = (LEFT - 5.0, (self.label)(value));
            put!(svg, "<text class=\"y\" x=\"{x}\" y=\"{y}\" dy=\".35em\">{label}</text>");
        }
        for tick in self.axis.ticks(TICKS) {
            let x = coordinate(tick.x);
            let (end, baseline) = (BOTTOM + 4.0, BOTTOM + 17.0);
            put!(svg, "<path class=\"tick\" d=\"M{x} {BOTTOM}V{end}\"/>");
            // a label in the middle of a tick at the very edge would be cut
            let anchor = if tick.x > RIGHT - 14.0 { " e" } else { "" };
            let at = if anchor.is_empty() { x } else { coordinate(WIDTH) };
            put!(svg, "<text class=\"x{anchor}\" x=\"{at}\" y=\"{baseline}\">{}</text>", tick.label);
        }
    }

    fn line(&self, svg: &mut String, line: &Line) {
        let class = line.class;
        let together = slots_together(line.points.len());
        if together == 1 {
            let path = self.steps(&line.points, 1);
            put!(svg, "<path class=\"line {class}\" d=\"{path}\"/>");
            return;
        }
        let (band, means) = self.thinned(&line.points, together);
        put!(svg, "<path class=\"band {class}\" d=\"{band}\"/>");
        let path = self.steps(&means, together as i64);
        put!(svg, "<path class=\"line {class}\" d=\"{path}\"/>");
    }

    /// A line that keeps each value for as many slots as it stands for, and is broken where there is none.
    fn steps(&self, points: &Points, slots: i64) -> String {
        let mut path = String::new();
        let goes_on = |a: &(i64, Option<f64>), b: &(i64, Option<f64>)| {
            a.1.is_some() && b.1.is_some() && a.0 + slots == b.0
        };
        for run in points.chunk_by(goes_on) {
            let mut before = String::new();
            for (slot, value) in run.iter().filter_map(|(slot, value)| Some((*slot, (*value)?))) {
                let (x, y) = (coordinate(self.axis.x(slot)), coordinate(self.y(value)));
                if before.is_empty() {
                    put!(path, "M{x} {y}");
                } else if before != y {
                    put!(path, "H{x}V{y}");
                }
                before = y;
            }
            if !before.is_empty() {
                let end = self.axis.x(run[run.len() - 1].0 + slots).min(self.axis.right());
                put!(path, "H{}", coordinate(end));
            }
        }
        path
    }

    /// The band from least to greatest of several points each, and their means.
    fn thinned(&self, points: &Points, together: usize) -> (String, Points) {
        let mut band = String::new();
        let mut means = Points::new();
        for part in points.chunks(together) {
            let values: Vec<f64> = part.iter().filter_map(|(_, value)| *value).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            means.push((part[0].0, (!values.is_empty()).then_some(mean)));
            let Some(least) = values.iter().copied().min_by(f64::total_cmp) else { continue };
            let greatest = values.iter().copied().fold(least, f64::max);
            let left = coordinate(self.axis.x(part[0].0));
            let right = coordinate(self.axis.x(part[part.len() - 1].0 + 1));
            let (low, high) = (coordinate(self.y(least)), coordinate(self.y(greatest)));
            put!(band, "M{left} {low}H{right}V{high}H{left}z");
        }
        (band, means)
    }

    fn y(&self, value: f64) -> f64 {
        let part = if self.greatest > 0.0 { value / self.greatest } else { 0.0 };
        BOTTOM - (BOTTOM - TOP) * part.clamp(0.0, 1.0)
    }
}

/// The next number with one digit, or a few others that can be halved well, that is not exceeded.
pub fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let scale = 10.0_f64.powf(value.log10().floor());
    let digit = value / scale;
    let steps = [1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    scale * steps.into_iter().find(|step| digit <= step * (1.0 + 1e-9)).unwrap_or(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(axis: &TimeAxis) -> Chart<'_> {
        Chart {
            spoken: String::new(),
            axis,
            greatest: 108.0,
            label: |value| format!("{value:.0}"),
            lines: Vec::new(),
            events: &[],
            beneath: String::new(),
            above: String::new(),
        }
    }

    #[test]
    fn a_line_keeps_its_value_and_breaks_where_there_is_none() {
        let axis = TimeAxis::new((0, 10), (40.0, 140.0));
        let points =
            vec![(0, Some(8.0)), (1, Some(8.0)), (2, Some(18.0)), (3, None), (4, Some(18.0)), (7, Some(8.0))];
        let path = chart(&axis).steps(&points, 1);
        assert_eq!(path, "M40 118H60V108H70M80 108H90M110 118H120");
    }

    #[test]
    fn many_points_become_a_band_and_means() {
        let axis = TimeAxis::new((0, 4), (40.0, 80.0));
        let points = vec![(0, Some(8.0)), (1, Some(28.0)), (2, None), (3, None)];
        let (band, means) = chart(&axis).thinned(&points, 2);
        assert_eq!(band, "M40 118H60V98H40z");
        assert_eq!(means, [(0, Some(18.0)), (2, None)]);
    }

    #[test]
    fn points_stand_for_several_slots_only_where_there_are_many() {
        assert_eq!([0, 480, 481, 960, 5_760].map(slots_together), [1, 1, 3, 4, 24]);
    }

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!([0.0, 0.7, 53.0, 121.0, 18_842.0].map(round_up), [1.0, 0.8, 60.0, 160.0, 20_000.0]);
    }
}
