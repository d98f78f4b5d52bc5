//! What an order would do: planned twice and subtracted, over a country of which it cuts a part.

use crate::town::law;
use skyweave_control::order::{Books, Foreseen, change};
use skyweave_core::time::SlotNo;
use skyweave_io::scenario;
use skyweave_proof::order::{Action, FailMode, Target, TargetKind};
use skyweave_server::orders::Lawful;
use std::sync::Arc;

const SCENARIO: &str = r#"format = 1
name = "preview"

[time]
start = "2026-05-20T12:00:00Z"
duration = "15s"

[constellation]
builtin = "shells-2026"

[[cells.areas]]
area = { country = "UKR" }
terminals = 60_000

[[sites]]
name = "kyiv"
latitude_deg = 50.45
longitude_deg = 30.52

[[sites]]
name = "odesa"
latitude_deg = 46.48
longitude_deg = 30.72
"#;

#[test]
fn who_loses_and_who_gains_is_counted_and_comes_out_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("preview.toml");
    std::fs::write(&path, SCENARIO).unwrap();
    let prepared = scenario::read(&path, &[]).unwrap();
    let world = &prepared.world;
    let before = law();
    let target = Target { kind: TargetKind::Territory, name: "north".to_owned() };
    let changed = |action| {
        let sources = change((&before.sources, FailMode::Stay), action, &target, &Books::default());
        Lawful::compile(sources.unwrap().0, FailMode::Stay, &|_| None, None).unwrap()
    };
    let (off, slow) = (changed(Action::Deactivate), changed(Action::Throttle));
    let under = |law: &Lawful| world.ruled_by(Arc::clone(&law.table), &|_| Vec::new());
    let slots = [prepared.first, SlotNo(prepared.first.0 + 240)];
    let foreseen = |without: &Lawful, with: &Lawful| {
        Foreseen::of((world, [1; 32]), &under(without), &under(with), &slots, &mut |_| {})
    };
    let cut = foreseen(&before, &off);
    let of_north = cut.by[&("territory".to_owned(), "north".to_owned())];
    assert!(of_north.cut > 100 && of_north.spilled == 0 && of_north.gained == 0, "{cut:?}");
    for slot in &cut.by_slot {
        // all that are cut are in the north, of whose cells some are only in part
        assert!(slot.count.cut.abs_diff(of_north.cut) <= of_north.cut / 5, "{cut:?}");
        assert!(slot.others > 10_000, "{cut:?}");
    }
    let summary = cut.summary();
    assert_eq!(summary.people, 4 * summary.losing);
    assert_eq!(foreseen(&before, &off).to_bytes(), cut.to_bytes());
    // what the cut takes, taking it back gives
    let back = foreseen(&off, &before);
    assert_eq!(back.by_slot[0].count.gained, cut.by_slot[0].count.cut + cut.by_slot[0].count.spilled);
    assert_eq!(back.summary().losing, cut.by_slot[0].count.gained);
    // who is only slower loses no service
    assert_eq!(foreseen(&before, &slow).summary().losing, 0);
    let asked = Foreseen::asked(&cut.to_bytes()).unwrap();
    assert_eq!((asked.slots.as_slice(), asked.world), (&slots[..], [1; 32]));
    assert_eq!((asked.without, asked.with), (before.table.identity(), off.table.identity()));
}

#[test]
fn of_few_nothing_is_told() {
    // two drafts that differ by one cell, in which a handful of terminals stands, look the same
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("preview.toml");
    std::fs::write(
        &path,
        SCENARIO.replace("[[cells.areas]]\narea = { country = \"UKR\" }\nterminals = 60_000\n", ""),
    )
    .unwrap();
    let prepared = scenario::read(&path, &[]).unwrap();
    let before = law();
    let target = Target { kind: TargetKind::Territory, name: "north".to_owned() };
    let (sources, _) =
        change((&before.sources, FailMode::Stay), Action::Deactivate, &target, &Books::default()).unwrap();
    let off = Lawful::compile(sources, FailMode::Stay, &|_| None, None).unwrap();
    let under = |law: &Lawful| prepared.world.ruled_by(Arc::clone(&law.table), &|_| Vec::new());
    let slots = [prepared.first];
    let foreseen =
        Foreseen::of((&prepared.world, [1; 32]), &under(&before), &under(&off), &slots, &mut |_| {});
    assert!(foreseen.by.is_empty() && foreseen.hidden > 0, "{foreseen:?}");
    assert_eq!(foreseen.by_slot[0].count.cut, 0);
}
