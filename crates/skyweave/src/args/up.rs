//! The arguments of `skyweave up`.

use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What `--help` says of times.
const TIMES: &str = "\
The network has the wall clock's time, unless --at or --speed make it a replay. With elements that are more than 14 days old it is a replay
at their epoch, unless told --now. Started again with the same words it goes on where it was.";

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub struct Up {
    /// The scenario file; the whole network of 2026 with the shells that are built in, if left out.
    pub scenario: Option<PathBuf>,
    /// Satellites from this file of elements, in the place of those of the scenario.
    #[arg(long, value_name = "FILE")]
    pub elements: Option<PathBuf>,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Begin a replay at this time, such as 2026-05-20T12:00:00Z.
    #[arg(long, value_name = "TIME", conflicts_with = "now")]
    pub at: Option<String>,
    /// Let it be now, however old the elements are.
    #[arg(long)]
    pub now: bool,
    /// How many times as fast as time the network goes: 1 to 600.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Begin anew, and not where it was.
    #[arg(long)]
    pub afresh: bool,
    /// Where everything is kept: `sqlite:FILE` or `postgres://USER@HOST/DATABASE`; a file in the user's data folder if left out.
    #[arg(long, value_name = "URL", env = "SKYWEAVE_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// Keep telemetry of the listed terminals in this folder too: Parquet, a file every ten minutes.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The folder of the public log, as `skyweave log init` or `log draft` makes it: with it there are orders (docs/orders.md).
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Where to listen. The server speaks no TLS: put a proxy before it that does if it is not for this machine alone.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve the files of the page from this folder, for whoever works on it.
    #[arg(long, value_name = "DIR")]
    pub page: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.parse().ok();
    speed.filter(|speed| (1.0..=600.0).contains(speed)).ok_or_else(|| "accepted: 1 to 600".to_owned())
}
