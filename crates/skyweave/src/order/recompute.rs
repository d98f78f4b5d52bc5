//! Computing again what an order names by hashes: its table from the sources, its preview in a world of one's own.

use super::foresight::World;
use super::place;
use miette::{IntoDiagnostic, Result, miette};
use serde_json::Value;
use skyweave_control::order::{Foreseen, Sources};
use skyweave_proof::document::Document;
use skyweave_proof::hex;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::reader::Files;
use skyweave_proof::order::{Law, Order, Rules};
use skyweave_proof::table::Table;
use skyweave_server::log::folder::{DOCUMENTS, SOURCES};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Documents that a preview of an order is computed from again. Those of a draft are not beside the log yet: a server shows them itself.
pub trait Documents {
    /// A document by its name below the log.
    fn document(&self, name: &str) -> Option<Vec<u8>>;
}

impl<F: Files + ?Sized> Documents for F {
    fn document(&self, name: &str) -> Option<Vec<u8>> {
        self.read(name)
    }
}

/// Compiles the table of some rules from the sources beside a log.
pub fn compile(
    documents: &(impl Documents + ?Sized),
    rules: &Rules,
    borders: &BTreeMap<String, PathBuf>,
) -> Result<Arc<Table>> {
    let name = format!("{SOURCES}/{}", hex(&rules.table));
    let bytes = documents.document(&name).ok_or_else(|| miette!("{name} is missing"))?;
    let sources = Sources::parse(&bytes).into_diagnostic()?;
    let border = |hash: &str| std::fs::read(borders.get(hash)?).ok();
    let (table, _) = sources.compile(&border, None).into_diagnostic()?;
    Ok(Arc::new(table))
}

/// Computes table and preview of an order again, and says what came out.
///
/// # Errors
/// Something comes out differently, or is missing.
pub fn compare(
    documents: &(impl Documents + ?Sized),
    payload: &[u8],
    world: &World,
    borders: Option<&Path>,
) -> Result<Vec<String>> {
    let order = Order::parse(payload).into_diagnostic()?;
    let matter = order.matter().ok_or_else(|| miette!("the order is sealed: there is nothing to compute"))?;
    let borders = place::borders(borders)?;
    let (before, after) = (rules_of(order.before.at(order.start)), rules_of(order.after.at(order.start)));
    let (Some(before), Some(after)) = (before, after) else { return Err(miette!("the law is sealed")) };
    let mut said = Vec::new();
    let mut table = |which: &str, rules: &Rules| -> Result<Arc<Table>> {
        let table = compile(documents, rules, &borders)?;
        if table.identity() != rules.table {
            return Err(miette!(
                help = "do not sign: the compiler's output or its sources were tampered with, or another version compiled them",
                "the sources of the table {which} the order compile to {}, and the order says {}",
                hex(&table.identity()),
                hex(&rules.table)
            ));
        }
        said.push(format!(
            "the table {which} the order is what its sources compile to: {}",
            hex(&rules.table)
        ));
        Ok(table)
    };
    let (without, with) = (table("without", before)?, table("with", after)?);
    let name = format!("{DOCUMENTS}/{}", hex(&matter.preview.hash));
    let document = documents.document(&name).ok_or_else(|| miette!("{name} is missing"))?;
    let found = replan(&document, &without, &with, world)?;
    if found.hash != matter.preview.hash {
        return Err(miette!(
            help = "do not sign: the preview was forged, or made by another version",
            "computed again, {} terminals lose and {} gain service; the order says {} and {}, by a preview with another hash",
            found.losing,
            found.gaining,
            matter.preview.losing,
            matter.preview.gaining
        ));
    }
    if found != matter.preview {
        return Err(miette!(help = "do not sign", "the order says other numbers than its own preview"));
    }
    said.push(format!(
        "the preview comes out the same: {} terminals lose service, {} gain it",
        found.losing, found.gaining
    ));
    Ok(said)
}

/// Plans the slots of a preview again.
///
/// # Errors
/// It was made in another world.
pub fn replan(
    document: &[u8],
    without: &Arc<Table>,
    with: &Arc<Table>,
    world: &World,
) -> Result<skyweave_proof::order::Preview> {
    let asked = Foreseen::asked(document).into_diagnostic()?;
    if asked.world != world.hash() {
        return Err(miette!(
            help = "name the scenario that it was made in",
            "the preview was made in the world {}, and this scenario's is {}",
            hex(&asked.world),
            hex(&world.hash())
        ));
    }
    Ok(world.plan(without, with, &asked.slots, &mut |_| {}).summary())
}

fn rules_of(law: Option<&Law>) -> Option<&Rules> {
    match law {
        Some(Law::Open(rules)) => Some(rules),
        _ => None,
    }
}

/// A preview for people.
pub fn lines(document: &Value) -> String {
    let number = |value: &Value, name: &str| value[name].as_u64().unwrap_or(0);
    let list = |name: &str| document[name].as_array().cloned().unwrap_or_default();
    let (slots, by_slot) = (list("slots"), list("by_slot"));
    if slots.is_empty() {
        return "nothing was foreseen: the server has no world to plan in (serve --world)\n".to_owned();
    }
    let few = number(document, "few");
    let mut text = format!("{:<12}{:>10}{:>12}{:>10}   elsewhere\n", "slot", "cut", "spilled", "gained");
    for (slot, counts) in slots.iter().zip(&by_slot) {
        let rate = number(counts, "faster_permille") as i64 - number(counts, "slower_permille") as i64;
        let rtt = number(counts, "longer_us") as i64 - number(counts, "shorter_us") as i64;
        text.push_str(&format!(
            "{:<12}{:>10}{:>12}{:>10}   {} served, rates {:+.1} %, round trips {:+.2} ms\n",
            slot.as_u64().unwrap_or(0),
            number(counts, "cut"),
            number(counts, "spilled"),
            number(counts, "gained"),
            number(counts, "others"),
            rate as f64 / 10.0,
            rtt as f64 / 1_000.0,
        ));
    }
    for row in list("by") {
        let label = format!("{} {}", row["kind"].as_str().unwrap_or(""), row["name"].as_str().unwrap_or(""));
        text.push_str(&format!(
            "{label:<30}{:>8} cut, {} spilled, {} gained\n",
            number(&row, "cut"),
            number(&row, "spilled"),
            number(&row, "gained")
        ));
    }
    text + &format!(
        "{} rows of fewer than {few} terminals are left out; numbers are rounded down to tens\n",
        number(document, "hidden")
    )
}

/// Every document that an order names, by its hash and its name.
pub fn named(order: &Order) -> Vec<Hash> {
    let preview = order.matter().map(|matter| matter.preview.hash);
    let laws = order.after.phases.iter().filter_map(|phase| rules_of(Some(&phase.law)));
    preview.into_iter().chain(laws.flat_map(|rules| [rules.table, rules.boundaries])).collect()
}
