//! The network's own time: the wall clock, or a replay that runs from some instant on at some speed.
//!
//! Replays go by the monotonic clock and never jump. The wall clock may: whoever plans asks [`Clock::jumped`] and begins anew.

use skyweave_core::time::{SLOT_S, SlotNo, unix_seconds};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const SECOND_NS: f64 = 1e9;
/// A wall clock that moved this much against the monotonic one was set, or the machine slept. Slewing and leap seconds stay below.
const JUMP_NS: i64 = 30 * 1_000_000_000;

/// Which time the network has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// That of the wall clock.
    Wall,
    /// A replay: it begins at this instant, ns since 1970 UTC, and goes so many times as fast as time.
    Replay {
        /// Where it begins.
        from_ns: i64,
        /// How fast it goes.
        speed: f64,
    },
}

/// Where the time comes from: the wall clock in ns since 1970, and one that never jumps.
pub trait Source: Send + Sync {
    /// The wall clock, ns since 1970 UTC.
    fn wall_ns(&self) -> i64;
    /// Since some instant, and never back.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct Machine(Instant);

impl Default for Machine {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Source for Machine {
    fn wall_ns(&self) -> i64 {
        crate::clock::now_ns()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The network's clock.
pub struct Clock {
    pace: Pace,
    source: Box<dyn Source>,
    began: Duration,
    /// Both clocks when they were last compared.
    compared: Mutex<(i64, Duration)>,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self::on(pace, Box::<Machine>::default())
    }

    /// The same over other clocks.
    #[must_use]
    pub fn on(pace: Pace, source: Box<dyn Source>) -> Self {
        let began = source.monotonic();
        let compared = Mutex::new((source.wall_ns(), began));
        Self { pace, source, began, compared }
    }

    /// The network's time, ns since 1970 UTC.
    #[must_use]
    pub fn now_ns(&self) -> i64 {
        match self.pace {
            Pace::Wall => self.source.wall_ns(),
            Pace::Replay { from_ns, speed } => {
                let elapsed = self.source.monotonic().saturating_sub(self.began);
                from_ns + (elapsed.as_secs_f64() * speed * SECOND_NS) as i64
            }
        }
    }

    /// How many times as fast as time it goes.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        match self.pace {
            Pace::Wall => 1.0,
            Pace::Replay { speed, .. } => speed,
        }
    }

    /// Whether it is the wall clock's time.
    #[must_use]
    pub const fn is_wall(&self) -> bool {
        matches!(self.pace, Pace::Wall)
    }

    /// The slot that holds now.
    #[must_use]
    pub fn slot(&self) -> SlotNo {
        slot_at(self.now_ns())
    }

    /// How long it still takes, in time as it passes here, until a slot begins; nothing if it has begun.
    #[must_use]
    pub fn until(&self, slot: SlotNo) -> Duration {
        let left_s = (start_ns(slot) - self.now_ns()) as f64 / SECOND_NS / self.speed();
        Duration::from_secs_f64(left_s.max(0.0))
    }

    /// How long ago a slot began, in time as it passes here; nothing if it has not.
    #[must_use]
    pub fn since(&self, slot: SlotNo) -> Duration {
        let passed_s = (self.now_ns() - start_ns(slot)) as f64 / SECOND_NS / self.speed();
        Duration::from_secs_f64(passed_s.max(0.0))
    }

    /// When a slot begins by the wall clock, ns since 1970: the time by which orders are in force. That of a replay is estimated.
    #[must_use]
    pub fn wall_ns_of(&self, slot: SlotNo) -> i64 {
        match self.pace {
            Pace::Wall => start_ns(slot),
            Pace::Replay { speed, .. } => {
                let ahead_ns = (start_ns(slot) - self.now_ns()) as f64 / speed;
                self.source.wall_ns().saturating_add(ahead_ns as i64)
            }
        }
    }

    /// The slot that holds when the wall clock tells a time, ns since 1970.
    #[must_use]
    pub fn slot_of_wall(&self, wall_ns: i64) -> SlotNo {
        match self.pace {
            Pace::Wall => slot_at(wall_ns),
            Pace::Replay { speed, .. } => {
                let ahead_ns = wall_ns.saturating_sub(self.source.wall_ns()) as f64 * speed;
                slot_at(self.now_ns().saturating_add(ahead_ns as i64))
            }
        }
    }

    /// By how many seconds the wall clock was set since this was last asked, if that is more than anything but setting it explains.
    pub fn jumped(&self) -> Option<i64> {
        let now = (self.source.wall_ns(), self.source.monotonic());
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        let passed_ns = i64::try_from(now.1.saturating_sub(compared.1).as_nanos()).unwrap_or(i64::MAX);
        let jump_ns = now.0.saturating_sub(compared.0).saturating_sub(passed_ns);
        *compared = now;
        (self.is_wall() && jump_ns.abs() > JUMP_NS).then_some(jump_ns / 1_000_000_000)
    }
}

/// When a slot begins, ns since 1970 UTC.
#[must_use]
pub fn start_ns(slot: SlotNo) -> i64 {
    // slots begin at whole seconds
    unix_seconds(slot.start()).round() as i64 * 1_000_000_000
}

/// The slot of an instant, ns since 1970 UTC.
#[must_use]
pub fn slot_at(time_ns: i64) -> SlotNo {
    let second = time_ns.div_euclid(1_000_000_000);
    let guess = SlotNo::containing(hifitime::Epoch::from_unix_seconds(second as f64));
    // leap seconds move slots against the count of seconds: the guess is at most one off
    let candidates = [guess.next(), guess, guess.minus(1)];
    candidates.into_iter().find(|slot| start_ns(*slot) <= time_ns).unwrap_or(guess)
}

/// Length of a slot, ns.
pub const SLOT_NS: i64 = SLOT_S * 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct Set {
        wall_ns: AtomicI64,
        monotonic_ns: AtomicI64,
    }

    impl Source for Arc<Set> {
        fn wall_ns(&self) -> i64 {
            self.wall_ns.load(Ordering::Relaxed)
        }

        fn monotonic(&self) -> Duration {
            Duration::from_nanos(self.monotonic_ns.load(Ordering::Relaxed) as u64)
        }
    }

    impl Set {
        fn pass(&self, wall_s: i64, monotonic_s: i64) {
            self.wall_ns.fetch_add(wall_s * 1_000_000_000, Ordering::Relaxed);
            self.monotonic_ns.fetch_add(monotonic_s * 1_000_000_000, Ordering::Relaxed);
        }
    }

    #[test]
    fn instants_are_in_the_slot_that_began_last() {
        let slot = SlotNo(1_400_000_000 / 15);
        let start = start_ns(slot);
        for (after_ns, expected) in
            [(0, slot), (1, slot), (SLOT_NS - 1, slot), (SLOT_NS, slot.next()), (-1, slot.minus(1))]
        {
            assert_eq!(slot_at(start + after_ns), expected, "{after_ns}");
        }
    }

    #[test]
    fn a_replay_goes_by_the_monotonic_clock_alone() {
        let set = Arc::new(Set::default());
        let from = SlotNo(93_000_000);
        let pace = Pace::Replay { from_ns: start_ns(from), speed: 60.0 };
        let clock = Clock::on(pace, Box::new(Arc::clone(&set)));
        assert_eq!(clock.slot(), from);
        set.pass(3_600, 1);
        assert_eq!(clock.slot(), SlotNo(from.0 + 4));
        assert_eq!(clock.until(SlotNo(from.0 + 8)), Duration::from_secs(1));
        assert_eq!(clock.since(from), Duration::from_secs(1));
        assert_eq!(clock.jumped(), None);
    }

    #[test]
    fn a_wall_clock_that_is_set_by_an_hour_is_noticed_once() {
        let set = Arc::new(Set::default());
        set.pass(1_800_000_000, 5);
        let clock = Clock::on(Pace::Wall, Box::new(Arc::clone(&set)));
        set.pass(15, 15);
        assert_eq!(clock.jumped(), None);
        set.pass(3_600 + 15, 15);
        assert_eq!(clock.jumped(), Some(3_600));
        assert_eq!(clock.jumped(), None);
        set.pass(15 - 3_600, 15);
        assert_eq!(clock.jumped(), Some(-3_600));
    }
}
