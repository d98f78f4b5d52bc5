//! Stories: territories, policies and cases in a file each.

use serde::Deserialize;
use skyweave_control::restriction::{Names, PolicyFile, compile};
use skyweave_control::territory::{Cover, Definition, Territory};
use skyweave_proof::table::document::REFUSE_AT_PARTS;
use skyweave_proof::table::{Attribute, Attributes, Outcome, Point, Registries, Remedy, Surface, Table};
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    #[serde(default)]
    plans: BTreeSet<String>,
    #[serde(default)]
    use_classes: BTreeSet<String>,
    #[serde(default)]
    protected_classes: BTreeSet<String>,
    #[serde(default)]
    registries: BTreeSet<String>,
    policies: String,
    territory: Vec<Area>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    name: String,
    from_s: Option<i64>,
    until_s: Option<i64>,
    /// Longitude and latitude in degrees, closed.
    ring: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    say: String,
    at: [f64; 2],
    #[serde(default)]
    time_s: i64,
    #[serde(default)]
    speed_cm_s: i32,
    #[serde(default)]
    altitude_m: i32,
    surface: Option<String>,
    #[serde(default)]
    in_motion: bool,
    plan: Option<String>,
    use_class: Option<String>,
    protected_class: Option<String>,
    home: Option<String>,
    #[serde(default)]
    roaming_days: i32,
    #[serde(default)]
    registries: Vec<String>,
    /// `PERMITTED`, a refusal code, or `THROTTLED 512`.
    expect: String,
    policy: Option<String>,
    until_s: Option<i64>,
    retry_after_s: Option<i64>,
    speed_below_cm_s: Option<i64>,
    join: Option<String>,
    move_m: Option<[u32; 2]>,
    move_deg: Option<[u16; 2]>,
}

fn table(story: &Story) -> Table {
    let territories: Vec<Territory> = story
        .territory
        .iter()
        .map(|area| {
            let geometry = serde_json::json!({"type": "Polygon", "coordinates": [area.ring]});
            let definition = serde_json::json!({"name": area.name, "version": 1, "from_s": area.from_s, "until_s": area.until_s,
                "pieces": [{"geometry": geometry, "source": "made for this test"}]});
            Definition::read(&definition.to_string()).unwrap().assemble(&[]).unwrap()
        })
        .collect();
    let names = Names {
        plans: story.plans.clone(),
        use_classes: story.use_classes.clone(),
        protected_classes: story.protected_classes.clone(),
        registries: story.registries.clone(),
        ..Names::default()
    };
    let file = PolicyFile { name: "story.cedar".to_owned(), text: story.policies.clone() };
    let made = |before| {
        compile(std::slice::from_ref(&file), &names, &territories, REFUSE_AT_PARTS, before)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let (table, cover) = made(None);
    // with a cover that is there already it is the same table, and with one of other territories too
    assert_eq!(made(Some(&cover)).0.document(), table.document());
    let other = Cover::of(&territories[1..], &BTreeSet::default()).unwrap();
    assert!(!other.is_of(&territories, &BTreeSet::default()));
    assert_eq!(made(Some(&other)).0.document(), table.document());
    table
}

fn attributes(case: &Case, table: &Table) -> Attributes {
    let registries = case.registries.iter().map(|name| table.registry_named(name).unwrap());
    Attributes {
        speed_cm_s: case.speed_cm_s,
        altitude_m: case.altitude_m,
        surface: case.surface.as_ref().map_or(Surface::Land, |name| Surface::named(name).unwrap()),
        in_motion: case.in_motion,
        plan: case.plan.as_ref().map(|name| table.plan_named(name).unwrap()),
        use_class: case.use_class.as_ref().map(|name| table.use_class_named(name).unwrap()),
        protected_class: case.protected_class.as_ref().map(|name| table.protected_class_named(name).unwrap()),
        home: case.home.as_ref().map(|name| table.territory_named(name).unwrap()),
        roaming_days: case.roaming_days,
        registries: registries.fold(Registries::NONE, Registries::with),
        ..Attributes::plain(case.time_s)
    }
}

fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::Permitted => "PERMITTED".to_owned(),
        Outcome::Throttled { kbit_s } => format!("THROTTLED {kbit_s}"),
        Outcome::Refused(code) => code.name().to_owned(),
    }
}

fn check(case: &Case, table: &Table) {
    let point = Point::from_degrees(case.at[0], case.at[1]).unwrap();
    let class = table.class_at(point);
    let found = table.explain(class, Some(point), &attributes(case, table));
    let say = &case.say;
    assert_eq!(told(found.decision.outcome), case.expect, "{say}");
    let policy = found.decision.policy.map(|number| table.policy(number).unwrap().id.clone());
    if case.policy.is_some() {
        assert_eq!(policy, case.policy, "{say}");
    }
    if case.until_s.is_some() {
        assert_eq!(found.holds_until_s, case.until_s, "{say}");
    }
    let has = |remedy: Remedy| {
        assert!(found.remedies.contains(&remedy), "{say}: {remedy:?} of {:?}", found.remedies);
    };
    if let Some(time_s) = case.retry_after_s {
        has(Remedy::RetryAfter { time_s });
    }
    if let Some(bound) = case.speed_below_cm_s {
        has(Remedy::Below(Attribute::Speed, bound));
    }
    if let Some(name) = &case.join {
        has(Remedy::Join(table.registry_named(name).unwrap()));
    }
    if let Some([least_m, most_m]) = case.move_m {
        let way = found
            .remedies
            .iter()
            .find_map(|remedy| if let Remedy::Move(way) = remedy { Some(way) } else { None });
        let way = way.unwrap_or_else(|| panic!("{say}: nowhere to move"));
        assert!((least_m..=most_m).contains(&way.distance_m), "{say}: {way:?}");
        let [least_deg, most_deg] = case.move_deg.unwrap_or([0, 359]);
        assert!((least_deg..=most_deg).contains(&way.bearing_deg), "{say}: {way:?}");
    }
}

#[test]
fn stories_end_as_they_should() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/control/golden");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let story: Story =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let table = table(&story);
        assert!(!story.case.is_empty());
        for case in &story.case {
            check(case, &table);
        }
    }
}
