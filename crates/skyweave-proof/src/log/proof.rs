//! That one entry is in a log, as a text that needs nothing else but the entry and a policy (C2SP tlog-proof).

use super::decimal;
use super::merkle::{self, Hash, Unproven};
use super::policy::{Policy, Untrusted, Witnessed};
use crate::json::{from_base64, to_base64};

const HEAD: &str = "c2sp.org/tlog-proof@v1";
/// No tree has more levels.
pub(super) const MOST_HASHES: usize = 64;

/// A proof as it is written. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What the application wants to say beside it. Nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// Which entry, from 0.
    pub index: u64,
    /// From the entry's sibling upwards.
    pub path: Vec<Hash>,
    /// The signed and cosigned checkpoint.
    pub checkpoint: String,
}

/// Why a text is no proof, or does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// Its form.
    #[error("no proof: {0}")]
    Form(&'static str),
    /// The checkpoint.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The path.
    #[error(transparent)]
    Unproven(#[from] Unproven),
}

impl Proof {
    /// Reads a proof.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(text: &str) -> Result<Self, NoProof> {
        let wrong = NoProof::Form;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(wrong("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(wrong("the first line is `c2sp.org/tlog-proof@v1`"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.and_then(|line| line.strip_prefix("extra ")).map(from_base64);
        if extra == Some(None) {
            return Err(wrong("the extra data are not base64"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(wrong("a line `index NUMBER` is needed"))?;
        let path = lines
            .map(hash)
            .collect::<Option<Vec<Hash>>>()
            .ok_or(wrong("a hash is not base64 of 32 bytes"))?;
        if path.len() > MOST_HASHES {
            return Err(wrong("more hashes than any tree has levels"));
        }
        Ok(Self { extra: extra.flatten(), index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Its text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let extra =
            self.extra.as_ref().map_or_else(String::new, |extra| format!("extra {}\n", to_base64(extra)));
        let path: String = self.path.iter().map(|hash| to_base64(hash) + "\n").collect();
        format!("{HEAD}\n{extra}index {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Verifies that an entry is in a log that the policy takes.
    ///
    /// # Errors
    /// Why it is not proven.
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<Witnessed, NoProof> {
        let witnessed = policy.verify(self.checkpoint.as_bytes())?;
        let (size, root) = (witnessed.checkpoint.size, &witnessed.checkpoint.root);
        merkle::verify_inclusion(&merkle::leaf(entry), self.index, &self.path, size, root)?;
        Ok(witnessed)
    }
}

pub(super) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UtcTime;
    use crate::log::checkpoint::Checkpoint;
    use crate::log::note::{Kind, Signatory};

    fn proof() -> (Proof, Policy) {
        let log = Signatory::new("log.example", Kind::Ed25519, &[1; 32]).unwrap();
        let leaves: Vec<Hash> = (0..13_u8).map(|n| merkle::leaf(&[n])).collect();
        let root = merkle::root_of(&leaves);
        let text =
            Checkpoint { origin: "log.example".to_owned(), size: 13, root, extensions: vec![] }.to_text();
        let checkpoint = format!("{text}\n{}", log.line(&text, UtcTime(0)));
        let path = merkle::prove_inclusion(&leaves, 7);
        let policy = Policy::parse(&format!("log {}\nquorum none\n", log.verifier().to_text())).unwrap();
        (Proof { extra: Some(b"seven".to_vec()), index: 7, path, checkpoint }, policy)
    }

    #[test]
    fn a_proof_proves_its_entry_and_no_other() {
        let (proof, policy) = proof();
        let text = proof.to_text();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra c2V2ZW4=\nindex 7\n"));
        assert_eq!(Proof::parse(&text), Ok(proof.clone()));
        assert_eq!(proof.verify(&[7], &policy).unwrap().checkpoint.size, 13);
        assert_eq!(proof.verify(&[8], &policy), Err(NoProof::Unproven(Unproven::Root)));
        for (from, to) in [
            ("@v1", "@v2"),
            ("index 7", "index 07"),
            ("index 7\n", ""),
            ("\n\n", "\n"),
            ("extra c", "extra ?"),
        ] {
            assert!(matches!(Proof::parse(&text.replacen(from, to, 1)), Err(NoProof::Form(_))), "{to}");
        }
        for (from, to) in [("index 7", "index 6"), ("\n13\n", "\n14\n")] {
            let bent = Proof::parse(&text.replacen(from, to, 1)).unwrap();
            assert!(bent.verify(&[7], &policy).is_err(), "{to}");
        }
        let plain = Proof { extra: None, ..proof };
        assert_eq!(Proof::parse(&plain.to_text()), Ok(plain));
    }

    proptest::proptest! {
        #[test]
        fn a_bent_proof_is_refused_or_says_the_same(at in 0_usize..1_000, byte in b' '..127) {
            let (proof, policy) = proof();
            let mut bytes = proof.to_text().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) && let Ok(bent) = Proof::parse(&text) {
                proptest::prop_assert_eq!(bent.to_text(), text);
                if bent.verify(&[7], &policy).is_ok() {
                    proptest::prop_assert_eq!(Proof { extra: None, ..bent }, Proof { extra: None, ..proof });
                }
            }
        }
    }
}
