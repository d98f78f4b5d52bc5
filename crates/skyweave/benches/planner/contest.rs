//! Several doing the same, turn by turn, so that what the machine does meanwhile hits all of them.

use crate::clock::Took;
use crate::contestant::{Contestant, Entry};
use crate::options::Options;
use crate::report::Report;
use miette::Result;
use serde_json::Value;
use std::io::IsTerminal;

/// How often, and for how long, everybody is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Rounds at most.
    pub rounds: usize,
    /// Rounds at least, however slow one is.
    pub at_least: usize,
    /// Nobody starts another round after this much time of its own, s.
    pub seconds: f64,
    /// Whose first round takes longer is measured by it alone, s.
    pub patience_s: f64,
}

impl Effort {
    /// What is usual.
    pub fn of(options: &Options) -> Self {
        if options.quick {
            Self { rounds: 5, at_least: 1, seconds: 0.5, patience_s: 5.0 }
        } else {
            Self { rounds: 15, at_least: 3, seconds: 6.0, patience_s: 20.0 }
        }
    }
}

/// How one fared.
pub struct Fared {
    /// Its name.
    pub name: String,
    /// Work of one round.
    pub work: f64,
    /// Median time of a round, s: on the processor for one thread, on the wall for more.
    pub seconds: f64,
    /// What came out.
    pub answer: Value,
}

/// Measures all that can take part; who cannot is noted in the report with the reason.
pub fn run(
    title: &str,
    threads: usize,
    entries: &[Entry],
    options: &Options,
    report: &mut Report,
) -> Result<Vec<Fared>> {
    let mut running = Vec::new();
    for entry in entries {
        match Contestant::start(entry, threads, options) {
            Ok(contestant) => {
                report.version(&contestant.name, contestant.version.as_deref());
                running.push((contestant, Vec::new(), 0.0));
            }
            Err(why) => report.left_out(title, &entry.name, &why.to_string()),
        }
    }
    let effort = Effort::of(options);
    // the first touch of memory and caches is nobody's merit
    let seconds = |took: Took| if threads == 1 { took.cpu_s } else { took.wall_s };
    for (contestant, times, work) in &mut running {
        passing(&format!("{title}: warming up: {}", contestant.name));
        let (done, took) = contestant.time()?;
        if seconds(took) > effort.patience_s {
            *work = done;
            times.push(seconds(took));
        }
    }
    for round in 0..effort.rounds {
        let mut anybody = false;
        for (contestant, times, work) in &mut running {
            let total: f64 = times.iter().sum();
            if total > effort.patience_s || (round >= effort.at_least && total > effort.seconds) {
                continue;
            }
            anybody = true;
            passing(&format!(
                "{title}: round {} of at most {}: {}",
                round + 1,
                effort.rounds,
                contestant.name
            ));
            let (done, took) = contestant.time()?;
            *work = done;
            times.push(seconds(took));
        }
        if !anybody {
            break;
        }
    }
    passing("");
    let mut results = Vec::new();
    for (mut contestant, times, work) in running {
        let seconds = median(&times);
        eprintln!("{title}: {} {:.3} ms a round, median of {}", contestant.name, seconds * 1e3, times.len());
        let answer = contestant.answer()?;
        results.push(Fared { name: contestant.name.clone(), work, seconds, answer });
    }
    Ok(results)
}

/// The middle one; of an even number the upper.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Shows where the work is, on a terminal, until the next thing is shown.
pub fn passing(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    }
}
