//! Packet-hops a second: a grid of links, as lasers make one, under streams that cross it. Prints one row a case.

use skyweave_core::access::{Access, AccessParams, GpsNs};
use skyweave_net::delay::Delay;
use skyweave_net::device::{Capacity, FairQueue, FairQueueParams, Fifo, Uplink};
use skyweave_net::engine::{Air, Blueprint, Edge, Engine, Sender};
use skyweave_net::medium::Medium;
use skyweave_net::packet::{FlowId, HostId, NodeId};
use skyweave_net::routing::{Hop, NextHops};
use skyweave_net::time::Ns;
use skyweave_net::traffic::{Arrivals, Sink, Stream, UdpSource};
use skyweave_net::transport::{Amount, QuicCongestion, QuicHost, TcpCongestion, TcpHost, Transfer};
use std::time::Instant;

const SIDE: u32 = 34;
const FLOWS: u32 = 100;
/// Of the UDP streams, as in Hypatia's run of 100 flows: lines of 10 Mbit/s, and a packet every 1.2 ms.
const UDP_LINE_BPS: u64 = 10_000_000;
const INTERVAL: Ns = Ns(1_200_000);
/// Of transports, which find out by themselves what a line carries.
const TRANSPORT_LINE_BPS: u64 = 50_000_000;

#[derive(Clone, Copy, PartialEq)]
enum Queue {
    Fifo,
    Fair,
    /// Fair queues, and every seventh node has user links: half of them up, and half down.
    FairWithAccess,
}

#[derive(Clone, Copy, PartialEq)]
enum Traffic {
    Udp,
    Tcp,
    Quic,
}

/// Adds a stream from one node to another.
fn add_flow(blueprint: &mut Blueprint, traffic: Traffic, flow: FlowId, [from, to]: [NodeId; 2], end: Ns) {
    let first = blueprint.next_host();
    let second = HostId(first.0 + 1);
    let transfer = Transfer {
        amount: Amount::For(end),
        begin: Ns(u64::from(flow.0) * 977),
        buffer_bytes: 2_000_000,
        rtt_every: Ns::NEVER,
        ..Transfer::download(flow, [second, first], 0)
    };
    match traffic {
        Traffic::Udp => {
            let stream = Stream {
                flow,
                from: second,
                to: first,
                bytes: 1_502,
                arrivals: Arrivals::Constant(INTERVAL),
                begin: transfer.begin,
                end,
            };
            blueprint.add_host(to, Box::new(Sink::default()));
            blueprint.add_host(from, Box::new(UdpSource::new(stream)));
        }
        Traffic::Tcp => {
            let by = TcpCongestion::Cubic;
            blueprint.add_host(from, Box::new(TcpHost::server(transfer, by)));
            blueprint.add_host(to, Box::new(TcpHost::client(transfer, by)));
        }
        Traffic::Quic => {
            let by = QuicCongestion::Cubic;
            blueprint.add_host(from, Box::new(QuicHost::server(transfer, by)));
            blueprint.add_host(to, Box::new(QuicHost::client(transfer, by)));
        }
    }
}

/// The medium access of a node's links, if it has such links.
fn medium(queue: Queue, node: u32, which: u32) -> Option<Medium> {
    let access = || Access::new(AccessParams::default(), u64::from(node));
    (queue == Queue::FairWithAccess && node % 14 == which).then(|| Medium::new(access(), GpsNs(0)))
}

/// A torus of `SIDE` x `SIDE` nodes, `flows` streams between nodes drawn by counting, and shortest ways.
fn network(queue: Queue, traffic: Traffic, flows: u32, seconds: f64, regions: u16) -> Engine {
    let line_bps = if traffic == Traffic::Udp { UDP_LINE_BPS } else { TRANSPORT_LINE_BPS };
    let mut blueprint = Blueprint::default();
    let nodes = SIDE * SIDE;
    for _ in 0..nodes {
        blueprint.add_node();
    }
    let at = |x: u32, y: u32| (x % SIDE) * SIDE + y % SIDE;
    let mut hops = Vec::new();
    for number in 0..nodes {
        let (x, y) = (number / SIDE, number % SIDE);
        let neighbours = [at(x + 1, y), at(x + SIDE - 1, y), at(x, y + 1), at(x, y + SIDE - 1)];
        let links = neighbours.map(|to| {
            let sender = match queue {
                Queue::Fifo => Sender::Fifo(Fifo::new(line_bps, Capacity::Packets(100))),
                Queue::Fair | Queue::FairWithAccess => {
                    let params = FairQueueParams { queues: 64, ..FairQueueParams::default() };
                    let fair = Box::new(FairQueue::new(line_bps, params));
                    match medium(queue, number, 0) {
                        Some(medium) => Sender::Device(Box::new(Uplink::around(fair, medium))),
                        None => Sender::Fair(fair),
                    }
                }
            };
            let port = blueprint.add_port(NodeId(number), sender);
            let delay = 0.003 + 1e-5 * f64::from(number % 97);
            let delay = Delay::through(Ns(0), 15.0, [delay, delay * 1.001, delay * 1.002, delay * 1.004]);
            let air =
                medium(queue, number, 7).map(|held| Box::new(Air { medium: Some(held), ..Air::default() }));
            Hop { port, edge: blueprint.add_edge(Edge { air, ..Edge::new(port, NodeId(to), delay) }) }
        });
        hops.push(links);
    }
    for flow in 0..flows {
        let ends = [NodeId((flow * 7_919) % nodes), NodeId((flow * 104_729 + 577) % nodes)];
        add_flow(&mut blueprint, traffic, FlowId(flow), ends, Ns::from_s(seconds));
    }
    let of_host: Vec<u32> = blueprint.topology().node_of_host().iter().map(|node| node.0).collect();
    let mut table = NextHops::new(nodes as usize, nodes as usize, of_host.into());
    for from in 0..nodes {
        for to in 0..nodes {
            let (dx, dy) = ((to / SIDE + SIDE - from / SIDE) % SIDE, (to % SIDE + SIDE - from % SIDE) % SIDE);
            let link = match (dx, dy) {
                (0, 0) => continue,
                (0, _) => 2 + usize::from(dy > SIDE / 2),
                _ => usize::from(dx > SIDE / 2),
            };
            table.set(NodeId(from), to, Some(hops[from as usize][link]));
        }
    }
    let region_of: Vec<u16> = (0..nodes).map(|node| (node * u32::from(regions) / nodes) as u16).collect();
    Engine::in_regions(blueprint, Box::new(table), &region_of)
}

fn main() {
    println!("case,hops,seconds,million hops/s");
    let cases = [
        ("fifo, 1 region", Queue::Fifo, Traffic::Udp, 1),
        ("fifo, 2 regions", Queue::Fifo, Traffic::Udp, 2),
        ("fq-codel, 1 region", Queue::Fair, Traffic::Udp, 1),
        ("fq-codel, 2 regions", Queue::Fair, Traffic::Udp, 2),
        ("fq-codel, access, 1 region", Queue::FairWithAccess, Traffic::Udp, 1),
        ("fq-codel, access, 2 regions", Queue::FairWithAccess, Traffic::Udp, 2),
        ("tcp, fifo, 1 region", Queue::Fifo, Traffic::Tcp, 1),
        ("tcp, fq-codel, 1 region", Queue::Fair, Traffic::Tcp, 1),
        ("quic, fifo, 1 region", Queue::Fifo, Traffic::Quic, 1),
        ("quic, fq-codel, 1 region", Queue::Fair, Traffic::Quic, 1),
    ];
    // cargo adds a flag of its own
    let mut given = std::env::args().skip(1).filter(|text| !text.starts_with("--"));
    let seconds: f64 = given.next().and_then(|text| text.parse().ok()).unwrap_or(20.0);
    let only = given.next();
    for (name, queue, traffic, regions) in
        cases.into_iter().filter(|c| only.as_ref().is_none_or(|o| c.0 == o))
    {
        let mut engine = network(queue, traffic, FLOWS, seconds, regions);
        let begun = Instant::now();
        engine.run_until(Ns::from_s(seconds + 1.0));
        let seconds = begun.elapsed().as_secs_f64();
        let done = engine.done();
        println!("{name},{},{seconds:.3},{:.2}", done.hops, done.hops as f64 / seconds * 1e-6);
    }
}
