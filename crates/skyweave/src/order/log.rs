//! `skyweave log ...`: begin a log, look at it, copy it.

use super::{genesis, place, recompute};
use crate::args::{Log as Options, LogInit, LogPlace};
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde_json::{Value, json};
use skyweave_proof::document::{Document, identity, kind_and_fleet};
use skyweave_proof::dsse::Envelope;
use skyweave_proof::hex;
use skyweave_proof::keys::Limits;
use skyweave_proof::log::reader::{Files, Reader};
use skyweave_proof::log::tile::{self, CHECKPOINT};
use skyweave_proof::order::{Law, Order};
use skyweave_server::log::Folder;
use skyweave_server::log::folder::{DOCUMENTS, SOURCES};
use skyweave_server::orders::{self, Setup};
use std::path::Path;
use std::process::ExitCode;

/// Does what was asked for.
pub fn log(options: &Options) -> Result<ExitCode> {
    match options {
        Options::Init(options) => init(options),
        Options::Draft(options) => genesis::draft(options),
        Options::Sign(options) => genesis::sign(options),
        Options::Show(options) => show(options),
        Options::Export(options) => export(options),
    }
}

fn init(options: &LogInit) -> Result<ExitCode> {
    let (law, borders) = genesis::law(options.scenario.as_deref())?;
    let folder = &options.folder;
    if folder.join("genesis").exists() {
        return Err(miette!(help = "choose another folder", "{} has a log already", folder.display()));
    }
    orders::demonstration(folder, &options.fleet, &law, Limits::USUAL, None).into_diagnostic()?;
    genesis::keep_borders(folder, &borders)?;
    let setup = Setup::read(folder, &|_| None).into_diagnostic()?;
    say!(
        "{}: a log for demonstrations, SELF-WITNESSED: whoever has this folder is everybody at once",
        folder.display()
    );
    say!("genesis {}", hex(&setup.genesis_id()));
    say!("people  {}", folder.join("people").display());
    say!("then    skyweave serve --log {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

fn show(options: &LogPlace) -> Result<ExitCode> {
    let files = place::files(&options.place);
    let checkpoint = place::checkpoint(&*files, &options.place)?;
    let entries = place::entries(&*files, checkpoint.size)?;
    let described: Vec<Value> = entries.iter().zip(0_u64..).map(described).collect();
    if options.json {
        say!(
            "{}",
            json!({ "origin": checkpoint.origin, "size": checkpoint.size, "root": hex(&checkpoint.root), "entries": described })
        );
        return Ok(ExitCode::SUCCESS);
    }
    say!("{}: {} entries, root {}", checkpoint.origin, checkpoint.size, hex(&checkpoint.root));
    for entry in &described {
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        let id: String = text("id").chars().take(16).collect();
        say!("{:>6}  {:<16}{id}  {}", entry["entry"].as_u64().unwrap_or(0), text("kind"), text("what"));
    }
    Ok(ExitCode::SUCCESS)
}

/// An entry in a few words; nothing of it is verified.
fn described((entry, index): (&Vec<u8>, u64)) -> Value {
    let Ok(envelope) = Envelope::parse(entry) else {
        return json!({ "entry": index, "kind": "something else" });
    };
    let kind = kind_and_fleet(&envelope.payload_type).map_or("something else", |(kind, _)| kind);
    let document: Value = serde_json::from_slice(&envelope.payload).unwrap_or_default();
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let what = match kind {
        "order.v1" => Order::parse(&envelope.payload).map_or_else(
            |error| error.to_string(),
            |order| {
                let matter = order.matter().map_or_else(|| "sealed".to_owned(), ToString::to_string);
                format!("{}: {matter}, asked by {}", order.class.name(), order.requester)
            },
        ),
        "approval.v1" => {
            let order: String = text("order").chars().take(16).collect();
            format!("{} of order {order} by {}", text("verdict"), text("approver"))
        }
        "bundle.v1" => format!("epoch {}", document["epoch"]),
        "convergence.v1" => {
            format!("epoch {}: {} of {} points", document["epoch"], document["acknowledged"], document["of"])
        }
        "genesis.v1" => format!("fleet {}", text("fleet")),
        _ => String::new(),
    };
    json!({ "entry": index, "kind": kind, "id": hex(&identity(&envelope.payload)), "what": what })
}

/// Copies what a log has at its checkpoint: it can be verified anywhere then, and served by anybody.
fn export(options: &LogPlace) -> Result<ExitCode> {
    let help = "say where the copy goes: -o DIR";
    let to = options.output.as_deref().ok_or_else(|| miette!(help = help, "no folder"))?;
    let from = place::files(&options.place);
    let checkpoint = place::checkpoint(&*from, &options.place)?;
    let reader = Reader::new(&*from, checkpoint.size);
    let folder = Folder::at(to).into_diagnostic().wrap_err_with(|| to.display().to_string())?;
    let write = |path: &str, bytes: &[u8]| {
        folder.write(path, bytes).into_diagnostic().wrap_err_with(|| format!("{}/{path}", to.display()))
    };
    for tile in tile::all(checkpoint.size) {
        write(&tile.path(), &reader.file(tile).into_diagnostic()?)?;
    }
    for name in named(&*from, checkpoint.size)? {
        if let Some(bytes) = from.read(&name) {
            write(&name, &bytes)?;
        }
    }
    let note = from.read(CHECKPOINT).unwrap_or_default();
    write(CHECKPOINT, &note)?;
    say!("{}: {} entries; skyweave verify {}", to.display(), checkpoint.size, shown(to));
    Ok(ExitCode::SUCCESS)
}

fn named(files: &dyn Files, size: u64) -> Result<Vec<String>> {
    let mut named = Vec::new();
    for entry in place::entries(files, size)? {
        let Ok(envelope) = Envelope::parse(&entry) else { continue };
        if let Ok(order) = Order::parse(&envelope.payload) {
            named.extend(recompute::named(&order).iter().map(|hash| format!("{DOCUMENTS}/{}", hex(hash))));
            for law in order.before.phases.iter().chain(&order.after.phases).map(|phase| &phase.law) {
                if let Law::Open(rules) = law {
                    named.push(format!("{SOURCES}/{}", hex(&rules.table)));
                }
            }
        }
    }
    named.sort();
    named.dedup();
    Ok(named)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
