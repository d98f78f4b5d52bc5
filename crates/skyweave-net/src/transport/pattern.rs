//! What is transferred: bytes that say where they belong.

/// Odd, so that no two words of a stream are the same.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// An endless stream of bytes, another one for each seed. Each group of eight is a number that stands nowhere else in it: whatever
/// is missing, doubled or moved is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    seed: u64,
}

impl Pattern {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    const fn word(self, number: u64) -> [u8; 8] {
        self.seed.wrapping_add(number).wrapping_mul(STEP).to_le_bytes()
    }

    /// Writes the bytes from an offset on.
    pub fn fill(self, offset: u64, bytes: &mut [u8]) {
        self.walk(offset, bytes.len(), |at, word| bytes[at..at + word.len()].copy_from_slice(word));
    }

    /// How many bytes differ from those that stand from an offset on.
    #[must_use]
    pub fn wrong(self, offset: u64, bytes: &[u8]) -> u64 {
        let mut wrong = 0;
        self.walk(offset, bytes.len(), |at, word| {
            let found = &bytes[at..at + word.len()];
            if found != word {
                wrong += found.iter().zip(word).filter(|(found, right)| found != right).count() as u64;
            }
        });
        wrong
    }

    /// Goes through a range word by word; the first and the last may be parts.
    #[inline]
    fn walk(self, offset: u64, length: usize, mut see: impl FnMut(usize, &[u8])) {
        let (mut number, skip) = (offset / 8, (offset % 8) as usize);
        let mut at = 0;
        if skip > 0 {
            at = (8 - skip).min(length);
            see(0, &self.word(number)[skip..skip + at]);
            number += 1;
        }
        while at + 8 <= length {
            see(at, &self.word(number));
            number += 1;
            at += 8;
        }
        if at < length {
            see(at, &self.word(number)[..length - at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_those_of_the_whole() {
        let pattern = Pattern::new(5);
        let mut whole = [0; 100];
        pattern.fill(0, &mut whole);
        for from in 0..40 {
            for length in 0..40 {
                let mut piece = vec![0; length];
                pattern.fill(from as u64, &mut piece);
                assert_eq!(piece, whole[from..from + length]);
                assert_eq!(pattern.wrong(from as u64, &piece), 0);
            }
        }
    }

    #[test]
    fn what_is_moved_or_changed_is_found() {
        let pattern = Pattern::new(5);
        let mut bytes = [0; 1_460];
        pattern.fill(2_920, &mut bytes);
        assert!(pattern.wrong(1_460, &bytes) > 1_000);
        bytes[700] ^= 1;
        assert_eq!(pattern.wrong(2_920, &bytes), 1);
    }
}
