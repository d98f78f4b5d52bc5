//! Which nodes, ports, edges and hosts there are.

use crate::delay::Delay;
use crate::device::{Device, FairQueue, Fifo, LossRule};
use crate::host::Host;
use crate::medium::Medium;
use crate::packet::{EdgeId, HostId, NodeId, PortId};
use crate::time::Ns;

/// A way from a port to another node.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Edge {
    /// The port that it begins at.
    pub from: PortId,
    /// Where it leads.
    pub to: NodeId,
    /// How long that takes, by when a packet begins to leave.
    pub delay: Delay,
    /// What else happens to packets on it.
    pub air: Option<Box<Air>>,
}

/// What happens to packets on an edge besides that they take time.
#[derive(Debug, Clone, Default)]
pub struct Air {
    /// At a terminal: the medium access that holds what arrives.
    pub medium: Option<Medium>,
    /// Packets that are lost, by when they begin to leave. The first rule that holds decides.
    pub losses: Vec<LossRule>,
    /// Which of them are lost is drawn from this.
    pub seed: u64,
}

impl Air {
    /// The rule for what begins to leave at an instant.
    pub(super) fn rule(&self, begins: Ns) -> Option<&LossRule> {
        self.losses.iter().find(|rule| rule.from <= begins && begins < rule.until)
    }
}

impl Edge {
    /// A link that holds nothing up.
    #[must_use]
    pub const fn new(from: PortId, to: NodeId, delay: Delay) -> Self {
        Self { from, to, delay, air: None }
    }

    /// When a packet arrives.
    #[inline]
    pub(super) fn arrival(&self, begins: Ns, ends: Ns) -> Ns {
        let at = ends.after(self.delay.at(begins));
        let medium = self.air.as_ref().and_then(|air| air.medium.as_ref());
        medium.map_or(at, |medium| medium.down(at))
    }
}

/// The sending end of a link: the usual queues by themselves, or any other device.
#[derive(Debug)]
pub enum Sender {
    /// A drop-tail queue.
    Fifo(Fifo),
    /// Fair queues.
    Fair(Box<FairQueue>),
    /// Anything else.
    Device(Box<dyn Device>),
}

impl Sender {
    pub(super) fn device_mut(&mut self) -> &mut dyn Device {
        match self {
            Self::Fifo(fifo) => fifo,
            Self::Fair(fair) => &mut **fair,
            Self::Device(device) => &mut **device,
        }
    }

    #[inline]
    pub(super) fn next_wake(&self) -> Ns {
        match self {
            Self::Fifo(fifo) => fifo.next_wake(),
            Self::Fair(fair) => fair.next_wake(),
            Self::Device(device) => device.next_wake(),
        }
    }

    pub(super) fn held(&self) -> usize {
        match self {
            Self::Fifo(fifo) => fifo.held(),
            Self::Fair(fair) => fair.held(),
            Self::Device(device) => device.held(),
        }
    }
}

/// Which nodes, ports, edges and hosts there are.
#[derive(Debug, Default)]
pub struct Topology {
    nodes: u32,
    node_of_port: Vec<NodeId>,
    edges: Vec<Edge>,
    node_of_host: Vec<NodeId>,
}

impl Topology {
    /// Nodes.
    #[must_use]
    pub const fn nodes(&self) -> usize {
        self.nodes as usize
    }

    /// The edges.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// By host: the node that it sits at.
    #[must_use]
    pub fn node_of_host(&self) -> &[NodeId] {
        &self.node_of_host
    }

    /// By port: the node that it belongs to.
    #[must_use]
    pub fn node_of_port(&self) -> &[NodeId] {
        &self.node_of_port
    }

    pub(super) fn add_node(&mut self) -> NodeId {
        self.nodes += 1;
        NodeId(self.nodes - 1)
    }

    pub(super) fn add_port(&mut self, node: NodeId) -> PortId {
        self.node_of_port.push(node);
        PortId::at(self.node_of_port.len() - 1)
    }

    pub(super) fn add_edge(&mut self, edge: Edge) -> EdgeId {
        self.edges.push(edge);
        EdgeId::at(self.edges.len() - 1)
    }

    pub(super) fn add_host(&mut self, node: NodeId) -> HostId {
        self.node_of_host.push(node);
        HostId::at(self.node_of_host.len() - 1)
    }

    pub(super) fn set_losses(&mut self, edge: EdgeId, losses: Vec<LossRule>, seed: u64) {
        let air = &mut self.edges[edge.index()].air;
        if air.is_none() && losses.is_empty() {
            return;
        }
        let air = air.get_or_insert_default();
        (air.losses, air.seed) = (losses, seed);
    }

    pub(super) fn set_delay(&mut self, edge: EdgeId, delay: Delay) {
        self.edges[edge.index()].delay = delay;
    }
}

/// A network before it runs, with everything that will.
#[derive(Default)]
pub struct Blueprint {
    pub(super) topology: Topology,
    pub(super) senders: Vec<Sender>,
    pub(super) hosts: Vec<Box<dyn Host>>,
}

impl Blueprint {
    /// What there is so far.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Adds a node.
    pub fn add_node(&mut self) -> NodeId {
        self.topology.add_node()
    }

    /// Adds a sending end to a node.
    pub fn add_port(&mut self, node: NodeId, sender: Sender) -> PortId {
        self.senders.push(sender);
        self.topology.add_port(node)
    }

    /// Adds a way from a port to a node.
    pub fn add_edge(&mut self, edge: Edge) -> EdgeId {
        self.topology.add_edge(edge)
    }

    /// Adds a host at a node.
    pub fn add_host(&mut self, node: NodeId, host: Box<dyn Host>) -> HostId {
        self.hosts.push(host);
        self.topology.add_host(node)
    }

    /// The number that the next host will get.
    #[must_use]
    pub fn next_host(&self) -> HostId {
        HostId::at(self.topology.node_of_host.len())
    }
}
