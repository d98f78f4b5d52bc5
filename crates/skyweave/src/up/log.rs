//! The log of a network: the one that was named, or one that is made for it with everybody's keys in it, which proves nothing to anybody and says so.

use crate::args::Up;
use crate::order::genesis;
use crate::serve;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_io::scenario::Prepared;
use skyweave_proof::document::Document;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::hex;
use skyweave_proof::keys::{Genesis, Limits};
use skyweave_server::orders;
use skyweave_study::policies;
use std::path::{Path, PathBuf};

const GENESIS: &str = "genesis";

/// Where everything is kept, unless somebody said so: each scenario has a store of its own, since a store has one log.
pub fn store(options: &Up) -> Result<String> {
    if let Some(store) = &options.store {
        return Ok(store.clone());
    }
    let named =
        options.network.scenario.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
    let name = named.map_or_else(|| "skyweave.db".to_owned(), |name| format!("{name}.db"));
    Ok(format!("sqlite:{}", serve::folder_of_this_user()?.join(name).display()))
}

/// Where the log is: beside the store, unless somebody said so.
pub fn folder(wanted: Option<&Path>, store: &str) -> Result<PathBuf> {
    if let Some(folder) = wanted {
        let help = "make one with `skyweave log init` or `skyweave log draft`, or leave out --log";
        return if folder.join(GENESIS).is_file() {
            Ok(folder.to_owned())
        } else {
            Err(miette!(help = help, "there is no log in {}", folder.display()))
        };
    }
    if let Some(file) = store.strip_prefix("sqlite:") {
        return Ok(PathBuf::from(format!("{file}.orders")));
    }
    let name = skyweave_proof::document::identity(store.as_bytes());
    Ok(serve::folder_of_this_user()?.join(format!("orders-{}", &hex(&name)[..16])))
}

/// Makes the log if it is missing: its law at the beginning is the scenario's. What the scenario switches on later takes an order.
pub fn make(folder: &Path, prepared: &Prepared) -> Result<()> {
    let fleet = fleet_name(&prepared.scenario.name);
    if let Ok(bytes) = std::fs::read(folder.join(GENESIS)) {
        let begun_for = Envelope::parse(&bytes).ok().and_then(|one| Genesis::parse(&one.payload).ok());
        let begun_for = begun_for.map(|genesis| genesis.fleet().to_owned()).unwrap_or_default();
        let is_made_here = folder.extension().is_some_and(|name| name == "orders");
        if is_made_here && begun_for != fleet {
            return Err(miette!(
                help = "give this scenario a store of its own: --store sqlite:FILE",
                "the log in {} is that of the fleet {begun_for}",
                folder.display()
            ));
        }
        return Ok(());
    }
    let (sources, borders) = policies::sources_of(prepared)?;
    let law = genesis::compiled(sources, &borders)?;
    // it is there as a whole or not at all
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let new = folder.with_file_name(format!("{name}.new"));
    let wrong = || format!("cannot make {}", folder.display());
    if new.exists() {
        std::fs::remove_dir_all(&new).into_diagnostic().wrap_err_with(wrong)?;
    }
    orders::demonstration(&new, &fleet, &law, Limits::USUAL, None).into_diagnostic()?;
    genesis::keep_borders(&new, &borders)?;
    std::fs::rename(&new, folder).into_diagnostic().wrap_err_with(wrong)
}

/// How often the scenario switches policies on or off while it runs.
pub fn switches(prepared: &Prepared) -> usize {
    prepared.service.as_ref().map_or(0, |declared| declared.steps.len().saturating_sub(1))
}

/// A scenario's name as fleets are called.
fn fleet_name(scenario: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = scenario.chars().take(100).map(|c| if is_plain(c) { c } else { '-' }).collect();
    if name.is_empty() { "fleet".to_owned() } else { name }
}
