//! The text files of the repository that people write.

use std::fs;
use std::io;
use std::path::Path;

const EXTENSIONS: [&str; 3] = ["rs", "toml", "md"];
const NOT_OURS: [&str; 3] = ["target", "node_modules", "vendor"];

/// A file and what is in it.
#[derive(Debug)]
pub struct TextFile {
    /// Path from the root of the repository, with slashes on every system.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

impl TextFile {
    /// A file that exists only in a test.
    #[cfg(test)]
    pub fn example(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The extension is given without its dot.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// Every Rust, TOML and Markdown file below the root, in the order of their paths.
pub fn below(root: &Path) -> io::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if EXTENSIONS
            .iter()
            .any(|&extension| Path::new(&name).extension().is_some_and(|e| e == extension))
        {
            match fs::read_to_string(entry.path()) {
                Ok(text) => files.push(TextFile { path, text }),
                // bad input is kept as a fixture, and is not ours to read
                Err(e) if e.kind() == io::ErrorKind::InvalidData && path.contains("/tests/") => {}
                Err(e) => return Err(io::Error::new(e.kind(), format!("{path}: {e}"))),
            }
        }
    }
    Ok(())
}

#[test]
fn finds_itself_and_nothing_that_was_built() {
    let files = below(&crate::root()).unwrap();
    assert!(files.iter().any(|file| file.path == "xtask/tests/repository/files.rs"));
    assert!(!files.iter().any(|file| file.path.starts_with("target/")));
}
