//! The whole planner on one screen: one pure function makes a slot.

use crate::admission::{Admission, Basis, Unsigned};
use crate::conditions::Conditions;
use crate::constellation::{self, Topology};
use crate::demand::{self, Demand};
use crate::feeder::{self, Feeders};
use crate::flow::{self, Flows};
use crate::laser::{self, Lasers};
use crate::orbit::{Fleet, Sky};
use crate::radio::Links;
use crate::route::{self, Routes};
use crate::schedule::{self, Assignment};
use crate::terminal::{self, TerminalService};
use crate::time::{SlotNo, UtcHour};
use crate::visibility;
use crate::world::World;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// Slots that are planned before an hour begins and thrown away, so that the hour does not start from nothing. With this
/// the memory of a plan is bounded by definition: an hour never depends on more than the two minutes before it.
pub const WARM_UP_SLOTS: i64 = 8;

/// Everything that holds for 15 seconds. `A` says how its admission came about.
#[derive(Debug)]
pub struct Slot<A: Basis> {
    /// Which slot.
    pub no: SlotNo,
    /// What works and what is asked for.
    pub conditions: Conditions,
    /// The constellation of this hour.
    pub topology: Arc<Topology>,
    /// The satellites, ready to be propagated.
    pub fleet: Arc<Fleet>,
    /// Where every satellite is.
    pub sky: Sky,
    /// Which lasers carry traffic.
    pub lasers: Lasers,
    /// Which gateway holds which satellite.
    pub feeders: Feeders,
    /// The ways to the PoPs in use.
    pub routes: Routes,
    /// What everybody asks for.
    pub demand: Demand,
    /// Who serves whom.
    pub assignment: Assignment,
    /// What everybody gets.
    pub flows: Flows,
    /// What each listed terminal gets.
    pub terminals: Vec<TerminalService>,
    basis: PhantomData<A>,
}

/// Makes a slot from the world, an admission and the slot before.
#[must_use]
pub fn plan<A: Basis>(
    world: &World,
    admission: &Admission<A>,
    before: Option<&Slot<A>>,
    no: SlotNo,
) -> Slot<A> {
    plan_watched(world, admission, before, no, &mut |_| {})
}

/// The same, telling `watch` the name of each stage when it is done: the planner has no clock, a watcher may have one.
#[must_use]
pub fn plan_watched<A: Basis>(
    world: &World,
    admission: &Admission<A>,
    before: Option<&Slot<A>>,
    no: SlotNo,
    watch: &mut dyn FnMut(&'static str),
) -> Slot<A> {
    let conditions = Conditions::at(world, no);
    let topology =
        before.map_or_else(|| Arc::new(constellation::infer(world, no)), |b| Arc::clone(&b.topology));
    watch("constellation");
    let demand = demand::find(world, &conditions, admission, no);
    watch("demand");
    let fleet = before.map_or_else(|| Arc::new(Fleet::new(&world.satellites)), |b| Arc::clone(&b.fleet));
    let sky = fleet.sky(&conditions, no);
    watch("orbit");
    let views = visibility::find(world, &sky);
    watch("visibility");
    let lasers =
        laser::point(&world.rules.lasers, &topology, &sky, &conditions, before.map(|b| &b.lasers), no);
    watch("laser");
    let links = Links::new(world, &conditions.rain);
    watch("radio");
    let held = before.map(|b| &b.feeders);
    let feeders = feeder::hold(world, &topology, &conditions, &sky, &views, &links, held);
    watch("feeder");
    let pops = demand.pops(world.pops.len());
    let routes = route::find(world, &conditions, &lasers, &feeders, pops);
    watch("route");
    let given = schedule::Given {
        slot: no,
        demand: &demand,
        topology: &topology,
        sky: &sky,
        views: &views,
        links: &links,
        feeders: &feeders,
        routes: &routes,
        before: before.map(|b| &b.assignment),
    };
    let assignment = schedule::assign(world, &given);
    watch("schedule");
    let given = flow::Given {
        demand: &demand,
        sky: &sky,
        assignment: &assignment,
        links: &links,
        lasers: &lasers,
        feeders: &feeders,
        routes: &routes,
    };
    let flows = flow::share(world, &given);
    watch("flow");
    let given = terminal::Given {
        sky: &sky,
        conditions: &conditions,
        demand: &demand,
        assignment: &assignment,
        flows: &flows,
    };
    let terminals = terminal::serve(world, admission, &given, no);
    watch("terminal");

    Slot {
        no,
        conditions,
        topology,
        fleet,
        sky,
        lasers,
        feeders,
        routes,
        demand,
        assignment,
        flows,
        terminals,
        basis: PhantomData,
    }
}

/// The slots of one UTC hour, planned from an empty slot [`WARM_UP_SLOTS`] before it.
pub fn hour<'a, A: Basis>(
    world: &'a World,
    admission: impl Fn(SlotNo) -> Admission<A> + 'a,
    hour: UtcHour,
) -> impl Iterator<Item = Arc<Slot<A>>> + 'a {
    let mut plan = HourPlan::begin(hour);
    let slots = std::iter::from_fn(move || {
        let no = plan.upcoming()?;
        Some(plan.step(world, &admission(no), &mut |_| {}))
    });
    slots.filter(move |slot| slot.no >= hour.first_slot())
}

/// One UTC hour while it is planned, a slot at a time, the warm-up before it included. Whoever plans, in batch or live,
/// plans hours in this way; so they do not depend on each other and may be planned side by side.
#[derive(Debug)]
pub struct HourPlan<A: Basis> {
    next: SlotNo,
    end: SlotNo,
    before: Option<Arc<Slot<A>>>,
}

impl<A: Basis> HourPlan<A> {
    /// Begins at the empty slot [`WARM_UP_SLOTS`] before the hour.
    #[must_use]
    pub fn begin(hour: UtcHour) -> Self {
        let next = hour.first_slot().minus(WARM_UP_SLOTS);
        Self { next, end: hour.next().first_slot(), before: None }
    }

    /// Begins in the middle of an hour, at the empty slot [`WARM_UP_SLOTS`] before `first`, and ends with the hour. What it plans is not
    /// to the bit what the hour's own plan has there: it is for whoever must see the slot of now before the hour is planned up to it.
    #[must_use]
    pub fn begin_within(first: SlotNo) -> Self {
        Self { next: first.minus(WARM_UP_SLOTS), end: first.hour().next().first_slot(), before: None }
    }

    /// Goes on after a slot that was planned, and ends with its hour: for whoever plans again what comes after it.
    #[must_use]
    pub fn after(slot: Arc<Slot<A>>) -> Self {
        Self { next: slot.no.next(), end: slot.no.hour().next().first_slot(), before: Some(slot) }
    }

    /// The slot that [`Self::step`] plans next, of the warm-up or of the hour; `None` when the hour is planned.
    #[must_use]
    pub fn upcoming(&self) -> Option<SlotNo> {
        (self.next < self.end).then_some(self.next)
    }

    /// Plans the next slot. `admission` is of that slot; `watch` as in [`plan_watched`].
    pub fn step(
        &mut self,
        world: &World,
        admission: &Admission<A>,
        watch: &mut dyn FnMut(&'static str),
    ) -> Arc<Slot<A>> {
        let slot = Arc::new(plan_watched(world, admission, self.before.as_deref(), self.next, watch));
        self.before = Some(Arc::clone(&slot));
        self.next = self.next.next();
        slot
    }
}

/// The slots of a scenario one after another, without end: the same that a run of it plans.
#[derive(Debug)]
pub struct Slots<W> {
    world: W,
    plan: HourPlan<Unsigned>,
    next: SlotNo,
}

impl<W: Deref<Target = World>> Slots<W> {
    /// The slots from `first` on. Those of its hour before it are planned too, since it depends on them.
    #[must_use]
    pub fn from(world: W, first: SlotNo) -> Self {
        Self { world, plan: HourPlan::begin(first.hour()), next: first }
    }

    /// Plans the next.
    #[expect(
        clippy::should_implement_trait,
        reason = "it has no end, which an iterator would make its users think of"
    )]
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
