//! Files that exist only in a test build, and so are free of the walls.

use crate::code;
use crate::files::TextFile;

/// The files that reach users: all but those under `#[cfg(test)] mod name;`.
pub fn shipped(files: &[TextFile]) -> impl Iterator<Item = &TextFile> {
    let for_tests: Vec<String> = files.iter().flat_map(declared_for_tests).collect();
    files.iter().filter(move |file| {
        let module = file.path.trim_end_matches(".rs");
        !for_tests.iter().any(|path| module == path || module.starts_with(&format!("{path}/")))
    })
}

/// Paths without extension.
fn declared_for_tests(file: &TextFile) -> Vec<String> {
    let whole = code::without_comments(&file.text);
    let shipped = code::without_tests(&whole);
    let modules =
        |code: &str| code.lines().filter_map(code::module_declared).map(str::to_owned).collect::<Vec<_>>();
    let kept = modules(&shipped);
    let removed = modules(&whole).into_iter().filter(|name| !kept.contains(name));
    removed.map(|name| format!("{}/{name}", folder_of_modules(&file.path))).collect()
}

fn folder_of_modules(path: &str) -> &str {
    let roots = ["/lib.rs", "/main.rs", "/mod.rs"];
    roots.iter().find_map(|root| path.strip_suffix(root)).unwrap_or(path.trim_end_matches(".rs"))
}

#[test]
fn what_lib_and_modules_declare_for_tests_is_left_out() {
    let files = [
        TextFile::example("c/src/lib.rs", "mod orbit;\n#[cfg(test)]\nmod golden;\n"),
        TextFile::example("c/src/golden.rs", ""),
        TextFile::example("c/src/golden/rows.rs", ""),
        TextFile::example("c/src/orbit.rs", "#[cfg(test)]\nmod tests;"),
        TextFile::example("c/src/orbit/tests.rs", ""),
        TextFile::example("c/src/orbit/golden.rs", ""),
    ];
    let left: Vec<_> = shipped(&files).map(|file| file.path.as_str()).collect();
    assert_eq!(left, ["c/src/lib.rs", "c/src/orbit.rs", "c/src/orbit/golden.rs"]);
}
