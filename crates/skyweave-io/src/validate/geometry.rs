//! What the planner gives at places: round trips by propagation over a day, without medium access, and who serves in given slots.
//!
//! Catalogues and measurements may be months apart, so only distributions can be compared, never single slots: the day that is
//! planned is that of the catalogue.

use super::{ValidateError, nearest_catalogue};
use crate::scenario::{self, Source};
use hifitime::Epoch;
use rayon::prelude::*;
use skyweave_core::admission::Admission;
use skyweave_core::plan::HourPlan;
use skyweave_core::terminal::TerminalService;
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_core::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Hours of the day that are planned.
const HOURS: i64 = 24;
/// Slots that are kept of each hour, after its warm-up.
const SLOTS_OF_AN_HOUR: usize = 8;
/// An instant that no measurement has reached: the nearest catalogue to it is the latest.
const NEVER: (i32, u8, u8) = (2999, 1, 1);
/// The day that is planned where there is no catalogue: that of the built-in shells.
const BUILT_IN_DAY: (i32, u8, u8) = (2026, 5, 20);

/// A terminal on the ground and its PoP.
#[derive(Debug, Clone, PartialEq)]
pub struct Terminal {
    /// Latitude, deg, north positive.
    pub latitude_deg: f64,
    /// Longitude, deg, east positive.
    pub longitude_deg: f64,
    /// Code of the built-in PoP that its addresses belong to; the nearest without.
    pub pop: Option<String>,
}

/// What the planner gives at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Propagation {
    /// Round trip from terminal to PoP by propagation, ms, of each planned slot in which the place is served.
    pub rtt_ms: Vec<f64>,
    /// Slots that were planned.
    pub slots: usize,
}

impl Propagation {
    /// Share of slots in which the place is served.
    #[must_use]
    pub fn served(&self) -> f64 {
        self.rtt_ms.len() as f64 / self.slots.max(1) as f64
    }
}

/// The satellites of a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Era {
    constellation: String,
    start: Epoch,
    /// Where they are from.
    pub about: String,
    /// From the catalogue's median epoch to the time that was asked for, days; none where either is missing.
    pub age_days: Option<f64>,
}

impl Era {
    /// Those of the catalogue of `data/catalogues` that is nearest to a time, of the latest without a time, or the built-in
    /// shells where there is no catalogue.
    ///
    /// # Errors
    /// If a catalogue cannot be read.
    pub fn nearest(data: &Path, near: Option<Epoch>) -> Result<Self, ValidateError> {
        let midnight = |(year, month, day)| Epoch::from_gregorian_utc_at_midnight(year, month, day);
        let catalogue = match nearest_catalogue(data, near.unwrap_or_else(|| midnight(NEVER))) {
            Ok(catalogue) => catalogue,
            Err(ValidateError::NoCatalogue { .. }) => {
                return Ok(Self {
                    constellation: "builtin = \"shells-2026\"".to_owned(),
                    start: midnight(BUILT_IN_DAY),
                    about: "no catalogues: the built-in shells".to_owned(),
                    age_days: None,
                });
            }
            Err(error) => return Err(error),
        };
        let path = catalogue.path.canonicalize();
        let path = path.map_err(|source| ValidateError::File { path: catalogue.path.clone(), source })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self {
            constellation: format!("elements = [{}]", toml::Value::from(path.display().to_string())),
            start: catalogue.set.median_epoch().unwrap_or_else(|| midnight(BUILT_IN_DAY)),
            about: match near {
                Some(_) => name,
                None => format!("{name}: the latest, for nothing says when it was measured"),
            },
            age_days: near.map(|_| catalogue.age_days),
        })
    }

    /// True if another has the same satellites.
    #[must_use]
    pub fn has_satellites_of(&self, other: &Self) -> bool {
        self.constellation == other.constellation
    }

    /// The terminals' round trips over a day, with built-in gateways, PoPs and fibre.
    ///
    /// # Errors
    /// If the world cannot be made: a place is not on the Earth, or a PoP is not built in.
    pub fn propagation(&self, terminals: &[Terminal]) -> Result<Vec<Propagation>, ValidateError> {
        if terminals.is_empty() {
            return Ok(Vec::new());
        }
        let world = &self.world(terminals)?;
        let first = SlotNo::containing(self.start).hour();
        let of_hours: Vec<Vec<Vec<Option<f64>>>> = (0..HOURS)
            .into_par_iter()
            .map(|hour| {
                let hour = UtcHour(first.0 - HOURS / 2 + hour);
                let mut plan = HourPlan::begin(hour);
                let mut kept = Vec::new();
                while let Some(no) = plan.upcoming().filter(|_| kept.len() < SLOTS_OF_AN_HOUR) {
                    let slot = plan.step(world, &Admission::declared(world, no), &mut |_| {});
                    if no >= hour.first_slot() {
                        kept.push(slot.terminals.iter().map(rtt_ms).collect());
                    }
                }
                kept
            })
            .collect();
        let slots: Vec<&Vec<Option<f64>>> = of_hours.iter().flatten().collect();
        Ok((0..terminals.len())
            .map(|place| Propagation {
                rtt_ms: slots.iter().filter_map(|slot| slot[place]).collect(),
                slots: slots.len(),
            })
            .collect())
    }

    /// By terminal, the satellite that serves it in each slot that is asked for, by name: hours are planned side by side, each from its
    /// warm-up on, and no further than needed.
    ///
    /// # Errors
    /// As [`Self::propagation`].
    pub fn serving(
        &self,
        terminals: &[Terminal],
        slots: &BTreeSet<SlotNo>,
    ) -> Result<Vec<BTreeMap<SlotNo, String>>, ValidateError> {
        let world = &self.world(terminals)?;
        let mut last_of_hours: BTreeMap<UtcHour, SlotNo> = BTreeMap::new();
        for slot in slots {
            last_of_hours.insert(slot.hour(), *slot);
        }
        let of_hours: Vec<Vec<(SlotNo, usize, String)>> = last_of_hours
            .into_par_iter()
            .map(|(hour, last)| {
                let mut plan = HourPlan::begin(hour);
                let mut served = Vec::new();
                while let Some(no) = plan.upcoming().filter(|no| *no <= last) {
                    let slot = plan.step(world, &Admission::declared(world, no), &mut |_| {});
                    if !slots.contains(&no) || no < hour.first_slot() {
                        continue;
                    }
                    for (terminal, service) in slot.terminals.iter().enumerate() {
                        if let Ok(by) = &service.outcome {
                            served.push((no, terminal, world.satellite(by.satellite).name.clone()));
                        }
                    }
                }
                served
            })
            .collect();
        let mut of_terminals = vec![BTreeMap::new(); terminals.len()];
        for (slot, terminal, satellite) in of_hours.into_iter().flatten() {
            of_terminals[terminal].insert(slot, satellite);
        }
        Ok(of_terminals)
    }

    fn world(&self, terminals: &[Terminal]) -> Result<World, ValidateError> {
        let source =
            Source { name: "the world of the comparison".to_owned(), text: self.scenario(terminals) };
        Ok(scenario::prepare(&source, Path::new(".")).map_err(Box::new)?.world)
    }

    fn scenario(&self, terminals: &[Terminal]) -> String {
        let (year, month, day, hour, ..) = self.start.to_gregorian_utc();
        let mut text = format!(
            "format = 1\nname = \"comparison\"\n[time]\nstart = \"{year:04}-{month:02}-{day:02}T{hour:02}:00:00Z\"\n\
             duration = \"1h\"\n[constellation]\n{}\n",
            self.constellation
        );
        for (index, terminal) in terminals.iter().enumerate() {
            let _ = write!(
                text,
                "[[sites]]\nname = \"site-{index}\"\nlatitude_deg = {:?}\nlongitude_deg = {:?}\n",
                terminal.latitude_deg, terminal.longitude_deg
            );
            if let Some(code) = &terminal.pop {
                let _ = writeln!(text, "pop = {code:?}");
            }
        }
        text
    }
}

fn rtt_ms(service: &TerminalService) -> Option<f64> {
    service.outcome.as_ref().ok().map(|served| served.flow.delay.propagation_rtt_s() * 1e3)
}
