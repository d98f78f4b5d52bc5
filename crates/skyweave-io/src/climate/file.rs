//! The climate file: all maps in one, checked as a whole.
//!
//! | bytes | what |
//! |---|---|
//! | 20 | `SKYWEAVE-CLIMATE 1` and two line feeds |
//! | 4 | length of the header, little-endian |
//! | | header: JSON, what each map is, where it comes from, its grid |
//! | | deflated: all values in the order of the header, 32-bit floats, little-endian, row by row |
//! | 32 | SHA-256 of everything before |

use super::error::ClimateError;
use super::grid::{Axis, Grid};
use super::maps::Origin;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::path::Path;

const MAGIC: &[u8; 20] = b"SKYWEAVE-CLIMATE 1\n\n";
const CHECKSUM_BYTES: usize = 32;
/// No map has more nodes.
const MOST_NODES: usize = 40_000_000;

/// What the header says about a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub origin: Origin,
    pub latitude: Axis,
    pub longitude: Axis,
}

#[derive(Serialize, Deserialize)]
struct Header {
    /// What the values are under.
    notice: String,
    maps: Vec<Entry>,
}

const NOTICE: &str = "Digital maps of ITU-R recommendations, copyright ITU. For the use of whoever imported them; not to be passed on.";

/// The file's bytes. The same maps give the same bytes.
pub(super) fn encode(maps: &[(Origin, Grid)]) -> std::io::Result<Vec<u8>> {
    let entry = |(origin, grid): &(Origin, Grid)| Entry {
        origin: origin.clone(),
        latitude: grid.latitude,
        longitude: grid.longitude,
    };
    let header = Header { notice: NOTICE.to_owned(), maps: maps.iter().map(entry).collect() };
    let header = serde_json::to_vec(&header)?;
    let mut file = MAGIC.to_vec();
    file.extend((header.len() as u32).to_le_bytes());
    file.extend(header);
    let mut packer = DeflateEncoder::new(file, Compression::default());
    for (_, grid) in maps {
        let bytes: Vec<u8> = grid.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        packer.write_all(&bytes)?;
    }
    let mut file = packer.finish()?;
    let checksum = Sha256::digest(&file);
    file.extend(checksum);
    Ok(file)
}

/// Reads what [`encode`] made, or says what is wrong.
pub(super) fn decode(path: &Path, file: &[u8]) -> Result<Vec<(Entry, Grid)>, ClimateError> {
    let damaged = |found: &str| ClimateError::Damaged { path: path.to_owned(), found: found.to_owned() };
    let Some(rest) = file.strip_prefix(MAGIC) else {
        return Err(damaged("this is no climate file, or one of another version"));
    };
    let content = file.len().checked_sub(CHECKSUM_BYTES).filter(|end| *end >= MAGIC.len() + 4);
    let (content, checksum) = file.split_at(content.ok_or_else(|| damaged("it is cut off"))?);
    if Sha256::digest(content)[..] != *checksum {
        return Err(damaged("its checksum is wrong: it is cut off or changed"));
    }
    let unreadable = || damaged("its header cannot be read");
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(unreadable)?;
    let length = u32::from_le_bytes(*length) as usize;
    let end = rest.len() - CHECKSUM_BYTES;
    let header = rest[..end].get(..length).ok_or_else(unreadable)?;
    let header: Header = serde_json::from_slice(header).map_err(|_| unreadable())?;
    let mut values = DeflateDecoder::new(&rest[length..end]);
    let mut maps = Vec::with_capacity(header.maps.len());
    for entry in header.maps {
        let (rows, columns) = (entry.latitude.count, entry.longitude.count);
        let nodes = rows.checked_mul(columns).filter(|n| *n <= MOST_NODES && rows >= 4 && columns >= 4);
        let nodes = nodes.ok_or_else(unreadable)?;
        let mut bytes = vec![0; nodes * 4];
        values.read_exact(&mut bytes).map_err(|_| damaged("it has fewer values than its header says"))?;
        let values = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let grid = Grid { latitude: entry.latitude, longitude: entry.longitude, values };
        maps.push((entry, grid));
    }
    Ok(maps)
}
