//! News of the service in the network's stream: what happens to incidents.

use super::Live;
use crate::store::{EventQuery, Store, StoreError, StoredEvent};
use serde_json::json;
use skyweave_core::admission::Basis;
use std::sync::Arc;
use std::time::Duration;

/// How soon what another server stored is heard of.
const LOOK: Duration = Duration::from_secs(5);
/// Events that are read at once.
const AT_ONCE: i64 = 100;

/// Tells what happens from now on, for ever.
pub async fn tell<A: Basis>(live: Arc<Live<A>>, store: Arc<dyn Store>) {
    let mut committed = store.committed();
    let mut after: Option<i64> = None;
    loop {
        committed.borrow_and_update();
        match new_events(&*store, after).await {
            Ok((last, events)) => {
                after = Some(last);
                for event in &events {
                    live.kept.tell("news", words(&live, event));
                }
            }
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!("news have to wait: {error}"),
        }
        if let Ok(Err(_)) = tokio::time::timeout(LOOK, committed.changed()).await {
            return;
        }
    }
}

/// The number of the last event, and the events of incidents after a number; none before anything was asked for.
async fn new_events(store: &dyn Store, after: Option<i64>) -> Result<(i64, Vec<StoredEvent>), StoreError> {
    let Some(after) = after else { return Ok((store.last_event().await?, Vec::new())) };
    let query = EventQuery { kinds: vec!["incident".to_owned()], ..EventQuery::after(after, AT_ONCE) };
    let events = store.events(&query).await?;
    Ok((events.last().map_or(after, |event| event.seq), events))
}

fn words<A: Basis>(live: &Live<A>, event: &StoredEvent) -> String {
    let what = event.name.strip_prefix("incident.").unwrap_or(&event.name).replace('_', " ");
    let slot = live.current().map(|slot| slot.0);
    let text = format!("incident {}: {what}", event.id);
    json!({ "kind": "incident", "slot": slot, "id": event.id, "type": event.name, "text": text }).to_string()
}
