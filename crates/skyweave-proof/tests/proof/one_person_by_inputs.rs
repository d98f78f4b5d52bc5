//! One person, in secret, by what lowers service and is no order.

use crate::one_person::{goes_on_serving, names, report, serving};
use crate::world::{DAY, World, fleet};
use skyweave_proof::bound::{Ledger, Row, barred, lowered};
use skyweave_proof::bundle::Refusal;
use skyweave_proof::keys::Limits;

/// Everything that lowers service and is no order, by the day, until it is noticed: what is off by then, and what is said.
fn lower_by_the_day(route: &dyn Fn(usize, u64, Row) -> Option<Row>) -> (u64, World, Refusal) {
    let (mut world, mut gateway) = serving();
    let mut before = fleet(|_, row| Some(row));
    for day in 1..40 {
        world.pass(DAY);
        let after = fleet(|number, row| route(number, day, row));
        let mut told = world.lowered.clone();
        told.enter(world.now, &lowered(&before, &after));
        world.lowered = told.published();
        world.inputs.fleet = after.root();
        world.cosign();
        let bundle = world.draft(&[]);
        // it is told as it is: a lie is found by whoever has the terminals
        if let Err(refused) = world.publish_as_is(&bundle) {
            _ = goes_on_serving(&mut world, &mut gateway);
            return (day, world, refused);
        }
        gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
        before = after;
    }
    panic!("nobody noticed")
}

#[test]
fn by_declaring_maintenance_by_scheduler_weights_and_by_bulk_suspension() {
    type Route<'a> = (&'a str, &'a dyn Fn(Row) -> Option<Row>);
    let routes: [Route<'_>; 4] = [
        ("maintenance", &|row| Some(Row { barred: barred::MAINTENANCE, ..row })),
        ("weights", &|row| Some(Row { weight_permille: 1, ..row })),
        ("suspension", &|row| Some(Row { barred: barred::SUSPENDED, ..row })),
        ("plan rates", &|row| Some(Row { rate_kbps: 1, ..row })),
    ];
    for (name, lower) in routes {
        let in_north = |number: usize, _: u64, row: Row| if number < 1_000 { lower(row) } else { Some(row) };
        let (day, world, refused) = lower_by_the_day(&in_north);
        assert!(day == 1 && matches!(refused, Refusal::Bound(_)), "{name}: {refused}");
        assert!(names(&report(&world), "lowered within 1 days without an order"), "{name}");
    }
}

#[test]
fn by_salami() {
    // so many of the north's thousand a day; a day's bound is ten, and two days may fall within it
    for (slice, noticed, words) in [(10, 2, "within 1 days"), (4, 13, "within 30 days")] {
        let route = move |number: usize, day: u64, row: Row| {
            let is_off = number < 1_000 && (number as u64 / 50 + number as u64 % 50 * 20) < slice * day;
            Some(Row { barred: if is_off { barred::SUSPENDED } else { 0 }, ..row })
        };
        let (day, world, refused) = lower_by_the_day(&route);
        assert_eq!(day, noticed, "{refused}");
        assert!(names(&report(&world), words), "{refused}");
    }
}

#[test]
fn by_deleting_rows() {
    let (day, _, refused) = lower_by_the_day(&|number, _, row| (number >= 1_000).then_some(row));
    assert!(day == 1 && matches!(refused, Refusal::Bound(_)), "{refused}");
}

#[test]
fn by_telling_less_than_was_lowered() {
    let (mut world, _) = serving();
    let before = fleet(|_, row| Some(row));
    let after = fleet(|number, row| (number >= 1_000).then_some(row));
    world.inputs.fleet = after.root();
    world.cosign();
    let lie = world.draft(&[]);
    world.publish_as_is(&lie).unwrap();
    let mut ledger = Ledger::default();
    let refused = lie.check_fleet(&after, &before, &mut ledger, &Limits::USUAL.bound);
    assert_eq!(refused, Err(Refusal::Untold), "the planner has the terminals, and does not plan");
}
