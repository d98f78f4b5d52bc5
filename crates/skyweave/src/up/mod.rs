//! `skyweave up`: the network on the clock, its service and its page, until somebody stops it; `skyweave planner`: the network alone.

mod begin;
mod dishes;
mod log;
mod network;

use crate::args::{Network as Wished, Planner, Up};
use crate::interrupt::Interrupt;
use crate::order::foresight::hash_of;
use crate::say::say;
use crate::world_text;
use begin::{Beginning, Wanted};
use dishes::{Answering, Sockets};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_core::admission::Basis;
use skyweave_core::mandate::fleet_of;
use skyweave_server::api::{Limits, Page, Targets};
use skyweave_server::live::{Marker, Network};
use skyweave_server::server::{Options, Server};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How soon an interrupt is heard.
const LISTEN_AGAIN: Duration = Duration::from_millis(100);

/// Runs the network with everything around it.
pub fn up(options: &Up) -> Result<ExitCode> {
    let page = page(options)?;
    let store = log::store(options)?;
    let folder = log::folder(options.log.as_deref(), &store)?;
    run(&options.network, (settings(store, options.listen), folder), page)
}

/// Runs the network alone.
pub fn planner(options: &Planner) -> Result<ExitCode> {
    let folder = log::folder(options.log.as_deref(), &options.store)?;
    let settings = settings(options.store.clone(), options.listen);
    let settings = Options { planner_alone: true, url: options.url.clone(), ..settings };
    run(&options.network, (settings, folder), Page::Inside)
}

/// Of a server whose log is opened once the world is there that it is about.
fn settings(store: String, listen: SocketAddr) -> Options {
    Options {
        store,
        listen,
        limits: Limits::default(),
        targets: Targets::Public,
        borders: None,
        log: None,
        foresee: None,
        planner_alone: false,
        url: None,
        new_administrator: false,
    }
}

fn run(network: &Wished, (settings, folder): (Options, PathBuf), page: Page) -> Result<ExitCode> {
    let wanted = Wanted::of(network)?;
    let tables = tables(network)?;
    let sockets = Sockets::open(network)?;
    let planner_alone = settings.planner_alone;
    let interrupt = Interrupt::listen();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().into_diagnostic()?;
    runtime.block_on(async {
        // the port and the store first: what is wrong with them is said before a world is made
        let server = Server::start(settings).await.into_diagnostic()?.with_page(page);
        let place = server.live_place(wanted.key()).await.into_diagnostic()?;
        let beginning = tokio::task::block_in_place(|| wanted.begin(place))?;
        eprint!("{}", world_text::lines(&beginning.prepared));
        tokio::task::block_in_place(|| log::make(&folder, &beginning.prepared))?;
        let said = Said::of(&beginning);
        let hash = hash_of(&beginning.prepared)?;
        let live = Arc::new(Network::new(network::setup(beginning, tables)?));
        let fleet = fleet_of(&live.world, live.began).into_diagnostic()?;
        let server = server.with_log(&folder, fleet).await.into_diagnostic()?;
        if let Some(orders) = server.orders() {
            orders.give_foresight(network::foresight(&live, hash));
        }
        let link = if planner_alone { None } else { Some(server.sign_in_link().await.into_diagnostic()?) };
        let server = server.with_live(Arc::clone(&live));
        announce(&server, &said, network.scenario.as_deref());
        let answering = sockets.answer(&live)?;
        let told = Arc::clone(&live);
        let ready = tokio::spawn(async move {
            told.ready().await;
            match link {
                Some(link) => say!("\nOpen this link; it signs you in, once:\n\n  {link}\n"),
                None => say!("plans"),
            }
        });
        stay(server, interrupt, answering).await;
        ready.abort();
        say!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}

/// What is said of the world that begins.
struct Said {
    words: String,
    /// How often its scenario switches policies.
    switches: usize,
    /// What was changed of the scenario.
    settings: Vec<String>,
}

impl Said {
    fn of(beginning: &Beginning) -> Self {
        let switches = log::switches(&beginning.prepared);
        Self { words: beginning.words(), switches, settings: beginning.settings.clone() }
    }
}

/// Serves until somebody stops it.
async fn stay(server: Server, interrupt: Interrupt, answering: Answering) {
    let stop = async move {
        while !interrupt.came() {
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
        drop(answering);
    };
    server.run(stop).await;
}

fn announce(server: &Server, said: &Said, scenario: Option<&Path>) {
    let is_self_witnessed = server.orders().is_some_and(|orders| orders.is_self_witnessed());
    let witnessed =
        if is_self_witnessed { ", SELF-WITNESSED: whoever has its keys is everybody at once" } else { "" };
    say!("{}, admission {}{witnessed}", said.words, Marker::NAME);
    if said.switches > 0 {
        say!(
            "{} switches of policies in the scenario are not carried out: each takes an order",
            said.switches
        );
    }
    if let Some(scenario) = scenario {
        let settings: Vec<String> = said.settings.iter().map(|one| format!(" --set '{one}'")).collect();
        say!("the world of previews: --world {}{}", scenario.display(), settings.concat());
    }
    if let Some(administrator) = &server.administrator {
        say!("This store is new. The credential of its administrator, for programs, is shown this once:\n");
        say!("  SKYWEAVE_CLIENT_ID={}", administrator.client_id);
        say!("  SKYWEAVE_CLIENT_SECRET={}\n", administrator.client_secret);
    }
    if !server.address.ip().is_loopback() {
        say!("Others can reach this server, and it speaks no TLS: put a proxy that does before it.");
    }
    say!("listening on http://{}", server.address);
}

/// The folder of telemetry, which is made if it is missing.
fn tables(options: &Wished) -> Result<Option<PathBuf>> {
    if let Some(folder) = &options.output {
        std::fs::create_dir_all(folder).into_diagnostic().wrap_err_with(|| {
            format!("cannot make {}; give a folder that can be written with --output", folder.display())
        })?;
    }
    Ok(options.output.clone())
}

fn page(options: &Up) -> Result<Page> {
    let Some(folder) = &options.page else { return Ok(Page::Inside) };
    if !folder.join("index.html").is_file() {
        return Err(miette!(
            help = "accepted: a folder with the files of the page, such as `web` of the repository",
            "there is no {}",
            folder.join("index.html").display()
        ));
    }
    Ok(Page::Folder(folder.clone()))
}
