//! `skyweave verify`: a whole log, by nothing but its files and the identity of its genesis.

use super::foresight::World;
use super::{place, recompute};
use crate::args::Verify as Options;
use crate::say::say;
use miette::{IntoDiagnostic, Result};
use serde_json::{Value, json};
use skyweave_proof::audit::{Decision, Evidence, Report, audit};
use skyweave_proof::document::Document;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::keys::Genesis;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::policy::Policy;
use skyweave_proof::log::reader::Files;
use skyweave_proof::log::witness::monitoring_path;
use skyweave_proof::order::{Law, Order, Rules};
use skyweave_proof::{UtcTime, hex};
use skyweave_server::clock::{now_ns, seconds};
use skyweave_server::log::folder::DOCUMENTS;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Audits a log; fails if anything is not as it must be.
pub fn verify(options: &Options) -> Result<ExitCode> {
    let files = place::files(&options.place);
    let size = place::checkpoint(&*files, &options.place)?.size;
    let (genesis, is_believed) = place::genesis(&*files, size, options.genesis.as_deref())?;
    let orders = orders(&*files, size);
    let borders = place::borders(options.borders.as_deref())?;
    let compile =
        |rules: &Rules| recompute::compile(&*files, rules, &borders).ok().map(|table| table.identity());
    let evidence = Evidence {
        now: UtcTime(seconds(now_ns()).0.max(0) as u64),
        checkpoints: if options.ask_witnesses { shown(&*files, size) } else { Vec::new() },
        documents: documents(&*files, &orders),
        compile: Some(&compile),
        ..Evidence::default()
    };
    let report = audit(&*files, &genesis, &evidence);
    let mut more = missing(&*files, &orders);
    if let Some(world) = World::named(&options.world)? {
        more.extend(replanned(&*files, &orders, &world, &borders)?);
    }
    let is_clean = report.is_clean() && more.is_empty();
    if options.json {
        say!("{}", serde_json::to_string_pretty(&as_json(&report, &more, &genesis)).into_diagnostic()?);
    } else {
        say!("genesis {}", hex(&genesis));
        if is_believed {
            say!("  believed as the log shows it: learn it elsewhere, and give it with --genesis");
        }
        crate::say::write(format_args!("{report}"));
        for line in &more {
            say!("VIOLATION {line}");
        }
        say!("{}", if is_clean { "everything is as it must be" } else { "NOT everything is as it must be" });
    }
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Every order that the log has, whatever its effect.
fn orders(files: &dyn Files, size: u64) -> Vec<Order> {
    let entries = place::entries(files, size).unwrap_or_default();
    let envelopes = entries.iter().filter_map(|entry| Envelope::parse(entry).ok());
    envelopes
        .filter(|envelope| envelope.payload_type.contains(Order::KIND))
        .filter_map(|envelope| Order::parse(&envelope.payload).ok())
        .collect()
}

fn documents(files: &dyn Files, orders: &[Order]) -> BTreeMap<Hash, Vec<u8>> {
    let named = orders.iter().flat_map(recompute::named);
    let read = |hash: Hash| Some((hash, files.read(&format!("{DOCUMENTS}/{}", hex(&hash)))?));
    named.filter_map(read).collect()
}

/// Documents that orders name and that are not there: nobody can check what is held back.
fn missing(files: &dyn Files, orders: &[Order]) -> Vec<String> {
    let named: std::collections::BTreeSet<Hash> = orders.iter().flat_map(recompute::named).collect();
    let is_there = |hash: &Hash| files.read(&format!("{DOCUMENTS}/{}", hex(hash))).is_some();
    let missing = named.iter().filter(|hash| !is_there(hash));
    missing.map(|hash| format!("{DOCUMENTS}/{} is held back: an order names it", hex(hash))).collect()
}

/// Checkpoints as the witnesses' own servers show them.
fn shown(files: &dyn Files, size: u64) -> Vec<(String, Vec<u8>)> {
    let Some((origin, policy)) = policy(files, size) else { return Vec::new() };
    let ask = |(name, url): (&String, &String)| {
        let answer = ureq::get(format!("{}/{}", url.trim_end_matches('/'), monitoring_path(&origin))).call();
        match answer.and_then(|mut answer| answer.body_mut().read_to_vec()) {
            Ok(note) => Some((name.clone(), note)),
            Err(error) => {
                eprintln!("{name} at {url} shows nothing: {error}");
                None
            }
        }
    };
    let at = policy.witnesses().iter().filter_map(|(name, party)| Some((name, party.url.as_ref()?)));
    at.filter_map(ask).collect()
}

fn policy(files: &dyn Files, size: u64) -> Option<(String, Policy)> {
    let entry = skyweave_proof::log::reader::Reader::new(files, size).entry(0).ok()?;
    let genesis = Genesis::parse(&Envelope::parse(&entry).ok()?.payload).ok()?;
    let policy = Policy::parse(&genesis.authority.witnesses).ok()?;
    let origin = policy.logs().first()?.verifier.name().to_owned();
    Some((origin, policy))
}

/// Previews that come out differently when they are computed again.
fn replanned(
    files: &dyn Files,
    orders: &[Order],
    world: &World,
    borders: &BTreeMap<String, std::path::PathBuf>,
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for order in orders {
        let (Some(matter), Some(before), Some(after)) =
            (order.matter(), open(order.before.at(order.start)), open(order.after.at(order.start)))
        else {
            continue;
        };
        let Some(document) = files.read(&format!("{DOCUMENTS}/{}", hex(&matter.preview.hash))) else {
            continue;
        };
        let without = recompute::compile(files, before, borders)?;
        let with = recompute::compile(files, after, borders)?;
        match recompute::replan(&document, &without, &with, world) {
            Err(other) => eprintln!("{matter}: {other}"),
            Ok(preview) if preview == matter.preview => {}
            Ok(preview) => found.push(format!(
                "the preview of `{matter}` says that {} terminals lose service, and computed again {} do",
                matter.preview.losing, preview.losing
            )),
        }
    }
    Ok(found)
}

fn open(law: Option<&Law>) -> Option<&Rules> {
    match law {
        Some(Law::Open(rules)) => Some(rules),
        _ => None,
    }
}

fn as_json(report: &Report, more: &[String], genesis: &Hash) -> Value {
    let violations = report.violations.iter().map(ToString::to_string).chain(more.iter().cloned());
    json!({
        "genesis": hex(genesis),
        "entries": report.size,
        "bundles": report.bundles,
        "witnessed": report.witnessed.as_ref().map(|(time, names)| json!({ "at_s": time.0, "by": names })),
        "decisions": report.decisions.iter().map(decision).collect::<Vec<_>>(),
        "violations": violations.collect::<Vec<_>>(),
    })
}

fn decision(one: &Decision) -> Value {
    json!({
        "entry": one.index,
        "order": hex(&one.order),
        "class": one.class.name(),
        "what": one.what,
        "requester": one.requester,
        "drawn_s": one.drawn.0,
        "reason": one.why.as_ref().map(|(reason, _)| reason),
        "basis": one.why.as_ref().map(|(_, basis)| basis),
        "terminals": one.losing.map(|(terminals, _)| terminals),
        "approved": one.approved,
        "rejected": one.rejected,
        "epoch": one.adopted.map(|(epoch, _)| epoch),
        "start_s": one.term.0.0,
        "expires_s": one.term.1.map(|at| at.0),
    })
}
