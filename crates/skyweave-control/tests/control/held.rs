//! What the service took from a tenant the tenant does not give back to itself, in one step or in several.

use crate::support::{Service, account, attach, by, enter, line, line_spec, terminal, ulid};
use skyweave_control::command::{AccountCommand, Actor, Command, LineCommand, TerminalCommand};
use skyweave_control::entity::{Holders, Surface, Verb};
use skyweave_control::id::{AccountId, EntityId, LineId};
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
    for command in [transfer(1, 1), by(1, Verb::Unregister), transfer(2, 1), by(2, Verb::Unregister), moved.clone()] {
        let refused = service.refusal(command);
        assert_eq!((refused.code, refused.because_of), (Code::OutOfScope, Some(held)), "{refused}");
    }
    // what the tenant disabled it takes out again
    service.must(transfer(3, 1));
    service.actor = the_service();
    service.must(transfer(1, 1));
    service.must(moved);
}
