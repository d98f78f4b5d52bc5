//! `skyweave replay`: a program behind a link that behaves as a trace says.

use super::doorway::{self, Doorway, Header, Outcome};
use super::{code, said_if};
use crate::args::Replay as Options;
use miette::{IntoDiagnostic, Result, miette};
use skyweave_emulate::addresses::{AddressPlan, Pop, Ranges};
use skyweave_emulate::emulator::Emulator;
use skyweave_emulate::engine::Options as Drive;
use skyweave_emulate::network::{Delivery, Network, Packet as IpPacket, PortId};
use skyweave_emulate::program::Signals;
use skyweave_io::traces::{Row, Trace};
use skyweave_net::delay::Delay;
use skyweave_net::device::{Capacity, Fifo, Grant, Opportunities};
use skyweave_net::engine::{Blueprint, Edge, Engine, Sender};
use skyweave_net::packet::{FlowId, HostId, NodeId, Packet};
use skyweave_net::routing::{Hop, NextHops};
use skyweave_net::time::Ns;
use skyweave_study::ends::duration;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::sync::Arc;

/// A rate that is never the bottleneck, where a trace has none, bit/s.
const LINE_BPS: u64 = 100_000_000_000;
/// After its last row a trace of rows goes on for as long as the row before it held; at least for this.
const LEAST_ROW: Ns = Ns::from_ms(1);
const POP: PortId = PortId(0);
const TERMINAL: PortId = PortId(1);

/// Runs a program behind a trace.
pub fn replay(options: &Options) -> Result<ExitCode> {
    let signals = Signals::hold().into_diagnostic()?;
    let up = Trace::read(&options.trace)?;
    let down = options.down.as_ref().map_or_else(|| Ok(up.clone()), |path| Trace::read(path))?;
    let delay = duration("--delay", &options.delay)?;
    let replayed = Replayed::of(&up, &down, delay, options.queue)?;
    let ranges = Ranges {
        carrier_nat: (Ipv4Addr::new(100, 64, 0, 0), 10),
        ipv6: Ipv6Addr::new(0xfd53, 0x6b79, 0, 0, 0, 0, 0, 0),
    };
    let pop = Pop { name: "far".to_owned(), ipv4: Ipv4Addr::new(198, 18, 0, 1) };
    let mut plan = AddressPlan::new(ranges, vec![pop], vec!["near".to_owned()]).into_diagnostic()?;
    for publication in &options.publish {
        plan.alias(&publication.name, "far").into_diagnostic()?;
    }
    let network = move |plan: Arc<AddressPlan>| Box::new(replayed.with(plan)) as Box<dyn Network + Send>;
    let mut emulator = Emulator::start(plan, network, Drive::default(), true).into_diagnostic()?;
    if options.nat {
        emulator.nat(POP).into_diagnostic()?;
    }
    for publication in &options.publish {
        emulator.publish(POP, publication).into_diagnostic()?;
    }
    emulator.pop(POP).into_diagnostic()?;
    let place = emulator.terminal(TERMINAL).into_diagnostic()?;
    said_if(!options.quiet, || {
        format!("near: {}; far (`pop`): 198.18.0.1; {}", place.addresses().ipv4, about(&up))
    });
    let ended = place.namespace().foreground(&super::program(&options.command, "near"), &signals);
    drop(place);
    let report = emulator.stop().into_diagnostic()?;
    said_if(!options.quiet, || report.to_string());
    Ok(code(ended.into_diagnostic()?))
}

fn about(trace: &Trace) -> String {
    match trace {
        Trace::Rows(rows) => format!("{} rows, replayed again and again", rows.len()),
        Trace::Opportunities(all) => {
            let last_ms = all.last().copied().unwrap_or(1).max(1);
            let mbps = all.len() as f64 * 1_504.0 * 8e-3 / last_ms as f64;
            format!(
                "{} opportunities in {:.1} s, {mbps:.2} Mbit/s, replayed again and again",
                all.len(),
                last_ms as f64 / 1e3
            )
        }
    }
}

/// A link whose rows change as time goes on.
struct Changing {
    rows: Vec<Row>,
    length: Ns,
    next: usize,
    round: u64,
}

/// Two ends and what is between them.
struct Replayed {
    engine: Engine,
    /// Up and down.
    hops: [Hop; 2],
    hosts: [HostId; 2],
    changing: Option<Changing>,
    out: Outcome,
    plan: Option<Arc<AddressPlan>>,
}

impl Replayed {
    fn of(up: &Trace, down: &Trace, delay: Ns, queue: u32) -> Result<Self> {
        let mut blueprint = Blueprint::default();
        let nodes = [blueprint.add_node(), blueprint.add_node()];
        let changing = match (up, down) {
            (Trace::Rows(rows), Trace::Rows(others)) if rows == others => Some(Changing::of(rows)),
            (Trace::Opportunities(_), Trace::Opportunities(_)) => None,
            _ => {
                return Err(miette!(
                    help = "accepted: one CSV file for both directions, or a Mahimahi trace for each",
                    "two traces of different kinds, or two CSV files"
                ));
            }
        };
        let mut hop = |from: NodeId, to: NodeId, trace: &Trace| {
            let sender = match trace {
                Trace::Rows(_) => Sender::Fifo(Fifo::new(LINE_BPS, Capacity::Packets(queue))),
                Trace::Opportunities(ms) => {
                    let at = ms.iter().map(|&ms| Ns::from_ms(ms)).collect();
                    Sender::Device(Box::new(Opportunities::new(at, queue as usize)))
                }
            };
            let port = blueprint.add_port(from, sender);
            Hop { port, edge: blueprint.add_edge(Edge::new(port, to, Delay::fixed(delay))) }
        };
        let hops = [hop(nodes[1], nodes[0], up), hop(nodes[0], nodes[1], down)];
        let out = Outcome::default();
        let hosts = [POP, TERMINAL]
            .map(|port| blueprint.add_host(nodes[port.0 as usize], Box::new(Doorway::of(port, &out))));
        let mut table = NextHops::new(2, 2, [0, 1].into());
        table.set(nodes[1], 0, Some(hops[0]));
        table.set(nodes[0], 1, Some(hops[1]));
        let engine = Engine::new(blueprint, Box::new(table));
        let mut replayed = Self { engine, hops, hosts, changing, out, plan: None };
        replayed.advance(Ns(0));
        Ok(replayed)
    }

    fn with(mut self, plan: Arc<AddressPlan>) -> Self {
        self.plan = Some(plan);
        self
    }

    fn advance(&mut self, now: Ns) {
        while let Some((at, until, row)) = self.changing.as_mut().and_then(|changing| changing.due(now)) {
            self.engine.run_until(at);
            for (hop, bps) in self.hops.into_iter().zip([row.up_bps, row.down_bps]) {
                self.engine.set_delay(hop.edge, Delay::fixed(Ns((row.rtt_ms * 0.5e6) as u64)));
                let rate_bps = bps.map_or(LINE_BPS, |bps| bps as u64);
                self.engine.grant(hop.port, Grant { rate_bps, until });
            }
        }
        self.engine.run_until(now.after(Ns(1)));
    }
}

impl Changing {
    fn of(rows: &[Row]) -> Self {
        let first = rows.first().map_or(0.0, |row| row.time_s);
        let rows: Vec<Row> = rows.iter().map(|row| Row { time_s: row.time_s - first, ..*row }).collect();
        let last = rows.last().map_or(0.0, |row| row.time_s);
        let before = rows.iter().rev().nth(1).map_or(0.0, |row| row.time_s);
        let length = Ns::from_s(2.0 * last - before).max(LEAST_ROW);
        Self { rows, length, next: 0, round: 0 }
    }

    fn begins(&self, round: u64, row: usize) -> Ns {
        Ns(round * self.length.0 + Ns::from_s(self.rows[row].time_s).0)
    }

    /// The next row that has begun: when, until when it holds, and what it says.
    fn due(&mut self, now: Ns) -> Option<(Ns, Ns, Row)> {
        let at = self.begins(self.round, self.next);
        if at > now {
            return None;
        }
        let row = self.rows[self.next];
        self.next += 1;
        if self.next == self.rows.len() {
            (self.next, self.round) = (0, self.round + 1);
        }
        Some((at, self.begins(self.round, self.next), row))
    }
}

impl Network for Replayed {
    fn send(&mut self, now_ns: u64, from: PortId, packet: IpPacket) {
        self.advance(Ns(now_ns));
        let to = Header::of(&packet).and_then(|header| {
            let port = self.plan.as_ref()?.route(from, header.destination)?;
            Some((self.hosts[port.0 as usize], FlowId(header.flow)))
        });
        let Some((to, flow)) = to else { return };
        let from = self.hosts[from.0 as usize];
        let bytes = packet.len() as u32;
        let packet =
            Packet { to, from, flow, bytes, body: Some(packet.into_boxed_slice()), ..Packet::default() };
        self.engine.with_host::<Doorway, ()>(from, |_, _, outlet| outlet.send(packet));
    }

    fn poll(&mut self, now_ns: u64, out: &mut Vec<Delivery>) {
        self.advance(Ns(now_ns));
        doorway::take(&self.out, out);
    }

    fn next_at(&self) -> Option<u64> {
        let row = self.changing.as_ref().map(|changing| changing.begins(changing.round, changing.next));
        self.engine.next_at().into_iter().chain(row).min().map(|at| at.0)
    }
}
