//! Lists the files of the page in `web/` of the repository, so that they become part of the program: scripts, styles, words and pictures, and not
//! what only its tests and its tools need.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const KINDS: [&str; 12] =
    ["css", "html", "ico", "js", "json", "mjs", "png", "svg", "txt", "wasm", "webmanifest", "woff2"];
/// Folders at the top that the page does not load from.
const OTHER_FOLDERS: [&str; 4] = ["node_modules", "screens", "tests", "types"];
/// Files at the top for its tools.
const OTHER_FILES: [&str; 5] =
    ["jsconfig.json", "package-lock.json", "package.json", "playwright.config.js", "tsconfig.json"];

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map_err(io::Error::other);
    let web = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../web");
    println!("cargo:rerun-if-changed={}", web.display());
    println!("cargo:rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if web.is_dir() {
        collect(&web, "", &mut files)?;
    }
    files.sort();
    let mut list = String::from(
        "/// The files of the page by their paths, in order.\nstatic FILES: &[(&str, &[u8])] = &[\n",
    );
    for (name, path) in files {
        // writing to a text cannot fail
        let _ = writeln!(list, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
    }
    list.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("page.rs"), list)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_other =
            prefix.is_empty() && (OTHER_FOLDERS.contains(&&*name) || OTHER_FILES.contains(&&*name));
        if is_other || name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let inside = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&path, &format!("{inside}/"), files)?;
        } else if path.extension().is_some_and(|extension| KINDS.iter().any(|kind| extension == *kind)) {
            files.push((inside, path));
        }
    }
    Ok(())
}
