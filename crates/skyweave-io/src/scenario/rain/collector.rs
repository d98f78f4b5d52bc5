//! What rows become: steps of rain on beam cells and gateways.

use super::{Fault, Series};
use crate::cells;
use h3o::{CellIndex, Resolution};
use hifitime::{Duration, Epoch};
use skyweave_core::ids::{BeamId, GatewayId};
use skyweave_core::time::SlotNo;
use skyweave_core::weather::RainStep;
use skyweave_core::world::{Place, World};
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::ops::Range;

/// The strongest rain of a series, mm/h: nothing stronger was ever measured over more than a minute or two.
const MOST_RAIN_MM_H: f64 = 500.0;
/// More rates than this are not kept: 400 MB.
const MOST_RATES: usize = 50_000_000;

/// Something that it rains on.
#[derive(Debug, Clone, Copy)]
enum Target {
    Beam(BeamId),
    Gateway(GatewayId),
}

/// Takes rows in the order of the file.
pub struct Collector<'a> {
    world: &'a World,
    /// Slots that want to know of rain.
    needed: Range<SlotNo>,
    /// How long a time holds at most.
    holds: Duration,
    /// Known with the first row.
    cells: Option<(Resolution, HashMap<u64, Vec<Target>>)>,
    now: Option<Epoch>,
    /// Cells with targets that the present time has had rows of.
    seen: HashSet<u64>,
    step: RainStep,
    /// Rows with rain of the present time, and how many of them fall on nothing.
    rows: Rows,
    steps: Vec<RainStep>,
    /// The same of each step.
    rows_of_steps: Vec<Rows>,
    /// Rates in the steps.
    kept: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    wet: u64,
    idle: u64,
}

impl<'a> Collector<'a> {
    pub fn new(world: &'a World, needed: Range<SlotNo>, holds: Duration) -> Self {
        Self {
            world,
            needed,
            holds,
            cells: None,
            now: None,
            seen: HashSet::new(),
            step: empty(SlotNo(0)),
            rows: Rows::default(),
            steps: Vec::new(),
            rows_of_steps: Vec::new(),
            kept: 0,
        }
    }

    /// Takes a row; `place` is how a fault names it.
    pub fn row(&mut self, place: &dyn Display, time: Epoch, cell: u64, rain_mm_h: f64) -> Result<(), Fault> {
        if self.now != Some(time) {
            if self.now.is_some_and(|now| time < now) {
                return Err(Fault::new(
                    format!("{place}: time goes back, to {time:?}"),
                    "accepted: rows in order of time; those of one time in any order",
                ));
            }
            self.close()?;
            self.dry_before(Some(time))?;
            self.now = Some(time);
            self.step.from = SlotNo::not_before(time);
        }
        if !(0.0..=MOST_RAIN_MM_H).contains(&rain_mm_h) {
            return Err(Fault::new(
                format!("{place}: rain_mm_h is {rain_mm_h}"),
                "accepted: rain rates from 0 to 500 mm/h",
            ));
        }
        let index = CellIndex::try_from(cell).map_err(|_| not_a_cell(place, &format!("{cell:x}")))?;
        let (resolution, targets) =
            self.cells.get_or_insert_with(|| (index.resolution(), targets(self.world, index.resolution())));
        if index.resolution() != *resolution {
            return Err(Fault::new(
                format!(
                    "{place}: cell {cell:x} has resolution {}, those before it {resolution}",
                    index.resolution()
                ),
                "accepted: cells of one resolution in the whole series",
            ));
        }
        let is_wet = rain_mm_h > 0.0;
        self.rows.wet += u64::from(is_wet);
        let Some(targets) = targets.get(&cell) else {
            self.rows.idle += u64::from(is_wet);
            return Ok(());
        };
        if !self.seen.insert(cell) {
            return Err(Fault::new(
                format!("{place}: cell {cell:x} is there a second time at {time:?}"),
                "accepted: each cell once at a time",
            ));
        }
        if is_wet {
            for target in targets {
                match target {
                    Target::Beam(beam) => self.step.beams.push((*beam, rain_mm_h as f32)),
                    Target::Gateway(gateway) => self.step.gateways.push((*gateway, rain_mm_h as f32)),
                }
            }
        }
        Ok(())
    }

    /// All steps, in order of time; the last is dry if the window is longer.
    pub fn finish(mut self) -> Result<Series, Fault> {
        if self.now.is_none() {
            return Err(Fault::new("there is no row in it".to_owned(), super::ACCEPTED));
        }
        self.close()?;
        self.dry_before(None)?;
        let sum = |count: fn(&Rows) -> u64| self.rows_of_steps.iter().map(count).sum();
        Ok(Series { wet_rows: sum(|rows| rows.wet), idle_rows: sum(|rows| rows.idle), steps: self.steps })
    }

    /// Lets the present time hold no longer than it may before the next, if there is one.
    fn dry_before(&mut self, next: Option<Epoch>) -> Result<(), Fault> {
        let Some(end) = self.now.map(|now| now + self.holds) else { return Ok(()) };
        if next.is_some_and(|next| next <= end) {
            return Ok(());
        }
        self.step.from = SlotNo::not_before(end);
        self.close()
    }

    /// Ends the present step, if there is one.
    fn close(&mut self) -> Result<(), Fault> {
        let mut step = std::mem::replace(&mut self.step, empty(SlotNo(0)));
        let mut rows = std::mem::take(&mut self.rows);
        self.seen.clear();
        if self.now.is_none() || step.from >= self.needed.end {
            return Ok(());
        }
        if step.from <= self.needed.start {
            // whatever was before is over when the first slot begins
            self.steps.clear();
            self.rows_of_steps.clear();
            self.kept = 0;
        } else if self.steps.last().is_some_and(|last| last.from == step.from) {
            // no slot begins between the two
            self.kept -= self.steps.pop().map_or(0, |last| count(&last));
            let unseen = self.rows_of_steps.pop().map_or(0, |last| last.wet);
            rows = Rows { wet: rows.wet + unseen, idle: rows.idle + unseen };
        }
        step.beams.sort_unstable_by_key(|(beam, _)| *beam);
        step.gateways.sort_unstable_by_key(|(gateway, _)| *gateway);
        self.kept += count(&step);
        if self.kept > MOST_RATES {
            return Err(Fault::new(
                format!("more than {MOST_RATES} rain rates fall on this scenario"),
                "accepted: a shorter time window, fewer cells, or a series with fewer times",
            ));
        }
        self.steps.push(step);
        self.rows_of_steps.push(rows);
        Ok(())
    }
}

fn empty(from: SlotNo) -> RainStep {
    RainStep { from, beams: Vec::new(), gateways: Vec::new() }
}

fn count(step: &RainStep) -> usize {
    step.beams.len() + step.gateways.len()
}

/// A fault: something that is no cell stands in a row.
pub fn not_a_cell(place: &dyn Display, found: &str) -> Fault {
    Fault::new(
        format!("{place}: `{found}` is no H3 cell"),
        "accepted: the index of an H3 cell in hexadecimal, such as `851f1d4ffffffff`",
    )
}

/// Beam cells and gateways by the H3 cell that their centre is in.
fn targets(world: &World, resolution: Resolution) -> HashMap<u64, Vec<Target>> {
    let mut targets: HashMap<u64, Vec<Target>> = HashMap::new();
    let mut add = |place: &Place, target: Target| {
        let at = place.geodetic;
        let cell = cells::containing(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees(), resolution);
        if let Some(cell) = cell {
            targets.entry(cell).or_default().push(target);
        }
    };
    for (beam, place) in world.beams.places.iter().enumerate() {
        add(place, Target::Beam(BeamId::at(beam)));
    }
    for (number, gateway) in world.gateways.iter().enumerate() {
        add(&gateway.place, Target::Gateway(GatewayId::at(number)));
    }
    targets
}
