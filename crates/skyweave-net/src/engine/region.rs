//! A part of the network that runs by itself for a while.

use super::Done;
use super::cluster::{Cluster, entry, parts};
use super::places::Whole;
use super::slab::{NONE, Slab};
use super::topology::Sender;
use crate::agenda::Agenda;
use crate::device::{Bound, Departure, Device, Entered, Exit};
use crate::draw;
use crate::host::{Host, Outlet};
use crate::packet::{EdgeId, HostId, Loss, NodeId, Packet, PortId};
use crate::routing::Hop;
use crate::time::Ns;
use std::collections::BTreeMap;
use std::collections::binary_heap::PeekMut;

/// What something due is about, in the two upper bits of its key; the rest is a number.
const EDGE: u32 = 0;
const PORT: u32 = 1 << 30;
const HOST: u32 = 2 << 30;
const KIND: u32 = 3 << 30;

/// The receiving end of an edge: packets that are on their way, a list from the first to arrive to the last.
pub(super) struct Head {
    first: u32,
    last: u32,
    to: NodeId,
    cluster: u32,
}

impl Head {
    pub const fn new(to: NodeId, cluster: u32) -> Self {
        Self { first: NONE, last: NONE, to, cluster }
    }
}

#[repr(align(64))]
pub(super) struct Port {
    sender: Sender,
    /// When its cluster has it; [`Ns::NEVER`] if it does not.
    noted: Ns,
}

impl Port {
    pub const fn new(sender: Sender) -> Self {
        Self { sender, noted: Ns::NEVER }
    }
}

pub(super) struct Guest {
    host: Box<dyn Host>,
    node: NodeId,
    noted: Ns,
}

impl Guest {
    pub const fn new(host: Box<dyn Host>, node: NodeId) -> Self {
        Self { host, node, noted: Ns::NEVER }
    }
}

/// A part of the network.
#[derive(Default)]
pub(super) struct Region {
    /// Clusters, by when they have something to do.
    agenda: Agenda,
    clusters: Vec<Cluster>,
    /// The cluster in which something happens.
    here: u32,
    pub ports: Vec<Port>,
    pub heads: Vec<Head>,
    pub hosts: Vec<Guest>,
    packets: Slab,
    /// Packets between two nodes.
    flying: u64,
    /// By edge with losses: packets about which was drawn.
    drawn: BTreeMap<EdgeId, u64>,
    exit: Exit,
    outlet: Outlet,
    /// Packets that arrive in another region.
    pub abroad: Vec<(EdgeId, Ns, Packet)>,
    pub done: Done,
}

impl Region {
    /// So many clusters, with nothing due.
    pub fn set_clusters(&mut self, count: u32) {
        self.agenda.clear();
        self.clusters.clear();
        self.clusters.resize_with(count as usize, Cluster::default);
    }

    pub fn add_cluster(&mut self) {
        self.clusters.push(Cluster::default());
    }

    /// The receiving end of an edge belongs to a cluster now.
    pub fn place_head(&mut self, place: usize, edge: EdgeId, cluster: u32) {
        let head = &mut self.heads[place];
        head.cluster = cluster;
        if head.first != NONE {
            let at = self.packets.at(head.first).at;
            self.note(cluster, at, EDGE | edge.0);
        }
    }

    /// A port belongs to a cluster now.
    pub fn place_port(&mut self, now: Ns, place: usize, port: PortId, cluster: u32) {
        self.ports[place].noted = Ns::NEVER;
        self.here = cluster;
        self.note_port(now, place, port);
    }

    /// A host belongs to a cluster now.
    pub fn place_host(&mut self, now: Ns, place: usize, host: HostId, cluster: u32) {
        self.hosts[place].noted = Ns::NEVER;
        self.begin_host(now, place, host, cluster);
    }

    /// A host of a cluster says when it wants to be woken.
    pub fn begin_host(&mut self, now: Ns, place: usize, host: HostId, cluster: u32) {
        self.here = cluster;
        self.note_host(now, place, host);
    }

    /// When something may be due next: nothing is before.
    pub fn next(&self) -> Option<Ns> {
        self.agenda.next()
    }

    /// Something will be due in a cluster.
    #[inline]
    fn note(&mut self, number: u32, at: Ns, key: u32) {
        let cluster = &mut self.clusters[number as usize];
        cluster.due.push(entry(at, key));
        if at < cluster.noted {
            cluster.noted = at;
            self.agenda.note(at, number);
        }
    }

    /// Lets everything happen that is due before an instant.
    pub fn run(&mut self, end: Ns, whole: Whole<'_>) {
        while let Some((at, number)) = self.agenda.take_before(end) {
            let cluster = &mut self.clusters[number as usize];
            // it may have been noted for earlier since
            if cluster.noted != at {
                continue;
            }
            cluster.noted = Ns(0);
            self.here = number;
            self.run_cluster(end.min(at.after(whole.stride())), whole);
            let cluster = &mut self.clusters[number as usize];
            cluster.noted = Ns::NEVER;
            if let Some(&first) = cluster.due.peek() {
                let (at, _) = parts(first);
                cluster.noted = at;
                self.agenda.note(at, number);
            }
        }
    }

    /// Lets everything happen here that is due before an instant.
    fn run_cluster(&mut self, until: Ns, whole: Whole<'_>) {
        loop {
            let Some(mut first) = self.clusters[self.here as usize].due.peek_mut() else { return };
            let (now, key) = parts(*first);
            if now >= until {
                return;
            }
            let number = key & !KIND;
            match key & KIND {
                EDGE => {
                    let head = &mut self.heads[whole.place_of_head(EdgeId(number))];
                    let packet = head.first;
                    head.first = self.packets.at(packet).next;
                    if head.first == NONE {
                        PeekMut::pop(first);
                    } else {
                        *first = entry(self.packets.at(head.first).at, key);
                        drop(first);
                    }
                    let node = head.to;
                    self.flying -= 1;
                    self.done.hops += 1;
                    self.handle(now, node, packet, whole);
                }
                PORT => {
                    PeekMut::pop(first);
                    self.wake_port(now, PortId(number), whole);
                }
                _ => {
                    PeekMut::pop(first);
                    self.wake_host(now, HostId(number), whole);
                }
            }
        }
    }

    /// A packet is at a node.
    #[inline]
    fn handle(&mut self, now: Ns, node: NodeId, number: u32, whole: Whole<'_>) {
        let header = &mut self.packets.at(number).header;
        let host = header.to;
        if whole.topology.node_of_host().get(host.index()) == Some(&node) {
            self.done.received += 1;
            let packet = self.packets.take(number);
            let place = whole.place_of_host(host);
            self.hosts[place].host.receive(now, packet, &mut self.outlet);
            self.after_host(now, place, host, whole);
            return;
        }
        match whole.routing.next(node, header) {
            Some(hop) => self.enter(now, hop, number, whole),
            None => self.lose(Loss::NoWay, number),
        }
    }

    /// A packet comes to a port of this region.
    #[inline]
    fn enter(&mut self, now: Ns, hop: Hop, number: u32, whole: Whole<'_>) {
        let place = whole.place_of_port(hop.port);
        let port = &mut self.ports[place];
        let header = &self.packets.at(number).header;
        let bound = Bound { edge: hop.edge, flow: header.flow, bytes: header.bytes, packet: number };
        match &mut port.sender {
            Sender::Fifo(fifo) => match fifo.admit(now, bound.bytes) {
                Entered::Leaves { begins, ends } => self.depart(begins, ends, bound, whole),
                Entered::Held => fifo.hold(bound),
                Entered::Full => self.lose(Loss::QueueFull, number),
            },
            Sender::Fair(fair) => {
                fair.enter(now, bound, &mut self.exit);
                self.after_port(now, place, hop.port, whole);
            }
            Sender::Device(device) => {
                device.enter(now, bound, &mut self.exit);
                self.after_port(now, place, hop.port, whole);
            }
        }
    }

    fn lose(&mut self, why: Loss, number: u32) {
        self.done.lost.count(why);
        self.packets.drop(number);
    }

    /// A packet leaves, and will arrive.
    #[inline]
    fn depart(&mut self, begins: Ns, ends: Ns, bound: Bound, whole: Whole<'_>) {
        let Bound { edge, packet, .. } = bound;
        let leads = &whole.topology.edges()[edge.index()];
        if let Some(air) = &leads.air
            && let Some(rule) = air.rule(begins)
        {
            let count = self.drawn.entry(edge).or_default();
            *count += 1;
            if draw::unit(air.seed, *count) < rule.share {
                return self.lose(rule.why, packet);
            }
        }
        let at = leads.arrival(begins, ends);
        if whole.region_of_head(edge) == whole.here {
            self.note_arrival(whole.place_of_head(edge), edge, at, packet);
        } else {
            self.abroad.push((edge, at, self.packets.take(packet)));
        }
    }

    /// A packet from another region will arrive in this one.
    pub fn push_head(&mut self, place: usize, edge: EdgeId, at: Ns, packet: Packet) {
        let number = self.packets.keep(packet);
        self.note_arrival(place, edge, at, number);
    }

    #[inline]
    fn note_arrival(&mut self, place: usize, edge: EdgeId, at: Ns, number: u32) {
        self.flying += 1;
        let head = &mut self.heads[place];
        if head.first == NONE {
            (head.first, head.last) = (number, number);
            let kept = self.packets.at(number);
            (kept.at, kept.next) = (at, NONE);
            let cluster = head.cluster;
            self.note(cluster, at, EDGE | edge.0);
        } else {
            let last = self.packets.at(head.last);
            last.next = number;
            // a delay that shrinks by jumps, at a slot's edge, lets nobody overtake
            let at = at.max(last.at);
            head.last = number;
            let kept = self.packets.at(number);
            (kept.at, kept.next) = (at, NONE);
        }
    }

    fn wake_port(&mut self, now: Ns, port: PortId, whole: Whole<'_>) {
        let place = whole.place_of_port(port);
        let at = &mut self.ports[place];
        if at.noted == now {
            at.noted = Ns::NEVER;
        }
        if at.sender.next_wake() <= now {
            at.sender.device_mut().wake(now, &mut self.exit);
        }
        self.after_port(now, place, port, whole);
    }

    /// Hands on what a device told, and notes when it wants to be woken.
    #[inline]
    fn after_port(&mut self, now: Ns, place: usize, port: PortId, whole: Whole<'_>) {
        if !self.exit.departures.is_empty() {
            let mut departures = std::mem::take(&mut self.exit.departures);
            for Departure { begins, ends, bound } in departures.drain(..) {
                self.depart(begins, ends, bound, whole);
            }
            self.exit.departures = departures;
        }
        for (why, bound) in self.exit.losses.drain(..) {
            self.done.lost.count(why);
            self.packets.drop(bound.packet);
        }
        self.note_port(now, place, port);
    }

    #[inline]
    fn note_port(&mut self, now: Ns, place: usize, port: PortId) {
        let at = &mut self.ports[place];
        let wake = at.sender.next_wake();
        if wake < at.noted {
            at.noted = wake.max(now);
            let (noted, here) = (at.noted, self.here);
            self.note(here, noted, PORT | port.0);
        }
    }

    fn wake_host(&mut self, now: Ns, host: HostId, whole: Whole<'_>) {
        let place = whole.place_of_host(host);
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
        self.note_host(now, place, host);
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

    fn note_host(&mut self, now: Ns, place: usize, host: HostId) {
        let guest = &mut self.hosts[place];
        let wake = guest.host.next_wake();
        if wake < guest.noted {
            // who is late is woken at once
            guest.noted = wake.max(now);
            let (noted, here) = (guest.noted, self.here);
            self.note(here, noted, HOST | host.0);
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
        let node = whole.topology.node_of_port()[port.index()];
        self.here = whole.places.cluster(node);
        act(self.ports[place].sender.device_mut(), &mut self.exit);
        self.after_port(now, place, port, whole);
        for Bound { packet, .. } in std::mem::take(&mut self.exit.returned) {
            let header = &mut self.packets.at(packet).header;
            (header.way, header.hop) = (0, 0);
            self.handle(now, node, packet, whole);
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
        self.here = whole.places.cluster(self.hosts[place].node);
        act(&mut *self.hosts[place].host, &mut self.outlet);
        self.after_host(now, place, host, whole);
    }

    pub fn host(&self, place: usize) -> &dyn Host {
        &*self.hosts[place].host
    }

    /// Packets that are queued or between two nodes.
    pub fn in_flight(&self) -> u64 {
        let held: usize = self.ports.iter().map(|port| port.sender.held()).sum();
        held as u64 + self.flying
    }
}
