//! The arguments of `skyweave up` and `skyweave planner`.

use clap::Args;
use skyweave_server::store::LONGEST_URL;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What `--help` says of times.
const TIMES: &str = "\
The network has the wall clock's time, unless --at or --speed make it a replay. With elements that are more than 14 days old it is a replay
at their epoch, unless told --now. Started again with the same words it goes on where it was.";

/// A network that runs.
#[derive(Debug, Args)]
pub struct Network {
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
    /// Keep telemetry of the listed terminals in this folder too: Parquet, a file every ten minutes.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Answer as the dish of a listed terminal at an address of its own, such as `kyiv=127.0.0.1:9200`. May be given several times.
    #[arg(long, value_name = "TERMINAL=ADDRESS", value_parser = dish)]
    pub dish: Vec<(String, SocketAddr)>,
    /// Answer as the dishes of all listed terminals at one address: `target_id` says which.
    #[arg(long, value_name = "ADDRESS")]
    pub dishes: Option<SocketAddr>,
    /// How long those dishes boot.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub dish_boot: String,
}

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub struct Up {
    #[command(flatten)]
    pub network: Network,
    /// Where everything is kept: `sqlite:FILE` or `postgres://USER@HOST/DATABASE`; a file in the user's data folder if left out.
    #[arg(long, value_name = "URL", env = "SKYWEAVE_STORE", hide_env_values = true)]
    pub store: Option<String>,
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

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub struct Planner {
    #[command(flatten)]
    pub network: Network,
    /// The database that it shares with `skyweave serve` and other planners: `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL", env = "SKYWEAVE_STORE", hide_env_values = true)]
    pub store: String,
    /// The folder of the public log that those servers have, if they have one.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Where to listen, for those servers and for who watches it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
    /// Where those servers reach this planner, such as `http://10.0.0.7:8081`; where it listens, if left out.
    #[arg(long, value_name = "URL", value_parser = url)]
    pub url: Option<String>,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.parse().ok();
    speed.filter(|speed| (1.0..=600.0).contains(speed)).ok_or_else(|| "accepted: 1 to 600".to_owned())
}

fn dish(text: &str) -> Result<(String, SocketAddr), String> {
    let parts = text.rsplit_once('=').filter(|(name, _)| !name.is_empty());
    let parsed = parts.and_then(|(name, address)| Some((name.to_owned(), address.parse().ok()?)));
    parsed.ok_or_else(|| "accepted: the name of a terminal and an address, `kyiv=127.0.0.1:9200`".to_owned())
}

fn url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("http://").filter(|host| !host.is_empty() && !host.contains(['/', ' ']));
    let fits = host.filter(|_| text.len() <= LONGEST_URL);
    fits.map(|_| text.to_owned())
        .ok_or_else(|| format!("accepted: http://HOST:PORT of at most {LONGEST_URL} characters"))
}
