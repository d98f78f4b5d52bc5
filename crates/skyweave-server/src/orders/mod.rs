//! Orders: from a draft to a proven bundle in force.
//!
//! | module | what it does |
//! |---|---|
//! | this one | the log of this server: opens it, and takes entries by the rules of `skyweave_proof::register` |
//! | [`setup`] | the folder with the genesis and the service's keys |
//! | `laws` | the sources of laws and the tables that they compile to |
//! | `draft` | draws up orders with their previews |
//! | `desk` | proposals and words on them, each a leaf |
//! | `fleet` | every terminal with what lowers its service, from the store |
//! | [`condition`] | what is refused, and what stands in the way of the log |
//! | `in_force` | what this server's own point of enforcement has in force |
//! | `publish` | checkpoints, cosignatures, files; bundles; certificates |
//!
//! Nothing here decides what is in force: a point of enforcement does, from the proof alone. Whoever owns this server, its database and its
//! keys can hold things up and can be seen to; they cannot cut anybody off.

pub mod condition;
mod desk;
mod draft;
mod fleet;
mod in_force;
mod laws;
mod publish;
pub mod setup;

pub use condition::Condition;
pub use desk::Standing;
pub use draft::{DraftError, Foresee};
pub use fleet::fleet_of;
pub use in_force::{Cut, InForce};
pub use laws::Lawful;
pub use publish::Done;
pub use setup::{Setup, SetupError, demonstration};

use crate::clock::{SECOND_NS, seconds};
use crate::log::ask::Witnesses;
use crate::log::point::PointError;
use crate::log::{Folder, Point};
use crate::store::{Leaf, LogChange, Store, StoreError};
use skyweave_proof::UtcTime;
use skyweave_proof::bound::{Fleet, Ledger};
use skyweave_proof::bundle::{BundleEpoch, Package, Points};
use skyweave_proof::document::kind_and_fleet;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::log::excerpt::Excerpt;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::note::Signatory;
use skyweave_proof::log::reader::{Reader, Unreadable};
use skyweave_proof::log::tile::CHECKPOINT;
use skyweave_proof::log::writer::{File, TooLong, Writer};
use skyweave_proof::register::{Refusal, Register, Taken, Trail};
use skyweave_proof::signature::SecretKey;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use thiserror::Error;
use tokio::sync::{Notify, watch};

/// Leaves that are read at once.
const PAGE: i64 = 1_000;

/// Why something did not come into the log.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is too long for a log.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The log's files cannot be read or written.
    #[error("the log's files: {0}")]
    Files(String),
    /// A tile is missing.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The point of enforcement of this server.
    #[error(transparent)]
    Point(#[from] PointError),
    /// There is no such order.
    #[error("there is no order {0}; accepted: the id of one")]
    NoOrder(String),
    /// What was sent is about something else.
    #[error("{0}")]
    Other(String),
}

/// The log of this server, and what it has in force.
pub struct Orders {
    store: Arc<dyn Store>,
    public: Folder,
    genesis: Hash,
    log: Signatory,
    publisher: SecretKey,
    witnesses: Arc<Witnesses>,
    points: Points,
    self_witnessed: bool,
    foresee: RwLock<Option<Arc<dyn Foresee>>>,
    given: RwLock<Option<Fleet>>,
    borders: BTreeMap<String, std::path::PathBuf>,
    laws: Mutex<BTreeMap<Hash, Arc<Lawful>>>,
    state: tokio::sync::Mutex<State>,
    /// Held by whoever publishes: one checkpoint after another.
    publishing: tokio::sync::Mutex<()>,
    /// Told when something came into the log.
    pub changed: Notify,
    epoch: watch::Sender<u64>,
    condition: Condition,
}

/// What the service itself makes of its log.
pub(crate) struct State {
    register: Register,
    trail: Trail,
    writer: Writer,
    /// Files that became full since the last checkpoint.
    full: Vec<File>,
    /// The newest published checkpoint: entries, the note, the witnesses' time.
    published: Option<(u64, String, UtcTime)>,
    point: Point,
    /// The terminals that the last bundle names, and what was lowered.
    fleet: Fleet,
    lowered: Ledger,
    /// When the bundle in force came into force here, ns since 1970, and whether its certificate is in the log.
    in_force_ns: i64,
    converged: BundleEpoch,
    /// Why the terminals of the store are not those in force.
    held_back: Option<String>,
    fleet_file: std::path::PathBuf,
    /// When terminals were compared and states written last, ns since 1970.
    compared_ns: i64,
    compared_event: i64,
    written_ns: i64,
}

impl Orders {
    /// Opens the log: of a new store it is begun with the genesis, else its leaves are read.
    ///
    /// # Errors
    /// The genesis is another than the store's; a leaf, a file or the point's disk is damaged.
    pub async fn open(
        setup: Setup,
        store: Arc<dyn Store>,
        foresee: Option<Arc<dyn Foresee>>,
        now_ns: i64,
    ) -> Result<Self, OrderError> {
        let now = time_of(now_ns);
        let genesis = setup.genesis_id();
        if store.log_size().await? == 0 {
            let leaf = leaf_of(0, setup.genesis.clone(), now_ns);
            let documents = setup.law.documents();
            store.put_log(LogChange { leaves: vec![leaf], documents, ..LogChange::default() }).await?;
        }
        let mut register = Register::open(&setup.genesis, &genesis)?;
        let (mut trail, mut writer, mut full) = (Trail::default(), Writer::default(), Vec::new());
        loop {
            let page = store.leaves(writer.size() as i64, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for leaf in page {
                let index = writer.size();
                if index == 0 && leaf.entry != setup.genesis {
                    return Err(OrderError::Other(
                        "the store has the log of another genesis; give it the folder that it was begun with"
                            .to_owned(),
                    ));
                }
                full.extend(writer.push(&leaf.entry)?);
                match register.take(index, &leaf.entry) {
                    Ok(taken) => trail.note(index, &taken, &register),
                    // whoever put it there wrote into the database: it has no effect, and auditors name it
                    Err(why) => tracing::error!("leaf {index} has no effect: {why}"),
                }
            }
        }
        let policy = register.policy().clone();
        let published = match store.newest_checkpoint().await? {
            None => None,
            Some((size, note)) => {
                let witnessed = policy.verify(note.as_bytes()).map_err(Refusal::from)?;
                Some((size as u64, note, witnessed.time))
            }
        };
        let mut point = Point::open(
            ("service", setup.point.secret()),
            &setup.folder.join("point"),
            (&setup.genesis, &genesis),
            now,
        )?;
        let mut points = setup.points;
        points.0.insert("service".to_owned(), setup.point.secret().public());
        let fleet_file = setup.folder.join("fleet");
        let fleet = match fleet::read(&fleet_file) {
            Some(fleet) => fleet,
            None => fleet_of(&*store).await?,
        };
        if point.bundle().is_some() && !point.remember_fleet(&fleet) {
            tracing::error!("{} has other terminals than the bundle in force", fleet_file.display());
        }
        let lowered = register.held().lowered.clone();
        let epoch = point.anchor().epoch;
        let state = State {
            register,
            trail,
            writer,
            full,
            published,
            point,
            fleet,
            lowered,
            in_force_ns: now_ns,
            converged: epoch,
            held_back: None,
            fleet_file,
            compared_ns: 0,
            compared_event: -1,
            written_ns: 0,
        };
        let public =
            Folder::at(&setup.folder.join("public")).map_err(|e| OrderError::Files(e.to_string()))?;
        let self_witnessed = !setup.here.is_empty();
        let orders = Self {
            store,
            public,
            genesis,
            log: setup.log,
            publisher: setup.publisher.secret(),
            witnesses: Arc::new(Witnesses::of(&policy, setup.here)),
            points,
            self_witnessed,
            foresee: RwLock::new(foresee),
            given: RwLock::default(),
            borders: BTreeMap::new(),
            laws: Mutex::default(),
            state: tokio::sync::Mutex::new(state),
            publishing: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            epoch: watch::Sender::new(epoch.0),
            condition: Condition::default(),
        };
        orders.keep_law(setup.law);
        Ok(orders)
    }

    /// With files of borders, by their SHA-256.
    #[must_use]
    pub fn with_borders(mut self, borders: BTreeMap<String, std::path::PathBuf>) -> Self {
        self.borders = borders;
        self
    }

    /// With these terminals in the place of the store's: for fleets that come from a scenario.
    #[must_use]
    pub fn with_fleet(mut self, fleet: Fleet) -> Self {
        if self.state.get_mut().register.held().bundle.is_none() {
            self.state.get_mut().fleet = fleet.clone();
        }
        self.given = RwLock::new(Some(fleet));
        self
    }

    /// Other terminals than those that were given before.
    pub fn give_fleet(&self, fleet: Fleet) {
        *self.given.write().unwrap_or_else(PoisonError::into_inner) = Some(fleet);
    }

    /// Who plans with and without an order from now on.
    pub fn give_foresight(&self, foresee: Arc<dyn Foresee>) {
        *self.foresee.write().unwrap_or_else(PoisonError::into_inner) = Some(foresee);
    }

    async fn fleet_now(&self) -> Result<Fleet, OrderError> {
        let given = self.given.read().unwrap_or_else(PoisonError::into_inner).clone();
        match given {
            Some(fleet) => Ok(fleet),
            None => Ok(fleet_of(&*self.store).await?),
        }
    }

    /// How the log and its point are, for status and metrics.
    #[must_use]
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// A table, sources, boundary data or a preview, by its name below the log.
    ///
    /// # Errors
    /// The store.
    pub async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, OrderError> {
        Ok(self.store.document(name).await?)
    }

    /// The identity of the genesis: what is pinned wherever something is enforced.
    #[must_use]
    pub const fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Whether witnesses' keys are on this server: then nothing here proves anything to anybody.
    #[must_use]
    pub const fn is_self_witnessed(&self) -> bool {
        self.self_witnessed
    }

    /// The log's files.
    #[must_use]
    pub const fn public(&self) -> &Folder {
        &self.public
    }

    /// Takes an entry into the log with everything that belongs to it, or nothing.
    pub(crate) async fn enter(
        &self,
        state: &mut State,
        entry: Vec<u8>,
        mut change: LogChange,
        now_ns: i64,
    ) -> Result<Taken, OrderError> {
        let index = state.writer.size();
        let mut register = state.register.clone();
        let taken = register.take(index, &entry)?;
        let mut writer = state.writer.clone();
        let full = writer.push(&entry)?;
        change.leaves.push(leaf_of(index as i64, entry, now_ns));
        for approval in &mut change.approvals {
            approval.leaf = index as i64;
        }
        self.store.put_log(change).await?;
        state.trail.note(index, &taken, &register);
        (state.register, state.writer) = (register, writer);
        state.full.extend(full);
        self.changed.notify_one();
        Ok(taken)
    }

    /// What a point of enforcement is handed that has this epoch and this version of the authority: all that leads from there to the newest
    /// published bundle. None if it has that.
    ///
    /// # Errors
    /// The log's files cannot be read.
    pub async fn package(&self, from: BundleEpoch, version: u64) -> Result<Option<Vec<u8>>, OrderError> {
        let state = self.state.lock().await;
        self.package_of(&state, from, version)
    }

    pub(crate) fn package_of(
        &self,
        state: &State,
        from: BundleEpoch,
        version: u64,
    ) -> Result<Option<Vec<u8>>, OrderError> {
        let Some((size, note, _)) = &state.published else { return Ok(None) };
        let mut to = state.register.epoch();
        let indices = loop {
            if to <= from {
                return Ok(None);
            }
            let indices = state.trail.entries(from, version, to);
            // the newest bundle may not be published yet
            match indices.last() {
                Some(last) if last < size => break indices,
                _ => to = BundleEpoch(to.0 - 1),
            }
        };
        let reader = Reader::new(&self.public, *size);
        let excerpt = Excerpt::of(&reader, note.clone(), &indices)?;
        Ok(Some(Package { excerpt, openings: Vec::new() }.to_bytes()))
    }

    /// What is known about the log, for people and programs.
    pub async fn summary(&self) -> Summary {
        let state = self.state.lock().await;
        let held = state.register.held();
        let in_force = state.point.bundle();
        Summary {
            fleet: held.fleet.clone(),
            genesis: self.genesis,
            size: state.writer.size(),
            published: state.published.as_ref().map(|(size, _, time)| (*size, *time)),
            epoch: in_force.map_or(0, |bundle| bundle.epoch.0),
            expires: in_force.map(|bundle| bundle.expires),
            converged: state.converged.0,
            self_witnessed: self.self_witnessed,
            held_back: state.held_back.clone(),
            authority: held.authority.clone(),
        }
    }

    /// Notes what points of enforcement said. Who is none of this fleet, or did not sign, does not count.
    ///
    /// # Errors
    /// The store.
    pub async fn acknowledge(&self, envelopes: Vec<Vec<u8>>) -> Result<(u64, Vec<String>), OrderError> {
        let (mut said, mut not) = (Vec::new(), Vec::new());
        for envelope in envelopes {
            match self.points.verify(&envelope) {
                Ok(one) => said.push((one.point, one.epoch.0 as i64, envelope)),
                Err(why) => not.push(why.to_string()),
            }
        }
        let new = self.store.put_acknowledgements(said).await?;
        self.changed.notify_one();
        Ok((new, not))
    }

    /// The entry of a leaf and the proof that it is in the published log, as C2SP tlog-proof has it.
    ///
    /// # Errors
    /// It is not published yet; the log's files cannot be read.
    pub async fn proof(&self, index: u64) -> Result<(Vec<u8>, String), OrderError> {
        let state = self.state.lock().await;
        let Some((size, note, _)) = state.published.as_ref().filter(|(size, ..)| index < *size) else {
            return Err(OrderError::Other(format!(
                "entry {index} is not published; accepted: a published one"
            )));
        };
        let reader = Reader::new(&self.public, *size);
        let path = reader.prove_inclusion(index, *size)?;
        let entry = reader.entry(index)?;
        let proof = skyweave_proof::log::proof::Proof { extra: None, index, path, checkpoint: note.clone() };
        Ok((entry, proof.to_text()))
    }

    /// The newest checkpoint as it was published.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Vec<u8>> {
        use skyweave_proof::log::reader::Files;
        self.public.read(CHECKPOINT)
    }
}

/// What is known about the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The fleet's name.
    pub fleet: String,
    /// The identity of the genesis.
    pub genesis: Hash,
    /// Entries.
    pub size: u64,
    /// Entries of the newest published checkpoint, and the witnesses' time.
    pub published: Option<(u64, UtcTime)>,
    /// The epoch in force at this server's own point of enforcement; 0 before the first.
    pub epoch: u64,
    /// When its bundle expires.
    pub expires: Option<UtcTime>,
    /// The last epoch that has a certificate of convergence.
    pub converged: u64,
    /// Whether witnesses' keys are on this server.
    pub self_witnessed: bool,
    /// Why the terminals of the store are not those in force.
    pub held_back: Option<String>,
    /// Who may decide.
    pub authority: skyweave_proof::keys::Authority,
}

pub(crate) fn time_of(now_ns: i64) -> UtcTime {
    UtcTime(seconds(now_ns).0.max(0) as u64)
}

fn leaf_of(leaf: i64, entry: Vec<u8>, time_ns: i64) -> Leaf {
    let envelope = Envelope::parse(&entry).ok();
    let kind = envelope.as_ref().and_then(|one| kind_and_fleet(&one.payload_type)).map(|(kind, _)| kind);
    Leaf { leaf, kind: kind.unwrap_or_default().to_owned(), time_ns, entry }
}

pub(crate) const fn ns_of(seconds: u64) -> i64 {
    seconds as i64 * SECOND_NS
}
