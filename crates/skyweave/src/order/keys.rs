//! `skyweave key new|show`.

use crate::args::Key;
use crate::say::say;
use miette::{IntoDiagnostic, Result};
use skyweave_server::log::KeyFile;
use std::process::ExitCode;

/// Makes a key, or prints its public half.
pub fn key(options: &Key) -> Result<ExitCode> {
    let key = match options {
        Key::New(options) => {
            let key = KeyFile::new(options.role.into(), &options.name).into_diagnostic()?;
            key.write(&options.output).into_diagnostic()?;
            eprintln!("{}: keep it where only {} can read it", options.output.display(), options.name);
            key
        }
        Key::Show(options) => KeyFile::read(&options.file).into_diagnostic()?,
    };
    say!("{}", key.public());
    Ok(ExitCode::SUCCESS)
}
