//! The hours of a run that are still to be planned, as a table: reading it plans them.

use super::write::WriteExec;
use crate::scenario::{ScenarioFile, Worlds};
use crate::work;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use serde::{Deserialize, Serialize};
use skyweave_core::time::UtcHour;
use skyweave_io::results::{Format, Table};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Hours of a run, and where their files go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The scenario.
    pub scenario: ScenarioFile,
    /// The folder of the run, which all machines share.
    pub folder: PathBuf,
    /// Format of the tables.
    pub format: Format,
    /// The tables.
    pub tables: BTreeSet<Table>,
    /// The hours, counted as [`UtcHour`] does.
    pub hours: Vec<i64>,
}

/// One row an hour that was planned.
pub(crate) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("hour", DataType::Int64, false),
        Field::new("files", DataType::UInt32, false),
        Field::new("bytes", DataType::Int64, false),
        Field::new("seconds", DataType::Float64, false),
    ]))
}

/// The table.
#[derive(Debug)]
pub(crate) struct HoursTable {
    hours: Hours,
    worlds: Arc<Worlds>,
}

impl HoursTable {
    pub const fn new(hours: Hours, worlds: Arc<Worlds>) -> Self {
        Self { hours, worlds }
    }

    pub const fn hours(&self) -> &Hours {
        &self.hours
    }
}

#[async_trait]
impl TableProvider for HoursTable {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if projection.is_some_and(|columns| !columns.iter().copied().eq(0..schema().fields().len())) {
            return datafusion::common::not_impl_err!("the hours of a run are read with all columns");
        }
        let hours: Vec<UtcHour> = self.hours.hours.iter().copied().map(UtcHour).collect();
        let list = work::of_hours(&hours, hours.len())?;
        // where the plan is made nobody writes: an executor puts in its own folder
        Ok(Arc::new(WriteExec::new(self.hours.clone(), Arc::clone(&self.worlds), std::env::temp_dir(), list)))
    }
}
