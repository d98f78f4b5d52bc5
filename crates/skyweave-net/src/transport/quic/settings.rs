//! What `quinn-proto` is told before a connection: everything that it would otherwise take from the system is given here.

use super::QuicCongestion;
use super::null::{Null, ResetKey};
use super::watched::{Seen, Watch};
use crate::draw;
use crate::time::Ns;
use crate::transport::ip::UDP_HEADERS;
use crate::transport::{Side, Transfer};
use quinn_proto::congestion::{BbrConfig, ControllerFactory, CubicConfig, NewRenoConfig};
use quinn_proto::{
    ClientConfig, ConnectionId, ConnectionIdGenerator, Endpoint, EndpointConfig, IdleTimeout, ServerConfig,
    TransportConfig, VarInt,
};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a datagram in an IP packet of 1,500.
const DATAGRAM: u16 = 1_500 - UDP_HEADERS as u16;
/// Bytes of a connection id.
const ID: usize = 8;

/// Connection ids by counting.
struct Ids {
    seed: u64,
    count: u64,
}

fn id(seed: u64, count: u64) -> ConnectionId {
    ConnectionId::new(&draw::hash(seed, count).to_le_bytes())
}

impl ConnectionIdGenerator for Ids {
    fn generate_cid(&mut self) -> ConnectionId {
        self.count += 1;
        id(self.seed, self.count)
    }

    fn cid_len(&self) -> usize {
        ID
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

/// Seeds for one side: what is drawn there has nothing to do with what is drawn at the other.
fn seed_of(transfer: &Transfer, side: Side) -> u64 {
    draw::hash(transfer.seed, 16 + side as u64)
}

fn transport(transfer: &Transfer, congestion: QuicCongestion, seen: Seen) -> Arc<TransportConfig> {
    let inner: Arc<dyn ControllerFactory + Send + Sync> = match congestion {
        QuicCongestion::Cubic => Arc::new(CubicConfig::default()),
        QuicCongestion::NewReno => Arc::new(NewRenoConfig::default()),
        QuicCongestion::Bbr => Arc::new(BbrConfig::default()),
    };
    let window = transfer.buffer_bytes.min(Transfer::MOST_BUFFER_BYTES);
    let idle_ms = (transfer.patience < Ns::NEVER).then_some(transfer.patience.0 / 1_000_000);
    let mut config = TransportConfig::default();
    config
        .congestion_controller_factory(Arc::new(Watch { inner, seen }))
        .stream_receive_window(VarInt::from_u32(window))
        .receive_window(VarInt::from_u32(window))
        .send_window(u64::from(window))
        .max_idle_timeout(idle_ms.and_then(|ms| VarInt::from_u64(ms).ok()).map(IdleTimeout::from))
        .initial_mtu(DATAGRAM)
        .mtu_discovery_config(None)
        .datagram_receive_buffer_size(None)
        .enable_segmentation_offload(false);
    Arc::new(config)
}

/// The endpoint of one side, and on the client's what it connects with.
pub fn endpoint(
    transfer: &Transfer,
    side: Side,
    congestion: QuicCongestion,
    seen: Seen,
) -> (Endpoint, Option<ClientConfig>) {
    let seed = seed_of(transfer, side);
    let mut rng_seed = [0; 32];
    for (part, count) in rng_seed.chunks_exact_mut(8).zip(32..) {
        part.copy_from_slice(&draw::hash(seed, count).to_le_bytes());
    }
    let mut config = EndpointConfig::new(Arc::new(ResetKey(draw::hash(seed, 2))));
    config
        .rng_seed(Some(rng_seed))
        .cid_generator(move || Box::new(Ids { seed: draw::hash(seed, 3), count: 0 }));
    let transport = transport(transfer, congestion, seen);
    let (client, server) = match side {
        Side::Client => {
            let mut client = ClientConfig::new(Arc::new(Null));
            let first = id(seed, 4);
            client.transport_config(transport).initial_dst_cid_provider(Arc::new(move || first));
            (Some(client), None)
        }
        Side::Server => {
            let mut server = ServerConfig::new(Arc::new(Null), Arc::new(Null));
            server.transport_config(transport);
            (None, Some(Arc::new(server)))
        }
    };
    (Endpoint::new(Arc::new(config), server, false, None), client)
}
