//! Time on the processor, which a busy machine stretches less than time on the wall.

use std::fs;
use std::time::Instant;

/// Started when work begins.
pub struct Stopwatch {
    wall: Instant,
    cpu_s: Option<f64>,
}

/// What a piece of work took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Processor time of all threads, s; the same as on the wall where the system does not tell.
    pub cpu_s: f64,
    /// Time on the wall, s.
    pub wall_s: f64,
}

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self { cpu_s: processor_s(), wall: Instant::now() }
    }

    /// Reads it.
    pub fn read(&self) -> Took {
        let wall_s = self.wall.elapsed().as_secs_f64();
        let cpu_s = self.cpu_s.and_then(|before| Some(processor_s()? - before)).unwrap_or(wall_s);
        Took { cpu_s, wall_s }
    }
}

/// Processor time of all threads that are there, s: the first number of each one's `schedstat`, ns.
fn processor_s() -> Option<f64> {
    let mut sum_ns = 0_u64;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        sum_ns += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(sum_ns as f64 * 1e-9)
}
