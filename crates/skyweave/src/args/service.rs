//! The arguments of the service and of its client.

use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Serve {
    /// Where everything is kept: `sqlite:FILE` or `postgres://USER@HOST/DATABASE`; a file in the user's data folder if left out.
    #[arg(long, value_name = "URL", env = "SKYWEAVE_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// Where to listen. The server speaks no TLS: put a proxy before it that does if it is not for this machine alone.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The folder with the files of borders that territories are cut from; each is found by its SHA-256.
    #[arg(long, value_name = "DIR")]
    pub borders: Option<PathBuf>,
    /// Let webhooks lead to private addresses too, such as those of a laboratory.
    #[arg(long)]
    pub private_webhooks: bool,
    /// The folder of the public log, which `skyweave log init` or `skyweave log draft` made: orders need it.
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// The scenario whose world previews of orders are planned in; without it nothing is foreseen.
    #[arg(long, value_name = "SCENARIO", requires = "log")]
    pub world: Option<PathBuf>,
    /// Print a link that signs a browser in to the page, once.
    #[arg(long)]
    pub sign_in: bool,
    /// Make another administrator and print its credential once: for whoever lost the first one's. Whoever has the store may do that.
    #[arg(long)]
    pub new_administrator: bool,
}

#[derive(Debug, Args)]
pub struct Connect {
    /// The server.
    #[arg(long, value_name = "URL", env = "SKYWEAVE_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// The client's id.
    #[arg(long, value_name = "ID", env = "SKYWEAVE_CLIENT_ID")]
    pub client_id: Option<String>,
    /// The client's secret. Other users of this machine see what stands on a command line: the environment is the better place.
    #[arg(long, value_name = "SECRET", env = "SKYWEAVE_CLIENT_SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
}

/// What `--help` of every resource says.
pub const RESOURCE_HELP: &str = "\
Examples:
  skyweave account create name=Relief organization=org_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z
  skyweave terminal list state=active,suspended 'tag!=spare'
  skyweave terminal register ut_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z account=acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z
  skyweave terminal suspend ut_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z reason='asked for by its owner' --dry-run
  skyweave line create --from line.json
  skyweave restriction create --from policies.cedar
  skyweave territory create --from ukraine.json
  skyweave registry add reg_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z --from keys.txt
  skyweave registry preview reg_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z home=kyiv change=remove keys=UT-0001
A verb that does not exist is answered with those that do. docs/api.md describes them all.";

#[derive(Debug, Args)]
#[command(after_help = RESOURCE_HELP)]
pub struct Resource {
    /// What to do: list, show, create, update, or a verb of the kind, such as suspend.
    pub verb: String,
    /// The id, for all but list and create; then fields or filters, KEY=VALUE. A value in JSON is that, a dot in a key leads into an object.
    #[arg(value_name = "ID|KEY=VALUE")]
    pub words: Vec<String>,
    /// Take the fields from a file first: a JSON object of them, policies in Cedar, a territory's definition, or keys one a line.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Say what would be, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Only if the thing still has this version.
    #[arg(long, value_name = "N")]
    pub if_version: Option<u64>,
    /// Do it once, however often this is repeated with the same key within a day.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// List at most this many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The CSV file; docs/service.md describes its columns.
    pub file: PathBuf,
    /// The account of rows that name none.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Report what is wrong and what would be, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The terminal's id.
    pub terminal: String,
    /// What else is known, KEY=VALUE: where it is (`latitude_e7`, `longitude_e7`), how fast (`speed_cm_s`), ...
    #[arg(value_name = "KEY=VALUE")]
    pub words: Vec<String>,
    /// At this time, s since 1970; now if left out.
    #[arg(long, value_name = "SECONDS")]
    pub at_s: Option<i64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct Events {
    /// After the event with this number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub after: i64,
    /// Go on with what happens from now on, until interrupted.
    #[arg(long)]
    pub follow: bool,
    /// Print JSON, an event a line.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}
