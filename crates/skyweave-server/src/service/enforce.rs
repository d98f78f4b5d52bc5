//! What follows from open incidents, step by step, when it is time for a step.

use super::{NotDone, by_itself};
use crate::store::{Condition, ListQuery, Scope, Store};
use skyweave_control::command::{Command, IncidentCommand};
use skyweave_control::enforcement::Rules;
use skyweave_control::id::{IncidentId, Kind};

/// The name that these events bear.
const ACTOR: &str = "enforcement";
/// Incidents that are read at once.
const PAGE: i64 = 500;

/// Takes the next step of each open incident for which it is time. How many there were.
///
/// # Errors
/// If the store cannot be read or written. Steps before that were taken.
pub async fn advance_all(store: &dyn Store, rules: &Rules, now_ns: i64) -> Result<usize, NotDone> {
    let (mut after, mut steps) = (None, 0);
    loop {
        let kind = Kind::Incident.name();
        let conditions = vec![Condition::Live];
        let query = ListQuery { kind, scope: Scope::All, after: after.take(), limit: PAGE, conditions };
        let page = store.list(&query).await?;
        for id in page.iter().filter_map(|row| row.id.parse::<IncidentId>().ok()) {
            let command = Command::Incident { id, command: IncidentCommand::Advance };
            match by_itself(store, rules, now_ns, ACTOR, command).await {
                Ok(done) => steps += usize::from(done.done.iter().any(|one| !one.events.is_empty())),
                // somebody closed it, or changed it again and again: it is looked at in a minute
                Err(NotDone::Refused(_) | NotDone::Busy) => {}
                Err(error) => return Err(error),
            }
        }
        if (page.len() as i64) < PAGE {
            return Ok(steps);
        }
        after = page.last().map(|row| row.id.clone());
    }
}
