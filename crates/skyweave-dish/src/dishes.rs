//! Many dishes, fed slot by slot: what a live loop holds.
//!
//! A loop calls [`Dishes::slot_began`] when a slot begins, and servers ask the same dishes meanwhile.

use crate::dish::{Dish, Identity};
use crate::holding::Holding;
use skyweave_core::access::GpsNs;
use skyweave_core::admission::Basis;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::Slot;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;
use skyweave_core::world::{Motion, World};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the ids of virtual dishes begin with.
const PREFIX: &str = "ut-skyweave-";

/// How the dishes of a network are.
#[derive(Debug, Clone)]
pub struct Make {
    /// The software that they say they run.
    pub software_version: String,
    /// How long they boot, ns.
    pub boot_ns: i64,
    /// True if they tell where they are before anybody has set that.
    pub tells_location: bool,
}

/// A dish that a live loop and servers share.
#[derive(Debug, Clone)]
pub struct SharedDish(Arc<Mutex<Dish>>);

impl SharedDish {
    /// The dish for others to share.
    #[must_use]
    pub fn new(dish: Dish) -> Self {
        Self(Arc::new(Mutex::new(dish)))
    }

    /// The dish, for as long as this is held.
    pub fn lock(&self) -> MutexGuard<'_, Dish> {
        // whoever panicked left it as it was between two questions
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The dishes of listed terminals.
#[derive(Debug)]
pub struct Dishes {
    world: Arc<World>,
    all: BTreeMap<TerminalId, SharedDish>,
    by_name: BTreeMap<String, TerminalId>,
}

impl Dishes {
    /// Dishes of these terminals, which have just booted.
    #[must_use]
    pub fn new(world: &Arc<World>, terminals: &[TerminalId], make: &Make, now: GpsNs) -> Self {
        let dish = |&terminal: &TerminalId| {
            let listed = &world.terminals[terminal.index()];
            let identity = Identity {
                id: id(&listed.name),
                software_version: make.software_version.clone(),
                moves: matches!(listed.motion, Motion::Track(_)),
                mask: listed.mask.clone(),
                boot_ns: make.boot_ns,
                tells_location: make.tells_location,
            };
            (terminal, SharedDish::new(Dish::new(identity, now)))
        };
        let name = |terminal: &TerminalId| (world.terminals[terminal.index()].name.clone(), *terminal);
        let by_name = terminals.iter().map(name).collect();
        Self { world: Arc::clone(world), all: terminals.iter().map(dish).collect(), by_name }
    }

    /// Tells every dish what holds from the beginning of a slot on.
    pub fn slot_began<A: Basis>(&self, slot: &Slot<A>) {
        self.slot_began_under(slot, |_| None);
    }

    /// The same where a service refuses terminals that the slot knows nothing of: their dishes say so.
    pub fn slot_began_under<A: Basis>(
        &self,
        slot: &Slot<A>,
        refused: impl Fn(TerminalId) -> Option<RefusalCode>,
    ) {
        for (&terminal, dish) in &self.all {
            let mut holding = Holding::of(&self.world, slot, terminal);
            if let Some(code) = refused(terminal)
                && !matches!(holding.outcome, Err(Outage::NotAdmitted(_) | Outage::NoPower))
            {
                holding = holding.refused(code);
            }
            dish.lock().slot_began(holding);
        }
    }

    /// Tells every dish that the clock was set back.
    pub fn clock_was_set(&self, now: GpsNs) {
        self.all.values().for_each(|dish| dish.lock().clock_was_set(now));
    }

    /// The dish that calls itself this, or that of the terminal of this name.
    #[must_use]
    pub fn called(&self, name: &str) -> Option<SharedDish> {
        let terminal = self.by_name.get(name.strip_prefix(PREFIX).unwrap_or(name))?;
        self.dish(*terminal)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The dish of a terminal.
    #[must_use]
    pub fn dish(&self, terminal: TerminalId) -> Option<SharedDish> {
        self.all.get(&terminal).cloned()
    }
}

/// What the dish of a terminal calls itself.
#[must_use]
pub fn id(terminal: &str) -> String {
    format!("{PREFIX}{terminal}")
}
