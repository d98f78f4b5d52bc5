//! A proven bundle before a world: what an enforced admission is made from, looked up once.
//!
//! A mandate can only be had with a [`Proven`] bundle, which only verification makes, and only with exactly what the bundle names: its fleet
//! and the tables of every phase of its standing. So an admission cannot fail later, and nothing beside the bundle decides.
//!
//! ```compile_fail
//! # use skyweave_core::mandate::Mandate;
//! let free: Mandate = Default::default();
//! ```
//! ```compile_fail
//! # use skyweave_core::{mandate::{Holdings, Mandate}, world::World};
//! # use skyweave_proof::bundle::Bundle;
//! # fn unproven(bundle: Bundle, holdings: &Holdings<'_>, world: &World) {
//! let mandate = Mandate::new(bundle, holdings, world);
//! # }
//! ```

use crate::ids::CellId;
use crate::refusal::RefusalCode;
use crate::service::{Point, Ruling};
use crate::time::SlotNo;
use crate::world::World;
use skyweave_proof::UtcTime;
use skyweave_proof::bound::{Fleet, Row, Twice, barred, terminal_key, territory_key};
use skyweave_proof::bundle::{Bundle, Proven};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::{Law, Rules};
use skyweave_proof::table::Table;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a bundle names by hashes, as it is at hand.
pub struct Holdings<'a> {
    /// Every terminal with what lowers its service.
    pub fleet: &'a Fleet,
    /// Tables, among them those of the bundle.
    pub tables: &'a [Arc<Table>],
    /// Where terminals without a name may stand in a cell, as for [`Ruling::new`].
    pub inhabited: &'a (dyn Fn(u64) -> Vec<Point> + Sync),
}

/// Why a bundle cannot be carried out here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// The terminals are not those that the bundle names.
    #[error("the terminals that are here are not those that the bundle names: another root")]
    Fleet,
    /// A table that the bundle has in force at some time is not here.
    #[error("the decision table {} is not here", skyweave_proof::hex(.0))]
    Table(Hash),
    /// A law is sealed, and its opening is not here.
    #[error("a law of the bundle is sealed, and was not opened here")]
    Sealed,
}

/// A proven bundle before a world.
#[derive(Debug, Clone)]
pub struct Mandate {
    bundle: Proven<Bundle>,
    rulings: BTreeMap<Hash, Arc<Ruling>>,
    /// What is in force if there were nothing else; there always is.
    first: Arc<Ruling>,
    /// By listed terminal: why it is not served, whatever the law says.
    barred: Vec<Option<RefusalCode>>,
}

impl Mandate {
    /// Looks everything up.
    ///
    /// # Errors
    /// Something that the bundle names is not at hand.
    pub fn new(bundle: Proven<Bundle>, holdings: &Holdings<'_>, world: &World) -> Result<Self, NotHeld> {
        if holdings.fleet.root() != bundle.inputs.fleet {
            return Err(NotHeld::Fleet);
        }
        let mut rulings: BTreeMap<Hash, Arc<Ruling>> = BTreeMap::new();
        let mut first = None;
        for phase in &bundle.standing.phases {
            let rules = rules_of(&bundle, &phase.law).ok_or(NotHeld::Sealed)?;
            let ruling = if let Some(known) = rulings.get(&rules.table) {
                Arc::clone(known)
            } else {
                let table = holdings.tables.iter().find(|table| table.identity() == rules.table);
                let table = table.ok_or(NotHeld::Table(rules.table))?;
                world.ruled_by(Arc::clone(table), holdings.inhabited)
            };
            rulings.insert(rules.table, Arc::clone(&ruling));
            first.get_or_insert(ruling);
        }
        let first = first.ok_or(NotHeld::Sealed)?;
        Ok(Self { barred: barred_of(holdings.fleet, world), bundle, rulings, first })
    }

    /// The bundle.
    #[must_use]
    pub const fn bundle(&self) -> &Proven<Bundle> {
        &self.bundle
    }

    /// What is in force at a time.
    #[must_use]
    pub fn ruling_at(&self, time: UtcTime) -> &Arc<Ruling> {
        let ruling = self.bundle.rules_at(time).and_then(|rules| self.rulings.get(&rules.table));
        ruling.unwrap_or(&self.first)
    }

    pub(crate) fn barred(&self) -> &[Option<RefusalCode>] {
        &self.barred
    }
}

fn rules_of<'b>(bundle: &'b Bundle, law: &'b Law) -> Option<&'b Rules> {
    match law {
        Law::Open(rules) => Some(rules),
        Law::Sealed(commitment) => bundle.openings.get(commitment),
    }
}

/// Who is not in the fleet has no account; who is barred in it is disabled. Of those that are only on a list the world may say why: the fleet
/// alone decides that they are.
fn barred_of(fleet: &Fleet, world: &World) -> Vec<Option<RefusalCode>> {
    let rows = fleet.rows();
    let of = |terminal: &crate::world::Terminal| {
        let key = terminal_key(&terminal.name);
        let Ok(at) = rows.binary_search_by(|row| row.terminal.cmp(&key)) else {
            return Some(RefusalCode::NoActiveAccount);
        };
        let why = terminal.declared_refusal.filter(|_| rows[at].barred == barred::LISTED);
        (rows[at].barred != 0).then_some(why.unwrap_or(RefusalCode::AccountDisabled))
    };
    world.terminals.iter().map(of).collect()
}

/// The listed terminals of a world as a fleet: for worlds that come from a scenario and not from a service's store. Rates are those of their
/// plans, places those at a slot.
///
/// # Errors
/// Two terminals of one name.
pub fn fleet_of(world: &World, slot: SlotNo) -> Result<Fleet, Twice> {
    let plans = &world.rules.demand.plans;
    let row = |(index, terminal): (usize, &crate::world::Terminal)| {
        let cell: CellId = terminal.cell_at(slot);
        let subscriber = world.service.subscribers.get(index);
        let home = subscriber.and_then(|one| one.home.as_deref()).unwrap_or("");
        let plan = &plans[terminal.plan.index()];
        Row {
            terminal: terminal_key(&terminal.name),
            cell: world.cells[cell.index()].h3,
            territory: territory_key(home),
            barred: if terminal.declared_refusal.is_some() { barred::LISTED } else { 0 },
            rate_kbps: (plan.down_bps / 1_000.0).round() as u32,
            weight_permille: (plan.weight * 1_000.0).round() as u16,
        }
    };
    Fleet::new(world.terminals.iter().enumerate().map(row).collect())
}
