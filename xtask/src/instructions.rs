//! Instructions of the kernels, counted by callgrind and held to what was recorded: time on shared machines is too noisy to
//! tell a slower kernel from a busier neighbour, a count is not.
//!
//! Valgrind is called here and not through a framework such as gungraun: that needs a runner of its own, a build of some
//! 250 crates on a machine that starts empty, to learn one number for each kernel. Valgrind knows no AVX-512: those
//! kernels are the same source as the AVX2 ones.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Deserialize;

use crate::command::CommandLine;

const RECORD: &str = "xtask/instructions.toml";
/// How a record is made anew.
const RECORD_COMMAND: &str = "cargo xtask instructions --record";
const BUILD: &str = "cargo build --quiet --workspace --exclude skyweave-sql --bench instructions --message-format=json-render-diagnostics";
const VALGRIND: &str = "valgrind --tool=callgrind --callgrind-out-file=/dev/null";
const BENCH: &str = "instructions";
/// The function of the bench within which callgrind counts, whatever the compiler puts around its name.
const COUNTED: &str = "--toggle-collect=*skyweave_instructions_measured*";
/// A count may be this much higher than recorded: another processor takes other ways through the C library.
const TOLERANCE_PERCENT: f64 = 5.0;
/// Kernels of `crates/skyweave/benches/instructions`, and whether vectors make a difference to them.
const KERNELS: [(&str, bool); 4] = [("sgp4", true), ("visibility", true), ("routes", true), ("slot", true)];
const PATHS: [&str; 2] = ["scalar", "avx2"];

/// What was counted, and by which compiler.
#[derive(Deserialize)]
struct Record {
    rustc: String,
    counts: BTreeMap<String, u64>,
}

/// How the counts compare.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No count is much higher than recorded.
    Held,
    /// Nothing could be compared.
    Absent(String),
    /// At least one is.
    Rose(String),
}

/// Counts and compares with the record.
pub fn check(root: &Path) -> Result<Verdict> {
    let text = fs::read_to_string(root.join(RECORD)).into_diagnostic().wrap_err(RECORD)?;
    let record: Record = toml::from_str(&text).into_diagnostic().wrap_err(RECORD)?;
    let rustc = compiler(root)?;
    if let Some(why) = missing(root) {
        return Ok(Verdict::Absent(why));
    }
    if rustc != record.rustc {
        let why = format!("{RECORD} was recorded with {}, this is {rustc}; {RECORD_COMMAND}", record.rustc);
        return Ok(Verdict::Absent(why));
    }
    let counts = count_all(root)?;
    for (kernel, count) in &counts {
        println!("   {}", compared(kernel, *count, record.counts.get(kernel).copied()));
    }
    Ok(judge(&counts, &record.counts))
}

/// Counts and writes the record.
pub fn record(root: &Path) -> Result<()> {
    if let Some(why) = missing(root) {
        return Err(miette!("{why}"));
    }
    let counts = count_all(root)?;
    let mut text = format!(
        "# Instructions of the kernels in crates/skyweave/benches/instructions, as built for dev. Written by\n\
         # `{RECORD_COMMAND}`; `cargo xtask test` fails when one rises by more than {TOLERANCE_PERCENT} %.\n\
         rustc = \"{}\"\n\n[counts]\n",
        compiler(root)?
    );
    for (kernel, count) in &counts {
        println!("   {kernel}: {count}");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\"{kernel}\" = {count}");
    }
    fs::write(root.join(RECORD), text).into_diagnostic().wrap_err(RECORD)
}

fn missing(root: &Path) -> Option<String> {
    if !cfg!(target_arch = "x86_64") {
        return Some("the recorded counts are those of x86-64".to_owned());
    }
    let there = CommandLine::new("valgrind --version").answers(root);
    (!there).then(|| "valgrind is not installed, which counts instructions".to_owned())
}

fn compiler(root: &Path) -> Result<String> {
    Ok(CommandLine::new("rustc --version").output(root)?.trim().to_owned())
}

fn count_all(root: &Path) -> Result<BTreeMap<String, u64>> {
    let program = build(root)?;
    let mut counts = BTreeMap::new();
    for (kernel, has_paths) in KERNELS {
        for path in PATHS.iter().skip(usize::from(!has_paths)) {
            let name = if has_paths { format!("{kernel}, {path}") } else { kernel.to_owned() };
            match count(root, &program, kernel, path)? {
                Some(count) => _ = counts.insert(name, count),
                None => println!("   {name}: left out, this processor has no such path"),
            }
        }
    }
    Ok(counts)
}

/// Builds the bench for dev, as everything that `cargo xtask test` builds; tells where it is.
fn build(root: &Path) -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        target: Target,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let output = CommandLine::new(BUILD).output(root)?;
    let messages = output.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    // the program itself is built too, since tests and benches may run it
    let mut programs = messages.filter(|message| message.target.name == BENCH);
    programs.find_map(|message| message.executable).ok_or_else(|| miette!("`{BUILD}` made no program"))
}

fn count(root: &Path, program: &Path, kernel: &str, path: &str) -> Result<Option<u64>> {
    let command = CommandLine::new(VALGRIND)
        .word("--log-fd=1")
        .word(COUNTED)
        .word(&program.to_string_lossy())
        .word(kernel)
        .env("SKYWEAVE_SIMD", path);
    let output = command.output(root)?;
    if output.lines().any(|line| line == "absent") {
        return Ok(None);
    }
    match collected(&output) {
        Some(count) if count > 0 => Ok(Some(count)),
        _ => Err(miette!("`{command}` counted nothing")),
    }
}

/// The number behind `==123== Collected : 456`.
fn collected(output: &str) -> Option<u64> {
    let line = output.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

fn judge(counts: &BTreeMap<String, u64>, recorded: &BTreeMap<String, u64>) -> Verdict {
    let risen = |kernel: &str, count: u64| {
        recorded.get(kernel).is_none_or(|before| percent(count, *before) > TOLERANCE_PERCENT)
    };
    let risen: Vec<String> = counts
        .iter()
        .filter(|(kernel, count)| risen(kernel, **count))
        .map(|(kernel, count)| compared(kernel, *count, recorded.get(kernel).copied()))
        .collect();
    if risen.is_empty() {
        return Verdict::Held;
    }
    Verdict::Rose(format!("{}; if that is meant: {RECORD_COMMAND}", risen.join("; ")))
}

fn compared(kernel: &str, count: u64, recorded: Option<u64>) -> String {
    match recorded {
        Some(before) => {
            format!(
                "{kernel}: {count} instructions, {:+.1} % on the {before} recorded",
                percent(count, before)
            )
        }
        None => format!("{kernel}: {count} instructions, and none recorded"),
    }
}

fn percent(count: u64, before: u64) -> f64 {
    (count as f64 / before as f64 - 1.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|(kernel, count)| ((*kernel).to_owned(), *count)).collect()
    }

    #[test]
    fn a_count_that_rose_or_that_nobody_recorded_fails() {
        let recorded = counts(&[("a", 1_000), ("b", 1_000), ("not here", 5)]);
        assert_eq!(judge(&counts(&[("a", 1_049), ("b", 10)]), &recorded), Verdict::Held);
        for wrong in [[("a", 1_051), ("b", 1_000)], [("a", 1_000), ("c", 1)]] {
            let Verdict::Rose(why) = judge(&counts(&wrong), &recorded) else { panic!("held: {wrong:?}") };
            assert!(why.contains(RECORD_COMMAND), "{why}");
        }
    }

    #[test]
    fn what_valgrind_says_is_read() {
        let output = "==7== Events    : Ir\n==7== Collected : 2580739\n==7==\n";
        assert_eq!(collected(output), Some(2_580_739));
        assert_eq!(collected("==7== Error\n"), None);
    }

    #[test]
    fn the_record_has_every_kernel() {
        let record: Record = toml::from_str(include_str!("../instructions.toml")).unwrap();
        for (kernel, has_paths) in KERNELS {
            let recorded = |name: &str| record.counts.contains_key(name);
            let found = if has_paths { recorded(&format!("{kernel}, scalar")) } else { recorded(kernel) };
            assert!(found, "{kernel}: {RECORD_COMMAND}");
        }
    }
}
