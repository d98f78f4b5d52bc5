//! The two things that the service takes from the machine: the time, and chance.

use crate::store::StoreError;
use skyweave_control::id::Ulid;
use skyweave_control::time::UnixSeconds;
use std::time::{SystemTime, UNIX_EPOCH};

/// A second, ns.
pub const SECOND_NS: i64 = 1_000_000_000;

/// Now, ns since 1970.
#[must_use]
pub fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// The whole second of a time in ns.
#[must_use]
pub const fn seconds(time_ns: i64) -> UnixSeconds {
    UnixSeconds(time_ns.div_euclid(SECOND_NS))
}

/// Bytes that nobody can guess.
///
/// # Errors
/// If the operating system has none to give.
pub fn chance<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Database {
        place: "the operating system's random numbers".to_owned(),
        problem: error.to_string(),
    })?;
    Ok(bytes)
}

/// A new id: the time in ms, and chance.
///
/// # Errors
/// If the operating system has no chance to give.
pub fn ulid(time_ns: i64) -> Result<Ulid, StoreError> {
    const MILLISECOND_NS: i64 = 1_000_000;
    const TIME_BITS: u128 = (1 << 48) - 1;
    let mut low = [0; 16];
    low[6..].copy_from_slice(&chance::<10>()?);
    let ms = time_ns.div_euclid(MILLISECOND_NS).max(0) as u128 & TIME_BITS;
    Ok(Ulid::from_bits(ms << 80 | u128::from_be_bytes(low)))
}
