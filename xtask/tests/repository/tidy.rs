//! What no formatter or compiler looks at: length, blanks, names, left-over marks, silenced warnings.

use std::path::Path;

use crate::code;
use crate::files::TextFile;
use crate::finding::Finding;

const MOST_LINES: usize = 600;
const NAMES_THAT_SAY_NOTHING: [&str; 6] = ["util", "utils", "helper", "helpers", "misc", "common"];
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// Everything untidy in one file.
pub fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = blanks(file);
    if file.has_extension("rs") {
        findings.extend(length(file));
        findings.extend(name(file));
        findings.extend(left_over(file));
        findings.extend(silenced(file));
    }
    if file.path.ends_with("Cargo.toml") {
        findings.extend(lints(file));
    }
    findings
}

fn blanks(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.split('\n').enumerate() {
        if line.contains('\t') {
            findings.push(Finding::at(&file.path, index + 1, "a tab: use blanks, or \\t in a literal"));
        }
        if line.ends_with([' ', '\t', '\r']) {
            findings.push(Finding::at(&file.path, index + 1, "a blank at the end of the line"));
        }
    }
    findings
}

fn length(file: &TextFile) -> Option<Finding> {
    let lines = file.text.lines().count();
    let message = || format!("{lines} lines, of at most {MOST_LINES}: it holds more than one idea");
    (lines > MOST_LINES).then(|| Finding::of(&file.path, message()))
}

fn name(file: &TextFile) -> Option<Finding> {
    let inside = file.path.strip_suffix("/mod.rs").or_else(|| file.path.strip_suffix(".rs"))?;
    let name = Path::new(inside).file_name()?.to_str()?;
    let message = || format!("`{name}` says nothing of what is in it");
    NAMES_THAT_SAY_NOTHING.contains(&name).then(|| Finding::of(&file.path, message()))
}

fn left_over(file: &TextFile) -> Vec<Finding> {
    let named = code::paths(&code::without_comments(&file.text));
    let left = named.iter().filter_map(|path| {
        let mark = UNFINISHED.iter().find(|mark| path.mentions(mark))?;
        Some(Finding::at(&file.path, path.line, format!("`{mark}` is left over")))
    });
    left.collect()
}

fn silenced(file: &TextFile) -> Vec<Finding> {
    let code = code::without_comments(&file.text);
    let mut findings = Vec::new();
    for (at, _) in code.match_indices('#') {
        let Some(attribute) = attribute(&code[at..]) else {
            continue;
        };
        let named = code::paths(attribute);
        let has = |word: &str| named.iter().any(|path| path.mentions(word));
        let line = code[..at].matches('\n').count() + 1;
        if has("allow") {
            let message = "`allow` stays when its cause is gone: use `expect` with a reason";
            findings.push(Finding::at(&file.path, line, message));
        }
        if has("expect") && !has("reason") {
            findings.push(Finding::at(&file.path, line, "`expect` without a reason"));
        }
    }
    findings
}

/// From `#[` or `#![` to the bracket that closes it.
fn attribute(code: &str) -> Option<&str> {
    let open = if code.starts_with("#![") { 2 } else { 1 };
    code[open..].starts_with('[').then_some(())?;
    let mut depth = 0_usize;
    for (at, letter) in code.char_indices().skip(open) {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&code[..=at]);
        }
    }
    None
}

fn lints(manifest: &TextFile) -> Option<Finding> {
    let text = &manifest.text;
    let inherits = text.contains("[workspace]") || text.contains("[lints]\nworkspace = true");
    let message = "the workspace's lints are not inherited: add `[lints]` with `workspace = true`";
    (!inherits).then(|| Finding::of(&manifest.path, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&TextFile::example(path, text)).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn untidy_files() {
        let long = "\n".repeat(MOST_LINES + 1);
        let reasonless = "#[expect(\n    clippy::float_cmp\n)]\nfn f() {}";
        for (path, text, expected) in [
            ("a.rs", "fn f() {\n\tg();\n}", "a.rs:2: a tab"),
            ("a.md", "text \nmore", "a.md:1: a blank at the end"),
            ("a.rs", long.as_str(), "a.rs: 601 lines"),
            ("a/utils.rs", "", "a/utils.rs: `utils` says nothing"),
            ("tests/common/mod.rs", "", "tests/common/mod.rs: `common` says nothing"),
            ("a.rs", "fn f() {\n    todo!()\n}", "a.rs:2: `todo!` is left over"),
            ("a.rs", "let x = std::dbg!(y);", "a.rs:1: `dbg!` is left over"),
            ("a.rs", "#![allow(dead_code)]", "a.rs:1: `allow` stays"),
            ("a.rs", "#[cfg_attr(test, allow(dead_code))]\nfn f() {}", "a.rs:1: `allow` stays"),
            ("a.rs", reasonless, "a.rs:1: `expect` without a reason"),
            ("a/Cargo.toml", "[package]\n", "a/Cargo.toml: the workspace's lints"),
        ] {
            let found = found(path, text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with(expected), "{found:?}");
        }
    }

    #[test]
    fn tidy_files() {
        for (path, text) in [
            ("a.rs", "// todo! is not said here, nor #[allow(x)]\nlet a = \"dbg!()\";\n"),
            ("a.rs", "#[expect(clippy::float_cmp, reason = \"copied, not computed\")]\nfn f() {}"),
            ("a.rs", "fn f() { x.expect(\"y\").allow(z) }"),
            ("a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"),
        ] {
            assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
        }
    }
}
