//! Countries, drawn once and used by every map.
//!
//! Corners are put on a grid of half a pixel, and those that fall together are one: borders that two countries share stay
//! the same line on both sides.

use super::view::View;
use crate::borders::{Borders, unrolled};
use crate::builtin::countries;
use crate::report::html::put;
use geo::Coord;

/// Steps of the grid in a pixel.
const STEPS: f64 = 2.0;
/// How far beyond the map land is drawn, degrees as a share of the map's extent: its cut edges are not to be seen.
const BEYOND: f64 = 0.02;

/// Draws what [`define`] defined.
pub const USE: &str = "<use class=\"land\" href=\"#land\"/>";

/// Defines the land of a view, for [`USE`].
pub fn define(svg: &mut String, view: &View, borders: &Borders) {
    let mut path = String::new();
    let frame = Frame::of(view);
    for country in countries() {
        let Some(area) = borders.country(&country.iso_numeric) else { continue };
        for polygon in &area.0 {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                let ring = unrolled(ring);
                // a country beyond the date line is at the other end of the world too
                for turn in [-360.0, 0.0, 360.0] {
                    draw(&mut path, &frame, view, &ring, turn);
                }
            }
        }
    }
    let scale = 1.0 / STEPS;
    put!(svg, "<path id=\"land\" transform=\"scale({scale})\" d=\"{path}\"/>");
}

fn draw(path: &mut String, frame: &Frame, view: &View, ring: &[Coord], turn: f64) {
    let turned: Vec<Coord> = ring.iter().map(|c| Coord { x: c.x + turn, y: c.y }).collect();
    let corners = simplified(&frame.cut(turned), view);
    let Some((first, rest)) = corners.split_first() else { return };
    put!(path, "M{} {}", first.0, first.1);
    let mut at = *first;
    path.push('l');
    for (index, corner) in rest.iter().enumerate() {
        let (dx, dy) = (corner.0 - at.0, corner.1 - at.1);
        let gap = if index == 0 || dx < 0 { "" } else { " " };
        let sign = if dy < 0 { "" } else { " " };
        put!(path, "{gap}{dx}{sign}{dy}");
        at = *corner;
    }
    path.push('z');
}

/// The corners on the grid without those that say nothing; none if nothing of the ring is left.
fn simplified(ring: &[Coord], view: &View) -> Vec<(i64, i64)> {
    let mut corners: Vec<(i64, i64)> = Vec::new();
    for coord in ring {
        let (x, y) = view.point(coord.x, coord.y);
        let corner = ((x * STEPS).round() as i64, (y * STEPS).round() as i64);
        if corners.last() == Some(&corner) {
            continue;
        }
        if let [.., a, b] = corners[..]
            && straight(a, b, corner)
        {
            corners.pop();
        }
        corners.push(corner);
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    if corners.len() < 3 { Vec::new() } else { corners }
}

/// True if the way from `a` to `c` goes straight on over `b`.
const fn straight(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> bool {
    let (one, other) = ((b.0 - a.0, b.1 - a.1), (c.0 - b.0, c.1 - b.1));
    one.0 * other.1 == one.1 * other.0 && one.0 * other.0 + one.1 * other.1 > 0
}

/// The part of the world that land is cut to.
struct Frame {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

/// A straight edge of the frame: a side of it is inside.
#[derive(Clone, Copy)]
enum Edge {
    AtLeastX(f64),
    AtMostX(f64),
    AtLeastY(f64),
    AtMostY(f64),
}

impl Frame {
    fn of(view: &View) -> Self {
        let (x, y) = ((view.east - view.west) * BEYOND, (view.north - view.south) * BEYOND);
        Self { west: view.west - x, east: view.east + x, south: view.south - y, north: view.north + y }
    }

    /// The part of a ring that is in the frame (Sutherland and Hodgman 1974, one edge after the other).
    fn cut(&self, ring: Vec<Coord>) -> Vec<Coord> {
        let edges = [
            Edge::AtLeastX(self.west),
            Edge::AtMostX(self.east),
            Edge::AtLeastY(self.south),
            Edge::AtMostY(self.north),
        ];
        edges.into_iter().fold(ring, |ring, edge| edge.cut(&ring))
    }
}

impl Edge {
    fn cut(self, ring: &[Coord]) -> Vec<Coord> {
        let mut kept = Vec::with_capacity(ring.len());
        let Some(mut before) = ring.last().copied() else { return kept };
        for &corner in ring {
            if self.has(corner) != self.has(before) {
                kept.push(self.crossing(before, corner));
            }
            if self.has(corner) {
                kept.push(corner);
            }
            before = corner;
        }
        kept
    }

    fn has(self, c: Coord) -> bool {
        match self {
            Self::AtLeastX(x) => c.x >= x,
            Self::AtMostX(x) => c.x <= x,
            Self::AtLeastY(y) => c.y >= y,
            Self::AtMostY(y) => c.y <= y,
        }
    }

    fn crossing(self, a: Coord, b: Coord) -> Coord {
        match self {
            Self::AtLeastX(x) | Self::AtMostX(x) => {
                Coord { x, y: a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) }
            }
            Self::AtLeastY(y) | Self::AtMostY(y) => {
                Coord { x: a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn land_is_cut_to_the_frame() {
        let frame = Frame { west: 0.0, east: 10.0, south: 0.0, north: 10.0 };
        let at = |x: f64, y: f64| Coord { x, y };
        let around = vec![at(-5.0, -5.0), at(15.0, -5.0), at(15.0, 15.0), at(-5.0, 15.0)];
        let mut corners = frame.cut(around);
        corners.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        assert_eq!(corners, [at(0.0, 0.0), at(0.0, 10.0), at(10.0, 0.0), at(10.0, 10.0)]);
        assert!(frame.cut(vec![at(11.0, 0.0), at(12.0, 0.0), at(12.0, 5.0)]).is_empty());
    }

    #[test]
    fn a_map_of_the_world_has_land_and_is_small() {
        let view = View::around([(0.0, -150.0), (0.0, -30.0), (0.0, 90.0)].into_iter());
        let mut svg = String::new();
        define(&mut svg, &view, &Borders::builtin().unwrap());
        assert!((50_000..300_000).contains(&svg.len()), "{} bytes", svg.len());
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn countries_across_the_date_line_are_whole() {
        let borders = Borders::builtin().unwrap();
        for country in ["RUS", "FJI", "USA", "ATA"] {
            for polygon in &borders.country(country).unwrap().0 {
                let ring = unrolled(polygon.exterior());
                let jumps =
                    ring.windows(2).filter(|pair| (pair[1].x - pair[0].x).abs() > 180.0 && pair[0].y > -89.0);
                assert_eq!(jumps.count(), 0, "{country}");
                assert_eq!(ring.first(), ring.last(), "{country}");
            }
        }
    }

    #[test]
    fn corners_that_say_nothing_are_left_out() {
        assert!(straight((0, 0), (1, 0), (2, 0)));
        assert!(!straight((0, 0), (1, 0), (0, 0)), "the way back is not straight on");
        assert!(!straight((0, 0), (1, 0), (2, 1)));
    }
}
