//! `cargo xtask test --only python`: the wheel, built and installed as anybody would, its tests, and the notebooks.

use std::fs;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Result, WrapErr};

use crate::command::CommandLine;
use crate::venv;

const VENV: &str = "target/python/venv";
const WHEELS: &str = "target/python/wheels";
const CRATE: &str = "crates/skyweave-py";
const REQUIREMENTS: &str = "xtask/python/requirements.txt";

/// What came of it.
pub enum Verdict {
    /// All of it holds.
    Held,
    /// It cannot be looked at here.
    Absent(String),
    /// This failed.
    Failed(CommandLine),
}

/// Lints, builds, installs, tests, runs the notebooks.
pub fn check(root: &Path) -> Result<Verdict> {
    let Some(python) = venv::python(root, VENV, &root.join(REQUIREMENTS))? else {
        return Ok(Verdict::Absent("there is no Python 3 with `venv` here".to_owned()));
    };
    let run = |typed: &str| typed.split_whitespace().fold(program(&python), CommandLine::word);
    let wheels = root.join(WHEELS);
    if wheels.exists() {
        fs::remove_dir_all(&wheels).into_diagnostic().wrap_err(WHEELS)?;
    }
    let before = [
        CommandLine::new("cargo clippy --package skyweave-py --all-targets -- -D warnings"),
        run(&format!("-m maturin build --profile dev --manifest-path {CRATE}/Cargo.toml --out {WHEELS}")),
    ];
    if let Some(failed) = first_failure(&before, root)? {
        return Ok(Verdict::Failed(failed));
    }
    let install = "-m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps";
    let install = run(install).word(&wheel(&wheels)?.to_string_lossy());
    let after = [
        install,
        run(&format!("-m pytest -q {CRATE}/tests")),
        run("xtask/python/notebooks.py docs/notebooks"),
    ];
    Ok(first_failure(&after, root)?.map_or(Verdict::Held, Verdict::Failed))
}

fn program(python: &Path) -> CommandLine {
    CommandLine::new("").word(&python.to_string_lossy())
}

fn first_failure(commands: &[CommandLine], root: &Path) -> Result<Option<CommandLine>> {
    for command in commands {
        println!("   {command}");
        if !command.run(root)? {
            return Ok(Some(command.clone()));
        }
    }
    Ok(None)
}

/// The wheel that was just built.
fn wheel(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder).into_diagnostic().wrap_err(WHEELS)?;
    let wheel = files.find_map(|entry| {
        let path = entry.ok()?.path();
        path.extension().is_some_and(|extension| extension == "whl").then_some(path)
    });
    wheel.ok_or_else(|| miette::miette!("maturin left no wheel in {WHEELS}"))
}
