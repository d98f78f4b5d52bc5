//! Whoever is measured: a process that speaks first, then answers each line it is sent with one line of JSON.
//!
//! | sent | answered |
//! |---|---|
//! | (start) | `{"version": "2.27"}`, or `{"absent": "why it cannot take part"}` |
//! | `time` | `{"rounds": 1, "work": 14918400, "cpu_s": 1.25, "wall_s": 1.26}`: did the work, several times if it is short |
//! | `answer` | an object that shows what came out, so that answers can be compared |

use crate::clock::Took;
use crate::options::Options;
use miette::{IntoDiagnostic, Result, miette};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What variables make a numeric library use this many threads.
const THREAD_VARIABLES: [&str; 6] = [
    "RAYON_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "ASTROZ_THREADS",
];
/// The C library keeps large blocks for the next round: otherwise a peer that returns new arrays pays for zeroed pages each
/// time, and we, who fill the same array again, do not.
const KEEP_MEMORY: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "8589934592"), ("MALLOC_TRIM_THRESHOLD_", "17179869184")];

/// Who takes part.
pub struct Entry {
    /// What rows call it.
    pub name: String,
    /// What it is told to do.
    pub task: Task,
    /// The vector path that it is held to.
    pub path: Option<&'static str>,
}

/// A program and the work it is to do.
pub enum Task {
    /// Something that this program serves.
    Here(String),
    /// A script of the peers' folder, with arguments.
    Python(&'static str, Vec<String>),
}

impl Entry {
    /// Ours or a crate's: served by this program.
    pub fn here(name: &str, task: &str) -> Self {
        Self { name: name.to_owned(), task: Task::Here(task.to_owned()), path: None }
    }

    /// A Python peer.
    pub fn python(name: &str, script: &'static str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { name: name.to_owned(), task: Task::Python(script, arguments), path: None }
    }
}

/// A process under measurement.
pub struct Contestant {
    /// What rows call it.
    pub name: String,
    /// Its version, where it told one.
    pub version: Option<String>,
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Contestant {
    /// Starts one; an error says why it cannot take part.
    pub fn start(entry: &Entry, threads: usize, options: &Options) -> Result<Self> {
        let mut command = command(entry, threads, options)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().into_diagnostic()?;
        let to = child.stdin.take();
        let from = child.stdout.take().ok_or_else(|| miette!("it has no standard output"))?;
        let mut started =
            Self { name: entry.name.clone(), version: None, child, to, from: BufReader::new(from) };
        let hello = started.hear()?;
        if let Some(why) = hello["absent"].as_str() {
            return Err(miette!("{why}"));
        }
        started.version = hello["version"].as_str().map(str::to_owned);
        Ok(started)
    }

    /// Does the work: how much it was, and what it took, for one round.
    pub fn time(&mut self) -> Result<(f64, Took)> {
        let reply = self.ask("time")?;
        let number =
            |name: &str| reply[name].as_f64().ok_or_else(|| miette!("{}: no `{name}` in {reply}", self.name));
        let rounds = number("rounds")?;
        let took = Took { cpu_s: number("cpu_s")? / rounds, wall_s: number("wall_s")? / rounds };
        Ok((number("work")? / rounds, took))
    }

    /// What came out.
    pub fn answer(&mut self) -> Result<Value> {
        self.ask("answer")
    }

    fn ask(&mut self, question: &str) -> Result<Value> {
        let to = self.to.as_mut().ok_or_else(|| miette!("{} has no standard input", self.name))?;
        writeln!(to, "{question}").into_diagnostic()?;
        self.hear()
    }

    fn hear(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.from.read_line(&mut line).into_diagnostic()?;
        serde_json::from_str(&line).map_err(|_| miette!("it ended without an answer: `{}`", line.trim()))
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // a closed input is the sign to end
        self.to = None;
        let _ = self.child.wait();
    }
}

fn command(entry: &Entry, threads: usize, options: &Options) -> Result<Command> {
    let (program, arguments) = match &entry.task {
        Task::Here(task) => {
            let program = std::env::current_exe().into_diagnostic()?;
            (program, vec!["--serve".to_owned(), task.clone()])
        }
        Task::Python(script, arguments) => {
            let python = options.python.clone().ok_or_else(|| miette!("no Python was given (--python)"))?;
            let script = options.peers.join(script).display().to_string();
            (python, [vec![script], arguments.clone()].concat())
        }
    };
    let mut command = match one_core().filter(|_| threads == 1) {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.arg("-c").arg(core.to_string()).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(arguments).arg("--work").arg(&options.work);
    command.envs(THREAD_VARIABLES.map(|name| (name, threads.to_string()))).envs(KEEP_MEMORY);
    if let Some(path) = entry.path {
        command.env("SKYWEAVE_SIMD", path);
    }
    Ok(command)
}

/// The core for work on one: the last, since the first has more interrupts to serve. None where nobody can be pinned.
fn one_core() -> Option<usize> {
    let there = Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let last = std::thread::available_parallelism().ok()?.get() - 1;
    there.ok().filter(std::process::ExitStatus::success).map(|_| last)
}
