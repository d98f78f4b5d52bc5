//! Two small networks to test the driver with.

use skyweave_emulate::addresses::AddressPlan;
use skyweave_emulate::network::{Delivery, Network, Packet, PortId};
use skyweave_emulate::packet;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Where a packet that passed the driver's checks wants to go.
fn destination(plan: &AddressPlan, from: PortId, packet: &[u8]) -> Option<PortId> {
    plan.route(from, packet::check(packet).ok()?.destination)
}

/// Everything arrives at once.
pub struct Wire {
    plan: Arc<AddressPlan>,
    waiting: Vec<Delivery>,
}

impl Wire {
    pub fn new(plan: Arc<AddressPlan>) -> Self {
        Self { plan, waiting: Vec::new() }
    }
}

impl Network for Wire {
    fn send(&mut self, now_ns: u64, from: PortId, packet: Packet) {
        if let Some(port) = destination(&self.plan, from, &packet) {
            self.waiting.push(Delivery { due_ns: now_ns, port, packet });
        }
    }

    fn poll(&mut self, _now_ns: u64, out: &mut Vec<Delivery>) {
        out.append(&mut self.waiting);
    }

    fn next_at(&self) -> Option<u64> {
        self.waiting.first().map(|delivery| delivery.due_ns)
    }
}

/// A queue into each port: a rate, a limit, then a delay.
pub struct Links {
    plan: Arc<AddressPlan>,
    delay_ns: u64,
    rate_bps: u64,
    limit_bytes: u64,
    queues: BTreeMap<PortId, (u64, VecDeque<Delivery>)>,
}

impl Links {
    pub fn new(plan: Arc<AddressPlan>, delay_ns: u64, rate_bps: u64, limit_bytes: u64) -> Self {
        Self { plan, delay_ns, rate_bps, limit_bytes, queues: BTreeMap::new() }
    }
}

impl Network for Links {
    fn send(&mut self, now_ns: u64, from: PortId, packet: Packet) {
        let Some(port) = destination(&self.plan, from, &packet) else { return };
        let (free_ns, queue) = self.queues.entry(port).or_default();
        let start_ns = now_ns.max(*free_ns);
        let waiting_bytes = u128::from(start_ns - now_ns) * u128::from(self.rate_bps) / 8_000_000_000;
        if waiting_bytes > u128::from(self.limit_bytes) {
            return;
        }
        *free_ns = start_ns + packet.len() as u64 * 8_000_000_000 / self.rate_bps;
        queue.push_back(Delivery { due_ns: *free_ns + self.delay_ns, port, packet });
    }

    fn poll(&mut self, now_ns: u64, out: &mut Vec<Delivery>) {
        for (_, queue) in self.queues.values_mut() {
            while queue.front().is_some_and(|delivery| delivery.due_ns <= now_ns) {
                out.extend(queue.pop_front());
            }
        }
    }

    fn next_at(&self) -> Option<u64> {
        self.queues.values().filter_map(|(_, queue)| queue.front()).map(|delivery| delivery.due_ns).min()
    }
}
