//! The arguments of keys, the log, witnesses and orders.

use super::Connect;
use clap::{Args, Subcommand, ValueEnum};
use skyweave_server::log::KeyRole;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key in a file of its own.
    New(KeyNew),
    /// Print the public half of a key.
    Show(KeyShow),
}

#[derive(Debug, Args)]
pub struct KeyNew {
    /// Whose it is: a principal, the origin of a log, the name of a witness.
    pub name: String,
    /// The file, which must not be there yet.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What it is for.
    #[arg(long = "for", value_enum, default_value_t = For::Principal)]
    pub role: For,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum For {
    /// Somebody who asks for orders and approves them.
    Principal,
    /// The service, which signs bundles and certificates.
    Publisher,
    /// A point of enforcement.
    Point,
    /// The log, which signs its checkpoints.
    Log,
    /// A witness or a mirror.
    Witness,
}

impl From<For> for KeyRole {
    fn from(role: For) -> Self {
        match role {
            For::Principal => Self::Principal,
            For::Publisher => Self::Publisher,
            For::Point => Self::Point,
            For::Log => Self::Log,
            For::Witness => Self::Witness,
        }
    }
}

#[derive(Debug, Args)]
pub struct KeyShow {
    /// The file.
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Witness {
    /// Its key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The key of a log that it knows, as `skyweave key show` prints it. May be given several times.
    #[arg(long, value_name = "KEY", required = true)]
    pub log: Vec<String>,
    /// Where it remembers what it cosigned, and keeps the files of a mirror.
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    pub listen: SocketAddr,
    /// Be a mirror of the log at this address: fetch its files, serve them, and cosign only what is there.
    #[arg(long, value_name = "URL")]
    pub mirror: Option<String>,
}

/// The world that something was planned in.
#[derive(Debug, Args)]
pub struct WorldOf {
    /// The scenario of the world that it was planned in.
    #[arg(long, value_name = "SCENARIO")]
    pub world: Option<PathBuf>,
    /// Change a value of that scenario; `skyweave up` says which are changed. May be given several times.
    #[arg(long, value_name = "PATH=VALUE", requires = "world")]
    pub set: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The log: an address, or a folder with its files.
    pub place: String,
    /// The identity of its genesis, learnt elsewhere; without it the log's own is believed, and that is said.
    #[arg(long, value_name = "HASH")]
    pub genesis: Option<String>,
    /// Ask the witnesses that have an address what they were shown.
    #[arg(long)]
    pub ask_witnesses: bool,
    /// With --world, previews are computed again.
    #[command(flatten)]
    pub world: WorldOf,
    /// The folder with the files of borders that territories are cut from.
    #[arg(long, value_name = "DIR")]
    pub borders: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Log {
    /// Make a folder with everything that a log begins with, everybody's keys included: for demonstrations.
    Init(LogInit),
    /// Draw up a genesis from a description; every principal then signs it.
    Draft(LogDraft),
    /// Sign a genesis or a rotation, after reading it.
    Sign(LogSign),
    /// Show what is in a log, entry by entry.
    Show(LogPlace),
    /// Copy a log with all its files.
    Export(LogPlace),
}

#[derive(Debug, Args)]
pub struct LogInit {
    /// The folder, which must not have a log yet.
    pub folder: PathBuf,
    /// The fleet's name.
    #[arg(long, default_value = "demonstration")]
    pub fleet: String,
    /// The scenario whose policies and territories are the law at the beginning; everybody is served without.
    #[arg(long, value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
    /// Say that everybody's keys, witnesses' included, are to be in one folder.
    #[arg(long, required = true)]
    pub demonstration: bool,
}

#[derive(Debug, Args)]
pub struct LogDraft {
    /// The description, JSON: fleet, principals, quorums, publisher, witnesses (docs/orders.md).
    pub description: PathBuf,
    /// The folder of the log, where the genesis and its sources go.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// The scenario whose policies and territories are the law at the beginning; everybody is served without.
    #[arg(long, value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct LogSign {
    /// The file with the envelope; the signature is added to it.
    pub file: PathBuf,
    /// The key of a principal.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

#[derive(Debug, Args)]
pub struct LogPlace {
    /// The log: an address, or a folder with its files.
    pub place: String,
    /// Where a copy goes.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Order {
    /// Draw up an order and its preview.
    Draft(OrderDraft),
    /// Show the preview of an order.
    Preview(OrderShow),
    /// Compute the preview and the table of an order again, here, and compare.
    Recompute(OrderShow),
    /// Sign an order as its requester, after reading it, and propose it.
    Propose(OrderSign),
    /// Sign an order as an approver, after reading it, without sending the signature.
    Sign(OrderSign),
    /// Approve an order: sign and send.
    Approve(OrderSign),
    /// Refuse an order, or withdraw one's own: sign and send.
    Reject(OrderSign),
    /// Say where an order is; of all orders without an id.
    Status(OrderShow),
    /// Draw up the order that takes one back.
    Revoke(OrderRevoke),
}

#[derive(Debug, Args)]
pub struct OrderDraft {
    /// What is done: activate, deactivate, restrict, throttle, restore.
    pub action: String,
    /// To what: territory, restriction, registry, plan-class, fail-mode.
    pub target: String,
    /// Its name.
    pub name: String,
    /// cut, emergency or restore.
    #[arg(long)]
    pub class: String,
    /// The principal who asks for it.
    #[arg(long, value_name = "NAME")]
    pub requester: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
    /// By what law.
    #[arg(long)]
    pub basis: String,
    /// For how many hours; for all but restores.
    #[arg(long, value_name = "HOURS")]
    pub hours: Option<u64>,
    /// From when on, s since 1970; at once if left out.
    #[arg(long, value_name = "SECONDS")]
    pub start_s: Option<u64>,
    /// What it has to do with an earlier order: ratifies, renews, revokes or supersedes.
    #[arg(long, requires = "of")]
    pub relation: Option<String>,
    /// The earlier order.
    #[arg(long, value_name = "ID", requires = "relation")]
    pub of: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct OrderRevoke {
    /// The order that is taken back.
    pub id: String,
    /// The principal who asks for it.
    #[arg(long, value_name = "NAME")]
    pub requester: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
    /// By what law.
    #[arg(long)]
    pub basis: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct OrderShow {
    /// The order.
    pub id: Option<String>,
    #[command(flatten)]
    pub world: WorldOf,
    /// The folder with the files of borders that territories are cut from.
    #[arg(long, value_name = "DIR")]
    pub borders: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub connect: Connect,
}

#[derive(Debug, Args)]
pub struct OrderSign {
    /// The order.
    pub id: String,
    /// The key of a principal.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// With --world, preview and table are computed again first, and only what comes out the same is signed.
    #[command(flatten)]
    pub world: WorldOf,
    /// The folder with the files of borders that territories are cut from.
    #[arg(long, value_name = "DIR")]
    pub borders: Option<PathBuf>,
    /// Sign without asking, once the order was shown.
    #[arg(short, long)]
    pub yes: bool,
    /// Write the envelope here too.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub connect: Connect,
}
