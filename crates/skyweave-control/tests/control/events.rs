//! Events as a file format: `docs/events.md` has one example of each, and every one of them is read, written and folded here.
//!
//! `SKYWEAVE_WRITE_DOCS=1 cargo test -p skyweave-control --test control events` writes the page anew.

use crate::support::{
    NOON, Service, account, attach, by, entry, line, line_spec, plan_spec, terminal, territory, ulid,
};
use skyweave_control::command::{
    AccountCommand, AppealCommand, BoundarySetCommand, Command, IncidentCommand, LineCommand,
    OrganizationCommand, PermitCommand, PlanCommand, ProtectedClassCommand, RegistryCommand,
    RestrictionCommand, TerminalCommand, TerritoryCommand,
};
use skyweave_control::entity::{
    BoundarySetSpec, Cause, EvidenceLevel, Finding, HardwareKey, Holders, ListKind, OrganizationSpec,
    Outcome, PositionEvidence, ProtectedClassSpec, Protection, RegistrySpec, RestrictionSpec, Surface, Verb,
};
use skyweave_control::event::Event;
use skyweave_control::fleet::allow_list::ListChange;
use skyweave_control::id::{
    AccountId, AppealId, BoundarySetId, EntityId, IncidentId, Kind, LineId, OrganizationId, PermitId, PlanId,
    ProtectedClassId, RegistryId, RestrictionId, TerminalId, TerritoryId,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

const PAGE: &str = "../../docs/events.md";

const INTRODUCTION: &str = "\
# Events

<!-- Made from crates/skyweave-control/tests/control/events.rs. Do not edit: change it there. -->

All that ever happened in the service is a list of events, and what the service keeps is what they add up to. A file of events has one JSON object
on each line, in the order in which they happened. Each has just these fields:

| field | meaning |
|---|---|
| `id` | what it happened to: the prefix of the kind, `_`, and 26 characters of Crockford's base 32 |
| `version` | the version that it makes of it: 1 for the first event of an entity, and one more for each that follows |
| `at_s` | when, in seconds since 1970-01-01 UTC |
| `actor` | who did it |
| `payload` | what happened: `type`, and `data` unless there is nothing more to say |

Names and units of fields are stable. A field, a kind or a type that a program does not know is an error and not skipped: it cannot
fold what it does not understand. Fields that are missing in an example and named in no other line are optional.

The server has events of two further kinds, of which nothing is folded and which `verify` passes over: `client` (`client.created`, `client.secret_rotated`,
`client.disabled`) and `webhook` (`webhook.created`, `webhook.changed`, `webhook.replayed`, `webhook.removed`). They say who let whom in, and who has events sent
where, without secrets and of an address only the host; [the API](api.md#events) gives them to operators.

| kind | prefix |
|---|---|
";

/// Everything happens once.
fn history() -> Vec<Event> {
    let mut service = Service::furnished();
    let organization = |command| Command::Organization { id: OrganizationId(ulid(2)), command };
    let spec = OrganizationSpec {
        name: "Relief East".to_owned(),
        contact: Some("duty desk, any hour".to_owned()),
        note: None,
    };
    service.must(organization(OrganizationCommand::Create { spec: spec.clone() }));
    let note = Some("moved to another town".to_owned());
    service.must(organization(OrganizationCommand::Update { spec: OrganizationSpec { note, ..spec } }));
    service.account(2, Some(1));
    let of_account = |command| Command::Account { id: AccountId(ulid(2)), command };
    let Command::Account { command: AccountCommand::Create { mut spec }, .. } = account(2, Some(1)) else {
        panic!("a creation");
    };
    "Field team".clone_into(&mut spec.name);
    service.must(of_account(AccountCommand::Update { spec }));
    service.must(of_account(AccountCommand::Disable { reason: "identity check is due".to_owned() }));
    service.must(of_account(AccountCommand::Enable));

    let of_plan = |command| Command::Plan { id: PlanId(ulid(3)), command };
    let mut spec = plan_spec("Relief", [Surface::Land]);
    spec.roaming.days = 60;
    spec.roaming.territories.insert("Odesa oblast".to_owned());
    service.must(of_plan(PlanCommand::Create { spec: spec.clone() }));
    spec.quota_bytes = Some(1_000_000_000_000);
    service.must(of_plan(PlanCommand::Update { spec }));
    service.must(of_plan(PlanCommand::Withdraw));

    service.must(line(3, 1, 1, Surface::Land));
    let of_line = |command| Command::ServiceLine { id: LineId(ulid(3)), command };
    service.must(of_line(LineCommand::Update { spec: line_spec(4, 1, 1, Surface::Land) }));
    service.must(of_line(LineCommand::Suspend { reason: "unpaid".to_owned() }));
    service.must(of_line(LineCommand::Resume));
    service.must(of_line(LineCommand::Close));

    terminals(&mut service);
    registries(&mut service);
    places(&mut service);
    incidents(&mut service);
    service.must(of_account(AccountCommand::Close));
    service.must(organization(OrganizationCommand::Close));
    service.log
}

fn terminals(service: &mut Service) {
    let mut new = entry(7, None);
    new.holders.donor = Some(OrganizationId(ulid(1)));
    new.tags.insert("kherson".to_owned());
    service.must(terminal(7, TerminalCommand::Enter { entry: new }));
    let holders = Holders { operator: Some(OrganizationId(ulid(2))), ..Holders::default() };
    service.must(terminal(7, TerminalCommand::Register { account: AccountId(ulid(1)), holders }));
    service.must(terminal(
        7,
        TerminalCommand::Describe {
            serial: Some("KIT000007".to_owned()),
            model: Some("standard".to_owned()),
            tags: BTreeSet::from(["kherson".to_owned()]),
            note: Some("cable replaced".to_owned()),
        },
    ));
    service.must(attach(7, 1));
    service.must(by(7, Verb::Activate));
    let holders = Holders { donor: Some(OrganizationId(ulid(1))), ..Holders::default() };
    let reason = "handed over at the depot".to_owned();
    service.must(terminal(7, TerminalCommand::Transfer { account: AccountId(ulid(1)), holders, reason }));
}

fn registries(service: &mut Service) {
    let of_registry = |command| Command::Registry { id: RegistryId(ulid(1)), command };
    let mut spec = RegistrySpec {
        name: "verified".to_owned(),
        list: ListKind::Allow,
        steward: OrganizationId(ulid(1)),
        evidence: EvidenceLevel::Claimed,
        expires_s: None,
    };
    let keys: BTreeSet<HardwareKey> =
        ["UT-00000007", "UT-00000008"].into_iter().map(|key| key.parse().unwrap()).collect();
    service.must(of_registry(RegistryCommand::Create { spec: spec.clone() }));
    spec.evidence = EvidenceLevel::Documented;
    spec.expires_s = Some(NOON.plus(90 * 86_400));
    service.must(of_registry(RegistryCommand::Update { spec }));
    service.must(of_registry(RegistryCommand::Add { keys, preview: None }));
    let keys = BTreeSet::from(["UT-00000008".parse().unwrap()]);
    service.must(of_registry(RegistryCommand::Remove { keys, preview: None }));
    let preview = Some(service.previewed(RegistryId(ulid(1)), ListChange::PutInForce));
    service.must(of_registry(RegistryCommand::PutInForce { preview }));
    let preview = Some(service.previewed(RegistryId(ulid(1)), ListChange::Lift));
    let reason = "another list takes its place".to_owned();
    service.must(of_registry(RegistryCommand::Lift { reason, preview }));
    service.must(of_registry(RegistryCommand::Withdraw));

    let of_class = |command| Command::ProtectedClass { id: ProtectedClassId(ulid(1)), command };
    let mut spec = ProtectedClassSpec {
        name: "Hospitals of the east".to_owned(),
        protection: Protection::Hospital,
        steward: OrganizationId(ulid(1)),
        expires_s: None,
    };
    let members = BTreeSet::from([EntityId::from(AccountId(ulid(2)))]);
    service.must(of_class(ProtectedClassCommand::Create { spec: spec.clone() }));
    spec.protection = Protection::Relief;
    service.must(of_class(ProtectedClassCommand::Update { spec }));
    service.must(of_class(ProtectedClassCommand::Admit { members: members.clone() }));
    service.must(of_class(ProtectedClassCommand::Remove { members }));
    service.must(of_class(ProtectedClassCommand::Dissolve));
}

fn places(service: &mut Service) {
    let of_set = |command| Command::BoundarySet { id: BoundarySetId(ulid(1)), command };
    let spec = BoundarySetSpec {
        dataset: "Natural Earth, admin 0 countries, 1:50m".to_owned(),
        release: "5.1.1".to_owned(),
        sha256: skyweave_control::decide::sha256_of("an example"),
        worldview: "of the United Nations".to_owned(),
        key: Some("NAME_LONG".to_owned()),
        source: "https://www.naturalearthdata.com".to_owned(),
        licence: Some("public domain".to_owned()),
    };
    service.must(of_set(BoundarySetCommand::Create { spec }));
    service.must(of_set(BoundarySetCommand::Withdraw));
    let of_territory = |command| Command::Territory { id: TerritoryId(ulid(2)), command };
    let Command::Territory { command: TerritoryCommand::Create { mut spec }, .. } = territory(2, "Crimea")
    else {
        panic!("a creation");
    };
    service.must(of_territory(TerritoryCommand::Create { spec: spec.clone() }));
    spec.disputed = true;
    spec.valid_until_s = Some(NOON.plus(365 * 86_400));
    service.must(of_territory(TerritoryCommand::Update { spec }));
    service.must(of_territory(TerritoryCommand::Withdraw));
    let of_restriction = |command| Command::Restriction { id: RestrictionId(ulid(1)), command };
    let mut spec = RestrictionSpec {
        name: "crimea.cedar".to_owned(),
        text: "@reason(\"BLOCKED_AREA\")\nforbid(principal, action, resource);\n".to_owned(),
        note: None,
    };
    service.must(of_restriction(RestrictionCommand::Create { spec: spec.clone() }));
    spec.note = Some("asked for on paper 12/2026".to_owned());
    service.must(of_restriction(RestrictionCommand::Update { spec }));
    service.must(of_restriction(RestrictionCommand::Enable));
    service.must(of_restriction(RestrictionCommand::Disable));
    service.must(of_restriction(RestrictionCommand::Withdraw));
}

fn incidents(service: &mut Service) {
    let finding = Finding {
        cause: Cause::Roaming,
        since_s: NOON.plus(-90_000),
        until_s: NOON,
        looks: 25,
        evidence: PositionEvidence::NetworkRanging,
        outside_65536: 65_211,
        latitude_e7: 465_100_000,
        longitude_e7: 341_200_000,
        error_m: 1_500,
    };
    let of_incident = |command| Command::Incident { id: IncidentId(ulid(1)), command };
    let terminal = TerminalId(ulid(7));
    service.must(of_incident(IncidentCommand::Open { terminal, finding: finding.clone() }));
    let graver = Finding { cause: Cause::Diverted, looks: 130, ..finding };
    service.must(of_incident(IncidentCommand::Find { finding: graver }));
    service.must(of_incident(IncidentCommand::Acknowledge { note: Some("asked its holder".to_owned()) }));
    service
        .must(of_incident(IncidentCommand::ApproveCut { reason: "its holder does not have it".to_owned() }));
    service.must(of_incident(IncidentCommand::Advance));
    for (number, upheld) in [(1, Some(false)), (2, None)] {
        let of_appeal = |command| Command::Appeal { id: AppealId(ulid(number)), command };
        "holder".clone_into(&mut service.actor.name);
        service.must(of_appeal(AppealCommand::Lodge {
            incident: IncidentId(ulid(1)),
            statement: "we work beyond the river by order".to_owned(),
            permit: PermitId(ulid(number)),
        }));
        "tests".clone_into(&mut service.actor.name);
        service.must(of_appeal(match upheld {
            Some(upheld) => AppealCommand::Decide { upheld, reason: "no order was shown".to_owned() },
            None => AppealCommand::Withdraw,
        }));
    }
    let of_permit = |command| Command::Permit { id: PermitId(ulid(3)), command };
    let reason = "evacuation".to_owned();
    service.must(of_permit(PermitCommand::Grant { terminal, until_s: NOON.plus(86_400), reason }));
    service.must(of_permit(PermitCommand::Extend { until_s: NOON.plus(2 * 86_400) }));
    service.must(of_permit(PermitCommand::End { reason: "all are safe".to_owned() }));
    service.must(of_incident(IncidentCommand::Close { outcome: Outcome::Confirmed, note: None }));
}

fn page(events: &[Event]) -> String {
    let mut text = INTRODUCTION.to_owned();
    for kind in Kind::ALL {
        writeln!(text, "| {kind} | `{}_` |", kind.prefix()).unwrap();
    }
    let mut seen = BTreeSet::new();
    for kind in Kind::ALL {
        write!(text, "\n## {}\n\n```json\n", kind.name().replace('_', " ")).unwrap();
        for event in events.iter().filter(|event| event.kind() == *kind) {
            if seen.insert(event.type_name()) {
                writeln!(text, "{}", serde_json::to_string(event).unwrap()).unwrap();
            }
        }
        text.push_str("```\n");
    }
    text
}

/// Every type that the code knows, as an error about one that it does not know lists them.
fn known_types(kind: Kind) -> BTreeSet<String> {
    let id = EntityId { kind, ulid: ulid(1) };
    let json =
        format!(r#"{{"id":"{id}","version":1,"at_s":0,"actor":"x","payload":{{"type":"unheard of"}}}}"#);
    let error = serde_json::from_str::<Event>(&json).unwrap_err().to_string();
    let listed = error.split('`').skip(3).step_by(2);
    listed.map(str::to_owned).collect()
}

#[test]
fn the_page_has_an_example_of_each_and_all_are_read() {
    let written = page(&history());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    if std::env::var_os("SKYWEAVE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == written, "docs/events.md is not up to date: SKYWEAVE_WRITE_DOCS=1 writes it anew");

    let mut types: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("{\"id\"")) {
        let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(serde_json::to_string(&event).unwrap(), line);
        assert!(event.type_name().starts_with(&format!("{}.", event.kind())), "{line}");
        types.entry(event.kind()).or_default().insert(event.type_name());
    }
    for kind in Kind::ALL {
        assert_eq!(types[kind], known_types(*kind), "{kind}");
    }
}

#[test]
fn what_is_unknown_is_refused() {
    let events = history();
    for event in &events {
        let text = serde_json::to_string(event).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["surprise"] = 1.into();
        assert!(serde_json::from_value::<Event>(value.clone()).is_err(), "{text}");
        let object = value.as_object_mut().unwrap();
        object.remove("surprise");
        object["payload"]["surprise"] = 1.into();
        assert!(serde_json::from_value::<Event>(value.clone()).is_err(), "{text}");
        let payload = value["payload"].as_object_mut().unwrap();
        payload.remove("surprise");
        if let Some(data) = payload.get_mut("data") {
            data["surprise"] = 1.into();
            assert!(serde_json::from_value::<Event>(value.clone()).is_err(), "{text}");
        }
        // another kind's id does not carry this kind's payload
        let other = if event.kind() == Kind::Plan { "acc" } else { "plan" };
        let (_, ulid) = value["id"].as_str().unwrap().split_once('_').unwrap();
        let moved = format!("{other}_{ulid}");
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["id"] = moved.into();
        assert!(serde_json::from_value::<Event>(value).is_err(), "{text}");
    }
}
