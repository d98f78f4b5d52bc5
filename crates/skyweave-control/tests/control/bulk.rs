//! One command for many terminals: the preview says what becomes of each, and what is stored is what was previewed.

use crate::support::{Service, attach, by, enter, entry, ulid};
use proptest::prelude::*;
use skyweave_control::command::TerminalCommand;
use skyweave_control::decide::Stopped;
use skyweave_control::entity::{Holders, TerminalState, Verb};
use skyweave_control::fleet::bulk::{Bulk, Effect, Mode, by_code};
use skyweave_control::id::{AccountId, LineId, TerminalId};
use skyweave_control::refused::Code;

fn bulk(numbers: impl IntoIterator<Item = u128>, command: TerminalCommand) -> Bulk {
    Bulk { terminals: numbers.into_iter().map(|number| TerminalId(ulid(number))).collect(), command }
}

fn suspend() -> TerminalCommand {
    TerminalCommand::Move { verb: Verb::Suspend, reason: Some("unpaid".to_owned()), incident: None }
}

/// Terminals 1 to 10: some registered, some attached, some active, some suspended.
fn mixed() -> Service {
    let mut service = Service::furnished();
    for number in 1..=10 {
        service.must(enter(number, (number != 10).then_some(1)));
        if number % 2 == 0 && number != 10 {
            service.must(attach(number, 1));
        }
        if number % 4 == 0 {
            service.must(by(number, Verb::Activate));
        }
    }
    service.must(by(8, Verb::Suspend));
    service
}

#[test]
fn the_preview_names_every_row() {
    let mut service = mixed();
    let preview = bulk(1..=11, suspend()).preview(&service.context()).unwrap();
    assert_eq!((preview.changed, preview.unchanged, preview.refused), (3, 0, 8));
    assert_eq!(preview.losing_service, 3);
    assert_eq!(
        by_code(&preview).into_iter().collect::<Vec<_>>(),
        [(Code::NotFound, 1), (Code::WrongState, 7)]
    );
    let Effect::Change { before, after } = &preview.rows[3].effect else { panic!("a change") };
    assert_eq!((before.state, after.state), (TerminalState::Active, TerminalState::Suspended));

    let refused = preview.clone().into_events(Mode::AllOrNothing).unwrap_err();
    assert_eq!(refused.code, Code::WrongState);
    assert!(refused.found.starts_with("8 of 11 terminals refuse; the first is row 1: ut_"), "{refused}");
    let events = preview.into_events(Mode::SkipRefused).unwrap();
    assert_eq!(events.len(), 3);
    service.store(&events);
    let suspended = (1..=10).filter(|n| service.terminal(*n).state == TerminalState::Suspended).count();
    assert_eq!(suspended, 4);
}

#[test]
fn lists_that_cannot_be_meant_are_refused() {
    let service = mixed();
    for (bulk, code, found) in [
        (bulk([1, 2, 1], suspend()), Code::Doubled, "row 3 names ut_"),
        (bulk(0..100_001, suspend()), Code::TooMany, "100001 terminals"),
        (bulk([1], TerminalCommand::Enter { entry: entry(1, None) }), Code::Malformed, "do: `enter`"),
    ] {
        let Err(Stopped::Refused(refused)) = bulk.preview(&service.context()) else { panic!("a refusal") };
        assert_eq!(refused.code, code);
        assert!(refused.found.contains(found), "{refused}");
    }
}

#[test]
fn fifteen_thousand_are_suspended_at_once() {
    let mut service = Service::furnished();
    for number in 1..=15_000 {
        service.must(enter(number, Some(1)));
    }
    let attach_all = bulk(1..=15_000, TerminalCommand::Attach { line: LineId(ulid(1)) });
    let events = attach_all.preview(&service.context()).unwrap().into_events(Mode::AllOrNothing).unwrap();
    service.store(&events);
    let preview = bulk(1..=15_000, suspend()).preview(&service.context()).unwrap();
    assert_eq!((preview.changed, preview.losing_service), (15_000, 15_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_stored_is_what_was_previewed(numbers in prop::collection::btree_set(1_u128..12, 1..11), which in 0_usize..5) {
        let holders = Holders::default();
        let (line, account) = (LineId(ulid(2)), AccountId(ulid(1)));
        let moved = |verb| TerminalCommand::Move { verb, reason: Some("a test".to_owned()), incident: None };
        let command = [
            suspend(),
            TerminalCommand::Attach { line },
            TerminalCommand::Register { account, holders },
            moved(Verb::Detach),
            TerminalCommand::Transfer { account, holders, reason: "a test".to_owned() },
        ][which].clone();
        let mut service = mixed();
        let preview = bulk(numbers, command).preview(&service.context()).unwrap();
        prop_assert_eq!(preview.changed + preview.unchanged + preview.refused, preview.rows.len());
        let rows = preview.rows.clone();
        let refused = preview.refused;
        prop_assert_eq!(preview.clone().into_events(Mode::AllOrNothing).is_ok(), refused == 0);
        let events = preview.into_events(Mode::SkipRefused).unwrap();
        service.store(&events);
        for row in rows {
            if let Effect::Change { after, .. } = row.effect {
                let Ok(now) = skyweave_control::view::View::get::<skyweave_control::entity::Terminal>(&service.fleet, row.terminal);
                let now = now.unwrap();
                prop_assert_eq!((now.state, now.account, now.line), (after.state, after.account, after.line));
            }
        }
    }
}
