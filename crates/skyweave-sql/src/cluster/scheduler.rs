//! The process that shares out jobs.

use super::codec::Codec;
use super::{Address, VERSION};
use crate::QueryError;
use crate::scenario::Worlds;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// How a scheduler behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: Address,
    /// An executor that is not heard of for so long is lost, s: others plan what it had.
    pub lost_after_s: u64,
    /// Its version; anything but [`VERSION`] is for tests.
    pub version: String,
}

impl Default for Options {
    fn default() -> Self {
        let listen = Address { host: "127.0.0.1".to_owned(), port: 50_050 };
        Self { listen, lost_after_s: 30, version: VERSION.to_owned() }
    }
}

/// Runs a scheduler until the process ends; `ready` hears where it listens. It reads no scenario and computes nothing.
///
/// # Errors
/// The address cannot be used.
pub async fn run(
    worlds: Arc<Worlds>,
    options: Options,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), QueryError> {
    let failed = |error: &dyn std::fmt::Display| {
        QueryError::new(format!("the scheduler on {} stopped: {error}", options.listen))
    };
    let address = options.listen.resolve()?;
    let listener = TcpListener::bind(address).await;
    let listener =
        listener.map_err(|error| QueryError::new(format!("cannot listen on {}: {error}", options.listen)))?;
    let address = listener.local_addr().map_err(|error| failed(&error))?;
    let codec = Codec::new(worlds, &options.version, std::env::temp_dir());
    let config = SchedulerConfig {
        external_host: options.listen.host.clone(),
        bind_host: address.ip().to_string(),
        bind_port: address.port(),
        // hours take about as long as each other: an even spread is the shortest
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: options.lost_after_s,
        expire_dead_executor_interval_seconds: (options.lost_after_s / 3).max(1),
        no_executors_grace_period_seconds: options.lost_after_s.max(30),
        override_logical_codec: Some(codec.clone()),
        override_physical_codec: Some(codec),
        ..SchedulerConfig::default()
    };
    let config = Arc::new(config);
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|error| failed(&error))?;
    let server = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await;
    let server = server.map_err(|error| failed(&error))?;
    ready(address);
    start_grpc_service_with_listener(listener, server).await.map_err(|error| failed(&error))
}
