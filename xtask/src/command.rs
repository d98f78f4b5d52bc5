//! One command line: written in a table as it would be typed, shown so that it can be pasted, and run.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use miette::{IntoDiagnostic, Result, WrapErr, miette};

/// A program, its arguments, and what is added to its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    environment: Vec<(String, String)>,
    words: Vec<String>,
}

/// How a command ended that was shown and listened to at once.
pub struct Heard {
    /// Whether it reported success.
    pub succeeded: bool,
    /// What it wrote to standard output.
    pub lines: Vec<String>,
}

impl CommandLine {
    /// Splits at blanks: the tables hold no word that contains one. Longer words are added by [`Self::word`].
    pub fn new(typed: &str) -> Self {
        Self { environment: Vec::new(), words: typed.split_whitespace().map(str::to_owned).collect() }
    }

    /// Adds one argument, blanks and all.
    pub fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// Adds one variable to the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs with the caller's terminal; true if the command reported success.
    pub fn run(&self, folder: &Path) -> Result<bool> {
        Ok(self.prepare(folder)?.status().into_diagnostic().wrap_err_with(|| self.unstarted())?.success())
    }

    /// True if the command exists and reports success; shows nothing.
    pub fn answers(&self, folder: &Path) -> bool {
        self.prepare(folder).is_ok_and(|mut command| {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
    }

    /// Standard output of a command that must succeed.
    pub fn output(&self, folder: &Path) -> Result<String> {
        let output = self
            .prepare(folder)?
            .stderr(Stdio::inherit())
            .output()
            .into_diagnostic()
            .wrap_err_with(|| self.unstarted())?;
        if !output.status.success() {
            return Err(miette!("`{self}` ended with {}", output.status));
        }
        String::from_utf8(output.stdout).into_diagnostic()
    }

    /// Passes standard output on line by line as it comes, and keeps it.
    pub fn listen(&self, folder: &Path) -> Result<Heard> {
        let mut child = self
            .prepare(folder)?
            .stdout(Stdio::piped())
            .spawn()
            .into_diagnostic()
            .wrap_err_with(|| self.unstarted())?;
        let stdout = child.stdout.take().ok_or_else(|| miette!("`{self}` has no standard output"))?;
        let mut lines = Vec::new();
        for line in BufReader::new(stdout).split(b'\n') {
            let line = String::from_utf8_lossy(&line.into_diagnostic()?).into_owned();
            println!("{line}");
            lines.push(line);
        }
        Ok(Heard { succeeded: child.wait().into_diagnostic()?.success(), lines })
    }

    fn prepare(&self, folder: &Path) -> Result<Command> {
        let (program, arguments) = self.words.split_first().ok_or_else(|| miette!("an empty command"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        // What cargo says of xtask is not true of what is started here, and build scripts that look at it (ring's does)
        // would run again each time a build changes between `cargo` and `cargo xtask`.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.to_string_lossy().starts_with(of)) {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    fn unstarted(&self) -> String {
        format!("could not start `{self}`")
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let words = self.words.iter().map(|word| quoted(word));
        f.write_str(&variables.chain(words).collect::<Vec<_>>().join(" "))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_as_a_shell_would_take_it() {
        let command =
            CommandLine::new("cargo doc  --no-deps").env("RUSTDOCFLAGS", "-D warnings").word("it's");
        assert_eq!(command.to_string(), r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'");
    }

    #[test]
    fn failure_and_absence_are_told_apart() {
        let here = Path::new(".");
        let absent = CommandLine::new("no-such-program-anywhere --version");
        assert!(!absent.answers(here));
        assert!(absent.run(here).unwrap_err().to_string().contains("no-such-program-anywhere"));
        assert!(!CommandLine::new("cargo no-such-subcommand").answers(here));
        assert!(CommandLine::new("cargo --version").answers(here));
    }

    #[test]
    fn what_is_listened_to_is_kept() {
        let heard = CommandLine::new("cargo --version").listen(Path::new(".")).unwrap();
        assert!(heard.succeeded);
        assert!(heard.lines[0].starts_with("cargo "));
    }
}
