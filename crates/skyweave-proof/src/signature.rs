//! Keys and signatures of any algorithm that has a type byte (C2SP signed-note, "Signature types").
//!
//! Ed25519 today. Another algorithm is one more variant: everything else goes by the type byte and by bytes of any length.

use crate::{hex, unhex};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::cmp::Ordering;

const ED25519: u8 = 0x01;

/// A key that signatures are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519 (RFC 8032), verified strictly: no small-order keys or points, no second form of a signature.
    Ed25519(VerifyingKey),
}

/// A key that signs.
pub enum SecretKey {
    /// Ed25519 (RFC 8032).
    Ed25519(SigningKey),
}

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key: {0}")]
pub struct NoKey(pub &'static str);

impl PublicKey {
    /// Of an Ed25519 key's bytes.
    ///
    /// # Errors
    /// No point of the curve, or a weak one.
    pub fn ed25519(bytes: &[u8]) -> Result<Self, NoKey> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoKey("an Ed25519 key has 32 bytes"))?;
        // 2^255 - 19 and above would be second names of other points
        let [first, middle @ .., last] = bytes;
        if *first >= 0xed && middle.iter().all(|byte| *byte == 0xff) && last & 0x7f == 0x7f {
            return Err(NoKey("no point of the curve in its one form"));
        }
        let point = VerifyingKey::from_bytes(bytes).map_err(|_| NoKey("no point of the curve"))?;
        if point.is_weak() {
            return Err(NoKey("a weak key, by which everybody could have signed"));
        }
        Ok(Self::Ed25519(point))
    }

    /// The algorithm's type byte.
    #[must_use]
    pub const fn algorithm(&self) -> u8 {
        match self {
            Self::Ed25519(_) => ED25519,
        }
    }

    /// The key itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(point) => point.as_bytes(),
        }
    }

    /// The type byte and the key as hexadecimal digits: how documents name a key.
    #[must_use]
    pub fn to_text(&self) -> String {
        hex(&[&[self.algorithm()], self.as_bytes()].concat())
    }

    /// Of what [`Self::to_text`] writes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        let bytes = unhex(text).ok_or(NoKey("hexadecimal digits in lower case are needed"))?;
        match bytes.split_first() {
            Some((&ED25519, key)) => Self::ed25519(key),
            Some(_) => Err(NoKey("an algorithm that is not known")),
            None => Err(NoKey("it is empty")),
        }
    }

    /// Whether the holder of the key signed this.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(point) => signature
                .try_into()
                .is_ok_and(|bytes| point.verify_strict(message, &Signature::from_bytes(bytes)).is_ok()),
        }
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.algorithm(), self.as_bytes()).cmp(&(other.algorithm(), other.as_bytes()))
    }
}

impl SecretKey {
    /// Of an Ed25519 secret. Where its 32 random bytes come from is the caller's concern.
    #[must_use]
    pub fn ed25519(secret: &[u8; 32]) -> Self {
        Self::Ed25519(SigningKey::from_bytes(secret))
    }

    /// What its signatures are verified with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
        }
    }

    /// Signs.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_vector_of_the_standard() {
        // RFC 8032, section 7.1, test 1
        let secret = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let key = SecretKey::ed25519(&secret.try_into().unwrap());
        let public = "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(key.public().to_text(), public);
        assert_eq!(PublicKey::parse(public).unwrap(), key.public());
        let signature = key.sign(b"");
        assert!(
            hex(&signature).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")
        );
        assert!(key.public().verifies(b"", &signature));
        assert!(!key.public().verifies(b"x", &signature));
        assert!(!key.public().verifies(b"", &signature[..63]));
    }

    #[test]
    fn a_second_form_of_a_signature_and_weak_keys_are_refused() {
        let key = SecretKey::ed25519(&[3; 32]);
        let mut signature = key.sign(b"cut");
        // S + L, where L is the order of the group: the same signature to a lax verifier
        let order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
        let mut carry = 0;
        for (byte, add) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert!(!key.public().verifies(b"cut", &signature));
        // the neutral element, under which a lax verifier takes one signature for any message
        let weak = format!("0101{}", "0".repeat(62));
        assert!(PublicKey::parse(&weak).is_err());
        for wrong in
            ["", "01", "02aa", "01zz", &format!("01{}", "f".repeat(64)), &format!("01{}", "0".repeat(66))]
        {
            assert!(PublicKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
