//! Filters mean what they say, and are read as they are written.

use crate::support::{NOON, Service, attach, enter, ulid};
use proptest::prelude::*;
use skyweave_control::entity::{Cause, TerminalState};
use skyweave_control::fleet::search::{Condition, Filter, KEYS, Pattern, Row, Sighting, Term};
use skyweave_control::id::{AccountId, PlanId};
use skyweave_control::time::UnixSeconds;

fn row() -> Row {
    let mut service = Service::furnished();
    service.must(enter(7, Some(1)));
    service.must(attach(7, 1));
    Row {
        terminal: service.terminal(7),
        accounts: vec![AccountId(ulid(1)), AccountId(ulid(5))],
        account_name: Some("Relief, East".to_owned()),
        holder_names: vec!["Donor".to_owned()],
        line_name: Some("Line 1".to_owned()),
        plan: Some(PlanId(ulid(1))),
        home_territory: Some("Kherson oblast".to_owned()),
        seen: Some(Sighting { at: NOON, cell: 0x0852_8347_3fff_ffff, territory: None }),
        incidents: vec![Cause::Roaming],
    }
}

#[test]
fn each_key_finds_and_does_not_find() {
    let row = row();
    let account = AccountId(ulid(5));
    let own = AccountId(ulid(1));
    let plan = PlanId(ulid(1));
    for (text, found) in [
        ("text=relief\\, east", true),
        ("text=KIT000007", true),
        ("text=nothing,donor", true),
        ("text!=donor", false),
        ("key=UT-00000007", true),
        ("key=UT-0000000", false),
        ("key=UT-0000000*", true),
        ("serial=KIT*", true),
        ("serial=kit*", false),
        ("tag=x", false),
        ("tag!=x", true),
        ("state=assigned,active", true),
        ("state!=assigned", false),
        (&format!("account={own}"), true),
        (&format!("account={account}"), false),
        (&format!("under={account}"), true),
        (&format!("plan={plan}"), true),
        (&format!("plan!={plan}"), false),
        ("home=Kherson oblast", true),
        ("territory=Kherson oblast", false),
        ("territory!=Kherson oblast", true),
        ("cell=8428347ffffffff", true),
        ("cell=8428349ffffffff", false),
        ("incident=roaming", true),
        ("incident=diverted", false),
        ("incident=any", true),
        ("seen_since=2026-11-22", true),
        ("seen_before=2026-11-22", false),
        ("seen=never", false),
        ("seen!=never", true),
    ] {
        assert_eq!(Filter::parse(&[text]).unwrap().matches(&row), found, "{text}");
    }
    assert!(Filter::default().matches(&row));
    assert!(!Filter::parse(&["state=assigned", "tag=x"]).unwrap().matches(&row));
}

fn condition() -> impl Strategy<Value = Condition> {
    let text = || prop::collection::vec("[a-zA-Z0-9 ,\\\\*=!\u{400}-\u{4ff}]{1,12}", 1..4);
    let pattern = prop_oneof![
        "[A-Z0-9,\\\\-]{1,8}".prop_map(Pattern::Whole),
        "[A-Z0-9,\\\\-]{0,8}".prop_map(Pattern::Begins),
    ];
    prop_oneof![
        text().prop_map(Condition::Text),
        text().prop_map(Condition::Tag),
        text().prop_map(Condition::HomeTerritory),
        prop::collection::vec(pattern, 1..4).prop_map(Condition::Key),
        prop::collection::vec(prop::sample::select(TerminalState::ALL.to_vec()), 1..4)
            .prop_map(Condition::State),
        prop::collection::vec(any::<u128>().prop_map(|n| AccountId(ulid(n >> 64))), 1..4)
            .prop_map(Condition::Under),
        prop::collection::vec(prop::sample::select(Cause::ALL.to_vec()), 1..4).prop_map(Condition::Incident),
        any::<i32>().prop_map(|s| Condition::SeenSince(UnixSeconds(s.into()))),
        Just(Condition::AnyIncident),
        Just(Condition::NeverSeen),
        Just(Condition::Cell(vec![0x0852_8347_3fff_ffff])),
    ]
}

proptest! {
    #[test]
    fn filters_are_read_as_they_are_written(condition in condition(), negated: bool) {
        let term = Term { negated, condition };
        prop_assert_eq!(term.to_string().parse::<Term>().unwrap(), term);
    }

    #[test]
    fn a_term_and_its_negation_never_both_hold(condition in condition()) {
        let row = row();
        let holds = |negated| Filter { terms: vec![Term { negated, condition: condition.clone() }] }.matches(&row);
        prop_assert_ne!(holds(false), holds(true));
    }

    #[test]
    fn any_text_is_read_or_refused_with_what_would_do(key in prop::sample::select(KEYS.to_vec()), value in "\\PC{0,30}") {
        if let Err(error) = format!("{}={value}", key.0).parse::<Term>() {
            prop_assert!(error.to_string().contains("accepted: "));
            prop_assert_eq!(error.key.as_deref(), Some(key.0));
        }
    }
}
