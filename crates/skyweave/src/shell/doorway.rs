//! Where a program's packets go into the packet engine and come out of it.

use skyweave_emulate::network::{Delivery, PortId};
use skyweave_net::host::{Host, Outlet};
use skyweave_net::packet::Packet;
use skyweave_net::time::Ns;
use std::any::Any;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What came out, of all doorways.
pub type Outcome = Arc<Mutex<Vec<Delivery>>>;

/// Takes what came out so far.
pub fn take(outcome: &Outcome, into: &mut Vec<Delivery>) {
    into.append(&mut outcome.lock().unwrap_or_else(PoisonError::into_inner));
}

/// A host that hands its packets to the outside.
pub struct Doorway {
    port: PortId,
    out: Outcome,
}

impl Doorway {
    /// Of a port; what comes out goes to `out`.
    pub fn of(port: PortId, out: &Outcome) -> Self {
        Self { port, out: Arc::clone(out) }
    }
}

impl Host for Doorway {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        if let Some(body) = packet.body {
            let delivery = Delivery { due_ns: now.0, port: self.port, packet: body.into_vec() };
            self.out.lock().unwrap_or_else(PoisonError::into_inner).push(delivery);
        }
    }

    fn wake(&mut self, _: Ns, _: &mut Outlet) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// What of a packet's headers says where it goes and which flow it is of.
pub struct Header {
    /// Where it goes.
    pub destination: IpAddr,
    /// A number that packets of one flow share.
    pub flow: u32,
}

const TCP: u8 = 6;
const UDP: u8 = 17;
/// FNV-1a, 32 bits.
const FNV_BASIS: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

impl Header {
    /// Of an IP packet; none if it is too short to be one.
    pub fn of(packet: &[u8]) -> Option<Self> {
        let (protocol, addresses, destination, ports) = match packet.first()? >> 4 {
            4 => {
                let destination: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
                let length = usize::from(packet[0] & 0xf) * 4;
                (packet[9], packet.get(12..20)?, IpAddr::from(destination), length)
            }
            6 => {
                let destination: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
                (packet[6], packet.get(8..40)?, IpAddr::from(destination), 40)
            }
            _ => return None,
        };
        let has_ports = protocol == TCP || protocol == UDP;
        let ports = if has_ports { packet.get(ports..ports + 4).unwrap_or(&[]) } else { &[] };
        let bytes = addresses.iter().chain(ports).chain([&protocol]);
        let flow = bytes.fold(FNV_BASIS, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME));
        Some(Self { destination, flow })
    }
}
