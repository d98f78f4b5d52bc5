//! What each node does with a packet that is not for it.

use super::book::{Book, Hops};
use crate::packet::{Header, HostId, NodeId};
use crate::routing::{Hop, Routing};
use skyweave_core::ids::{PopId, TerminalId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Role {
    /// Hands on by the packet's way.
    #[default]
    Transit,
    /// Puts everything into the terminal's queue.
    Lan(Hop),
    /// Gives packets the terminal's way up.
    Dish,
    /// Puts packets into the queue of the terminal that they are for, or sends them to its PoP.
    Pop(PopId),
    /// Gives packets the way down to their terminal.
    Egress,
}

/// Where a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    Terminal(TerminalId, NodeId),
    Pop(PopId),
}

/// How a terminal is served.
#[derive(Debug, Clone, Copy)]
struct Served {
    pop: PopId,
    up: u32,
    down: u32,
}

/// The roles of all nodes, and the ways of all terminals.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    roles: Vec<Role>,
    homes: Vec<Option<Home>>,
    served: BTreeMap<TerminalId, Served>,
    /// The PoP in force of a terminal, kept while nothing serves it.
    pops: BTreeMap<TerminalId, (PopId, Hop)>,
    backbone: BTreeMap<(PopId, PopId), Hop>,
    ways: Arc<Hops>,
}

impl Roles {
    fn role(&mut self, node: NodeId, role: Role) {
        if self.roles.len() <= node.index() {
            self.roles.resize(node.index() + 1, Role::Transit);
        }
        self.roles[node.index()] = role;
    }

    pub fn lan(&mut self, node: NodeId, queue: Hop) {
        self.role(node, Role::Lan(queue));
    }

    pub fn dish(&mut self, node: NodeId) {
        self.role(node, Role::Dish);
    }

    pub fn pop(&mut self, node: NodeId, pop: PopId) {
        self.role(node, Role::Pop(pop));
    }

    pub fn egress(&mut self, node: NodeId) {
        self.role(node, Role::Egress);
    }

    fn home(&mut self, host: HostId, home: Home) {
        if self.homes.len() <= host.index() {
            self.homes.resize(host.index() + 1, None);
        }
        self.homes[host.index()] = Some(home);
    }

    pub fn host_of_terminal(&mut self, host: HostId, terminal: TerminalId, dish: NodeId) {
        self.home(host, Home::Terminal(terminal, dish));
    }

    pub fn host_of_pop(&mut self, host: HostId, pop: PopId) {
        self.home(host, Home::Pop(pop));
    }

    pub fn serve(&mut self, terminal: TerminalId, pop: PopId, [up, down]: [u32; 2], shaper: Hop) {
        self.served.insert(terminal, Served { pop, up, down });
        self.pops.insert(terminal, (pop, shaper));
    }

    pub fn unserved(&mut self, terminal: TerminalId) {
        self.served.remove(&terminal);
    }

    pub fn backbone(&mut self, from: PopId, to: PopId, hop: Hop) {
        self.backbone.insert((from, to), hop);
    }

    pub fn with_ways(mut self, ways: Arc<Hops>) -> Self {
        self.ways = ways;
        self
    }

    fn terminal_of(&self, host: HostId) -> Option<TerminalId> {
        match self.homes.get(host.index())? {
            Some(Home::Terminal(terminal, _)) => Some(*terminal),
            _ => None,
        }
    }

    /// The hop out of a PoP.
    fn out_of_pop(&self, here: PopId, to: HostId) -> Option<Hop> {
        let (there, shaper) = match (*self.homes.get(to.index())?)? {
            Home::Terminal(terminal, _) => *self.pops.get(&terminal)?,
            Home::Pop(pop) => return self.backbone.get(&(here, pop)).copied(),
        };
        if there == here { Some(shaper) } else { self.backbone.get(&(here, there)).copied() }
    }

    /// The hops of a packet from one host to another, in this slot.
    pub fn walk(&self, from: HostId, to: HostId, book: &Book) -> Option<Vec<Hop>> {
        let mut hops = Vec::new();
        let mut pop = match (*self.homes.get(from.index())?)? {
            Home::Pop(pop) => pop,
            Home::Terminal(terminal, _) => {
                let served = self.served.get(&terminal)?;
                hops.extend(book.whole(served.up)?);
                served.pop
            }
        };
        let home = (*self.homes.get(to.index())?)?;
        let (last, down) = match home {
            Home::Pop(last) => (last, None),
            Home::Terminal(terminal, _) => {
                let served = self.served.get(&terminal)?;
                (served.pop, Some(served.down))
            }
        };
        if pop != last {
            hops.push(*self.backbone.get(&(pop, last))?);
            pop = last;
        }
        let _ = pop;
        if let Some(down) = down {
            hops.extend(book.whole(down)?);
        }
        Some(hops)
    }
}

impl Routing for Roles {
    fn next(&self, node: NodeId, packet: &mut Header) -> Option<Hop> {
        let begin = |packet: &mut Header, way: u32| {
            (packet.way, packet.hop) = (way, 1);
            self.ways.get(way, 0)
        };
        match *self.roles.get(node.index()).unwrap_or(&Role::Transit) {
            Role::Lan(queue) => Some(queue),
            Role::Dish => {
                // whoever sends from here sits behind this dish
                let terminal = self.terminal_of(packet.from)?;
                begin(packet, self.served.get(&terminal)?.up)
            }
            Role::Pop(pop) => self.out_of_pop(pop, packet.to),
            Role::Egress => {
                let terminal = self.terminal_of(packet.to)?;
                begin(packet, self.served.get(&terminal)?.down)
            }
            Role::Transit => {
                let hop = self.ways.get(packet.way, packet.hop);
                packet.hop += 1;
                hop
            }
        }
    }
}
