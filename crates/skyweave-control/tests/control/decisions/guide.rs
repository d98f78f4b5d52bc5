//! What the guides for operators show: every policy in them loads, and compiles.

use skyweave_control::restriction::{Names, PolicyFile, Resolved, Restrictions};
use skyweave_control::territory::Definition;
use std::collections::BTreeSet;

/// No policies at all, for territories of these names.
pub fn nothing() -> impl Fn(BTreeSet<String>) -> Resolved {
    |territories| {
        let names = Names { territories, ..Names::default() };
        Restrictions::load(&[]).unwrap().resolve(&names).unwrap()
    }
}

/// Its line and its text.
type Block = (usize, String);

/// The blocks of a kind in a page, with the line of each.
fn blocks(page: &str, kind: &str) -> Vec<Block> {
    let (mut found, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(label)) => open = Some((number + 2, format!("{label}\n"))),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, text)), None) => text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    let of_kind = |(line, text): Block| Some((line, text.strip_prefix(&format!("{kind}\n"))?.to_owned()));
    found.into_iter().filter_map(of_kind).collect()
}

#[test]
fn every_example_is_accepted() {
    let page = include_str!("../../../../../docs/restrictions.md");
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let names = Names {
        plans: set(&["residential", "roam", "mobility", "maritime"]),
        use_classes: set(&["household", "relief"]),
        protected_classes: set(&["hospital", "emergency", "relief"]),
        registries: set(&["front-allow-list", "stolen", "sea-drones"]),
        territories: set(&["ukraine", "crimea", "taiwan"]),
    };
    let examples = blocks(page, "cedar");
    assert!(examples.len() >= 6);
    let files: Vec<PolicyFile> = examples
        .into_iter()
        .map(|(line, text)| PolicyFile { name: format!("docs/restrictions.md, from line {line}"), text })
        .collect();
    let restrictions = Restrictions::load(&files).unwrap_or_else(|faults| panic!("{faults}"));
    restrictions.resolve(&names).unwrap_or_else(|faults| panic!("{faults}"));
    for (line, text) in blocks(page, "cedar-refused") {
        let file = PolicyFile { name: format!("line {line}"), text };
        let refused = Restrictions::load(&[file]).and_then(|restrictions| restrictions.resolve(&names));
        assert!(refused.is_err(), "line {line} is accepted");
    }
}

#[test]
fn every_definition_is_read() {
    let examples = blocks(include_str!("../../../../../docs/territories.md"), "json");
    assert!(!examples.is_empty());
    for (line, text) in examples {
        Definition::read(&text).unwrap_or_else(|fault| panic!("docs/territories.md:{line}: {fault}"));
    }
}
