//! Packet-hops a second: a grid of links, as lasers make one, under streams that cross it. Prints one row a case.

use skyweave_net::delay::Delay;
use skyweave_net::device::{Capacity, FairQueue, FairQueueParams, Fifo};
use skyweave_net::engine::{Blueprint, Edge, Engine, Sender};
use skyweave_net::packet::{FlowId, HostId, NodeId};
use skyweave_net::routing::{Hop, NextHops};
use skyweave_net::time::Ns;
use skyweave_net::traffic::{Arrivals, Sink, Stream, UdpSource};
use std::time::Instant;

const SIDE: u32 = 34;
/// As in Hypatia's run of 100 UDP flows: lines of 10 Mbit/s, and a packet every 1.2 ms.
const LINE_BPS: u64 = 10_000_000;
const INTERVAL: Ns = Ns(1_200_000);
const FLOWS: u32 = 100;

#[derive(Clone, Copy, PartialEq)]
enum Queue {
    Fifo,
    Fair,
}

/// A torus of `SIDE` x `SIDE` nodes, `flows` streams between nodes drawn by counting, and shortest ways.
fn network(queue: Queue, flows: u32, seconds: f64, regions: u16) -> (Engine, Vec<HostId>) {
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
                Queue::Fifo => Sender::Fifo(Fifo::new(LINE_BPS, Capacity::Packets(100))),
                Queue::Fair => {
                    let params = FairQueueParams { queues: 64, ..FairQueueParams::default() };
                    Sender::Device(Box::new(FairQueue::new(LINE_BPS, params)))
                }
            };
            let port = blueprint.add_port(NodeId(number), sender);
            let delay = 0.003 + 1e-5 * f64::from(number % 97);
            let delay = Delay::through(Ns(0), 15.0, [delay, delay * 1.001, delay * 1.002, delay * 1.004]);
            Hop { port, edge: blueprint.add_edge(Edge::new(port, NodeId(to), delay)) }
        });
        hops.push(links);
    }
    let mut sinks = Vec::new();
    for flow in 0..flows {
        let (from, to) = ((flow * 7_919) % nodes, (flow * 104_729 + 577) % nodes);
        let sink = blueprint.add_host(NodeId(to), Box::new(Sink::default()));
        sinks.push(sink);
        let stream = Stream {
            flow: FlowId(flow),
            from: blueprint.next_host(),
            to: sink,
            bytes: 1_502,
            arrivals: Arrivals::Constant(INTERVAL),
            begin: Ns(u64::from(flow) * 977),
            end: Ns::from_s(seconds),
        };
        blueprint.add_host(NodeId(from), Box::new(UdpSource::new(stream)));
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
    (Engine::in_regions(blueprint, Box::new(table), &region_of), sinks)
}

fn main() {
    println!("case,hops,seconds,million hops/s");
    let cases = [
        ("fifo, 1 region", Queue::Fifo, 1),
        ("fifo, 2 regions", Queue::Fifo, 2),
        ("fq-codel, 1 region", Queue::Fair, 1),
        ("fq-codel, 2 regions", Queue::Fair, 2),
    ];
    let seconds: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20.0);
    let only = std::env::args().nth(2);
    for (name, queue, regions) in cases.into_iter().filter(|c| only.as_ref().is_none_or(|o| c.0 == o)) {
        let (mut engine, _) = network(queue, FLOWS, seconds, regions);
        let begun = Instant::now();
        engine.run_until(Ns::from_s(seconds + 1.0));
        let seconds = begun.elapsed().as_secs_f64();
        let done = engine.done();
        println!("{name},{},{seconds:.3},{:.2}", done.hops, done.hops as f64 / seconds * 1e-6);
    }
}
