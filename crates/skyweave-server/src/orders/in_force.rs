//! What this server's own point of enforcement has in force: for a planner, and for telling those who are affected.

use super::{OrderError, Orders, fleet, time_of};
use skyweave_proof::UtcTime;
use skyweave_proof::bound::Fleet;
use skyweave_proof::bundle::{Bundle, Proven};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::Law;
use skyweave_proof::register::{Docket, Register};
use skyweave_proof::table::Table;
use std::sync::Arc;
use tokio::sync::watch;

/// What is in force, as a planner takes it.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The bundle, which was proven.
    pub bundle: Proven<Bundle>,
    /// The terminals that it names.
    pub fleet: Fleet,
    /// The tables of its laws.
    pub tables: Vec<Arc<Table>>,
    /// The orders that lower service, oldest first: for telling those who are affected.
    pub cuts: Vec<Cut>,
}

/// An order that lowers service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Its identity.
    pub id: Hash,
    /// The file of policies that it put into the law.
    pub file: String,
    /// Why.
    pub reason: String,
    /// By what law.
    pub basis: String,
    /// From when on.
    pub start: UtcTime,
    /// When it lapses.
    pub expires: Option<UtcTime>,
}

/// The orders that came into force and lower service.
fn cuts_of(register: &Register) -> Vec<Cut> {
    let mut dockets: Vec<_> = register.dockets().iter().filter(|(_, one)| one.adopted.is_some()).collect();
    dockets.sort_unstable_by_key(|(_, docket)| docket.index);
    let cut = |(id, docket): (&Hash, &Docket)| {
        let matter = docket.matter().filter(|matter| !matter.restores())?;
        Some(Cut {
            id: *id,
            file: skyweave_control::order::file_of(&matter.target)?,
            reason: matter.reason.clone(),
            basis: matter.basis.clone(),
            start: docket.order.start,
            expires: docket.order.expires,
        })
    };
    dockets.into_iter().filter_map(cut).collect()
}

impl Orders {
    /// What this server's own point of enforcement has in force, with all that a planner needs of it.
    ///
    /// # Errors
    /// The sources of a law are gone.
    pub async fn in_force_here(&self) -> Result<Option<InForce>, OrderError> {
        let (bundle, fleet, cuts) = {
            let state = self.state.lock().await;
            let Some(bundle) = state.point.bundle().cloned() else { return Ok(None) };
            (bundle, state.point.fleet().cloned(), cuts_of(&state.register))
        };
        let Some(fleet) = fleet else { return Ok(None) };
        let mut tables = Vec::new();
        for phase in &bundle.standing.phases {
            let rules = match &phase.law {
                Law::Open(rules) => Some(rules),
                Law::Sealed(commitment) => bundle.openings.get(commitment),
            };
            if let Some(rules) = rules {
                tables.push(Arc::clone(&self.law(rules).await?.table));
            }
        }
        Ok(Some(InForce { bundle, fleet, tables, cuts }))
    }

    /// Follows the epoch that this server's own point of enforcement has in force; 0 before the first.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.epoch.subscribe()
    }

    /// Hands a package to this server's own point of enforcement, with the terminals that its bundle names. A bundle that is refused changes
    /// nothing: it is counted, and the log of this server names it.
    ///
    /// # Errors
    /// Why it is refused, or what the disk said.
    pub async fn offer(&self, package: &[u8], now_ns: i64) -> Result<(), OrderError> {
        let mut state = self.state.lock().await;
        let fleet = state.fleet.clone();
        let taken = state.point.offer(package, Some(&fleet), time_of(now_ns));
        let acknowledgement = match taken {
            Ok(acknowledgement) => acknowledgement,
            Err(why) => {
                self.condition.refuse(&why.to_string());
                return Err(why.into());
            }
        };
        fleet::write(&state.fleet_file, &fleet).map_err(|error| OrderError::Files(error.to_string()))?;
        let epoch = state.point.anchor().epoch.0;
        let name = state.point.name().to_owned();
        state.in_force_ns = now_ns;
        drop(state);
        self.epoch.send_replace(epoch);
        self.store.put_acknowledgements(vec![(name, epoch as i64, acknowledgement)]).await?;
        Ok(())
    }
}
