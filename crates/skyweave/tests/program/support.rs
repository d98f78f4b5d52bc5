//! What the tests of the program share: a small scenario, a way to run the program, and folders to compare.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A shell of 60 satellites over two sites, for three hours that lie in four: 720 slots, one or two seconds.
pub const FEW: &str = r#"format = 1
name = "few"

[time]
start = "2026-05-20T12:30:00Z"
duration = "3h"

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

[[events]]
at = "+1min"
label = "half of the satellites of a plane fail"
fail = { satellites = ["S-01-01", "S-01-02", "S-01-03", "S-01-04"] }
"#;

/// A folder of its own for a test, with a scenario in it.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("few.toml"), FEW).unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, words split at spaces; its working folder is the desk.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skyweave"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env("TMPDIR", self.path("tmp"))
            .env_remove("RUST_LOG")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// What is on the desk: every path in it.
    pub fn listing(&self) -> Vec<PathBuf> {
        files(self.folder.path()).into_keys().collect()
    }

    /// True if the folder for temporary files is empty.
    pub fn tmp_is_empty(&self) -> bool {
        fs::read_dir(self.path("tmp")).unwrap().next().is_none()
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The errors without the frame and the line breaks that they are drawn with.
    pub fn said(&self) -> String {
        self.stderr.chars().filter(|c| !c.is_whitespace() && !('\u{2500}'..='\u{257f}').contains(c)).collect()
    }

    /// Checks that the program refused: nothing but an error, and this in it.
    #[track_caller]
    pub fn refused(&self, parts: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for part in parts {
            let bare: String = part.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(self.said().contains(&bare), "`{part}` is not in {}", self.stderr);
        }
    }

    #[track_caller]
    pub fn succeeded(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

/// Files and folders under a folder, with the content of the files.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
                found.insert(name, None);
            } else {
                found.insert(name, Some(fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// Checks that two folders hold the same bytes.
#[track_caller]
pub fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert!(one.keys().eq(other.keys()), "{:?}\n{:?}", one.keys(), other.keys());
    let differing: Vec<&PathBuf> =
        one.iter().filter(|(name, bytes)| other[*name] != **bytes).map(|(n, _)| n).collect();
    assert!(differing.is_empty(), "{differing:?} differ");
}
