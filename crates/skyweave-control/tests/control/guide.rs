//! `docs/service.md` says what is so.

use skyweave_control::enforcement::Rules;
use skyweave_control::entity::{MOVES, TerminalState, Verb};
use skyweave_control::fleet::import::COLUMNS;
use skyweave_control::fleet::search::KEYS;
use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../../docs/service.md");

/// The row of a table that begins with these words.
fn row(begins: &str) -> &'static str {
    let mut rows = GUIDE.lines().filter_map(|line| line.strip_prefix("| "));
    rows.find(|row| row.starts_with(begins)).unwrap_or_else(|| panic!("no row of {begins}"))
}

#[test]
fn columns_and_keys_are_named() {
    for name in COLUMNS.iter().map(|(_, name)| name).chain(KEYS.iter().map(|(key, _)| key)) {
        assert!(GUIDE.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn each_state_names_the_verbs_that_lead_on() {
    for state in TerminalState::ALL {
        let absent = matches!(state, TerminalState::Lost | TerminalState::Stolen | TerminalState::Diverted);
        let row = row(if absent { "lost, stolen, diverted" } else { state.name() });
        let verbs: BTreeSet<Verb> =
            MOVES.iter().filter(|row| row.from == state).map(|row| row.verb).collect();
        for verb in Verb::ALL {
            let reports = verb.name().starts_with("report_");
            let named = row.contains(&format!("`{verb}`")) || (reports && row.contains("`report_...`"));
            // what was lost may still be reported stolen or diverted; the guide does not go into that
            assert!(named == verbs.contains(&verb) || (absent && reports), "{state}: {verb}");
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_rules() {
    let rules = Rules::default();
    let days = |seconds: i64| seconds / 86_400;
    let grace = row("grace:");
    let (diverted, moving, roaming) =
        (days(rules.grace_diverted_s), days(rules.grace_moving_s), days(rules.grace_roaming_s));
    assert!(
        grace.contains(&format!("{diverted} days if diverted, {moving} if moving, {roaming} if roaming"))
    );
    assert_eq!(rules.protected_grace_factor, 4);
    assert!(grace.contains("four times as long if protected"));
    let throttled =
        format!("to {} kbit/s for at least {} days", rules.throttle_kbit_s, days(rules.throttle_s));
    assert!(row("throttled |").contains(&throttled));
    assert!(GUIDE.contains(&format!("permit of up to {} days", days(rules.permit_s))));
    assert!(GUIDE.contains(&format!("at most {} days at\na time", days(rules.longest_permit_s))));
    assert_eq!(days(rules.grace_after_permit_s), 1);
}
