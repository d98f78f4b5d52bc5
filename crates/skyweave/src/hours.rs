//! Hours side by side: each worker takes the next hour that nobody has, plans it slot by slot, and writes it.
//!
//! An hour never depends on another one (it begins at an empty slot before it), so the bytes are the same whoever plans it.

use crate::crew::{Crew, Staff};
use crate::interrupt::Interrupt;
use crate::progress::Planning;
use crate::timings::Timings;
use miette::{IntoDiagnostic, Report, Result, WrapErr};
use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::plan::{HourPlan, WARM_UP_SLOTS};
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_io::results::Writer;
use skyweave_io::scenario::Prepared;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// The slots of an hour that are planned: first those that nobody sees, then those of the run's window.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The first slot of the warm-up.
    pub begins: SlotNo,
    /// The first slot that is written.
    pub shown: SlotNo,
    /// The first slot after the last.
    pub ends: SlotNo,
}

impl Stretch {
    /// What a window of slots needs of an hour.
    pub fn of(hour: UtcHour, window: (SlotNo, SlotNo)) -> Self {
        let first = hour.first_slot();
        Self {
            begins: first.minus(WARM_UP_SLOTS),
            shown: first.max(window.0),
            ends: hour.next().first_slot().min(window.1),
        }
    }
}

/// What there is to plan.
pub struct Work<'a> {
    /// The world and the window.
    pub prepared: &'a Prepared,
    /// Where each hour goes.
    pub writer: &'a Writer,
    /// The hours, in their order.
    pub hours: &'a [UtcHour],
    /// Shows how far it is.
    pub progress: &'a Planning,
    /// Asked before every slot.
    pub interrupt: &'a Interrupt,
}

/// Plans and writes all hours with the threads of the staff. Gives the times it took, empty unless `timed`, or nothing if
/// somebody wanted the program to stop: finished hours are whole then too.
///
/// # Errors
/// The first that any worker met; the others stop at their next slot then. Finished hours are whole.
pub fn plan(work: &Work<'_>, staff: &Staff, timed: bool) -> Result<Option<Timings>> {
    let shared = Shared::default();
    let timings = thread::scope(|scope| {
        let workers: Vec<_> = staff
            .shares()
            .iter()
            .filter_map(|&threads| {
                let worker = Worker { work, shared: &shared, timings: Timings::new(timed) };
                let spawned =
                    thread::Builder::new().spawn_scoped(scope, move || worker.plan_hours(staff, threads));
                let spawned = spawned.into_diagnostic().wrap_err("cannot start a worker");
                spawned.map_err(|report| shared.fail(report)).ok()
            })
            .collect();
        let joined =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|p| std::panic::resume_unwind(p)));
        joined.fold(Timings::new(timed), |all, of_worker| all.and(&of_worker))
    });
    match shared.failure.into_inner() {
        Some(failure) => Err(failure),
        None if shared.stop.into_inner() => Ok(None),
        None => Ok(Some(timings)),
    }
}

/// What the workers share.
#[derive(Default)]
struct Shared {
    /// How many hours are taken.
    taken: AtomicUsize,
    /// True if all are to stop.
    stop: AtomicBool,
    /// Why, if it is an error.
    failure: OnceLock<Report>,
}

impl Shared {
    fn fail(&self, report: Report) {
        // what others meet while they stop is mostly the same, and said once
        let _ = self.failure.set(report);
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Why a worker stops in the middle.
enum Halt {
    Told,
    Failed(Report),
}

impl<E: Into<Report>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Worker<'a> {
    work: &'a Work<'a>,
    shared: &'a Shared,
    timings: Timings,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            // a bug of one hour is not to wait for the end of all others
            self.shared.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Worker<'_> {
    /// Plans hours until there are none left.
    fn plan_hours(mut self, staff: &Staff, threads: usize) -> Timings {
        if let Err(Halt::Failed(report)) = self.try_to_plan_hours(staff, threads) {
            self.shared.fail(report);
        }
        std::mem::take(&mut self.timings)
    }

    fn try_to_plan_hours(&mut self, staff: &Staff, threads: usize) -> Result<(), Halt> {
        let mut crew = Crew::begin(staff, threads)?;
        while let Some(hour) = self.work.hours.get(self.shared.taken.fetch_add(1, Ordering::Relaxed)) {
            self.plan_hour(*hour, &mut crew)?;
        }
        Ok(())
    }

    fn plan_hour(&mut self, hour: UtcHour, crew: &mut Crew<'_>) -> Result<(), Halt> {
        let Work { prepared, writer, progress, .. } = self.work;
        let world = &prepared.world;
        let stretch = Stretch::of(hour, (prepared.first, prepared.end));
        let mut part = writer.begin(hour)?;
        let mut plan = HourPlan::<Unsigned>::begin(hour);
        progress.warms_up_to(stretch.shown);
        while let Some(no) = plan.upcoming().filter(|no| *no < stretch.ends) {
            self.go_on()?;
            let (timings, shown) = (&mut self.timings, no >= stretch.shown);
            let slot = crew.run(|| {
                timings.slot(no, shown, |watch| {
                    let admission = Admission::declared(world, no);
                    watch("admission");
                    plan.step(world, &admission, watch)
                })
            })?;
            if shown {
                self.timings.writing(|| part.slot(world, &slot))?;
            }
            if no == stretch.shown {
                progress.is_warm();
            }
            progress.slot();
        }
        self.timings.closing(|| part.finish())?;
        Ok(())
    }

    /// Stops if somebody wants it, or another worker cannot go on.
    fn go_on(&self) -> Result<(), Halt> {
        if self.work.interrupt.came() {
            self.shared.stop.store(true, Ordering::Relaxed);
        }
        if self.shared.stop.load(Ordering::Relaxed) { Err(Halt::Told) } else { Ok(()) }
    }
}
