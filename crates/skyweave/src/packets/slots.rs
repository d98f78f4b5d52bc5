//! The slots of a scenario one after another, for whoever goes through them: the same that `skyweave run` plans.

use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::plan::{HourPlan, Slot};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Slots that are planned ahead of whoever takes them.
const AHEAD: usize = 2;

/// Slots from one on, without end.
pub struct Slots<W> {
    world: W,
    plan: HourPlan<Unsigned>,
    next: SlotNo,
}

impl<W: Deref<Target = World>> Slots<W> {
    /// The slots from `first` on. Those of its hour before it are planned too, since it depends on them.
    pub fn from(world: W, first: SlotNo) -> Self {
        Self { world, plan: HourPlan::begin(first.hour()), next: first }
    }

    /// Plans the next.
    pub fn next(&mut self) -> Arc<Slot<Unsigned>> {
        loop {
            let Some(upcoming) = self.plan.upcoming() else {
                self.plan = HourPlan::begin(self.next.hour());
                continue;
            };
            let admission = Admission::declared(&self.world, upcoming);
            let slot = self.plan.step(&self.world, &admission, &mut |_| {});
            if slot.no == self.next {
                self.next = self.next.next();
                return slot;
            }
        }
    }
}

/// Slots from one on, planned by a thread of its own until nobody wants more.
pub fn ahead(world: &Arc<World>, first: SlotNo) -> Receiver<Arc<Slot<Unsigned>>> {
    let (sender, slots) = sync_channel(AHEAD);
    let mut planned = Slots::from(Arc::clone(world), first);
    thread::spawn(move || while sender.send(planned.next()).is_ok() {});
    slots
}
