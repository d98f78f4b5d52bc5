//! `cargo xtask test`: everything that must hold before a change goes in, cheapest first.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::command::CommandLine;
use crate::instructions;
use crate::python;
use crate::setup;

/// The step that counts instructions.
pub const INSTRUCTIONS: &str = "instructions";

/// Crates that only some need: the default steps leave them out, and steps of their own hold them.
const OPTIONAL: [&str; 2] = ["skyweave-py", "skyweave-sql"];

/// Tests of the page, as files.
const PAGE_TESTS: &str = "web/tests/unit";

struct Step {
    name: String,
    action: Action,
    /// False for a step that is run only if it is named.
    usual: bool,
}

enum Action {
    SetUp,
    Run(CommandLine),
    Each(Vec<CommandLine>),
    Advisories,
    Instructions,
    Page,
    Python,
}

enum Outcome {
    Passed,
    Skipped(String),
    Failed { why: String, rerun: String },
}

fn steps() -> Vec<Step> {
    let step = |name: &str, action| Step { name: name.to_owned(), action, usual: true };
    let run = |typed| Action::Run(CommandLine::new(typed));
    let all = |typed: &str| {
        OPTIONAL.iter().fold(CommandLine::new(typed), |command, name| command.word("--exclude").word(name))
    };
    let strict_docs = all("cargo doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings");
    let lint = all("cargo clippy --workspace --all-targets").word("--").word("-D").word("warnings");
    let sql = [
        "cargo clippy --workspace --exclude skyweave-py --features skyweave/cluster --all-targets -- -D warnings",
        "cargo test --workspace --exclude skyweave-py --features skyweave/cluster --test engine --test sql",
    ];
    // of the soaks some seconds each are among the tests already
    vec![
        step("setup", Action::SetUp),
        step("format", run("cargo fmt --all --check")),
        step("page", Action::Page),
        step("lint", Action::Run(lint)),
        step("tests", Action::Run(all("cargo test --workspace"))),
        step("docs", Action::Run(strict_docs)),
        step("dependencies", run("cargo deny --offline check --hide-inclusion-graph bans licenses sources")),
        step("advisories", Action::Advisories),
        step(INSTRUCTIONS, Action::Instructions),
        Step { usual: false, ..step("python", Action::Python) },
        Step { usual: false, ..step("sql", Action::Each(sql.map(CommandLine::new).into())) },
    ]
}

/// Runs every usual step, or the named one, up to the first that fails. False if one failed.
pub fn test(root: &Path, only: Option<&str>) -> Result<bool> {
    run_all(&chosen(steps(), only)?, |step| perform(root, step))
}

fn chosen(steps: Vec<Step>, only: Option<&str>) -> Result<Vec<Step>> {
    let Some(only) = only else { return Ok(steps.into_iter().filter(|step| step.usual).collect()) };
    let names: Vec<_> = steps.iter().map(|step| step.name.clone()).collect();
    let found: Vec<_> = steps.into_iter().filter(|step| step.name == only).collect();
    if found.is_empty() {
        return Err(miette!("no step is named `{only}`; there are: {}", names.join(", ")));
    }
    Ok(found)
}

fn run_all(steps: &[Step], perform: impl Fn(&Step) -> Result<Outcome>) -> Result<bool> {
    let (mut passed, mut failed) = (0, 0);
    for step in steps {
        println!("== {}", step.name);
        let begun = Instant::now();
        let outcome = perform(step)?;
        let seconds = begun.elapsed().as_secs_f64();
        match outcome {
            Outcome::Passed => {
                passed += 1;
                println!("== {}: passed, {seconds:.1} s\n", step.name);
            }
            Outcome::Skipped(why) => println!("== {}: skipped, {why}\n", step.name),
            Outcome::Failed { why, rerun } => {
                failed += 1;
                println!("== {}: FAILED, {seconds:.1} s: {why}\n   to run it again: {rerun}\n", step.name);
                break;
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn perform(root: &Path, step: &Step) -> Result<Outcome> {
    match &step.action {
        Action::SetUp => Ok(match setup::set_up(root) {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed { why: error.to_string(), rerun: "cargo xtask setup".to_owned() },
        }),
        Action::Run(command) => succeed(command, root),
        Action::Each(commands) => {
            for command in commands {
                if let failed @ Outcome::Failed { .. } = succeed(command, root)? {
                    return Ok(failed);
                }
            }
            Ok(Outcome::Passed)
        }
        Action::Advisories => advisories(root),
        Action::Instructions => count(root),
        Action::Page => page(root),
        Action::Python => Ok(match python::check(root)? {
            python::Verdict::Held => Outcome::Passed,
            python::Verdict::Absent(why) => Outcome::Skipped(why),
            python::Verdict::Failed(command) => {
                Outcome::Failed { why: "the command failed".to_owned(), rerun: command.to_string() }
            }
        }),
    }
}

fn succeed(command: &CommandLine, root: &Path) -> Result<Outcome> {
    println!("   {command}");
    Ok(if command.run(root)? {
        Outcome::Passed
    } else {
        Outcome::Failed { why: "the command failed".to_owned(), rerun: command.to_string() }
    })
}

/// The page's tests that need Node.js and nothing else.
fn page(root: &Path) -> Result<Outcome> {
    let folder = root.join(PAGE_TESTS);
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_node {
        return Ok(Outcome::Skipped("there is no `node` here".to_owned()));
    }
    let mut files: Vec<String> = fs::read_dir(&folder)
        .into_diagnostic()
        .wrap_err(PAGE_TESTS)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.js"))
        .collect();
    files.sort();
    let command = CommandLine::new("node --test");
    succeed(&files.iter().fold(command, |command, name| command.word(&format!("{PAGE_TESTS}/{name}"))), root)
}

fn advisories(root: &Path) -> Result<Outcome> {
    if std::env::var("SKYWEAVE_ADVISORIES").is_ok_and(|value| value == "1") {
        return succeed(&CommandLine::new("cargo deny check advisories"), root);
    }
    Ok(Outcome::Skipped("it needs the network; SKYWEAVE_ADVISORIES=1 turns it on".to_owned()))
}

fn count(root: &Path) -> Result<Outcome> {
    Ok(match instructions::check(root)? {
        instructions::Verdict::Held => Outcome::Passed,
        instructions::Verdict::Absent(why) => Outcome::Skipped(why),
        instructions::Verdict::Rose(why) => {
            Outcome::Failed { why, rerun: format!("cargo xtask test --only {INSTRUCTIONS}") }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn stops_at_the_first_failure() {
        let seen = RefCell::new(Vec::new());
        let good = run_all(&steps(), |step| {
            seen.borrow_mut().push(step.name.clone());
            Ok(match step.name.as_str() {
                "lint" => Outcome::Failed { why: String::new(), rerun: String::new() },
                "format" => Outcome::Skipped(String::new()),
                _ => Outcome::Passed,
            })
        })
        .unwrap();
        assert!(!good);
        assert_eq!(seen.into_inner(), ["setup", "format", "page", "lint"]);
    }

    #[test]
    fn one_step_can_be_chosen_and_a_wrong_name_is_answered_with_the_right_ones() {
        let names = |steps: Vec<Step>| steps.into_iter().map(|step| step.name).collect::<Vec<_>>();
        assert_eq!(names(chosen(steps(), Some("lint")).unwrap()), ["lint"]);
        for named in ["python", "sql"] {
            assert_eq!(names(chosen(steps(), Some(named)).unwrap()), [named]);
            assert!(!names(chosen(steps(), None).unwrap()).contains(&named.to_owned()));
        }
        let error = chosen(steps(), Some("lints")).err().unwrap().to_string();
        assert!(error.contains("lint, tests") && error.contains(INSTRUCTIONS), "{error}");
    }

    #[test]
    fn a_failing_command_gives_itself_to_be_run_again() {
        let outcome = succeed(&CommandLine::new("false"), Path::new(".")).unwrap();
        assert!(matches!(outcome, Outcome::Failed { rerun, .. } if rerun == "false"));
    }
}
