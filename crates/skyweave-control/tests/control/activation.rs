//! The order of activation as customers know it, and what is said to those who do it otherwise.

use crate::support::{
    NOON, Service, account, attach, by, enter, entry, line, line_spec, plan, plan_spec, terminal, territory,
    ulid,
};
use skyweave_control::command::{
    AccountCommand, Actor, Command, LineCommand, PlanCommand, TerminalCommand, TerritoryCommand,
};
use skyweave_control::decide::{Stopped, decide};
use skyweave_control::entity::{Holders, Surface, TerminalState, Verb};
use skyweave_control::id::{AccountId, LineId, OrganizationId, PlanId, TerritoryId};
use skyweave_control::refused::Code;
use skyweave_control::view::{Fetched, LookUp, View};

fn suspend_line(number: u128) -> Command {
    let command = LineCommand::Suspend { reason: "unpaid".to_owned() };
    Command::ServiceLine { id: LineId(ulid(number)), command }
}

#[test]
fn register_then_line_then_attach() {
    let mut service = Service::furnished();
    service.must(enter(7, None));
    assert_eq!(service.terminal(7).state, TerminalState::Manufactured);
    let refused = service.refusal(attach(7, 1));
    assert_eq!(refused.code, Code::NotRegistered);
    assert!(refused.to_string().contains("register it first, then create a service line, then attach it"));

    let register = TerminalCommand::Register {
        account: AccountId(ulid(1)),
        holders: Holders { donor: Some(OrganizationId(ulid(1))), ..Holders::default() },
    };
    service.must(terminal(7, register));
    assert_eq!(service.terminal(7).state, TerminalState::Registered);
    service.must(attach(7, 1));
    assert_eq!(service.terminal(7).state, TerminalState::Assigned);
    service.must(by(7, Verb::Activate));
    let active = service.terminal(7);
    assert_eq!((active.state, active.line), (TerminalState::Active, Some(LineId(ulid(1)))));
    assert_eq!(active.custody.len(), 2);
    assert_eq!(active.version, 4);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let mut service = Service::furnished();
    service.account(2, None);
    service.must(enter(7, Some(1)));
    service.must(enter(8, Some(2)));
    assert_eq!(service.code(attach(8, 1)), Code::OtherAccount);
    assert_eq!(service.code(attach(7, 9)), Code::NotFound);
    service.must(suspend_line(1));
    let refused = service.refusal(attach(7, 1));
    assert_eq!((refused.code, refused.because_of), (Code::LineSuspended, Some(LineId(ulid(1)).into())));
    assert!(refused.to_string().ends_with("is suspended: unpaid; resume the line first"), "{refused}");
    service.must(attach(7, 2));
    assert_eq!(service.code(attach(7, 1)), Code::StillAttached);
    assert_eq!(service.code(enter(7, Some(1))), Code::AlreadyExists);
    let mut doubled = entry(9, Some(1));
    doubled.hardware_key = "UT-00000007".parse().unwrap();
    assert_eq!(service.code(terminal(9, TerminalCommand::Enter { entry: doubled })), Code::KeyTaken);

    let refused = service.refusal(line(3, 1, 1, Surface::Sea));
    assert_eq!(refused.code, Code::PlanNotForSurface);
    assert!(refused.to_string().contains("it is for land"), "{refused}");
    service.must(Command::Plan { id: PlanId(ulid(1)), command: PlanCommand::Withdraw });
    assert_eq!(service.code(line(3, 1, 1, Surface::Land)), Code::PlanNotOffered);
    let disable = AccountCommand::Disable { reason: "fraud".to_owned() };
    service.must(Command::Account { id: AccountId(ulid(1)), command: disable });
    assert_eq!(service.code(line(3, 1, 2, Surface::Land)), Code::AccountDisabled);

    let mut elsewhere = line_spec(3, 2, 2, Surface::Land);
    elsewhere.address.territory = "Atlantis".to_owned();
    let create = LineCommand::Create { spec: elsewhere };
    let refused = service.refusal(Command::ServiceLine { id: LineId(ulid(3)), command: create });
    assert_eq!((refused.code, refused.field.as_deref()), (Code::NotFound, Some("address.territory")));
}

#[test]
fn nothing_is_closed_under_what_still_hangs_on_it() {
    let mut service = Service::furnished();
    service.must(enter(7, Some(1)));
    service.must(attach(7, 1));
    let close_line = Command::ServiceLine { id: LineId(ulid(1)), command: LineCommand::Close };
    assert_eq!(service.code(close_line.clone()), Code::InUse);
    let close_account = Command::Account { id: AccountId(ulid(1)), command: AccountCommand::Close };
    assert_eq!(service.code(close_account), Code::InUse);
    let update = PlanCommand::Update { spec: plan_spec("Land", [Surface::Air]) };
    assert_eq!(service.code(Command::Plan { id: PlanId(ulid(1)), command: update }), Code::InUse);
    service.must(by(7, Verb::Detach));
    service.must(close_line);
    assert_eq!(service.code(attach(7, 1)), Code::Closed);
}

#[test]
fn accounts_stay_a_tree() {
    let mut service = Service::furnished();
    for number in 2..=16 {
        service.account(number, Some(number - 1));
    }
    assert_eq!(service.code(account(17, Some(16))), Code::TooMany);
    let Command::Account { command: AccountCommand::Create { mut spec }, .. } = account(1, Some(9)) else {
        panic!("a creation");
    };
    let update = AccountCommand::Update { spec: spec.clone() };
    assert_eq!(service.code(Command::Account { id: AccountId(ulid(1)), command: update }), Code::Cycle);
    spec.parent = Some(AccountId(ulid(2)));
    let update = AccountCommand::Update { spec };
    assert_eq!(service.code(Command::Account { id: AccountId(ulid(2)), command: update }), Code::Cycle);
    // a tree with one level below may not come under the fifteenth
    service.account(20, None);
    service.account(21, Some(20));
    let Command::Account { command: AccountCommand::Create { spec }, .. } = account(20, Some(15)) else {
        panic!("a creation");
    };
    let update = AccountCommand::Update { spec };
    assert_eq!(service.code(Command::Account { id: AccountId(ulid(20)), command: update }), Code::TooMany);
}

#[test]
fn customers_see_and_touch_their_own_tree_only() {
    let mut service = Service::furnished();
    service.account(2, Some(1));
    service.account(3, None);
    service.must(enter(7, Some(2)));
    service.must(enter(8, Some(3)));
    service.actor = Actor { name: "customer".to_owned(), scope: Some(AccountId(ulid(1))) };
    service.must(account(4, Some(2)));
    assert_eq!(service.code(account(5, None)), Code::OutOfScope);
    assert_eq!(service.code(account(5, Some(3))), Code::NotFound);
    assert_eq!(service.code(by(8, Verb::ReportLost)), Code::NotFound);
    assert_eq!(service.code(attach(8, 1)), Code::NotFound);
    assert_eq!(service.code(enter(9, None)), Code::OutOfScope);
    assert_eq!(service.code(plan(5, "Mine", [Surface::Land])), Code::OutOfScope);
    let away = |number: u128, account: u128| {
        let account = AccountId(ulid(account));
        let reason = "given away".to_owned();
        terminal(number, TerminalCommand::Transfer { account, holders: Holders::default(), reason })
    };
    assert_eq!(service.code(away(7, 3)), Code::NotFound);
    service.must(away(7, 4));
    assert_eq!(service.terminal(7).custody.last().unwrap().reason, "given away");
}

#[test]
fn versions_keep_two_people_apart() {
    let mut service = Service::furnished();
    service.must(enter(7, Some(1)));
    let attach = attach(7, 1);
    for (expected, found) in
        [(0, "is at version 1, and version 0 was expected"), (2, "version 2 was expected")]
    {
        let Err(Stopped::Refused(refused)) = decide(&attach, Some(expected), &service.context()) else {
            panic!("a refusal");
        };
        assert_eq!(refused.code, Code::VersionConflict);
        assert!(refused.found.contains(found), "{refused}");
    }
    assert!(decide(&attach, Some(1), &service.context()).is_ok());
    assert!(decide(&enter(8, Some(1)), Some(0), &service.context()).is_ok());
    assert!(decide(&enter(8, Some(1)), Some(1), &service.context()).is_err());
}

#[test]
fn territories_are_pinned_and_have_names() {
    let mut service = Service::new();
    let code = |service: &mut Service, command| service.code(command);
    assert_eq!(code(&mut service, territory(1, "UA")), Code::Malformed);
    let Command::Territory { command: TerritoryCommand::Create { spec }, .. } = territory(1, "Crimea") else {
        panic!("a creation");
    };
    let mut changed = spec.clone();
    changed.definition.push(' ');
    let id = TerritoryId(ulid(1));
    let create = |spec| Command::Territory { id, command: TerritoryCommand::Create { spec } };
    assert_eq!(service.code(create(changed)), Code::HashMismatch);
    service.must(create(spec));
    assert_eq!(service.code(territory(2, "Crimea")), Code::NameTaken);
    service.must(Command::Territory { id, command: TerritoryCommand::Withdraw });
    service.must(territory(2, "Crimea"));
}

/// A caller with an asynchronous database decides, fetches what was missing, and decides again: few rounds, and the same events.
#[test]
fn what_is_fetched_step_by_step_decides_the_same() {
    let mut service = Service::furnished();
    service.must(enter(7, Some(1)));
    let everything = decide(&attach(7, 1), None, &service.context()).unwrap();
    let mut fetched = Fetched::default();
    let mut rounds = 0;
    let events = loop {
        rounds += 1;
        assert!(rounds < 10);
        let context = skyweave_control::decide::Context {
            view: &fetched,
            actor: &service.actor,
            now: NOON,
            rules: &service.rules,
        };
        let missing = match decide(&attach(7, 1), None, &context) {
            Ok(events) => break events,
            Err(Stopped::View(missing)) => missing,
            Err(Stopped::Refused(refused)) => panic!("{refused}"),
        };
        match missing {
            LookUp::Entity(id) => {
                let Ok(entity) = service.fleet.entity(id);
                fetched.add_entity(id, entity);
            }
            LookUp::TerminalWithKey(key) => {
                let Ok(id) = service.fleet.terminal_with_key(&key);
                fetched.add_terminal(key, id);
            }
            LookUp::Named(kind, name) => {
                let Ok(id) = service.fleet.named(kind, &name);
                fetched.add_named(kind, name, id);
            }
            LookUp::PartsOf(whole, kind) => {
                let Ok(parts) = service.fleet.parts_of(whole, kind);
                fetched.add_parts(whole, kind, parts);
            }
            LookUp::Foreseen(question) => panic!("nobody changes a list: {question:?}"),
        }
    };
    assert_eq!(events, everything);
}
