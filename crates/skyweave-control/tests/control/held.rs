//! What the service took from a tenant the tenant does not give back to itself, in one step or in several.

use crate::support::{NOON, Service, account, attach, by, enter, line, line_spec, terminal, territory, ulid};
use skyweave_control::command::{
    AccountCommand, Actor, Command, IncidentCommand, LineCommand, TerminalCommand,
};
use skyweave_control::entity::{Cause, Finding, Holders, Outcome, PositionEvidence, Surface, Verb};
use skyweave_control::id::{AccountId, EntityId, IncidentId, LineId, TerminalId};
use skyweave_control::refused::Code;

fn tenant() -> Actor {
    Actor { name: "tenant".to_owned(), scope: Some(AccountId(ulid(1))) }
}

fn the_service() -> Actor {
    Actor::of_the_service("tests")
}

fn suspend(number: u128) -> Command {
    let command = LineCommand::Suspend { reason: "fraud".to_owned() };
    Command::ServiceLine { id: LineId(ulid(number)), command }
}

fn transfer(number: u128, account: u128) -> Command {
    let (account, holders) = (AccountId(ulid(account)), Holders::default());
    terminal(number, TerminalCommand::Transfer { account, holders, reason: "to the main depot".to_owned() })
}

#[test]
fn a_terminal_stays_on_a_line_that_the_service_suspended() {
    let mut service = Service::furnished();
    for (number, line) in [(1, 1), (2, 2)] {
        service.must(enter(number, Some(1)));
        service.must(attach(number, line));
    }
    service.must(suspend(1));
    service.actor = tenant();
    service.must(suspend(2));
    let refused = service.refusal(by(1, Verb::Detach));
    let held = EntityId::from(LineId(ulid(1)));
    assert_eq!((refused.code, refused.because_of), (Code::OutOfScope, Some(held)));
    assert!(refused.to_string().contains("the service made it so: fraud"), "{refused}");
    service.must(by(1, Verb::ReportLost));
    assert_eq!(service.code(by(1, Verb::Detach)), Code::OutOfScope);
    // its own suspension is its own affair
    service.must(by(2, Verb::Detach));
    service.must(line(3, 1, 1, Surface::Land));
    service.must(attach(2, 3));
    service.actor = the_service();
    service.must(by(1, Verb::Detach));
}

#[test]
fn nothing_leaves_an_account_that_the_service_disabled() {
    let mut service = Service::furnished();
    service.account(2, Some(1));
    service.account(3, Some(2));
    service.account(4, Some(1));
    for (number, account) in [(1, 2), (2, 3), (3, 4)] {
        service.must(enter(number, Some(account)));
    }
    let disable = |number: u128| {
        let command = AccountCommand::Disable { reason: "fraud".to_owned() };
        Command::Account { id: AccountId(ulid(number)), command }
    };
    service.must(disable(2));
    service.actor = tenant();
    service.must(disable(4));
    let held = EntityId::from(AccountId(ulid(2)));
    let Command::Account { id, command: AccountCommand::Create { spec } } = account(3, Some(1)) else {
        panic!("a creation");
    };
    let moved = Command::Account { id, command: AccountCommand::Update { spec } };
    for command in
        [transfer(1, 1), by(1, Verb::Unregister), transfer(2, 1), by(2, Verb::Unregister), moved.clone()]
    {
        let refused = service.refusal(command);
        assert_eq!((refused.code, refused.because_of), (Code::OutOfScope, Some(held)), "{refused}");
    }
    // what the tenant disabled it takes out again
    service.must(transfer(3, 1));
    service.actor = the_service();
    service.must(transfer(1, 1));
    service.must(moved);
}

#[test]
fn what_a_holder_took_away_the_service_neither_takes_over_nor_gives_back() {
    let mut service = Service::furnished();
    service.account(2, Some(1));
    let line = |command| Command::ServiceLine { id: LineId(ulid(1)), command };
    let account = |command| Command::Account { id: AccountId(ulid(2)), command };
    let reason = |text: &str| text.to_owned();
    let both = [
        (line(LineCommand::Suspend { reason: reason("rebuilding") }), line(LineCommand::Resume)),
        (account(AccountCommand::Disable { reason: reason("rebuilding") }), account(AccountCommand::Enable)),
    ];
    let states = |service: &Service| {
        let [line, account] = [LineId(ulid(1)).into(), AccountId(ulid(2)).into()].map(|id: EntityId| {
            let said = serde_json::to_value(service.get(id)).unwrap();
            (said["state"] == "active" || said["state"] == "open", said["by_the_service"] == true)
        });
        assert_eq!(line, account);
        line
    };
    let mut all = |who: Actor, undo: bool| -> (Option<Code>, (bool, bool)) {
        service.actor = who;
        let codes = both.clone().map(|(take, give)| {
            service.ask(if undo { &give } else { &take }).err().map(|refused| refused.code)
        });
        assert_eq!(codes[0], codes[1]);
        (codes[0], states(&service))
    };
    // the holder first, and the service over it
    assert_eq!(all(tenant(), false), (None, (false, false)));
    assert_eq!(all(tenant(), false), (Some(Code::WrongState), (false, false)));
    assert_eq!(all(the_service(), true), (Some(Code::WrongState), (false, false)));
    assert_eq!(all(the_service(), false), (None, (false, true)));
    assert_eq!(all(the_service(), false).0, Some(Code::WrongState));
    assert_eq!(all(tenant(), true), (Some(Code::OutOfScope), (false, true)));
    assert_eq!(all(the_service(), true), (None, (false, false)));
    assert_eq!(all(tenant(), true), (None, (true, false)));
    // the service first
    assert_eq!(all(the_service(), false), (None, (false, true)));
    assert_eq!(all(tenant(), false), (None, (false, true)));
    assert_eq!(all(the_service(), true), (None, (false, false)));
    assert_eq!(all(the_service(), true).0, Some(Code::WrongState));
    assert_eq!(all(tenant(), true), (None, (true, false)));
}

fn incident(command: IncidentCommand) -> Command {
    Command::Incident { id: IncidentId(ulid(1)), command }
}

fn seen(cause: Cause) -> Finding {
    Finding {
        cause,
        since_s: NOON,
        until_s: NOON,
        looks: 100,
        evidence: PositionEvidence::NetworkRanging,
        outside_65536: 65_536,
        latitude_e7: 0,
        longitude_e7: 0,
        error_m: 1_000,
    }
}

/// Another name and territory for line 1.
fn elsewhere(name: &str, territory: &str) -> Command {
    let mut spec = line_spec(1, 1, 1, Surface::Land);
    name.clone_into(&mut spec.name);
    territory.clone_into(&mut spec.address.territory);
    Command::ServiceLine { id: LineId(ulid(1)), command: LineCommand::Update { spec } }
}

#[test]
fn a_diverted_terminal_does_not_come_home_because_home_is_moved() {
    let mut service = Service::furnished();
    service.must(territory(2, "Crimea"));
    service.must(enter(1, Some(1)));
    service.must(attach(1, 1));
    let open = IncidentCommand::Open { terminal: TerminalId(ulid(1)), finding: seen(Cause::Roaming) };
    service.must(incident(open));
    service.actor = tenant();
    // whoever is merely away may have moved
    service.must(elsewhere("Moved", "Crimea"));
    service.must(elsewhere("Back", "Kherson oblast"));
    service.actor = the_service();
    service.must(incident(IncidentCommand::Find { finding: seen(Cause::Diverted) }));
    service.actor = tenant();
    let refused = service.refusal(elsewhere("Moved", "Crimea"));
    let open = EntityId::from(IncidentId(ulid(1)));
    assert_eq!((refused.code, refused.because_of), (Code::OutOfScope, Some(open)));
    service.must(elsewhere("Renamed", "Kherson oblast"));
    // nor on another line
    service.must(by(1, Verb::Detach));
    service.must(elsewhere("Moved", "Crimea"));
    assert_eq!(service.code(attach(1, 1)), Code::OutOfScope);
    service.actor = the_service();
    service.must(attach(1, 1));
    service.must(elsewhere("Moved by the service", "Kherson oblast"));
    service.must(incident(IncidentCommand::Close { outcome: Outcome::Allowed, note: None }));
    service.actor = tenant();
    service.must(elsewhere("Moved", "Crimea"));
}

#[test]
fn a_line_of_more_terminals_than_are_looked_at_is_moved_by_the_service() {
    let mut service = Service::furnished();
    service.must(territory(2, "Crimea"));
    for number in 1..=100 {
        service.must(enter(number, Some(1)));
        service.must(attach(number, 1));
    }
    service.actor = tenant();
    service.must(elsewhere("Renamed", "Kherson oblast"));
    assert_eq!(service.code(elsewhere("Moved", "Crimea")), Code::OutOfScope);
    service.actor = the_service();
    service.must(elsewhere("Moved", "Crimea"));
}
