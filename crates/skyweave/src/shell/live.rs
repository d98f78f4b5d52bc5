//! The planned network on the wall clock: what the emulator's driver sends enters the packet engine, and slots change when they begin.

use super::doorway::{self, Doorway, Header, Outcome};
use super::standing::Standing;
use crate::packets::slots;
use skyweave_core::admission::Unsigned;
use skyweave_core::ids::{PopId, TerminalId};
use skyweave_core::plan::Slot;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_dish::dishes::Dishes;
use skyweave_emulate::addresses::AddressPlan;
use skyweave_emulate::network::{Delivery, Network, Packet as IpPacket, PortId};
use skyweave_net::packet::{FlowId, HostId, Packet};
use skyweave_net::space::{Options, SLOT, Space};
use skyweave_net::time::Ns;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};

/// With faults by hand the network looks at least so often whether there are new ones.
const LOOK: Ns = Ns::from_ms(100);

/// The network, driven from outside.
pub struct Live {
    world: Arc<World>,
    plan: Arc<AddressPlan>,
    space: Space,
    members: Vec<TerminalId>,
    hosts: BTreeMap<PortId, HostId>,
    slots: Receiver<Arc<Slot<Unsigned>>>,
    next_edge: Ns,
    out: Outcome,
    news: Arc<News>,
    dishes: Arc<Dishes>,
    standing: Option<Arc<Standing>>,
}

/// What happened in the network, for whoever watches it.
#[derive(Debug, Default)]
pub struct News {
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone)]
pub struct State {
    /// The slot that holds.
    pub slot: Option<SlotNo>,
    /// By terminal: what it is served with, in a line.
    pub service: BTreeMap<u32, String>,
    /// Slots that began before they were planned.
    pub late_slots: u32,
    /// Packets that the network lost, by reason.
    pub lost: Vec<(&'static str, u64)>,
}

impl News {
    /// What there is to know now.
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, act: impl FnOnce(&mut State)) {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Live {
    /// A network of these terminals whose time begins with a slot, which is planned before this returns.
    pub fn begin(
        world: &Arc<World>,
        plan: &Arc<AddressPlan>,
        members: &[TerminalId],
        first: SlotNo,
        options: Options,
        watchers: (&Arc<News>, &Arc<Dishes>),
        standing: Option<Arc<Standing>>,
    ) -> Self {
        let mut space = Space::new(world, members, first, options);
        let out = Outcome::default();
        let mut hosts = BTreeMap::new();
        for pop in (0..world.pops.len()).map(PopId::at) {
            let door = Doorway::of(PortId(pop.0), &out);
            hosts.insert(PortId(pop.0), space.add_host_at_pop(pop, Box::new(door)));
        }
        for &terminal in members {
            let port = port_of(world, terminal);
            let door = Doorway::of(port, &out);
            hosts.extend(space.add_host(terminal, Box::new(door)).map(|host| (port, host)));
        }
        let mut live = Self {
            world: Arc::clone(world),
            plan: Arc::clone(plan),
            space,
            members: members.to_vec(),
            hosts,
            slots: slots::ahead(world, first),
            next_edge: Ns(0),
            out,
            news: Arc::clone(watchers.0),
            dishes: Arc::clone(watchers.1),
            standing,
        };
        live.advance(Ns(0));
        live
    }

    /// Lets everything happen up to now, and enters the slots that began.
    fn advance(&mut self, now: Ns) {
        while self.next_edge <= now {
            self.space.run_until(self.next_edge);
            let Some(slot) = self.next_slot() else { return };
            self.space.enter(&self.world, &slot);
            self.next_edge = self.space.begin_of(slot.no).after(SLOT);
            self.tell(&slot);
            self.dishes.slot_began(&slot);
        }
        // what is due at this very instant has to happen too
        self.space.run_until(now.after(Ns(1)));
        if let Some(faults) = self.standing.as_ref().and_then(|standing| standing.take()) {
            self.space.set_faults(faults);
        }
    }

    fn next_slot(&self) -> Option<Arc<Slot<Unsigned>>> {
        match self.slots.try_recv() {
            Ok(slot) => Some(slot),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                if self.next_edge > Ns(0) {
                    self.news.change(|state| state.late_slots += 1);
                }
                self.slots.recv().ok()
            }
        }
    }

    fn tell(&self, slot: &Slot<Unsigned>) {
        let lost = self.space.engine().done().lost;
        self.news.change(|state| {
            state.slot = Some(slot.no);
            state.lost =
                skyweave_net::packet::Loss::ALL.iter().map(|&why| (why.name(), lost.of(why))).collect();
            for &terminal in &self.members {
                let line = match &slot.terminals[terminal.index()].outcome {
                    Err(outage) => format!("not served: {}", outage.name()),
                    Ok(served) => {
                        self.plan.serve(port_of(&self.world, terminal), PortId(served.pop.0));
                        format!(
                            "{} at {:.0} deg, PoP {}, {:.0}/{:.0} Mbit/s",
                            self.world.satellites[served.satellite.index()].name,
                            served.elevation_rad.to_degrees(),
                            self.world.pops[served.pop.index()].code,
                            served.flow.down_bps / 1e6,
                            served.flow.up_bps / 1e6
                        )
                    }
                };
                state.service.insert(terminal.0, line);
            }
        });
    }
}

/// The port of a terminal: PoPs come first.
pub fn port_of(world: &World, terminal: TerminalId) -> PortId {
    PortId(world.pops.len() as u32 + terminal.0)
}

impl Network for Live {
    fn send(&mut self, now_ns: u64, from: PortId, packet: IpPacket) {
        let now = Ns(now_ns);
        self.advance(now);
        let Some(header) = Header::of(&packet) else { return };
        let to = self.plan.route(from, header.destination).and_then(|port| self.hosts.get(&port));
        let (Some(&to), Some(&from)) = (to, self.hosts.get(&from)) else { return };
        let packet = Packet {
            to,
            from,
            flow: FlowId(header.flow),
            bytes: packet.len() as u32,
            body: Some(packet.into_boxed_slice()),
            ..Packet::default()
        };
        self.space.engine_mut().with_host::<Doorway, ()>(from, |_, _, outlet| outlet.send(packet));
    }

    fn poll(&mut self, now_ns: u64, out: &mut Vec<Delivery>) {
        self.advance(Ns(now_ns));
        doorway::take(&self.out, out);
    }

    fn next_at(&self) -> Option<u64> {
        let next = self.space.next_at().unwrap_or(Ns::NEVER);
        let look = self.standing.as_ref().map_or(Ns::NEVER, |_| self.space.engine().now().after(LOOK));
        Some(next.min(self.next_edge).min(look).0)
    }
}
