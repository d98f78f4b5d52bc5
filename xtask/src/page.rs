//! `cargo xtask page`: what only a browser can show of the page. It needs Node.js, npm's registry once, and Chromium, and is no part of
//! `cargo xtask test`.

use std::fs;
use std::path::Path;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::command::CommandLine;

/// Where npm puts its packages.
const PACKAGES: &str = "target/page";
/// What a script of `web/package.json` does, in the order in which they are run.
const SCRIPTS: [(&str, &str); 4] = [
    ("check", "types, by tsc"),
    ("unit", "what needs no browser"),
    ("browser", "every flow in Chromium"),
    ("measure", "what a frame costs the main thread, by Chromium's tracing"),
];
/// Changes files of the repository, and is run only if it is asked for.
const PICTURES: &str = "screens";
/// The program that flows are run on.
const PROGRAM: &str = "target/debug/skyweave";

/// Runs every script but that of pictures, or the named one. False if one failed.
pub fn page(root: &Path, only: Option<&str>) -> Result<bool> {
    let scripts = chosen(only)?;
    install(root)?;
    let needs_program = scripts.iter().any(|script| !["check", "unit"].contains(script));
    if needs_program
        && std::env::var_os("SKYWEAVE_PROGRAM").is_none()
        && std::env::var_os("SKYWEAVE_LINK").is_none()
    {
        let build = CommandLine::new("cargo build --workspace --bin skyweave");
        if !build.run(root)? {
            return Err(miette!("`{build}` failed, so there is no {PROGRAM}"));
        }
    }
    for script in scripts {
        println!("== {script}");
        let command = CommandLine::new("npm run --silent").word(script);
        if !command.run(&root.join("web"))? {
            println!("== {script}: FAILED; to run it again: cargo xtask page {script}");
            return Ok(false);
        }
    }
    Ok(true)
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static str>> {
    let Some(only) = only else { return Ok(SCRIPTS.iter().map(|(name, _)| *name).collect()) };
    let known = SCRIPTS.iter().map(|(name, _)| *name).chain([PICTURES]);
    let found = known.clone().find(|name| *name == only);
    found.map(|name| vec![name]).ok_or_else(|| {
        let all: Vec<String> = SCRIPTS.iter().map(|(name, what)| format!("{name} ({what})")).collect();
        miette!(
            "there is no `{only}`; there are: {}, and {PICTURES} (pictures for web/screens)",
            all.join(", ")
        )
    })
}

/// Brings exactly the packages of `web/package-lock.json`, unless they are there.
fn install(root: &Path) -> Result<()> {
    let folder = root.join(PACKAGES);
    fs::create_dir_all(&folder).into_diagnostic().wrap_err(PACKAGES)?;
    let mut is_new = !folder.join("node_modules").is_dir();
    for name in ["package.json", "package-lock.json"] {
        let wanted = fs::read(root.join("web").join(name)).into_diagnostic().wrap_err(name)?;
        let copy = folder.join(name);
        if fs::read(&copy).ok().as_ref() != Some(&wanted) {
            fs::write(&copy, wanted).into_diagnostic().wrap_err(PACKAGES)?;
            is_new = true;
        }
    }
    if is_new {
        let install = CommandLine::new("npm ci --no-audit --no-fund --ignore-scripts");
        if !install.run(&folder)? {
            return Err(miette!("`{install}` failed in {PACKAGES}; it needs npm and its registry"));
        }
    }
    link(&folder.join("node_modules"), &root.join("web/node_modules"))
}

/// Modules look for packages in the folders above them.
#[cfg(unix)]
fn link(packages: &Path, at: &Path) -> Result<()> {
    if at.exists() {
        return Ok(());
    }
    let packages = packages.canonicalize().into_diagnostic()?;
    std::os::unix::fs::symlink(packages, at).into_diagnostic().wrap_err("web/node_modules")
}

#[cfg(not(unix))]
fn link(_: &Path, at: &Path) -> Result<()> {
    if at.exists() { Ok(()) } else { Err(miette!("run `npm ci` in web: this system links no folders")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_taken_only_if_they_are_asked_for() {
        assert!(!chosen(None).unwrap().contains(&PICTURES));
        assert_eq!(chosen(Some(PICTURES)).unwrap(), [PICTURES]);
        let error = chosen(Some("flows")).err().unwrap().to_string();
        assert!(error.contains("browser (every flow") && error.contains(PICTURES), "{error}");
    }

    #[test]
    fn every_script_is_in_the_package() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let package = fs::read_to_string(root.join("web/package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&package).unwrap();
        for name in SCRIPTS.iter().map(|(name, _)| *name).chain([PICTURES]) {
            assert!(package["scripts"][name].is_string(), "{name}");
        }
    }
}
