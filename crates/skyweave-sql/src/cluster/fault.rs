//! Words of ours that cross Ballista, which wraps errors into several layers of text; and a plan that says them when it is run.

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use std::fmt;
use std::sync::Arc;

const BEGIN: &str = "<<skyweave: ";
const END: &str = ">>";

/// An error whose words are found again by [`find`].
pub(crate) fn say(what: impl fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("{BEGIN}{what}{END}"))
}

/// The words within a text.
pub(crate) fn find(text: &str) -> Option<&str> {
    let rest = &text[text.find(BEGIN)? + BEGIN.len()..];
    Some(&rest[..rest.find(END)?])
}

/// A plan that cannot be run: an executor that could not read it would else drop the task, and nobody would hear why.
#[derive(Debug)]
pub(crate) struct FaultExec {
    what: String,
    input: Arc<dyn ExecutionPlan>,
}

impl FaultExec {
    pub const fn new(what: String, input: Arc<dyn ExecutionPlan>) -> Self {
        Self { what, input }
    }
}

impl DisplayAs for FaultExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultExec: {}", self.what)
    }
}

impl ExecutionPlan for FaultExec {
    fn name(&self) -> &'static str {
        "FaultExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| Arc::clone(&self.input));
        Ok(Arc::new(Self::new(self.what.clone(), input)))
    }

    fn execute(&self, _partition: usize, _context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        Err(say(&self.what))
    }
}
