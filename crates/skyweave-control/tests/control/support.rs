//! A small service for tests: ids by number, commands in a row, and the log of everything.

use skyweave_control::command::{
    AccountCommand, Actor, Command, LineCommand, OrganizationCommand, PlanCommand, TerminalCommand,
    TerritoryCommand,
};
use skyweave_control::decide::{Context, Stopped, decide, sha256_of};
use skyweave_control::enforcement::Rules;
use skyweave_control::entity::{
    AccountSpec, AnyEntity, Entry, Holders, LineSpec, OrganizationSpec, PlanSpec, Previewed, Roaming,
    ServiceAddress, Surface, TerritorySpec,
};
use skyweave_control::event::Event;
use skyweave_control::fleet::allow_list::{Foreseeing, ListChange};
use skyweave_control::id::{
    AccountId, EntityId, LineId, OrganizationId, PlanId, RegistryId, TerminalId, TerritoryId, Ulid,
};
use skyweave_control::refused::{Code, Refused};
use skyweave_control::time::UnixSeconds;
use skyweave_control::view::{Fleet, View};
use std::collections::BTreeSet;

pub const NOON: UnixSeconds = UnixSeconds(1_795_348_800);

pub fn ulid(number: u128) -> Ulid {
    Ulid::from_bits(0x0193_5f3c_0000_0000_0000_0000_0000_0000 + number)
}

/// A service whose log is kept.
pub struct Service {
    pub fleet: Fleet,
    pub log: Vec<Event>,
    pub actor: Actor,
    pub now: UnixSeconds,
    pub rules: Rules,
}

impl Service {
    pub fn new() -> Self {
        let actor = Actor::of_the_service("tests");
        Self { fleet: Fleet::default(), log: Vec::new(), actor, now: NOON, rules: Rules::default() }
    }

    /// With organization 1, account 1, a plan for land (1) and one for the sea too (2), the territory `Kherson oblast`, and a line for each plan.
    pub fn furnished() -> Self {
        let mut service = Self::new();
        service.organization(1, "Donor");
        service.account(1, None);
        service.must(plan(1, "Land", [Surface::Land]));
        service.must(plan(2, "Sea", [Surface::Land, Surface::Sea]));
        service.must(territory(1, "Kherson oblast"));
        service.must(line(1, 1, 1, Surface::Land));
        service.must(line(2, 1, 2, Surface::Sea));
        service
    }

    pub fn context(&self) -> Context<'_, Fleet> {
        Context { view: &self.fleet, actor: &self.actor, now: self.now, rules: &self.rules }
    }

    pub fn ask(&mut self, command: &Command) -> Result<Vec<Event>, Refused> {
        let events = match decide(command, None, &self.context()) {
            Ok(events) => events,
            Err(Stopped::Refused(refused)) => return Err(refused),
            Err(Stopped::View(never)) => match never {},
        };
        self.store(&events);
        Ok(events)
    }

    pub fn store(&mut self, events: &[Event]) {
        for event in events {
            self.fleet.apply(event).unwrap();
            self.log.push(event.clone());
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "commands are made where they are asked for")]
    pub fn must(&mut self, command: Command) {
        self.ask(&command).unwrap_or_else(|refused| panic!("{refused}: {command:?}"));
    }

    #[expect(clippy::needless_pass_by_value, reason = "commands are made where they are asked for")]
    pub fn refusal(&mut self, command: Command) -> Refused {
        self.ask(&command).expect_err("a refusal")
    }

    pub fn code(&mut self, command: Command) -> Code {
        self.refusal(command).code
    }

    /// The preview of a change to a list as it is now.
    pub fn previewed(&self, registry: RegistryId, change: ListChange) -> Previewed {
        let version = self.get(registry).version();
        let question = Foreseeing { registry, version, change, terminals: BTreeSet::new() };
        let Ok(foreseen) = self.fleet.foreseen(&question);
        Previewed { sha256: foreseen.sha256, terminals: BTreeSet::new() }
    }

    pub fn get(&self, id: impl Into<EntityId>) -> AnyEntity {
        let Ok(entity) = self.fleet.entity(id.into());
        entity.expect("an entity")
    }

    pub fn terminal(&self, number: u128) -> skyweave_control::entity::Terminal {
        match self.get(TerminalId(ulid(number))) {
            AnyEntity::Terminal(terminal) => terminal,
            other => panic!("{other:?}"),
        }
    }

    pub fn organization(&mut self, number: u128, name: &str) {
        let spec = OrganizationSpec { name: name.to_owned(), contact: None, note: None };
        let command = OrganizationCommand::Create { spec };
        self.must(Command::Organization { id: OrganizationId(ulid(number)), command });
    }

    pub fn account(&mut self, number: u128, parent: Option<u128>) {
        self.must(account(number, parent));
    }
}

pub fn account(number: u128, parent: Option<u128>) -> Command {
    let spec = AccountSpec {
        name: format!("Account {number}"),
        organization: OrganizationId(ulid(1)),
        parent: parent.map(|parent| AccountId(ulid(parent))),
    };
    Command::Account { id: AccountId(ulid(number)), command: AccountCommand::Create { spec } }
}

pub fn plan_spec(name: &str, surfaces: impl IntoIterator<Item = Surface>) -> PlanSpec {
    PlanSpec {
        name: name.to_owned(),
        down_kbit_s: 100_000,
        up_kbit_s: 20_000,
        priority: 3,
        quota_bytes: None,
        surfaces: surfaces.into_iter().collect(),
        in_motion_limit_cm_s: Some(0),
        roaming: Roaming { days: 0, territories: BTreeSet::new() },
    }
}

pub fn plan(number: u128, name: &str, surfaces: impl IntoIterator<Item = Surface>) -> Command {
    let spec = plan_spec(name, surfaces);
    Command::Plan { id: PlanId(ulid(number)), command: PlanCommand::Create { spec } }
}

pub fn territory(number: u128, name: &str) -> Command {
    let definition = r#"{"polygons": []}"#.to_owned();
    let spec = TerritorySpec {
        name: name.to_owned(),
        definition_sha256: sha256_of(&definition),
        definition,
        boundary_set: None,
        valid_from_s: UnixSeconds(0),
        valid_until_s: None,
        disputed: false,
        front_line: true,
    };
    Command::Territory { id: TerritoryId(ulid(number)), command: TerritoryCommand::Create { spec } }
}

pub fn line_spec(number: u128, account: u128, plan: u128, surface: Surface) -> LineSpec {
    LineSpec {
        name: format!("Line {number}"),
        account: AccountId(ulid(account)),
        plan: PlanId(ulid(plan)),
        address: ServiceAddress {
            latitude_e7: 466_354_000,
            longitude_e7: 326_169_000,
            territory: "Kherson oblast".to_owned(),
            text: None,
        },
        surface,
    }
}

pub fn line(number: u128, account: u128, plan: u128, surface: Surface) -> Command {
    let spec = line_spec(number, account, plan, surface);
    Command::ServiceLine { id: LineId(ulid(number)), command: LineCommand::Create { spec } }
}

pub fn entry(number: u128, account: Option<u128>) -> Entry {
    Entry {
        hardware_key: format!("UT-{number:08}").parse().unwrap(),
        serial: Some(format!("KIT{number:06}")),
        model: None,
        account: account.map(|account| AccountId(ulid(account))),
        line: None,
        holders: Holders::default(),
        tags: BTreeSet::new(),
        note: None,
    }
}

pub fn terminal(number: u128, command: TerminalCommand) -> Command {
    Command::Terminal { id: TerminalId(ulid(number)), command }
}

pub fn enter(number: u128, account: Option<u128>) -> Command {
    terminal(number, TerminalCommand::Enter { entry: entry(number, account) })
}

pub fn attach(number: u128, line: u128) -> Command {
    terminal(number, TerminalCommand::Attach { line: LineId(ulid(line)) })
}

pub fn by(number: u128, verb: skyweave_control::entity::Verb) -> Command {
    let reason = Some("a test".to_owned());
    terminal(number, TerminalCommand::Move { verb, reason, incident: None })
}
