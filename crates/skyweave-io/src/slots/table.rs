//! The file of an hour: an Arrow stream that begins with the names of everything.

use super::encode::{encode, names_metadata};
use super::fields::schema;
use crate::results::{Collector, Moment, Names, ResultsError, RunInfo, Table, TempFile};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use skyweave_core::time::{SlotNo, UtcHour};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

/// Writes `slots`.
pub(crate) struct SlotTable {
    info: Arc<RunInfo>,
    hour: UtcHour,
    // before the temporary file, so that it is closed when that is removed
    stream: Stream,
    temp: TempFile,
}

/// The schema has the names of everything in it, and so waits for the first slot.
enum Stream {
    Waiting(Option<File>),
    Begun(SchemaRef, Box<StreamWriter<BufWriter<File>>>),
}

impl SlotTable {
    pub fn create(info: Arc<RunInfo>, hour: UtcHour) -> Result<Self, ResultsError> {
        let (temp, file) = TempFile::create(&info.file(Table::Slots, hour))?;
        Ok(Self { info, hour, stream: Stream::Waiting(Some(file)), temp })
    }

    fn begin(&self, file: File, now: &Moment<'_>) -> Result<Stream, ResultsError> {
        let path = self.temp.target();
        let names = names_of(now.names).map_err(|e| ResultsError::writing_arrow(path, e))?;
        let schema =
            slot_schema(self.info.metadata(Table::Slots, self.hour).into_iter().chain(names).collect());
        let writer = StreamWriter::try_new(BufWriter::new(file), &schema)
            .map_err(|e| ResultsError::writing_arrow(path, e))?;
        Ok(Stream::Begun(schema, Box::new(writer)))
    }
}

impl Collector for SlotTable {
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        if let Stream::Waiting(file) = &mut self.stream
            && let Some(file) = file.take()
        {
            self.stream = self.begin(file, now)?;
        }
        if let Stream::Begun(schema, writer) = &mut self.stream {
            let written = encode(schema, now).and_then(|batch| writer.write(&batch));
            written.map_err(|e| ResultsError::writing_arrow(self.temp.target(), e))?;
        }
        Ok(())
    }

    fn close(self: Box<Self>, _end: SlotNo) -> Result<TempFile, ResultsError> {
        let path = self.temp.target();
        // a part takes at least one slot before it is closed
        if let Stream::Begun(_, writer) = self.stream {
            let buffer = writer.into_inner().map_err(|e| ResultsError::writing_arrow(path, e))?;
            let file = buffer.into_inner().map_err(|e| ResultsError::io("write", path, e.into_error()))?;
            file.sync_all().map_err(|e| ResultsError::io("write", path, e))?;
        }
        Ok(self.temp)
    }
}

/// The schema of slots, with what it says of where they come from.
pub(crate) fn slot_schema(metadata: HashMap<String, String>) -> SchemaRef {
    Arc::new(schema(metadata))
}

/// The names of everything, as the metadata of a schema has them.
pub(crate) fn names_of(names: &Names) -> Result<Vec<(String, String)>, ArrowError> {
    names_metadata(names).map_err(|e| ArrowError::ExternalError(Box::new(e)))
}
