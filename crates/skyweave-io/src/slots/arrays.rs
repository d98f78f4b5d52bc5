//! Lists as columns of one row, and back.

use super::fields::item_field;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, ListArray, PrimitiveArray};
use arrow::buffer::OffsetBuffer;
use arrow::error::ArrowError;
use std::sync::Arc;

/// Values that are all there, as a column of one row that is a list.
pub(super) fn list<T: ArrowPrimitiveType>(
    values: impl Iterator<Item = T::Native>,
) -> Result<ArrayRef, ArrowError> {
    one_row(Arc::new(PrimitiveArray::<T>::from_iter_values(values)), false)
}

/// Values that may be missing, as a column of one row that is a list.
pub(super) fn optional_list<T: ArrowPrimitiveType>(
    values: impl Iterator<Item = Option<T::Native>>,
) -> Result<ArrayRef, ArrowError> {
    one_row(Arc::new(values.collect::<PrimitiveArray<T>>()), true)
}

/// Booleans as a column of one row that is a list.
pub(super) fn bool_list(values: &[bool]) -> Result<ArrayRef, ArrowError> {
    one_row(Arc::new(BooleanArray::from(values.to_vec())), false)
}

/// Lists as a column of one row that is a list of them; `values` has the items of all, one list after the other.
pub(super) fn nested(
    values: ArrayRef,
    lengths: impl Iterator<Item = usize>,
    nullable: bool,
) -> Result<ArrayRef, ArrowError> {
    let item = Arc::new(item_field(values.data_type().clone(), nullable));
    let inner = ListArray::try_new(item, OffsetBuffer::from_lengths(lengths), values, None)?;
    one_row(Arc::new(inner), false)
}

fn one_row(values: ArrayRef, nullable: bool) -> Result<ArrayRef, ArrowError> {
    let item = Arc::new(item_field(values.data_type().clone(), nullable));
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    Ok(Arc::new(ListArray::try_new(item, offsets, values, None)?))
}

/// The list in the only row of a column.
pub(super) fn only_list(column: &ArrayRef) -> Option<ArrayRef> {
    let lists = column.as_list_opt::<i32>()?;
    (lists.len() == 1).then(|| lists.value(0))
}

/// The values of an array, if it has this type and none is missing.
pub(super) fn values<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<Vec<T::Native>> {
    let array = array.as_primitive_opt::<T>()?;
    (array.null_count() == 0).then(|| array.values().to_vec())
}

/// The values of an array, if it has this type.
pub(super) fn optional_values<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<Vec<Option<T::Native>>> {
    Some(array.as_primitive_opt::<T>()?.iter().collect())
}
