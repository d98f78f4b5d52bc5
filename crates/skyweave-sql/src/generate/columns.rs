//! Columns that are made without rows.

use arrow::array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray, StringDictionaryBuilder,
    TimestampMillisecondArray,
};
use arrow::datatypes::{Int32Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use skyweave_core::time::SlotNo;
use skyweave_io::results::UtcMs;
use std::sync::Arc;

/// A batch of as many rows as are said, which may have no column.
pub(crate) fn batch(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// The number of a slot, as often as there are rows.
pub(super) fn slot(no: SlotNo, rows: usize) -> ArrayRef {
    Arc::new(Int64Array::from_value(no.0, rows))
}

/// The time of a slot, as often as there are rows.
pub(super) fn time(no: SlotNo, rows: usize) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_value(UtcMs::of_slot(no).0, rows).with_timezone("UTC"))
}

/// Names by their numbers in a list.
pub(super) fn names(keys: Vec<i32>, all: &Arc<StringArray>) -> Result<ArrayRef, ArrowError> {
    let names: ArrayRef = Arc::<StringArray>::clone(all);
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), names)?))
}

/// A column of texts that recur.
pub(super) fn texts<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for text in texts {
        builder.append_option(text);
    }
    Arc::new(builder.finish())
}
