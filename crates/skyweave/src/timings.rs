//! Where the time of a run goes. The planner has no clock; it names a stage when it is done, and the clock is here.

use crate::spread::Spread;
use skyweave_core::time::SlotNo;
use std::time::{Duration, Instant};
use tracing::{Level, debug};

/// What planning and writing took, over the slots of one worker or of all.
#[derive(Debug, Default)]
pub struct Timings {
    /// False if nothing is measured: then no clock is read.
    on: bool,
    /// The stages of the slots that are written, in their order.
    pub stages: Vec<(&'static str, Spread)>,
    /// Those slots as wholes.
    pub slots: Spread,
    /// Slots that were planned and not written: warm-up, and what lies before the window.
    pub warm_up: Spread,
    /// Taking rows from slots, and encoding them.
    pub writing: Spread,
    /// Finishing the files of an hour.
    pub closing: Spread,
}

impl Timings {
    /// Nothing yet. A clock is read if `wanted`, or if the log takes in what it says.
    pub fn new(wanted: bool) -> Self {
        Self { on: wanted || tracing::enabled!(Level::DEBUG), ..Self::default() }
    }

    /// Plans a slot with a watcher for its stages.
    pub fn slot<T>(
        &mut self,
        no: SlotNo,
        shown: bool,
        plan: impl FnOnce(&mut dyn FnMut(&'static str)) -> T,
    ) -> T {
        if !self.on {
            return plan(&mut |_| {});
        }
        let mut laps: Vec<(&'static str, Duration)> = Vec::with_capacity(self.stages.len());
        let began = Instant::now();
        let mut last = began;
        let slot = plan(&mut |stage| {
            let now = Instant::now();
            laps.push((stage, now - last));
            last = now;
        });
        let whole = began.elapsed();
        // told afterwards, so that no stage pays for the telling of another
        for (stage, time) in &laps {
            debug!(slot = no.0, stage, us = time.as_micros(), "stage");
        }
        debug!(slot = no.0, shown, us = whole.as_micros(), "slot");
        if shown {
            self.slots.add(whole);
            for (stage, time) in laps {
                self.stage(stage).add(time);
            }
        } else {
            self.warm_up.add(whole);
        }
        slot
    }

    /// Writes a slot.
    pub fn writing<T>(&mut self, write: impl FnOnce() -> T) -> T {
        timed(self.on, &mut self.writing, write)
    }

    /// Finishes the files of an hour.
    pub fn closing<T>(&mut self, close: impl FnOnce() -> T) -> T {
        timed(self.on, &mut self.closing, close)
    }

    /// Both together.
    pub fn and(mut self, other: &Self) -> Self {
        for (stage, spread) in &other.stages {
            self.stage(stage).merge(spread);
        }
        self.slots.merge(&other.slots);
        self.warm_up.merge(&other.warm_up);
        self.writing.merge(&other.writing);
        self.closing.merge(&other.closing);
        self
    }

    /// All that workers spent.
    pub fn busy(&self) -> Duration {
        [&self.slots, &self.warm_up, &self.writing, &self.closing].map(Spread::total).into_iter().sum()
    }

    fn stage(&mut self, name: &'static str) -> &mut Spread {
        let at = self.stages.iter().position(|(stage, _)| *stage == name).unwrap_or_else(|| {
            self.stages.push((name, Spread::default()));
            self.stages.len() - 1
        });
        &mut self.stages[at].1
    }
}

fn timed<T>(on: bool, spread: &mut Spread, work: impl FnOnce() -> T) -> T {
    if !on {
        return work();
    }
    let began = Instant::now();
    let done = work();
    spread.add(began.elapsed());
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(timings: &mut Timings, no: i64, shown: bool) -> i64 {
        timings.slot(SlotNo(no), shown, |watch| {
            watch("first");
            watch("second");
            no
        })
    }

    #[test]
    fn stages_are_those_of_the_slots_that_are_shown() {
        let mut one = Timings::new(true);
        assert_eq!((slot(&mut one, 1, false), slot(&mut one, 2, true)), (1, 2));
        let mut other = Timings::new(true);
        slot(&mut other, 3, true);
        assert_eq!(other.writing(|| 4), 4);
        let both = one.and(&other);
        let counts: Vec<_> = both.stages.iter().map(|(stage, spread)| (*stage, spread.count())).collect();
        assert_eq!(counts, [("first", 2), ("second", 2)]);
        assert_eq!((both.slots.count(), both.warm_up.count(), both.writing.count()), (2, 1, 1));
        let of_stages: Duration = both.stages.iter().map(|(_, spread)| spread.total()).sum();
        assert!(of_stages <= both.slots.total() && both.slots.total() <= both.busy());
    }

    #[test]
    fn nothing_is_measured_unasked() {
        let mut timings = Timings::new(false);
        slot(&mut timings, 1, true);
        timings.closing(|| ());
        assert_eq!((timings.stages.len(), timings.busy()), (0, Duration::ZERO));
    }
}
