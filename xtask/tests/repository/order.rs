//! The modules of the planner are its pipeline: each may use those declared before it and no later one.

use std::collections::BTreeMap;

use crate::code::{self, CodePath};
use crate::files::TextFile;
use crate::finding::Finding;

/// Where the order is declared.
pub const LIB: &str = "crates/skyweave-core/src/lib.rs";
const FOLDER: &str = "crates/skyweave-core/src/";

/// The modules in the order of their declarations, and the names that `lib.rs` lifts out of them.
pub struct Pipeline {
    modules: Vec<String>,
    lifted: BTreeMap<String, usize>,
    /// What `lib.rs` itself has wrong: names lifted so that nobody can tell from which module.
    pub hidden: Vec<Finding>,
}

impl Pipeline {
    /// As `lib.rs` declares it.
    pub fn of(lib: &TextFile) -> Self {
        let code = code::without_tests(&code::without_comments(&lib.text));
        let modules: Vec<String> =
            code.lines().filter_map(code::module_declared).map(str::to_owned).collect();
        let place = |name: &String| modules.iter().position(|module| module == name);
        let mut lifted = BTreeMap::new();
        let mut hidden = Vec::new();
        for CodePath { line, segments } in code::paths(&code) {
            let local = segments.iter().skip_while(|segment| ["crate", "self"].contains(&segment.as_str()));
            let [module, .., name] = local.collect::<Vec<_>>()[..] else {
                continue;
            };
            match place(module) {
                Some(_) if name == "*" => {
                    let message = format!("`{module}::*` hides what comes from `{module}`: name each item");
                    hidden.push(Finding::at(&lib.path, line, message));
                }
                Some(index) => _ = lifted.insert(name.clone(), index),
                None => {}
            }
        }
        Self { modules, lifted, hidden }
    }

    /// Every use of a later module in one file of the planner.
    pub fn check(&self, file: &TextFile) -> Vec<Finding> {
        let Some((user, depth)) = self.module_of(&file.path) else {
            return Vec::new();
        };
        let code = code::without_tests(&code::without_comments(&file.text));
        let named = code::paths(&code);
        let later = named.iter().filter_map(|path| {
            let name = from_root(&path.segments, depth)?;
            let used = self.place_of(name).filter(|&used| used > user)?;
            let (user, used) = (&self.modules[user], &self.modules[used]);
            let message = format!("`{user}` uses `{used}`, which lib.rs declares after it");
            Some(Finding::at(&file.path, path.line, message))
        });
        later.collect()
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        let module = self.modules.iter().position(|module| module == name);
        module.or_else(|| self.lifted.get(name).copied())
    }

    /// The module a file belongs to, and how many `super` lead from it to the root of the crate.
    fn module_of(&self, path: &str) -> Option<(usize, usize)> {
        let inside = path.strip_prefix(FOLDER)?.strip_suffix(".rs")?;
        let inside = inside.strip_suffix("/mod").unwrap_or(inside);
        let module = inside.split('/').next()?;
        Some((self.modules.iter().position(|known| known == module)?, inside.split('/').count()))
    }
}

/// The first name below the root of the crate, if the path begins there.
fn from_root(segments: &[String], depth: usize) -> Option<&str> {
    let supers = segments.iter().take_while(|segment| *segment == "super").count();
    let first = match supers {
        0 if segments[0] == "crate" => 1,
        0 => return None,
        _ if supers == depth => depth,
        _ => return None,
    };
    segments.get(first).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "\
//! mod comment;
pub mod world;
mod orbit;
pub(crate) mod plan;
pub use plan::{Slot, plan};
pub use crate::world::World;
";

    fn check(file: &str, text: &str) -> Vec<String> {
        let pipeline = Pipeline::of(&TextFile::example(LIB, EXAMPLE));
        let path = format!("{FOLDER}{file}");
        pipeline.check(&TextFile::example(&path, text)).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn the_order_is_that_of_the_declarations() {
        let pipeline = Pipeline::of(&TextFile::example(LIB, EXAMPLE));
        assert_eq!(pipeline.modules, ["world", "orbit", "plan"]);
        assert_eq!(pipeline.hidden, []);
    }

    #[test]
    fn a_later_module_is_found_however_it_is_named() {
        let expected = |file: &str, line: usize| {
            vec![format!("{FOLDER}{file}:{line}: `orbit` uses `plan`, which lib.rs declares after it")]
        };
        for (file, line, text) in [
            ("orbit.rs", 1, "use crate::plan::Slot;"),
            ("orbit.rs", 2, "\nuse crate::Slot;"),
            ("orbit.rs", 3, "use crate::{\n    world::World,\n    plan::Slot,\n};"),
            ("orbit.rs", 2, "// crate::plan\nfn f() { crate::plan::plan() }"),
            ("orbit.rs", 1, "use super::plan;"),
            ("orbit/mod.rs", 1, "use super::plan;"),
            ("orbit/kernel.rs", 1, "use super::super::plan::Slot;"),
        ] {
            assert_eq!(check(file, text), expected(file, line), "{text}");
        }
    }

    #[test]
    fn earlier_modules_tests_and_comments_are_free() {
        for (file, text) in [
            ("plan.rs", "use crate::orbit::Sky;\nuse crate::World;"),
            ("orbit.rs", "//! Comes before [`crate::plan`].\nuse crate::orbit::Sky;"),
            ("orbit.rs", "#[cfg(test)]\nmod tests { use crate::plan; }"),
            ("orbit/kernel.rs", "use super::plan;"),
        ] {
            assert_eq!(check(file, text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn names_must_not_be_lifted_wholesale() {
        let lib = TextFile::example(LIB, "mod plan;\npub use plan::*;\n");
        assert_eq!(Pipeline::of(&lib).hidden.len(), 1);
    }
}
