//! An allow list takes effect: 15,000 terminals, 1 % of the rightful ones missing from the list. The preview names them before.
//!
//! `skyweave rehearse scenarios/fleet/allow-list.toml` prints what it finds.

use crate::support::{NOON, Service, ulid};
use skyweave_control::command::{Command, RegistryCommand};
use skyweave_control::entity::{EvidenceLevel, HardwareKey, ListKind, RegistrySpec};
use skyweave_control::fleet::allow_list::{Candidate, Sign, preview};
use skyweave_control::fleet::rehearsal::allow_list::{foresee, previewed};
use skyweave_control::fleet::synthetic::{Member, Truth, Truths, listed_fleet};
use skyweave_control::id::{OrganizationId, RegistryId};
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

#[test]
fn a_list_takes_effect_only_after_its_preview() {
    let mut service = Service::furnished();
    let id = RegistryId(ulid(1));
    let ask = |command| Command::Registry { id, command };
    let spec = RegistrySpec {
        name: "verified".to_owned(),
        list: ListKind::Allow,
        steward: OrganizationId(ulid(1)),
        evidence: EvidenceLevel::Documented,
        expires_s: Some(NOON.plus(86_400)),
    };
    service.must(ask(RegistryCommand::Create { spec }));
    let keys: BTreeSet<HardwareKey> = ["UT-1", "UT-2"].into_iter().map(|key| key.parse().unwrap()).collect();
    service.must(ask(RegistryCommand::Add { keys: keys.clone(), previewed_version: None }));
    let in_force = |previewed_version| RegistryCommand::PutInForce { previewed_version, lost_by_mistake: 0 };
    let refused = service.refusal(ask(in_force(1)));
    assert_eq!(refused.code, Code::StalePreview);
    assert!(
        refused.to_string().ends_with("version 1 was previewed; preview version 2, and name it"),
        "{refused}"
    );
    service.must(ask(in_force(2)));
    let remove = |previewed_version| RegistryCommand::Remove { keys: keys.clone(), previewed_version };
    assert_eq!(service.code(ask(remove(None))), Code::StalePreview);
    service.must(ask(remove(Some(3))));
    // adding to an allow list cuts nobody off
    service.must(ask(RegistryCommand::Add { keys: keys.clone(), previewed_version: None }));
    service.now = NOON.plus(86_400);
    assert_eq!(service.code(ask(in_force(5))), Code::Malformed);
}
