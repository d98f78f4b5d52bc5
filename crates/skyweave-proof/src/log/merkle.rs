//! Merkle trees of a log: what is in it, and that it only grew (RFC 6962, section 2.1; the ways of verifying are those of RFC 9162, sections
//! 2.1.3.2 and 2.1.4.2).

use sha2::{Digest, Sha256};

/// A node of a tree: SHA-256.
pub type Hash = [u8; 32];

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];
/// No tree has more levels than its size has bits.
const MOST_LEVELS: usize = 64;

/// The hash of an entry.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF).chain_update(entry).finalize().into()
}

/// The hash of two subtrees.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(NODE).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a log without entries.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A tree that entries are added to. It keeps the roots of its whole subtrees: one for each bit of its size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Of whole subtrees, the largest first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// Adds an entry by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        // each whole subtree of the same height joins
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            root = node(&left, &root);
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// How many entries there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of all of them.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let last = roots.next().copied().unwrap_or_else(empty_root);
        roots.fold(last, |right, left| node(left, &right))
    }
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The entry would be beyond the end.
    #[error("entry {index} of a log of {size}: there is none")]
    Beyond {
        /// Which entry, from 0.
        index: u64,
        /// Entries of the log.
        size: u64,
    },
    /// The log would have become smaller.
    #[error("a log of {from} entries became one of {to}: it was rolled back")]
    Shrunk {
        /// Entries before.
        from: u64,
        /// Entries after.
        to: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("a proof of {found} hashes does not fit the size of the log")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// It leads to another root.
    #[error("the proof leads to another root: this is not the log that was signed")]
    Root,
    /// The tree as it was is not a part of the tree as it is.
    #[error("the log before is not the beginning of the log now: it was forked")]
    Forked,
}

/// Verifies that an entry is in a log.
///
/// # Errors
/// Why it is not proven.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    proof: &[Hash],
    size: u64,
    root: &Hash,
) -> Result<(), Unproven> {
    if index >= size {
        return Err(Unproven::Beyond { index, size });
    }
    let (mut fnode, mut snode, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if snode == 0 {
            return Err(Unproven::Length { found: proof.len() });
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = node(sibling, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode != 0 {
        return Err(Unproven::Length { found: proof.len() });
    }
    if hash == *root { Ok(()) } else { Err(Unproven::Root) }
}

/// Verifies that a log of one size is the beginning of a log of another.
///
/// # Errors
/// Why it is not proven.
pub fn verify_consistency(from: (u64, &Hash), to: (u64, &Hash), proof: &[Hash]) -> Result<(), Unproven> {
    let ((from_size, from_root), (to_size, to_root)) = (from, to);
    let length = Unproven::Length { found: proof.len() };
    if from_size > to_size {
        return Err(Unproven::Shrunk { from: from_size, to: to_size });
    }
    if from_size == to_size || from_size == 0 {
        let is_beginning = if from_size == 0 { *from_root == empty_root() } else { from_root == to_root };
        return match (proof.is_empty(), is_beginning) {
            (false, _) => Err(length),
            (true, false) => Err(Unproven::Forked),
            (true, true) => Ok(()),
        };
    }
    // a whole subtree is its own first step
    let mut steps = Vec::with_capacity(MOST_LEVELS.min(proof.len() + 1));
    if from_size.is_power_of_two() {
        steps.push(*from_root);
    }
    steps.extend_from_slice(proof.get(..proof.len().min(2 * MOST_LEVELS)).unwrap_or(&[]));
    let (mut fnode, mut snode) = (from_size - 1, to_size - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let Some((first, rest)) = steps.split_first() else { return Err(length) };
    let (mut before, mut after) = (*first, *first);
    for sibling in rest {
        if snode == 0 {
            return Err(length);
        }
        if fnode & 1 == 1 || fnode == snode {
            before = node(sibling, &before);
            after = node(sibling, &after);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            after = node(&after, sibling);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode != 0 || proof.len() > 2 * MOST_LEVELS {
        return Err(length);
    }
    if before != *from_root {
        return Err(Unproven::Forked);
    }
    if after == *to_root { Ok(()) } else { Err(Unproven::Root) }
}

/// The proof that an entry is in a log, from the hashes of all its entries (RFC 6962, section 2.1.1).
#[must_use]
pub fn prove_inclusion(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let split = split(leaves.len());
    let (left, right) = leaves.split_at(split);
    let (mut proof, other) = if index < split {
        (prove_inclusion(left, index), root_of(right))
    } else {
        (prove_inclusion(right, index - split), root_of(left))
    };
    proof.push(other);
    proof
}

/// The proof that a log of `from` entries is the beginning of this one (RFC 6962, section 2.1.2).
#[must_use]
pub fn prove_consistency(leaves: &[Hash], from: usize) -> Vec<Hash> {
    fn sub_proof(leaves: &[Hash], from: usize, is_whole: bool) -> Vec<Hash> {
        if from == leaves.len() {
            return if is_whole { Vec::new() } else { vec![root_of(leaves)] };
        }
        let split = split(leaves.len());
        let (left, right) = leaves.split_at(split);
        let (mut proof, other) = if from <= split {
            (sub_proof(left, from, is_whole), root_of(right))
        } else {
            (sub_proof(right, from - split, false), root_of(left))
        };
        proof.push(other);
        proof
    }
    if from == 0 || from >= leaves.len() { Vec::new() } else { sub_proof(leaves, from, true) }
}

/// The root over the hashes of entries.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// The largest power of two below a size of two or more.
const fn split(size: usize) -> usize {
    1 << (usize::BITS - 1 - (size - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// The entries and roots that implementations of Certificate Transparency test themselves with.
    const ENTRIES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf(&number.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_the_published_tree() {
        let mut frontier = Frontier::default();
        assert_eq!(
            frontier.root().to_vec(),
            hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        for (entry, root) in ENTRIES.iter().zip(ROOTS) {
            frontier.push(leaf(&hex(entry)));
            assert_eq!(frontier.root().to_vec(), hex(root));
        }
    }

    #[test]
    fn every_entry_of_every_small_log_is_proven_and_no_other() {
        for size in 1..40 {
            let leaves = leaves(size);
            let root = root_of(&leaves);
            for index in 0..size {
                let proof = prove_inclusion(&leaves, index);
                let verify = |leaf: &Hash, index: usize, proof: &[Hash]| {
                    verify_inclusion(leaf, index as u64, proof, size as u64, &root)
                };
                assert_eq!(verify(&leaves[index], index, &proof), Ok(()));
                assert!(verify(&leaf(b"another"), index, &proof).is_err());
                assert!(verify(&leaves[index], (index + 1) % (size + 1), &proof).is_err() || size == 1);
                for at in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[at][7] ^= 1;
                    assert_eq!(verify(&leaves[index], index, &bent), Err(Unproven::Root));
                    assert!(verify(&leaves[index], index, &proof[..at]).is_err());
                }
                let long = [&proof[..], &[root]].concat();
                assert_eq!(verify(&leaves[index], index, &long), Err(Unproven::Length { found: long.len() }));
            }
            let beyond = verify_inclusion(&leaves[0], size as u64, &[], size as u64, &root);
            assert_eq!(beyond, Err(Unproven::Beyond { index: size as u64, size: size as u64 }));
        }
    }

    #[test]
    fn a_log_that_grew_is_told_from_one_that_was_forked_or_rolled_back() {
        for size in 0..40 {
            let now = leaves(size);
            let root = root_of(&now);
            for from in 0..=size {
                let before = root_of(&now[..from]);
                let proof = prove_consistency(&now, from);
                let verify = |before: &Hash, after: &Hash, proof: &[Hash]| {
                    verify_consistency((from as u64, before), (size as u64, after), proof)
                };
                assert_eq!(verify(&before, &root, &proof), Ok(()), "{from} of {size}");
                assert!(verify(&leaf(b"another"), &root, &proof).is_err());
                if from > 0 {
                    assert!(verify(&before, &leaf(b"another"), &proof).is_err());
                }
                assert!(verify(&before, &root, &[&proof[..], &[root]].concat()).is_err());
                for at in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[at][31] ^= 128;
                    assert!(verify(&before, &root, &bent).is_err());
                    assert!(verify(&before, &root, &proof[..at]).is_err());
                }
            }
        }
        let root = root_of(&leaves(3));
        assert_eq!(verify_consistency((4, &root), (3, &root), &[]), Err(Unproven::Shrunk { from: 4, to: 3 }));
    }
}
