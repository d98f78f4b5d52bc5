//! The world of a scenario, in which orders are previewed: by a server before it shows them, and by approvers before they sign.

use hifitime::Epoch;
use miette::{IntoDiagnostic, Result, miette};
use skyweave_control::order::Foreseen;
use skyweave_core::service::Point;
use skyweave_core::time::SlotNo;
use skyweave_io::scenario::{self, Prepared};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::table::Table;
use skyweave_proof::{UtcTime, unhex};
use skyweave_server::orders::Foresee;
use skyweave_study::policies;
use std::path::Path;
use std::sync::Arc;

/// When slots are planned, from the order's start: at once, and a sample over the next day, s.
const SAMPLE_S: [u64; 4] = [0, 6 * 3_600, 12 * 3_600, 18 * 3_600];

/// A world with everything that previews need.
pub struct World {
    prepared: Prepared,
    hash: Hash,
    inhabited: Box<dyn Fn(u64) -> Vec<Point> + Send + Sync>,
}

impl World {
    /// Of a scenario.
    pub fn of(scenario: &Path) -> Result<Self> {
        let prepared = policies::read(scenario, &[])?;
        let hash = unhex(&prepared.sha256).and_then(|bytes| bytes.try_into().ok());
        let hash = hash.ok_or_else(|| miette!("the scenario has no hash"))?;
        let inhabited = Box::new(scenario::service::inhabited().into_diagnostic()?);
        Ok(Self { prepared, hash, inhabited })
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
        let world = &self.prepared.world;
        let under = |table: &Arc<Table>| world.ruled_by(Arc::clone(table), &*self.inhabited);
        Foreseen::of((world, self.hash), &under(without), &under(with), slots, told)
    }
}

impl Foresee for World {
    fn foresee(&self, without: &Arc<Table>, with: &Arc<Table>, from: UtcTime) -> Foreseen {
        let slot = |after: &u64| SlotNo::containing(Epoch::from_unix_seconds(from.plus(*after).0 as f64));
        let slots: Vec<SlotNo> = SAMPLE_S.iter().map(slot).collect();
        self.plan(without, with, &slots, &mut |_| {})
    }
}

/// What a server previews orders in, if it was given a world.
pub fn foresight(scenario: Option<&Path>) -> Result<Option<Arc<dyn Foresee>>> {
    let Some(scenario) = scenario else { return Ok(None) };
    Ok(Some(Arc::new(World::of(scenario)?)))
}
