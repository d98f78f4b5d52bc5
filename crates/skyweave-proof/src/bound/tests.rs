use super::*;
use crate::UtcTime;
use crate::keys::{Bound, DAY_S};
use proptest::prelude::*;

const BOUND: Bound = Bound { few: 3, terminals_in_day: 500, permille_in_day: 10, permille_in_month: 50 };

/// 10,000 terminals in two territories and 100 cells.
fn fleet(change: impl Fn(usize, Row) -> Option<Row>) -> Fleet {
    let row = |number: usize| {
        let mut terminal = [0; 16];
        terminal[8..].copy_from_slice(&(number as u64).to_be_bytes());
        let territory = territory_key(if number < 5_000 { "a" } else { "b" });
        Row {
            terminal,
            cell: number as u64 / 100,
            territory,
            barred: 0,
            rate_kbps: 100_000,
            weight_permille: 1_000,
        }
    };
    Fleet::new((0..10_000).filter_map(|number| change(number, row(number))).collect()).unwrap()
}

fn whole() -> Fleet {
    fleet(|_, row| Some(row))
}

/// What is exceeded when one fleet follows another, as places.
fn excess(after: &Fleet) -> Option<Place> {
    let mut ledger = Ledger::default();
    ledger.enter(UtcTime(DAY_S), &lowered(&whole(), after));
    ledger.excess(&BOUND, UtcTime(DAY_S)).map(|excess| excess.place)
}

type Route = (&'static str, fn(Row) -> Option<Row>);

#[test]
fn every_route_is_counted_alike() {
    let hit = |number: usize| number < 5_000 && number.is_multiple_of(50);
    let a = territory_key("a");
    let routes: [Route; 7] = [
        ("suspension", |row| Some(Row { barred: barred::SUSPENDED, ..row })),
        ("maintenance", |row| Some(Row { barred: barred::MAINTENANCE, ..row })),
        ("list", |row| Some(Row { barred: barred::LISTED, ..row })),
        ("plan rate", |row| Some(Row { rate_kbps: 99_999, ..row })),
        ("weight", |row| Some(Row { weight_permille: 999, ..row })),
        ("row deleted", |_| None),
        ("row renamed", |row| Some(Row { terminal: [row.terminal[15].wrapping_add(1); 16], ..row })),
    ];
    for (name, route) in routes {
        let after = fleet(|number, row| if hit(number) { route(row) } else { Some(row) });
        let tally = lowered(&whole(), &after);
        assert_eq!(tally[&Place::Territory(a)], Tally { lowered: 100, of: 5_000 }, "{name}");
        assert_eq!(excess(&after), Some(Place::Territory(a)), "{name}");
    }
    // a plan that is better, a terminal that was barred already, one that moves: nothing is lowered
    let better = fleet(|_, row| Some(Row { rate_kbps: 200_000, cell: 9_999, ..row }));
    assert!(lowered(&whole(), &better).is_empty());
    let all_barred = fleet(|_, row| Some(Row { barred: barred::LISTED, ..row }));
    assert!(lowered(&all_barred, &fleet(|_, _| None)).is_empty());
}

#[test]
fn single_terminals_are_administered_without_orders_and_a_cell_is_not_switched_off() {
    let off = |from: usize, to: usize| {
        fleet(move |number, row| {
            let barred = if (from..to).contains(&number) { barred::SUSPENDED } else { 0 };
            Some(Row { barred, ..row })
        })
    };
    assert_eq!(excess(&off(0, 3)), None);
    assert_eq!(excess(&off(0, 4)), Some(Place::Cell(0)));
    // spread over cells it is the territory's share that counts
    let spread =
        fleet(|number, row| Some(Row { barred: u8::from(number % 100 == 0 && number < 5_000), ..row }));
    assert_eq!(excess(&spread), None);
}

#[test]
fn one_percent_a_day_adds_up_and_giving_back_takes_nothing_off() {
    let mut ledger = Ledger::default();
    let mut caught = None;
    let mut before = whole();
    for day in 1..=30 {
        // yesterday's are given back, and today's are others: never more than one percent is off at a time
        let after = fleet(|number, row| {
            let is_hit = number < 5_000 && number % 100 == day as usize;
            Some(Row { barred: u8::from(is_hit), ..row })
        });
        let now = UtcTime(day * DAY_S);
        ledger.enter(now, &lowered(&before, &after));
        before = after;
        if let Some(excess) = ledger.excess(&BOUND, now) {
            caught = Some((day, excess));
            break;
        }
    }
    let (day, excess) = caught.unwrap();
    // within 24 h two days' portions may overlap, counted by quarters
    assert!(day <= 6, "{day}: {excess}");
    assert_eq!(excess.place, Place::Territory(territory_key("a")), "{excess}");
}

#[test]
fn deleting_rows_does_not_make_the_rest_weigh_less() {
    let mut ledger = Ledger::default();
    let a = Place::Territory(territory_key("a"));
    ledger.enter(UtcTime(DAY_S), &[(a, Tally { lowered: 40, of: 5_000 })].into());
    assert_eq!(ledger.excess(&BOUND, UtcTime(DAY_S)), None);
    // the same rows again, of a territory that is said to be larger meanwhile
    ledger.enter(UtcTime(DAY_S + 1), &[(a, Tally { lowered: 40, of: 7_000 })].into());
    assert_eq!(ledger.excess(&BOUND, UtcTime(DAY_S + 1)).unwrap().lowered, 80);
    // and after a month nothing is left of it
    assert_eq!(ledger.excess(&BOUND, UtcTime(40 * DAY_S)), None);
    assert_eq!(ledger.since_a_month(UtcTime(40 * DAY_S)), Ledger::default());
}

#[test]
fn a_fleet_has_one_root_and_each_terminal_once() {
    let rows = whole().rows().to_vec();
    let reversed: Vec<Row> = rows.iter().rev().copied().collect();
    assert_eq!(Fleet::new(reversed).unwrap(), whole());
    assert_eq!(Fleet::new([&rows[..], &rows[..1]].concat()), Err(Twice(rows[0].terminal)));
    assert_ne!(fleet(|number, row| (number > 0).then_some(row)).root(), whole().root());
    assert_eq!(rows[0].to_bytes().len(), 39);
}

proptest! {
    /// Whatever is done in whatever steps, a ledger tells at least what was lowered in the end.
    #[test]
    fn no_way_round_the_sum(steps in prop::collection::vec((0_usize..40, 0_u8..4, 0_u64..20), 1..20)) {
        let row = |number: usize| Row {
            terminal: [number as u8; 16], cell: 1, territory: 2, barred: 0, rate_kbps: 10, weight_permille: 1_000,
        };
        let first = Fleet::new((0..40).map(row).collect()).unwrap();
        let (mut fleet, mut ledger, mut now) = (first.clone(), Ledger::default(), UtcTime(0));
        for (at, how, wait_h) in steps {
            now = now.plus(wait_h * 3_600);
            let mut rows = fleet.rows().to_vec();
            let at = at % rows.len().max(1);
            match how {
                0 => { rows.remove(at); }
                1 => rows[at].barred ^= barred::SUSPENDED,
                2 => rows[at].rate_kbps = rows[at].rate_kbps.saturating_sub(3),
                _ => rows[at].weight_permille = 1_000,
            }
            if rows.is_empty() { break; }
            let next = Fleet::new(rows).unwrap();
            ledger.enter(now, &lowered(&fleet, &next));
            fleet = next;
        }
        let net = lowered(&first, &fleet).get(&Place::Fleet).map_or(0, |tally| tally.lowered);
        // of a day anything goes: what is asked for is the sum
        let none = Bound { few: 0, terminals_in_day: u64::MAX, permille_in_day: 1_000, permille_in_month: 0 };
        let told = ledger.excess(&none, now).map_or(0, |excess| excess.lowered);
        prop_assert!(told >= net, "{} {}", told, net);
    }
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let row = Row {
        terminal: [7; 16],
        cell: 0x85_1e26_57ff_ffff,
        territory: territory_key("north"),
        barred: 5,
        rate_kbps: 123_456_789,
        weight_permille: 65_000,
    };
    let bytes: [u8; Row::BYTES] = row.to_bytes().try_into().unwrap();
    assert_eq!(Row::of_bytes(&bytes), row);
    assert_ne!(terminal_key("ut_1"), terminal_key("ut_2"));
}
