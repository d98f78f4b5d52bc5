//! How our tables and plans travel: as JSON with the version of who sent them, beside Ballista's own.

use super::fault::FaultExec;
use super::hours::{Hours, HoursTable};
use super::write::WriteExec;
use crate::exec::PlannerExec;
use crate::request::Request;
use crate::scenario::Worlds;
use crate::table::PlannerTable;
use arrow::datatypes::SchemaRef;
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{AggregateUDF, Extension, LogicalPlan, ScalarUDF, WindowUDF};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What our bytes begin with; no message of Ballista's does.
const MARK: &[u8] = b"skyweave\n";

/// A plan of ours.
#[derive(Debug, Serialize, Deserialize)]
enum Plan {
    Request(Request),
    Hours(Hours),
}

/// A plan that travels.
#[derive(Debug, Serialize, Deserialize)]
struct Parcel<T> {
    version: String,
    plan: T,
}

/// The codecs of a process: the same on clients, schedulers and executors.
#[derive(Debug)]
pub(crate) struct Codec {
    version: String,
    worlds: Arc<Worlds>,
    /// Where hours of runs grow until they are whole.
    scratch: PathBuf,
    logical: BallistaLogicalExtensionCodec,
    physical: BallistaPhysicalExtensionCodec,
}

impl Codec {
    pub fn new(worlds: Arc<Worlds>, version: &str, scratch: PathBuf) -> Arc<Self> {
        let (logical, physical) =
            (BallistaLogicalExtensionCodec::default(), BallistaPhysicalExtensionCodec::default());
        Arc::new(Self { version: version.to_owned(), worlds, scratch, logical, physical })
    }

    fn pack(&self, plan: Plan, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.extend_from_slice(MARK);
        let parcel = Parcel { version: self.version.clone(), plan };
        serde_json::to_writer(buffer, &parcel).map_err(|error| DataFusionError::External(Box::new(error)))
    }

    /// A plan of ours; why it cannot be one here; nothing if it is not ours.
    fn unpack(&self, buffer: &[u8]) -> Option<Result<Plan, String>> {
        let text = buffer.strip_prefix(MARK)?;
        let opened =
            serde_json::from_slice::<Parcel<serde_json::Value>>(text).map_err(|error| error.to_string());
        Some(opened.and_then(|parcel| {
            if parcel.version != self.version {
                return Err(format!(
                    "versions differ: this process is Skyweave {}, and the plan comes from {}; run one version everywhere",
                    self.version, parcel.version
                ));
            }
            serde_json::from_value(parcel.plan).map_err(|error| error.to_string())
        }))
    }
}

impl LogicalExtensionCodec for Codec {
    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], ctx: &TaskContext) -> Result<Extension> {
        self.logical.try_decode(buf, inputs, ctx)
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()> {
        self.logical.try_encode(node, buf)
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table_ref: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        match self.unpack(buf) {
            None => self.logical.try_decode_table_provider(buf, table_ref, schema, ctx),
            Some(Ok(Plan::Request(request))) => {
                Ok(Arc::new(PlannerTable::new(request, Arc::clone(&self.worlds))))
            }
            Some(Ok(Plan::Hours(hours))) => Ok(Arc::new(HoursTable::new(hours, Arc::clone(&self.worlds)))),
            Some(Err(what)) => Err(super::fault::say(format!("the scheduler refuses the job: {what}"))),
        }
    }

    fn try_encode_table_provider(
        &self,
        table_ref: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()> {
        let any: &dyn std::any::Any = node.as_ref();
        if let Some(table) = any.downcast_ref::<PlannerTable>() {
            return self.pack(Plan::Request(table.request().clone()), buf);
        }
        if let Some(table) = any.downcast_ref::<HoursTable>() {
            return self.pack(Plan::Hours(table.hours().clone()), buf);
        }
        self.logical.try_encode_table_provider(table_ref, node, buf)
    }

    fn try_decode_file_format(&self, buf: &[u8], ctx: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.logical.try_decode_file_format(buf, ctx)
    }

    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.logical.try_encode_file_format(buf, node)
    }

    fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Result<Arc<ScalarUDF>> {
        self.logical.try_decode_udf(name, buf)
    }

    fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.logical.try_encode_udf(node, buf)
    }

    fn try_decode_udaf(&self, name: &str, buf: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.logical.try_decode_udaf(name, buf)
    }

    fn try_encode_udaf(&self, node: &AggregateUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.logical.try_encode_udaf(node, buf)
    }

    fn try_decode_udwf(&self, name: &str, buf: &[u8]) -> Result<Arc<WindowUDF>> {
        self.logical.try_decode_udwf(name, buf)
    }

    fn try_encode_udwf(&self, node: &WindowUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.logical.try_encode_udwf(node, buf)
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        proto_converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(plan) = self.unpack(buf) else {
            return self.physical.try_decode(buf, inputs, ctx, proto_converter);
        };
        let [list] = inputs else {
            return Err(DataFusionError::Internal("a plan of ours stands above one list of work".to_owned()));
        };
        let (list, worlds) = (Arc::clone(list), Arc::clone(&self.worlds));
        Ok(match plan {
            Ok(Plan::Request(request)) => Arc::new(PlannerExec::new(request, worlds, list)),
            Ok(Plan::Hours(hours)) => Arc::new(WriteExec::new(hours, worlds, self.scratch.clone(), list)),
            Err(what) => Arc::new(FaultExec::new(format!("an executor refuses the job: {what}"), list)),
        })
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        proto_converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        if let Some(planner) = node.downcast_ref::<PlannerExec>() {
            return self.pack(Plan::Request(planner.request().clone()), buf);
        }
        if let Some(writer) = node.downcast_ref::<WriteExec>() {
            return self.pack(Plan::Hours(writer.hours().clone()), buf);
        }
        self.physical.try_encode(node, buf, proto_converter)
    }

    fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Result<Arc<ScalarUDF>> {
        self.physical.try_decode_udf(name, buf)
    }

    fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.physical.try_encode_udf(node, buf)
    }

    fn try_decode_udaf(&self, name: &str, buf: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.physical.try_decode_udaf(name, buf)
    }

    fn try_encode_udaf(&self, node: &AggregateUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.physical.try_encode_udaf(node, buf)
    }

    fn try_decode_udwf(&self, name: &str, buf: &[u8]) -> Result<Arc<WindowUDF>> {
        self.physical.try_decode_udwf(name, buf)
    }

    fn try_encode_udwf(&self, node: &WindowUDF, buf: &mut Vec<u8>) -> Result<()> {
        self.physical.try_encode_udwf(node, buf)
    }
}
