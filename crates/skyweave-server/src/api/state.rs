//! What every request needs: the store, the rules, the limits, the time.

use super::forward::Forwarder;
use super::fresh::Fresh;
use super::limit::{Limiter, Rate};
use super::live_stream;
use super::metrics::Requests;
use super::page_files::Page;
use super::sign_in::Codes;
use super::streams::Streams;
use super::turns::Turns;
use super::webhook::Targets;
use crate::clock;
use crate::live::Network;
use crate::orders::Orders;
use crate::service::Laws;
use crate::store::Store;
use skyweave_control::enforcement::Rules;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, watch};

/// What is refused for being too much, too large or too slow.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of each client.
    pub client: Rate,
    /// Of tokens that are given to each client.
    pub logins: Rate,
    /// Of wrong secrets of each client id; those that are too many are answered late.
    pub guesses: Rate,
    /// How late.
    pub guess: Duration,
    /// Of all requests together that come without a good token.
    pub strangers: Rate,
    /// Greatest body, bytes.
    pub body_bytes: usize,
    /// Greatest file to import, bytes.
    pub import_bytes: u64,
    /// How long a request may take, its body included.
    pub request: Duration,
    /// The same for an import.
    pub import: Duration,
    /// How long the body of a request may take that is refused whatever is in it.
    pub refused: Duration,
    /// How long an answer may wait for somebody to read on.
    pub write: Duration,
    /// How long the head of a request may take.
    pub head: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Event streams at once.
    pub streams: usize,
    /// Event streams of one client at once.
    pub client_streams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            client: Rate { per_second: 200.0, burst: 1_000.0 },
            logins: Rate { per_second: 5.0, burst: 100.0 },
            guesses: Rate { per_second: 0.5, burst: 20.0 },
            guess: Duration::from_secs(2),
            strangers: Rate { per_second: 200.0, burst: 1_000.0 },
            body_bytes: 1 << 20,
            import_bytes: 512 << 20,
            request: Duration::from_secs(30),
            import: Duration::from_mins(30),
            refused: Duration::from_secs(5),
            write: Duration::from_secs(30),
            head: Duration::from_secs(10),
            connections: 1_024,
            streams: 256,
            client_streams: 8,
        }
    }
}

/// What every request needs.
pub struct Api {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The rules of enforcement.
    pub rules: Rules,
    /// Decision tables.
    pub laws: Arc<Laws>,
    /// Orders and the public log, if this server has one.
    pub orders: Option<Arc<Orders>>,
    /// What is too much.
    pub limits: Limits,
    /// Where webhooks may lead.
    pub targets: Targets,
    /// Set once the server shall stop: event streams end then.
    pub stopping: watch::Receiver<bool>,
    /// Tokens that are not in the store yet.
    pub fresh: Arc<Fresh>,
    /// Held while positions are taken in.
    pub watching: Turns,
    /// Held while a client is changed.
    pub changing_clients: tokio::sync::Mutex<()>,
    /// Held from the check that the law still compiles until what was checked is done.
    pub lawmaking: tokio::sync::Mutex<()>,
    /// Held while policies or territories are read or compiled.
    pub compiling: Arc<Semaphore>,
    /// The places of event streams.
    pub streams: Streams,
    /// Told when somebody changed a webhook: it may have something to send now.
    pub hooks_changed: Notify,
    /// The live network, if this server has one.
    pub live: Option<Arc<Network>>,
    /// Hands on what is for the server that plans.
    pub forwarder: Forwarder,
    /// Whether this server plans and does nothing else.
    pub planner_alone: bool,
    /// The places of streams of the live network.
    pub live_streams: Streams,
    /// Where the files of the page are.
    pub page: Page,
    /// Links that sign in and were not used yet.
    pub codes: Arc<Codes>,
    /// Requests that were answered.
    pub requests: Requests,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    clients: Mutex<Limiter>,
    logins: Mutex<Limiter>,
    guesses: Mutex<Limiter>,
    strangers: Mutex<Limiter>,
}

impl Api {
    /// Over a store, with the machine's clock.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        limits: Limits,
        targets: Targets,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let clients = Mutex::new(Limiter::new(limits.client));
        let logins = Mutex::new(Limiter::new(limits.logins));
        let guesses = Mutex::new(Limiter::new(limits.guesses));
        let strangers = Mutex::new(Limiter::new(limits.strangers));
        let streams = Streams::new(limits.streams, limits.client_streams);
        Self {
            store,
            rules: Rules::default(),
            laws: Arc::default(),
            orders: None,
            limits,
            targets,
            stopping,
            fresh: Arc::default(),
            watching: Turns::default(),
            changing_clients: tokio::sync::Mutex::default(),
            lawmaking: tokio::sync::Mutex::default(),
            compiling: Arc::new(Semaphore::new(1)),
            streams,
            hooks_changed: Notify::new(),
            live: None,
            forwarder: Forwarder::default(),
            planner_alone: false,
            live_streams: Streams::new(live_stream::MOST, live_stream::MOST),
            page: Page::default(),
            codes: Arc::default(),
            requests: Requests::default(),
            clock: Box::new(clock::now_ns),
            clients,
            logins,
            guesses,
            strangers,
        }
    }

    /// The same with another clock, ns since 1970.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The same with files of borders.
    #[must_use]
    pub fn with_laws(mut self, laws: Laws) -> Self {
        self.laws = Arc::new(laws);
        self
    }

    /// The same with a log.
    #[must_use]
    pub fn with_orders(mut self, orders: Option<Arc<Orders>>) -> Self {
        self.orders = orders;
        self
    }

    /// Now, ns since 1970.
    #[must_use]
    pub fn now_ns(&self) -> i64 {
        (self.clock)()
    }

    /// Counts a request of a client.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub fn take_request(&self, client: &str) -> Result<(), u64> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).take(client, self.now_ns())
    }

    /// Counts a token that is given.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub fn take_login(&self, client: &str) -> Result<(), u64> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner).take(client, self.now_ns())
    }

    /// Counts a wrong secret.
    ///
    /// # Errors
    /// Seconds until the next one is none too many.
    pub fn take_failed_login(&self, client: &str) -> Result<(), u64> {
        self.guesses.lock().unwrap_or_else(PoisonError::into_inner).take(client, self.now_ns())
    }

    /// Counts a request without a good token.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many of all.
    pub fn take_stranger(&self) -> Result<(), u64> {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).take("", self.now_ns())
    }
}
