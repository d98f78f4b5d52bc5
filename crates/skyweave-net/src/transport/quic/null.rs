//! The null session: QUIC's handshake without cryptography.
//!
//! It carries the transport parameters and completes, in the order of TLS 1.3 within QUIC (RFC 9001, section 4), and protects nothing:
//! headers and payloads are sent as they are, with tags of zeros. Lengths are those of AES-128-GCM, so that packets are as large as
//! real ones. It is for links inside this process, and must never see another network.

use crate::draw;
use bytes::BytesMut;
use quinn_proto::crypto::{
    self, AeadKey, CryptoError, ExportKeyingMaterialError, HandshakeTokenKey, HeaderKey, HmacKey, KeyPair,
    Keys, PacketKey, UnsupportedVersion,
};
use quinn_proto::transport_parameters::TransportParameters;
use quinn_proto::{ConnectError, ConnectionId, Side, TransportError, TransportErrorCode};
use std::any::Any;
use std::sync::Arc;

/// Bytes of an AES-128-GCM tag, and of the sample that header protection takes (RFC 9001, section 5).
const TAG: usize = 16;

/// Starts sessions of either side.
pub struct Null;

/// A key that changes nothing.
struct NoKey;

fn keys() -> Keys {
    Keys {
        header: KeyPair { local: Box::new(NoKey), remote: Box::new(NoKey) },
        packet: KeyPair { local: Box::new(NoKey), remote: Box::new(NoKey) },
    }
}

impl HeaderKey for NoKey {
    fn decrypt(&self, _: usize, _: &mut [u8]) {}

    fn encrypt(&self, _: usize, _: &mut [u8]) {}

    fn sample_size(&self) -> usize {
        TAG
    }
}

impl PacketKey for NoKey {
    fn encrypt(&self, _: u64, packet: &mut [u8], _: usize) {
        if let Some(tag) = packet.last_chunk_mut::<TAG>() {
            *tag = [0; TAG];
        }
    }

    fn decrypt(&self, _: u64, _: &[u8], payload: &mut BytesMut) -> Result<(), CryptoError> {
        match payload.last_chunk::<TAG>() {
            Some(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) => {
                payload.truncate(payload.len() - TAG);
                Ok(())
            }
            _ => Err(CryptoError),
        }
    }

    fn tag_len(&self) -> usize {
        TAG
    }

    fn confidentiality_limit(&self) -> u64 {
        u64::MAX
    }

    fn integrity_limit(&self) -> u64 {
        u64::MAX
    }
}

/// What a side sends next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A client's first message, or a server's wait for it.
    Hello,
    /// A server's answer is written; keys of the handshake follow.
    HandshakeKeys,
    /// Its parameters, or a client's last message; keys for data follow.
    DataKeys,
    /// Nothing more.
    Done,
}

/// One side of a handshake.
struct NullSession {
    side: Side,
    own: Vec<u8>,
    others: Option<TransportParameters>,
    step: Step,
    /// Messages that are still to be read until everything was said.
    missing: u8,
    unread: Vec<u8>,
}

/// Messages, as TLS names those in their places.
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const PARAMETERS: u8 = 8;
const FINISHED: u8 = 20;

fn put(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&(body.len() as u16).to_be_bytes());
    out.extend_from_slice(body);
}

impl NullSession {
    fn new(side: Side, parameters: &TransportParameters) -> Self {
        let mut own = Vec::new();
        parameters.write(&mut own);
        Self { side, own, others: None, step: Step::Hello, missing: 2, unread: Vec::new() }
    }

    fn message(&mut self, kind: u8, body: &[u8]) -> Result<(), TransportError> {
        let (expected, next) = match (self.side, self.step, self.missing) {
            (Side::Server, Step::Hello, _) => (CLIENT_HELLO, Step::HandshakeKeys),
            (Side::Server, ..) => (FINISHED, self.step),
            (Side::Client, _, 2) => (SERVER_HELLO, self.step),
            (Side::Client, ..) => (PARAMETERS, Step::DataKeys),
        };
        if kind != expected || self.missing == 0 {
            let reason = "null session: a message out of order".into();
            return Err(TransportError { code: TransportErrorCode::PROTOCOL_VIOLATION, frame: None, reason });
        }
        if matches!(kind, CLIENT_HELLO | PARAMETERS) {
            self.others = Some(TransportParameters::read(self.side, &mut &*body)?);
        }
        self.step = next;
        self.missing -= 1;
        Ok(())
    }
}

impl crypto::Session for NullSession {
    fn initial_keys(&self, _: &ConnectionId, _: Side) -> Keys {
        keys()
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        None
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        None
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        None
    }

    fn early_data_accepted(&self) -> Option<bool> {
        self.side.is_client().then_some(false)
    }

    fn is_handshaking(&self) -> bool {
        self.missing > 0
    }

    fn read_handshake(&mut self, bytes: &[u8]) -> Result<bool, TransportError> {
        self.unread.extend_from_slice(bytes);
        while let [kind, high, low, rest @ ..] = &self.unread[..] {
            let (kind, length) = (*kind, usize::from(u16::from_be_bytes([*high, *low])));
            let Some(body) = rest.get(..length).map(<[u8]>::to_vec) else { break };
            self.unread.drain(..3 + length);
            self.message(kind, &body)?;
        }
        Ok(false)
    }

    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        Ok(self.others)
    }

    fn write_handshake(&mut self, out: &mut Vec<u8>) -> Option<Keys> {
        match (self.side, self.step) {
            (Side::Client, Step::Hello) => {
                put(out, CLIENT_HELLO, &self.own);
                self.step = Step::HandshakeKeys;
                None
            }
            // with the server's answer
            (Side::Client, Step::HandshakeKeys) if self.missing == 1 => {
                self.step = Step::DataKeys;
                Some(keys())
            }
            (Side::Client, Step::DataKeys) if self.missing == 0 => {
                put(out, FINISHED, &[]);
                self.step = Step::Done;
                Some(keys())
            }
            (Side::Server, Step::HandshakeKeys) => {
                put(out, SERVER_HELLO, &[]);
                self.step = Step::DataKeys;
                Some(keys())
            }
            (Side::Server, Step::DataKeys) => {
                put(out, PARAMETERS, &self.own);
                self.step = Step::Done;
                Some(keys())
            }
            _ => None,
        }
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        Some(keys().packet)
    }

    fn is_valid_retry(&self, _: &ConnectionId, _: &[u8], payload: &[u8]) -> bool {
        payload.ends_with(&[0; TAG])
    }

    fn export_keying_material(
        &self,
        _: &mut [u8],
        _: &[u8],
        _: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        Err(ExportKeyingMaterialError)
    }
}

impl crypto::ClientConfig for Null {
    fn start_session(
        self: Arc<Self>,
        _: u32,
        _: &str,
        parameters: &TransportParameters,
    ) -> Result<Box<dyn crypto::Session>, ConnectError> {
        Ok(Box::new(NullSession::new(Side::Client, parameters)))
    }
}

impl crypto::ServerConfig for Null {
    fn initial_keys(&self, _: u32, _: &ConnectionId) -> Result<Keys, UnsupportedVersion> {
        Ok(keys())
    }

    fn retry_tag(&self, _: u32, _: &ConnectionId, _: &[u8]) -> [u8; 16] {
        [0; TAG]
    }

    fn start_session(self: Arc<Self>, _: u32, parameters: &TransportParameters) -> Box<dyn crypto::Session> {
        Box::new(NullSession::new(Side::Server, parameters))
    }
}

/// Makes reset tokens of connection ids, by a seed: other ones for other ids, and no secret.
pub struct ResetKey(pub u64);

impl ResetKey {
    fn tag(&self, data: &[u8]) -> [u8; 32] {
        let mut state = self.0;
        for &byte in data {
            state = draw::hash(state, u64::from(byte));
        }
        let mut tag = [0; 32];
        for (part, count) in tag.chunks_exact_mut(8).zip(0..) {
            part.copy_from_slice(&draw::hash(state, count).to_le_bytes());
        }
        tag
    }
}

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], out: &mut [u8]) {
        for (out, byte) in out.iter_mut().zip(self.tag(data)) {
            *out = byte;
        }
    }

    fn signature_len(&self) -> usize {
        32
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if self.tag(data) == *signature { Ok(()) } else { Err(CryptoError) }
    }
}

impl HandshakeTokenKey for Null {
    fn aead_from_hkdf(&self, _: &[u8]) -> Box<dyn AeadKey> {
        Box::new(NoKey)
    }
}

impl AeadKey for NoKey {
    fn seal(&self, _: &mut Vec<u8>, _: &[u8]) -> Result<(), CryptoError> {
        Ok(())
    }

    fn open<'a>(&self, data: &'a mut [u8], _: &[u8]) -> Result<&'a mut [u8], CryptoError> {
        Ok(data)
    }
}
