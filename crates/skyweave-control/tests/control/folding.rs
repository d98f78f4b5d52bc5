//! The log is the service: replaying it gives the state that was built up step by step, whatever was asked for in between.

use crate::support::{NOON, Service, account, attach, by, enter, terminal, ulid};
use proptest::prelude::*;
use skyweave_control::command::{
    AccountCommand, AppealCommand, Command, IncidentCommand, LineCommand, PermitCommand, TerminalCommand,
};
use skyweave_control::entity::{
    AnyEntity, Cause, Finding, Holders, MOVES, Outcome, PositionEvidence, TerminalState, Verb,
};
use skyweave_control::event::{Event, FoldError, apply, fold};
use skyweave_control::id::{
    AccountId, AppealId, EntityId, IncidentId, LineId, OrganizationId, PermitId, TerminalId,
};
use skyweave_control::view::{Fleet, Staged, View};
use std::collections::{BTreeMap, BTreeSet};

fn finding(cause: Cause) -> Finding {
    Finding {
        cause,
        since_s: NOON,
        until_s: NOON,
        looks: 12,
        evidence: PositionEvidence::ServingBeam,
        outside_65536: 65_000,
        latitude_e7: 0,
        longitude_e7: 0,
        error_m: 100,
    }
}

/// Any of the things that people do, sensible or not, about a few terminals, accounts and incidents.
fn command() -> impl Strategy<Value = Command> {
    let few = 1_u128..5;
    prop_oneof![
        (few.clone(), prop::option::of(1_u128..4)).prop_map(|(n, account)| enter(n, account)),
        (few.clone(), 1_u128..4).prop_map(|(n, line)| attach(n, line)),
        (few.clone(), prop::sample::select(Verb::ALL.to_vec())).prop_map(|(n, verb)| by(n, verb)),
        (few.clone(), 1_u128..4).prop_map(|(n, account)| {
            let holders = Holders { operator: Some(OrganizationId(ulid(1))), ..Holders::default() };
            let reason = "handed over".to_owned();
            terminal(n, TerminalCommand::Transfer { account: AccountId(ulid(account)), holders, reason })
        }),
        (few.clone(), 1_u128..4).prop_map(|(n, account)| {
            let holders = Holders::default();
            terminal(n, TerminalCommand::Register { account: AccountId(ulid(account)), holders })
        }),
        (2_u128..4, prop::option::of(1_u128..4)).prop_map(|(n, parent)| account(n, parent)),
        prop::sample::select(vec![
            AccountCommand::Close,
            AccountCommand::Enable,
            AccountCommand::Disable { reason: "a test".to_owned() },
        ])
        .prop_map(|command| Command::Account { id: AccountId(ulid(1)), command }),
        (1_u128..3, any::<bool>()).prop_map(|(n, resume)| {
            let suspend = LineCommand::Suspend { reason: "a test".to_owned() };
            let command = if resume { LineCommand::Resume } else { suspend };
            Command::ServiceLine { id: LineId(ulid(n)), command }
        }),
        (few.clone(), few.clone(), prop::sample::select(Cause::ALL.to_vec())).prop_map(|(n, t, cause)| {
            let command = IncidentCommand::Open { terminal: TerminalId(ulid(t)), finding: finding(cause) };
            Command::Incident { id: IncidentId(ulid(n)), command }
        }),
        (
            few.clone(),
            prop::sample::select(vec![
                IncidentCommand::Advance,
                IncidentCommand::Advance,
                IncidentCommand::Acknowledge { note: None },
                IncidentCommand::ApproveCut { reason: "seen".to_owned() },
                IncidentCommand::Find { finding: finding(Cause::Diverted) },
                IncidentCommand::Close { outcome: Outcome::CameBack, note: None },
            ])
        )
            .prop_map(|(n, command)| Command::Incident { id: IncidentId(ulid(n)), command }),
        (few.clone(), few.clone()).prop_map(|(n, incident)| {
            let command = AppealCommand::Lodge {
                incident: IncidentId(ulid(incident)),
                statement: "it is ours".to_owned(),
                permit: PermitId(ulid(n)),
            };
            Command::Appeal { id: AppealId(ulid(n)), command }
        }),
        (few.clone(), any::<bool>()).prop_map(|(n, withdraw)| {
            let decide = AppealCommand::Decide { upheld: n % 2 == 0, reason: "a test".to_owned() };
            let command = if withdraw { AppealCommand::Withdraw } else { decide };
            Command::Appeal { id: AppealId(ulid(n)), command }
        }),
        (few.clone(), few).prop_map(|(n, t)| {
            let until_s = NOON.plus(90 * 86_400);
            let reason = "a test".to_owned();
            let command = PermitCommand::Grant { terminal: TerminalId(ulid(t)), until_s, reason };
            Command::Permit { id: PermitId(ulid(n)), command }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn replaying_the_log_gives_the_same_service(commands in prop::collection::vec((command(), 0_i64..200_000), 1..80)) {
        let mut service = Service::furnished();
        for (turn, (command, wait_s)) in commands.iter().enumerate() {
            service.now = service.now.plus(*wait_s);
            // appeals are decided by others than those who lodge them
            service.actor.name = format!("person {}", turn % 3);
            let before = service.fleet.clone();
            if service.ask(command).is_err() {
                prop_assert_eq!(&before, &service.fleet);
            }
        }
        let mut replayed = Fleet::default();
        for event in &service.log {
            // through the file format, as a database would keep it
            let text = serde_json::to_string(event).unwrap();
            let read: Event = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, event);
            replayed.apply(&read).unwrap();
        }
        prop_assert_eq!(&replayed, &service.fleet);

        let mut by_id: BTreeMap<EntityId, Vec<&Event>> = BTreeMap::new();
        for event in &service.log {
            by_id.entry(event.id).or_default().push(event);
        }
        for (id, events) in by_id {
            prop_assert!(events.iter().zip(1..).all(|(event, version)| event.version == version));
            let folded = fold(events).unwrap().unwrap();
            prop_assert_eq!(&folded, &service.get(id));
            let text = serde_json::to_string(&folded).unwrap();
            prop_assert_eq!(AnyEntity::from_json(id.kind, &text).unwrap(), folded);
        }
        for terminal in service.fleet.all::<skyweave_control::entity::Terminal>() {
            let attached = matches!(terminal.state, TerminalState::Assigned | TerminalState::Active | TerminalState::Suspended);
            prop_assert!(!attached || (terminal.line.is_some() && terminal.account.is_some()), "{terminal:?}");
            let last = terminal.custody.last().unwrap();
            prop_assert_eq!((last.account, last.holders), (terminal.account, terminal.holders));
        }
    }

    #[test]
    fn a_staged_view_sees_what_the_stored_one_would(commands in prop::collection::vec(command(), 1..40), cut in 0_usize..200) {
        let mut service = Service::furnished();
        for (turn, command) in commands.iter().enumerate() {
            service.actor.name = format!("person {}", turn % 3);
            let _ = service.ask(command);
        }
        let cut = cut.min(service.log.len());
        let mut base = Fleet::default();
        for event in &service.log[..cut] {
            base.apply(event).unwrap();
        }
        let mut staged = Staged::on(&base);
        for event in &service.log[cut..] {
            staged.apply(event).unwrap();
        }
        for entity in service.fleet.entities() {
            let id = entity.id();
            prop_assert_eq!(staged.entity(id), service.fleet.entity(id));
            if let Some(name) = entity.name().filter(|_| entity.is_live()) {
                prop_assert_eq!(staged.named(id.kind, name), service.fleet.named(id.kind, name));
            }
            for kind in skyweave_control::id::Kind::ALL {
                prop_assert_eq!(staged.parts_of(id, *kind), service.fleet.parts_of(id, *kind));
            }
        }
    }
}

#[test]
fn gaps_doubles_and_strangers_do_not_fold() {
    let mut service = Service::furnished();
    service.must(enter(1, Some(1)));
    service.must(attach(1, 1));
    let of_terminal: Vec<&Event> =
        service.log.iter().filter(|event| event.id == TerminalId(ulid(1)).into()).collect();
    let [entered, attached] = of_terminal[..] else { panic!("two events") };
    let have = fold([entered]).unwrap();
    assert!(matches!(apply(None, attached), Err(FoldError::Version { have: 0, .. })));
    assert!(matches!(apply(have.clone(), entered), Err(FoldError::Version { have: 1, found: 1, .. })));
    let first = service.log[0].clone();
    assert!(matches!(apply(have.clone(), &first), Err(FoldError::Other { .. })));
    let again = Event { version: 2, ..entered.clone() };
    let error = apply(have, &again).unwrap_err();
    assert!(error.to_string().contains("(terminal.entered) does not follow"), "{error}");
}

/// The table of states, held against what the service says of it in words.
#[test]
fn states_are_reached_in_the_order_that_customers_know() {
    let mut reached = BTreeSet::from([TerminalState::Manufactured]);
    while let Some(row) = MOVES.iter().find(|row| reached.contains(&row.from) && !reached.contains(&row.to)) {
        reached.insert(row.to);
    }
    assert_eq!(reached, BTreeSet::from(TerminalState::ALL));
    assert!(MOVES.iter().all(|row| row.from != TerminalState::Retired), "retired is the end");
    let into = |state: TerminalState| {
        MOVES
            .iter()
            .filter(move |row| row.to == state && row.from != state)
            .map(|row| row.verb)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(into(TerminalState::Active), BTreeSet::from([Verb::Activate]));
    assert_eq!(into(TerminalState::Assigned), BTreeSet::from([Verb::Attach, Verb::Resume]));
    // no state has two rows for one verb that could both apply
    for (place, row) in MOVES.iter().enumerate() {
        let same = MOVES[..place].iter().filter(|other| other.from == row.from && other.verb == row.verb);
        for other in same {
            assert_eq!(row.attached.map(|attached| !attached), other.attached, "{row:?}");
        }
    }
}
