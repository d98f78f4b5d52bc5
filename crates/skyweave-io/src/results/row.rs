//! A table as a type: one struct, from which its columns, its schema, its writing and its reading follow.

use super::column::Column;
use super::table::Table;
use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;

/// A row of any table, as columns.
pub trait Record: Sized {
    /// What the table holds, in prose.
    const ABOUT: &'static str;
    /// The columns, in their order.
    const COLUMNS: &'static [Column];

    /// The columns of some rows.
    fn arrays(rows: &[Self]) -> Vec<ArrayRef>;
}

/// A row of a table of a run.
pub trait Row: Record + Send + 'static {
    /// The table.
    const TABLE: Table;

    /// The rows of a batch that has at least these columns.
    ///
    /// # Errors
    /// The name of the first column that is missing, has another type or lacks values.
    fn decode(batch: &RecordBatch) -> Result<Vec<Self>, &'static str>;
}

/// Declares a row: documentation of the struct and its fields is what the pages say of the table and its columns.
macro_rules! record {
    (
        $(#[doc = $about:literal])+
        $row:ident {
            $($(#[doc = $meaning:literal])+ $column:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $row {
            $($(#[doc = $meaning])+ pub $column: $type,)+
        }

        impl $crate::results::Record for $row {
            const ABOUT: &'static str = concat!($($about),+);
            const COLUMNS: &'static [Column] = &[$(Column {
                name: stringify!($column),
                kind: <$type as Value>::KIND,
                nullable: <$type as Value>::NULLABLE,
                meaning: concat!($($meaning),+),
            }),+];

            fn arrays(rows: &[Self]) -> Vec<ArrayRef> {
                vec![$(<$type as Value>::array(&mut rows.iter().map(|row| &row.$column))),+]
            }
        }
    };
}

/// Declares a table of a run.
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $table:ident => $row:ident {
            $($(#[doc = $meaning:literal])+ $column:ident: $type:ty,)+
        }
    ) => {
        $crate::results::row::record! {
            $(#[doc = $about])+
            $row {
                $($(#[doc = $meaning])+ $column: $type,)+
            }
        }

        impl $crate::results::Row for $row {
            const TABLE: $crate::results::Table = $crate::results::Table::$table;

            fn decode(batch: &RecordBatch) -> Result<Vec<Self>, &'static str> {
                $(
                    let column = batch.column_by_name(stringify!($column));
                    let mut $column = column
                        .and_then(|column| <$type as Value>::values(column.as_ref()))
                        .ok_or(stringify!($column))?
                        .into_iter();
                )+
                let mut rows = Vec::with_capacity(batch.num_rows());
                for _ in 0..batch.num_rows() {
                    rows.push(Self { $($column: $column.next().ok_or(stringify!($column))?),+ });
                }
                Ok(rows)
            }
        }
    };
}

pub(super) use {record, table};
