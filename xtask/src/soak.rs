//! The long proofs: what is run for an hour because a second would prove nothing.

use std::fs;
use std::path::Path;
use std::time::Instant;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::command::CommandLine;
use crate::provenance;
use crate::soak_log::{self, Entry};

/// How long each soak runs for a look at it.
const SAMPLE_SECONDS: u64 = 10;

/// A command that keeps trying to break something for as many seconds as `SKYWEAVE_SOAK_SECONDS` says.
///
/// Its result is the last line it prints that begins with `soak:`, or failing that its last line.
pub struct Soak {
    /// As given on the command line and in the log.
    pub name: &'static str,
    /// What holds if it passes.
    proves: &'static str,
    command: &'static str,
    /// The file without which there is nothing to run yet.
    source: &'static str,
    /// True if it goes on for as long as it is given; false if it is done when it is done.
    open_ended: bool,
}

/// Every soak, in the order they are run.
pub const SOAKS: &[Soak] = &[
    Soak {
        name: "hostile-input",
        proves: "mangled files are refused with an error, never with a panic",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test io hostile -- --nocapture",
        source: "crates/skyweave-io/tests/io/hostile.rs",
        open_ended: true,
    },
    Soak {
        name: "kill-resume",
        proves: "a run killed anywhere resumes to the same bytes",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test program kill_resume -- --nocapture",
        source: "crates/skyweave/tests/program/kill_resume.rs",
        open_ended: true,
    },
    Soak {
        name: "scenarios",
        proves: "every shipped scenario, the hour-long ones too, gives its committed result",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test program scenarios -- --nocapture",
        source: "crates/skyweave/tests/program/scenarios.rs",
        open_ended: false,
    },
    Soak {
        name: "store-kills",
        proves: "a store killed under load, SQLite's or PostgreSQL's, has everything that it acknowledged",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test store kill -- --nocapture",
        source: "crates/skyweave-server/tests/store/kill.rs",
        open_ended: true,
    },
    Soak {
        name: "schemathesis",
        proves: "the API answers as its OpenAPI document says, whatever it is sent (needs schemathesis on the path)",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test api schemathesis -- --nocapture",
        source: "crates/skyweave-server/tests/api/fuzz.rs",
        open_ended: false,
    },
    Soak {
        name: "apart",
        proves: "planners and servers on one PostgreSQL: the next one leads, nothing acknowledged is lost; clients read the dishes of a network that runs",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test program -- --ignored --nocapture apart live_dishes",
        source: "crates/skyweave/tests/program/apart.rs",
        open_ended: false,
    },
    Soak {
        name: "traffic",
        proves: "a busy terminal while slots change and gateways fail: no leak, no crash, order kept but for changes of the way (needs iperf3)",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test program traffic -- --nocapture",
        source: "crates/skyweave/tests/program/traffic.rs",
        open_ended: false,
    },
    Soak {
        name: "load",
        proves: "10,000 terminals report in each slot while 200 browsers follow it and the server is killed once: nothing acknowledged is lost (needs cargo build --release)",
        command: "python3 xtask/load/load.py --kill",
        source: "target/release/skyweave",
        open_ended: false,
    },
    Soak {
        name: "policies",
        proves: "decision tables decide as Cedar does, at every threshold",
        command: "cargo test --workspace --exclude skyweave-py --exclude skyweave-sql --test control decisions::fuzz -- --nocapture",
        source: "crates/skyweave-control/tests/control/decisions/fuzz.rs",
        open_ended: true,
    },
];

/// How a soak ended.
pub enum Verdict {
    /// There is nothing to run yet; says what was looked for.
    Absent(String),
    /// It ran to its end.
    Held(String),
    /// It found something; the line it ended with.
    Failed(String),
}

impl Soak {
    /// The command with the time it gets.
    pub fn command_for(&self, seconds: u64) -> CommandLine {
        CommandLine::new(self.command).env("SKYWEAVE_SOAK_SECONDS", &seconds.to_string())
    }

    /// Runs it, passing its output on. One that ends early proved nothing and counts as failed.
    pub fn run(&self, root: &Path, seconds: u64) -> Result<Verdict> {
        if !root.join(self.source).is_file() {
            return Ok(Verdict::Absent(format!("{} does not exist yet", self.source)));
        }
        println!("{}, {seconds} s: {}", self.name, self.proves);
        let begun = Instant::now();
        let heard = self.command_for(seconds).listen(root)?;
        let elapsed_s = begun.elapsed().as_secs();
        let result = result_line(&heard.lines).unwrap_or("no output").to_owned();
        Ok(if !heard.succeeded {
            Verdict::Failed(result)
        } else if self.open_ended && elapsed_s < seconds {
            Verdict::Failed(format!("ended after {elapsed_s} s: {result}"))
        } else {
            Verdict::Held(result)
        })
    }
}

/// Some seconds of each soak, or of the named one; recorded nowhere. False if any failed.
pub fn sample(root: &Path, name: Option<&str>) -> Result<bool> {
    let mut good = true;
    for soak in chosen(name)? {
        let verdict = soak.run(root, SAMPLE_SECONDS)?;
        good &= !matches!(verdict, Verdict::Failed(_));
        report(soak, &verdict);
    }
    Ok(good)
}

/// Each soak, or the named one, at full length; failures are recorded like successes. False if any failed.
pub fn record(root: &Path, name: Option<&str>, seconds: u64) -> Result<bool> {
    let mut good = true;
    for soak in chosen(name)? {
        let begun = Instant::now();
        // Taken before the run: an hour is long enough for somebody to commit.
        let commit = provenance::commit(root);
        let verdict = soak.run(root, seconds)?;
        good &= !matches!(verdict, Verdict::Failed(_));
        report(soak, &verdict);
        let result = match verdict {
            Verdict::Absent(_) => continue,
            Verdict::Held(line) => line,
            Verdict::Failed(line) => format!("FAILED: {line}"),
        };
        let entry = Entry {
            date: provenance::today(),
            commit,
            name: soak.name.to_owned(),
            command: soak.command_for(seconds).to_string(),
            result,
            duration_s: begun.elapsed().as_secs(),
        };
        append(root, &entry)?;
    }
    Ok(good)
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static Soak>> {
    let found: Vec<_> = SOAKS.iter().filter(|soak| name.is_none_or(|name| name == soak.name)).collect();
    if found.is_empty() {
        let names: Vec<_> = SOAKS.iter().map(|soak| soak.name).collect();
        return Err(miette!(
            "no soak is named `{}`; there are: {}",
            name.unwrap_or_default(),
            names.join(", ")
        ));
    }
    Ok(found)
}

fn report(soak: &Soak, verdict: &Verdict) {
    match verdict {
        Verdict::Absent(why) => println!("{}: skipped, {why}", soak.name),
        Verdict::Held(line) => println!("{}: {line}", soak.name),
        Verdict::Failed(line) => println!("{}: FAILED: {line}", soak.name),
    }
}

fn append(root: &Path, entry: &Entry) -> Result<()> {
    let path = root.join("VALIDATION.md");
    let text = if path.exists() {
        fs::read_to_string(&path).into_diagnostic().wrap_err_with(|| path.display().to_string())?
    } else {
        "# Validation\n".to_owned()
    };
    fs::write(&path, soak_log::with_entry(&text, entry))
        .into_diagnostic()
        .wrap_err_with(|| path.display().to_string())
}

fn result_line(lines: &[String]) -> Option<&str> {
    let spoken = || lines.iter().rev().map(|line| line.trim()).filter(|line| !line.is_empty());
    spoken().find(|line| line.starts_with("soak:")).or_else(|| spoken().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn the_result_is_what_the_soak_says_of_itself() {
        let lines =
            owned(&["running 1 test", "soak: 8000 inputs, 0 panics", "test result: ok. 1 passed", ""]);
        assert_eq!(result_line(&lines), Some("soak: 8000 inputs, 0 panics"));
        assert_eq!(result_line(&lines[2..]), Some("test result: ok. 1 passed"));
        assert_eq!(result_line(&[]), None);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = chosen(Some("hostile")).err().unwrap().to_string();
        assert!(error.contains("hostile-input, kill-resume"), "{error}");
        assert_eq!(chosen(None).unwrap().len(), SOAKS.len());
    }

    #[test]
    fn absence_failure_and_an_early_end_are_told_apart() {
        let absent = Soak {
            name: "x",
            proves: "x",
            command: "cargo --version",
            source: "no/such/file.rs",
            open_ended: true,
        };
        let here = Path::new(".");
        assert!(matches!(absent.run(here, 1).unwrap(), Verdict::Absent(_)));
        let failing = Soak { command: "false", source: "Cargo.toml", ..absent };
        assert!(matches!(failing.run(here, 0).unwrap(), Verdict::Failed(_)));
        let passing = Soak { command: "cargo --version", ..failing };
        assert!(matches!(passing.run(here, 0).unwrap(), Verdict::Held(line) if line.starts_with("cargo ")));
        assert!(matches!(passing.run(here, 3600).unwrap(), Verdict::Failed(_)));
    }
}
