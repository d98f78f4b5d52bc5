//! Policies that are refused, each with its file, line and column.

use skyweave_control::restriction::{Names, PolicyFile, Restrictions};

fn complaint(text: &str) -> String {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let names = Names {
        plans: set(&["basic"]),
        registries: set(&["allowed"]),
        territories: set(&["ukraine", "crimea"]),
        ..Names::default()
    };
    let file = PolicyFile { name: "a.cedar".to_owned(), text: text.to_owned() };
    match Restrictions::load(&[file]).and_then(|restrictions| restrictions.resolve(&names)) {
        Ok(_) => "accepted".to_owned(),
        Err(faults) => faults.to_string(),
    }
}

const PERMIT: &str = "@id(\"a\")\npermit(principal, action == Action::\"serve\", resource)";

#[test]
fn what_does_not_compile_is_refused_where_it_stands() {
    let when = |condition: &str| format!("{PERMIT}\nwhen {{ {condition} }};");
    for (text, place, said) in [
        (when("resource.territories.contains(Territory::\"ukraine\")"), "", "accepted"),
        (when("context.speed_cm_s < 100"), "", "accepted"),
        (when("context.speed_cm_s + 1 < 100"), "a.cedar:3:8", "arithmetic does not compile"),
        (when("context.speed_cm_s < context.altitude_m"), "a.cedar:3:8", "a number in the text"),
        (when("context has speed_cm_s"), "a.cedar:3:8", "`has`"),
        (when("principal == Terminal::\"ut_1\""), "a.cedar:3:8", "make a registry"),
        (when("context.speed < 5"), "a.cedar:3:", "speed"),
        (when("context.speed_cm_s < \"5\""), "a.cedar:3:", "Long"),
        (when("context.surface == Surface::\"see\""), "a.cedar:3:", "see"),
        (when("principal.plan == Plan::\"basik\""), "a.cedar:3:", "nearest are basic"),
        (when("resource.territories.contains(Territory::\"Crimea\")"), "a.cedar:3:", "nearest are crimea"),
        (when("principal in Registry::\"alowed\""), "a.cedar:3:", "nearest are allowed"),
        (when("resource.cells.contains(Cell::\"871e2657fffffff\")"), "a.cedar:3:", "not an H3 cell"),
        (when("resource == Place::\"x\""), "a.cedar:3:", "does not compile"),
        (format!("{PERMIT} when {{ true"), "a.cedar:2:", "unexpected"),
        (PERMIT.replace("@id(\"a\")", "") + ";", "a.cedar:2:1", "without @id"),
        (PERMIT.replace("@id(\"a\")", "@id(\"a b\")") + ";", "a.cedar:1:1", "an id is"),
        (format!("@reson(\"x\"){PERMIT};"), "a.cedar:1:1", "known are @id"),
        (format!("@reason(\"IN_OCEAN\"){PERMIT};"), "a.cedar:1:1", "on a policy that permits"),
        (PERMIT.replace("permit", "forbid") + ";", "a.cedar:1:1", "without @reason"),
        (format!("@reason(\"IN_SEA\"){};", PERMIT.replace("permit", "forbid")), "a.cedar:1:1", "IN_OCEAN"),
        (format!("{PERMIT};\n{PERMIT};"), "a.cedar:3:1", "the policy at a.cedar:1"),
        (
            "@id(\"a\")\nforbid(principal, action, resource);".to_owned(),
            "a.cedar:1:1",
            "emergency calls included",
        ),
        (
            "@id(\"a\")\nforbid(principal, action == Action::\"emergency_call\", resource);".to_owned(),
            "a.cedar:1:1",
            "they always pass",
        ),
        (PERMIT.replace("serve", "full_rate") + ";", "a.cedar:1:1", "permitted to everybody"),
        (
            PERMIT.replace("permit", "forbid").replace("serve", "full_rate") + ";",
            "a.cedar:1:1",
            "without @throttle_kbps",
        ),
        (
            format!(
                "@throttle_kbps(\"0\"){};",
                PERMIT.replace("permit", "forbid").replace("serve", "full_rate")
            ),
            "a.cedar:1:1",
            "above 0",
        ),
        (
            "@id(\"a\") permit(principal == ?principal, action == Action::\"serve\", resource);".to_owned(),
            "a.cedar:1:1",
            "template",
        ),
    ] {
        let found = complaint(&text);
        assert!(
            found.starts_with(place) && found.contains(said),
            "{text}\nexpected {place} {said}\nfound {found}"
        );
    }
}

#[test]
fn every_mistake_of_every_file_is_told() {
    let file = |name: &str, text: String| PolicyFile { name: name.to_owned(), text };
    let faults = Restrictions::load(&[
        file("b.cedar", format!("{PERMIT};\n@id(\"b\") forbid(principal, action, resource);")),
        file("a.cedar", format!("{PERMIT};\npermit(principal, action == Action::\"serve\", resource);")),
    ])
    .unwrap_err();
    let places: Vec<String> = faults.0.iter().map(|f| format!("{}:{}", f.file, f.line)).collect();
    assert_eq!(places, ["a.cedar:1", "a.cedar:3", "b.cedar:3"]);
}

#[test]
fn no_plan_is_called_none() {
    let names = Names { plans: ["none".to_owned()].into(), ..Names::default() };
    let error = Restrictions::load(&[]).and_then(|restrictions| restrictions.resolve(&names)).unwrap_err();
    assert!(error.to_string().contains("the list of plans"), "{error}");
}
