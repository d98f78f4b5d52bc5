//! Deciding about plans.

use super::Context;
use super::desk::{Decided, already};
use super::fields;
use crate::command::PlanCommand;
use crate::entity::{Plan, PlanChange, PlanSpec};
use crate::id::{Kind, PlanId};
use crate::refused::Refused;
use crate::view::View;

/// The first of those who wait.
const HIGHEST_PRIORITY: u8 = 7;
/// Longest stay away that a plan may grant, days.
const MOST_ROAMING_DAYS: u16 = 366;

pub(super) fn decide<V: View>(id: PlanId, command: &PlanCommand, context: &Context<'_, V>) -> Decided<V> {
    context.by_the_service("keeping plans")?;
    if let PlanCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec)?;
        context.free_name(id, &spec.name)?;
        return Ok(vec![context.first(id, PlanChange::Created(spec.clone()))]);
    }
    let before: Plan = context.find(id)?;
    if !before.offered {
        return Err(already(id, "withdrawn").into());
    }
    let change = match command {
        PlanCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        PlanCommand::Create { spec } | PlanCommand::Update { spec } => {
            check(spec)?;
            context.free_name(id, &spec.name)?;
            if !spec.surfaces.is_superset(&before.spec.surfaces) {
                let remedy =
                    "a plan in use keeps where it may be used; make another plan, and move its lines";
                context.free_of(id, &[Kind::ServiceLine], remedy)?;
            }
            PlanChange::Changed(spec.clone())
        }
        PlanCommand::Withdraw => PlanChange::Withdrawn,
    };
    Ok(vec![context.next(&before, change)])
}

fn check(spec: &PlanSpec) -> Result<(), Refused> {
    fields::name("name", &spec.name)?;
    for (field, rate) in [("down_kbit_s", spec.down_kbit_s), ("up_kbit_s", spec.up_kbit_s)] {
        if rate == 0 {
            return Err(fields::wrong(field, "0", "1 kbit/s or more"));
        }
    }
    if spec.priority > HIGHEST_PRIORITY {
        return Err(fields::wrong("priority", spec.priority.to_string(), "0 (last) to 7 (first)"));
    }
    if spec.surfaces.is_empty() {
        return Err(fields::wrong("surfaces", "none", "one or more of land, sea and air"));
    }
    if spec.roaming.days > MOST_ROAMING_DAYS {
        return Err(fields::wrong("roaming.days", spec.roaming.days.to_string(), "0 to 366"));
    }
    if spec.roaming.days == 0 && !spec.roaming.territories.is_empty() {
        return Err(fields::wrong("roaming.territories", "some, without days", "none where days are 0"));
    }
    spec.roaming.territories.iter().try_for_each(|territory| fields::name("roaming.territories", territory))
}
