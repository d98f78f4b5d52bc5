//! A session whose queries run on a cluster.

use super::codec::Codec;
use super::{Address, VERSION};
use crate::QueryError;
use crate::query::{self, Session};
use crate::scenario::{ScenarioFile, Worlds};
use ballista::extension::{SessionConfigExt, SessionContextExt};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::path::Path;
use std::sync::Arc;

/// Parts into which groups and joins are cut.
const PARTITIONS: usize = 16;

/// A session on a cluster. Results and scenarios are read by executors, from a folder that all machines share.
///
/// # Errors
/// The scheduler cannot be reached; the folder holds no run.
pub async fn session(
    scheduler: &Address,
    worlds: &Arc<Worlds>,
    run: Option<&Path>,
    scenario: Option<&ScenarioFile>,
) -> Result<Session, QueryError> {
    let context = context(scheduler, worlds).await?;
    Session::over(context, worlds, run, scenario, true)
}

/// A context that hands its plans to a scheduler.
pub(crate) async fn context(scheduler: &Address, worlds: &Arc<Worlds>) -> Result<SessionContext, QueryError> {
    let unreachable = |error: &dyn std::fmt::Display| {
        QueryError::new(format!("cannot reach a scheduler at {scheduler}: {error}"))
            .help("start one with `skyweave cluster scheduler`")
    };
    // Ballista would say it only after the job is encoded, and not where
    let there = tokio::net::TcpStream::connect((scheduler.host.as_str(), scheduler.port)).await;
    drop(there.map_err(|error| unreachable(&error))?);
    let codec = Codec::new(Arc::clone(worlds), VERSION, std::env::temp_dir());
    let config = query::configured(SessionConfig::new_with_ballista(), PARTITIONS)
        .with_ballista_logical_extension_codec(codec.clone())
        .with_ballista_physical_extension_codec(codec);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    let url = format!("df://{scheduler}");
    SessionContext::remote_with_state(&url, state).await.map_err(|error| unreachable(&error))
}
