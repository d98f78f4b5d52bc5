//! A state directory as a network of the packet engine, with what Hypatia's simulator does where it has rules of its own:
//!
//! - a packet of 1,500 bytes takes 1,502 on the wire, and goes out every time that its 1,500 would take at the flow's rate;
//! - before every line up to so many packets wait, besides the one that leaves;
//! - a satellite has one device for all ground stations together;
//! - the delay is that of the distance when a packet begins to leave;
//! - forwarding is replaced at each step; what waits keeps its next hop.

use skyweave_core::geodesy::LIGHT_M_S;
use skyweave_io::hypatia::{Experiment, HypatiaError, Network, Node, Satellite, Sky, State, Station};
use skyweave_net::delay::Delay;
use skyweave_net::device::{Capacity, Fifo};
use skyweave_net::engine::{Blueprint, Edge, Sender};
use skyweave_net::packet::{EdgeId, NodeId, PortId};
use skyweave_net::routing::{Hop, NextHops};
use skyweave_net::time::Ns;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Delays are cubics over spans of this long.
const SPAN_NS: u64 = 10_000_000_000;

/// The links of a state directory, and the forwarding of every step.
pub struct Links {
    ports: BTreeMap<(u32, Option<u32>), PortId>,
    edges: BTreeMap<(u32, u32), (PortId, EdgeId)>,
    /// By step.
    steps: Vec<State>,
}

impl Links {
    /// Adds nodes, ports and all edges that any step uses.
    pub fn lay(
        network: &Network,
        experiment: &Experiment,
        blueprint: &mut Blueprint,
    ) -> Result<Self, HypatiaError> {
        let nodes = network.satellite_count() + network.stations().len();
        for _ in 0..nodes {
            blueprint.add_node();
        }
        let steps = experiment.end_ns.div_ceil(experiment.step_ns);
        let steps = (0..steps).map(|step| network.state_at(step * experiment.step_ns));
        let steps = steps.collect::<Result<Vec<State>, _>>()?;
        let mut links = Self { ports: BTreeMap::new(), edges: BTreeMap::new(), steps: Vec::new() };
        for state in &steps {
            for (from, to) in hops(network, state) {
                links.edge(network, experiment, blueprint, from, to);
            }
        }
        Ok(Self { steps, ..links })
    }

    fn edge(
        &mut self,
        network: &Network,
        experiment: &Experiment,
        blueprint: &mut Blueprint,
        from: Node,
        to: Node,
    ) {
        let numbers = (network.number(from), network.number(to));
        if self.edges.contains_key(&numbers) {
            return;
        }
        let (bps, queue, laser) = match (from, to) {
            (Node::Satellite(_), Node::Satellite(_)) => {
                (experiment.laser_bps, experiment.laser_queue, Some(numbers.1))
            }
            _ => (experiment.ground_bps, experiment.ground_queue, None),
        };
        let port = *self.ports.entry((numbers.0, laser)).or_insert_with(|| {
            let fifo = Fifo::new(bps, Capacity::Packets(queue));
            blueprint.add_port(NodeId(numbers.0), Sender::Fifo(fifo))
        });
        let edge = blueprint.add_edge(Edge::new(port, NodeId(numbers.1), Delay::default()));
        self.edges.insert(numbers, (port, edge));
    }

    /// The forwarding of a step. `of_host` says, by host, which ground station it stands at.
    pub fn forwarding(&self, network: &Network, step: usize, of_host: &Arc<[u32]>) -> NextHops {
        let state = &self.steps[step];
        let stations = network.stations().len();
        let nodes = network.satellite_count() + stations;
        let mut table = NextHops::new(nodes, stations, Arc::clone(of_host));
        for number in 0..nodes as u32 {
            let Some(from) = network.node(number) else { continue };
            for gid in 0..stations as u32 {
                let hop = state.hop(from, Station(gid)).and_then(|hop| {
                    let &(port, edge) = self.edges.get(&(number, network.number(hop.next)))?;
                    Some(Hop { port, edge })
                });
                table.set(NodeId(number), gid, hop);
            }
        }
        table
    }

    /// The delay of every edge over the span that begins at an instant, and how long that is.
    pub fn delays(
        &self,
        network: &Network,
        begin_ns: u64,
    ) -> Result<impl Iterator<Item = (EdgeId, Delay)> + '_, HypatiaError> {
        let thirds = [0, 1, 2, 3].map(|third| begin_ns + third * SPAN_NS / 3);
        let [a, b, c, d] = thirds.map(|at| network.sky_at(at));
        let skies = [a?, b?, c?, d?];
        let node = {
            let satellites = network.satellite_count() as u32;
            move |number: u32| match number.checked_sub(satellites) {
                None => Node::Satellite(Satellite(number)),
                Some(gid) => Node::Station(Station(gid)),
            }
        };
        Ok(self.edges.iter().map(move |(&(from, to), &(_, edge))| {
            let length = |sky: &Sky| sky.length_m(node(from), node(to)) / LIGHT_M_S;
            let at_s = [0, 1, 2, 3].map(|third| length(&skies[third]));
            (edge, Delay::through(Ns(begin_ns), SPAN_NS as f64 * 1e-9, at_s))
        }))
    }

    /// When delays have to be set anew after an instant.
    pub const fn span_ns() -> u64 {
        SPAN_NS
    }
}

/// Every hop that some packet could take.
fn hops<'a>(network: &'a Network, state: &'a State) -> impl Iterator<Item = (Node, Node)> + 'a {
    let stations = network.stations().len() as u32;
    let nodes = network.satellite_count() as u32 + stations;
    (0..nodes).filter_map(|number| network.node(number)).flat_map(move |from| {
        let to = (0..stations).map(Station);
        to.filter_map(move |to| state.hop(from, to)).map(move |hop| (from, hop.next))
    })
}
