//! A part of the network that runs by itself for a while, and where the parts are.

use super::Done;
use super::slab::Slab;
use super::topology::{Edge, Sender, Topology};
use crate::agenda::Agenda;
use crate::device::{Bound, Departure, Device, Entered, Exit};
use crate::host::{Host, Outlet};
use crate::packet::{EdgeId, HostId, Loss, NodeId, Packet, PortId};
use crate::routing::{Hop, Routing};
use crate::time::Ns;
use std::collections::VecDeque;

/// What an entry of the agenda is about, in the two upper bits of its key; the rest is a number.
const EDGE: u32 = 0;
const PORT: u32 = 1 << 30;
const HOST: u32 = 2 << 30;
const KIND: u32 = 3 << 30;

/// The receiving end of an edge: packets that are on their way, the first to arrive first.
struct Head {
    coming: VecDeque<(Ns, u32)>,
    to: NodeId,
}

struct Port {
    sender: Sender,
    /// When the agenda has it; [`Ns::NEVER`] if it does not.
    noted: Ns,
}

struct Guest {
    host: Box<dyn Host>,
    node: NodeId,
    noted: Ns,
}

/// A part of the network.
#[derive(Default)]
pub(super) struct Region {
    agenda: Agenda,
    ports: Vec<Port>,
    heads: Vec<Head>,
    packets: Slab,
    hosts: Vec<Guest>,
    exit: Exit,
    outlet: Outlet,
    /// Packets that arrive in another region.
    pub abroad: Vec<(EdgeId, Ns, Packet)>,
    pub done: Done,
}

/// Which region has what, and where in it.
pub(super) struct Places {
    region_of_node: Vec<u16>,
    ports: Vec<(u16, u32)>,
    heads: Vec<(u16, u32)>,
    hosts: Vec<(u16, u32)>,
}

impl Places {
    pub fn spread(
        topology: &Topology,
        region_of_node: &[u16],
        regions: &mut [Region],
        senders: Vec<Sender>,
        hosts: Vec<Box<dyn Host>>,
    ) -> Self {
        let mut places = Self {
            region_of_node: region_of_node.to_vec(),
            ports: Vec::new(),
            heads: Vec::new(),
            hosts: Vec::new(),
        };
        for (&node, sender) in topology.node_of_port().iter().zip(senders) {
            places.add_port(node, sender, regions);
        }
        for edge in topology.edges() {
            places.add_head(edge.to, regions);
        }
        for ((&node, host), id) in topology.node_of_host().iter().zip(hosts).zip(0..) {
            places.add_host(node, HostId(id), host, regions);
        }
        places
    }

    pub fn add_node(&mut self) {
        self.region_of_node.push(0);
    }

    pub fn add_port(&mut self, node: NodeId, sender: Sender, regions: &mut [Region]) {
        let region = self.region_of_node[node.index()];
        let ports = &mut regions[usize::from(region)].ports;
        self.ports.push((region, ports.len() as u32));
        ports.push(Port { sender, noted: Ns::NEVER });
    }

    pub fn add_head(&mut self, to: NodeId, regions: &mut [Region]) {
        let region = self.region_of_node[to.index()];
        let heads = &mut regions[usize::from(region)].heads;
        self.heads.push((region, heads.len() as u32));
        heads.push(Head { coming: VecDeque::new(), to });
    }

    pub fn add_host(&mut self, node: NodeId, id: HostId, host: Box<dyn Host>, regions: &mut [Region]) {
        let region_number = self.region_of_node[node.index()];
        let region = &mut regions[usize::from(region_number)];
        self.hosts.push((region_number, region.hosts.len() as u32));
        region.hosts.push(Guest { host, node, noted: Ns::NEVER });
        region.note_host(region.hosts.len() - 1, id);
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

    /// The shortest delay from one region to another; [`Ns::NEVER`] if no edge leads from any to another.
    pub fn reach(&self, topology: &Topology) -> Ns {
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
    fn place_of_port(&self, port: PortId) -> usize {
        if self.alone { port.index() } else { self.places.ports[port.index()].1 as usize }
    }

    /// Where in this region the receiving end of an edge is that it has.
    #[inline]
    fn place_of_head(&self, edge: EdgeId) -> usize {
        if self.alone { edge.index() } else { self.places.heads[edge.index()].1 as usize }
    }

    /// The region of the receiving end of an edge.
    #[inline]
    fn region_of_head(&self, edge: EdgeId) -> u16 {
        if self.alone { self.here } else { self.places.heads[edge.index()].0 }
    }
}

impl Region {
    pub fn next(&self) -> Option<Ns> {
        self.agenda.next()
    }

    /// Lets everything happen that is due before an instant.
    pub fn run(&mut self, end: Ns, whole: Whole<'_>) {
        while let Some((now, key)) = self.agenda.take_before(end) {
            let number = key & !KIND;
            match key & KIND {
                EDGE => self.arrive(now, EdgeId(number), whole),
                PORT => self.wake_port(now, PortId(number), whole),
                _ => self.wake_host(now, HostId(number), whole),
            }
        }
    }

    /// The first packet of an edge arrives.
    fn arrive(&mut self, now: Ns, edge: EdgeId, whole: Whole<'_>) {
        let head = &mut self.heads[whole.place_of_head(edge)];
        let Some((_, number)) = head.coming.pop_front() else { return };
        if let Some(&(at, _)) = head.coming.front() {
            self.agenda.note(at, EDGE | edge.0);
        }
        self.done.hops += 1;
        let node = head.to;
        self.handle(now, node, number, whole);
    }

    /// A packet is at a node.
    fn handle(&mut self, now: Ns, node: NodeId, number: u32, whole: Whole<'_>) {
        let packet = self.packets.at(number);
        let host = packet.to;
        if whole.topology.node_of_host().get(host.index()) == Some(&node) {
            self.done.received += 1;
            let packet = self.packets.take(number);
            let place = whole.places.hosts[host.index()].1 as usize;
            self.hosts[place].host.receive(now, packet, &mut self.outlet);
            self.after_host(now, place, host, whole);
            return;
        }
        match whole.routing.next(node, packet) {
            Some(hop) => self.enter(now, hop, number, whole),
            None => self.lose(Loss::NoWay, number),
        }
    }

    /// A packet comes to a port of this region.
    fn enter(&mut self, now: Ns, hop: Hop, number: u32, whole: Whole<'_>) {
        let place = whole.place_of_port(hop.port);
        let port = &mut self.ports[place];
        let Sender::Fifo(fifo) = &mut port.sender else {
            let packet = self.packets.take(number);
            port.sender.device().enter(now, Bound { edge: hop.edge, packet }, &mut self.exit);
            self.after_port(place, hop.port, whole);
            return;
        };
        match fifo.admit(now, self.packets.at(number).bytes) {
            Entered::Leaves { begins, ends } => self.depart(begins, ends, hop.edge, number, whole),
            Entered::Held => fifo.hold(Bound { edge: hop.edge, packet: self.packets.take(number) }),
            Entered::Full => self.lose(Loss::QueueFull, number),
        }
    }

    fn lose(&mut self, why: Loss, number: u32) {
        self.done.lost.count(why);
        self.packets.drop(number);
    }

    /// A packet leaves, and will arrive.
    #[inline]
    fn depart(&mut self, begins: Ns, ends: Ns, edge: EdgeId, number: u32, whole: Whole<'_>) {
        let at = whole.topology.edges()[edge.index()].arrival(begins, ends);
        if whole.region_of_head(edge) == whole.here {
            self.note_arrival(whole.place_of_head(edge), edge, at, number);
        } else {
            self.abroad.push((edge, at, self.packets.take(number)));
        }
    }

    /// A packet from another region will arrive in this one.
    pub fn push_head(&mut self, place: usize, edge: EdgeId, at: Ns, packet: Packet) {
        let number = self.packets.keep(packet);
        self.note_arrival(place, edge, at, number);
    }

    #[inline]
    fn note_arrival(&mut self, place: usize, edge: EdgeId, at: Ns, number: u32) {
        let coming = &mut self.heads[place].coming;
        // a delay that shrinks by jumps, at a slot's edge, lets nobody overtake
        let at = coming.back().map_or(at, |&(last, _)| at.max(last));
        if coming.is_empty() {
            self.agenda.note(at, EDGE | edge.0);
        }
        coming.push_back((at, number));
    }

    fn wake_port(&mut self, now: Ns, port: PortId, whole: Whole<'_>) {
        let place = whole.place_of_port(port);
        let at = &mut self.ports[place];
        if at.noted == now {
            at.noted = Ns::NEVER;
        }
        if at.sender.device().next_wake() <= now {
            at.sender.device().wake(now, &mut self.exit);
        }
        self.after_port(place, port, whole);
    }

    /// Hands on what a device told, and notes when it wants to be woken.
    fn after_port(&mut self, place: usize, port: PortId, whole: Whole<'_>) {
        if !self.exit.departures.is_empty() {
            let mut departures = std::mem::take(&mut self.exit.departures);
            for Departure { begins, ends, bound } in departures.drain(..) {
                let number = self.packets.keep(bound.packet);
                self.depart(begins, ends, bound.edge, number, whole);
            }
            self.exit.departures = departures;
        }
        for (why, _) in self.exit.losses.drain(..) {
            self.done.lost.count(why);
        }
        let at = &mut self.ports[place];
        let wake = at.sender.device().next_wake();
        if wake < at.noted {
            at.noted = wake;
            self.agenda.note(wake, PORT | port.0);
        }
    }

    fn wake_host(&mut self, now: Ns, host: HostId, whole: Whole<'_>) {
        let place = whole.places.hosts[host.index()].1 as usize;
        let guest = &mut self.hosts[place];
        if guest.noted == now {
            guest.noted = Ns::NEVER;
        }
        if guest.host.next_wake() <= now {
            guest.host.wake(now, &mut self.outlet);
        }
        self.after_host(now, place, host, whole);
    }

    /// Sends what a host put out, and notes when it wants to be woken.
    fn after_host(&mut self, now: Ns, place: usize, host: HostId, whole: Whole<'_>) {
        self.note_host(place, host);
        if self.outlet.packets.is_empty() {
            return;
        }
        let node = self.hosts[place].node;
        let mut packets = std::mem::take(&mut self.outlet.packets);
        for mut packet in packets.drain(..) {
            packet.sent = now;
            self.done.sent += 1;
            let number = self.packets.keep(packet);
            self.handle(now, node, number, whole);
        }
        // a host at the same node may have answered meanwhile, into an outlet of its own
        if self.outlet.packets.is_empty() {
            self.outlet.packets = packets;
        }
    }

    pub fn note_host(&mut self, place: usize, host: HostId) {
        let guest = &mut self.hosts[place];
        let wake = guest.host.next_wake();
        if wake < guest.noted {
            guest.noted = wake;
            self.agenda.note(wake, HOST | host.0);
        }
    }

    pub fn with_port(
        &mut self,
        now: Ns,
        port: PortId,
        whole: Whole<'_>,
        act: impl FnOnce(&mut dyn Device, &mut Exit),
    ) {
        let place = whole.place_of_port(port);
        act(self.ports[place].sender.device(), &mut self.exit);
        self.after_port(place, port, whole);
        let node = whole.topology.node_of_port()[port.index()];
        for mut packet in std::mem::take(&mut self.exit.returned) {
            (packet.way, packet.hop) = (0, 0);
            let number = self.packets.keep(packet);
            self.handle(now, node, number, whole);
        }
    }

    pub fn with_host(
        &mut self,
        now: Ns,
        place: usize,
        host: HostId,
        whole: Whole<'_>,
        act: impl FnOnce(&mut dyn Host, &mut Outlet),
    ) {
        act(&mut *self.hosts[place].host, &mut self.outlet);
        self.after_host(now, place, host, whole);
    }

    pub fn host(&self, place: usize) -> &dyn Host {
        &*self.hosts[place].host
    }

    /// Packets that are queued or between two nodes.
    pub fn in_flight(&mut self) -> u64 {
        let held: usize = self.ports.iter_mut().map(|port| port.sender.device().held()).sum();
        (held + self.heads.iter().map(|head| head.coming.len()).sum::<usize>()) as u64
    }
}
