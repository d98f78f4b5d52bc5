//! Every remedy that is named is applied, in some hundreds of cases: then the terminal is served, or something else must be done next.

use crate::clock::SECOND_NS;
use crate::service::judge::{Circumstances, Verdict, Would, judge};
use crate::service::law::{Law, Laws};
use crate::service::standing::Standing;
use serde_json::{Value, json};
use skyweave_control::decide::sha256_of;
use skyweave_control::entity::{AnyEntity, Incident, LineState, Plan, ServiceLine, TerminalState};
use skyweave_control::id::Kind;
use skyweave_proof::table::{Evidence, Point, Surface};
use std::sync::Arc;

const RULES: &str = r#"
@id("on") permit(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"country") };
@id("district-off") @reason("BLOCKED_AREA") forbid(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"district") } unless { principal in Registry::"checked" };
@id("slow-only") @reason("MOVING_TOO_FAST_FOR_POLICY") forbid(principal, action == Action::"serve", resource)
when { context.speed_cm_s >= 2084 };
@id("quiet-nights") @reason("CELL_IS_DISABLED") forbid(principal, action == Action::"serve", resource)
when { context.second_of_day < 21600 } unless { principal.plan == Plan::"Mobile" };
@id("home-again") @reason("ROAM_RESTRICTED") forbid(principal, action == Action::"serve", resource)
when { principal.roaming_days > 50 };
"#;

/// Of all combinations one in so many is tried: 11 divides no number of choices, so all choices meet.
const EVERY: usize = 11;
const NIGHT_S: i64 = 1_795_305_600;
const DAY_S: i64 = NIGHT_S + 43_200;

fn id(kind: &str, number: u8) -> String {
    format!("{kind}_01JDFKR{number:019}")
}

fn read(kind: Kind, doc: &Value) -> AnyEntity {
    AnyEntity::from_json(kind, &doc.to_string()).unwrap_or_else(|error| panic!("{error}: {doc}"))
}

fn of<T: TryFrom<AnyEntity, Error: std::fmt::Debug>>(kind: Kind, doc: &Value) -> T {
    T::try_from(read(kind, doc)).unwrap()
}

fn territory(number: u8, name: &str, west: i32) -> Value {
    let ring = json!([[west, 44], [36, 44], [36, 54], [west, 54], [west, 44]]);
    let geometry = json!({ "type": "Polygon", "coordinates": [ring] });
    let definition =
        json!({ "name": name, "version": 1, "pieces": [{ "geometry": geometry, "source": "a test" }] });
    let definition = definition.to_string();
    json!({ "id": id("ter", number), "version": 1, "name": name, "definition_sha256": sha256_of(&definition),
        "definition": definition, "valid_from_s": 0, "disputed": false, "front_line": false, "current": true })
}

fn plan(number: u8, name: &str, surfaces: &[&str], limit_cm_s: Option<u32>, days: u16) -> Value {
    json!({ "id": id("plan", number), "version": 1, "name": name, "down_kbit_s": 9, "up_kbit_s": 9, "priority": 1,
        "surfaces": surfaces, "in_motion_limit_cm_s": limit_cm_s, "roaming": { "days": days }, "offered": true })
}

fn plans() -> [Value; 2] {
    [plan(1, "Home", &["land"], Some(0), 30), plan(2, "Mobile", &["land", "sea"], None, 90)]
}

fn law(listed: &[&str]) -> Law {
    let list = json!({ "id": id("reg", 1), "version": 2, "name": "checked", "list": "allow", "steward": id("org", 1),
        "evidence": "inspected", "keys": listed, "in_force_since_s": 1, "current": true });
    let rules = json!({ "id": id("rst", 1), "version": 2, "name": "rules.cedar", "text": RULES, "enabled": true, "current": true });
    let mut things = vec![(Kind::Registry, list), (Kind::Restriction, rules)];
    things.extend(plans().map(|plan| (Kind::Plan, plan)));
    things.extend(
        [(1, "country", 26), (2, "district", 33)]
            .map(|(number, name, west)| (Kind::Territory, territory(number, name, west))),
    );
    let things: Vec<Arc<AnyEntity>> = things.iter().map(|(kind, doc)| Arc::new(read(*kind, doc))).collect();
    Laws::default().compile(&things).unwrap()
}

fn incident(stage: &Value, appealed: bool) -> Incident {
    let finding = json!({ "cause": "diverted", "since_s": 1, "until_s": 2, "looks": 9, "evidence": "claimed_gnss",
        "outside_65536": 65536, "latitude_e7": 0, "longitude_e7": 0, "error_m": 9 });
    let mut doc = json!({ "id": id("inc", 1), "version": 9, "terminal": id("ut", 1), "opened_s": 1,
        "finding": finding, "state": "acknowledged", "enforcement": stage });
    if appealed {
        doc["appeal"] = json!(id("apl", 1));
    }
    of(Kind::Incident, &doc)
}

#[derive(Clone)]
struct Given {
    standing: Standing,
    listed: bool,
    how: Circumstances,
    time_s: i64,
}

/// The laws with the terminal on the list, and without.
struct World([Law; 2]);

impl World {
    fn judge(&self, given: &Given) -> Verdict {
        let law = &self.0[usize::from(given.listed)];
        judge(&given.standing, law, &given.how, given.time_s * SECOND_NS)
    }
}

fn place(longitude_deg: f64) -> Option<Point> {
    Point::from_degrees(49.0, longitude_deg)
}

/// One in [`EVERY`] of all combinations of what may be in the way.
fn cases() -> Vec<Given> {
    let line = json!({ "id": id("line", 1), "version": 1, "name": "Line", "account": id("acc", 1), "plan": id("plan", 1),
        "address": { "latitude_e7": 0, "longitude_e7": 0, "territory": "country" }, "surface": "land", "state": "active" });
    let terminal = json!({ "id": id("ut", 1), "version": 3, "hardware_key": "UT-1", "state": "active",
        "state_since_s": 1, "account": id("acc", 1), "line": id("line", 1), "holders": {}, "custody": [] });
    let account = json!({ "id": id("acc", 1), "version": 1, "name": "A", "organization": id("org", 1), "state": "open" });
    let cut = json!({ "stage": "emergency_only", "since_s": 3 });
    let throttled = json!({ "stage": "throttled", "kbit_s": 512, "until_s": 9 });
    let incidents =
        [None, Some(incident(&throttled, false)), Some(incident(&cut, false)), Some(incident(&cut, true))];
    let mut found = Vec::new();
    for number in (0..4 * 2 * 3 * 3 * 3 * 2 * 2 * 2 * 2).step_by(EVERY) {
        let mut rest = number;
        let mut one_of = |count: usize| {
            let chosen = rest % count;
            rest /= count;
            chosen
        };
        let open = incidents[one_of(4)].clone();
        let plan = of::<Plan>(Kind::Plan, &plans()[one_of(2)]);
        let mut standing = Standing {
            terminal: of(Kind::Terminal, &terminal),
            line: Some(of(Kind::ServiceLine, &line)),
            plan: Some(plan),
            accounts: vec![of(Kind::Account, &account)],
            members: Vec::new(),
            incidents: open.into_iter().collect(),
            permitted: false,
        };
        let point = [place(30.0), place(34.0), None][one_of(3)];
        let speed_cm_s = [0, 1_500, 2_500][one_of(3)];
        let roaming_days = [0, 40, 70][one_of(3)];
        let surface = [None, Some(Surface::Sea)][one_of(2)];
        let (listed, time_s) = (one_of(2) == 1, [DAY_S, NIGHT_S][one_of(2)]);
        if one_of(2) == 1 {
            match number % 3 {
                0 => standing.terminal.state = TerminalState::Suspended,
                1 => suspend(&mut standing.line),
                _ => continue,
            }
        }
        let how = Circumstances {
            point,
            error_m: 10,
            evidence: Evidence::ClaimedGnss,
            speed_cm_s,
            altitude_m: 0,
            surface,
            in_motion: speed_cm_s > 0,
            roaming_days,
            use_class: None,
        };
        found.push(Given { standing, listed, how, time_s });
    }
    found
}

fn suspend(line: &mut Option<ServiceLine>) {
    if let Some(line) = line {
        line.state =
            LineState::Suspended { reason: "unpaid".to_owned(), by_the_service: true, holders_own: None };
    }
}

/// What a reader of the verdict would do.
fn done(given: &Given, verdict: &Verdict, would: &Would) -> Given {
    let mut after = given.clone();
    let how = &mut after.how;
    match would {
        Would::RetryAfter { time_s } => after.time_s = *time_s,
        Would::Below { attribute, bound } | Would::AtLeast { attribute, bound } => {
            let below = matches!(would, Would::Below { .. });
            let value = i32::try_from(bound - i64::from(below)).unwrap();
            match attribute.as_str() {
                "speed_cm_s" => how.speed_cm_s = value,
                "roaming_days" => how.roaming_days = value,
                "error_m" => how.error_m = value,
                "altitude_m" => how.altitude_m = value,
                other => panic!("{other}"),
            }
        }
        Would::Becomes { attribute, value } => match (attribute.as_str(), value.as_str()) {
            ("plan", name) => {
                let plan = plans().into_iter().find(|plan| plan["name"] == name).unwrap();
                after.standing.plan = Some(of(Kind::Plan, &plan));
            }
            ("surface", name) => how.surface = Some(Surface::named(name).unwrap()),
            ("evidence", name) => how.evidence = Evidence::named(name).unwrap(),
            other => panic!("{other:?}"),
        },
        Would::JoinRegistry { registry } if registry == "checked" => after.listed = true,
        Would::Move { latitude_e7, longitude_e7, .. } => how.point = Point::new(*latitude_e7, *longitude_e7),
        Would::First { step } => match verdict.decided_by {
            "terminal" => after.standing.terminal.state = TerminalState::Active,
            "service_line" => after.standing.line.as_mut().unwrap().state = LineState::Active,
            "position" => how.point = place(30.0),
            "incident" => {
                let appeals = after.standing.incidents[0].appeal.is_none();
                assert_eq!(step.starts_with("appeal against"), appeals, "{step}");
                after.standing.permitted = true;
            }
            "plan" => {
                (how.speed_cm_s, how.roaming_days, how.surface) = (0, 0, None);
            }
            other => panic!("{other}: {step}"),
        },
        other => panic!("{other:?}"),
    }
    after
}

#[test]
fn every_remedy_is_true() {
    let world = World([law(&[]), law(&["UT-1"])]);
    let (mut tried, mut without) = (0, 0);
    for given in cases() {
        let verdict = world.judge(&given);
        let refused = verdict.outcome == "refused";
        assert!(refused || verdict.also_refused_by.is_empty(), "{verdict:?}");
        if verdict.outcome == "permitted" {
            assert!(verdict.remedies.is_empty(), "{verdict:?}");
        }
        if verdict.remedies.is_empty() && refused {
            without += 1;
            assert!(verdict.decided_by == "law", "{verdict:?}");
        }
        for would in &verdict.remedies {
            let after = world.judge(&done(&given, &verdict, would));
            tried += 1;
            let said = |it: &Verdict| (it.outcome, it.kbit_s, it.code, it.decided_by);
            match would {
                Would::First { .. } => assert_ne!(said(&after), said(&verdict), "{would:?}: {verdict:#?}"),
                _ => assert!(after.outcome != "refused", "{would:?}: {verdict:#?} then {after:#?}"),
            }
        }
        // what would refuse too is what refuses next
        if let [next, ..] = verdict.also_refused_by.as_slice()
            && let [first @ Would::First { .. }] = verdict.remedies.as_slice()
            && verdict.decided_by != "plan"
            && verdict.decided_by != "position"
        {
            let after = world.judge(&done(&given, &verdict, first));
            assert_eq!(after.decided_by, *next, "{verdict:#?}");
        }
    }
    assert!(tried > 150 && without > 0, "{tried} remedies, {without} cases without");
}
