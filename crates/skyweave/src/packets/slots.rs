//! Slots planned ahead of whoever goes through them.

use skyweave_core::admission::Unsigned;
use skyweave_core::plan::{Slot, Slots};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Slots that are planned ahead of whoever takes them.
const AHEAD: usize = 2;

/// Slots from one on, planned by a thread of its own until nobody wants more.
pub fn ahead(world: &Arc<World>, first: SlotNo) -> Receiver<Arc<Slot<Unsigned>>> {
    let (sender, slots) = sync_channel(AHEAD);
    let mut planned = Slots::from(Arc::clone(world), first);
    thread::spawn(move || while sender.send(planned.next()).is_ok() {});
    slots
}
