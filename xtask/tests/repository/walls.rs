//! What a crate must never reach for: the packages it may not use and the paths it may not name.

use crate::arrows::Crate;
use crate::code;
use crate::files::TextFile;
use crate::finding::Finding;

/// A gap in a wall: a file, and the one path that it may name.
const GAPS: &[(&str, &str)] = &[
    // transport stacks name instants by types that are called like the clock's, and one of them can be had of the clock alone
    ("crates/skyweave-net/src/transport/clock.rs", "Instant"),
];

struct Wall {
    name: &'static str,
    why: &'static str,
    packages: &'static [&'static str],
    paths: &'static [&'static str],
}

/// Files, sockets, clocks, processes, the environment and the terminal.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread::sleep",
    "SystemTime",
    "Instant",
    "Epoch::now",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
];

const WALLS: &[Wall] = &[
    Wall {
        name: "skyweave-proof",
        why: "it verifies and decides: no I/O, no clock, no policy language",
        packages: &["tokio", "ureq", "sqlx", "axum", "rayon", "arrow", "cedar-policy"],
        paths: OUTSIDE,
    },
    Wall {
        name: "skyweave-core",
        why: "the planner takes values and returns values",
        packages: &[
            "tokio",
            "ureq",
            "sqlx",
            "axum",
            "serde",
            "serde_json",
            "toml",
            "arrow",
            "parquet",
            "rand",
            "tracing",
        ],
        paths: OUTSIDE,
    },
    Wall {
        name: "skyweave-net",
        why: "every function takes `now`",
        packages: &["tokio", "ureq", "sqlx", "axum", "rand"],
        paths: OUTSIDE,
    },
    Wall {
        name: "skyweave-control",
        why: "it decides and does no I/O",
        packages: &["tokio", "ureq", "sqlx", "axum"],
        paths: OUTSIDE,
    },
    Wall {
        name: "skyweave-io",
        why: "files and tables, no policy and no service",
        packages: &["cedar-policy", "tokio", "sqlx", "axum"],
        paths: &["print!", "println!", "eprint!", "eprintln!"],
    },
];

/// Packages behind a wall; what only tests use is free.
pub fn check_dependencies(crates: &[Crate]) -> Vec<Finding> {
    let pairs = crates.iter().filter_map(|user| Some((user, wall_of(&user.name)?)));
    pairs
        .flat_map(|(user, wall)| {
            let shipped = user.dependencies.iter().filter(|used| used.kind.as_deref() != Some("dev"));
            let banned = shipped.filter(|used| wall.packages.contains(&used.name.as_str()));
            banned.map(|used| Finding::of(&user.manifest(), complaint(wall, &used.name)))
        })
        .collect()
}

/// Paths behind a wall, named in a crate's sources outside its tests.
pub fn check_source(file: &TextFile) -> Vec<Finding> {
    let mut folders = file.path.split('/');
    let (Some("crates"), Some(name), Some("src")) = (folders.next(), folders.next(), folders.next()) else {
        return Vec::new();
    };
    let Some(wall) = wall_of(name) else {
        return Vec::new();
    };
    let code = code::without_tests(&code::without_comments(&file.text));
    let named = code::paths(&code);
    let banned = named.iter().filter_map(|path| {
        let banned = wall.paths.iter().find(|banned| path.mentions(banned))?;
        if GAPS.contains(&(file.path.as_str(), banned)) {
            return None;
        }
        Some(Finding::at(&file.path, path.line, complaint(wall, banned)))
    });
    banned.collect()
}

fn wall_of(name: &str) -> Option<&'static Wall> {
    WALLS.iter().find(|wall| wall.name == name)
}

fn complaint(wall: &Wall, found: &str) -> String {
    format!("`{}` must not use `{found}`: {}", wall.name, wall.why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrows;

    #[test]
    fn packages_behind_the_wall() {
        let json = r#"{"packages": [{"name": "skyweave-core", "dependencies": [
            {"name": "tokio", "kind": null},
            {"name": "rayon", "kind": null},
            {"name": "serde", "kind": "dev"}
        ]}]}"#;
        let findings = check_dependencies(&arrows::crates(json).unwrap());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().contains("must not use `tokio`"), "{}", findings[0]);
    }

    #[test]
    fn paths_behind_the_wall() {
        for bad in [
            "use std::fs;",
            "use std::{\n    collections::BTreeMap,\n    net::IpAddr,\n};",
            "fn f() { let t = std::time::Instant::now(); }",
            "use std::time;\nfn f() { time::SystemTime::now(); }",
            "fn f() { println!(\"x\"); }",
        ] {
            let findings = check_source(&TextFile::example("crates/skyweave-core/src/a.rs", bad));
            assert_eq!(findings.len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_gap_is_for_one_file_and_one_path() {
        let (file, instant) =
            ("crates/skyweave-net/src/transport/clock.rs", "pub type T = std::time::Instant;");
        assert_eq!(check_source(&TextFile::example(file, instant)), []);
        assert_eq!(
            check_source(&TextFile::example("crates/skyweave-net/src/transport/mod.rs", instant)).len(),
            1
        );
        assert_eq!(check_source(&TextFile::example(file, "use std::time::SystemTime;")).len(), 1);
    }

    #[test]
    fn comments_tests_and_other_crates_are_free() {
        let core = "crates/skyweave-core/src/a.rs";
        for (path, good) in [
            (core, "// std::fs is not for us\nuse std::time::Duration;"),
            (core, "#[cfg(test)]\nmod tests { use std::fs; }"),
            (core, "fn f() -> &'static str { \"println!\" }"),
            ("crates/skyweave-core/tests/a.rs", "use std::fs;"),
            ("crates/skyweave/src/main.rs", "use std::fs;"),
        ] {
            assert_eq!(check_source(&TextFile::example(path, good)), [], "{good}");
        }
    }
}
