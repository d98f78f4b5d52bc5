use skyweave_control::territory::Cover;
use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_proof::table::{Point, Table};
use skyweave_proof::table::document::Territory;
use skyweave_proof::table::geometry::{winding, Polygon, Vertex};
use std::collections::BTreeSet;
#[test]
fn case() {
    let t = |name: &str, v: &[(i32, i32)]| Territory { name: name.into(), version: 1, from_s: i64::MIN, until_s: i64::MAX, disputed: false, front_line: false,
        polygons: vec![Polygon { exterior: v.iter().map(|&(longitude_e7, latitude_e7)| Vertex { longitude_e7, latitude_e7 }).collect(), holes: vec![] }] };
    let ts = [t("t0", &[(296954447, 480032339), (298319782, 477465982), (300272994, 479215633), (302428623, 480032339), (300508828, 481257521), (298620263, 482078248)]),
     t("t1", &[(300491375, 483320452), (301541295, 480088129), (304648781, 480795034)]),
     t("t2", &[(300634850, 481851861), (301959184, 479197440), (304317311, 480997789), (303727788, 482896178), (303305624, 483525951), (302234860, 485387099), (300690503, 483913694)])];
    let p = Point::from_degrees(47.89, 29.777).unwrap();
    println!("winding {:?}", ts.iter().map(|t| winding(&t.polygons, p)).collect::<Vec<_>>());
    let file = PolicyFile { name: "f".into(), text: "@id(\"p\")\n permit(principal, action == Action::\"serve\", resource) when { context.speed_cm_s >= 7200 };\n".into() };
    let names = Names { territories: BTreeSet::from(["t0".to_string(), "t1".into(), "t2".into()]), ..Names::default() };
    let resolved = Restrictions::load(&[file]).unwrap().resolve(&names).unwrap();
    let cover = Cover::of(&ts, &BTreeSet::new()).unwrap();
    let table = Table::new(resolved.compile(cover, 60000).unwrap()).unwrap();
    let cell = h3o::LatLng::new(47.89, 29.777).unwrap().to_cell(h3o::Resolution::Five);
    println!("{cell} {:?} {:?} {:?}", table.class_of_cell(cell), table.class_at(p), table.shares_of_cell(cell));
    println!("{:?}", table.document().classes);
    for b in &table.document().borders { if b.cell == cell { println!("{b:?}"); for e in 0..table.document().territories.len() { println!("{e}"); } } }
    println!("boundary {:?}", cell.boundary().iter().map(|c| (c.lng(), c.lat())).collect::<Vec<_>>());
    let mut wrong = 0;
    for a in 0..400 { for o in 0..600 { let p = Point::from_degrees(47.7 + f64::from(a) * 0.002, 29.6 + f64::from(o) * 0.002).unwrap();
        let inside: Vec<u16> = (0..3u16).filter(|i| winding(&ts[*i as usize].polygons, p) > 0).collect();
        let found: Vec<u16> = table.areas_of(table.class_at(p)).iter().map(|a| a.0).collect();
        if inside != found { wrong += 1; if wrong < 12 { println!("{p:?} {inside:?} {found:?}"); } } } }
    println!("wrong {wrong}");
}
