//! Where unsafe code may be: forbidden in every crate but three, and in one module each of the planner and of the emulator.

use std::collections::BTreeSet;

use crate::code;
use crate::files::TextFile;
use crate::finding::Finding;

const MAY_HOLD_SOME: [&str; 3] = ["skyweave-core", "skyweave-emulate", "skyweave-py"];
const FORBID: &str = "#![forbid(unsafe_code)]";
const WITH_ISLAND: [&str; 2] = [PLANNER, "crates/skyweave-emulate/src/"];
const PLANNER: &str = "crates/skyweave-core/src/";

/// A crate's root that does not forbid unsafe code and should.
pub fn check_root(file: &TextFile) -> Option<Finding> {
    let path = file.path.strip_prefix("crates/").unwrap_or(&file.path);
    let folder = path.strip_suffix("/src/lib.rs").or_else(|| path.strip_suffix("/src/main.rs"))?;
    let forbids = code::without_comments(&file.text).contains(FORBID);
    let message = || format!("`{FORBID}` is missing");
    (!forbids && !MAY_HOLD_SOME.contains(&folder)).then(|| Finding::of(&file.path, message()))
}

/// Modules with unsafe code of a crate that may have one, if it has more.
pub fn check_islands(files: &[TextFile]) -> Vec<Finding> {
    WITH_ISLAND.iter().flat_map(|source| check_source(source, files)).collect()
}

fn check_source(source: &str, files: &[TextFile]) -> Vec<Finding> {
    let islands: BTreeSet<&str> = files.iter().filter_map(|file| island(source, file)).collect();
    if islands.len() < 2 {
        return Vec::new();
    }
    let message = "unsafe code in a second module: all of it belongs in one";
    islands.iter().map(|module| Finding::of(&format!("{source}{module}"), message)).collect()
}

fn island<'f>(source: &str, file: &'f TextFile) -> Option<&'f str> {
    let module = file.path.strip_prefix(source)?.split(['/', '.']).next()?;
    let code = code::without_comments(&file.text);
    let has_unsafe = code::paths(&code).iter().any(|path| path.mentions("unsafe"));
    has_unsafe.then_some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_must_forbid_it() {
        let found = |path: &str, text: &str| check_root(&TextFile::example(path, text)).is_some();
        assert!(found("crates/skyweave-io/src/lib.rs", "// #![forbid(unsafe_code)]\n"));
        assert!(found("xtask/src/main.rs", "fn main() {}"));
        assert!(!found("crates/skyweave-io/src/lib.rs", "//! Files.\n#![forbid(unsafe_code)]\n"));
        assert!(!found("crates/skyweave-io/src/parquet.rs", ""));
        assert!(!found("crates/skyweave-core/src/lib.rs", ""));
    }

    #[test]
    fn one_module_of_the_planner_may_hold_some() {
        let file = |name: &str| TextFile::example(&format!("{PLANNER}{name}"), "unsafe { f() }");
        assert_eq!(check_islands(&[file("simd.rs"), file("simd/wide.rs")]), []);
        assert_eq!(check_islands(&[file("simd.rs"), file("flow.rs")]).len(), 2);
    }
}
