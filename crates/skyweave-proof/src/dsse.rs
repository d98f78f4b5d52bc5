//! Envelopes: bytes of a stated type with the signatures of several principals (DSSE, protocol version 1).
//!
//! What is signed is the type and the bytes as they are stored, never a second writing of them. Who counts is decided by keys: one principal
//! with several names, or several signatures, is one.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Bytes of a type, and who signed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the bytes are: `application/vnd.skyweave.order.v1+json; fleet=...`.
    pub payload_type: String,
    /// The bytes as stored.
    pub payload: Vec<u8>,
    /// Keys and their signatures.
    pub signatures: Vec<([u8; 32], [u8; 64])>,
}

impl Envelope {
    /// Adds a signature.
    pub fn sign(&mut self, key: &SigningKey) {
        let signature = key.sign(&authentication(&self.payload_type, &self.payload)).to_bytes();
        self.signatures.push((*key.verifying_key().as_bytes(), signature));
    }

    /// The keys that signed, in order, each once. Signatures that are not over these bytes count for nothing.
    #[must_use]
    pub fn principals(&self, payload_type: &str) -> Vec<[u8; 32]> {
        if self.payload_type != payload_type {
            return Vec::new();
        }
        let message = authentication(payload_type, &self.payload);
        let is_signed = |(key, signature): &&([u8; 32], [u8; 64])| {
            VerifyingKey::from_bytes(key)
                .is_ok_and(|key| key.verify_strict(&message, &Signature::from_bytes(signature)).is_ok())
        };
        let mut keys: Vec<[u8; 32]> = self.signatures.iter().filter(is_signed).map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// The bytes that are signed: the pre-authentication encoding.
#[must_use]
pub fn authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_as_the_protocol_has_it() {
        let signed = authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn keys_count_once_and_only_for_their_bytes_and_type() {
        let (one, two) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let mut envelope =
            Envelope { payload_type: "order".to_owned(), payload: b"cut".to_vec(), signatures: Vec::new() };
        envelope.sign(&one);
        envelope.sign(&one);
        envelope.sign(&two);
        assert_eq!(envelope.principals("order").len(), 2);
        assert!(envelope.principals("bundle").is_empty());
        let moved = Envelope { payload: b"cat".to_vec(), ..envelope.clone() };
        assert!(moved.principals("order").is_empty());
        let mut bent = envelope.clone();
        bent.signatures[2].1[3] ^= 1;
        assert_eq!(bent.principals("order"), [*one.verifying_key().as_bytes()]);
    }
}
