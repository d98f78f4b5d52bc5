use super::*;
use crate::delay::Delay;
use crate::device::{Capacity, Device, FairQueue, FairQueueParams, Fifo, LossRule, Lossy};
use crate::engine::{Blueprint, Edge, Engine, Sender};
use crate::host::Host;
use crate::packet::{Loss, NodeId};
use crate::routing::{Hop, NextHops};

const RATE_BPS: u64 = 20_000_000;
const ONE_WAY: Ns = Ns::from_ms(15);
/// What fits into the link at once, there and back.
const BDP_BYTES: u64 = RATE_BPS * 30 / 8_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Queue {
    Fifo,
    Fair,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stack {
    Tcp(TcpCongestion),
    Quic(QuicCongestion),
}

const TCP: Stack = Stack::Tcp(TcpCongestion::Cubic);
const QUIC: Stack = Stack::Quic(QuicCongestion::Cubic);
const ALL: [Stack; 5] = [
    TCP,
    Stack::Tcp(TcpCongestion::Reno),
    QUIC,
    Stack::Quic(QuicCongestion::NewReno),
    Stack::Quic(QuicCongestion::Bbr),
];

impl Stack {
    fn hosts(self, transfer: Transfer) -> [Box<dyn Host>; 2] {
        match self {
            Self::Tcp(by) => {
                [Box::new(TcpHost::client(transfer, by)), Box::new(TcpHost::server(transfer, by))]
            }
            Self::Quic(by) => {
                [Box::new(QuicHost::client(transfer, by)), Box::new(QuicHost::server(transfer, by))]
            }
        }
    }
}

/// Pairs of hosts at the ends of one link each way.
struct World {
    engine: Engine,
    transfers: Vec<Transfer>,
}

struct Link {
    queue: Queue,
    losses: Vec<LossRule>,
}

impl Link {
    const fn clean(queue: Queue) -> Self {
        Self { queue, losses: Vec::new() }
    }

    fn lossy(share: f64, from: Ns, until: Ns) -> Self {
        Self { queue: Queue::Fifo, losses: vec![LossRule { from, until, share, why: Loss::Random }] }
    }

    fn sender(&self, seed: u64) -> Sender {
        let device: Box<dyn Device> = match self.queue {
            Queue::Fifo => Box::new(Fifo::new(RATE_BPS, Capacity::Bytes(BDP_BYTES))),
            Queue::Fair => Box::new(FairQueue::new(RATE_BPS, FairQueueParams::default())),
        };
        Sender::Device(Box::new(Lossy::around(device, self.losses.clone(), seed)))
    }
}

/// A download, of so much, for each of the stacks.
fn world(link: &Link, stacks: &[Stack], amount: Amount, regions: [u16; 2]) -> World {
    world_of(link, stacks, regions, |transfer| Transfer { amount, ..transfer })
}

/// A transfer for each of the stacks.
fn world_of(link: &Link, stacks: &[Stack], regions: [u16; 2], adapt: impl Fn(Transfer) -> Transfer) -> World {
    let mut blueprint = Blueprint::default();
    let [near, far] = [blueprint.add_node(), blueprint.add_node()];
    let mut hop = |from, to, seed| {
        let port = blueprint.add_port(from, link.sender(seed));
        Hop { port, edge: blueprint.add_edge(Edge::new(port, to, Delay::fixed(ONE_WAY))) }
    };
    let (there, back) = (hop(near, far, 1), hop(far, near, 2));
    let mut transfers = Vec::new();
    for (stack, number) in stacks.iter().zip(0..) {
        let hosts = [HostId(2 * number), HostId(2 * number + 1)];
        let transfer = adapt(Transfer {
            buffer_bytes: 1_000_000,
            begin: Ns::from_ms(u64::from(number) * 10),
            rtt_every: Ns::from_ms(10),
            ..Transfer::download(FlowId(number), hosts, 0)
        });
        let [client, server] = stack.hosts(transfer);
        blueprint.add_host(near, client);
        blueprint.add_host(far, server);
        transfers.push(transfer);
    }
    let of_host: Vec<u32> = blueprint.topology().node_of_host().iter().map(|node| node.0).collect();
    let mut table = NextHops::new(2, 2, of_host.into());
    table.set(NodeId(0), 1, Some(there));
    table.set(NodeId(1), 0, Some(back));
    World { engine: Engine::in_regions(blueprint, Box::new(table), &regions), transfers }
}

impl World {
    fn results(&self, host: HostId) -> Results {
        let tcp = self.engine.host::<TcpHost>(host).map(TcpHost::results);
        let quic = || self.engine.host::<QuicHost>(host).map(QuicHost::results);
        tcp.or_else(quic).cloned().unwrap()
    }

    fn result(&self, number: usize) -> FlowResult {
        let transfer = &self.transfers[number];
        FlowResult::of(transfer, &self.results(transfer.client.host), &self.results(transfer.server.host))
    }

    fn delivered(&self) -> u64 {
        self.results(HostId(0)).delivered.bytes
    }

    /// What the application gets in a time, as a share of what IP packets full of payload would bring.
    fn share(&mut self, from: Ns, until: Ns) -> f64 {
        self.engine.run_until(from);
        let before = self.delivered();
        self.engine.run_until(until);
        (self.delivered() - before) as f64 * 8.0 / until.since(from).as_s() / RATE_BPS as f64
    }
}

#[test]
fn a_file_arrives_whole() {
    let bytes = 3_000_000;
    for stack in ALL {
        for queue in [Queue::Fifo, Queue::Fair] {
            let mut world = world(&Link::clean(queue), &[stack], Amount::Bytes(bytes), [0, 0]);
            world.engine.run_until(Ns::from_s(100.0));
            let result = world.result(0);
            assert_eq!((result.bytes, result.wrong_bytes), (bytes, 0));
            assert_eq!(result.ending, Some(Ending::Complete));
            let handshake = result.handshake.unwrap();
            assert!(handshake >= Ns::from_ms(30) && handshake < Ns::from_ms(33), "{handshake:?}");
            assert!(result.rtt.unwrap()[0] >= Ns::from_ms(30));
            assert_eq!(world.engine.in_flight(), 0);
            assert_eq!(world.engine.next_at(), None, "nothing is left to do");
        }
    }
}

/// Of 1,500 bytes TCP has 1,460 for the application, and QUIC 1,442 or less.
#[test]
fn the_rate_is_reached() {
    for queue in [Queue::Fifo, Queue::Fair] {
        for stack in [TCP, QUIC] {
            let mut world = world(&Link::clean(queue), &[stack], Amount::For(Ns::from_s(60.0)), [0, 0]);
            let share = world.share(Ns::from_s(10.0), Ns::from_s(20.0));
            println!("{stack:?} {queue:?}: {share:.4} of the rate");
            assert!(share > 0.9 && share < 0.9734, "{stack:?} {queue:?}: {share}");
        }
    }
}

#[test]
fn with_losses_a_file_arrives_whole_all_the_same() {
    let bytes = 5_000_000;
    for stack in ALL {
        let link = Link::lossy(0.01, Ns(0), Ns::NEVER);
        let mut world = world(&link, &[stack], Amount::Bytes(bytes), [0, 0]);
        world.engine.run_until(Ns::from_s(120.0));
        let result = world.result(0);
        println!("{stack:?}: {:.2} Mbit/s at a loss of 1 %", result.goodput_bps.unwrap() / 1e6);
        assert_eq!((result.bytes, result.wrong_bytes, result.ending), (bytes, 0, Some(Ending::Complete)));
        assert!(result.again_packets as f64 > 0.005 * result.packets as f64, "{result:?}");
        assert!(world.engine.done().lost.of(Loss::Random) > 30);
    }
}

#[test]
fn a_cut_of_two_seconds_is_survived() {
    for stack in ALL {
        let link = Link::lossy(1.0, Ns::from_s(6.0), Ns::from_s(8.0));
        let mut world = world(&link, &[stack], Amount::For(Ns::from_s(60.0)), [0, 0]);
        world.engine.run_until(Ns::from_s(6.1));
        assert!(world.share(Ns::from_s(6.1), Ns::from_s(8.0)) < 0.01, "{stack:?}: nothing comes through");
        let share = world.share(Ns::from_s(12.0), Ns::from_s(14.0));
        println!("{stack:?}: {share:.3} of the rate, four seconds after the cut");
        assert!(share > 0.7, "{stack:?}: {share}");
        assert_eq!(world.results(HostId(0)).ended, None);
    }
}

#[test]
fn the_same_happens_again_however_the_network_is_cut() {
    let run = |regions| {
        let mut world = world(&Link::lossy(0.002, Ns(0), Ns::NEVER), &ALL, Amount::Bytes(1_500_000), regions);
        world.engine.run_until(Ns::from_s(60.0));
        let results: Vec<_> = (0..2 * ALL.len() as u32).map(|host| world.results(HostId(host))).collect();
        (world.engine.done(), results)
    };
    let one = run([0, 0]);
    assert!(one.1.iter().all(|results| results.ended.is_some_and(|(_, ending)| ending == Ending::Complete)));
    assert!(one.1.iter().all(|results| results.sent.packets > 100));
    assert!(one.1.iter().any(|results| results.round_trips.series.len() > 50));
    assert!(run([0, 0]) == one, "another run");
    assert!(run([0, 1]) == one, "two regions");
}

/// The client's PoP is lost, and it has another address.
#[test]
fn a_quic_connection_outlives_its_address_and_a_tcp_connection_does_not() {
    let (changes, end) = (Ns::from_s(3.0), Ns::from_s(60.0));
    let address = Ipv4Addr::new(100, 127, 0, 9);
    for direction in [Direction::Down, Direction::Up] {
        let moved = |stack: Stack| {
            let amount = Amount::For(Ns::from_s(8.0));
            let adapt = |transfer| Transfer { direction, amount, ..transfer };
            let mut world = world_of(&Link::clean(Queue::Fair), &[stack], [0, 0], adapt);
            world.engine.run_until(changes);
            let before = world.result(0).bytes;
            assert!(before > 1_000_000);
            let tcp = world.engine.with_host(HostId(0), |host: &mut TcpHost, now, outlet| {
                host.change_address(now, address, outlet);
            });
            let quic = world.engine.with_host(HostId(0), |host: &mut QuicHost, now, outlet| {
                host.change_address(now, address, outlet);
            });
            assert!(tcp.is_some() != quic.is_some());
            world.engine.run_until(end);
            let sides = [0, 1].map(|host| world.results(HostId(host)).ended.map(|(_, ending)| ending));
            (before, world.result(0), sides)
        };
        let (before, tcp, sides) = moved(TCP);
        assert!(tcp.bytes < before + 400_000, "what was on its way may still come, and no more: {tcp:?}");
        assert_eq!(sides, [Some(Ending::AddressLost), Some(Ending::TimedOut)]);
        let (before, quic, sides) = moved(QUIC);
        println!("{direction:?}: {before} bytes before, {} in all", quic.bytes);
        assert!(quic.bytes > 2 * before && quic.wrong_bytes == 0, "{quic:?}");
        assert_eq!(sides, [Some(Ending::Complete); 2]);
    }
}

#[test]
fn nobody_there_is_a_timeout() {
    for stack in [TCP, QUIC] {
        let mut world = world(&Link::lossy(1.0, Ns(0), Ns::NEVER), &[stack], Amount::Bytes(1_000), [0, 0]);
        world.engine.run_until(Ns::from_s(200.0));
        let [client, server] = [0, 1].map(|host| world.results(HostId(host)));
        let (at, ending) = client.ended.unwrap();
        assert_eq!((ending, server.begun, client.established), (Ending::TimedOut, None, None), "{stack:?}");
        assert!(at >= Ns::from_s(29.0) && at < Ns::from_s(70.0), "{stack:?}: {at:?}");
        assert_eq!(world.engine.next_at(), None);
    }
}

/// Pages come whole over a link, and take a few round trips.
#[test]
fn pages_are_read() {
    let mut blueprint = Blueprint::default();
    let [near, far] = [blueprint.add_node(), blueprint.add_node()];
    let link = Link::clean(Queue::Fair);
    let mut hop = |from, to, seed| {
        let port = blueprint.add_port(from, link.sender(seed));
        Hop { port, edge: blueprint.add_edge(Edge::new(port, to, Delay::fixed(ONE_WAY))) }
    };
    let (there, back) = (hop(near, far, 1), hop(far, near, 2));
    let hosts = [HostId(0), HostId(1)];
    let Transfer { client, server, .. } = Transfer::download(FlowId(0), hosts, 0);
    let reading = Reading {
        flow: FlowId(0),
        client,
        server,
        connections: 6,
        pause: Ns::from_ms(500),
        seed: 5,
        begin: Ns(0),
        end: Ns::from_s(60.0),
        patience: Ns::from_ms(30_000),
    };
    blueprint.add_host(near, Box::new(Reader::new(reading)));
    blueprint.add_host(far, Box::new(Site::new(reading)));
    let mut table = NextHops::new(2, 2, vec![0, 1].into());
    table.set(NodeId(0), 1, Some(there));
    table.set(NodeId(1), 0, Some(back));
    let mut engine = Engine::new(blueprint, Box::new(table));
    engine.run_until(Ns::from_s(120.0));
    let reader = engine.host::<Reader>(HostId(0)).unwrap();
    println!("{} pages, {:?} objects, {} bytes", reader.asked_pages, reader.objects, reader.bytes);
    assert!(reader.asked_pages > 30 && reader.pages.count() == u64::from(reader.asked_pages));
    assert!(reader.objects[0] > 100 && reader.objects[1] == 0);
    // a handshake and a window: two round trips at least
    assert!(reader.pages.least().unwrap() >= Ns::from_ms(60));
    assert!(reader.pages.quantile(0.5).unwrap() < Ns::from_s(2.0));
    assert_eq!(engine.next_at(), None, "nothing is left to do");
}
