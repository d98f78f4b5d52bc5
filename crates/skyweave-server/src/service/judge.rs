//! What is decided about a terminal at a time: first by what it, its line and its account are, then by what is open against it, then by the law.

use super::law::{Law, second};
use super::standing::Standing;
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_control::enforcement::{Service, service};
use skyweave_control::entity::{self, AccountState, LineState, ProtectedClass};
use skyweave_control::evidence::{self, Fix};
use skyweave_control::time::UnixSeconds;
use skyweave_proof::hex;
use skyweave_proof::refusal::RefusalCode;
use skyweave_proof::table::attribute::LineState as LawLine;
use skyweave_proof::table::{
    Attributes, ClassNo, Evidence, Outcome, Point, PolicyNo, Registries, Remedy, Surface,
};

/// What a standing terminal may seem to move with, for the errors of its positions, cm/s.
const STILL_CM_S: u32 = 300;

/// Where and how a terminal is.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The place; none if nobody knows.
    pub point: Option<Point>,
    /// One sigma of the position, m.
    pub error_m: i32,
    /// What kind of knowledge the position is.
    pub evidence: Evidence,
    /// Over ground, cm/s.
    pub speed_cm_s: i32,
    /// Above the ellipsoid, m.
    pub altitude_m: i32,
    /// Land, sea or air; that of its line if none is said.
    pub surface: Option<Surface>,
    /// Whether it moves.
    pub in_motion: bool,
    /// Days away from home without a break.
    pub roaming_days: i32,
    /// What it is used for.
    pub use_class: Option<&'static str>,
}

/// A policy, by its name and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedPolicy {
    /// Its `@id`.
    pub id: String,
    /// Where it stands: `file:line`.
    pub source: String,
}

/// One change by which the terminal would be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Would {
    /// Trying again at this time.
    RetryAfter {
        /// s since 1970.
        time_s: i64,
    },
    /// An attribute below a bound.
    Below {
        /// Which, with its unit.
        attribute: String,
        /// The bound.
        bound: i64,
    },
    /// An attribute at a bound or above.
    AtLeast {
        /// Which, with its unit.
        attribute: String,
        /// The bound.
        bound: i64,
    },
    /// An attribute of another value.
    Becomes {
        /// Which.
        attribute: String,
        /// The value.
        value: String,
    },
    /// Being on a registry.
    JoinRegistry {
        /// Its name.
        registry: String,
    },
    /// Not being on a registry.
    LeaveRegistry {
        /// Its name.
        registry: String,
    },
    /// Being somewhere else.
    Move {
        /// How far the nearest such place is, m.
        distance_m: u32,
        /// In which direction, degrees clockwise from north.
        bearing_deg: u16,
        /// Its latitude, 1e-7 degrees.
        latitude_e7: i32,
        /// Its longitude, 1e-7 degrees.
        longitude_e7: i32,
    },
    /// Doing something about the terminal, its line or its account first.
    First {
        /// What.
        step: String,
    },
}

/// What is decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// `permitted`, `throttled` or `refused`.
    pub outcome: &'static str,
    /// The highest rate, if it is throttled, kbit/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kbit_s: Option<u32>,
    /// The field's disablement code, if it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What decided: `terminal`, `service_line`, `account`, `plan`, `incident`, `position` or `law`.
    pub decided_by: &'static str,
    /// The incident, if that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The policies that speak for it; the first gives the reason.
    pub policies: Vec<NamedPolicy>,
    /// SHA-256 of the decision table.
    pub table_sha256: String,
    /// The territories that the place is in.
    pub territories: Vec<String>,
    /// What kind of knowledge the position was.
    pub evidence: String,
    /// One sigma of the position, m.
    pub error_m: i32,
    /// How probable it is that it is where the law refuses it, in 65536ths: it is refused from 62259 on, 95 %.
    pub refused_65536: u32,
    /// The first second at which the law decides otherwise if nothing but the time changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds_until_s: Option<i64>,
    /// Each of these by itself would have it served; empty if it is.
    pub remedies: Vec<Would>,
    /// Emergency calls always pass.
    pub emergency_call: &'static str,
}

/// What is decided about a terminal.
#[must_use]
pub fn judge(standing: &Standing, law: &Law, how: &Circumstances, time_ns: i64) -> Verdict {
    let of_law = by_law_at_best(standing, law, how, time_ns);
    if let Some((by, code, step)) = not_in_service(standing) {
        return for_now(by, refused(code, of_law), step);
    }
    if how.point.is_none() {
        let step = "say where it is, or let it report its cell";
        return for_now("position", refused(RefusalCode::UnknownLocation, of_law), step);
    }
    if of_law.outcome == "refused" {
        return of_law;
    }
    if let Some((code, step)) = by_plan(standing, how) {
        return for_now("plan", refused(code, of_law), step);
    }
    by_incident(standing, of_law)
}

/// A refusal for which no policy stands.
fn for_now(by: &'static str, verdict: Verdict, step: &str) -> Verdict {
    let remedies = vec![Would::First { step: step.to_owned() }];
    Verdict { decided_by: by, remedies, holds_until_s: None, policies: vec![], ..verdict }
}

/// Who is in several protected classes is so in that one which helps.
fn by_law_at_best(standing: &Standing, law: &Law, how: &Circumstances, time_ns: i64) -> Verdict {
    let now = UnixSeconds(second(time_ns));
    let in_force = |class: &&ProtectedClass| class.holds(now);
    let of_it =
        |class: &&ProtectedClass| standing.members.iter().any(|member| class.members.contains(member));
    let classes: Vec<&ProtectedClass> = law.protected.iter().filter(in_force).filter(of_it).collect();
    let ends = classes.iter().filter_map(|class| class.spec.expires_s);
    let lists = law.registries.iter().filter(|list| list.in_force(now));
    let ends = ends.chain(lists.filter_map(|list| list.spec.expires_s)).map(|end| end.0).min();
    let verdict =
        |class: Option<&ProtectedClass>| by_law(law, how, &attributes(standing, law, how, class, time_ns));
    let alone = classes.is_empty().then(|| verdict(None));
    let best = classes.into_iter().map(|class| verdict(Some(class))).chain(alone).min_by_key(rank);
    let mut best = best.unwrap_or_else(|| verdict(None));
    best.holds_until_s = best.holds_until_s.into_iter().chain(ends).min();
    best
}

/// The better for the terminal, the lower.
fn rank(verdict: &Verdict) -> (u8, u32) {
    match verdict.outcome {
        "permitted" => (0, 0),
        "throttled" => (1, u32::MAX - verdict.kbit_s.unwrap_or(0)),
        _ => (2, 0),
    }
}

/// What the plan does not allow, whatever the law says: what it is sold for, and how fast it may be in use.
fn by_plan(standing: &Standing, how: &Circumstances) -> Option<(RefusalCode, &'static str)> {
    let plan = &standing.plan.as_ref()?.spec;
    let surface = how.surface.map(|surface| match surface {
        Surface::Land => entity::Surface::Land,
        Surface::Sea => entity::Surface::Sea,
        Surface::Air => entity::Surface::Air,
    });
    match surface.filter(|surface| !plan.surfaces.contains(surface)) {
        Some(entity::Surface::Sea) => {
            return Some((RefusalCode::InOcean, "choose a plan for use at sea, or go ashore"));
        }
        Some(entity::Surface::Air) => {
            return Some((
                RefusalCode::UnderAviationFlyoverLimits,
                "choose a plan for use in the air, or land",
            ));
        }
        Some(entity::Surface::Land) | None => {}
    }
    let limit_cm_s = plan.in_motion_limit_cm_s.map(|limit| limit.saturating_add(STILL_CM_S));
    if limit_cm_s.is_some_and(|limit| how.speed_cm_s.unsigned_abs() > limit) {
        return Some((RefusalCode::MovingTooFastForPolicy, "slow down, or choose a plan for use in motion"));
    }
    if how.roaming_days > i32::from(plan.roaming.days) {
        return Some((
            RefusalCode::RoamRestricted,
            "go home, change the service address, or choose another plan",
        ));
    }
    None
}

fn refused(code: RefusalCode, verdict: Verdict) -> Verdict {
    Verdict { outcome: "refused", kbit_s: None, code: Some(code.name()), ..verdict }
}

/// The state of a terminal, its line or its account by which it is not served anywhere, and what to do about it.
fn not_in_service(standing: &Standing) -> Option<(&'static str, RefusalCode, &'static str)> {
    let Standing { terminal, line, accounts, .. } = standing;
    if accounts.first().is_none_or(|account| account.state == AccountState::Closed) {
        return Some(("account", RefusalCode::NoActiveAccount, "register it with an account"));
    }
    if accounts.iter().any(|account| account.state != AccountState::Open) {
        return Some(("account", RefusalCode::AccountDisabled, "enable its account, and those above it"));
    }
    match line.as_ref().map(|line| &line.state) {
        Some(LineState::Active) => {}
        Some(LineState::Suspended { .. }) => {
            return Some(("service_line", RefusalCode::AccountDisabled, "resume its service line"));
        }
        Some(LineState::Closed) | None => {
            return Some(("service_line", RefusalCode::NoActiveAccount, "attach it to a service line"));
        }
    }
    if terminal.state.is_served() {
        return None;
    }
    Some(("terminal", RefusalCode::AccountDisabled, "resume or recover it"))
}

/// What is open against a terminal makes it slower, or leaves emergency calls only.
fn by_incident(standing: &Standing, of_law: Verdict) -> Verdict {
    let slowest = standing.incidents.iter().map(|incident| (service(incident, standing.permitted), incident));
    let Some((level, incident)) = slowest.min_by(|a, b| a.0.cmp(&b.0)) else { return of_law };
    let named = Verdict { decided_by: "incident", incident: Some(incident.id.to_string()), ..of_law.clone() };
    let first = Would::First { step: "appeal against the incident: a permit comes with it".to_owned() };
    match level {
        Service::EmergencyOnly => {
            Verdict { remedies: vec![first], ..refused(RefusalCode::IdentityCheckRequired, named) }
        }
        Service::Throttled { kbit_s } if of_law.kbit_s.is_none_or(|lower| kbit_s < lower) => {
            Verdict { outcome: "throttled", kbit_s: Some(kbit_s), remedies: vec![first], ..named }
        }
        Service::Full | Service::Throttled { .. } => of_law,
    }
}

fn attributes(
    standing: &Standing,
    law: &Law,
    how: &Circumstances,
    protected: Option<&ProtectedClass>,
    time_ns: i64,
) -> Attributes {
    let time_s = second(time_ns);
    let table = &law.table;
    let Standing { terminal, line, plan, .. } = standing;
    let lists = law.registries.iter().filter(|list| list.in_force(UnixSeconds(time_s)));
    let on = lists.filter(|list| list.keys.contains(&terminal.hardware_key));
    let registries =
        on.filter_map(|list| table.registry_named(&list.spec.name)).fold(Registries::NONE, Registries::with);
    let surface = |surface: entity::Surface| match surface {
        entity::Surface::Land => Surface::Land,
        entity::Surface::Sea => Surface::Sea,
        entity::Surface::Air => Surface::Air,
    };
    Attributes {
        speed_cm_s: how.speed_cm_s,
        altitude_m: how.altitude_m,
        surface: how
            .surface
            .or_else(|| line.as_ref().map(|line| surface(line.spec.surface)))
            .unwrap_or(Surface::Land),
        in_motion: how.in_motion,
        plan: plan.as_ref().and_then(|plan| table.plan_named(&plan.spec.name)),
        use_class: how.use_class.and_then(|name| table.use_class_named(name)),
        protected_class: protected.and_then(|class| table.protected_class_named(&class.spec.name)),
        home: line.as_ref().and_then(|line| table.territory_named(&line.spec.address.territory)),
        roaming_days: how.roaming_days,
        line: match line.as_ref().map(|line| &line.state) {
            None => LawLine::Absent,
            Some(LineState::Active) => LawLine::Active,
            Some(LineState::Suspended { .. }) => LawLine::Suspended,
            Some(LineState::Closed) => LawLine::Ended,
        },
        registries,
        evidence: if how.point.is_some() { how.evidence } else { Evidence::Absent },
        error_m: how.error_m,
        ..Attributes::plain(time_s)
    }
}

fn by_law(law: &Law, how: &Circumstances, attributes: &Attributes) -> Verdict {
    let table = &law.table;
    let fix = how.point.map(|point| Fix {
        time_s: attributes.time_s,
        point,
        error_m: how.error_m.unsigned_abs(),
        evidence: how.evidence,
    });
    let judged = evidence::judge(table, fix.as_slice(), attributes);
    let class = judged.class.unwrap_or(ClassNo::NOWHERE);
    let error_m = judged.estimate.map_or(how.error_m, |estimate| estimate.error_m.round() as i32);
    let explained = table.explain(class, how.point, &Attributes { error_m, ..*attributes });
    let named = |number: PolicyNo| {
        table
            .policy(number)
            .map(|policy| NamedPolicy { id: policy.id.clone(), source: policy.source.clone() })
    };
    let first = explained.decision.policy;
    let others = explained.deciding.iter().copied().filter(|number| Some(*number) != first);
    let (outcome, kbit_s, code) = match explained.decision.outcome {
        Outcome::Permitted => ("permitted", None, None),
        Outcome::Throttled { kbit_s } => ("throttled", Some(kbit_s), None),
        Outcome::Refused(code) => ("refused", None, Some(code.name())),
    };
    let areas = &table.document().territories;
    let territories = table.areas_of(class).iter().filter_map(|area| areas.get(usize::from(area.0)));
    Verdict {
        outcome,
        kbit_s,
        code,
        decided_by: "law",
        incident: None,
        policies: first.into_iter().chain(others).filter_map(named).collect(),
        table_sha256: hex(&explained.table),
        territories: territories.map(|territory| territory.name.clone()).collect(),
        evidence: attributes.evidence.name().to_owned(),
        error_m,
        refused_65536: judged.refused_parts,
        holds_until_s: explained.holds_until_s,
        remedies: explained.remedies.iter().filter_map(|remedy| would(law, remedy)).collect(),
        emergency_call: "permitted",
    }
}

fn would(law: &Law, remedy: &Remedy) -> Option<Would> {
    let document = law.table.document();
    let registry = |number: usize| document.registries.get(number).cloned();
    Some(match *remedy {
        Remedy::RetryAfter { time_s } => Would::RetryAfter { time_s },
        Remedy::Below(attribute, bound) => Would::Below { attribute: attribute.name().to_owned(), bound },
        Remedy::AtLeast(attribute, bound) => Would::AtLeast { attribute: attribute.name().to_owned(), bound },
        Remedy::Becomes(attribute, value) => {
            use skyweave_proof::table::Attribute;
            let at = usize::try_from(value).ok();
            let name = match attribute {
                Attribute::Plan => at.and_then(|at| document.plans.get(at).cloned()),
                Attribute::Line => {
                    at.and_then(|at| LawLine::ALL.get(at)).map(|state| state.name().to_owned())
                }
                Attribute::Evidence => {
                    at.and_then(|at| Evidence::ALL.get(at)).map(|kind| kind.name().to_owned())
                }
                Attribute::InMotion => Some((value != 0).to_string()),
                _ => None,
            };
            let value = name.unwrap_or_else(|| value.to_string());
            Would::Becomes { attribute: attribute.name().to_owned(), value }
        }
        Remedy::Join(number) => Would::JoinRegistry { registry: registry(number.0.into())? },
        Remedy::Leave(number) => Would::LeaveRegistry { registry: registry(number.0.into())? },
        Remedy::Move(to) => {
            let (latitude_deg, longitude_deg) = to.to.degrees();
            Would::Move {
                distance_m: to.distance_m,
                bearing_deg: to.bearing_deg,
                latitude_e7: (latitude_deg * 1e7).round() as i32,
                longitude_e7: (longitude_deg * 1e7).round() as i32,
            }
        }
    })
}
