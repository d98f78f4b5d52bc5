//! Cells as dots: one path for each class, in which each dot is a line without length and with round ends.

use super::view::View;
use crate::report::cell::{Cell, Cells};
use crate::report::html::{Text, put};
use crate::report::scale::Class;

/// Coordinates are whole tenths of a pixel.
const STEPS: f64 = 10.0;
/// Least and greatest diameter of a dot, px.
const DIAMETER: (f64, f64) = (2.4, 14.0);
/// Where there are no more cells than this, dots are not smaller than [`FEW_DIAMETER`].
const FEW: usize = 200;
/// Least diameter where there are few, px.
const FEW_DIAMETER: f64 = 13.0;

/// Draws the cells in the order of the classes, so that the last class is on top, and returns how many are in each.
pub fn draw(
    svg: &mut String,
    view: &View,
    cells: &Cells,
    classes: &[Class],
    class_of: impl Fn(&Cell) -> usize,
) -> Vec<usize> {
    let mut by_class: Vec<Vec<(i64, i64)>> = vec![Vec::new(); classes.len()];
    for cell in &cells.all {
        let (x, y) = view.place(cell.latitude_deg, cell.longitude_deg);
        by_class[class_of(cell)].push(((y * STEPS).round() as i64, (x * STEPS).round() as i64));
    }
    let width = (diameter(view, cells) * STEPS).round();
    put!(svg, "<g class=\"cells\" transform=\"scale({})\" stroke-width=\"{width}\">", 1.0 / STEPS);
    for (class, dots) in classes.iter().zip(&mut by_class) {
        if dots.is_empty() {
            continue;
        }
        dots.sort_unstable();
        let label = Text(class.label);
        put!(svg, "<path class=\"{}\" d=\"{}\"><title>{label}</title></path>", class.css, path(dots));
    }
    svg.push_str("</g>");
    by_class.iter().map(Vec::len).collect()
}

fn diameter(view: &View, cells: &Cells) -> f64 {
    let least = if cells.all.len() <= FEW { FEW_DIAMETER } else { DIAMETER.0 };
    view.px(cells.spacing_km).clamp(least, DIAMETER.1)
}

/// Dots (y, x), each a tenth of a pixel long: some programs draw nothing for a line that has no length at all.
fn path(dots: &[(i64, i64)]) -> String {
    let mut path = String::new();
    let mut at = (0, 0);
    for &(y, x) in dots {
        let (dx, dy) = (x - at.0, y - at.1);
        let gap = if dy < 0 { "" } else { " " };
        put!(path, "m{dx}{gap}{dy}h1");
        at = (x + 1, y);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_where_they_should_be() {
        assert_eq!(path(&[(5, 10), (5, 20), (6, 3)]), "m10 5h1m9 0h1m-18 1h1");
    }
}
