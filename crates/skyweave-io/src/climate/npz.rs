//! Reads what `numpy.savez_compressed` writes for one array: a ZIP archive (APPNOTE 6.3) with one member, in NPY format
//! (versions 1 to 3). Only what such files use is read: one disk, stored or deflated, 64-bit floats in C order.

use flate2::read::DeflateDecoder;
use flate2::{Crc, CrcReader};
use std::io::Read;

/// A matrix of an NPY file, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f64>,
}

/// No map has more values; the greatest has 9.4 million.
const MOST_VALUES: usize = 40_000_000;
const END_OF_DIRECTORY: [u8; 4] = *b"PK\x05\x06";
const DIRECTORY_ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const NPY_MAGIC: [u8; 6] = *b"\x93NUMPY";
/// The longest NPY header that is read, in bytes; numpy writes 128.
const MOST_HEADER: usize = 65_536;

/// Reads the only matrix of an archive, or says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Matrix, String> {
    let member = member(bytes)?;
    match member.method {
        0 => matrix(member.packed, member.crc),
        8 => matrix(DeflateDecoder::new(member.packed), member.crc),
        other => Err(format!("it is packed by method {other}, and not stored or deflated")),
    }
}

struct Member<'a> {
    packed: &'a [u8],
    method: u16,
    crc: u32,
}

/// The first member of the archive, by its directory.
fn member(bytes: &[u8]) -> Result<Member<'_>, String> {
    let cut = || "it is no ZIP archive, or cut off".to_owned();
    // the end record is 22 bytes and a comment
    let earliest = bytes.len().saturating_sub(22 + 65_535);
    let end = (earliest..bytes.len().saturating_sub(21))
        .rev()
        .find(|at| bytes[*at..].starts_with(&END_OF_DIRECTORY));
    let end = end.ok_or_else(cut)?;
    let members = u16_at(bytes, end + 10).ok_or_else(cut)?;
    if members != 1 {
        return Err(format!("it has {members} members, and not one array"));
    }
    let entry = u32_at(bytes, end + 16).ok_or_else(cut)? as usize;
    if !bytes.get(entry..).is_some_and(|rest| rest.starts_with(&DIRECTORY_ENTRY)) {
        return Err(cut());
    }
    let method = u16_at(bytes, entry + 10).ok_or_else(cut)?;
    let crc = u32_at(bytes, entry + 16).ok_or_else(cut)?;
    let packed_len = u32_at(bytes, entry + 20).ok_or_else(cut)? as usize;
    let local = u32_at(bytes, entry + 42).ok_or_else(cut)? as usize;
    if !bytes.get(local..).is_some_and(|rest| rest.starts_with(&LOCAL_HEADER)) {
        return Err(cut());
    }
    let name = usize::from(u16_at(bytes, local + 26).ok_or_else(cut)?);
    let extra = usize::from(u16_at(bytes, local + 28).ok_or_else(cut)?);
    let start = local + 30 + name + extra;
    let packed = bytes.get(start..start.saturating_add(packed_len)).ok_or_else(cut)?;
    Ok(Member { packed, method, crc })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// Reads an NPY file and compares its checksum with the archive's.
fn matrix(source: impl Read, expected_crc: u32) -> Result<Matrix, String> {
    let mut file = CrcReader::new(source);
    let damaged = |error: std::io::Error| format!("it cannot be unpacked: {error}");
    let mut start = [0; 8];
    file.read_exact(&mut start).map_err(damaged)?;
    if start[..6] != NPY_MAGIC {
        return Err("its member is no NPY array".to_owned());
    }
    let header_len = if start[6] == 1 {
        let mut len = [0; 2];
        file.read_exact(&mut len).map_err(damaged)?;
        usize::from(u16::from_le_bytes(len))
    } else {
        let mut len = [0; 4];
        file.read_exact(&mut len).map_err(damaged)?;
        u32::from_le_bytes(len) as usize
    };
    if header_len > MOST_HEADER {
        return Err(format!("its NPY header is {header_len} bytes long"));
    }
    let mut header = vec![0; header_len];
    file.read_exact(&mut header).map_err(damaged)?;
    let (rows, columns) = shape(&String::from_utf8_lossy(&header))?;
    let mut values = vec![0.0; rows * columns];
    let mut row_bytes = vec![0; columns * 8];
    for row in values.chunks_exact_mut(columns) {
        file.read_exact(&mut row_bytes).map_err(damaged)?;
        for (value, bytes) in row.iter_mut().zip(row_bytes.as_chunks::<8>().0) {
            *value = f64::from_le_bytes(*bytes);
        }
    }
    if file.read(&mut [0]).map_err(damaged)? != 0 {
        return Err("there is more in it than its shape says".to_owned());
    }
    let crc: &Crc = file.crc();
    if crc.sum() != expected_crc {
        return Err("its checksum is wrong".to_owned());
    }
    Ok(Matrix { rows, columns, values })
}

/// Rows and columns from a header such as `{'descr': '<f8', 'fortran_order': False, 'shape': (241, 481), }`.
fn shape(header: &str) -> Result<(usize, usize), String> {
    let other = || {
        format!(
            "its NPY header is {:?}, and not that of a matrix of little-endian 64-bit floats in C order",
            header.trim()
        )
    };
    if !header.contains("'descr': '<f8'") || !header.contains("'fortran_order': False") {
        return Err(other());
    }
    let inside =
        header.split_once("'shape': (").and_then(|(_, rest)| rest.split_once(')')).ok_or_else(other)?.0;
    let sides: Vec<usize> = inside.split(',').filter_map(|side| side.trim().parse().ok()).collect();
    match sides[..] {
        [rows, columns] if rows > 1 && columns > 1 && rows.saturating_mul(columns) <= MOST_VALUES => {
            Ok((rows, columns))
        }
        _ => Err(other()),
    }
}
