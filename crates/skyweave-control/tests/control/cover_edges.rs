//! An edge that cuts off no more than a corner of a cell's box makes it a border cell all the same.

use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_control::territory::Cover;
use skyweave_proof::table::document::{REFUSE_AT_PARTS, Territory};
use skyweave_proof::table::geometry::{Polygon, Vertex, winding};
use skyweave_proof::table::{Point, Table};
use std::collections::BTreeSet;

/// Found by the fuzz against Cedar: at the height where its western edge enters the box of cell 851e42b7fffffff, half a unit east of the last
/// whole longitude, nothing of the territory was in the box yet, and no other height was looked at.
const CORNERS: [(i32, i32); 6] = [
    (296_954_447, 480_032_339),
    (298_319_782, 477_465_982),
    (300_272_994, 479_215_633),
    (302_428_623, 480_032_339),
    (300_508_828, 481_257_521),
    (298_620_263, 482_078_248),
];

#[test]
fn every_point_is_where_its_windings_say() {
    let exterior = CORNERS.map(|(longitude_e7, latitude_e7)| Vertex { longitude_e7, latitude_e7 }).to_vec();
    let polygons = vec![Polygon { exterior, holes: Vec::new() }];
    let territory = Territory {
        name: "t0".to_owned(),
        version: 1,
        from_s: i64::MIN,
        until_s: i64::MAX,
        disputed: false,
        front_line: false,
        polygons: polygons.clone(),
    };
    let text = "@id(\"p\")\npermit(principal, action == Action::\"serve\", resource);\n".to_owned();
    let names = Names { territories: BTreeSet::from(["t0".to_owned()]), ..Names::default() };
    let files = [PolicyFile { name: "all.cedar".to_owned(), text }];
    let resolved = Restrictions::load(&files).unwrap().resolve(&names).unwrap();
    let cover = Cover::of(&[territory], &BTreeSet::new()).unwrap();
    let table = Table::new(resolved.compile(cover, REFUSE_AT_PARTS).unwrap()).unwrap();
    for (north, east) in (0..300).flat_map(|north| (0..400).map(move |east| (north, east))) {
        let point =
            Point::from_degrees(47.7 + f64::from(north) * 0.002, 29.6 + f64::from(east) * 0.002).unwrap();
        let is_inside = winding(&polygons, point) > 0;
        assert_eq!(!table.areas_of(table.class_at(point)).is_empty(), is_inside, "{point:?}");
    }
}
