//! `skyweave report`: one page of a result.

use crate::args::Report as Options;
use crate::say::say;
use miette::Result;
use std::process::ExitCode;

/// Writes the page.
pub fn report(options: &Options) -> Result<ExitCode> {
    let page = options.output.clone().unwrap_or_else(|| options.result.join("report.html"));
    skyweave_io::report::write(&options.result, &page)?;
    say!("Wrote {}: open it in a browser; it needs no network.", page.display());
    Ok(ExitCode::SUCCESS)
}
