//! Slots one after another, without end, through the same hour plans as in batch.

use super::in_force::InForce;
use skyweave_core::admission::Basis;
use skyweave_core::plan::{HourPlan, Slot};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_proof::UtcTime;
use std::sync::Arc;

/// A slot that was planned.
pub struct Planned<A: Basis> {
    /// The slot.
    pub slot: Arc<Slot<A>>,
    /// The one that it was planned from; none at the beginning of a warm-up.
    pub before: Option<Arc<Slot<A>>>,
    /// Whether it is shown, or belongs to a warm-up.
    pub shown: bool,
    /// By what it was planned.
    pub by: Arc<InForce<A>>,
    /// The time whose law it was planned by.
    pub law: UtcTime,
}

impl<A: Basis> Clone for Planned<A> {
    fn clone(&self) -> Self {
        let Self { slot, before, shown, by, law } = self;
        let (slot, before, by) = (Arc::clone(slot), before.clone(), Arc::clone(by));
        Self { slot, before, shown: *shown, by, law: *law }
    }
}

/// Slots in their order.
pub struct Stream<A: Basis> {
    plan: HourPlan<A>,
    /// The one that was planned last of this hour.
    last: Option<Arc<Slot<A>>>,
    /// The first slot that is shown: those before it are the warm-up.
    next: SlotNo,
    /// Whether it may go on into the next hour.
    goes_on: bool,
}

impl<A: Basis> Stream<A> {
    /// All slots from the beginning of this slot's hour on: what batch plans, to the bit.
    pub fn of_hour(slot: SlotNo) -> Self {
        Self { plan: HourPlan::begin(slot.hour()), last: None, next: slot.hour().first_slot(), goes_on: true }
    }

    /// The slots from this one to the end of its hour, at once: they differ from what batch plans.
    pub fn at_once(slot: SlotNo) -> Self {
        Self { plan: HourPlan::begin_within(slot), last: None, next: slot, goes_on: false }
    }

    /// The slots after one that was planned; to the end of its hour, or on into the next.
    pub fn after(slot: &Arc<Slot<A>>, goes_on: bool) -> Self {
        let (plan, last) = (HourPlan::after(Arc::clone(slot)), Some(Arc::clone(slot)));
        Self { plan, last, next: slot.no.next(), goes_on }
    }

    /// The slot that is shown next; none at the end.
    pub fn next(&self) -> Option<SlotNo> {
        (self.goes_on || self.plan.upcoming().is_some()).then_some(self.next)
    }

    /// Plans one slot. None at the end.
    pub fn step(
        &mut self,
        world: &World,
        by: &Arc<InForce<A>>,
        law_of: &dyn Fn(SlotNo) -> UtcTime,
    ) -> Option<Planned<A>> {
        if self.plan.upcoming().is_none() && self.goes_on {
            self.plan = HourPlan::begin(self.next.hour());
            self.last = None;
        }
        let upcoming = self.plan.upcoming()?;
        let law = by.law_at(law_of(upcoming));
        let slot = self.plan.step(world, &by.admission(world, upcoming, law), &mut |_| {});
        let shown = slot.no == self.next;
        if shown {
            self.next = self.next.next();
        }
        let before = self.last.replace(Arc::clone(&slot));
        Some(Planned { slot, before, shown, by: Arc::clone(by), law })
    }
}
