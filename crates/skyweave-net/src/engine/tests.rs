use super::*;
use crate::device::{Capacity, FairQueue, FairQueueParams, Fifo};
use crate::packet::{FlowId, Loss};
use crate::routing::{Hop, NextHops};
use crate::traffic::{Arrivals, Echo, Pings, Sink, Stream, UdpSource};
use proptest::prelude::*;

/// A ring of nodes with a link each way between neighbours, a source and a sink at every node.
struct Ring {
    blueprint: Blueprint,
    sinks: Vec<HostId>,
    hops: Vec<[Hop; 2]>,
}

const NODES: u32 = 12;

fn ring(rate_bps: u64, fair: bool) -> Ring {
    let mut blueprint = Blueprint::default();
    let nodes: Vec<NodeId> = (0..NODES).map(|_| blueprint.add_node()).collect();
    let mut hops = Vec::new();
    for &node in &nodes {
        let neighbours = [(node.0 + 1) % NODES, (node.0 + NODES - 1) % NODES];
        hops.push(neighbours.map(|to| {
            let sender = if fair {
                Sender::Device(Box::new(FairQueue::new(rate_bps, FairQueueParams::default())))
            } else {
                Sender::Fifo(Fifo::new(rate_bps, Capacity::Packets(20)))
            };
            let port = blueprint.add_port(node, sender);
            let delay = Delay::fixed(Ns(1_000_000 + 10_007 * u64::from(node.0)));
            Hop { port, edge: blueprint.add_edge(Edge::new(port, NodeId(to), delay)) }
        }));
    }
    let sinks: Vec<HostId> =
        nodes.iter().map(|&node| blueprint.add_host(node, Box::new(Sink::default()))).collect();
    for &node in &nodes {
        for far in [1, 3, 5] {
            let from = blueprint.next_host();
            let stream = Stream {
                flow: FlowId(node.0 * 10 + far),
                from,
                to: sinks[((node.0 + far) % NODES) as usize],
                bytes: 1_200,
                arrivals: Arrivals::Poisson(Ns::from_ms(2), u64::from(node.0 * 10 + far)),
                begin: Ns(u64::from(node.0) * 1_000),
                end: Ns::from_s(2.0),
            };
            blueprint.add_host(node, Box::new(UdpSource::new(stream)));
        }
    }
    Ring { blueprint, sinks, hops }
}

fn routes(ring: &Ring) -> NextHops {
    let of_host: Vec<u32> = ring.blueprint.topology().node_of_host().iter().map(|node| node.0).collect();
    let mut table = NextHops::new(NODES as usize, NODES as usize, of_host.into());
    for (node, hops) in ring.hops.iter().enumerate() {
        for to in 0..NODES {
            let ahead = (to + NODES - node as u32) % NODES;
            let hop = hops[usize::from(ahead > NODES / 2)];
            table.set(NodeId::at(node), to, (ahead != 0).then_some(hop));
        }
    }
    table
}

fn outcome(ring: Ring, regions: &[u16]) -> (Done, Vec<Sink>) {
    let table = routes(&ring);
    let mut engine = Engine::in_regions(ring.blueprint, Box::new(table), regions);
    engine.run_until(Ns::from_s(9.0));
    assert_eq!(engine.in_flight(), 0);
    let sinks = ring.sinks.iter().filter_map(|&sink| engine.host::<Sink>(sink).cloned()).collect();
    (engine.done(), sinks)
}

#[test]
fn what_happens_does_not_depend_on_regions() {
    for fair in [false, true] {
        let one = outcome(ring(40_000_000, fair), &[0; NODES as usize]);
        assert!(one.0.lost.total() > 0 && one.0.received > 10_000, "{:?}", one.0);
        assert_eq!(one.0.sent, one.0.received + one.0.lost.total());
        for spread in [[0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]] {
            assert!(outcome(ring(40_000_000, fair), &spread) == one, "fair {fair}, {spread:?}");
        }
    }
}

#[test]
fn it_does_not_matter_how_often_one_looks() {
    let one = outcome(ring(40_000_000, true), &[0; NODES as usize]);
    let ring = ring(40_000_000, true);
    let table = routes(&ring);
    let mut engine = Engine::new(ring.blueprint, Box::new(table));
    for step in 1..=9_000 {
        engine.run_until(Ns::from_ms(step));
    }
    assert_eq!(engine.done(), one.0);
}

#[test]
fn a_ping_takes_what_links_take() {
    let mut blueprint = Blueprint::default();
    let [a, b] = [blueprint.add_node(), blueprint.add_node()];
    let hop = |blueprint: &mut Blueprint, from, to| {
        let port = blueprint.add_port(from, Sender::Fifo(Fifo::new(10_000_000, Capacity::Packets(100))));
        Hop { port, edge: blueprint.add_edge(Edge::new(port, to, Delay::fixed(Ns::from_ms(3)))) }
    };
    let (there, back) = (hop(&mut blueprint, a, b), hop(&mut blueprint, b, a));
    let echo = blueprint.add_host(b, Box::new(Echo));
    let times = [Ns(0), Ns::from_ms(100)];
    let pings = Pings::new(FlowId(0), [HostId(1), echo], 42, Ns::from_ms(10), times);
    let pings = blueprint.add_host(a, Box::new(pings));
    let mut table = NextHops::new(2, 2, vec![1, 0].into());
    table.set(a, 1, Some(there));
    table.set(b, 0, Some(back));
    let mut engine = Engine::new(blueprint, Box::new(table));
    engine.run_until(Ns::from_s(1.0));
    let Some(pings) = engine.host::<Pings>(pings) else { panic!("no pings") };
    assert_eq!(pings.pings().len(), 10);
    for ping in pings.pings() {
        // 42 bytes take 33.6 us at each of two hops
        assert_eq!(ping.answered.map(|at| at.since(ping.sent)), Some(Ns(6_067_200)));
    }
}

#[test]
fn without_a_way_a_packet_is_lost_and_counted() {
    let ring = ring(40_000_000, false);
    let hosts = ring.blueprint.topology().node_of_host().len();
    let table = NextHops::new(NODES as usize, NODES as usize, vec![0; hosts].into());
    let mut engine = Engine::new(ring.blueprint, Box::new(table));
    engine.run_until(Ns::from_s(3.0));
    let done = engine.done();
    assert_eq!((done.lost.of(Loss::NoWay), done.received), (done.sent, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Rates that change while packets wait: nothing is lost or doubled that was not said to be.
    #[test]
    fn every_packet_is_somewhere(
        rates in prop::collection::vec((0_u64..20_000_000, 0_usize..24), 1..30),
        fair in any::<bool>(),
        closed in 0_u32..24,
    ) {
        let ring = ring(6_000_000, fair);
        let table = routes(&ring);
        let mut engine = Engine::new(ring.blueprint, Box::new(table));
        let step = Ns::from_ms(50);
        for (at, &(rate_bps, port)) in rates.iter().enumerate() {
            let now = Ns(step.0 * (at as u64 + 1));
            engine.run_until(now);
            engine.grant(PortId::at(port), Grant { rate_bps, until: now.after(step) });
            if at == rates.len() / 2 {
                engine.close(PortId(closed));
            }
            let done = engine.done();
            prop_assert_eq!(done.sent, done.received + done.lost.total() + engine.in_flight());
        }
    }
}
