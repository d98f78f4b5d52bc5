//! What is decided about a terminal at a time: first by what it, its line and its account are, then by what is open against it, then by the law.

use super::law::{Law, second};
use super::remedies::Case;
use super::standing::Standing;
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_control::enforcement::{Service, service};
use skyweave_control::entity::{self, AccountState, Incident, LineState, ProtectedClass};
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
    /// What would refuse it too if this did not: `position`, `law`, `plan` or `incident`.
    pub also_refused_by: Vec<&'static str>,
    /// Each of these by itself would have it served, but for `first`, which must be done before anything else counts. Empty if it is served, or
    /// if no single change would do.
    pub remedies: Vec<Would>,
    /// Emergency calls always pass.
    pub emergency_call: &'static str,
}

/// What is decided about a terminal.
#[must_use]
pub fn judge(standing: &Standing, law: &Law, how: &Circumstances, time_ns: i64) -> Verdict {
    let plan = standing.plan.as_ref().map(|plan| &plan.spec);
    let case = Case { standing, law, plan, how: *how, time_ns, listed: None };
    let (of_law, remedies) = case.by_law();
    let obstacles = case.obstacles(of_law.outcome == "refused");
    let Some((first, others)) = obstacles.split_first() else { return by_incident(&case, of_law) };
    let also_refused_by = others.iter().map(|other| other.by).collect();
    let code = first.code.map_or(of_law.code, |code| Some(code.name()));
    let refused =
        Verdict { outcome: "refused", kbit_s: None, code, decided_by: first.by, also_refused_by, ..of_law };
    let steps = || first.step.map(|step| Would::First { step: step.to_owned() }).into_iter().collect();
    let for_now = Verdict { holds_until_s: None, policies: vec![], ..refused.clone() };
    match first.by {
        "law" => Verdict { remedies: case.true_remedies(remedies), ..refused },
        "plan" => {
            let remedies = case.true_remedies(remedies);
            Verdict { remedies: if remedies.is_empty() { steps() } else { remedies }, ..for_now }
        }
        "incident" => {
            let incident = case.worst_incident().map(|(_, incident)| incident.id.to_string());
            Verdict { incident, remedies: steps(), ..refused }
        }
        _ => Verdict { remedies: steps(), ..for_now },
    }
}

/// Something by which a terminal is refused.
struct Obstacle {
    by: &'static str,
    /// None for that of the law.
    code: Option<RefusalCode>,
    /// What must be done about it first.
    step: Option<&'static str>,
}

impl Case<'_> {
    /// All that refuse it, in the order in which they decide.
    fn obstacles(&self, by_law: bool) -> Vec<Obstacle> {
        let stated = |(by, code, step)| Obstacle { by, code: Some(code), step: Some(step) };
        let unknown =
            ("position", RefusalCode::UnknownLocation, "say where it is, or let it report its cell");
        let somewhere = self.how.point.is_some();
        let by_plan = self.by_plan().filter(|_| somewhere).map(|(code, step)| ("plan", code, step));
        let cut = self.worst_incident().filter(|(level, _)| *level == Service::EmergencyOnly);
        let cut =
            cut.map(|(_, incident)| ("incident", RefusalCode::IdentityCheckRequired, next_step(incident)));
        let of_terminal = not_in_service(self.standing).into_iter().chain((!somewhere).then_some(unknown));
        let of_law = (by_law && somewhere).then_some(Obstacle { by: "law", code: None, step: None });
        of_terminal.map(stated).chain(of_law).chain(by_plan.map(stated)).chain(cut.map(stated)).collect()
    }

    /// Whether it is served, at whatever rate.
    pub(super) fn is_served(&self) -> bool {
        let serves = self.at_best(|class| {
            let judged = evidence::judge(&self.law.table, self.fix().as_slice(), &self.attributes(class));
            judged.decision.outcome.is_served()
        });
        self.obstacles(!serves.contains(&true)).is_empty()
    }

    /// What leaves least to it, of what is open against it.
    fn worst_incident(&self) -> Option<(Service, &Incident)> {
        let Standing { incidents, permitted, .. } = self.standing;
        let all = incidents.iter().map(|incident| (service(incident, *permitted), incident));
        all.min_by(|a, b| a.0.cmp(&b.0))
    }

    /// Something for each protected class that it is in, or for none if it is in none.
    fn at_best<T>(&self, of: impl Fn(Option<&ProtectedClass>) -> T) -> Vec<T> {
        let now = UnixSeconds(second(self.time_ns));
        let members = &self.standing.members;
        let of_it = |class: &&ProtectedClass| members.iter().any(|member| class.members.contains(member));
        let classes = self.law.protected.iter().filter(|class| class.holds(now)).filter(of_it);
        let found: Vec<T> = classes.map(|class| of(Some(class))).collect();
        if found.is_empty() { vec![of(None)] } else { found }
    }

    /// Who is in several protected classes is so in that one which helps.
    fn by_law(&self) -> (Verdict, Vec<Remedy>) {
        let now = UnixSeconds(second(self.time_ns));
        let ends = self.at_best(|class| class.and_then(|class| class.spec.expires_s)).into_iter().flatten();
        let lists = self.law.registries.iter().filter(|list| list.in_force(now));
        let ends = ends.chain(lists.filter_map(|list| list.spec.expires_s)).map(|end| end.0).min();
        let verdicts = self.at_best(|class| by_law(self.law, &self.how, self.fix(), &self.attributes(class)));
        let best = verdicts.into_iter().min_by_key(|(verdict, _)| rank(verdict));
        let (mut best, remedies) =
            best.unwrap_or_else(|| by_law(self.law, &self.how, self.fix(), &self.attributes(None)));
        best.holds_until_s = best.holds_until_s.into_iter().chain(ends).min();
        (best, remedies)
    }
}

/// What to do about an incident: a first appeal brings a permit, and further ones do not.
const fn next_step(incident: &Incident) -> &'static str {
    if incident.appeal.is_none() {
        "appeal against the incident: a permit comes with it"
    } else {
        "ask those who run the service for a permit: a further appeal brings none"
    }
}

/// The better for the terminal, the lower.
fn rank(verdict: &Verdict) -> (u8, u32) {
    match verdict.outcome {
        "permitted" => (0, 0),
        "throttled" => (1, u32::MAX - verdict.kbit_s.unwrap_or(0)),
        _ => (2, 0),
    }
}

impl Case<'_> {
    /// What the plan does not allow, whatever the law says: what it is sold for, and how fast it may be in use.
    pub(super) fn by_plan(&self) -> Option<(RefusalCode, &'static str)> {
        let (plan, how) = (self.plan?, &self.how);
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
        let limit_cm_s = plan.in_motion_limit_cm_s.map(fastest_cm_s);
        if limit_cm_s.is_some_and(|limit| how.speed_cm_s.unsigned_abs() > limit) {
            return Some((
                RefusalCode::MovingTooFastForPolicy,
                "slow down, or choose a plan for use in motion",
            ));
        }
        if how.roaming_days > i32::from(plan.roaming.days) {
            return Some((
                RefusalCode::RoamRestricted,
                "go home, change the service address, or choose another plan",
            ));
        }
        None
    }
}

/// What still passes for a limit of a plan, cm/s.
pub(super) const fn fastest_cm_s(limit_cm_s: u32) -> u32 {
    limit_cm_s.saturating_add(STILL_CM_S)
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

/// What is open against a terminal that is served may make it slower.
fn by_incident(case: &Case<'_>, of_law: Verdict) -> Verdict {
    match case.worst_incident() {
        Some((Service::Throttled { kbit_s }, incident))
            if of_law.kbit_s.is_none_or(|lower| kbit_s < lower) =>
        {
            let first = Would::First { step: next_step(incident).to_owned() };
            Verdict {
                outcome: "throttled",
                kbit_s: Some(kbit_s),
                decided_by: "incident",
                incident: Some(incident.id.to_string()),
                remedies: vec![first],
                ..of_law
            }
        }
        _ => of_law,
    }
}

impl Case<'_> {
    fn fix(&self) -> Option<Fix> {
        let Circumstances { point, error_m, evidence, .. } = self.how;
        let error_m = error_m.unsigned_abs();
        point.map(|point| Fix { time_s: second(self.time_ns), point, error_m, evidence })
    }

    fn attributes(&self, protected: Option<&ProtectedClass>) -> Attributes {
        let Self { standing, law, how, plan, .. } = self;
        let time_s = second(self.time_ns);
        let table = &law.table;
        let Standing { terminal, line, .. } = standing;
        let lists = law.registries.iter().filter(|list| list.in_force(UnixSeconds(time_s)));
        let on = lists.filter(|list| list.keys.contains(&terminal.hardware_key));
        let registries = on
            .filter_map(|list| table.registry_named(&list.spec.name))
            .fold(Registries::NONE, Registries::with);
        let registries = match self.listed {
            Some((list, true)) => registries.with(list),
            Some((list, false)) => registries.without(list),
            None => registries,
        };
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
            plan: plan.and_then(|plan| table.plan_named(&plan.name)),
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
}

/// What the law says, and by which single changes it would say otherwise at that place.
fn by_law(
    law: &Law,
    how: &Circumstances,
    fix: Option<Fix>,
    attributes: &Attributes,
) -> (Verdict, Vec<Remedy>) {
    let table = &law.table;
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
    let verdict = Verdict {
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
        also_refused_by: Vec::new(),
        remedies: Vec::new(),
        emergency_call: "permitted",
    };
    (verdict, explained.remedies)
}
