//! Links from the documents to files of the repository.

use crate::files::TextFile;
use crate::finding::Finding;

/// Every link of a Markdown file to a path that does not exist.
pub fn check(file: &TextFile, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    if !file.has_extension("md") {
        return Vec::new();
    }
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(&without_code(line)) {
            let Some(path) = local(target, folder) else {
                continue;
            };
            if !exists(&path) {
                findings.push(Finding::at(&file.path, index + 1, format!("`{target}` does not exist")));
            }
        }
    }
    findings
}

/// What stands between backticks is no link.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// `[text](target "title")` and `[name]: target`.
fn targets(line: &str) -> Vec<&str> {
    let inline = line.match_indices("](").filter_map(|(at, open)| {
        let rest = &line[at + open.len()..];
        rest.split([')', ' ']).next()
    });
    let reference = line.starts_with('[').then(|| line.split_once("]: ")).flatten().map(|(_, target)| target);
    inline.chain(reference.and_then(|target| target.split(' ').next())).collect()
}

/// Path from the root of the repository, unless the link leads out of it or only within its page.
fn local(target: &str, folder: &str) -> Option<String> {
    let path = target.trim_matches(['<', '>']).split('#').next()?;
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    Some(match path.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None if folder.is_empty() => path.to_owned(),
        None => format!("{folder}/{path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let there = ["README.md", "docs/a.md", "docs/../README.md"];
        let file = TextFile::example("docs/page.md", text);
        check(&file, |path| there.contains(&path)).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn dead_links() {
        for text in
            ["[a](b.md)", "see [a](a.md) and [b](/b.md#part)", "[a]: ../b.md", "![a](b.png \"title\")"]
        {
            assert_eq!(found(text).len(), 1, "{text}");
        }
        assert_eq!(found("text\n[a](README.md)"), ["docs/page.md:2: `README.md` does not exist"]);
    }

    #[test]
    fn live_links_and_no_links() {
        for text in [
            "[a](a.md) [b](../README.md#top) [c](/README.md)",
            "[a](https://example.org/b.md) [b](#part) [c](mailto:x@example.org)",
            "`[a](b.md)`",
            "```\n[a](b.md)\n```",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
