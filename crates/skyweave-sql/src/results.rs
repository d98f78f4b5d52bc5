//! The files of a run as tables.

use crate::QueryError;
use crate::request::Function;
use arrow::datatypes::DataType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::Result;
use datafusion::prelude::SessionContext;
use skyweave_io::results::{Format, Run, Table};
use std::path::Path;
use std::sync::Arc;

/// Registers the tables of a run under their names; files lie by day and hour, and the day is a column more, `date`. Gives the names.
///
/// # Errors
/// The folder holds no run.
pub fn register(context: &SessionContext, folder: &Path) -> Result<Vec<String>, QueryError> {
    let run = Run::open(folder).map_err(|error| {
        let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
        let what = QueryError::new(error.to_string());
        match help {
            Some(help) => what.help(help),
            None => what,
        }
    })?;
    let tables = run.file().tables.iter().filter(|table| **table != Table::Slots);
    tables
        .map(|table| {
            let listed = listing(folder, *table, run.file().format);
            let registered = listed.and_then(|listed| context.register_table(table.name(), Arc::new(listed)));
            registered.map_err(|error| QueryError::of(&error, &[]))?;
            Ok(table.name().to_owned())
        })
        .collect()
}

fn listing(folder: &Path, table: Table, format: Format) -> Result<ListingTable> {
    let path = std::path::absolute(folder)?.join(table.name());
    let url = ListingTableUrl::parse(format!("{}/", path.display()))?;
    let reader: Arc<dyn FileFormat> = match format {
        Format::Parquet => Arc::new(ParquetFormat::default()),
        Format::Csv => Arc::new(CsvFormat::default().with_has_header(true)),
    };
    let options = ListingOptions::new(reader)
        .with_file_extension(format!(".{}", table.extension(format)))
        .with_table_partition_cols(vec![("date".to_owned(), DataType::Date32)]);
    let schema = Function(table).schema();
    ListingTable::try_new(ListingTableConfig::new(url).with_listing_options(options).with_schema(schema))
}
