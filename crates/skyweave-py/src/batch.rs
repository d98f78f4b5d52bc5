//! Record batches for whoever speaks the Arrow capsule interface: polars, pandas, duckdb, pyarrow. Nothing is copied.

use crate::errors::About;
use arrow::array::{Array, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow::ffi_stream::FFI_ArrowArrayStream;
use miette::miette;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use std::collections::HashMap;

/// A capsule that hands a stream over, once.
pub fn stream_capsule(
    py: Python<'_>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), c"arrow_array_stream")
}

/// A capsule with a schema.
pub fn schema_capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(raised)?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// An error of Arrow itself: too many rows, mostly.
pub fn raised(error: ArrowError) -> PyErr {
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast::<PyErr>() {
            Ok(error) => *error,
            Err(other) => About::Plan.raise(miette!("{other}")),
        },
        other => About::Plan.raise(miette!("{other}")),
    }
}

/// Rows of a table.
#[pyclass(frozen, module = "skyweave")]
pub struct Batch(pub RecordBatch);

#[pymethods]
impl Batch {
    /// The schema, as an Arrow capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.0.schema())
    }

    /// Schema and rows, as Arrow capsules.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // the interface lets a producer give its own schema
        drop(requested_schema);
        let rows = StructArray::from(self.0.clone());
        let (array, _): (FFI_ArrowArray, FFI_ArrowSchema) = to_ffi(&rows.to_data()).map_err(raised)?;
        let schema = schema_capsule(py, &self.0.schema())?;
        let array = PyCapsule::new_with_value(py, array, c"arrow_array")?;
        PyTuple::new(py, [schema, array])
    }

    /// The rows as a stream of one batch, as an Arrow capsule.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let schema = self.0.schema();
        stream_capsule(py, Box::new(RecordBatchIterator::new([Ok(self.0.clone())], schema)))
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// What the table says of where it comes from.
    #[getter]
    fn metadata(&self) -> HashMap<String, String> {
        self.0.schema().metadata().clone()
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<skyweave.Batch: {} rows, {} columns>", self.0.num_rows(), self.0.num_columns())
    }
}
