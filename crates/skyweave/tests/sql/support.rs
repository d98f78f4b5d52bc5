//! What these tests share: a small scenario, and ways to run the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A shell of 60 satellites over two sites, for five minutes: 20 slots.
const FEW: &str = r#"format = 1
name = "few"

[time]
start = "2026-05-20T12:30:00Z"
duration = "5min"

[constellation]
service = "all"

[[constellation.shells]]
name = "S"
planes = 6
satellites_per_plane = 10
altitude_km = 1100
inclination_deg = 53
phasing = 1

[[sites]]
name = "kyiv"
latitude_deg = 50.45
longitude_deg = 30.52

[[sites]]
name = "quito"
latitude_deg = -0.2
longitude_deg = -78.5
"#;

/// The scenario as a file.
pub fn scenario(folder: &Path) -> PathBuf {
    let path = folder.join("few.toml");
    fs::write(&path, FEW).unwrap();
    path
}

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skyweave"));
    command.env_remove("RUST_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs the program; gives what it said on standard output.
pub fn said(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the program, which is to fail; gives what it said on standard error.
pub fn failed(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    complaint(&output)
}

/// Standard error without the ways in which lines are broken.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).replace(['\n', '│', '╰', '─', '▶'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
