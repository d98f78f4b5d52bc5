//! Which crate of the workspace may use which: the picture in ARCHITECTURE.md as a table.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::finding::Finding;

/// A crate and the crates directly above it. It may use those, and what they may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("skyweave-proof", &[]),
    ("skyweave-core", &["skyweave-proof"]),
    ("skyweave-net", &["skyweave-core"]),
    ("skyweave-dish", &["skyweave-core"]),
    ("skyweave-control", &["skyweave-proof", "skyweave-core"]),
    ("skyweave-io", &["skyweave-core"]),
    ("skyweave-emulate", &["skyweave-net", "skyweave-io"]),
    ("skyweave-server", &["skyweave-control", "skyweave-io"]),
    ("skyweave-study", &["skyweave-control", "skyweave-net", "skyweave-io"]),
    ("skyweave-py", &["skyweave-study"]),
    ("skyweave-sql", &["skyweave-io"]),
    ("skyweave", &["skyweave-study", "skyweave-emulate", "skyweave-dish", "skyweave-server", "skyweave-sql"]),
    ("xtask", &[]),
];

/// A workspace member as its manifest describes it.
#[derive(Debug, Deserialize)]
pub struct Crate {
    /// Package name.
    pub name: String,
    /// Everything it depends on, for building and for testing.
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// Package name, also where it is renamed.
    pub name: String,
    /// None for an ordinary dependency, otherwise `dev` or `build`.
    pub kind: Option<String>,
    /// Set for members of the workspace.
    path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
}

impl Crate {
    /// A path of the repository that shows where to look.
    pub fn manifest(&self) -> String {
        if self.name == "xtask" {
            "xtask/Cargo.toml".into()
        } else {
            format!("crates/{}/Cargo.toml", self.name)
        }
    }
}

/// The members of a workspace, from the output of `cargo metadata --no-deps`.
pub fn crates(metadata: &str) -> serde_json::Result<Vec<Crate>> {
    serde_json::from_str::<Metadata>(metadata).map(|metadata| metadata.packages)
}

/// Every use of a crate that is not above the user. Tests are held to it too.
pub fn check(crates: &[Crate]) -> Vec<Finding> {
    crates.iter().flat_map(check_one).collect()
}

fn check_one(user: &Crate) -> Vec<Finding> {
    let Some(allowed) = above(&user.name) else {
        let message = format!("`{}` is not in the table of xtask/tests/repository/arrows.rs", user.name);
        return vec![Finding::of(&user.manifest(), message)];
    };
    let internal = user.dependencies.iter().filter(|dependency| dependency.path.is_some());
    let wrong = internal.filter(|dependency| !allowed.contains(dependency.name.as_str()));
    wrong
        .map(|dependency| {
            let message = format!(
                "`{}` uses `{}`, which is not above it; above it are: {}",
                user.name,
                dependency.name,
                if allowed.is_empty() {
                    "none".to_owned()
                } else {
                    Vec::from_iter(allowed.clone()).join(", ")
                }
            );
            Finding::of(&user.manifest(), message)
        })
        .collect()
}

fn above(name: &str) -> Option<BTreeSet<&'static str>> {
    let (_, direct) = ARROWS.iter().find(|(user, _)| *user == name)?;
    let further = direct.iter().filter_map(|&used| above(used)).flatten();
    Some(direct.iter().copied().chain(further).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(name: &str, used: &str) -> Vec<Crate> {
        let json = format!(
            r#"{{"packages": [{{"name": "{name}", "dependencies": [
                {{"name": "{used}", "kind": null, "path": "/x"}},
                {{"name": "rayon", "kind": null}}
            ]}}]}}"#
        );
        crates(&json).unwrap()
    }

    #[test]
    fn along_the_arrows() {
        for (user, used) in [
            ("skyweave", "skyweave-core"),
            ("skyweave-server", "skyweave-proof"),
            ("skyweave-emulate", "skyweave-io"),
        ] {
            assert_eq!(check(&workspace(user, used)), []);
        }
    }

    #[test]
    fn against_the_arrows() {
        for (user, used) in [
            ("skyweave-core", "skyweave-io"),
            ("skyweave-dish", "skyweave-io"),
            ("skyweave-proof", "skyweave-core"),
            ("skyweave-control", "skyweave-io"),
            ("skyweave-server", "skyweave-emulate"),
            ("skyweave-new", "skyweave-core"),
        ] {
            let findings = check(&workspace(user, used));
            assert_eq!(findings.len(), 1, "{user} -> {used}");
            assert!(findings[0].to_string().starts_with(&format!("crates/{user}/Cargo.toml: ")));
        }
    }
}
