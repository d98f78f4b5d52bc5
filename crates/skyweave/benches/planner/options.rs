//! What the benchmark is told.

use clap::Parser;
use std::path::PathBuf;

/// Measures the planner beside other programs.
#[derive(Parser)]
pub struct Options {
    /// Only this group of rows: sgp4, visibility, forwarding, radio, optimum or slot.
    pub filter: Option<String>,
    /// Where the rows are written, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Fewer rounds: for a first look, not for publishing.
    #[arg(long)]
    pub quick: bool,
    /// A Python with the peers installed; without it they are left out.
    #[arg(long, value_name = "PROGRAM")]
    pub python: Option<PathBuf>,
    /// Folder of the Python peers' scripts.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../xtask/peers"))]
    pub peers: PathBuf,
    /// Folder for what is handed to everybody who is measured.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/bench"))]
    pub work: PathBuf,
    /// Be one of those who are measured.
    #[arg(long, hide = true)]
    pub serve: Option<String>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// True if a group of rows is asked for.
    pub fn wants(&self, group: &str) -> bool {
        self.filter.as_deref().is_none_or(|filter| group.contains(filter) || filter.contains(group))
    }
}
