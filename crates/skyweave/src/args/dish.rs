//! The arguments of virtual dishes.

use clap::Args;
use skyweave_study::demand::Demand;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Dish {
    /// The terminal: a site or terminal of the scenario. Several, with commas between, get ports one after another.
    #[arg(short, long, value_name = "NAME", value_delimiter = ',', required_unless_present = "all")]
    pub terminal: Vec<String>,
    /// A dish for every site and listed terminal.
    #[arg(long, conflicts_with = "terminal")]
    pub all: bool,
    /// The scenario file.
    #[arg(short, long, default_value = "scenarios/quickstart.toml")]
    pub scenario: PathBuf,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// What each terminal asks of the planner, Mbit/s down and up at every hour, such as `200/20`; `plan` for what its plan says.
    #[arg(long, default_value = "plan", value_name = "DOWN/UP")]
    pub demand: Demand,
    /// Where the first dish answers (gRPC); others at the ports that follow. Dishes know no passwords, as real ones.
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:9200")]
    pub listen: SocketAddr,
    /// Where the first dish answers gRPC-Web, for browsers; others at the ports that follow. Nowhere if left out.
    #[arg(long, value_name = "ADDRESS")]
    pub grpc_web: Option<SocketAddr>,
    /// The instant to begin at, such as `2026-05-20T12:00:00Z`; the start of the scenario if left out.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How many times as fast as the wall clock.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = speed)]
    pub speed: f64,
    /// Let dishes tell where they are, as users of real ones may.
    #[arg(long)]
    pub location: bool,
    /// How long a dish boots.
    #[arg(long, default_value = "30s", value_name = "TIME")]
    pub boot: String,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| (0.01..=1_000.0).contains(speed));
    speed.ok_or_else(|| "accepted: 0.01 to 1000".to_owned())
}
