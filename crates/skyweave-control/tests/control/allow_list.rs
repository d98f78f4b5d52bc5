//! An allow list takes effect: 15,000 terminals, 1 % of the rightful ones missing from the list. The preview names them before.
//!
//! `skyweave rehearse scenarios/fleet/allow-list.toml` prints what it finds.

use crate::support::{NOON, Service, entry, terminal, ulid};
use skyweave_control::command::{Command, RegistryCommand, TerminalCommand};
use skyweave_control::entity::{
    Entry, EvidenceLevel, HardwareKey, ListKind, Previewed, RegistryChange, RegistrySpec,
};
use skyweave_control::fleet::allow_list::{Candidate, ListChange, Sign, preview};
use skyweave_control::fleet::rehearsal::allow_list::{foresee, previewed};
use skyweave_control::fleet::synthetic::{Member, Truth, Truths, listed_fleet};
use skyweave_control::id::{LineId, OrganizationId, RegistryId};
use skyweave_control::refused::Code;
use std::collections::BTreeSet;

const SEED: u64 = 0x2026_1122;

#[test]
fn the_rightful_who_are_missing_are_named() {
    let fleet = listed_fleet(SEED, &Truths::default());
    let began = std::time::Instant::now();
    let preview = previewed(&fleet);
    let took = began.elapsed();
    let foreseen = foresee(&fleet, &preview);
    println!("{foreseen:#?}\n{took:.1?}");
    let put = |truth: Truth| foreseen.truths[&truth];
    let lost = preview.mistakes.len() + preview.doubtful.len() + preview.losses.len();
    assert_eq!(preview.served, preview.keep + lost);
    let missing: usize =
        Truth::ALL.iter().filter(|truth| truth.is_missing()).map(|truth| put(*truth).terminals).sum();
    let wrongful = put(Truth::Wrongful).terminals;
    assert_eq!(lost, missing + wrongful, "everybody who would lose service is listed by name");
    assert_eq!((foreseen.missing, foreseen.lost_by_mistake.terminals), (missing, missing));
    assert!(foreseen.precision > Some(0.95) && foreseen.recall > Some(0.75));
    assert_eq!(put(Truth::Mistyped).named, 45, "every mistyped one is named");
    assert!(put(Truth::Forgotten).named >= 72, "hardly a forgotten one is not named");
    let unnamed: usize =
        Truth::ALL.iter().filter(|truth| truth.is_missing()).map(|truth| put(*truth).others).sum();
    assert!(unnamed <= 8, "{unnamed} rightful ones are neither named nor to be looked at");
    assert!(preview.mistakes_by_account.values().sum::<usize>() == preview.mistakes.len());
    // every mistyped key points at the terminal that is meant, with a sign
    // (some slips give the key of another terminal, and so are not unknown)
    assert!(foreseen.unknown_keys >= 40 && foreseen.unknown_keys_with_meaning == foreseen.unknown_keys);
    let slips =
        preview.mistakes.iter().filter(|loss| loss.signs.iter().any(|s| matches!(s, Sign::Slip { .. })));
    let slips = slips.count();
    assert!(slips >= preview.unknown.len());
    let signed = foreseen.signs["slip"];
    assert_eq!(signed.rightful + signed.wrongful, slips);
}

#[test]
fn a_deny_list_is_looked_at_the_same_way() {
    let mut fleet = listed_fleet(SEED, &Truths::default());
    // somebody denies the wrongful ones, and a rightful one by a slip
    let key = |member: &Member| member.terminal.hardware_key.clone();
    let rightful = fleet.terminals.iter().find(|member| member.truth == Truth::Listed && member.used_h > 100);
    let rightful = key(rightful.unwrap());
    let wrongful = fleet.terminals.iter().filter(|member| member.truth == Truth::Wrongful);
    fleet.list = wrongful.map(key).chain([rightful.clone()]).collect();
    let candidates: Vec<Candidate<'_>> = fleet.terminals.iter().map(Member::candidate).collect();
    let preview = preview(ListKind::Deny, &fleet.list, &candidates);
    let named: Vec<&HardwareKey> = preview.mistakes.iter().map(|loss| &loss.hardware_key).collect();
    assert_eq!(named, [&rightful]);
}

fn keys(of: &[&str]) -> BTreeSet<HardwareKey> {
    of.iter().map(|key| key.parse().unwrap()).collect()
}

/// A terminal on a line, `UT-1` if it is number 1.
fn served(service: &mut Service, number: u128) {
    let hardware_key = format!("UT-{number}").parse().unwrap();
    let entry = Entry { hardware_key, line: Some(LineId(ulid(1))), ..entry(number, Some(1)) };
    service.must(terminal(number, TerminalCommand::Enter { entry }));
}

/// A service with the terminals UT-1 to UT-3 on a line, and the lists `verified` (allow, 1) and `stolen` (deny, 2).
fn listed() -> Service {
    let mut service = Service::furnished();
    for number in 1..4 {
        served(&mut service, number);
    }
    for (number, name, list) in [(1, "verified", ListKind::Allow), (2, "stolen", ListKind::Deny)] {
        let spec = RegistrySpec {
            name: name.to_owned(),
            list,
            steward: OrganizationId(ulid(1)),
            evidence: EvidenceLevel::Documented,
            expires_s: Some(NOON.plus(86_400)),
        };
        service.must(Command::Registry {
            id: RegistryId(ulid(number)),
            command: RegistryCommand::Create { spec },
        });
    }
    service
}

/// A change as a command, with a preview or without.
fn command(change: &ListChange, preview: Option<Previewed>) -> RegistryCommand {
    match change.clone() {
        ListChange::PutInForce => RegistryCommand::PutInForce { preview },
        ListChange::Lift => RegistryCommand::Lift { reason: "it is over".to_owned(), preview },
        ListChange::Add { keys } => RegistryCommand::Add { keys, preview },
        ListChange::Remove { keys } => RegistryCommand::Remove { keys, preview },
    }
}

#[test]
fn what_may_cut_somebody_off_needs_the_preview_of_exactly_that() {
    let [allow, deny] = [1, 2].map(|number| RegistryId(ulid(number)));
    let add = |of: &[&str]| ListChange::Add { keys: keys(of) };
    let remove = |of: &[&str]| ListChange::Remove { keys: keys(of) };
    // in this order: whether it needs a preview, and how many would lose service
    let story = [
        (allow, add(&["UT-1", "UT-2"]), None),
        (allow, remove(&["UT-2"]), None),
        (allow, add(&["UT-2"]), None),
        (allow, ListChange::PutInForce, Some(1)),
        (allow, add(&["UT-3"]), None),
        (allow, remove(&["UT-1", "UT-9"]), Some(1)),
        (deny, add(&["UT-3"]), None),
        (deny, ListChange::PutInForce, Some(1)),
        (deny, add(&["UT-1", "UT-2"]), Some(2)),
        (deny, remove(&["UT-1"]), None),
        (deny, ListChange::Lift, None),
        (allow, ListChange::Lift, Some(2)),
        (allow, remove(&["UT-2"]), None),
    ];
    let mut service = listed();
    for (id, change, needed) in story {
        let ask = |preview| Command::Registry { id, command: command(&change, preview) };
        if let Some(lost) = needed {
            let refused = service.refusal(ask(None));
            assert_eq!((refused.code, refused.field.as_deref()), (Code::StalePreview, Some("preview")));
            // neither the preview of another change, nor that of another list
            let another = if id == allow { deny } else { allow };
            for (of, other) in [(id, add(&["UT-8"])), (id, remove(&["UT-3"])), (another, change.clone())] {
                let preview = service.previewed(of, other);
                let refused = service.refusal(ask(Some(preview)));
                assert_eq!(refused.code, Code::StalePreview, "{change:?}");
                assert!(refused.found.contains(&format!("now {lost} would lose service")), "{refused}");
            }
        }
        let preview = needed.map(|_| service.previewed(id, change.clone()));
        service.must(ask(preview));
        let foreseen = service.log.last().unwrap();
        let told = serde_json::to_value(foreseen).unwrap()["payload"]["data"]["foreseen"]["lost"].as_u64();
        assert_eq!(told, needed, "{change:?}");
    }
}

#[test]
fn a_preview_is_of_what_is_now() {
    let id = RegistryId(ulid(1));
    let ask = |command| Command::Registry { id, command };
    let mut service = listed();
    service.must(ask(RegistryCommand::Add { keys: keys(&["UT-1", "UT-2"]), preview: None }));
    let force = ListChange::PutInForce;
    let early = service.previewed(id, force.clone());
    // another terminal would lose service by now
    served(&mut service, 4);
    assert_eq!(service.code(ask(command(&force, Some(early.clone())))), Code::StalePreview);
    // the list is another one
    let early = service.previewed(id, force.clone());
    service.must(ask(RegistryCommand::Add { keys: keys(&["UT-5"]), preview: None }));
    assert_eq!(service.code(ask(command(&force, Some(early)))), Code::StalePreview);
    for (sha256, terminals, field) in
        [("7", "home=x", "preview.sha256"), (&"7".repeat(64), "nonsense=x", "preview.terminals")]
    {
        let preview =
            Previewed { sha256: sha256.to_owned(), terminals: BTreeSet::from([terminals.to_owned()]) };
        let refused = service.refusal(ask(command(&force, Some(preview))));
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Malformed, Some(field)));
    }
    service.now = NOON.plus(86_400);
    let late = service.previewed(id, force.clone());
    assert_eq!(service.code(ask(command(&force, Some(late)))), Code::Malformed);
}

#[test]
fn events_of_early_versions_stay_readable() {
    for early in [
        r#"{"type":"registry.put_in_force","data":{"lost_by_mistake":3}}"#,
        r#"{"type":"registry.lifted","data":{"reason":"it is over"}}"#,
        r#"{"type":"registry.added","data":{"keys":["UT-1"]}}"#,
        r#"{"type":"registry.removed","data":{"keys":["UT-1"]}}"#,
    ] {
        let change: RegistryChange = serde_json::from_str(early).unwrap();
        assert_eq!(serde_json::to_string(&change).unwrap(), early);
    }
}
