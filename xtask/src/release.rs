//! `cargo xtask release`: the program as an archive that can be handed out, and its checksum.

use std::fs;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::command::CommandLine;
use crate::provenance;

/// Where archives are put.
const FOLDER: &str = "target/release-archives";
/// What is in one beside the program.
const BESIDE: [&str; 7] =
    ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md", "docs", "deploy", "scenarios"];

/// Builds the program by the profile `dist` and packs it. The same commit gives the same archive, as far as the compiler gives the same program.
pub fn release(root: &Path) -> Result<()> {
    let commit = provenance::commit(root);
    if commit.ends_with("+changes") {
        println!("Files differ from the commit {commit}: this is for a look, not for others.");
    }
    succeed(&CommandLine::new("cargo build --locked --profile dist --package skyweave"), root)?;
    let program = root.join("target/dist/skyweave");
    let name = name(&version(root, &program)?, &host(root)?);
    let folder = root.join(FOLDER);
    let packed = folder.join(&name);
    if packed.exists() {
        fs::remove_dir_all(&packed).into_diagnostic().wrap_err(FOLDER)?;
    }
    fs::create_dir_all(&packed).into_diagnostic().wrap_err(FOLDER)?;
    fs::copy(&program, packed.join("skyweave")).into_diagnostic().wrap_err("the program")?;
    fs::write(packed.join("COMMIT"), format!("{commit}\n")).into_diagnostic()?;
    for beside in BESIDE {
        let copy = CommandLine::new("cp -R").word(beside).word(&packed.display().to_string());
        succeed(&copy, root)?;
    }
    let archive = archive(root, &folder, &name)?;
    let sums = CommandLine::new("sha256sum").word(&archive).output(&folder)?;
    fs::write(folder.join(format!("{archive}.sha256")), &sums).into_diagnostic()?;
    let bytes = fs::metadata(folder.join(&archive)).into_diagnostic()?.len();
    println!("{}: {:.1} MB", PathBuf::from(FOLDER).join(&archive).display(), bytes as f64 / 1e6);
    print!("{sums}");
    Ok(())
}

/// `skyweave-0.1.0-x86_64-unknown-linux-gnu`.
fn name(version: &str, host: &str) -> String {
    format!("skyweave-{version}-{host}")
}

/// The version that the program says it has.
fn version(root: &Path, program: &Path) -> Result<String> {
    let said = CommandLine::new("").word(&program.display().to_string()).word("--version").output(root)?;
    let version = said.split_whitespace().nth(1).map(ToOwned::to_owned);
    version.ok_or_else(|| miette!("`{} --version` said `{}`", program.display(), said.trim()))
}

fn host(root: &Path) -> Result<String> {
    let said = CommandLine::new("rustc -vV").output(root)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).map(ToOwned::to_owned);
    host.ok_or_else(|| miette!("`rustc -vV` names no host"))
}

/// Packs a folder: entries sorted, owners and times set, so that the same files give the same bytes.
fn archive(root: &Path, folder: &Path, name: &str) -> Result<String> {
    let time = CommandLine::new("git log -1 --format=%ct").output(root).unwrap_or_else(|_| "0".to_owned());
    let tar = format!("{name}.tar");
    let pack = CommandLine::new("tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX")
        .word(&format!("--mtime=@{}", time.trim()))
        .word("-cf")
        .word(&tar)
        .word(name);
    succeed(&pack, folder)?;
    succeed(&CommandLine::new("gzip -9nf").word(&tar), folder)?;
    Ok(format!("{tar}.gz"))
}

fn succeed(command: &CommandLine, folder: &Path) -> Result<()> {
    if command.run(folder)? { Ok(()) } else { Err(miette!("`{command}` failed")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_an_archive_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for beside in BESIDE {
            assert!(root.join(beside).exists(), "{beside}");
        }
        assert!(host(root).unwrap().contains('-'));
    }

    #[test]
    fn the_same_files_give_the_same_archive() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = root.join("target/release-archives-test");
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(folder.join("a/file"), "text").unwrap();
        let bytes = || fs::read(folder.join(archive(root, &folder, "a").unwrap())).unwrap();
        let first = bytes();
        fs::write(folder.join("a/file"), "text").unwrap();
        assert_eq!(first, bytes());
        fs::remove_dir_all(&folder).unwrap();
    }
}
