//! A whole log: who decided what, when and why, and each violation by name.
//!
//! | module | what it has |
//! |---|---|
//! | this one | the audit from end to end |
//! | [`structure`] | entries, tiles and root against each other |
//! | [`report`] | what was found, for people |
//!
//! It needs the log's files and the identity of the genesis, learnt elsewhere. What else is at hand can be given as [`Evidence`]:
//! checkpoints that witnesses or others were shown, acknowledgements, previews, and somebody who compiles tables again.

pub mod report;
pub mod structure;

pub use report::{Decision, Report, Violation};

use crate::UtcTime;
use crate::bundle::{BundleEpoch, Points};
use crate::document::identity;
use crate::dsse::Envelope;
use crate::log::checkpoint::Checkpoint;
use crate::log::merkle::Hash;
use crate::log::note::Note;
use crate::log::reader::{Files, Reader};
use crate::log::tile::CHECKPOINT;
use crate::order::{Law, Rules};
use crate::register::{Register, Taken, Trail};
use std::collections::{BTreeMap, BTreeSet};

/// Compiles the table of some rules again: its hash, or none if the sources are not at hand.
pub type Compile<'e> = &'e dyn Fn(&Rules) -> Option<Hash>;

/// What is known besides the log.
#[derive(Default)]
pub struct Evidence<'e> {
    /// Now, as far as the auditor knows: what should have been opened by then.
    pub now: UtcTime,
    /// Checkpoints that somebody was shown: who, and the note.
    pub checkpoints: Vec<(String, Vec<u8>)>,
    /// Points of enforcement, to verify acknowledgements with.
    pub points: Points,
    /// Acknowledgements in the order in which they came.
    pub acknowledgements: Vec<Vec<u8>>,
    /// Previews, tables and boundary data that are at hand, by what they are said to hash to.
    pub documents: BTreeMap<Hash, Vec<u8>>,
    /// Who compiles tables again.
    pub compile: Option<Compile<'e>>,
}

/// Audits a log.
pub fn audit<F: Files + ?Sized>(files: &F, genesis: &Hash, evidence: &Evidence<'_>) -> Report {
    let mut report = Report::default();
    let Some(note) = files.read(CHECKPOINT) else {
        report.violations.push(Violation::Missing { path: CHECKPOINT.to_owned() });
        return report;
    };
    let checkpoint = match checkpoint_of(&note) {
        Ok(checkpoint) => checkpoint,
        Err(what) => {
            report.violations.push(Violation::Checkpoint { who: CHECKPOINT.to_owned(), what });
            return report;
        }
    };
    report.size = checkpoint.size;

    let mut walk =
        Walk { genesis, register: None, trail: Trail::default(), bundles: Vec::new(), found: Vec::new() };
    let found = structure::verify(files, checkpoint.size, &checkpoint.root, &mut |index, entry| {
        walk.entry(index, entry);
    });
    report.violations.extend(found);
    report.violations.append(&mut walk.found);
    let Some(register) = walk.register else { return report };

    match register.policy().verify(&note) {
        Ok(witnessed) => report.witnessed = Some((witnessed.time, witnessed.witnesses.into_keys().collect())),
        Err(what) => {
            report
                .violations
                .push(Violation::Checkpoint { who: CHECKPOINT.to_owned(), what: what.to_string() });
        }
    }
    let reader = Reader::new(files, checkpoint.size);
    for (index, epoch, (size, root)) in &walk.bundles {
        if !reader.root(*size).is_ok_and(|found| found == *root) {
            report.violations.push(Violation::Forked {
                who: format!("the bundle of epoch {} in entry {index}", epoch.0),
                size: *size,
            });
        }
    }
    report.bundles = walk.bundles.len() as u64;
    shown_elsewhere(&reader, &register, evidence, &mut report);
    acknowledged(&register, &walk.bundles, &walk.trail, evidence, &mut report);
    documents(&register, evidence, &mut report);
    for (order, at) in register.overdue(evidence.now) {
        report.violations.push(Violation::NotUnsealed { order: *order, at });
    }
    report.decisions = report::decisions(&register);
    report
}

fn checkpoint_of(note: &[u8]) -> Result<Checkpoint, String> {
    let note = Note::parse(note).map_err(|e| e.to_string())?;
    Checkpoint::parse(note.text).map_err(|e| e.to_string())
}

/// A bundle: where it stands, its epoch, the checkpoint it rests on.
type Rests = (u64, BundleEpoch, (u64, Hash));

struct Walk<'g> {
    genesis: &'g Hash,
    register: Option<Register>,
    trail: Trail,
    bundles: Vec<Rests>,
    found: Vec<Violation>,
}

impl Walk<'_> {
    fn entry(&mut self, index: u64, entry: &[u8]) {
        let Some(register) = &mut self.register else {
            if index == 0 {
                match Register::open(entry, self.genesis) {
                    Ok(register) => self.register = Some(register),
                    Err(why) => {
                        self.found.push(Violation::Entry { index, why: Box::new(why), what: kind_of(entry) });
                    }
                }
            }
            return;
        };
        match register.take(index, entry) {
            Ok(taken) => {
                self.trail.note(index, &taken, register);
                if let Taken::Bundle(taken) = taken {
                    self.bundles.push((index, taken.bundle.epoch, taken.checkpoint));
                }
            }
            Err(why) => self.found.push(Violation::Entry { index, why: Box::new(why), what: kind_of(entry) }),
        }
    }
}

/// What an entry says it is, for people.
fn kind_of(entry: &[u8]) -> String {
    let envelope = Envelope::parse(entry).ok();
    let kind = envelope.as_ref().and_then(|one| crate::document::kind_and_fleet(&one.payload_type));
    kind.map_or_else(|| "something else".to_owned(), |(kind, _)| kind.to_owned())
}

/// Logs that somebody was shown: each must be the beginning of this one.
fn shown_elsewhere<F: Files + ?Sized>(
    reader: &Reader<'_, F>,
    register: &Register,
    evidence: &Evidence<'_>,
    report: &mut Report,
) {
    for (who, note) in &evidence.checkpoints {
        let known = register.policy().known();
        let signed = Note::parse(note).and_then(|note| note.verify(known).map(|_| ()));
        let checkpoint = signed.map_err(|e| e.to_string()).and_then(|()| checkpoint_of(note));
        let violation = match checkpoint {
            Err(what) => Violation::Checkpoint { who: who.clone(), what },
            Ok(shown) if shown.size > reader.size() => {
                Violation::RolledBack { who: who.clone(), size: shown.size, here: reader.size() }
            }
            Ok(shown) if reader.root(shown.size).is_ok_and(|root| root == shown.root) => continue,
            Ok(shown) => Violation::Forked { who: who.clone(), size: shown.size },
        };
        report.violations.push(violation);
    }
}

fn acknowledged(
    register: &Register,
    bundles: &[Rests],
    trail: &Trail,
    evidence: &Evidence<'_>,
    report: &mut Report,
) {
    let epochs: BTreeSet<BundleEpoch> = bundles.iter().map(|(_, epoch, _)| *epoch).collect();
    let mut last: BTreeMap<String, BundleEpoch> = BTreeMap::new();
    for envelope in &evidence.acknowledgements {
        let said = match evidence.points.verify(envelope) {
            Ok(said) => said,
            Err(what) => {
                report.violations.push(Violation::Acknowledgement { what: what.to_string() });
                continue;
            }
        };
        let is_logged = epochs.contains(&said.epoch) && trail.identity_of(said.epoch) == Some(said.bundle);
        if !is_logged || said.fleet != register.held().fleet {
            report
                .violations
                .push(Violation::InForceUnproven { point: said.point.clone(), epoch: said.epoch });
        }
        let before = last.insert(said.point.clone(), said.epoch);
        if let Some(before) = before.filter(|before| *before > said.epoch) {
            report.violations.push(Violation::PointRolledBack {
                point: said.point,
                before,
                after: said.epoch,
            });
        }
    }
}

/// Previews, boundary data and tables that are at hand, and tables compiled again.
fn documents(register: &Register, evidence: &Evidence<'_>, report: &mut Report) {
    for (hash, document) in &evidence.documents {
        if identity(document) != *hash {
            report.violations.push(Violation::Document { hash: *hash });
        }
    }
    let Some(compile) = evidence.compile else { return };
    let mut seen = BTreeSet::new();
    for (id, docket) in register.dockets() {
        for phase in &docket.order.after.phases {
            if let Law::Open(rules) = &phase.law
                && let Some(found) = compile(rules)
                && found != rules.table
                && seen.insert(rules.table)
            {
                report.violations.push(Violation::Table { order: *id, said: rules.table, found });
            }
        }
    }
}
