//! The engine: what is due happens, in the order of time, and at one instant in the order of numbers.
//!
//! Nodes may be spread over regions, which are run side by side: within a window no longer than the shortest delay from one region to
//! another nothing that happens in one can matter to another. What happens is the same however nodes are spread, since events of one
//! instant at one node are ordered by the numbers of edges, ports and hosts alone.

mod cluster;
mod places;
mod region;
mod slab;
mod topology;

pub use topology::{Air, Blueprint, Edge, Sender, Topology};

use crate::delay::Delay;
use crate::device::{Device, Exit, Grant, LossRule};
use crate::host::{Host, Outlet};
use crate::packet::{EdgeId, HostId, Losses, NodeId, PortId};
use crate::routing::Routing;
use crate::time::Ns;
use places::{Places, Whole};
use rayon::prelude::*;
use region::Region;

/// A window with fewer hops is gone through by one thread: waking others takes longer.
const WORTH_SHARING: u64 = 128;

/// What the engine has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Packets that arrived at the far end of a link.
    pub hops: u64,
    /// Packets that hosts sent.
    pub sent: u64,
    /// Packets that hosts received.
    pub received: u64,
    /// Packets that were lost.
    pub lost: Losses,
}

/// A network of nodes with hosts at them, at some instant.
pub struct Engine {
    now: Ns,
    routing: Box<dyn Routing>,
    topology: Topology,
    places: Places,
    regions: Vec<Region>,
    /// Delays or edges changed since it was last looked which nodes are near each other.
    changed: bool,
}

impl Engine {
    /// A network in one region.
    #[must_use]
    pub fn new(blueprint: Blueprint, routing: Box<dyn Routing>) -> Self {
        let regions = vec![0; blueprint.topology.nodes()];
        Self::in_regions(blueprint, routing, &regions)
    }

    /// A network whose nodes are in these regions, by node.
    #[must_use]
    pub fn in_regions(blueprint: Blueprint, routing: Box<dyn Routing>, region_of_node: &[u16]) -> Self {
        let count = region_of_node.iter().max().map_or(1, |&last| usize::from(last) + 1);
        let regions = (0..count).map(|_| Region::default()).collect();
        Self::begin(blueprint, routing, region_of_node, regions)
    }

    /// An empty network of so many regions, at least one.
    #[must_use]
    pub fn with_regions(count: u16, routing: Box<dyn Routing>) -> Self {
        let regions = (0..count.max(1)).map(|_| Region::default()).collect();
        Self::begin(Blueprint::default(), routing, &[], regions)
    }

    fn begin(
        blueprint: Blueprint,
        routing: Box<dyn Routing>,
        region_of_node: &[u16],
        mut regions: Vec<Region>,
    ) -> Self {
        let Blueprint { topology, senders, hosts } = blueprint;
        let places = Places::spread(&topology, region_of_node, &mut regions, senders, hosts);
        Self { now: Ns(0), routing, topology, places, regions, changed: false }
    }

    /// The instant up to which everything happened.
    #[must_use]
    pub const fn now(&self) -> Ns {
        self.now
    }

    /// What links there are.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Lets everything happen that is due before an instant.
    pub fn run_until(&mut self, end: Ns) {
        if std::mem::take(&mut self.changed) {
            self.places.settle(self.now, &self.topology, &mut self.regions);
        }
        let reach = self.places.reach();
        let mut hops = self.hops();
        let mut busy = false;
        loop {
            let next = self.regions.iter().filter_map(Region::next).min();
            let Some(next) = next.filter(|&next| next < end) else { break };
            let window = end.min(next.after(reach));
            let (routing, topology, places) = (&*self.routing, &self.topology, &self.places);
            let alone = self.regions.len() == 1;
            let whole = |here: usize| Whole { routing, topology, places, here: here as u16, alone };
            if let [only] = &mut self.regions[..] {
                only.run(window, whole(0));
            } else {
                if busy {
                    let regions = self.regions.par_iter_mut().enumerate();
                    regions.for_each(|(here, region)| region.run(window, whole(here)));
                } else {
                    let regions = self.regions.iter_mut().enumerate();
                    regions.for_each(|(here, region)| region.run(window, whole(here)));
                }
                self.exchange();
                // the next window is likely to be as busy as this one
                let before = std::mem::replace(&mut hops, self.hops());
                busy = hops - before > WORTH_SHARING;
            }
        }
        self.now = self.now.max(end);
    }

    fn hops(&self) -> u64 {
        self.regions.iter().map(|region| region.done.hops).sum()
    }

    /// Packets that left their region come to the one where they arrive.
    fn exchange(&mut self) {
        for from in 0..self.regions.len() {
            let mut abroad = std::mem::take(&mut self.regions[from].abroad);
            for (edge, at, packet) in abroad.drain(..) {
                let (region, place) = self.places.head(edge);
                self.regions[region].push_head(place, edge, at, packet);
            }
            self.regions[from].abroad = abroad;
        }
    }

    /// Other routes hold from now on.
    pub fn route(&mut self, routing: Box<dyn Routing>) {
        self.routing = routing;
    }

    /// An edge has another delay from now on.
    pub fn set_delay(&mut self, edge: EdgeId, delay: Delay) {
        self.topology.set_delay(edge, delay);
        self.changed = true;
    }

    /// Packets are lost on an edge by these rules from now on; which of them is drawn from a seed.
    pub fn set_losses(&mut self, edge: EdgeId, losses: Vec<LossRule>, seed: u64) {
        self.topology.set_losses(edge, losses, seed);
    }

    /// A port has another rate from now on.
    pub fn grant(&mut self, port: PortId, grant: Grant) {
        let now = self.now;
        self.with_port(port, |device, exit| device.grant(now, grant, exit));
    }

    /// What waits at a port is routed anew at its node.
    pub fn release(&mut self, port: PortId) {
        let now = self.now;
        self.with_port(port, |device, exit| device.release(now, exit));
    }

    /// A port is taken away: what waits there is lost.
    pub fn close(&mut self, port: PortId) {
        let now = self.now;
        self.with_port(port, |device, exit| device.close(now, exit));
    }

    /// Packets that wait at a port.
    pub fn waiting(&mut self, port: PortId) -> usize {
        let now = self.now;
        let mut waiting = 0;
        self.with_port(port, |device, _| waiting = device.waiting(now));
        waiting
    }

    fn with_port(&mut self, port: PortId, act: impl FnOnce(&mut dyn Device, &mut Exit)) {
        let (region, _) = self.places.port(port);
        let (routing, topology, places) = (&*self.routing, &self.topology, &self.places);
        let alone = self.regions.len() == 1;
        let whole = Whole { routing, topology, places, here: region as u16, alone };
        self.regions[region].with_port(self.now, port, whole, act);
        self.exchange();
    }

    /// Adds a port and its first receiver while the network runs. The port's node must exist.
    pub fn add_port(&mut self, node: NodeId, sender: Sender) -> PortId {
        let port = self.topology.add_port(node);
        self.places.add_port(node, sender, &mut self.regions);
        port
    }

    /// Adds a receiver to a port while the network runs.
    pub fn add_edge(&mut self, edge: Edge) -> EdgeId {
        let to = edge.to;
        let id = self.topology.add_edge(edge);
        self.places.add_head(to, &mut self.regions);
        self.changed = true;
        id
    }

    /// Adds a node to a region while the network runs.
    pub fn add_node(&mut self, region: u16) -> NodeId {
        self.places.add_node(region, &mut self.regions);
        self.topology.add_node()
    }

    /// Adds a host at a node while the network runs.
    pub fn add_host(&mut self, node: NodeId, host: Box<dyn Host>) -> HostId {
        let id = self.topology.add_host(node);
        self.places.add_host(self.now, node, id, host, &mut self.regions);
        id
    }

    /// A host, as what it is.
    #[must_use]
    pub fn host<H: Host>(&self, host: HostId) -> Option<&H> {
        let (region, place) = self.places.host(host);
        self.regions[region].host(place).as_any().downcast_ref()
    }

    /// What was captured at a host.
    #[must_use]
    pub fn capture(&self, host: HostId) -> Option<&crate::capture::Captured> {
        let (region, place) = self.places.host(host);
        self.regions[region].host(place).capture()
    }

    /// Changes a host, and lets it send.
    pub fn with_host<H: Host, T>(
        &mut self,
        host: HostId,
        act: impl FnOnce(&mut H, Ns, &mut Outlet) -> T,
    ) -> Option<T> {
        let (region, place) = self.places.host(host);
        let (now, routing, topology, places) = (self.now, &*self.routing, &self.topology, &self.places);
        let mut answer = None;
        let alone = self.regions.len() == 1;
        let whole = Whole { routing, topology, places, here: region as u16, alone };
        self.regions[region].with_host(now, place, host, whole, |any, outlet| {
            answer = any.as_any_mut().downcast_mut().map(|host| act(host, now, outlet));
        });
        self.exchange();
        answer
    }

    /// When something is due next.
    pub fn next_at(&self) -> Option<Ns> {
        self.regions.iter().filter_map(Region::next).min()
    }

    /// What was done so far.
    #[must_use]
    pub fn done(&self) -> Done {
        let mut all = Done::default();
        for region in &self.regions {
            let done = region.done;
            all.hops += done.hops;
            all.sent += done.sent;
            all.received += done.received;
            all.lost.add(&done.lost);
        }
        all
    }

    /// Packets that are on their way right now, queued or between two nodes.
    pub fn in_flight(&self) -> u64 {
        self.regions.iter().map(Region::in_flight).sum()
    }
}

#[cfg(test)]
mod tests;
