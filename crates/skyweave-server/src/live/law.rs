//! Puts bundles into force in the network that came into force at this server's own point of enforcement. What cannot be carried out is refused
//! and said, and the network goes on with what it has; so it does when nobody publishes bundles any more.

use super::Network;
use super::in_force::InForce;
use crate::orders::Orders;
use skyweave_core::mandate::{Holdings, Mandate};
use skyweave_core::service::Point;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How soon something is tried again that could not be carried out.
const AGAIN: Duration = Duration::from_secs(10);

/// Where terminals without a name may stand in a cell, by its H3 index.
pub struct Inhabited(pub Arc<dyn Fn(u64) -> Vec<Point> + Send + Sync>);

impl fmt::Debug for Inhabited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inhabited")
    }
}

/// Follows the point of enforcement, for ever.
pub async fn follow(live: Arc<Network>, orders: Arc<Orders>) {
    let mut epoch = orders.follow();
    loop {
        epoch.borrow_and_update();
        let done = carry_out(&live, &orders).await;
        if let Err(why) = &done {
            orders.condition().refuse(why);
        }
        let changed = match done {
            Ok(()) => epoch.changed().await,
            Err(_) => tokio::time::timeout(AGAIN, epoch.changed()).await.unwrap_or(Ok(())),
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Has the network planned by what is in force here, if that is something else than before.
///
/// # Errors
/// Why it cannot be carried out. The network goes on with what it has.
pub async fn carry_out(live: &Arc<Network>, orders: &Orders) -> Result<(), String> {
    let held = orders.in_force_here().await.map_err(|error| error.to_string())?;
    let Some(held) = held else { return Ok(()) };
    let identity = held.bundle.identity();
    if live.in_force().is_some_and(|now| now.mandate().bundle().identity() == identity) {
        return Ok(());
    }
    let (live, self_witnessed) = (Arc::clone(live), orders.is_self_witnessed());
    // every cell and terminal is looked up
    let looked_up = tokio::task::spawn_blocking(move || {
        let holdings = Holdings { fleet: &held.fleet, tables: &held.tables, inhabited: &*live.inhabited.0 };
        let mandate = Mandate::new(held.bundle, &holdings, &live.world)?;
        live.put_in_force(InForce::new(mandate, held.cuts, self_witnessed));
        Ok::<_, skyweave_core::mandate::NotHeld>(())
    });
    looked_up.await.map_err(|_| "looking it up failed".to_owned())?.map_err(|why| why.to_string())
}
