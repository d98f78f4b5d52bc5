//! `skyweave order ...`: the orders of a server.

use super::foresight::World;
use super::recompute;
use crate::args::{Order as Options, OrderDraft, OrderRevoke, OrderShow, OrderSign};
use crate::client::{Connection, Sending};
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde_json::{Value, json};
use skyweave_control::order::render;
use skyweave_proof::document::{Document, identity};
use skyweave_proof::json::{from_base64, to_base64};
use skyweave_proof::order::{Action, Approval, Order, TargetKind, Verdict};
use skyweave_proof::{hex, unhex};
use skyweave_server::clock::{now_ns, seconds};
use skyweave_server::log::{KeyFile, KeyRole};
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

/// Does what was asked for.
pub fn order(options: &Options) -> Result<ExitCode> {
    match options {
        Options::Draft(options) => draft(options),
        Options::Preview(options) => preview(options),
        Options::Recompute(options) => recompute(options),
        Options::Propose(options) => sign(options, Signing::Proposal),
        Options::Sign(options) => sign(options, Signing::Word(Verdict::Approve, false)),
        Options::Approve(options) => sign(options, Signing::Word(Verdict::Approve, true)),
        Options::Reject(options) => sign(options, Signing::Word(Verdict::Reject, true)),
        Options::Status(options) => status(options),
        Options::Revoke(options) => revoke(options),
    }
}

/// What is signed, and whether it is sent.
#[derive(Clone, Copy)]
enum Signing {
    Proposal,
    Word(Verdict, bool),
}

fn draft(options: &OrderDraft) -> Result<ExitCode> {
    let now_s = seconds(now_ns()).0.max(0) as u64;
    let start_s = options.start_s.unwrap_or(now_s);
    let mut spec = json!({
        "class": options.class, "action": options.action, "target": options.target, "name": options.name,
        "requester": options.requester, "reason": options.reason, "basis": options.basis,
    });
    if let Some(start_s) = options.start_s {
        spec["start_s"] = json!(start_s);
    }
    if let Some(hours) = options.hours {
        spec["expires_s"] = json!(start_s.saturating_add(hours.saturating_mul(3_600)));
    }
    if let (Some(relation), Some(order)) = (&options.relation, &options.of) {
        spec["relation"] = json!(relation);
        spec["order"] = json!(order);
    }
    drafted(&Connection::open(&options.connect)?, &spec, options.json)
}

fn drafted(connection: &Connection, spec: &Value, json: bool) -> Result<ExitCode> {
    let answer = connection.send("POST", "/api/v1/orders", spec, &Sending::default())?;
    if json {
        say!("{}", answer.body);
        return Ok(ExitCode::SUCCESS);
    }
    let id = answer.body["id"].as_str().unwrap_or_default();
    crate::say::write(format_args!("{}", render::order(&payload_of(&answer.body, id)?).into_diagnostic()?));
    say!("\nNothing is proposed yet. {} signs it:", answer.body["requester"].as_str().unwrap_or_default());
    say!("  skyweave order propose {id} --key FILE");
    Ok(ExitCode::SUCCESS)
}

/// The order that takes back what another did.
fn revoke(options: &OrderRevoke) -> Result<ExitCode> {
    let connection = Connection::open(&options.connect)?;
    let (_, payload) = fetch(&connection, &options.id)?;
    let order = Order::parse(&payload).into_diagnostic()?;
    let matter = order
        .matter()
        .ok_or_else(|| miette!(help = "draw up an order that changes what it did", "the order is sealed"))?;
    let (action, class) = match (matter.action, matter.target.kind) {
        (Action::Restore, _)
        | (Action::Activate, TargetKind::Territory | TargetKind::PlanClass)
        | (Action::Deactivate, TargetKind::Restriction) => {
            return Err(miette!(
                help = "a restore is taken back by a cut: skyweave order draft deactivate ... --class cut",
                "order {} gives service back",
                options.id
            ));
        }
        _ => ("restore", "restore"),
    };
    let target = matter.target.to_string();
    let (kind, name) = target.split_once(' ').unwrap_or_default();
    let spec = json!({
        "class": class, "action": action, "target": kind, "name": name, "requester": options.requester,
        "reason": options.reason, "basis": options.basis, "relation": "revokes", "order": options.id,
    });
    drafted(&connection, &spec, options.json)
}

fn status(options: &OrderShow) -> Result<ExitCode> {
    let connection = Connection::open(&options.connect)?;
    if let Some(id) = &options.id {
        let (answer, payload) = fetch(&connection, id)?;
        if options.json {
            say!("{answer}");
            return Ok(ExitCode::SUCCESS);
        }
        crate::say::write(format_args!("{}", render::order(&payload).into_diagnostic()?));
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        say!("\n  {:<12}{}", "state", text("state"));
        say!("  {:<12}{}", "approved", names(&answer["approved"]));
        say!("  {:<12}{}", "refused", names(&answer["rejected"]));
        say!("  {:<12}{}; {} does not count", "it takes", text("quorum"), text("requester"));
        return Ok(ExitCode::SUCCESS);
    }
    let answer = connection.get("/api/v1/orders", &[("limit".to_owned(), "1000".to_owned())])?;
    if options.json {
        say!("{}", answer.body);
        return Ok(ExitCode::SUCCESS);
    }
    for order in answer.body["results"].as_array().map_or(&[][..], Vec::as_slice) {
        let text = |name: &str| order[name].as_str().unwrap_or_default();
        say!(
            "{}  {:<14}{}  approved by {}",
            text("id"),
            text("state"),
            text("what"),
            names(&order["approved"])
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn preview(options: &OrderShow) -> Result<ExitCode> {
    let connection = Connection::open(&options.connect)?;
    let id = id_of(options)?;
    let document = connection.get(&format!("/api/v1/orders/{id}/preview"), &[])?.body;
    if options.json {
        say!("{document}");
    } else {
        crate::say::write(format_args!("{}", recompute::lines(&document)));
    }
    Ok(ExitCode::SUCCESS)
}

fn recompute(options: &OrderShow) -> Result<ExitCode> {
    let connection = Connection::open(&options.connect)?;
    let id = id_of(options)?;
    let (_, payload) = fetch(&connection, id)?;
    let help = "name the scenario that the server previews in: --world SCENARIO";
    let world = World::named(&options.world)?.ok_or_else(|| miette!(help = help, "no world to plan in"))?;
    let found = recompute::compare(&connection.log(), &payload, &world, options.borders.as_deref())?;
    for line in found {
        say!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows an order from its bytes, then signs it.
fn sign(options: &OrderSign, signing: Signing) -> Result<ExitCode> {
    let connection = Connection::open(&options.connect)?;
    let key = KeyFile::read(&options.key).into_diagnostic()?;
    if key.role != KeyRole::Principal {
        return Err(miette!(
            "{} is the key of a {}, and a principal signs",
            options.key.display(),
            key.role.name()
        ));
    }
    let (_, payload) = fetch(&connection, &options.id)?;
    crate::say::write(format_args!("{}", render::order(&payload).into_diagnostic()?));
    if let Some(world) = World::named(&options.world)? {
        for line in recompute::compare(&connection.log(), &payload, &world, options.borders.as_deref())? {
            say!("  {line}");
        }
    }
    let (envelope, what, path) = match signing {
        Signing::Proposal => {
            let order = Order::parse(&payload).into_diagnostic()?;
            (order.to_envelope(), "propose", "propose")
        }
        Signing::Word(verdict, _) => {
            let word = Approval::of(&payload, &key.name, verdict).into_diagnostic()?;
            (word.to_envelope(), if verdict == Verdict::Approve { "approve" } else { "refuse" }, "approvals")
        }
    };
    if !options.yes && !agreed(&key.name, what)? {
        say!("nothing was signed");
        return Ok(ExitCode::from(1));
    }
    let bytes = envelope.signed(&key.secret()).to_bytes();
    if let Some(file) = &options.output {
        std::fs::write(file, &bytes).into_diagnostic().wrap_err_with(|| file.display().to_string())?;
    }
    if matches!(signing, Signing::Word(_, false)) {
        let file = options.output.as_ref().ok_or_else(|| miette!(help = "-o FILE", "nowhere to put it"))?;
        say!("signed by {}: {}", key.name, file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let body = json!({ "envelope": to_base64(&bytes) });
    let address = format!("/api/v1/orders/{}/{path}", options.id);
    let answer = connection.send("POST", &address, &body, &Sending::default())?.body;
    say!(
        "signed by {}; the order is {}; approved by {}, and it takes {}",
        key.name,
        answer["state"].as_str().unwrap_or_default(),
        names(&answer["approved"]),
        answer["quorum"].as_str().unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}

fn agreed(name: &str, what: &str) -> Result<bool> {
    let mut input = std::io::stdin().lock();
    if !std::io::stdin().is_terminal() {
        return Err(miette!(
            help = "--yes signs without asking",
            "nobody is there to ask whether to {what} this"
        ));
    }
    eprint!("\n{what} this as {name}? Type yes: ");
    std::io::stderr().flush().into_diagnostic()?;
    let mut line = String::new();
    input.read_line(&mut line).into_diagnostic()?;
    Ok(line.trim() == "yes")
}

/// An order and its bytes, which must hash to its id: what is shown and signed is what was asked for, whatever the server says.
fn fetch(connection: &Connection, id: &str) -> Result<(Value, Vec<u8>)> {
    if unhex(id).is_none_or(|bytes| bytes.len() != 32) {
        return Err(miette!(help = "accepted: 64 hexadecimal digits", "`{id}` is no id of an order"));
    }
    let answer = connection.get(&format!("/api/v1/orders/{id}"), &[])?.body;
    let payload = payload_of(&answer, id)?;
    Ok((answer, payload))
}

fn payload_of(answer: &Value, id: &str) -> Result<Vec<u8>> {
    let payload = answer["payload"].as_str().and_then(from_base64);
    let payload = payload.filter(|payload| hex(&identity(payload)) == id);
    payload.ok_or_else(|| miette!("the server shows other bytes than those of order {id}"))
}

fn id_of(options: &OrderShow) -> Result<&str> {
    let id = options.id.as_deref();
    id.ok_or_else(|| miette!(help = "`skyweave order status` lists them", "which order?"))
}

fn names(list: &Value) -> String {
    let names: Vec<&str> =
        list.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}
