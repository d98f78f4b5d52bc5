//! A congestion controller around another one, that notes round trips.

use crate::time::Ns;
use crate::transport::clock::{QuicTime, of_quic};
use quinn_proto::RttEstimator;
use quinn_proto::congestion::{Controller, ControllerFactory, ControllerMetrics};
use std::any::Any;
use std::sync::{Arc, Mutex};

/// Round trips that were seen and not yet taken: when the acknowledgement came, and how long it took.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<(Ns, Ns)>>>);

impl Seen {
    fn note(&self, now: Ns, rtt: Ns) {
        if let Ok(mut seen) = self.0.lock() {
            seen.push((now, rtt));
        }
    }

    /// Takes them.
    pub fn take(&self, mut each: impl FnMut(Ns, Ns)) {
        if let Ok(mut seen) = self.0.lock() {
            seen.drain(..).for_each(|(now, rtt)| each(now, rtt));
        }
    }
}

/// Builds controllers that are watched.
pub struct Watch {
    /// What builds those that do the work.
    pub inner: Arc<dyn ControllerFactory + Send + Sync>,
    /// Where they note what they see.
    pub seen: Seen,
}

impl ControllerFactory for Watch {
    fn build(self: Arc<Self>, now: QuicTime, mtu: u16) -> Box<dyn Controller> {
        Box::new(Watched { inner: self.inner.clone().build(now, mtu), seen: self.seen.clone(), newest: None })
    }
}

struct Watched {
    inner: Box<dyn Controller>,
    seen: Seen,
    /// When the newest packet was sent that this acknowledgement covers.
    newest: Option<QuicTime>,
}

impl Controller for Watched {
    fn on_sent(&mut self, now: QuicTime, bytes: u64, last_packet_number: u64) {
        self.inner.on_sent(now, bytes, last_packet_number);
    }

    fn on_ack(&mut self, now: QuicTime, sent: QuicTime, bytes: u64, app_limited: bool, rtt: &RttEstimator) {
        self.newest = self.newest.max(Some(sent));
        self.inner.on_ack(now, sent, bytes, app_limited, rtt);
    }

    fn on_end_acks(&mut self, now: QuicTime, in_flight: u64, app_limited: bool, largest: Option<u64>) {
        if let Some(sent) = self.newest.take() {
            let now = of_quic(now);
            self.seen.note(now, now.since(of_quic(sent)));
        }
        self.inner.on_end_acks(now, in_flight, app_limited, largest);
    }

    fn on_congestion_event(&mut self, now: QuicTime, sent: QuicTime, persistent: bool, lost_bytes: u64) {
        self.inner.on_congestion_event(now, sent, persistent, lost_bytes);
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        self.inner.on_mtu_update(mtu);
    }

    fn window(&self) -> u64 {
        self.inner.window()
    }

    fn metrics(&self) -> ControllerMetrics {
        self.inner.metrics()
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self { inner: self.inner.clone_box(), seen: self.seen.clone(), newest: self.newest })
    }

    fn initial_window(&self) -> u64 {
        self.inner.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
