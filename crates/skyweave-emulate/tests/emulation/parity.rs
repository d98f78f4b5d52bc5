//! One engine, two clocks: the same endpoints at the ends of the same network in virtual time, and on the wall clock behind the driver.
//! The endpoints know no clock either: here a thread each tells them the time and hands their packets over a pair of sockets, as a
//! program's kernel does with a TUN device.
//!
//! What may never differ is asserted; how late a busy machine is only where it was not busy. Bounds where it was not:
//! quantiles of one-way delay within [`DELAY_MS`], throughput within [`RATE`].

use crate::Case;
use crate::world::plan;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use skyweave_emulate::addresses::AddressPlan;
use skyweave_emulate::engine::{Engine as Drive, Options, Tun};
use skyweave_emulate::network::{Delivery, Network, Packet as IpPacket, PortId};
use skyweave_net::capture::on_the_wire;
use skyweave_net::delay::Delay;
use skyweave_net::device::{FairQueue, FairQueueParams, LossRule};
use skyweave_net::engine::{Air, Blueprint, Edge, Engine, Sender};
use skyweave_net::host::{Host, Outlet};
use skyweave_net::packet::{FlowId, HostId, Loss, NodeId, Packet};
use skyweave_net::routing::{Hop, NextHops};
use skyweave_net::spread::Spread;
use skyweave_net::time::Ns;
use skyweave_net::transport::{
    Amount, FlowResult, QuicCongestion, QuicHost, TcpCongestion, TcpHost, Transfer,
};
use std::any::Any;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

pub const CASES: &[Case] = &[("both_clocks_tell_the_same", both_clocks_tell_the_same)];

/// Quantiles of one-way delay differ by no more.
const DELAY_MS: f64 = 1.0;
/// Throughputs differ by no more than this share.
const RATE: f64 = 0.05;
/// A machine that tells an endpoint the time so late, 99 times of 100, is busy.
const BUSY: Ns = Ns(500_000);
const LINE_BPS: u64 = 20_000_000;
const SENDING: Ns = Ns(3_000_000_000);
const END: Ns = Ns(4_500_000_000);
const LOSS: f64 = 0.01;
/// A packet of 1,200 bytes each time: 10 Mbit/s.
const APART: Ns = Ns(960_000);
const BYTES: u32 = 1_200;
const QUANTILES: [f64; 5] = [0.01, 0.25, 0.5, 0.75, 0.95];

/// Sends packets that say when they were sent.
struct Beacon {
    ends: [HostId; 2],
    addresses: [Ipv4Addr; 2],
    sent: u32,
    next: Ns,
}

/// Notes how long each took.
#[derive(Default)]
struct Ear {
    delay: Spread,
    numbers: Vec<u32>,
}

macro_rules! any {
    () => {
        fn as_any(&self) -> &dyn Any {
            self
        }

        fn as_any_mut(&mut self) -> &mut dyn Any {
            self
        }
    };
}

impl Host for Beacon {
    fn receive(&mut self, _: Ns, _: Packet, _: &mut Outlet) {}

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let [from, to] = self.ends;
        let mut packet = Packet { from, to, bytes: BYTES, number: self.sent, ..Packet::default() };
        let addresses = self.ends.into_iter().zip(self.addresses.map(|address| address.octets())).collect();
        let mut body = on_the_wire(&packet, &addresses).into_owned();
        body.extend(now.0.to_be_bytes());
        body.extend(self.sent.to_be_bytes());
        body.resize(BYTES as usize, 0);
        packet.body = Some(body.into());
        outlet.send(packet);
        self.sent += 1;
        let next = self.next.after(APART);
        self.next = if next < SENDING { next } else { Ns::NEVER };
    }

    fn next_wake(&self) -> Ns {
        self.next
    }

    any!();
}

impl Host for Ear {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        let body = packet.body.unwrap();
        let sent = Ns(u64::from_be_bytes(body[28..36].try_into().unwrap()));
        self.numbers.push(u32::from_be_bytes(body[36..40].try_into().unwrap()));
        self.delay.add(now.since(sent));
    }

    fn wake(&mut self, _: Ns, _: &mut Outlet) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    any!();
}

/// Where packets come from outside and go there.
struct Doorway {
    port: PortId,
    out: Arc<Mutex<Vec<Delivery>>>,
}

impl Host for Doorway {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        let delivery = Delivery { due_ns: now.0, port: self.port, packet: packet.body.unwrap().into_vec() };
        self.out.lock().unwrap().push(delivery);
    }

    fn wake(&mut self, _: Ns, _: &mut Outlet) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    any!();
}

/// Two nodes, a fair queue before each line, a length that changes, and a share of packets that is lost.
fn network(hosts: [Box<dyn Host>; 2], loss: f64) -> Engine {
    let mut blueprint = Blueprint::default();
    let [near, far] = [blueprint.add_node(), blueprint.add_node()];
    let mut hop = |from, to, seed| {
        let queue = FairQueue::new(LINE_BPS, FairQueueParams::default());
        let port = blueprint.add_port(from, Sender::Fair(Box::new(queue)));
        let delay = Delay::through(Ns(0), 15.0, [0.015, 0.0155, 0.0165, 0.018]);
        let rule = LossRule { from: Ns(0), until: Ns::NEVER, share: loss, why: Loss::Random };
        let air = Some(Box::new(Air { medium: None, losses: vec![rule], seed }));
        Hop { port, edge: blueprint.add_edge(Edge { air, ..Edge::new(port, to, delay) }) }
    };
    let (there, back) = (hop(near, far, 1), hop(far, near, 2));
    let [first, second] = hosts;
    blueprint.add_host(near, first);
    blueprint.add_host(far, second);
    let mut table = NextHops::new(2, 2, vec![0, 1].into());
    table.set(NodeId(0), 1, Some(there));
    table.set(NodeId(1), 0, Some(back));
    Engine::new(blueprint, Box::new(table))
}

/// The same behind the driver.
struct Driven {
    engine: Engine,
    ports: [PortId; 2],
    out: Arc<Mutex<Vec<Delivery>>>,
}

impl Driven {
    fn new(ports: [PortId; 2], loss: f64) -> Self {
        let out = Arc::<Mutex<Vec<Delivery>>>::default();
        let doors = ports.map(|port| Box::new(Doorway { port, out: Arc::clone(&out) }) as Box<dyn Host>);
        Self { engine: network(doors, loss), ports, out }
    }
}

impl Network for Driven {
    fn send(&mut self, now_ns: u64, from: PortId, packet: IpPacket) {
        self.engine.run_until(Ns(now_ns + 1));
        let [from, to] = if from == self.ports[0] { [0, 1] } else { [1, 0] }.map(HostId);
        let bytes = packet.len() as u32;
        let packet = Packet { from, to, bytes, body: Some(packet.into()), ..Packet::default() };
        self.engine.with_host::<Doorway, ()>(from, |_, _, outlet| outlet.send(packet));
    }

    fn poll(&mut self, now_ns: u64, out: &mut Vec<Delivery>) {
        self.engine.run_until(Ns(now_ns + 1));
        out.append(&mut self.out.lock().unwrap());
    }

    fn next_at(&self) -> Option<u64> {
        self.engine.next_at().map(|at| at.0)
    }
}

/// Tells a host the time, and hands its packets over.
fn tell_the_time(host: &mut dyn Host, wire: &OwnedFd, begun: Instant, late: &mut Spread) {
    let (mut outlet, mut read) = (Outlet::default(), vec![0; 2_048]);
    loop {
        let now = Ns(begun.elapsed().as_nanos() as u64);
        if now >= END {
            return;
        }
        let due = host.next_wake();
        if due <= now {
            late.add(now.since(due));
            host.wake(now, &mut outlet);
        }
        while let Ok(length) = rustix::io::read(wire, &mut read) {
            let body: Box<[u8]> = read[..length].into();
            let packet = Packet { bytes: length as u32, body: Some(body), ..Packet::default() };
            host.receive(Ns(begun.elapsed().as_nanos() as u64), packet, &mut outlet);
        }
        for packet in outlet.take() {
            let _ = rustix::io::write(wire, &packet.body.unwrap());
        }
        let next = host.next_wake().min(END).since(Ns(begun.elapsed().as_nanos() as u64));
        let timeout =
            Timespec { tv_sec: (next.0 / 1_000_000_000) as i64, tv_nsec: (next.0 % 1_000_000_000) as i64 };
        let _ = poll(&mut [PollFd::new(wire, PollFlags::IN)], Some(&timeout));
    }
}

/// Runs both hosts to the end on the wall clock; says how late they were told the time, in the worst case of the two and the driver.
fn on_the_wall_clock(plan: &Arc<AddressPlan>, hosts: &mut [Box<dyn Host>; 2], loss: f64) -> Ns {
    let ports = ["kyiv", "fra"].map(|name| plan.port(name).unwrap());
    let drive =
        Drive::start(Arc::clone(plan), Box::new(Driven::new(ports, loss)), Options::default()).unwrap();
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let wires = ports.map(|port| {
        let (ours, file) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
        drive.handle().attach(port, Tun { file, offload: false }).unwrap();
        ours
    });
    let begun = Instant::now();
    let lates = thread::scope(|scope| {
        let threads = hosts.iter_mut().zip(&wires).map(|(host, wire)| {
            scope.spawn(move || {
                let mut late = Spread::default();
                tell_the_time(&mut **host, wire, begun, &mut late);
                late.quantile(0.99).unwrap_or(Ns(0))
            })
        });
        threads.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
    });
    let report = drive.stop().unwrap();
    lates.max(Ns(report.lateness.quantile_ns(0.99)))
}

/// What endpoints do, made anew for each clock.
type Make = fn(&AddressPlan) -> [Box<dyn Host>; 2];

fn addresses(plan: &AddressPlan) -> [Ipv4Addr; 2] {
    ["kyiv", "fra"].map(|name| plan.addresses(plan.port(name).unwrap()).ipv4)
}

fn beacons(plan: &AddressPlan) -> [Box<dyn Host>; 2] {
    let ends = [HostId(0), HostId(1)];
    let beacon = Beacon { ends, addresses: addresses(plan), sent: 0, next: Ns(1_000_000) };
    [Box::new(beacon), Box::<Ear>::default()]
}

fn transfer(plan: &AddressPlan) -> Transfer {
    let mut transfer = Transfer {
        amount: Amount::For(SENDING),
        buffer_bytes: 500_000,
        begin: Ns(1_000_000),
        ..Transfer::download(FlowId(1), [HostId(0), HostId(1)], 0)
    };
    [transfer.client.address, transfer.server.address] = addresses(plan);
    transfer
}

fn tcp(plan: &AddressPlan) -> [Box<dyn Host>; 2] {
    let (transfer, by) = (transfer(plan), TcpCongestion::Cubic);
    [Box::new(TcpHost::client(transfer, by)), Box::new(TcpHost::server(transfer, by))]
}

fn quic(plan: &AddressPlan) -> [Box<dyn Host>; 2] {
    let (transfer, by) = (transfer(plan), QuicCongestion::Cubic);
    [Box::new(QuicHost::client(transfer, by)), Box::new(QuicHost::server(transfer, by))]
}

fn virtually(plan: &AddressPlan, make: Make, loss: f64) -> Engine {
    let mut engine = network(make(plan), loss);
    engine.run_until(END);
    engine
}

fn ear<'a>(host: &'a dyn Any) -> &'a Ear {
    host.downcast_ref().unwrap()
}

fn flow(plan: &AddressPlan, hosts: [&dyn Any; 2]) -> FlowResult {
    let results = hosts.map(|host| {
        let tcp = host.downcast_ref().map(TcpHost::results);
        tcp.or_else(|| host.downcast_ref().map(QuicHost::results)).unwrap()
    });
    FlowResult::of(&transfer(plan), results[0], results[1])
}

fn both_clocks_tell_the_same() {
    let plan = Arc::new(plan());
    // one after the other: each has the machine for itself
    let [(udp, udp_late), (tcp_real, tcp_late), (quic_real, quic_late)] =
        [(beacons as Make, LOSS), (tcp, 0.0), (quic, 0.0)].map(|(make, loss)| {
            let mut hosts = make(&plan);
            let late = on_the_wall_clock(&plan, &mut hosts, loss);
            (hosts, late)
        });

    let engine = virtually(&plan, beacons, LOSS);
    let (real, thought) = (ear(udp[1].as_any()), engine.host::<Ear>(HostId(1)).unwrap());
    let ms = |ear: &Ear| QUANTILES.map(|share| ear.delay.quantile(share).unwrap().as_ms());
    println!(
        "  UDP: {} and {} of {} packets came; delay, ms: {:.2?} on the wall clock, {:.2?} in virtual time; late {} us",
        real.numbers.len(),
        thought.numbers.len(),
        SENDING.0 / APART.0,
        ms(real),
        ms(thought),
        udp_late.0 / 1_000
    );
    for (real, thought) in ms(real).into_iter().zip(ms(thought)) {
        assert!(real > thought * (1.0 - 1.0 / 32.0) - 0.05, "{real} ms before {thought} ms");
        assert!(udp_late > BUSY || real < thought + DELAY_MS, "{real} ms and {thought} ms");
    }
    if udp_late <= BUSY {
        assert_eq!(real.numbers, thought.numbers, "the same packets are lost");
    }

    for (name, make, hosts, late) in
        [("TCP", tcp as Make, tcp_real, tcp_late), ("QUIC", quic, quic_real, quic_late)]
    {
        let engine = virtually(&plan, make, 0.0);
        let thought = engine.host::<TcpHost>(HostId(0)).map(|host| host as &dyn Any);
        let thought =
            thought.or_else(|| engine.host::<QuicHost>(HostId(0)).map(|host| host as &dyn Any)).unwrap();
        let server = engine.host::<TcpHost>(HostId(1)).map(|host| host as &dyn Any);
        let server =
            server.or_else(|| engine.host::<QuicHost>(HostId(1)).map(|host| host as &dyn Any)).unwrap();
        let thought = flow(&plan, [thought, server]);
        let real = flow(&plan, [hosts[0].as_any(), hosts[1].as_any()]);
        let [real_bps, thought_bps] = [real, thought].map(|result| result.goodput_bps.unwrap());
        let rtt = |result: &FlowResult| result.rtt.unwrap().map(Ns::as_ms);
        println!(
            "  {name}: {:.2} and {:.2} Mbit/s; RTT least, median, 95 %, most, ms: {:.1?} and {:.1?}; sent again {} and {}; late {} us",
            real_bps / 1e6,
            thought_bps / 1e6,
            rtt(&real),
            rtt(&thought),
            real.again_packets,
            thought.again_packets,
            late.0 / 1_000
        );
        assert_eq!(real.wrong_bytes, 0);
        assert!(real.bytes > 100_000 && rtt(&real)[0] > 30.0, "{real:?}");
        assert!(late > BUSY || (real_bps / thought_bps - 1.0).abs() < RATE, "{real:?} and {thought:?}");
    }
}
