//! Envelopes: bytes of a stated type with the signatures of several keys (DSSE, protocol version 1).
//!
//! What is signed is the type and the bytes as they are stored, never a second writing of them.

use crate::json::{self, Fields, Malformed, Value};
use crate::signature::{PublicKey, SecretKey};

/// No envelope has more signatures.
pub const MOST_SIGNATURES: usize = 100;

/// Bytes of a type, and who signed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the bytes are: `application/vnd.skyweave.order.v1+json; fleet=...`.
    pub payload_type: String,
    /// The bytes as stored.
    pub payload: Vec<u8>,
    /// Keys and their signatures.
    pub signatures: Vec<Signature>,
}

/// A signature, and the key that is said to have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key as [`PublicKey::to_text`] writes it.
    pub key: String,
    /// The signature.
    pub bytes: Vec<u8>,
}

/// A signature under a known key is not over these bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signature of key {key} is not over these bytes and this type")]
pub struct WrongSignature {
    /// Whose it is said to be.
    pub key: String,
}

impl Envelope {
    /// Adds a signature.
    pub fn sign(&mut self, key: &SecretKey) {
        let bytes = key.sign(&authentication(&self.payload_type, &self.payload));
        self.signatures.push(Signature { key: key.public().to_text(), bytes });
    }

    /// Signed too.
    #[must_use]
    pub fn signed(mut self, key: &SecretKey) -> Self {
        self.sign(key);
        self
    }

    /// What the known keys that signed stand for, each once and in order. Unknown keys mean nothing.
    ///
    /// # Errors
    /// A signature under a known key that is not over these bytes: somebody bent something.
    pub fn signers<'k, T: Ord>(
        &self,
        known: impl Fn(&str) -> Option<(T, &'k PublicKey)>,
    ) -> Result<Vec<T>, WrongSignature> {
        let message = authentication(&self.payload_type, &self.payload);
        let mut signers = Vec::new();
        for signature in &self.signatures {
            let Some((signer, key)) = known(&signature.key) else { continue };
            if !key.verifies(&message, &signature.bytes) {
                return Err(WrongSignature { key: signature.key.clone() });
            }
            signers.push(signer);
        }
        signers.sort_unstable();
        signers.dedup();
        Ok(signers)
    }

    /// As it is stored: the protocol's JSON in its one form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let signature = |one: &Signature| {
            Value::object([
                ("keyid", Some(Value::text(&one.key))),
                ("sig", Some(Value::text(json::to_base64(&one.bytes)))),
            ])
        };
        Value::object([
            ("payload", Some(Value::text(json::to_base64(&self.payload)))),
            ("payloadType", Some(Value::text(&self.payload_type))),
            ("signatures", Some(Value::list(&self.signatures, signature))),
        ])
        .to_bytes()
    }

    /// Of what is stored.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "envelope")?;
        let payload = fields.base64("payload")?;
        let payload_type = fields.text("payloadType")?;
        let signatures = fields.list("signatures", |value, place| {
            let mut fields = Fields::of(value, place)?;
            let signature = Signature { key: fields.text("keyid")?, bytes: fields.base64("sig")? };
            fields.end()?;
            Ok(signature)
        })?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(fields.wrong("signatures", "more than a hundred"));
        }
        fields.end()?;
        Ok(Self { payload_type, payload, signatures })
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
    use proptest::prelude::*;

    #[test]
    fn what_is_signed_is_as_the_protocol_has_it() {
        let signed = authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    fn signed_by(secrets: &[u8]) -> Envelope {
        let mut envelope =
            Envelope { payload_type: "order".to_owned(), payload: b"cut".to_vec(), signatures: Vec::new() };
        for secret in secrets {
            envelope.sign(&SecretKey::ed25519(&[*secret; 32]));
        }
        envelope
    }

    #[test]
    fn keys_count_once_and_only_for_their_bytes_and_type() {
        let keys: Vec<_> =
            [1, 2, 3].iter().map(|secret| SecretKey::ed25519(&[*secret; 32]).public()).collect();
        let known =
            |text: &str| keys[..2].iter().position(|key| key.to_text() == text).map(|at| (at, &keys[at]));
        let envelope = signed_by(&[1, 1, 2, 3]);
        assert_eq!(envelope.signers(known), Ok(vec![0, 1]));
        let retyped = Envelope { payload_type: "bundle".to_owned(), ..envelope.clone() };
        assert!(retyped.signers(known).is_err());
        let moved = Envelope { payload: b"cat".to_vec(), ..envelope.clone() };
        assert!(moved.signers(known).is_err());
        let mut bent = envelope;
        bent.signatures[2].bytes[3] ^= 1;
        assert_eq!(bent.signers(known), Err(WrongSignature { key: keys[1].to_text() }));
    }

    proptest! {
        #[test]
        fn envelopes_have_one_form(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let envelope = signed_by(&[1, 2]);
            let mut bytes = envelope.to_bytes();
            prop_assert_eq!(Envelope::parse(&bytes).unwrap(), envelope);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(other) = Envelope::parse(&bytes) {
                prop_assert_eq!(other.to_bytes(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            _ = Envelope::parse(&bytes);
        }
    }
}
