//! By which single changes a terminal would be served: those that the law, or its plan, would be content with are tried on everything that
//! decides, and only those are named by which it is served in truth.

#[cfg(test)]
mod tests;

use super::judge::{Circumstances, Would, fastest_cm_s};
use super::law::Law;
use super::standing::Standing;
use crate::clock::SECOND_NS;
use skyweave_control::entity::{self, PlanSpec};
use skyweave_proof::table::{Attribute, Evidence, RegistryNo, Remedy, Surface};

/// What is known of a terminal, as it is or as it might be.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The terminal and what it belongs to.
    pub standing: &'a Standing,
    /// The law.
    pub law: &'a Law,
    /// The plan of its line.
    pub plan: Option<&'a PlanSpec>,
    /// Where and how it is.
    pub how: Circumstances,
    /// The time, ns since 1970.
    pub time_ns: i64,
    /// A list that it is taken to be on, or not to be on, whatever that says.
    pub listed: Option<(RegistryNo, bool)>,
}

impl<'a> Case<'a> {
    /// Of what may help, what does.
    pub fn true_remedies(&self, of_law: Vec<Remedy>) -> Vec<Would> {
        let mut found: Vec<(Remedy, Would)> = Vec::new();
        for remedy in of_law.into_iter().chain(self.of_plan()) {
            let Some(would) = would(self.law, &remedy) else { continue };
            let known = found.iter().any(|(other, there)| *there == would || is_wider(other, &remedy));
            if !known && self.with(&remedy).is_some_and(|changed| changed.is_served()) {
                found.push((remedy, would));
            }
        }
        found.into_iter().map(|(_, would)| would).collect()
    }

    /// What might help against what the plan does not allow.
    fn of_plan(&self) -> Vec<Remedy> {
        let Some(plan) = self.plan else { return Vec::new() };
        let limit = plan.in_motion_limit_cm_s.map(fastest_cm_s);
        let slower = limit.filter(|limit| self.how.speed_cm_s.unsigned_abs() > *limit);
        let slower = slower.map(|limit| Remedy::Below(Attribute::Speed, i64::from(limit) + 1));
        let over = self.how.roaming_days > i32::from(plan.roaming.days);
        let sooner = over.then(|| Remedy::Below(Attribute::RoamingDays, i64::from(plan.roaming.days) + 1));
        let surfaces = Surface::ALL.iter().filter(|surface| Some(**surface) != self.how.surface);
        let surfaces = surfaces.map(|surface| Remedy::Becomes(Attribute::Surface, *surface as i64));
        let others = self.law.table.document().plans.iter().enumerate();
        let others = others.filter(|(_, name)| **name != plan.name);
        let others = others.map(|(number, _)| Remedy::Becomes(Attribute::Plan, number as i64));
        let refused = self.by_plan().is_some();
        let of_plan = slower.into_iter().chain(sooner).chain(surfaces).chain(others);
        if refused { of_plan.collect() } else { Vec::new() }
    }

    /// The same with a change; none if that cannot be made.
    fn with(&self, remedy: &Remedy) -> Option<Self> {
        let how = match *remedy {
            Remedy::RetryAfter { time_s } => {
                return Some(Self { time_ns: time_s.checked_mul(SECOND_NS)?, ..*self });
            }
            Remedy::Join(list) => return Some(Self { listed: Some((list, true)), ..*self }),
            Remedy::Leave(list) => return Some(Self { listed: Some((list, false)), ..*self }),
            Remedy::Becomes(Attribute::Plan, number) => {
                return Some(Self { plan: Some(self.plan_numbered(number)?), ..*self });
            }
            Remedy::Move(to) => Circumstances { point: Some(to.to), ..self.how },
            Remedy::Below(attribute, bound) => self.moved(attribute, bound.checked_sub(1)?)?,
            Remedy::AtLeast(attribute, bound) => self.moved(attribute, bound)?,
            Remedy::Becomes(Attribute::InMotion, value) => {
                Circumstances { in_motion: value != 0, ..self.how }
            }
            Remedy::Becomes(attribute, value) => {
                let at = usize::try_from(value).ok()?;
                match attribute {
                    Attribute::Evidence => Circumstances { evidence: *Evidence::ALL.get(at)?, ..self.how },
                    Attribute::Surface => Circumstances { surface: Some(*Surface::ALL.get(at)?), ..self.how },
                    // its line is active wherever the law is asked
                    _ => return None,
                }
            }
        };
        Some(Self { how, ..*self })
    }

    fn moved(&self, attribute: Attribute, value: i64) -> Option<Circumstances> {
        let value = i32::try_from(value).ok()?;
        Some(match attribute {
            Attribute::Speed => Circumstances { speed_cm_s: value, ..self.how },
            Attribute::Altitude => Circumstances { altitude_m: value, ..self.how },
            Attribute::RoamingDays => Circumstances { roaming_days: value, ..self.how },
            Attribute::Error => Circumstances { error_m: value, ..self.how },
            _ => return None,
        })
    }

    /// A plan of the law that the terminal's line could have: it is sold, and for where the line is used.
    fn plan_numbered(&self, number: i64) -> Option<&'a PlanSpec> {
        let name = self.law.table.document().plans.get(usize::try_from(number).ok()?)?;
        let plan = self.law.plans.iter().find(|plan| plan.spec.name == *name && plan.offered)?;
        let line: Option<entity::Surface> = self.standing.line.as_ref().map(|line| line.spec.surface);
        line.is_none_or(|surface| plan.spec.surfaces.contains(&surface)).then_some(&plan.spec)
    }
}

/// Whether the first says what the second does, and more.
fn is_wider(one: &Remedy, other: &Remedy) -> bool {
    match (one, other) {
        (Remedy::Below(a, bound), Remedy::Below(b, other)) => a == b && bound >= other,
        (Remedy::AtLeast(a, bound), Remedy::AtLeast(b, other)) => a == b && bound <= other,
        _ => false,
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
            let at = usize::try_from(value).ok();
            let name = match attribute {
                Attribute::Plan => at.and_then(|at| document.plans.get(at).cloned()),
                Attribute::Evidence => {
                    at.and_then(|at| Evidence::ALL.get(at)).map(|kind| kind.name().to_owned())
                }
                Attribute::InMotion => Some((value != 0).to_string()),
                Attribute::Surface => at.and_then(|at| Surface::ALL.get(at)).map(|one| one.name().to_owned()),
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
