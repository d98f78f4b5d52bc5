//! `skyweave serve`: the service, until somebody stops it.

use crate::args::Serve;
use crate::interrupt::Interrupt;
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_server::api::{Limits, Targets};
use skyweave_server::server::{Options, Server};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How soon an interrupt is heard.
const LISTEN_AGAIN: Duration = Duration::from_millis(100);

/// Starts the service.
pub fn serve(options: &Serve) -> Result<ExitCode> {
    let store = match &options.store {
        Some(store) => store.clone(),
        None => format!("sqlite:{}", file_of_this_user()?.display()),
    };
    let targets = if options.private_webhooks { Targets::Any } else { Targets::Public };
    let settings = Options {
        store,
        listen: options.listen,
        limits: Limits::default(),
        targets,
        borders: options.borders.clone(),
        log: options.log.clone(),
        foresee: crate::order::foresight(options.world.as_deref())?,
        planner_alone: false,
        url: None,
        new_administrator: options.new_administrator,
    };
    // no other command pays for these threads
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().into_diagnostic()?;
    runtime.block_on(async {
        let server = Server::start(settings).await.into_diagnostic()?;
        announce(&server, options);
        if options.sign_in {
            let link = server.sign_in_link().await.into_diagnostic()?;
            say!("\nOpen this link; it signs you in, once:\n\n  {link}\n");
        }
        let interrupt = Interrupt::listen();
        server
            .run(async move {
                while !interrupt.came() {
                    tokio::time::sleep(LISTEN_AGAIN).await;
                }
            })
            .await;
        say!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}

fn announce(server: &Server, options: &Serve) {
    if let Some(administrator) = &server.administrator {
        let why =
            if options.new_administrator { "A new administrator was made" } else { "This store is new" };
        say!("{why}. The administrator's credential is shown this once:\n");
        say!("  SKYWEAVE_CLIENT_ID={}", administrator.client_id);
        say!("  SKYWEAVE_CLIENT_SECRET={}\n", administrator.client_secret);
    }
    if !options.listen.ip().is_loopback() {
        say!("Others can reach this server, and it speaks no TLS: put a proxy that does before it.");
    }
    if options.log.is_some() {
        say!("the log: http://{}/log/checkpoint", server.address);
    }
    say!("listening on http://{}", server.address);
}

/// The store in this user's data folder.
pub fn file_of_this_user() -> Result<PathBuf> {
    Ok(folder_of_this_user()?.join("skyweave.db"))
}

/// This user's data folder, which is made if it is missing.
pub fn folder_of_this_user() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .or_else(|| set("LOCALAPPDATA"))
        .ok_or_else(|| {
            miette!(help = "say where with --store sqlite:FILE", "this user has no data folder")
        })?;
    let folder = data.join("skyweave");
    make_private(&folder).into_diagnostic().wrap_err_with(|| {
        format!("cannot make {}; give a file that can be written with --store sqlite:FILE", folder.display())
    })?;
    Ok(folder)
}

/// Others have no business with secrets and positions.
#[cfg(unix)]
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
