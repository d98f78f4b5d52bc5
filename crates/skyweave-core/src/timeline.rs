//! What fails, recovers or changes, and when.

use crate::ids::{CellId, FibreId, GatewayId, PopId, SatId};
use crate::time::SlotNo;

/// Events in order of their slots.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Events, sorted by slot; those of one slot act in the order given.
    pub events: Vec<Event>,
}

/// Something that happens at the start of a slot.
#[derive(Debug, Clone)]
pub struct Event {
    /// The first slot that feels it.
    pub at: SlotNo,
    /// What summaries call it.
    pub label: String,
    /// What it does.
    pub change: Change,
}

/// What an event does.
#[derive(Debug, Clone)]
pub enum Change {
    /// Things stop working.
    Fail(Affected),
    /// Things work again.
    Recover(Affected),
    /// A storm begins; where, how strong and for how long is in the weather of the world.
    Rain,
    /// Policies come into force or end; which, is in the service of the world.
    Policies,
    /// Demand in cells changes: terminals ask for `factor` times their usual, and a share has no power.
    Demand {
        /// The cells.
        cells: Vec<CellId>,
        /// Multiple of the usual demand of a terminal.
        factor: f64,
        /// Share of terminals that is dark, 0 to 1.
        dark_share: f64,
    },
}

/// Things that an event acts on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    /// Satellites.
    pub satellites: Vec<SatId>,
    /// Lasers, by their two satellites, the lower id first.
    pub lasers: Vec<(SatId, SatId)>,
    /// Gateways.
    pub gateways: Vec<GatewayId>,
    /// PoPs.
    pub pops: Vec<PopId>,
    /// Fibres.
    pub fibres: Vec<FibreId>,
}

impl Affected {
    /// True if nothing is acted on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many things are acted on.
    #[must_use]
    pub fn count(&self) -> usize {
        self.satellites.len() + self.lasers.len() + self.gateways.len() + self.pops.len() + self.fibres.len()
    }
}
