//! `skyweave up`: the network on the clock, its service and its page, until somebody stops it; `skyweave planner`: the network alone.

mod begin;
mod dishes;
mod network;

use crate::args::{Network as Wished, Planner, Up};
use crate::interrupt::Interrupt;
use crate::order::foresight;
use crate::say::say;
use crate::{serve, world_text};
use begin::Wanted;
use dishes::{Answering, Sockets};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_core::admission::Basis;
use skyweave_server::api::{Limits, Page, Targets};
use skyweave_server::live::{Marker, Network};
use skyweave_server::server::{Options, Server};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How soon an interrupt is heard.
const LISTEN_AGAIN: Duration = Duration::from_millis(100);

/// Runs the network with everything around it.
pub fn up(options: &Up) -> Result<ExitCode> {
    let page = page(options)?;
    let store = match &options.store {
        Some(store) => store.clone(),
        None => format!("sqlite:{}", serve::file_of_this_user()?.display()),
    };
    let settings = Options {
        store,
        listen: options.listen,
        limits: Limits::default(),
        targets: Targets::Public,
        borders: None,
        log: options.log.clone(),
        // previews are planned in a scenario's world, and the built-in one is in no file
        foresee: foresight(options.network.scenario.as_deref())?,
        planner_alone: false,
        url: None,
        new_administrator: false,
    };
    run(&options.network, settings, page)
}

/// Runs the network alone.
pub fn planner(options: &Planner) -> Result<ExitCode> {
    let settings = Options {
        store: options.store.clone(),
        listen: options.listen,
        limits: Limits::default(),
        targets: Targets::Public,
        borders: None,
        log: options.log.clone(),
        foresee: None,
        planner_alone: true,
        url: options.url.clone(),
        new_administrator: false,
    };
    run(&options.network, settings, Page::Inside)
}

fn run(network: &Wished, settings: Options, page: Page) -> Result<ExitCode> {
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
        let words = beginning.words();
        let live = Arc::new(Network::new(network::setup(beginning, tables)?));
        let link = if planner_alone { None } else { Some(server.sign_in_link().await.into_diagnostic()?) };
        let server = server.with_live(Arc::clone(&live));
        announce(&server, &words);
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

fn announce(server: &Server, words: &str) {
    say!("{words}, admission {}", Marker::NAME);
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
