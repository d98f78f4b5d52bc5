//! How far our choice of satellites is from the best one: cells choose one after another, and an exact solver chooses for all at once.
//!
//! Both choose by the same scores and draws, both have the same room. The best is the choice that serves the most terminals, and
//! of those that do, the one with the highest sum of terminals times score. A score counts from the lowest that the cell may
//! have, so that a share of a sum means something. Ours gives its satellites some distance besides (the weight of the load) and looks
//! at few: both count as lost here.

use crate::contention::{Contention, Contested, NOBODY, Value, Worth};
use crate::contest;
use crate::contestant::Entry;
use crate::files;
use crate::options::Options;
use crate::report::{Report, Unit};
use crate::serve::Work;
use miette::{Result, miette};
use serde_json::json;
use skyweave_core::rules::PolicyKind;
use skyweave_core::schedule::Assignment;
use std::path::{Path, PathBuf};

/// The best may come out so much lower than it is, as a share: what a solver takes as equal.
const ROUNDING: f64 = 1e-6;
/// Position cells, and cells that a satellite has room for: so few that many go without. More position
/// cells (8,000) were tried once, on a busy machine, and cut off before the solver had an answer.
const SIZES: [(u32, u16); 2] = [(700, 2), (3_000, 6)];
/// Staying put is worth more to the one left out than all else: who stayed would be all that was compared.
const POLICIES: [PolicyKind; 3] =
    [PolicyKind::Measured, PolicyKind::HighestElevation, PolicyKind::MaxCapacity];

/// Measures both and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    for (cells, room) in SIZES {
        for policy in POLICIES {
            of_slot(Contention { cells, room, policy }, options, report)?;
        }
    }
    Ok(())
}

fn of_slot(contention: Contention, options: &Options, report: &mut Report) -> Result<()> {
    let name = contention.name();
    contention.write_scenario(&options.work)?;
    let worth = Worth::of(&Contested::read(&options.work, &name)?);
    worth.write(&options.work, &name)?;
    let entries = [
        Entry::here("Skyweave", &format!("optimum-ours:{name}")),
        Entry::python("HiGHS", "optimum_highs.py", &["--instance", &name]),
    ];
    let slot = format!(
        "{} beam cells with {} terminals, room for {} on a satellite, {}",
        worth.cells(),
        worth.terminals(),
        contention.room,
        contention.policy.name()
    );
    let fared = contest::run(&format!("optimum of {slot}"), 1, &entries, options, report)?;
    let [ours, theirs @ ..] = &fared[..] else { return Err(miette!("{slot}: nobody took part")) };
    let value = |answer: &serde_json::Value| -> Result<Value> {
        let path = answer["choice"].as_str().ok_or_else(|| miette!("{slot}: no choice in {answer}"))?;
        worth.judge(&files::read_numbers(Path::new(path))?)
    };
    let our_value = value(&ours.answer)?;
    for peer in theirs {
        let best = value(&peer.answer)?;
        if our_value.terminals > best.terminals * (1.0 + ROUNDING) {
            return Err(miette!("{slot}: we serve {our_value:?}, and the best of {} is {best:?}", peer.name));
        }
        let gap = |ours: f64, best: f64| 100.0 * (1.0 - ours / best);
        let peers = |value: f64| Some((peer.name.as_str(), value));
        let served = gap(our_value.terminals, best.terminals);
        report.row(format!("optimum gap: terminals served, {slot}"), Unit::Percent, served, peers(0.0));
        let score = gap(our_value.score, best.score);
        report.row(format!("optimum gap: terminals times score, {slot}"), Unit::Percent, score, peers(0.0));
        let name = format!("optimum: terminals served, {slot}");
        report.row(name, Unit::Terminals, our_value.terminals, peers(best.terminals));
        let name = format!("optimum: time to choose, {slot}, one core");
        report.row(name, Unit::Ms, ours.seconds * 1e3, peers(peer.seconds * 1e3));
    }
    Ok(())
}

/// Our side.
pub struct Ours {
    contested: Contested,
    worth: Worth,
    path: PathBuf,
    assignment: Option<Assignment>,
}

impl Ours {
    /// Prepares it.
    pub fn read(work: &Path, name: &str) -> Result<Self> {
        let contested = Contested::read(work, name)?;
        let worth = Worth::of(&contested);
        Ok(Self { contested, worth, path: work.join(format!("{name}.ours.u32")), assignment: None })
    }
}

impl Work for Ours {
    fn round(&mut self) -> f64 {
        self.assignment = Some(self.contested.assign());
        1.0
    }

    fn answer(&self) -> Result<serde_json::Value> {
        let nobody = || vec![NOBODY; self.worth.cells()];
        let choice = self.assignment.as_ref().map_or_else(nobody, |made| self.worth.choice(made));
        files::write_numbers(&self.path, choice)?;
        Ok(json!({ "choice": self.path.display().to_string() }))
    }
}
