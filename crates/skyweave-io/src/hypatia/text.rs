//! Lines of a file and the values in them, each with its place for when it is wrong.

use super::HypatiaError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A whole file.
pub struct TextFile {
    pub path: PathBuf,
    text: String,
}

impl TextFile {
    pub fn read(path: PathBuf) -> Result<Self, HypatiaError> {
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(source) => Err(HypatiaError::Read { path, source }),
        }
    }

    /// The same, or nothing where there is no such file.
    pub fn read_if_there(path: PathBuf) -> Result<Option<Self>, HypatiaError> {
        match Self::read(path) {
            Err(HypatiaError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let path = self.path.as_path();
        self.text.lines().enumerate().map(move |(index, text)| Line { path, number: index + 1, text })
    }

    /// The complaint that the file is too short.
    pub fn ends(&self, found: String, accepted: String) -> HypatiaError {
        HypatiaError::Ends { path: self.path.clone(), found, accepted }
    }
}

/// One line, and where it stands.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    path: &'a Path,
    number: usize,
    pub text: &'a str,
}

impl<'a> Line<'a> {
    /// The complaint about what stands in this line.
    pub fn complain(self, found: impl Into<String>, accepted: impl Into<String>) -> HypatiaError {
        HypatiaError::Line {
            path: self.path.to_owned(),
            line: self.number,
            found: found.into(),
            accepted: accepted.into(),
        }
    }

    /// The line's parts, if there are exactly as many as wanted.
    pub fn split<const N: usize>(
        self,
        parts: impl Iterator<Item = &'a str>,
        accepted: &str,
    ) -> Result<[&'a str; N], HypatiaError> {
        let parts: Vec<_> = parts.collect();
        <[&str; N]>::try_from(parts).map_err(|_| self.complain(format!("`{}`", self.text), accepted))
    }

    /// A whole number.
    pub fn whole(self, what: &str, text: &str) -> Result<u32, HypatiaError> {
        self.parse(what, text, "a whole number")
    }

    /// A number that is finite and for which `fits` holds.
    pub fn number(
        self,
        what: &str,
        text: &str,
        accepted: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<f64, HypatiaError> {
        let value: f64 = self.parse(what, text, accepted)?;
        if value.is_finite() && fits(value) {
            Ok(value)
        } else {
            Err(self.complain(format!("{what} is `{text}`"), accepted))
        }
    }

    fn parse<T: FromStr>(self, what: &str, text: &str, accepted: &str) -> Result<T, HypatiaError> {
        text.parse().map_err(|_| self.complain(format!("{what} is `{text}`"), accepted))
    }
}
