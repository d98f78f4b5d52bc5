//! The world of a scenario, in which orders are previewed: by a server before it shows them, and by approvers before they sign.

use crate::args::WorldOf;
use hifitime::Epoch;
use miette::{IntoDiagnostic, Result, miette};
use skyweave_control::order::Foreseen;
use skyweave_core::service::Point;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_io::scenario::{self, Prepared};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::table::Table;
use skyweave_proof::{UtcTime, unhex};
use skyweave_server::orders::Foresee;
use skyweave_study::policies;
use std::path::Path;
use std::sync::Arc;

/// When slots are planned, from the order's start: at once, and a sample over the next day, s.
const SAMPLE_S: [i64; 4] = [0, 6 * 3_600, 12 * 3_600, 18 * 3_600];

/// A world with everything that previews need.
pub struct World {
    world: Arc<skyweave_core::world::World>,
    hash: Hash,
    inhabited: Arc<dyn Fn(u64) -> Vec<Point> + Send + Sync>,
    /// Its slot at a time: that of the time itself, unless it is a replay.
    slot_at: Box<dyn Fn(UtcTime) -> SlotNo + Send + Sync>,
}

impl World {
    /// Of a scenario, with values changed as `settings` say.
    pub fn of(scenario: &Path, settings: &[String]) -> Result<Self> {
        let prepared = policies::read(scenario, settings)?;
        let hash = hash_of(&prepared)?;
        Ok(Self::shared(Arc::new(prepared.world), hash, inhabited()?))
    }

    /// The one that somebody named.
    pub fn named(world: &WorldOf) -> Result<Option<Self>> {
        world.world.as_deref().map(|scenario| Self::of(scenario, &world.set)).transpose()
    }

    /// Of a world that others have too.
    pub fn shared(
        world: Arc<skyweave_core::world::World>,
        hash: Hash,
        inhabited: Arc<dyn Fn(u64) -> Vec<Point> + Send + Sync>,
    ) -> Self {
        let slot_at = Box::new(|time: UtcTime| SlotNo::containing(Epoch::from_unix_seconds(time.0 as f64)));
        Self { world, hash, inhabited, slot_at }
    }

    /// The same with another time than ours.
    pub fn with_time(self, slot_at: impl Fn(UtcTime) -> SlotNo + Send + Sync + 'static) -> Self {
        Self { slot_at: Box::new(slot_at), ..self }
    }

    /// The hash of its description.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Plans slots twice.
    pub fn plan(
        &self,
        without: &Arc<Table>,
        with: &Arc<Table>,
        slots: &[SlotNo],
        told: &mut dyn FnMut(SlotNo),
    ) -> Foreseen {
        let under = |table: &Arc<Table>| self.world.ruled_by(Arc::clone(table), &*self.inhabited);
        Foreseen::of((&self.world, self.hash), &under(without), &under(with), slots, told)
    }
}

impl Foresee for World {
    fn foresee(&self, without: &Arc<Table>, with: &Arc<Table>, from: UtcTime) -> Foreseen {
        let first = (self.slot_at)(from);
        let slots = SAMPLE_S.map(|after_s| SlotNo(first.0 + after_s / SLOT_S));
        self.plan(without, with, &slots, &mut |_| {})
    }
}

/// The hash of a scenario's text.
pub fn hash_of(prepared: &Prepared) -> Result<Hash> {
    let hash = unhex(&prepared.sha256).and_then(|bytes| bytes.try_into().ok());
    hash.ok_or_else(|| miette!("the scenario has no hash"))
}

/// Where terminals without a name may stand in a cell.
pub fn inhabited() -> Result<Arc<dyn Fn(u64) -> Vec<Point> + Send + Sync>> {
    Ok(Arc::new(scenario::service::inhabited().into_diagnostic()?))
}

/// What a server previews orders in, if it was given a world.
pub fn foresight(scenario: Option<&Path>) -> Result<Option<Arc<dyn Foresee>>> {
    let Some(scenario) = scenario else { return Ok(None) };
    Ok(Some(Arc::new(World::of(scenario, &[])?)))
}
