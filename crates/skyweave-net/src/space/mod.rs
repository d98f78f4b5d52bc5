//! A planned network as one that packets go through: only what real or modelled hosts use is there, be there ten thousand satellites above.
//!
//! ```text
//!   lan --queue at the share up--> dish --grants--> satellite ~~lasers~~ satellite --> gateway ==> PoP
//!   lan <------- held by medium access ------------ satellite ~~lasers~~ satellite <-- gateway <== egress <--queue at the share down-- PoP
//! ```
//!
//! - A terminal's hosts sit at its **lan**; what they send waits in fair queues for the terminal's share of its beam, and then for a grant.
//! - Hosts of a **PoP** sit there; what they send to a terminal waits in that terminal's fair queues for its share down. Shares are those that
//!   the planner's `flow` gives to everybody, the whole fleet included: who is not here takes its part all the same.
//! - Everything between has the capacity that the planner says, and is not shared again.
//!
//! **At the edge of a slot** a packet that still waits in the terminal's or the PoP's queue, or for a grant, takes the new way. One that is under
//! way keeps its way and goes on, and is lost at the first node whose next link is no more: so a change of satellites loses what was on
//! its way down to the old one. Between two terminals packets go through the PoPs of both.

mod book;
mod faults;
mod links;
mod motion;
mod places;
mod routes;

pub use faults::Fault;
pub use places::Place;

use crate::device::{Capacity, FairQueue, FairQueueParams, Fifo, Grant, Uplink};
use crate::draw;
use crate::engine::{Air, Edge, Engine, Sender};
use crate::host::Host;
use crate::medium::Medium;
use crate::packet::{EdgeId, HostId, NodeId, PortId};
use crate::routing::Hop;
use crate::time::Ns;
use book::Book;
use links::Links;
use motion::Motion;
use routes::Roles;
use skyweave_core::access::{Access, GpsNs};
use skyweave_core::admission::Basis;
use skyweave_core::ids::{PopId, TerminalId};
use skyweave_core::plan::Slot;
use skyweave_core::terminal::Served;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_core::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of the network is modelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Grants, held arrivals and detours of medium access; without, a user link is a plain one.
    pub medium_access: bool,
    /// The queues at both ends of a user link.
    pub queues: FairQueueParams,
    /// Parts that are gone through side by side: one for the network, the others for terminals. What happens does not depend on it.
    pub regions: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            medium_access: true,
            queues: FairQueueParams { queues: 256, ..FairQueueParams::default() },
            regions: 1,
        }
    }
}

/// Lines that are never the bottleneck: a burst on a user link, a fibre, bit/s.
const LINE_BPS: u64 = 100_000_000_000;
/// How long a slot is.
pub const SLOT: Ns = Ns(SLOT_S as u64 * crate::time::NS_PER_S);

/// A terminal in the network.
#[derive(Debug)]
struct Member {
    terminal: TerminalId,
    lan: NodeId,
    queue: Hop,
    transmitter: PortId,
    medium: Option<Medium>,
    /// By PoP: the queue before the terminal's share down.
    shapers: BTreeMap<PopId, Hop>,
    /// What the plan gives it in this slot at a PoP, bit/s down and up.
    planned: Option<(PopId, [f64; 2])>,
    /// When the plan may change next.
    until: Ns,
}

/// A planned network that packets go through.
pub struct Space {
    engine: Engine,
    origin: SlotNo,
    options: Options,
    seed: u64,
    members: Vec<Member>,
    links: Links,
    book: Book,
    roles: Roles,
    slot: Option<SlotNo>,
    faults: Vec<Fault>,
    /// When rates were last set: what changed until then is in them.
    looked_at: Ns,
}

/// A hop as somebody who looks would call it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From here.
    pub from: Place,
    /// To there.
    pub to: Place,
    /// One-way propagation delay now.
    pub delay: Ns,
}

impl Space {
    /// A network of these terminals, whose time begins with a slot.
    #[must_use]
    pub fn new(world: &World, terminals: &[TerminalId], origin: SlotNo, options: Options) -> Self {
        let engine = Engine::with_regions(options.regions, Box::new(Roles::default()));
        let mut space = Self {
            engine,
            origin,
            options,
            seed: world.rules.seed,
            members: Vec::new(),
            links: Links::new(options.regions),
            book: Book::default(),
            roles: Roles::default(),
            slot: None,
            faults: Vec::new(),
            looked_at: Ns(0),
        };
        for &terminal in terminals {
            space.add_terminal(world, terminal);
        }
        space
    }

    fn add_terminal(&mut self, world: &World, terminal: TerminalId) {
        let [lan, dish] = [Place::Lan(terminal), Place::Dish(terminal)].map(|place| self.node(place));
        let seed = draw::hash(world.rules.seed, u64::from(terminal.0));
        let params = FairQueueParams { seed, ..self.options.queues };
        let queue = self.engine.add_port(lan, Sender::Fair(Box::new(FairQueue::new(0, params))));
        let inside = self.engine.add_edge(Edge::new(queue, dish, crate::delay::Delay::default()));
        let medium = self.options.medium_access.then(|| {
            Medium::new(Access::new(world.rules.access.clone(), seed), GpsNs::in_slot(self.origin, 0))
        });
        let line = Fifo::new(LINE_BPS, Capacity::Bytes(u64::MAX));
        let sender = match &medium {
            Some(medium) => Sender::Device(Box::new(Uplink::around(Box::new(line), medium.clone()))),
            None => Sender::Fifo(line),
        };
        let transmitter = self.engine.add_port(dish, sender);
        let queue = Hop { port: queue, edge: inside };
        self.roles.lan(lan, queue);
        self.roles.dish(dish);
        self.members.push(Member {
            terminal,
            lan,
            queue,
            transmitter,
            medium,
            shapers: BTreeMap::new(),
            planned: None,
            until: Ns::NEVER,
        });
    }

    /// The engine, to look at what it did.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to change its hosts.
    pub const fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// When a slot begins, in this network's time.
    #[must_use]
    pub fn begin_of(&self, slot: SlotNo) -> Ns {
        Ns((slot.0 - self.origin.0).max(0) as u64 * SLOT.0)
    }

    /// Puts a host behind a terminal; none if the terminal is not in the network.
    pub fn add_host(&mut self, terminal: TerminalId, host: Box<dyn Host>) -> Option<HostId> {
        let member = self.members.iter().find(|member| member.terminal == terminal)?;
        let (lan, dish) = (member.lan, self.links.known(Place::Dish(terminal))?);
        let id = self.engine.add_host(lan, host);
        self.roles.host_of_terminal(id, terminal, dish);
        self.share_roles();
        Some(id)
    }

    /// Puts a host at a PoP.
    pub fn add_host_at_pop(&mut self, pop: PopId, host: Box<dyn Host>) -> HostId {
        let node = self.pop(pop);
        let id = self.engine.add_host(node, host);
        self.roles.host_of_pop(id, pop);
        self.share_roles();
        id
    }

    /// The number that the next host will get.
    #[must_use]
    pub fn next_host(&self) -> HostId {
        HostId::at(self.engine.topology().node_of_host().len())
    }

    /// Lets everything happen that is due before an instant, within the slot that was entered last.
    pub fn run_until(&mut self, end: Ns) {
        while let Some(at) = self.next_fault().filter(|&at| at < end) {
            self.engine.run_until(at);
            self.look_at_faults();
        }
        self.engine.run_until(end);
    }

    /// When something is due next.
    #[must_use]
    pub fn next_at(&self) -> Option<Ns> {
        self.engine.next_at().into_iter().chain(self.next_fault()).min()
    }

    fn node(&mut self, place: Place) -> NodeId {
        self.links.node(place, &mut self.engine)
    }

    fn pop(&mut self, pop: PopId) -> NodeId {
        let node = self.node(Place::Pop(pop));
        self.roles.pop(node, pop);
        node
    }

    /// A slot begins: other satellites, other ways, other shares. Everything before its start must have happened.
    pub fn enter<A: Basis>(&mut self, world: &World, slot: &Slot<A>) {
        let begin = self.begin_of(slot.no);
        let until = begin.after(SLOT);
        self.slot = Some(slot.no);
        self.book.forget_before(slot.no.minus(1));
        let motion = Motion::over(world, slot, begin);
        let mut serving = Vec::new();
        for at in 0..self.members.len() {
            let terminal = self.members[at].terminal;
            let served = slot.terminals[terminal.index()].outcome.ok();
            let way = served.and_then(|served| self.lay(world, slot, at, &served));
            serving.push((at, served, way));
        }
        // who serves whom is known: what is under way on other links goes no further
        self.book.prune(|from, to| motion.is_live(from, to));
        for (from, to) in self.book.links() {
            if let Some(link) = self.links.get(from, to) {
                self.engine.set_delay(link.edge, motion.delay(from, to));
            }
        }
        for &(at, served, way) in &serving {
            self.serve(at, served, way, until);
        }
        self.connect_pops(world);
        self.share_roles();
        for (at, served, _) in serving {
            self.grant(at, served, until);
        }
    }

    /// The ways of a served terminal, up and down: all their links are there afterwards.
    fn lay<A: Basis>(
        &mut self,
        world: &World,
        slot: &Slot<A>,
        at: usize,
        served: &Served,
    ) -> Option<(u32, u32)> {
        let terminal = self.members[at].terminal;
        let way = slot.routes.way(served.satellite, served.pop, world)?;
        let mut places: Vec<Place> =
            way.satellites.iter().map(|&satellite| Place::Satellite(satellite)).collect();
        places.push(Place::Gateway(way.gateway));
        let up: Vec<Place> = std::iter::once(Place::Dish(terminal))
            .chain(places.iter().copied())
            .chain([Place::Pop(served.pop)])
            .collect();
        let down: Vec<Place> = std::iter::once(Place::Egress(served.pop))
            .chain(places.iter().rev().copied())
            .chain([Place::Lan(terminal)])
            .collect();
        self.pop(served.pop);
        let [up, down] = [up, down].map(|places| {
            let hops: Vec<_> = places.windows(2).map(|pair| self.link(slot, at, pair[0], pair[1])).collect();
            self.book.add(slot.no, &places, &hops)
        });
        Some((up, down))
    }

    /// The hop from one place to the next, made where it is missing.
    fn link<A: Basis>(&mut self, slot: &Slot<A>, at: usize, from: Place, to: Place) -> Hop {
        let rate_bps = links::rate_bps(slot, from, to).unwrap_or(LINE_BPS);
        if let Some(hop) = self.links.get(from, to) {
            if !matches!(from, Place::Dish(_)) {
                self.engine.grant(hop.port, Grant { rate_bps, until: Ns::NEVER });
            }
            return hop;
        }
        let [from_node, to_node] = [from, to].map(|place| self.node(place));
        let port = if matches!(from, Place::Dish(_)) {
            self.members[at].transmitter
        } else {
            let line = Fifo::new(rate_bps, Capacity::Bytes(links::BUFFER_BYTES));
            self.engine.add_port(from_node, Sender::Fifo(line))
        };
        let mut edge = Edge::new(port, to_node, crate::delay::Delay::default());
        if matches!(to, Place::Lan(_)) {
            let medium = self.members[at].medium.clone();
            edge.air = medium.map(|medium| Box::new(Air { medium: Some(medium), ..Air::default() }));
        }
        let hop = Hop { port, edge: self.engine.add_edge(edge) };
        self.links.add(from, to, hop);
        if matches!(from, Place::Dish(_)) || matches!(to, Place::Lan(_)) {
            self.set_losses(at);
        }
        hop
    }

    /// From now on a terminal is served by these ways, or by none.
    fn serve(&mut self, at: usize, served: Option<Served>, ways: Option<(u32, u32)>, until: Ns) {
        let (terminal, transmitter) = (self.members[at].terminal, self.members[at].transmitter);
        let Some(((up, down), served)) = ways.zip(served) else {
            self.roles.unserved(terminal);
            return;
        };
        let shaper = self.shaper(at, served.pop);
        self.roles.serve(terminal, served.pop, [up, down], shaper);
        self.engine.grant(transmitter, Grant { rate_bps: LINE_BPS, until });
    }

    /// The queue before a terminal's share at a PoP.
    fn shaper(&mut self, at: usize, pop: PopId) -> Hop {
        if let Some(&hop) = self.members[at].shapers.get(&pop) {
            return hop;
        }
        let [pop_node, egress] = [self.pop(pop), self.node(Place::Egress(pop))];
        self.roles.egress(egress);
        let params = FairQueueParams { seed: u64::from(self.members[at].terminal.0), ..self.options.queues };
        let port = self.engine.add_port(pop_node, Sender::Fair(Box::new(FairQueue::new(0, params))));
        let edge = self.engine.add_edge(Edge::new(port, egress, crate::delay::Delay::default()));
        let hop = Hop { port, edge };
        self.members[at].shapers.insert(pop, hop);
        hop
    }

    /// Fibres between the PoPs that are in use.
    fn connect_pops(&mut self, world: &World) {
        let pops = self.links.pops();
        for &from in &pops {
            for &to in pops.iter().filter(|&&to| to != from) {
                let (a, b) = (Place::Pop(from), Place::Pop(to));
                if self.links.get(a, b).is_some() {
                    continue;
                }
                let [from_node, to_node] = [a, b].map(|place| self.node(place));
                let line = Fifo::new(LINE_BPS, Capacity::Bytes(links::BUFFER_BYTES));
                let port = self.engine.add_port(from_node, Sender::Fifo(line));
                let delay = motion::backbone(world, from, to);
                let hop = Hop { port, edge: self.engine.add_edge(Edge::new(port, to_node, delay)) };
                self.links.add(a, b, hop);
                self.roles.backbone(from, to, hop);
            }
        }
    }

    /// Shares of a terminal in the slot that begins; what waits goes on by the new ways.
    fn grant(&mut self, at: usize, served: Option<Served>, until: Ns) {
        let planned = served.map(|served| (served.pop, [served.flow.down_bps, served.flow.up_bps]));
        let member = &mut self.members[at];
        (member.planned, member.until) = (planned, until);
        self.looked_at = self.engine.now();
        let [down_bps, up_bps] = self.rates_bps(at);
        self.engine.release(self.members[at].transmitter);
        self.engine.grant(self.members[at].queue.port, Grant { rate_bps: up_bps, until });
        for (pop, shaper) in self.members[at].shapers.clone() {
            let in_force = planned.filter(|(in_force, _)| *in_force == pop);
            let rate_bps = if in_force.is_some() { down_bps } else { 0 };
            self.engine.grant(shaper.port, Grant { rate_bps, until });
            if planned.is_some() && in_force.is_none() {
                // the terminal belongs to another PoP now
                self.engine.release(shaper.port);
            }
        }
    }

    fn share_roles(&mut self) {
        let routes = self.roles.clone().with_ways(Arc::new(self.book.hops()));
        self.engine.route(Box::new(routes));
    }

    /// The way of packets from one place to another that hosts sit at, with what each link takes now; none where there is no way.
    #[must_use]
    pub fn trace(&self, from: HostId, to: HostId) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        for hop in self.roles.walk(from, to, &self.book)? {
            let (from, to) = self.links.ends(hop)?;
            let delay = self.engine.topology().edges()[hop.edge.index()].delay.at(self.engine.now());
            steps.push(Step { from, to, delay });
        }
        Some(steps)
    }

    /// Edges that lead to a terminal now or before, for whoever wants to capture there.
    #[must_use]
    pub fn edges_to(&self, place: Place) -> Vec<EdgeId> {
        self.links.edges_to(place)
    }
}
