//! Environments of Python below `target`, with packages in the versions that a file pins.

use std::fs;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Result, WrapErr};

use crate::command::CommandLine;

/// Holds the requirements that are installed, if all of them are.
const STAMP: &str = "installed.txt";

/// The Python of an environment with what could be installed; none where there is no Python. Says what is missing, once each.
pub fn python(root: &Path, folder: &str, requirements: &Path) -> Result<Option<PathBuf>> {
    let wanted = fs::read_to_string(requirements)
        .into_diagnostic()
        .wrap_err_with(|| requirements.display().to_string())?;
    let made_in = folder;
    let folder = root.join(folder);
    let (python, stamp) = (folder.join("bin/python"), folder.join(STAMP));
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(python));
    }
    println!("making {made_in} for Python");
    let made = CommandLine::new("python3 -m venv --clear").word(&folder.to_string_lossy());
    if !CommandLine::new("python3 --version").answers(root) || !made.run(root)? {
        println!("Python is left out: there is no Python 3 with `venv` here");
        return Ok(None);
    }
    let mut complete = true;
    for requirement in packages(&wanted) {
        let command = install(&python, requirement);
        println!("  {command}");
        if !command.run(root)? {
            println!("{requirement} is left out: it could not be installed");
            complete = false;
        }
    }
    if complete {
        fs::write(&stamp, wanted).into_diagnostic()?;
    }
    Ok(Some(python))
}

/// Only what is compiled already: to build a package from its sources needs tools of its own, and might be a slower one.
fn install(python: &Path, requirement: &str) -> CommandLine {
    CommandLine::new("")
        .word(&python.to_string_lossy())
        .word("-m")
        .word("pip")
        .word("install")
        .word("--quiet")
        .word("--disable-pip-version-check")
        .word("--only-binary=:all:")
        .word(requirement)
}

fn packages(requirements: &str) -> impl Iterator<Item = &str> {
    requirements.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_pinned() {
        for text in [include_str!("../peers/requirements.txt"), include_str!("../python/requirements.txt")] {
            let packages: Vec<&str> = packages(text).collect();
            assert!(packages.len() >= 5);
            assert!(packages.iter().all(|package| package.contains("==")), "{packages:?}");
        }
    }
}
