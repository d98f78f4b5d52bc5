//! Where the parts of a network are: in which region, and where in it.

use super::cluster::Clusters;
use super::region::{Guest, Head, Port, Region};
use super::topology::{Edge, Sender, Topology};
use crate::host::Host;
use crate::packet::{EdgeId, HostId, NodeId, PortId};
use crate::routing::Routing;
use crate::time::Ns;

/// Which region has what, and where in it.
pub(super) struct Places {
    region_of_node: Vec<u16>,
    ports: Vec<(u16, u32)>,
    heads: Vec<(u16, u32)>,
    hosts: Vec<(u16, u32)>,
    clusters: Clusters,
    /// What lies between two clusters of a region takes at least this long.
    stride: Ns,
    /// What lies between two regions takes at least this long.
    reach: Ns,
}

impl Places {
    pub fn spread(
        topology: &Topology,
        region_of_node: &[u16],
        regions: &mut [Region],
        senders: Vec<Sender>,
        hosts: Vec<Box<dyn Host>>,
    ) -> Self {
        let (clusters, stride) = Clusters::of(topology, region_of_node, regions.len());
        for (region, &count) in regions.iter_mut().zip(&clusters.counts) {
            region.set_clusters(count);
        }
        let mut places = Self {
            region_of_node: region_of_node.to_vec(),
            ports: Vec::new(),
            heads: Vec::new(),
            hosts: Vec::new(),
            clusters,
            stride,
            reach: Ns::NEVER,
        };
        places.reach = places.shortest_between_regions(topology);
        for (&node, sender) in topology.node_of_port().iter().zip(senders) {
            places.add_port(node, sender, regions);
        }
        for edge in topology.edges() {
            places.add_head(edge.to, regions);
        }
        for ((&node, host), id) in topology.node_of_host().iter().zip(hosts).zip(0..) {
            places.add_host(Ns(0), node, HostId(id), host, regions);
        }
        places
    }

    pub fn add_node(&mut self, region: u16, regions: &mut [Region]) {
        self.region_of_node.push(region);
        self.clusters.add_node(usize::from(region));
        regions[usize::from(region)].add_cluster();
    }

    pub fn add_port(&mut self, node: NodeId, sender: Sender, regions: &mut [Region]) {
        let region = self.region_of_node[node.index()];
        let ports = &mut regions[usize::from(region)].ports;
        self.ports.push((region, ports.len() as u32));
        ports.push(Port::new(sender));
    }

    pub fn add_head(&mut self, to: NodeId, regions: &mut [Region]) {
        let region = self.region_of_node[to.index()];
        let heads = &mut regions[usize::from(region)].heads;
        self.heads.push((region, heads.len() as u32));
        heads.push(Head::new(to, self.cluster(to)));
    }

    pub fn add_host(
        &mut self,
        now: Ns,
        node: NodeId,
        id: HostId,
        host: Box<dyn Host>,
        regions: &mut [Region],
    ) {
        let region_number = self.region_of_node[node.index()];
        let region = &mut regions[usize::from(region_number)];
        self.hosts.push((region_number, region.hosts.len() as u32));
        region.hosts.push(Guest::new(host, node));
        region.begin_host(now, region.hosts.len() - 1, id, self.cluster(node));
    }

    /// Delays or edges are other ones than before: clusters may be.
    pub fn settle(&mut self, now: Ns, topology: &Topology, regions: &mut [Region]) {
        let (clusters, stride) = Clusters::of(topology, &self.region_of_node, regions.len());
        (self.stride, self.reach) = (stride, self.shortest_between_regions(topology));
        if clusters == self.clusters {
            return;
        }
        self.clusters = clusters;
        for (region, &count) in regions.iter_mut().zip(&self.clusters.counts) {
            region.set_clusters(count);
        }
        for (edge, &(region, place)) in self.heads.iter().enumerate() {
            let cluster = self.cluster(topology.edges()[edge].to);
            regions[usize::from(region)].place_head(place as usize, EdgeId::at(edge), cluster);
        }
        for (port, &(region, place)) in self.ports.iter().enumerate() {
            let cluster = self.cluster(topology.node_of_port()[port]);
            regions[usize::from(region)].place_port(now, place as usize, PortId::at(port), cluster);
        }
        for (host, &(region, place)) in self.hosts.iter().enumerate() {
            let cluster = self.cluster(topology.node_of_host()[host]);
            regions[usize::from(region)].place_host(now, place as usize, HostId::at(host), cluster);
        }
    }

    pub fn port(&self, port: PortId) -> (usize, usize) {
        let (region, place) = self.ports[port.index()];
        (usize::from(region), place as usize)
    }

    pub fn head(&self, edge: EdgeId) -> (usize, usize) {
        let (region, place) = self.heads[edge.index()];
        (usize::from(region), place as usize)
    }

    pub fn host(&self, host: HostId) -> (usize, usize) {
        let (region, place) = self.hosts[host.index()];
        (usize::from(region), place as usize)
    }

    /// The cluster of a node, within its region.
    pub fn cluster(&self, node: NodeId) -> u32 {
        self.clusters.of_node[node.index()]
    }

    /// What lies between two regions takes at least this long.
    pub const fn reach(&self) -> Ns {
        self.reach
    }

    /// The shortest delay from one region to another; [`Ns::NEVER`] if no edge leads from any to another.
    fn shortest_between_regions(&self, topology: &Topology) -> Ns {
        let crosses = |edge: &&Edge| {
            let from = topology.node_of_port()[edge.from.index()];
            self.region_of_node[from.index()] != self.region_of_node[edge.to.index()]
        };
        let least = topology.edges().iter().filter(crosses).map(|edge| edge.delay.least()).min();
        least.unwrap_or(Ns::NEVER).max(Ns(1))
    }
}

/// What a region needs to know of the whole while it runs.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub routing: &'a dyn Routing,
    pub topology: &'a Topology,
    pub places: &'a Places,
    /// This region's number.
    pub here: u16,
    /// There is no other region: numbers are places.
    pub alone: bool,
}

impl Whole<'_> {
    /// Where in this region a port is that it has.
    #[inline]
    pub fn place_of_port(&self, port: PortId) -> usize {
        if self.alone { port.index() } else { self.places.ports[port.index()].1 as usize }
    }

    /// Where in this region the receiving end of an edge is that it has.
    #[inline]
    pub fn place_of_head(&self, edge: EdgeId) -> usize {
        if self.alone { edge.index() } else { self.places.heads[edge.index()].1 as usize }
    }

    /// Where in this region a host is that it has.
    #[inline]
    pub fn place_of_host(&self, host: HostId) -> usize {
        if self.alone { host.index() } else { self.places.hosts[host.index()].1 as usize }
    }

    /// The region of the receiving end of an edge.
    #[inline]
    pub fn region_of_head(&self, edge: EdgeId) -> u16 {
        if self.alone { self.here } else { self.places.heads[edge.index()].0 }
    }

    /// How long a cluster may run by itself.
    #[inline]
    pub fn stride(&self) -> Ns {
        self.places.stride
    }
}
