//! A session, and the batches of a query.

use crate::QueryError;
use crate::function;
use crate::results;
use crate::scenario::{ScenarioFile, Worlds};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::path::Path;
use std::sync::Arc;

/// What sorts and groups may hold at a time, bytes, before they go to disk. The planner's own memory is that of an hour a thread.
const MEMORY_BYTES: usize = 2 << 30;

/// Tables and functions that queries may name.
pub struct Session {
    context: SessionContext,
    tables: Vec<String>,
}

impl Session {
    /// A session on this machine: the tables of a run, and functions over a scenario.
    ///
    /// # Errors
    /// The folder holds no run.
    pub fn local(
        worlds: &Arc<Worlds>,
        run: Option<&Path>,
        scenario: Option<&ScenarioFile>,
    ) -> Result<Self, QueryError> {
        let memory = Arc::new(FairSpillPool::new(MEMORY_BYTES));
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(memory).build_arc();
        let runtime = runtime.map_err(|error| QueryError::of(&error, &[]))?;
        let state = SessionStateBuilder::new()
            .with_config(configured(SessionConfig::new(), worlds.threads()))
            .with_runtime_env(runtime)
            .with_default_features()
            .build();
        // files can be named too: FROM 'rows.parquet'
        let context = SessionContext::new_with_state(state).enable_url_table();
        Self::over(context, worlds, run, scenario, false)
    }

    /// The tables and functions in a context that is there. `spread` is true if hours are to be planned by whoever is free.
    pub(crate) fn over(
        context: SessionContext,
        worlds: &Arc<Worlds>,
        run: Option<&Path>,
        scenario: Option<&ScenarioFile>,
        spread: bool,
    ) -> Result<Self, QueryError> {
        function::register(&context, worlds, scenario, spread);
        let tables = run.map(|folder| results::register(&context, folder)).transpose()?.unwrap_or_default();
        Ok(Self { context, tables })
    }

    /// Plans a query and begins it. Nothing is computed before the stream is read, and not much more than is read.
    ///
    /// # Errors
    /// It is no SQL, no query, or names what is not there.
    pub async fn query(&self, sql: &str) -> Result<SendableRecordBatchStream, QueryError> {
        let only_queries =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let begun = async { self.context.sql_with_options(sql, only_queries).await?.execute_stream().await };
        begun.await.map_err(|error| self.error(&error))
    }

    /// What went wrong while a stream was read, in our words.
    #[must_use]
    pub fn error(&self, error: &datafusion::error::DataFusionError) -> QueryError {
        QueryError::of(error, &self.tables)
    }

    /// The context, for programs that have more to ask of DataFusion.
    #[must_use]
    pub const fn context(&self) -> &SessionContext {
        &self.context
    }
}

/// The settings of every session.
pub(crate) fn configured(config: SessionConfig, partitions: usize) -> SessionConfig {
    config.with_target_partitions(partitions.max(1)).with_information_schema(true)
}
