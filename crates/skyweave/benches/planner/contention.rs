//! Slots in which more cells ask than satellites have room for, as our planner comes to them and as everybody else is given them, in files.

use crate::files;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde_json::json;
use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::plan::{self, Slot};
use skyweave_core::radio::Links;
use skyweave_core::rules::PolicyKind;
use skyweave_core::schedule::{self, Assignment, Given, Options};
use skyweave_core::time::SlotNo;
use skyweave_core::visibility::{self, Views};
use skyweave_core::world::World;
use skyweave_io::scenario::{self, Prepared, Source};
use std::path::Path;

/// In a choice: no satellite.
pub const NOBODY: u32 = u32::MAX;
/// The circle that holds the cells: Europe from Ireland to Ukraine.
const CIRCLE: &str = "latitude_deg = 48.0, longitude_deg = 10.0, radius_km = 1_500";

/// What is asked, and how little room there is.
#[derive(Debug, Clone, Copy)]
pub struct Contention {
    /// The most populous position cells of the region, so many.
    pub cells: u32,
    /// Cells that a satellite has room for.
    pub room: u16,
    /// How cells choose.
    pub policy: PolicyKind,
}

/// A slot that is planned up to the choosing.
pub struct Contested {
    world: World,
    /// The slot before.
    before: Slot<Unsigned>,
    /// The slot.
    slot: Slot<Unsigned>,
    views: Views,
}

impl Contention {
    /// What its files are called.
    pub fn name(self) -> String {
        format!("contention-{}-{}-{}", self.cells, self.room, self.policy.name())
    }

    /// Writes the scenario. No cell is put forward for having waited: what is compared is one slot.
    pub fn write_scenario(self, work: &Path) -> Result<()> {
        let constellation = files::catalogue().map_or_else(
            || "builtin = \"shells-2026\"".to_owned(),
            |path| format!("elements = ['{}']", path.display()),
        );
        let Self { cells, room, policy } = self;
        let text = format!(
            "format = 1\nname = \"contention\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"10min\"\n\
             [constellation]\n{constellation}\n\
             [radio]\ncells_per_beam = 1\ndown_beams = {{ arrays = {room}, beams_per_array = 1, polarisations = 1 }}\n\
             [schedule]\npolicy = \"{}\"\nstarved = 0\n\
             [[cells.areas]]\narea = {{ within = {{ {CIRCLE} }} }}\nlimit = {cells}\nterminals = {}\n",
            policy.name(),
            100 * cells,
        );
        files::write_text(&work.join(format!("{}.toml", self.name())), &text)
    }
}

impl Contested {
    /// Reads a scenario and plans its second slot.
    pub fn read(work: &Path, name: &str) -> Result<Self> {
        let path = work.join(format!("{name}.toml"));
        let text =
            std::fs::read_to_string(&path).into_diagnostic().wrap_err_with(|| path.display().to_string())?;
        let source = Source { name: name.to_owned(), text };
        let Prepared { world, first, .. } = scenario::prepare(&source, work).into_diagnostic()?;
        let planned = |before: Option<&Slot<_>>, no: SlotNo| {
            plan::plan(&world, &Admission::declared(&world, no), before, no)
        };
        let before = planned(None, first);
        let slot = planned(Some(&before), SlotNo(first.0 + 1));
        let views = visibility::find(&world, &slot.sky);
        Ok(Self { world, before, slot, views })
    }

    /// Lets every cell choose, as the planner has them do it. To measure another scheduler, this is the place.
    pub fn assign(&self) -> Assignment {
        self.given(schedule::assign)
    }

    /// What they may choose from.
    pub fn options(&self) -> Options {
        self.given(schedule::options)
    }

    /// Satellites in the sky.
    pub fn satellites(&self) -> usize {
        self.world.satellites.len()
    }

    fn given<T>(&self, tell: impl Fn(&World, &Given<'_>) -> T) -> T {
        let slot = &self.slot;
        let links = Links::new(&self.world, &slot.conditions.rain);
        let given = Given {
            slot: slot.no,
            demand: &slot.demand,
            topology: &slot.topology,
            sky: &slot.sky,
            views: &self.views,
            links: &links,
            feeders: &slot.feeders,
            routes: &slot.routes,
            before: Some(&self.before.assignment),
        };
        tell(&self.world, &given)
    }
}

/// What can be chosen, and what it is worth.
pub struct Worth {
    /// Cells and what they may choose from: a score is how far it lies above the lowest one that the cell may have.
    options: Options,
    satellites: usize,
}

/// What a choice comes to.
#[derive(Debug, Clone, Copy)]
pub struct Value {
    /// Terminals served.
    pub terminals: f64,
    /// Sum of the scores of all terminals served.
    pub score: f64,
}

impl Worth {
    /// What a slot's choices are worth.
    pub fn of(contested: &Contested) -> Self {
        let mut options = contested.options();
        for cell in &mut options.cells {
            let lowest = cell.satellites.iter().fold(f32::INFINITY, |lowest, (_, score)| lowest.min(*score));
            cell.satellites.iter_mut().for_each(|(_, score)| *score -= lowest);
        }
        Self { options, satellites: contested.satellites() }
    }

    /// Cells that ask.
    pub fn cells(&self) -> usize {
        self.options.cells.len()
    }

    /// Terminals that ask.
    pub fn terminals(&self) -> f64 {
        self.options.cells.iter().map(|cell| cell.terminals).sum()
    }

    /// Writes it for those who do not read scenarios.
    pub fn write(&self, work: &Path, name: &str) -> Result<()> {
        let cells = || (0_u32..).zip(&self.options.cells);
        let pairs = cells().flat_map(|(k, cell)| cell.satellites.iter().flat_map(move |(s, _)| [k, s.0]));
        files::write_numbers(&work.join(format!("{name}.options.u32")), pairs)?;
        let scores = cells().flat_map(|(_, cell)| cell.satellites.iter().map(|(_, score)| f64::from(*score)));
        files::write_reals(&work.join(format!("{name}.scores.f64")), scores)?;
        files::write_reals(
            &work.join(format!("{name}.terminals.f64")),
            cells().map(|(_, cell)| cell.terminals),
        )?;
        let about = json!({ "satellites": self.satellites, "room": self.options.room });
        files::write_text(&work.join(format!("{name}.json")), &about.to_string())
    }

    /// A choice, by cell that asks, as everybody hands it in.
    pub fn choice(&self, assignment: &Assignment) -> Vec<u32> {
        let satellite = |cell: &schedule::CellOptions| match assignment.beams[cell.beam.index()] {
            Some(Ok(beam)) => beam.satellite.0,
            _ => NOBODY,
        };
        self.options.cells.iter().map(satellite).collect()
    }

    /// What a choice comes to; an error says which rule it breaks.
    pub fn judge(&self, choice: &[u32]) -> Result<Value> {
        if choice.len() != self.cells() {
            return Err(miette!("{} cells choose, and {} ask", choice.len(), self.cells()));
        }
        let mut taken = vec![0_u16; self.satellites];
        let mut value = Value { terminals: 0.0, score: 0.0 };
        for (cell, &chosen) in self.options.cells.iter().zip(choice).filter(|(_, chosen)| **chosen != NOBODY)
        {
            let found = cell.satellites.iter().find(|(satellite, _)| satellite.0 == chosen);
            let (satellite, score) =
                found.ok_or_else(|| miette!("satellite {chosen} may not serve beam cell {}", cell.beam.0))?;
            taken[satellite.index()] += 1;
            value.terminals += cell.terminals;
            value.score += cell.terminals * f64::from(*score);
        }
        if let Some(full) = taken.iter().position(|taken| *taken > self.options.room) {
            return Err(miette!(
                "satellite {full} serves {} cells, and has room for {}",
                taken[full],
                self.options.room
            ));
        }
        Ok(value)
    }
}
