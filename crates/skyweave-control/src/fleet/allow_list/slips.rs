//! Slips of the hand in hardware keys: one character wrong, missing or too many, or two that changed places (Damerau 1964).

use crate::entity::HardwareKey;
use std::collections::BTreeSet;

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";

/// All keys that one slip makes of this one; some 75 for each of its characters.
pub(super) fn one_slip_away(key: &HardwareKey) -> BTreeSet<HardwareKey> {
    let letters = key.as_str().as_bytes();
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for at in 0..=letters.len() {
        for letter in LETTERS {
            let mut inserted = letters.to_vec();
            inserted.insert(at, *letter);
            texts.push(inserted);
        }
        if at == letters.len() {
            continue;
        }
        for letter in LETTERS {
            let mut replaced = letters.to_vec();
            replaced[at] = *letter;
            texts.push(replaced);
        }
        let mut removed = letters.to_vec();
        removed.remove(at);
        texts.push(removed);
        if at + 1 < letters.len() {
            let mut swapped = letters.to_vec();
            swapped.swap(at, at + 1);
            texts.push(swapped);
        }
    }
    let keys = texts.into_iter().filter_map(|text| std::str::from_utf8(&text).ok()?.parse().ok());
    keys.filter(|near| near != key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slips_that_people_make_are_among_them() {
        let key: HardwareKey = "UT-01234567".parse().unwrap();
        let near = one_slip_away(&key);
        for slip in ["UT-0123456", "UT-012345677", "UT-01234576", "UT-O1234567", "UT01234567", "TU-01234567"]
        {
            assert!(near.contains(&slip.parse().unwrap()), "{slip}");
        }
        for other in ["UT-01234567", "UT-01234756", "UT-0123457X"] {
            assert!(!near.contains(&other.parse().unwrap()), "{other}");
        }
    }
}
