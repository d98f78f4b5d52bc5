//! Random policies of the subset, random territories, random terminals: the table says what Cedar says.

use super::oracle::{Answer, Oracle, Question};
use h3o::{LatLng, Resolution};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use skyweave_control::restriction::{Names, PolicyFile, Restrictions};
use skyweave_control::territory::{Cover, Territory};
use skyweave_proof::refusal::RefusalCode;
use skyweave_proof::table::geometry::{Polygon, Vertex, doubled_area, winding};
use skyweave_proof::table::{
    AreaNo, Attributes, Evidence, LineState, Outcome, PlanNo, Point, PolicyKind, PolicyNo, ProtectedClassNo,
    Registries, RegistryNo, Surface, Table, UseClassNo,
};
use std::time::{Duration, Instant};

const THRESHOLDS: [i64; 5] = [0, 1, 2_083, 7_200, 86_399];
const CELLS: [&str; 2] = ["841e265ffffffff", "851e2657fffffff"];
/// Around the cells above, on the border of Ukraine and Moldova.
const MIDDLE: (f64, f64) = (48.0, 30.0);

fn number() -> impl Strategy<Value = String> {
    let value = prop_oneof![select(&THRESHOLDS[..]), Just(-5_i64)];
    let name = select(
        &[
            "context.speed_cm_s",
            "context.altitude_m",
            "context.time_s",
            "context.second_of_day",
            "context.weekday",
            "context.error_m",
            "principal.roaming_days",
        ][..],
    );
    (name, select(&["<", "<=", ">", ">=", "==", "!="][..]), value, any::<bool>()).prop_map(
        |(name, op, value, turned)| {
            if turned { format!("{value} {op} {name}") } else { format!("{name} {op} {value}") }
        },
    )
}

fn choice() -> impl Strategy<Value = String> {
    let of = |attribute: &'static str, kind: &'static str, names: &'static [&'static str]| {
        (select(names), select(names), 0..4).prop_map(move |(a, b, form)| match form {
            0 => format!("{attribute} == {kind}::\"{a}\""),
            1 => format!("{kind}::\"{a}\" != {attribute}"),
            2 => format!("[{kind}::\"{a}\", {kind}::\"{b}\"].contains({attribute})"),
            _ => format!("!({attribute} == {kind}::\"{a}\")"),
        })
    };
    prop_oneof![
        of("principal.plan", "Plan", &["p0", "p1", "none"]),
        of("principal.use_class", "UseClass", &["home", "war"]),
        of("principal.protected_class", "ProtectedClass", &["hospital", "none"]),
        of("principal.home", "Territory", &["t0", "t1", "none"]),
        of("principal.line", "LineState", &["active", "suspended"]),
        of("context.surface", "Surface", &["land", "sea", "air"]),
        of("context.evidence", "Evidence", &["none", "claimed_gnss", "network_ranging"]),
    ]
}

fn place() -> impl Strategy<Value = String> {
    let t = || select(&["t0", "t1", "t2"][..]);
    prop_oneof![
        t().prop_map(|t| format!("resource.territories.contains(Territory::\"{t}\")")),
        (t(), t()).prop_map(|(a, b)| format!(
            "resource.territories.containsAny([Territory::\"{a}\", Territory::\"{b}\"])"
        )),
        (t(), t()).prop_map(|(a, b)| format!(
            "resource.territories.containsAll([Territory::\"{a}\", Territory::\"{b}\"])"
        )),
        Just("resource.territories.isEmpty()".to_owned()),
        Just("resource.territories.contains(principal.home)".to_owned()),
        select(&CELLS[..]).prop_map(|cell| format!("resource.cells.contains(Cell::\"{cell}\")")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => number(),
        3 => place(),
        2 => choice(),
        1 => Just("context.in_motion".to_owned()),
        1 => Just("context.in_motion == false".to_owned()),
        1 => select(&["r0", "r1"][..]).prop_map(|r| format!("principal in Registry::\"{r}\"")),
        1 => Just("principal in [Registry::\"r0\", Registry::\"r1\"]".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
        ]
    })
}

fn policy() -> impl Strategy<Value = String> {
    let scope = select(&["principal", "principal is Terminal", "principal in Registry::\"r1\""][..]);
    let clause = select(&["when", "unless"][..]);
    let head = prop_oneof![
        2 => Just(("permit".to_owned(), "serve", String::new())),
        3 => select(&RefusalCode::ALL[..]).prop_map(|code| ("forbid".to_owned(), "serve", format!("@reason(\"{}\")", code.name()))),
        1 => (1_u32..4).prop_map(|rate| ("forbid".to_owned(), "full_rate", format!("@throttle_kbps(\"{}\")", rate * 64))),
    ];
    (head, scope, clause, condition()).prop_map(|((effect, action, annotation), scope, clause, condition)| {
        format!("{annotation} {effect}({scope}, action == Action::\"{action}\", resource) {clause} {{ {condition} }};\n")
    })
}

fn policies() -> impl Strategy<Value = String> {
    prop::collection::vec(policy(), 1..6).prop_map(|policies| {
        let policies = policies.iter().enumerate();
        policies.fold(String::new(), |all, (number, text)| format!("{all}@id(\"policy-{number}\")\n{text}"))
    })
}

/// A star of corners around a middle, so that it does not cross itself; some overlap, and two share a side.
fn polygon(middle: (f64, f64), radii: &[f64]) -> Polygon {
    let corners = radii.iter().enumerate().map(|(number, radius)| {
        let angle = std::f64::consts::TAU * number as f64 / radii.len() as f64;
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        Vertex {
            longitude_e7: e7(middle.1 + radius * angle.cos()),
            latitude_e7: e7(middle.0 + radius * angle.sin()),
        }
    });
    let mut exterior: Vec<Vertex> = corners.collect();
    let first = (0..exterior.len()).min_by_key(|&at| exterior[at]).unwrap();
    exterior.rotate_left(first);
    assert!(doubled_area(&exterior) > 0);
    Polygon { exterior, holes: Vec::new() }
}

fn territories() -> impl Strategy<Value = Vec<Territory>> {
    let validity = prop_oneof![
        2 => Just((i64::MIN, i64::MAX)),
        1 => Just((7_200, i64::MAX)),
        1 => Just((0, 86_399)),
    ];
    let one = (validity, -0.3_f64..0.3, -0.3_f64..0.3, prop::collection::vec(0.05_f64..0.4, 3..9));
    prop::collection::vec(one, 3).prop_map(|all| {
        let mut territories = Vec::new();
        for ((from_s, until_s), north, east, radii) in all {
            territories.push(Territory {
                name: format!("t{}", territories.len()),
                version: 1,
                from_s,
                until_s,
                disputed: false,
                front_line: false,
                polygons: vec![polygon((MIDDLE.0 + north, MIDDLE.1 + east), &radii)],
            });
        }
        territories
    })
}

/// At each threshold, just below and just above.
fn value() -> impl Strategy<Value = i64> {
    (prop_oneof![select(&THRESHOLDS[..]), Just(-5_i64)], -1_i64..=1)
        .prop_map(|(threshold, step)| threshold + step)
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let numbers = (value(), value(), value(), value(), value());
    let choices = (
        select(Surface::ALL),
        select(LineState::ALL),
        select(Evidence::ALL),
        any::<bool>(),
        prop::option::of(0_u16..2),
        prop::option::of(0_u16..2),
        prop::option::of(0_u16..1),
        prop::option::of(0_u16..3),
        0_u16..4,
    );
    (numbers, choices).prop_map(|((time, speed, altitude, days, error), choices)| {
        let (surface, line, evidence, in_motion, plan, use_class, protected, home, lists) = choices;
        let lists = (0..2).filter(|n| lists >> n & 1 == 1).map(RegistryNo);
        Attributes {
            time_s: time,
            speed_cm_s: speed as i32,
            altitude_m: altitude as i32,
            surface,
            in_motion,
            plan: plan.map(PlanNo),
            use_class: use_class.map(UseClassNo),
            protected_class: protected.map(ProtectedClassNo),
            home: home.map(AreaNo),
            roaming_days: days as i32,
            line,
            registries: lists.fold(Registries::NONE, Registries::with),
            evidence,
            error_m: error as i32,
        }
    })
}

fn names() -> Names {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Names {
        plans: set(&["p0", "p1"]),
        use_classes: set(&["home", "war"]),
        protected_classes: set(&["hospital"]),
        registries: set(&["r0", "r1"]),
        territories: set(&["t0", "t1", "t2"]),
    }
}

fn ask(oracle: &Oracle, question: &Question, action: &str) -> Answer {
    oracle.answer(&oracle.request(question, action), question)
}

/// Anywhere around, and at and beside corners of polygons.
fn points(territories: &[Territory], seeds: &[(i32, i32, u8)]) -> Vec<Point> {
    let corners: Vec<Vertex> =
        territories.iter().flat_map(|t| &t.polygons).flat_map(|p| &p.exterior).copied().collect();
    let of = |&(north, east, how): &(i32, i32, u8)| {
        if how < 128 {
            let corner = corners[usize::from(how) % corners.len()];
            Point::new(corner.latitude_e7 + north % 2, corner.longitude_e7 + east % 2).unwrap()
        } else {
            Point::from_degrees(MIDDLE.0 + f64::from(north) / 1e3, MIDDLE.1 + f64::from(east) / 1e3).unwrap()
        }
    };
    seeds.iter().map(of).collect()
}

fn agree(
    text: &str,
    territories: &[Territory],
    seeds: &[(i32, i32, u8)],
    terminals: &[Attributes],
) -> Result<(), TestCaseError> {
    let file = PolicyFile { name: "fuzz.cedar".to_owned(), text: text.to_owned() };
    // two conditions may shut each other out, which the validator sees
    let Ok(restrictions) = Restrictions::load(&[file]) else {
        return Err(TestCaseError::reject("impossible"));
    };
    let resolved = restrictions.resolve(&names()).unwrap();
    let cover = Cover::of(territories, resolved.cells()).unwrap();
    let document = resolved.compile(cover, 60_000).unwrap();
    let bytes = document.to_bytes();
    let table = Table::new(document).unwrap();
    prop_assert_eq!(Table::parse(&bytes).unwrap().identity(), table.identity());
    let oracle = Oracle::of(text);
    for (point, attributes) in points(territories, seeds).into_iter().zip(terminals) {
        let class = table.class_at(point);
        let inside = territories.iter().filter(|t| winding(&t.polygons, point) > 0);
        let valid: Vec<&str> = inside
            .clone()
            .filter(|t| (t.from_s..t.until_s).contains(&attributes.time_s))
            .map(|t| t.name.as_str())
            .collect();
        let inside: Vec<u16> = inside.map(|t| t.name[1..].parse().unwrap()).collect();
        let found: Vec<u16> =
            table.areas_of(class).iter().map(|area| area.0).filter(|&area| area < 3).collect();
        prop_assert_eq!(found, inside, "{:?}", point);

        let (latitude_deg, longitude_deg) = point.degrees();
        let cell = LatLng::new(latitude_deg, longitude_deg).unwrap().to_cell(Resolution::Five);
        let cells: Vec<String> =
            (0..=5).map(|r| cell.parent(Resolution::try_from(r).unwrap()).unwrap().to_string()).collect();
        let question = oracle.question(table.document(), &valid, &cells, attributes);
        let decision = table.decide(class, attributes);
        let decided = decision.policy.map(|policy| table.policy(policy).unwrap());
        let (served, ids) = ask(&oracle, &question, "serve");
        let explained = table.explain(class, None, attributes);
        let ids_of = |ids: &[PolicyNo]| -> Vec<String> {
            ids.iter().map(|&policy| table.policy(policy).unwrap().id.clone()).collect()
        };
        prop_assert_eq!(decision.outcome.is_served(), served, "{} {:?}", text, attributes);
        if served {
            let (full_rate, throttles) = ask(&oracle, &question, "full_rate");
            prop_assert_eq!(decision.outcome == Outcome::Permitted, full_rate);
            prop_assert_eq!(ids_of(&explained.deciding), if full_rate { ids } else { throttles });
            if let Outcome::Throttled { kbit_s } = decision.outcome {
                let rate = |&policy: &PolicyNo| table.policy(policy).map(|policy| policy.kind);
                let lower =
                    explained.deciding.iter().filter_map(rate).find(
                        |kind| matches!(kind, PolicyKind::Throttle { kbit_s: other } if *other < kbit_s),
                    );
                prop_assert_eq!(lower, None);
            }
        } else {
            prop_assert_eq!(ids_of(&explained.deciding), ids.clone());
            prop_assert_eq!(decided.map(|policy| policy.id.clone()), ids.first().cloned());
            let reason = decided.map_or(RefusalCode::BlockedCountry, |policy| match policy.kind {
                PolicyKind::Forbid(reason) => reason,
                other => panic!("{other:?}"),
            });
            prop_assert_eq!(decision.outcome, Outcome::Refused(reason));
        }
        prop_assert!(ask(&oracle, &question, "emergency_call").0);
    }
    Ok(())
}

const CASES: u32 = 48;

#[test]
fn the_table_says_what_cedar_says() {
    let seconds = std::env::var("SKYWEAVE_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let seeds = prop::collection::vec((-700_i32..700, -700_i32..700, any::<u8>()), 12);
    let strategy = (policies(), territories(), seeds, prop::collection::vec(attributes(), 12));
    let mut sets = 0;
    while sets == 0 || Instant::now() < deadline {
        let config = ProptestConfig { cases: CASES, source_file: Some(file!()), ..ProptestConfig::default() };
        let result = TestRunner::new(config).run(&strategy, |(text, territories, seeds, terminals)| {
            agree(&text, &territories, &seeds, &terminals)
        });
        result.unwrap_or_else(|error| panic!("{error}"));
        sets += CASES;
    }
    println!("soak: table-is-cedar: {sets} sets of policies, {} questions, 0 differences", sets * 12);
}
