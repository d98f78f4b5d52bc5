//! What `smoltcp` takes for its network interface: packets that came, and packets to be sent.

use crate::transport::clock::TcpTime;
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};

/// Bytes of an IP packet at most.
pub const MTU: usize = 1_500;

/// An interface without a wire.
#[derive(Debug, Default)]
pub struct Wire {
    /// The packet that has come.
    pub incoming: Option<Box<[u8]>>,
    /// Packets to be sent, in their order.
    pub outgoing: Vec<Box<[u8]>>,
}

/// A packet that came.
pub struct Incoming(Box<[u8]>);

/// Room for a packet to be sent.
pub struct Outgoing<'a>(&'a mut Vec<Box<[u8]>>);

impl Device for Wire {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, _: TcpTime) -> Option<(Incoming, Outgoing<'_>)> {
        let packet = self.incoming.take()?;
        Some((Incoming(packet), Outgoing(&mut self.outgoing)))
    }

    fn transmit(&mut self, _: TcpTime) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.outgoing))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities
    }
}

impl RxToken for Incoming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut packet = vec![0; length].into_boxed_slice();
        let answer = write(&mut packet);
        self.0.push(packet);
        answer
    }
}
