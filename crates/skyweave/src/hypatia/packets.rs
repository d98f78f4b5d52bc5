//! `skyweave hypatia --packets`: what Hypatia's packet simulator does, by the packet engine.

use super::network::Links;
use crate::args::Hypatia as Options;
use crate::say::say;
use crate::table::count;
use miette::{IntoDiagnostic, Result, WrapErr};
use skyweave_io::hypatia::{self, Arrived, BURST_BYTES, Burst, Experiment, Network, Station};
use skyweave_net::engine::{Blueprint, Done, Engine};
use skyweave_net::packet::{FlowId, HostId, NodeId};
use skyweave_net::time::Ns;
use skyweave_net::traffic::{Arrivals, Echo, Pings, Sink, Stream, UdpSource};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes that a packet takes on the wire besides its IP packet.
const FRAMING: u32 = 2;
/// A ping on the wire, bytes.
const PING_BYTES: u32 = 42;
/// Of a fraction of a nanosecond between two packets Hypatia's source keeps nothing.
const NS_PER_MBIT: f64 = 1_000.0;

/// What came out of a run.
pub struct Outcome {
    /// Of each burst.
    pub arrived: Vec<Arrived>,
    /// Of each pair: when each ping was sent, and when its answer came, ns.
    pub pings: Vec<Vec<(u64, Option<u64>)>>,
    /// What the engine did.
    pub done: Done,
    /// Time that it took for packets alone.
    pub in_engine: Duration,
}

/// Runs an experiment.
pub fn run(network: &Network, experiment: &Experiment, threads: usize) -> Result<Outcome> {
    let mut blueprint = Blueprint::default();
    let links = Links::lay(network, experiment, &mut blueprint)?;
    let hosts = Hosts::seat(network, experiment, &mut blueprint);
    let regions = regions(network, threads);
    let table = links.forwarding(network, 0, &hosts.stations);
    let mut engine = Engine::in_regions(blueprint, Box::new(table), &regions);
    let mut in_engine = Duration::ZERO;
    let steps = experiment.end_ns.div_ceil(experiment.step_ns);
    let mut delays_until = 0;
    for step in 0..steps {
        let begin_ns = step * experiment.step_ns;
        if begin_ns >= delays_until {
            for (edge, delay) in links.delays(network, begin_ns)? {
                engine.set_delay(edge, delay);
            }
            delays_until = begin_ns + Links::span_ns();
        }
        if step > 0 {
            engine.route(Box::new(links.forwarding(network, step as usize, &hosts.stations)));
        }
        let begun = Instant::now();
        // what happens at the very end still counts
        let end_ns = (begin_ns + experiment.step_ns).min(experiment.end_ns + 1);
        engine.run_until(Ns(end_ns));
        in_engine += begun.elapsed();
    }
    Ok(hosts.outcome(&engine, in_engine))
}

/// Regions of neighbouring planes, and stations spread over them.
fn regions(network: &Network, threads: usize) -> Vec<u16> {
    let satellites = network.satellite_count();
    let threads = threads.clamp(1, satellites.max(1));
    let of_satellite = |number: usize| (number * threads / satellites) as u16;
    let of_station = |gid: usize| (gid % threads) as u16;
    (0..satellites).map(of_satellite).chain((0..network.stations().len()).map(of_station)).collect()
}

/// Who sends and receives, and at which station.
struct Hosts {
    sinks: Vec<HostId>,
    pings: Vec<HostId>,
    stations: Arc<[u32]>,
}

impl Hosts {
    fn seat(network: &Network, experiment: &Experiment, blueprint: &mut Blueprint) -> Self {
        let satellites = network.satellite_count() as u32;
        let node = |Station(gid): Station| NodeId(satellites + gid);
        let mut hosts = Self { sinks: Vec::new(), pings: Vec::new(), stations: Arc::new([]) };
        for (burst, number) in experiment.bursts.iter().zip(0..) {
            let to = blueprint.add_host(node(burst.to), Box::new(Sink::default()));
            let from = blueprint.next_host();
            let source = UdpSource::new(stream(burst, FlowId(number), [from, to]));
            blueprint.add_host(node(burst.from), Box::new(source));
            hosts.sinks.push(to);
        }
        for (&(from, to), number) in experiment.pings.iter().zip(experiment.bursts.len() as u32..) {
            let echo = blueprint.add_host(node(to), Box::new(Echo));
            let between = [blueprint.next_host(), echo];
            let times = [Ns(0), Ns(experiment.end_ns)];
            let interval = Ns(experiment.ping_interval_ns);
            let pings = Pings::new(FlowId(number), between, PING_BYTES, interval, times);
            hosts.pings.push(blueprint.add_host(node(from), Box::new(pings)));
        }
        let stations = blueprint.topology().node_of_host().iter().map(|node| node.0 - satellites);
        hosts.stations = stations.collect();
        hosts
    }

    fn outcome(&self, engine: &Engine, in_engine: Duration) -> Outcome {
        let packets = |&sink: &HostId| engine.host::<Sink>(sink).map_or(0, |sink| sink.received.packets);
        let pings = |&host: &HostId| {
            let pings = engine.host::<Pings>(host).map_or(&[][..], Pings::pings);
            pings.iter().map(|ping| (ping.sent.0, ping.answered.map(|at| at.0))).collect()
        };
        Outcome {
            arrived: self.sinks.iter().map(|sink| Arrived { packets: packets(sink) }).collect(),
            pings: self.pings.iter().map(pings).collect(),
            done: engine.done(),
            in_engine,
        }
    }
}

fn stream(burst: &Burst, flow: FlowId, [from, to]: [HostId; 2]) -> Stream {
    let interval_ns = f64::from(BURST_BYTES.0 * 8) * NS_PER_MBIT / burst.rate_mbps;
    Stream {
        flow,
        from,
        to,
        bytes: BURST_BYTES.0 + FRAMING,
        arrivals: Arrivals::Constant(Ns((interval_ns as u64).max(1))),
        begin: Ns(burst.start_ns),
        end: Ns(burst.start_ns.saturating_add(burst.duration_ns)),
    }
}

/// Runs the command.
pub fn packets(options: &Options, config: &Path) -> Result<ExitCode> {
    let started = Instant::now();
    let network = Network::read(&options.directory)?;
    let experiment = Experiment::read(&network, config, options.udp_schedule.as_deref())?;
    let prepared = Instant::now();
    let outcome = run(&network, &experiment, rayon::current_num_threads())?;
    std::fs::create_dir_all(&options.output)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot make {}", options.output.display()))?;
    if !experiment.bursts.is_empty() {
        hypatia::write_bursts(&options.output, &network, &experiment, &outcome.arrived)?;
    }
    if !experiment.pings.is_empty() {
        let rows = experiment.pings.iter().zip(&outcome.pings);
        let rows = rows.map(|(&(from, to), pings)| (from, to, &pings[..]));
        hypatia::write_pings(&options.output, &network, rows)?;
    }
    let Done { hops, sent, received, lost } = outcome.done;
    say!(
        "{} packets sent, {} received, {} lost, over {} hops in {:.2} s ({:.1} M hops/s; with forwarding {:.2} s, with reading {:.2} s), in {}",
        count(sent as f64),
        count(received as f64),
        count(lost.total() as f64),
        count(hops as f64),
        outcome.in_engine.as_secs_f64(),
        hops as f64 / outcome.in_engine.as_secs_f64() * 1e-6,
        prepared.elapsed().as_secs_f64(),
        started.elapsed().as_secs_f64(),
        options.output.display()
    );
    Ok(ExitCode::SUCCESS)
}
