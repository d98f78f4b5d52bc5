//! Threads, and who has how many: workers that plan hours side by side, each in a pool of its own.
//!
//! A pool of its own, because a thread that waits for a part of a slot takes up whatever other work its pool has. In a pool
//! of all workers that would be another hour, begun on top of the first one and kept in memory with it.

use miette::{IntoDiagnostic, Result, WrapErr};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All threads of the program that plan, shared out to workers.
pub struct Staff {
    shares: Vec<usize>,
    roster: Mutex<Roster>,
}

struct Roster {
    /// Threads that workers left behind.
    idle: usize,
    /// Workers that still plan.
    working: usize,
}

impl Staff {
    /// As many workers as there are threads and hours to plan; a part of the threads for each, the larger parts first.
    pub fn of(threads: usize, hours: usize) -> Self {
        let workers = threads.min(hours);
        let share = |worker| threads / workers + usize::from(worker < threads % workers);
        let roster = Roster { idle: 0, working: workers };
        Self { shares: (0..workers).map(share).collect(), roster: Mutex::new(roster) }
    }

    /// The threads that each worker begins with.
    pub fn shares(&self) -> &[usize] {
        &self.shares
    }

    /// The part of one worker of the threads that others left behind.
    fn claim(&self) -> usize {
        let mut roster = self.roster();
        let part = roster.idle.div_ceil(roster.working.max(1));
        roster.idle -= part;
        part
    }

    fn leave(&self, threads: usize) {
        let mut roster = self.roster();
        roster.idle += threads;
        roster.working -= 1;
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        // two counts are right whoever panicked
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads of one worker.
pub struct Crew<'a> {
    staff: &'a Staff,
    threads: usize,
    pool: ThreadPool,
}

impl<'a> Crew<'a> {
    /// Begins with a share of the staff's threads; leaves them to the others when dropped.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn begin(staff: &'a Staff, threads: usize) -> Result<Self> {
        Ok(Self { staff, threads, pool: pool(threads)? })
    }

    /// Does a piece of work, after taking in threads whose workers found no more hours.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn run<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let more = self.staff.claim();
        if more > 0 {
            self.threads += more;
            self.pool = pool(self.threads)?;
        }
        Ok(self.pool.install(work))
    }
}

impl Drop for Crew<'_> {
    fn drop(&mut self) {
        self.staff.leave(self.threads);
    }
}

fn pool(threads: usize) -> Result<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.into_diagnostic().wrap_err_with(|| format!("cannot start {threads} threads for an hour"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_has_a_worker_and_every_worker_an_hour() {
        let shares = |threads, hours| Staff::of(threads, hours).shares().to_vec();
        assert_eq!(shares(1, 3), [1]);
        assert_eq!(shares(2, 1), [2]);
        assert_eq!(shares(2, 2), [1, 1]);
        assert_eq!(shares(16, 3), [6, 5, 5]);
        assert!(shares(4, 0).is_empty());
    }

    #[test]
    fn threads_of_those_who_are_done_go_to_those_who_are_not() {
        let staff = Staff::of(7, 3);
        let mut crews: Vec<Crew<'_>> =
            staff.shares().iter().map(|threads| Crew::begin(&staff, *threads).unwrap()).collect();
        let in_use = |crew: &mut Crew<'_>| crew.run(rayon::current_num_threads).unwrap();
        assert_eq!(crews.iter_mut().map(in_use).collect::<Vec<_>>(), [3, 2, 2]);
        drop(crews.remove(0));
        assert_eq!(crews.iter_mut().map(in_use).collect::<Vec<_>>(), [4, 3]);
        drop(crews.remove(1));
        assert_eq!(crews.iter_mut().map(in_use).collect::<Vec<_>>(), [7]);
    }
}
