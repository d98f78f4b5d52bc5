//! The network as it runs: slots are planned ahead of the clock, begin when it is time, and are kept for an hour.
//!
//! | module | what it does |
//! |---|---|
//! | [`clock`] | the network's time: the wall clock, or a replay at some speed |
//! | `stream` | slots one after another, through the hour plans of batch |
//! | `planner` | the thread that plans ahead |
//! | `begin` | lets each slot begin when it is time, and says so |
//! | [`kept`] | the slots that are kept, as bytes, and the events of the stream |
//! | [`mod@format`] | a slot as bytes |
//! | [`terminals`] | what listed terminals get |
//! | [`world`] | what exists, for the page |
//! | [`thing`] | one satellite, gateway, cell or terminal |
//! | [`what_if`] | the current slot planned again with something failed |
//! | `ahead` | slots of the time to come, for whoever asks |
//! | [`outage`] | reasons with their numbers and words |
//! | [`metrics`] | what is counted and measured |
//! | [`known`] | what the service knows of listed terminals |
//! | `lead` | which of several servers plans |
//! | `news` | what happens to incidents, for the stream |
//! | `tables` | telemetry as Parquet |
//! | `record` | telemetry of listed terminals, and where the network is |
//!
//! All of it is generic over the basis of the admission; [`Marker`] and [`admission`] choose it for the service, and nothing else does.

mod ahead;
mod begin;
pub mod clock;
pub mod format;
pub mod kept;
pub mod known;
mod lead;
pub mod metrics;
mod news;
pub mod outage;
mod planner;
mod record;
mod stream;
mod tables;
pub mod terminals;
pub mod thing;
pub mod what_if;
pub mod world;

pub use lead::lead;

use clock::{Clock, Pace, Source};
use kept::Kept;
use metrics::Metrics;
use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan::Slot;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use stream::Planned;
use tables::Tables;
use tokio::sync::{Semaphore, watch};

/// How the admission of the live network comes about. Nobody signs it today, and every output says so.
pub type Marker = Unsigned;

/// Who may be served in a slot of the live network.
#[must_use]
pub fn admission(world: &World, slot: SlotNo) -> Admission<Marker> {
    Admission::declared(world, slot)
}

/// The live network of the service.
pub type Network = Live<Marker>;

/// Gives the admission of a slot.
pub type Admit<A> = dyn Fn(&World, SlotNo) -> Admission<A> + Send + Sync;

/// What-ifs and slots of the time to come at once: each is planned with a thread of its own.
const WHAT_IFS: usize = 1;

/// What a live network is made from.
#[derive(Debug)]
pub struct Setup {
    /// What exists.
    pub world: World,
    /// What the scenario is called.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// By what the store remembers where it was.
    pub key: String,
    /// The slot in which its world begins.
    pub began: SlotNo,
    /// Which time it has.
    pub pace: Pace,
    /// Its territories.
    pub territories: Vec<world::Territory>,
    /// Country of each gateway, where known, in the order of the world.
    pub countries: Vec<Option<String>>,
    /// Where telemetry goes as Parquet, too.
    pub tables: Option<PathBuf>,
}

/// A network that runs.
pub struct Live<A: Basis> {
    /// What exists.
    pub world: Arc<World>,
    /// What the scenario is called.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// By what the store remembers where it was.
    pub key: String,
    /// The slot in which its world begins.
    pub began: SlotNo,
    /// Its territories.
    pub territories: Vec<world::Territory>,
    /// Country of each gateway, where known.
    pub countries: Vec<Option<String>>,
    /// Its time.
    pub clock: Clock,
    /// The slots that are kept.
    pub kept: Kept,
    /// What is counted.
    pub metrics: Metrics,
    admit: Box<Admit<A>>,
    /// Whole slots, each with the one that it was planned from: the current one, and those near it.
    whole: Mutex<BTreeMap<SlotNo, Planned<A>>>,
    leads: AtomicBool,
    /// The current slot; none before the first.
    current: watch::Sender<Option<SlotNo>>,
    /// Changes when a slot was planned.
    planned: watch::Sender<u64>,
    names: world::Names,
    /// By place in the world.
    known: Mutex<Vec<Option<known::Known>>>,
    ahead: Mutex<Option<ahead::Ahead<A>>>,
    asking: Arc<Semaphore>,
    tables: Option<Tables>,
}

impl Network {
    /// A network that does not run yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let clock = Clock::new(setup.pace);
        Self::with(setup, clock, Box::new(admission))
    }

    /// The same with other clocks.
    #[must_use]
    pub fn on(setup: Setup, source: Box<dyn Source>) -> Self {
        let clock = Clock::on(setup.pace, source);
        Self::with(setup, clock, Box::new(admission))
    }
}

impl<A: Basis> Live<A> {
    fn with(setup: Setup, clock: Clock, admit: Box<Admit<A>>) -> Self {
        let Setup { world, scenario, seed, key, began, pace: _, territories, countries, tables } = setup;
        Self {
            names: world::Names::of(&world),
            world: Arc::new(world),
            scenario,
            seed,
            key,
            began,
            territories,
            countries,
            clock,
            kept: Kept::default(),
            metrics: Metrics::default(),
            admit,
            whole: Mutex::default(),
            leads: AtomicBool::new(false),
            current: watch::Sender::new(None),
            planned: watch::Sender::new(0),
            known: Mutex::default(),
            ahead: Mutex::default(),
            asking: Arc::new(Semaphore::new(WHAT_IFS)),
            tables: tables.map(Tables::in_folder),
        }
    }

    /// The slot that holds; none before the first began.
    #[must_use]
    pub fn current(&self) -> Option<SlotNo> {
        *self.current.borrow()
    }

    /// Follows the slot that holds.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Option<SlotNo>> {
        self.current.subscribe()
    }

    /// Waits until the first slot holds.
    pub async fn ready(&self) {
        let mut current = self.follow();
        // the sender lives as long as this
        let _ = current.wait_for(Option::is_some).await;
    }

    /// Whether this server plans, and not another one on the same store.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.leads.load(Ordering::Relaxed)
    }

    /// A slot with everything that is in it: the current one, or one near it.
    #[must_use]
    pub fn whole(&self, no: SlotNo) -> Option<Arc<Slot<A>>> {
        self.lock_whole().get(&no).map(|planned| Arc::clone(&planned.slot))
    }

    /// The slot that a slot was planned from.
    #[must_use]
    pub fn before(&self, no: SlotNo) -> Option<Arc<Slot<A>>> {
        self.lock_whole().get(&no)?.before.clone()
    }

    /// The names of things, and their places in the world.
    #[must_use]
    pub const fn names(&self) -> &world::Names {
        &self.names
    }

    fn lock_whole(&self) -> std::sync::MutexGuard<'_, BTreeMap<SlotNo, Planned<A>>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was planned for times that are not near the clock any more.
    fn forget(&self) {
        self.lock_whole().clear();
        self.current.send_replace(None);
    }
}
