//! Reading CSV of which nothing is known: any size, any bytes.

use super::columns::{self, Column};
use super::report::ImportError;
use csv::{ByteRecord, ReaderBuilder};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

/// What a file may begin with, which is no part of a field.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// Longest row, bytes: a `"` that nobody closes would else take in the rest of the file.
const LONGEST_ROW: u64 = 64 << 10;
/// What is read at once, bytes.
const CHUNK: usize = 64 << 10;

/// The rows of a file.
pub(super) struct Source<R> {
    reader: csv::Reader<Bounded<R>>,
    record: ByteRecord,
    columns: Vec<Column>,
    /// Where the last whole row ended, bytes from the beginning.
    ended: Rc<Cell<u64>>,
    /// Whether the file ended within a `"`.
    unclosed: Rc<Cell<bool>>,
    breaks: Rc<RefCell<Breaks>>,
}

/// A row as it stands in the file.
pub(super) struct Record<'a> {
    /// The line on which it begins, counted from 1.
    pub(super) line: u64,
    /// What it says.
    pub(super) fields: &'a ByteRecord,
    /// Whether its last field begins with a `"` that nobody closed, and so took in the rest of the file.
    pub(super) unclosed: bool,
}

/// Where in a field a byte stands: the CSV reader takes the end of the file for the end of any field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Begin,
    Plain,
    Quoted,
    /// After a `"` that ends the field, unless another follows.
    Quote,
}

impl Place {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Quote,
            (Self::Begin | Self::Quote, b'"') | (Self::Quoted, _) => Self::Quoted,
            (_, b',' | b'\r' | b'\n') => Self::Begin,
            _ => Self::Plain,
        }
    }
}

/// Line breaks of any make: the CSV reader itself counts only line feeds, and late.
#[derive(Default)]
struct Breaks {
    /// Where those are that no row has passed yet, bytes from the beginning.
    ahead: VecDeque<u64>,
    passed: u64,
    after_return: bool,
}

impl Breaks {
    fn read(&mut self, from: u64, bytes: &[u8]) {
        for (at, byte) in (from..).zip(bytes) {
            if *byte == b'\r' || (*byte == b'\n' && !self.after_return) {
                self.ahead.push_back(at);
            }
            self.after_return = *byte == b'\r';
        }
    }

    /// Passes all before `end`; whether one stands right there.
    fn pass(&mut self, end: u64) -> bool {
        let mut last = None;
        while let Some(at) = self.ahead.pop_front_if(|at| *at < end) {
            (last, self.passed) = (Some(at), self.passed + 1);
        }
        last.is_some_and(|last| last + 1 == end)
    }

    fn within(record: &ByteRecord) -> u64 {
        let mut inside = Self::default();
        for field in record {
            inside.after_return = false;
            inside.read(0, field);
        }
        inside.ahead.len() as u64
    }
}

/// A file that breaks off when a row is too long.
struct Bounded<R> {
    file: R,
    given: u64,
    place: Place,
    ended: Rc<Cell<u64>>,
    unclosed: Rc<Cell<bool>>,
    breaks: Rc<RefCell<Breaks>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the row is longer than {} KiB", LONGEST_ROW >> 10)]
struct TooLong;

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given.saturating_sub(self.ended.get()) > LONGEST_ROW + CHUNK as u64 {
            return Err(io::Error::other(TooLong));
        }
        let read = self.file.read(buffer)?;
        for (at, byte) in (self.given..).zip(&buffer[..read]) {
            let is_mark = at < BYTE_ORDER_MARK.len() as u64 && BYTE_ORDER_MARK.contains(byte);
            self.place = if is_mark { self.place } else { self.place.after(*byte) };
        }
        self.unclosed.set(read == 0 && self.place == Place::Quoted);
        self.breaks.borrow_mut().read(self.given, &buffer[..read]);
        self.given += read as u64;
        Ok(read)
    }
}

impl<R: Read> Source<R> {
    /// Reads the first line.
    pub(super) fn open<F>(file: R) -> Result<Self, ImportError<F>> {
        let ended = Rc::new(Cell::new(0));
        let breaks: Rc<RefCell<Breaks>> = Rc::default();
        let unclosed: Rc<Cell<bool>> = Rc::default();
        let bounded = Bounded {
            file,
            given: 0,
            place: Place::Begin,
            ended: Rc::clone(&ended),
            unclosed: Rc::clone(&unclosed),
            breaks: Rc::clone(&breaks),
        };
        let mut reader = ReaderBuilder::new().flexible(true).buffer_capacity(CHUNK).from_reader(bounded);
        let heading = reader.byte_headers().map_err(|error| fault(1, &error))?;
        if heading.is_empty() {
            return Err(ImportError::Empty);
        }
        // UTF-16 begins with one of these, and has a NUL in every other byte
        let first = heading.get(0).unwrap_or_default();
        if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) || first.contains(&0) {
            return Err(ImportError::Encoding { line: 1 });
        }
        let Ok(heading) = csv::StringRecord::from_byte_record(heading.clone()) else {
            return Err(ImportError::Encoding { line: 1 });
        };
        let columns = columns::read(&heading)
            .map_err(|found| ImportError::Heading { found, accepted: columns::names() })?;
        let end = reader.position().byte();
        ended.set(end);
        let _ = RefCell::borrow_mut(&breaks).pass(end);
        Ok(Self { reader, record: ByteRecord::new(), columns, ended, unclosed, breaks })
    }

    /// The columns, in the order of the file.
    pub(super) fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    /// The next row that has anything in it.
    pub(super) fn next_record<F>(&mut self) -> Result<Option<Record<'_>>, ImportError<F>> {
        let line = self.breaks.borrow().passed + 1;
        let more = self.reader.read_byte_record(&mut self.record).map_err(|error| fault(line, &error))?;
        let end = self.reader.position().byte();
        self.ended.set(end);
        let mut breaks = self.breaks.borrow_mut();
        let unclosed = self.unclosed.get();
        // a break at the end of what is not closed is within it
        let own = u64::from(breaks.pass(end) && !unclosed) + Breaks::within(&self.record);
        let line = (breaks.passed + 1).saturating_sub(own);
        Ok(more.then_some(Record { line, fields: &self.record, unclosed }))
    }
}

fn fault<F>(line: u64, error: &csv::Error) -> ImportError<F> {
    match error.kind() {
        csv::ErrorKind::Io(error) if is_too_long(error) => {
            ImportError::LongRow { line, most_kib: LONGEST_ROW >> 10 }
        }
        _ => ImportError::Read { line, reason: error.to_string() },
    }
}

fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<TooLong>()).is_some()
}
