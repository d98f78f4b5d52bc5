//! The countries of the world at 1:50 million: covered, and every place found in the country that it is in.

use super::natural_earth::{territories, world};
use skyweave_control::territory::{Cover, Territory};
use skyweave_proof::table::document::WHOLE_PARTS;
use skyweave_proof::table::geometry::{Polygon, winding};
use skyweave_proof::table::{Point, Table};
use std::collections::BTreeSet;

fn table(cover: Cover) -> Table {
    let (resolved, names) = (super::guide::nothing(), cover.territories().iter().map(|t| t.name.clone()));
    let document = resolved(names.collect()).compile(cover, 60_000).unwrap();
    Table::new(document).unwrap()
}

/// A sequence that fills the square evenly (the R2 sequence of Roberts 2018).
fn scattered(count: u32) -> impl Iterator<Item = (f64, f64)> {
    (0..count).map(|n| {
        let part = |step: f64| (0.5 + step * f64::from(n)).fract();
        (part(0.754_877_666_246_692_7), part(0.569_840_290_998_053_2))
    })
}

#[test]
fn every_place_is_in_the_country_that_it_is_in() {
    let set = world();
    assert!(set.parts.len() > 235 && set.mended.len() > 1_500, "{}", set.mended.len());
    let territories = territories(&set);
    let cover = Cover::of(&territories, &BTreeSet::new()).unwrap();
    let (whole, borders) = cover.cell_counts();
    let classes = cover.class_count();
    println!("{whole} whole cells, {borders} border cells, {classes} classes");
    let table = table(cover);
    let inside = |point: Point| -> Vec<&str> {
        let (x, y) = (point.longitude_e7(), point.latitude_e7());
        // what ends south or north of a point, or begins east of it, is not met on the way to it from the west
        let may = |polygon: &&Polygon| {
            let (low, high) = (
                polygon.exterior.iter().map(|c| c.latitude_e7).min(),
                polygon.exterior.iter().map(|c| c.latitude_e7).max(),
            );
            low <= Some(y) && high >= Some(y) && polygon.exterior[0].longitude_e7 <= x
        };
        let near = |t: &Territory| t.polygons.iter().filter(may).cloned().collect::<Vec<_>>();
        territories.iter().filter(|t| winding(&near(t), point) > 0).map(|t| t.name.as_str()).collect()
    };
    let found = |point: Point| -> Vec<&str> {
        let areas = table.areas_of(table.class_at(point));
        areas.iter().map(|area| table.document().territories[area.index()].name.as_str()).collect()
    };
    for (name, lat, lon) in [
        ("Ukraine", 50.45, 30.52),
        ("Taiwan", 24.15, 120.7),
        ("Fiji", -16.9, 179.97),
        ("Russia", 67.0, -175.0),
        ("Russia", 71.1, 179.9),
        ("Antarctica", -90.0, 0.0),
        ("Antarctica", -85.0, 180.0),
        ("Antarctica", -89.5, -45.0),
        ("Lesotho", -29.5, 28.3),
    ] {
        assert_eq!(found(Point::from_degrees(lat, lon).unwrap()), [name], "{lat} {lon}");
    }
    // all over the world, and beside corners of borders
    let anywhere = scattered(800).map(|(a, b)| (180.0 * a - 90.0, 360.0 * b - 180.0));
    let corners: Vec<_> = territories.iter().flat_map(|t| &t.polygons).flat_map(|p| &p.exterior).collect();
    let beside = scattered(800).map(|(a, b)| {
        let corner = corners[(a * corners.len() as f64) as usize];
        let step = ((b * 9.0) as i32 - 4) * ((a * 1e6) as i32 % 3 + 1);
        (f64::from(corner.latitude_e7 + step) / 1e7, f64::from(corner.longitude_e7 - step) / 1e7)
    });
    for (lat, lon) in anywhere.chain(beside) {
        let Some(point) = Point::from_degrees(lat, lon) else { continue };
        assert_eq!(found(point), inside(point), "{lat} {lon}");
    }
    shares_are_the_areas(&table);
}

fn shares_are_the_areas(table: &Table) {
    let mut worst = 0.0_f64;
    for border in table.document().borders.iter().step_by(2_000) {
        let shares = table.shares_of_cell(border.cell);
        assert_eq!(shares.iter().map(|share| share.parts).sum::<u32>(), WHOLE_PARTS);
        let middles: Vec<_> = border.cell.children(h3o::Resolution::Nine).collect();
        for share in &shares {
            let inside = middles.iter().filter(|&&cell| {
                let middle = h3o::LatLng::from(cell);
                table.class_at(Point::from_degrees(middle.lat(), middle.lng()).unwrap()) == share.class
            });
            let counted = inside.count() as f64 / middles.len() as f64;
            worst = worst.max((counted - f64::from(share.parts) / f64::from(WHOLE_PARTS)).abs());
        }
    }
    println!("shares differ from counted ones by at most {worst:.4}");
    // smaller cells stick out of larger ones: what is counted is not quite the cell
    assert!(worst < 0.06, "{worst}");
}
