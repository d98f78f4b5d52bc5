//! Checks on the repository itself: what its documents promise about it, kept true.
//!
//! Each check is a function from text to a list of findings, with a test that shows it can fail.
//! The tests in this file feed them the repository.

#![forbid(unsafe_code)]

mod arrows;
mod code;
mod files;
mod finding;
mod links;
mod order;
mod test_only;
mod tidy;
mod unsafety;
mod walls;

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, Result, miette};

use files::TextFile;
use finding::{Finding, demand_none};

/// Asked of the environment first: checkouts that share a target folder share this program too.
fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&here).join("..")
}

fn repository() -> Result<Vec<TextFile>> {
    files::below(&root()).into_diagnostic()
}

fn rust() -> Result<Vec<TextFile>> {
    Ok(repository()?.into_iter().filter(|file| file.has_extension("rs")).collect())
}

fn crates() -> Result<Vec<arrows::Crate>> {
    let arguments = ["metadata", "--offline", "--no-deps", "--format-version", "1"];
    let output = Command::new("cargo").args(arguments).current_dir(root()).output().into_diagnostic()?;
    if !output.status.success() {
        return Err(miette!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    arrows::crates(&String::from_utf8_lossy(&output.stdout)).into_diagnostic()
}

#[test]
fn crates_use_only_what_is_above_them() -> Result<()> {
    demand_none(&arrows::check(&crates()?));
    Ok(())
}

#[test]
fn pure_crates_reach_for_nothing_outside() -> Result<()> {
    let mut findings = walls::check_dependencies(&crates()?);
    findings.extend(test_only::shipped(&rust()?).flat_map(walls::check_source));
    demand_none(&findings);
    Ok(())
}

#[test]
fn stages_import_only_earlier_stages() -> Result<()> {
    let files = rust()?;
    let lib = files.iter().find(|file| file.path == order::LIB);
    let pipeline = order::Pipeline::of(lib.ok_or_else(|| miette!("{} is missing", order::LIB))?);
    let mut findings = pipeline.hidden.clone();
    findings.extend(test_only::shipped(&files).flat_map(|file| pipeline.check(file)));
    demand_none(&findings);
    Ok(())
}

#[test]
fn files_are_tidy() -> Result<()> {
    demand_none(&repository()?.iter().flat_map(tidy::check).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn unsafe_code_stays_where_it_is_allowed() -> Result<()> {
    let files = rust()?;
    let mut findings: Vec<Finding> = files.iter().filter_map(unsafety::check_root).collect();
    findings.extend(unsafety::check_islands(&files));
    demand_none(&findings);
    Ok(())
}

#[test]
fn links_lead_somewhere() -> Result<()> {
    let exists = |path: &str| root().join(path).exists();
    demand_none(&repository()?.iter().flat_map(|file| links::check(file, exists)).collect::<Vec<_>>());
    Ok(())
}
