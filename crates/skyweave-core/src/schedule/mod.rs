//! Stage: satellite, beam and colours for each beam cell with demand.
//!
//! All cells look at the sky at once and keep their few best (`candidates`); a [`policy`] scores these (`rank`); then cells choose one
//! after another, those with the most terminals first, and each takes the satellite with the best score that has room left (`assign`).
//! One satellite serves a cell, on as many colours as its demand is worth, none of them twice (`colours`).

mod allowed;
mod assign;
mod candidates;
mod colours;
mod options;
pub mod policy;
pub mod preference;
mod rank;
mod stance;

use crate::constellation::{ServiceState, Topology};
use crate::demand::Demand;
use crate::feeder::Feeders;
use crate::ids::{CellId, PopId, SatId};
use crate::orbit::Sky;
use crate::radio::{Links, UserLink};
use crate::refusal::RefusalCode;
use crate::route::Routes;
use crate::time::SlotNo;
use crate::visibility::{View, Views};
use crate::world::World;

pub use assign::assign;
pub use options::{CellOptions, Options, options};

/// Why somebody is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outage {
    /// Not admitted, and why.
    NotAdmitted(RefusalCode),
    /// No power at the terminal.
    NoPower,
    /// No satellite above the lowest elevation.
    NoSatellite,
    /// Satellites are there, and none of them serves terminals.
    NoServingSatellite,
    /// Satellites that serve are there, and all stand too near to the geostationary arc.
    GsoArc,
    /// Satellites are there, and none holds a gateway, or has a laser that could lead to one. Where the rain alone is to blame for it, the
    /// reason is [`Outage::Rain`].
    NoGateway,
    /// Satellites are there, and none has a way to the PoP.
    NoPath,
    /// Satellites with a way are there, and all their beams are taken.
    NoBeam,
    /// No PoP works.
    NoPop,
    /// Something stands in the way of the only satellites.
    Obstructed,
    /// Rain takes the link down, of the terminals or of the only gateways.
    Rain,
    /// Even in dry air noise, or what other beams send, leaves less than the most robust modulation needs.
    LinkBudget,
}

impl Outage {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAdmitted(code) => code.name(),
            Self::NoPower => "no_power",
            Self::NoSatellite => "no_satellite",
            Self::NoServingSatellite => "no_serving_satellite",
            Self::GsoArc => "gso_arc",
            Self::NoGateway => "no_gateway",
            Self::NoPath => "no_path",
            Self::NoBeam => "no_beam",
            Self::NoPop => "no_pop",
            Self::Obstructed => "obstructed",
            Self::Rain => "rain",
            Self::LinkBudget => "link_budget",
        }
    }
}

/// A cell's satellite, and its beams.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beam {
    /// The satellite.
    pub satellite: SatId,
    /// Sine of the elevation at the beam cell's centre.
    pub elevation_sine: f64,
    /// Range to the beam cell's centre, m.
    pub range_m: f64,
    /// The PoP that most of its terminals' traffic goes to: the satellite has a way there.
    pub pop: PopId,
    /// What its carriers are heard with, without the interference of other beams.
    pub link: UserLink,
    /// Colours of its beams to the terminals, a bit each.
    pub down_colours: u16,
    /// Colours of its beams from the terminals.
    pub up_colours: u16,
}

impl Beam {
    /// The view from the beam cell's centre.
    #[must_use]
    pub const fn view(&self) -> View {
        View { satellite: self.satellite, elevation_sine: self.elevation_sine, range_m: self.range_m }
    }
}

/// Who serves whom.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// By beam cell: its beam, why it has none, or `None` where nobody asks.
    pub beams: Vec<Option<Result<Beam, Outage>>>,
    /// By beam cell: slots without service in a row.
    pub starved: Vec<u8>,
    /// Beam cells served, by satellite.
    pub cells_of_satellite: Vec<u16>,
    /// Beams down and up that they would have, were each lit all the time, by satellite.
    pub beams_of_satellite: Vec<[u32; 2]>,
}

impl Assignment {
    /// The beam over a position cell.
    #[must_use]
    pub fn over(&self, world: &World, cell: CellId) -> Option<Result<Beam, Outage>> {
        self.beams[world.beam_of(cell).index()]
    }
}

/// What the cells of a slot choose from.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Which slot it is.
    pub slot: SlotNo,
    /// What everybody asks for.
    pub demand: &'a Demand,
    /// Which satellites serve.
    pub topology: &'a Topology,
    /// Where they are.
    pub sky: &'a Sky,
    /// The same, sorted.
    pub views: &'a Views,
    /// What links carry.
    pub links: &'a Links<'a>,
    /// Which gateway holds which satellite.
    pub feeders: &'a Feeders,
    /// The ways to the PoPs in use.
    pub routes: &'a Routes,
    /// Who served whom in the slot before.
    pub before: Option<&'a Assignment>,
}

/// Tells which satellites serve terminals.
fn serves(given: &Given<'_>) -> impl Fn(SatId) -> bool {
    let service = &given.topology.service;
    |satellite| service[satellite.index()] == ServiceState::Serving
}
