//! The process that plans.

use super::codec::Codec;
use super::{Address, VERSION};
use crate::QueryError;
use crate::scenario::Worlds;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

/// How an executor behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the scheduler is.
    pub scheduler: Address,
    /// Where it listens for tasks and for those who fetch rows, on two ports: this one and the next. Port 0 takes free ones.
    pub listen: Address,
    /// The name by which others reach it; the address that the scheduler sees if left out.
    pub external_host: Option<String>,
    /// Hours that it plans at a time.
    pub slots: usize,
    /// Where rows wait until they are fetched, and hours grow until they are whole.
    pub work_dir: PathBuf,
    /// Seconds for which it tries to reach a scheduler that is not there yet.
    pub patience_s: u16,
    /// Its version; anything but [`VERSION`] is for tests.
    pub version: String,
}

impl Options {
    /// An executor on this machine.
    #[must_use]
    pub fn of(scheduler: Address) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self {
            scheduler,
            listen: Address { host: "127.0.0.1".to_owned(), port: 0 },
            external_host: None,
            slots: cores,
            work_dir: std::env::temp_dir(),
            patience_s: 30,
            version: VERSION.to_owned(),
        }
    }
}

/// Runs an executor until the process is told to end, or the scheduler is gone.
///
/// # Errors
/// The scheduler cannot be reached, or refuses it; the folder or the address cannot be used.
pub async fn run(worlds: Arc<Worlds>, options: Options) -> Result<(), QueryError> {
    let address = options.listen.resolve()?;
    let (port, grpc_port) = match address.port() {
        0 => free_ports(&options.listen)?,
        port => (port, port.checked_add(1).ok_or_else(|| QueryError::new("there is no port after 65535"))?),
    };
    std::fs::create_dir_all(&options.work_dir).map_err(|error| {
        QueryError::new(format!("cannot make the folder {}: {error}", options.work_dir.display()))
    })?;
    let codec = Codec::new(worlds, &options.version, options.work_dir.clone());
    let config = ExecutorProcessConfig {
        bind_host: address.ip().to_string(),
        external_host: options.external_host,
        port,
        grpc_port,
        scheduler_host: options.scheduler.host.clone(),
        scheduler_port: options.scheduler.port,
        scheduler_connect_timeout_seconds: options.patience_s,
        vcores: options.slots.max(1),
        work_dir: Some(options.work_dir.display().to_string()),
        executor_heartbeat_interval_seconds: HEARTBEAT_S,
        override_logical_codec: Some(codec.clone()),
        override_physical_codec: Some(codec),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await.map_err(|error| {
        QueryError::new(format!("the executor for the scheduler at {} stopped: {error}", options.scheduler))
            .help("see that the scheduler runs there, and is of the same version")
    })
}

/// How often an executor says that it is there, s.
const HEARTBEAT_S: u64 = 3;

/// Two ports that nobody has.
fn free_ports(listen: &Address) -> Result<(u16, u16), QueryError> {
    let take = || TcpListener::bind((listen.host.as_str(), 0));
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    let both = take().and_then(|one| take().and_then(|other| Ok((port(&one)?, port(&other)?))));
    both.map_err(|error| QueryError::new(format!("cannot listen on {}: {error}", listen.host)))
}
