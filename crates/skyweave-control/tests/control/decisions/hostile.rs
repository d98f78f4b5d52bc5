//! Bytes of somebody else's making: refused or read, but never a panic, and only ever one form.

use proptest::prelude::*;
use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_control::territory::{Cover, Definition};
use skyweave_proof::table::{Attributes, ClassNo, Point, Table};

/// A table of two territories and a few policies.
fn bytes() -> Vec<u8> {
    let definition = |name: &str, west: f64| {
        let text = format!(
            r#"{{"name": "{name}", "version": 1, "pieces": [{{"source": "here", "geometry": {{"type": "Polygon",
            "coordinates": [[[{west},48],[{}.4,48],[{}.2,48.4],[{west},48]]]}}}}]}}"#,
            west as i32, west as i32
        );
        Definition::read(&text).unwrap().assemble(&[]).unwrap()
    };
    let text = r#"
        @id("on") permit(principal, action == Action::"serve", resource) when { resource.territories.contains(Territory::"a") };
        @id("slow") @throttle_kbps("64") forbid(principal, action == Action::"full_rate", resource)
        when { context.speed_cm_s > 100 || principal in Registry::"r" };
        @id("off") @reason("BLOCKED_AREA") forbid(principal, action == Action::"serve", resource)
        when { resource.territories.contains(Territory::"b") && context.second_of_day < 3600 };"#;
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let names = Names { registries: set(&["r"]), territories: set(&["a", "b"]), ..Names::default() };
    let file = PolicyFile { name: "x.cedar".to_owned(), text: text.to_owned() };
    let resolved = Restrictions::load(&[file]).unwrap().resolve(&names).unwrap();
    let cover = Cover::of(&[definition("a", 30.0), definition("b", 30.0)], resolved.cells()).unwrap();
    resolved.compile(cover, 60_000).unwrap().to_bytes()
}

fn ask(table: &Table) {
    for (lat, lon) in [(48.1, 30.1), (90.0, 0.0), (-90.0, 180.0), (48.0, 30.0), (0.0, -180.0)] {
        let point = Point::from_degrees(lat, lon).unwrap();
        let class = table.class_at(point);
        let _decision = table.decide(class, &Attributes::plain(0));
        let _explanation = table.explain(class, Some(point), &Attributes::plain(0));
    }
    let _decision = table.decide(ClassNo(u16::MAX), &Attributes::plain(i64::MAX));
}

#[test]
fn a_table_is_the_same_each_time() {
    let bytes = bytes();
    assert_eq!(bytes, self::bytes());
    let table = Table::parse(&bytes).unwrap();
    assert_eq!(table.document().to_bytes(), bytes);
    for end in 0..bytes.len() {
        assert!(Table::parse(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Table::parse(&[&bytes[..], &[0]].concat()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_refused_or_have_one_form(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        thread_local!(static BYTES: Vec<u8> = bytes());
        let mut changed = BYTES.with(Clone::clone);
        for (at, byte) in changes {
            let at = at.index(changed.len());
            changed[at] = byte;
        }
        if let Ok(table) = Table::parse(&changed) {
            prop_assert_eq!(table.document().to_bytes(), changed);
            ask(&table);
        }
    }

    #[test]
    fn any_bytes_are_refused(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = b"skyweave-table\x01\x00\x00\x00\x01\x00".to_vec();
        bytes.extend(tail);
        prop_assert!(Table::parse(&bytes).is_err());
    }
}
