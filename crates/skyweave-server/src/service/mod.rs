//! Between what is asked and what is stored: fetch what a decision needs, decide, and commit what it comes to.

mod books;
mod carry_out;
mod enforce;
mod index;
mod judge;
mod law;
mod many;
mod members;
mod preview;
mod remedies;
mod search;
mod standing;
mod verify;
mod view;
mod watch;

pub use books::as_it_was;
pub use carry_out::{CarriedOut, Done, NotDone, Request, Work, by_itself, carry_out};
pub use enforce::advance_all;
pub use index::{about, own_account, row};
pub use judge::{Circumstances, NamedPolicy, Verdict, Would, judge};
pub use law::{GOES_ON, Law, Lawless, Laws, NO_LAW, USE_CLASSES, definition};
pub use many::{BulkDone, BulkOrder, ImportOrder, NotImported, bulk, import};
pub use preview::{Unpreviewed, preview};
pub use search::of_filter;
pub use standing::{Standing, When, standing};
pub use verify::{Difference, Verified, rebuild, verify};
pub use watch::{TakenIn, Watchman};

use crate::clock::seconds;
use crate::store::StoredEvent;
use skyweave_control::event::{Event, Payload};

/// An event as it was stored, as an event of the model.
///
/// # Errors
/// If this program does not understand it.
pub fn event_of(stored: &StoredEvent) -> serde_json::Result<Event> {
    let payload: serde_json::Value = serde_json::from_str(&stored.payload)?;
    serde_json::from_value(serde_json::json!({
        "id": stored.id,
        "version": stored.version,
        "at_s": seconds(stored.time_ns),
        "actor": stored.actor,
        "payload": payload,
    }))
}

/// The payload of an event as it is stored: what happened, such as `terminal.attached`, and its JSON.
pub(crate) fn payload_of(payload: &Payload) -> serde_json::Result<(String, String)> {
    let value = serde_json::to_value(payload)?;
    let name = value["type"].as_str().unwrap_or_default().to_owned();
    Ok((name, value.to_string()))
}
