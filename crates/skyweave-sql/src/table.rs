//! A call of a table function as a table, and what of a query it takes in.

use crate::exec::PlannerExec;
use crate::filter;
use crate::request::Request;
use crate::scenario::Worlds;
use crate::work;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use std::sync::Arc;

/// A table that is planned when it is read.
#[derive(Debug)]
pub(crate) struct PlannerTable {
    request: Request,
    worlds: Arc<Worlds>,
}

impl PlannerTable {
    pub const fn new(request: Request, worlds: Arc<Worlds>) -> Self {
        Self { request, worlds }
    }

    /// What was asked for, before a query narrows it.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only what travels is taken apart"))]
    pub const fn request(&self) -> &Request {
        &self.request
    }
}

#[async_trait]
impl TableProvider for PlannerTable {
    fn schema(&self) -> SchemaRef {
        self.request.function.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut request = self.request.clone();
        for condition in filters {
            filter::take(&mut request, condition);
        }
        request.columns = projection.cloned();
        request.fetch = limit;
        let work = work::list(&request, state.config().target_partitions())?;
        Ok(Arc::new(PlannerExec::new(request, Arc::clone(&self.worlds), work)))
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let answer = |condition: &&Expr| {
            if filter::can_take(&self.request, condition) {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Unsupported
            }
        };
        Ok(filters.iter().map(answer).collect())
    }
}
