//! `skyweave witness`: until somebody stops it.

use crate::args::Witness as Options;
use crate::interrupt::Interrupt;
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_proof::UtcTime;
use skyweave_proof::log::note::Verifier;
use skyweave_server::clock::{now_ns, seconds};
use skyweave_server::log::KeyFile;
use skyweave_server::log::witness::{self, Server};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How soon an interrupt is heard.
const LISTEN_AGAIN: Duration = Duration::from_millis(100);

/// Runs a witness or a mirror.
pub fn witness(options: Options) -> Result<ExitCode> {
    let key = KeyFile::read(&options.key).into_diagnostic()?;
    let signatory = key.signatory().filter(|_| key.role == skyweave_server::log::KeyRole::Witness);
    let help = "make one with `skyweave key new NAME --for witness -o FILE`";
    let signatory =
        signatory.ok_or_else(|| miette!(help = help, "{} is no key of a witness", options.key.display()))?;
    let logs = options.log.iter().map(|text| Verifier::parse(text)).collect::<Result<Vec<_>, _>>();
    let logs = logs.into_diagnostic()?;
    let public = key.public();
    let role = if options.mirror.is_some() { "mirror" } else { "witness" };
    let settings = witness::Options { key: signatory, logs, folder: options.state, mirror: options.mirror };
    let clock = || UtcTime(seconds(now_ns()).0.max(0) as u64);
    let server = Arc::new(Server::new(settings, clock).into_diagnostic()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().into_diagnostic()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(options.listen).await.into_diagnostic();
        let listener = listener.wrap_err_with(|| format!("cannot listen on {}", options.listen))?;
        let address = listener.local_addr().into_diagnostic()?;
        say!("{role} {public}");
        say!("listening on http://{address}");
        let interrupt = Interrupt::listen();
        let stop = async move {
            while !interrupt.came() {
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        };
        witness::serve(listener, server, stop).await.into_diagnostic()?;
        say!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}
