//! The server itself: it listens, keeps slow and greedy clients in bounds, sweeps up, and ends in order.

use crate::api::auth::{Role, new_client};
use crate::api::{
    Api, Codes, Limits, Page, TELEMETRY_KEPT_S, Targets, deliver, new_code, note_of_client, router,
};
use crate::clock::{SECOND_NS, now_ns};
use crate::live::known::learn;
use crate::live::{Network, lead};
use crate::orders::{Foresee, OrderError, Orders, Setup, SetupError};
use crate::service::{Laws, NotDone, advance_all};
use crate::stall::Stalling;
use crate::store::{self, Horizon, LivePlace, Scope, Store, StoreError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// Most bytes of a request's head.
const HEAD_BYTES: usize = 32 << 10;
/// How long requests that are under way may take once the server shall stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often old things are forgotten.
const SWEEP: Duration = Duration::from_mins(1);
/// How often open incidents are looked at for what follows from them.
const ENFORCE: Duration = Duration::from_mins(1);
/// How long the log waits for something to happen before it looks at what is due.
const PUBLISH: Duration = Duration::from_secs(1);
const HOUR_NS: i64 = 3_600 * SECOND_NS;
const DAY_NS: i64 = 24 * HOUR_NS;

/// How the server is started.
#[derive(Clone)]
pub struct Options {
    /// Where everything is kept: `sqlite:FILE` or `postgres://...`.
    pub store: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What is too much.
    pub limits: Limits,
    /// Where webhooks may lead.
    pub targets: Targets,
    /// The folder with the files of borders that territories may be parts of.
    pub borders: Option<PathBuf>,
    /// The folder of the log, if this server has one: genesis, keys, public files.
    pub log: Option<PathBuf>,
    /// Who plans with and without an order.
    pub foresee: Option<Arc<dyn Foresee>>,
    /// Plan and do nothing else: no service, no page.
    pub planner_alone: bool,
    /// Where other servers on the store reach this one when it plans; where it listens, if left out.
    pub url: Option<String>,
    /// Make an administrator even if there are clients already: for those who lost the first one's secret.
    pub new_administrator: bool,
}

/// Why it does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of borders.
    #[error(
        "{folder}: files of borders cannot be read: {problem}; give another folder with --borders, or none"
    )]
    Borders {
        /// Which.
        folder: String,
        /// What the system said.
        problem: String,
    },
    /// The folder of the log.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The log itself.
    #[error("the log: {0}")]
    Log(#[from] OrderError),
    /// The port is another program's.
    #[error("{address} is taken by another program; stop that one, or choose another address with --listen")]
    Taken {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// It may not, or cannot, listen there.
    #[error("cannot listen on {address}: {problem}; choose another address with --listen")]
    Deaf {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        problem: String,
    },
}

/// The credential that the first start makes, or another one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// The client's id.
    pub client_id: String,
    /// Its secret, which is not kept.
    pub client_secret: String,
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    store: Arc<dyn Store>,
    limits: Limits,
    targets: Targets,
    laws: Laws,
    live: Option<Arc<Network>>,
    page: Page,
    codes: Arc<Codes>,
    orders: Option<Arc<Orders>>,
    planner_alone: bool,
    url: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The credential that was made because there was none, or because it was asked for.
    pub administrator: Option<Administrator>,
}

impl Server {
    /// Opens the store and listens.
    ///
    /// # Errors
    /// If the store cannot be opened, or the address is taken.
    pub async fn start(options: Options) -> Result<Self, ServeError> {
        // before the store is touched: a second start of the same server must say that, and not speak of locks
        let listener = TcpListener::bind(options.listen).await.map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => ServeError::Taken { address: options.listen },
            _ => ServeError::Deaf { address: options.listen, problem: error.to_string() },
        })?;
        let address = listener.local_addr().unwrap_or(options.listen);
        let laws = match &options.borders {
            Some(folder) => Laws::with_borders(folder).map_err(|error| ServeError::Borders {
                folder: folder.display().to_string(),
                problem: error.to_string(),
            })?,
            None => Laws::default(),
        };
        let store = store::open(&options.store, now_ns()).await?;
        let administrator = if options.planner_alone {
            None
        } else {
            administrator(&*store, options.new_administrator).await?
        };
        let Options { limits, targets, log, foresee, planner_alone, url, .. } = options;
        let url = url.unwrap_or_else(|| format!("http://{address}"));
        let orders = match log {
            Some(folder) => Some(Arc::new(open_log(&folder, &laws, (&store, foresee)).await?)),
            None => None,
        };
        let (live, page, codes) = (None, Page::default(), Arc::default());
        Ok(Self {
            listener,
            store,
            limits,
            targets,
            laws,
            live,
            page,
            codes,
            orders,
            planner_alone,
            url,
            address,
            administrator,
        })
    }

    /// The same with a network that runs as long as it does.
    #[must_use]
    pub fn with_live(mut self, live: Arc<Network>) -> Self {
        self.live = Some(live);
        self
    }

    /// The same with the page from elsewhere.
    #[must_use]
    pub fn with_page(mut self, page: Page) -> Self {
        self.page = page;
        self
    }

    /// A link that signs a browser in, once.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn sign_in_link(&self) -> Result<String, StoreError> {
        let code = new_code(&self.codes, &*self.store).await?;
        Ok(format!("http://{}/sign-in?code={code}", self.address))
    }

    /// Where the network of a key was when it was last seen.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn live_place(&self, key: &str) -> Result<Option<LivePlace>, StoreError> {
        self.store.live_place(key).await
    }

    /// Serves until `stop` is done; then ends what is under way, and closes the store.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let (stopping, stopped) = watch::channel(false);
        let mut api = Api::new(Arc::clone(&self.store), self.limits.clone(), self.targets, stopped.clone());
        api.live = self.live.clone();
        api.page = self.page;
        api.codes = self.codes;
        api.planner_alone = self.planner_alone;
        let api = Arc::new(api.with_laws(self.laws).with_orders(self.orders));
        let leading =
            self.live.map(|live| tokio::spawn(lead(live, Arc::clone(&self.store), self.url, stopped)));
        let mut always = vec![tokio::spawn(learn(Arc::clone(&api))), tokio::spawn(publish(Arc::clone(&api)))];
        let serving = (!self.planner_alone).then(|| {
            always.extend([tokio::spawn(sweep(Arc::clone(&api))), tokio::spawn(enforce(Arc::clone(&api)))]);
            tokio::spawn(deliver(Arc::clone(&api)))
        });
        tokio::pin!(stop);
        let connections = listen(&self.listener, &api, &self.limits, &mut stop).await;
        drop(self.listener);
        // nobody may be listening, and then nobody needs to know
        let _ = stopping.send(true);
        if tokio::time::timeout(FAREWELL, connections.shutdown()).await.is_err() {
            tracing::warn!(
                "some requests were still under way after {} s, and are cut off",
                FAREWELL.as_secs()
            );
        }
        if let Some(leading) = leading
            && tokio::time::timeout(FAREWELL, leading).await.is_err()
        {
            tracing::warn!("the planner was in the middle of a slot");
        }
        always.iter().for_each(tokio::task::JoinHandle::abort);
        if let Some(delivering) = serving
            && tokio::time::timeout(FAREWELL, delivering).await.is_err()
        {
            tracing::warn!("a webhook was still being called, and will be called again");
        }
        self.store.close().await;
    }
}

/// Makes a client with all roles of the service if there is no client at all, or if it is wanted.
async fn administrator(store: &dyn Store, wanted: bool) -> Result<Option<Administrator>, StoreError> {
    if !wanted && !store.clients(&Scope::All, "", 1).await?.is_empty() {
        return Ok(None);
    }
    let roles = [Role::Viewer, Role::Operator, Role::Approver];
    let (client, client_secret) = new_client("administrator", &roles, now_ns())?;
    let client_id = client.id.clone();
    let note = note_of_client("client.created", &client, "start of the server", client.created_ns);
    store.put_client(client, note).await?;
    Ok(Some(Administrator { client_id, client_secret }))
}

/// Takes connections until it shall stop.
async fn listen(
    listener: &TcpListener,
    api: &Arc<Api>,
    limits: &Limits,
    stop: &mut (impl Future<Output = ()> + Unpin),
) -> GracefulShutdown {
    let router = router(api);
    let places = Arc::new(Semaphore::new(limits.connections));
    let connections = GracefulShutdown::new();
    // a client that sends nothing at all must not wait for its version to be guessed
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        // slow heads are cut off here, slow bodies by the time that a request may take
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES);
    loop {
        let taken = tokio::select! {
            taken = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (listener.accept().await, place)
            } => taken,
            () = &mut *stop => return connections,
        };
        let (Ok((stream, _)), Ok(place)) = taken else {
            // too many open files, as a rule: others must end first
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // small answers must not wait for more to come
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let stream = TokioIo::new(Stalling::new(stream, limits.write));
        let connection = builder.serve_connection(stream, service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // a client that goes away is no error
            let _ = connection.await;
            drop(place);
        });
    }
}

/// Takes the next steps of enforcement.
async fn enforce(api: Arc<Api>) {
    loop {
        match advance_all(&*api.store, &api.rules, api.now_ns()).await {
            Ok(_) => {}
            Err(NotDone::Store(StoreError::Closed)) => return,
            Err(error) => tracing::warn!("enforcement has to wait: {error}"),
        }
        tokio::time::sleep(ENFORCE).await;
    }
}

/// Opens the log in a folder.
async fn open_log(
    folder: &Path,
    laws: &Laws,
    (store, foresee): (&Arc<dyn Store>, Option<Arc<dyn Foresee>>),
) -> Result<Orders, ServeError> {
    let mut borders = laws.borders().clone();
    if let Ok(files) = Laws::with_borders(&folder.join("borders")) {
        borders.extend(files.borders().clone());
    }
    let setup = Setup::read(folder, &|hash| std::fs::read(borders.get(hash)?).ok())?;
    let orders = Orders::open(setup, Arc::clone(store), foresee, now_ns()).await?;
    Ok(orders.with_borders(borders))
}

/// Publishes the log and what is decided in it: when something came into it, and now and then.
async fn publish(api: Arc<Api>) {
    let Some(orders) = api.orders.clone() else { return };
    loop {
        match orders.tick(api.now_ns()).await {
            Ok(_) => {}
            Err(OrderError::Store(StoreError::Closed)) => return,
            Err(error) => tracing::warn!("the log has to wait: {error}"),
        }
        // what is due without anybody asking: certificates, renewals, what lapsed
        let _ = tokio::time::timeout(PUBLISH, orders.changed.notified()).await;
    }
}

/// Forgets what is old.
async fn sweep(api: Arc<Api>) {
    loop {
        let now_ns = api.now_ns();
        let before = Horizon {
            telemetry_ns: now_ns - TELEMETRY_KEPT_S * SECOND_NS,
            answers_ns: now_ns - DAY_NS,
            tokens_ns: now_ns - HOUR_NS,
            deliveries_ns: now_ns - 7 * DAY_NS,
        };
        match api.store.forget(before).await {
            Ok(()) => {}
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!("old telemetry cannot be removed: {error}"),
        }
        tokio::time::sleep(SWEEP).await;
    }
}
