//! The network as it runs: slots are planned ahead of the clock, begin when it is time, and are kept for an hour.
//!
//! | module | what it does |
//! |---|---|
//! | [`clock`] | the network's time: the wall clock, or a replay at some speed |
//! | `stream` | slots one after another, through the hour plans of batch |
//! | `planner` | the thread that plans ahead |
//! | `begin` | lets each slot begin when it is time, and says so |
//! | [`in_force`] | what slots are planned by: a proven bundle before this world |
//! | [`law`] | puts bundles into force that came into force at this server's point of enforcement |
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
//! All of it is generic over the basis of the admission; [`Marker`] chooses it for the service, and nothing else does.

mod ahead;
mod begin;
pub mod clock;
pub mod format;
pub mod in_force;
pub mod kept;
pub mod known;
pub mod law;
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
use in_force::InForce;
use kept::Kept;
use metrics::Metrics;
use skyweave_core::admission::{Basis, Enforced};
use skyweave_core::plan::Slot;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_proof::UtcTime;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use stream::Planned;
use tables::Tables;
use tokio::sync::{Semaphore, watch};

/// How the admission of the live network comes about: from bundles that were proven.
pub type Marker = Enforced;

/// The live network of the service.
pub type Network = Live<Marker>;

/// What-ifs and slots of the time to come at once: each is planned with a thread of its own.
const WHAT_IFS: usize = 1;

/// What a live network is made from.
#[derive(Debug)]
pub struct Setup {
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
    /// Which time it has.
    pub pace: Pace,
    /// Its territories.
    pub territories: Vec<world::Territory>,
    /// Country of each gateway, where known, in the order of the world.
    pub countries: Vec<Option<String>>,
    /// Where telemetry goes as Parquet, too.
    pub tables: Option<PathBuf>,
    /// Where terminals without a name may stand in a cell.
    pub inhabited: law::Inhabited,
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
    /// What slots are planned by; none before the first bundle.
    in_force: RwLock<Option<Arc<InForce<A>>>>,
    inhabited: law::Inhabited,
    /// Held while a slot begins, and while slots that have not begun are withdrawn.
    edge: Mutex<()>,
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
    /// A network that does not run yet. Before something is in force no slot is planned.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let clock = Clock::new(setup.pace);
        Self::with(setup, clock)
    }

    /// The same with other clocks.
    #[must_use]
    pub fn on(setup: Setup, source: Box<dyn Source>) -> Self {
        let clock = Clock::on(setup.pace, source);
        Self::with(setup, clock)
    }
}

impl<A: Basis> Live<A> {
    fn with(setup: Setup, clock: Clock) -> Self {
        let Setup { world, scenario, seed, key, began, pace: _, territories, countries, tables, inhabited } =
            setup;
        Self {
            names: world::Names::of(&world),
            world,
            scenario,
            seed,
            key,
            began,
            territories,
            countries,
            clock,
            kept: Kept::default(),
            metrics: Metrics::default(),
            in_force: RwLock::default(),
            inhabited,
            edge: Mutex::default(),
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

    /// What slots are planned by from now on; none before the first bundle.
    #[must_use]
    pub fn in_force(&self) -> Option<Arc<InForce<A>>> {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has slots planned by something else: those that have not begun are planned again.
    pub fn put_in_force(&self, in_force: InForce<A>) {
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(in_force));
    }

    /// By what a slot was planned, and the time whose law it was; none of slots that are not near the clock.
    #[must_use]
    pub fn planned_by(&self, no: SlotNo) -> Option<(Arc<InForce<A>>, UtcTime)> {
        self.lock_whole().get(&no).map(|planned| (Arc::clone(&planned.by), planned.law))
    }

    /// Where terminals without a name may stand in a cell.
    #[must_use]
    pub const fn inhabited(&self) -> &law::Inhabited {
        &self.inhabited
    }

    /// The time by which orders are in force in a slot: the wall clock's when it begins.
    #[must_use]
    pub fn law_time(&self, no: SlotNo) -> UtcTime {
        UtcTime(self.clock.wall_ns_of(no).max(0) as u64 / 1_000_000_000)
    }

    /// The slot that holds, with everything that was planned with it; those after it are withdrawn.
    fn withdraw(&self) -> Option<Planned<A>> {
        let _edge = self.edge.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = self.lock_whole();
        let Some(held) = self.current() else {
            whole.clear();
            self.kept.forget_from(self.clock.slot());
            return None;
        };
        whole.retain(|no, _| *no <= held);
        let planned = whole.get(&held).cloned()?;
        drop(whole);
        self.kept.forget_from(held.next());
        Some(planned)
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
