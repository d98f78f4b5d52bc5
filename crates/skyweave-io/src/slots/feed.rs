//! Slots from files, one at a time.

use super::decode::decode;
use super::error::FeedError;
use super::record::{FeedNames, SlotRecord};
use crate::results::{Run, Table};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use skyweave_core::time::SlotNo;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The slots of a file, of a run or of any source of bytes, in their order. One slot is in memory at a time. After an error
/// there are no more.
pub struct SlotFeed {
    /// Those still to read, the next one last.
    files: Vec<PathBuf>,
    names: Arc<FeedNames>,
    metadata: HashMap<String, String>,
    open: Option<Stream>,
}

impl SlotFeed {
    /// Opens a file of slots, or the folder of a run that has them.
    ///
    /// # Errors
    /// Any [`FeedError`] of the first file; a run without finished hours gives a feed without slots.
    pub fn open(path: &Path) -> Result<Self, FeedError> {
        let mut files =
            if path.is_dir() { Run::open(path)?.parts(Table::Slots)? } else { vec![path.to_owned()] };
        files.reverse();
        match files.pop() {
            Some(first) => Ok(Self { files, ..Self::of(Stream::file(first)?) }),
            None => Ok(Self { files, names: Arc::default(), metadata: HashMap::new(), open: None }),
        }
    }

    /// Reads slots from any source of bytes; errors call it `label`.
    ///
    /// # Errors
    /// Any [`FeedError`] of the beginning.
    pub fn from_reader(source: impl Read + Send + 'static, label: &str) -> Result<Self, FeedError> {
        Ok(Self::of(Stream::new(Box::new(source), PathBuf::from(label))?))
    }

    fn of(stream: Stream) -> Self {
        let names = Arc::clone(&stream.names);
        let mut metadata = stream.reader.schema().metadata().clone();
        metadata.retain(|key, _| !NAME_KEYS.contains(&key.as_str()));
        Self { files: Vec::new(), names, metadata, open: Some(stream) }
    }

    /// The names of everything, by number.
    #[must_use]
    pub const fn names(&self) -> &Arc<FeedNames> {
        &self.names
    }

    /// What the (first) file says of its origin: `skyweave.basis`, `skyweave.scenario_sha256` and so on.
    #[must_use]
    pub const fn metadata(&self) -> &HashMap<String, String> {
        &self.metadata
    }

    fn read(&mut self) -> Result<Option<SlotRecord>, FeedError> {
        loop {
            if let Some(stream) = &mut self.open {
                if let Some(slot) = stream.read()? {
                    return Ok(Some(slot));
                }
                self.open = None;
            }
            let Some(path) = self.files.pop() else { return Ok(None) };
            let stream = Stream::file(path)?;
            if stream.names != self.names {
                return Err(FeedError::NamesDiffer { path: stream.path });
            }
            self.open = Some(stream);
        }
    }
}

impl Iterator for SlotFeed {
    type Item = Result<SlotRecord, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.read();
        if next.is_err() {
            self.files.clear();
            self.open = None;
        }
        next.transpose()
    }
}

const NAME_KEYS: [&str; 5] =
    ["skyweave.satellites", "skyweave.gateways", "skyweave.pops", "skyweave.cells", "skyweave.terminals"];

/// One stream of slots.
struct Stream {
    path: PathBuf,
    reader: StreamReader<Tail<BufReader<Box<dyn Read + Send>>>>,
    names: Arc<FeedNames>,
    last: Option<SlotNo>,
}

impl Stream {
    fn file(path: PathBuf) -> Result<Self, FeedError> {
        match File::open(&path) {
            Ok(file) => Self::new(Box::new(file), path),
            Err(source) => Err(FeedError::Io { path, source }),
        }
    }

    fn new(source: Box<dyn Read + Send>, path: PathBuf) -> Result<Self, FeedError> {
        let mut source = BufReader::new(source);
        match source.fill_buf() {
            Ok([]) => return Err(FeedError::Truncated { path, last: None }),
            Ok(_) => {}
            Err(source) => return Err(FeedError::Io { path, source }),
        }
        let tail = Tail { source, last: [0; 8] };
        let reader = StreamReader::try_new(tail, None).map_err(|e| failure(&path, None, e))?;
        let names = Arc::new(names(&path, reader.schema().metadata())?);
        Ok(Self { path, reader, names, last: None })
    }

    fn read(&mut self) -> Result<Option<SlotRecord>, FeedError> {
        let Some(batch) = self.reader.next() else {
            let ended = self.reader.get_ref().last == END_OF_STREAM;
            let cut = || FeedError::Truncated { path: self.path.clone(), last: self.last };
            return if ended { Ok(None) } else { Err(cut()) };
        };
        let batch = batch.map_err(|e| failure(&self.path, self.last, e))?;
        let slot = decode(&batch, &self.names)
            .map_err(|what| FeedError::Malformed { path: self.path.clone(), what })?;
        self.last = Some(slot.slot);
        Ok(Some(slot))
    }
}

fn failure(path: &Path, last: Option<SlotNo>, error: ArrowError) -> FeedError {
    let path = path.to_owned();
    match error {
        ArrowError::IoError(_, source) if source.kind() == ErrorKind::UnexpectedEof => {
            FeedError::Truncated { path, last }
        }
        ArrowError::IoError(_, source) => FeedError::Io { path, source },
        other => FeedError::Malformed { path, what: other.to_string() },
    }
}

fn names(path: &Path, metadata: &HashMap<String, String>) -> Result<FeedNames, FeedError> {
    let list = |key: &str| {
        let malformed = |what| FeedError::Malformed { path: path.to_owned(), what };
        let text = metadata.get(key).ok_or_else(|| malformed(format!("its metadata has no {key}")))?;
        serde_json::from_str(text).map_err(|e| malformed(format!("{key} in its metadata: {e}")))
    };
    let [satellites, gateways, pops, cells, terminals] = NAME_KEYS;
    Ok(FeedNames {
        satellites: list(satellites)?,
        gateways: list(gateways)?,
        pops: list(pops)?,
        cells: list(cells)?,
        terminals: list(terminals)?,
    })
}

/// What a stream ends with: the continuation mark and a length of nothing. The reader does not insist on it; we do, since
/// without it a file that was cut between two slots would pass for a whole one.
const END_OF_STREAM: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// A source that remembers the last bytes that were read.
struct Tail<R> {
    source: R,
    last: [u8; 8],
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let fresh = &buffer[count.saturating_sub(self.last.len())..count];
        self.last.rotate_left(fresh.len());
        let kept = self.last.len() - fresh.len();
        self.last[kept..].copy_from_slice(fresh);
        Ok(count)
    }
}
