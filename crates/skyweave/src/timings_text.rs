//! The times of a run as people and programs read them: `skyweave run --timings`.

use crate::spread::Spread;
use crate::table::{Table, count};
use crate::timings::Timings;
use serde::Serialize;
use std::time::Duration;

/// What a run took.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Threads of all workers.
    threads: usize,
    /// Those that each worker began with.
    threads_of_workers: Vec<usize>,
    /// Hours that were planned; finished ones of a resumed run are not among them.
    hours: usize,
    /// Slots that were written.
    slots: u64,
    /// Slots that were planned and not written.
    warm_up_slots: u64,
    /// From the first worker's beginning to the last one's end, s.
    wall_s: f64,
    /// Time of all processors for this program meanwhile, s, where the system tells it.
    cpu_s: Option<f64>,
    /// Written slots over wall time.
    slots_per_s: f64,
    /// Written slots over processor time.
    slots_per_cpu_s: Option<f64>,
    /// The stages of planning a slot that is written, in their order.
    stages: Vec<Row>,
    /// Those slots as wholes.
    planning: Row,
    /// Taking rows from them and encoding these.
    writing: Row,
    /// Finishing the files of hours.
    closing: Row,
    /// Slots that are planned and not written.
    warm_up: Row,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    /// Mean for each slot that is written, ms.
    mean_ms: f64,
    /// What 95 % do not exceed, ms.
    p95_ms: f64,
    /// The longest, ms.
    max_ms: f64,
    /// Part of all that the workers spent, between 0 and 1.
    share: f64,
}

impl Report {
    /// What `timings` come to, with the threads that each worker began with.
    pub fn of(
        timings: &Timings,
        threads_of_workers: &[usize],
        hours: usize,
        wall: Duration,
        cpu: Option<Duration>,
    ) -> Self {
        let slots = timings.slots.count();
        let row = |name, spread: &Spread| Row {
            name,
            mean_ms: ratio(spread.total().as_secs_f64() * 1e3, slots as f64),
            p95_ms: spread.quantile(0.95).as_secs_f64() * 1e3,
            max_ms: spread.longest().as_secs_f64() * 1e3,
            share: ratio(spread.total().as_secs_f64(), timings.busy().as_secs_f64()),
        };
        Self {
            threads: threads_of_workers.iter().sum(),
            threads_of_workers: threads_of_workers.to_vec(),
            hours,
            slots,
            warm_up_slots: timings.warm_up.count(),
            wall_s: wall.as_secs_f64(),
            cpu_s: cpu.map(|cpu| cpu.as_secs_f64()),
            slots_per_s: ratio(slots as f64, wall.as_secs_f64()),
            slots_per_cpu_s: cpu.map(|cpu| ratio(slots as f64, cpu.as_secs_f64())),
            stages: timings.stages.iter().map(|(name, spread)| row(name, spread)).collect(),
            planning: row("planning a slot", &timings.slots),
            writing: row("writing a slot", &timings.writing),
            closing: row("closing the files of an hour", &timings.closing),
            warm_up: row("a slot of the warm-up", &timings.warm_up),
        }
    }

    /// As people read it.
    pub fn lines(&self) -> String {
        if self.slots == 0 {
            return "\nNothing was planned: every hour was finished before.\n".to_owned();
        }
        let mut table = Table::new(&["stage", "ms a slot", "share", "p95", "max ms"], 1);
        let rows = self.stages.iter().chain([&self.planning, &self.writing, &self.closing, &self.warm_up]);
        rows.for_each(|row| table.row(row.cells()));
        let mut text = format!(
            "\nTimes of {} slots, with {} more for warming up, by {}:\n\n{}\n",
            count(self.slots as f64),
            count(self.warm_up_slots as f64),
            self.workers(),
            table.lines()
        );
        text.push_str(&format!("Wall time {:.1} s: {:.1} slots/s.", self.wall_s, self.slots_per_s));
        if let (Some(cpu_s), Some(rate)) = (self.cpu_s, self.slots_per_cpu_s) {
            text.push_str(&format!(" Processor time {cpu_s:.1} s: {rate:.1} slots a processor second."));
        }
        text.push('\n');
        text
    }

    fn workers(&self) -> String {
        let shares = &self.threads_of_workers;
        let (most, least) = (shares.first().unwrap_or(&0), shares.last().unwrap_or(&0));
        let workers =
            if shares.len() == 1 { "1 worker".to_owned() } else { format!("{} workers", shares.len()) };
        match (least, most) {
            (1, 1) => format!("{workers} with 1 thread each"),
            _ if least == most => format!("{workers} with {most} threads each"),
            _ => format!("{workers} with {least} or {most} threads each"),
        }
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let ms = |value: f64| format!("{value:.2}");
        let share = format!("{:.1} %", self.share * 100.0);
        vec![self.name.to_owned(), ms(self.mean_ms), share, ms(self.p95_ms), ms(self.max_ms)]
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Processor time of this program so far, user and system, all threads; `None` where there is no `/proc` (not on Linux).
pub fn processor_time() -> Option<Duration> {
    /// Linux tells programs these times in hundredths of a second, whatever its own clock is (`USER_HZ`, proc(5)).
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // fields 14 and 15; the second is the program's name in brackets and may hold anything, even brackets
    let after_name = stat.rsplit_once(')')?.1;
    let mut times = after_name.split_whitespace().skip(11).map(str::parse::<u32>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some(TICK * (user + system))
}

#[cfg(test)]
mod tests {
    use super::*;
    use skyweave_core::time::SlotNo;

    #[test]
    fn shares_add_up_and_every_stage_has_its_row() {
        let mut timings = Timings::new(true);
        for no in 0..4 {
            timings.slot(SlotNo(no), no > 0, |watch| {
                std::thread::sleep(Duration::from_millis(1));
                watch("orbit");
                watch("route");
            });
            timings.writing(|| ());
        }
        let wall = Duration::from_millis(500);
        let report = Report::of(&timings, &[2, 1], 2, wall, Some(wall * 2));
        let parts = [&report.planning, &report.writing, &report.closing, &report.warm_up];
        assert!((parts.iter().map(|row| row.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!((report.slots, report.warm_up_slots, report.slots_per_s), (3, 1, 6.0));
        let text = report.lines();
        for part in
            ["Times of 3 slots, with 1 more", "2 workers with 1 or 2 threads each", "\n  orbit", "\n  route"]
        {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(text.contains("6.0 slots/s") && text.contains("3.0 slots a processor second"), "{text}");
    }

    #[test]
    fn a_resumed_run_with_nothing_to_do_says_so() {
        let report = Report::of(&Timings::new(true), &[], 0, Duration::ZERO, None);
        assert!(report.lines().contains("Nothing was planned"));
    }
}
