//! Stage: each satellite's best way over lasers, a gateway and fibre to every PoP in use, by propagation delay.

use crate::conditions::Conditions;
use crate::feeder::Feeders;
use crate::geodesy::LIGHT_M_S;
use crate::graph::{Graph, NO_HOP};
use crate::ids::{FibreId, GatewayId, PopId, SatId};
use crate::laser::Lasers;
use crate::world::World;
use rayon::prelude::*;

/// Ways of all satellites to the PoPs in use.
#[derive(Debug, Clone)]
pub struct Routes {
    /// The PoPs that some terminal's addresses belong to, ascending.
    pub pops: Vec<PopId>,
    /// By PoP of `pops`.
    pub to_pop: Vec<ToPop>,
}

/// Ways of all satellites to one PoP.
#[derive(Debug, Clone)]
pub struct ToPop {
    /// One-way delay from the satellite to the PoP, s; infinite where there is no way.
    pub delay_s: Vec<f64>,
    /// The next satellite; [`NO_HOP`] where the satellite goes down to its own gateway, or there is no way.
    pub next: Vec<u32>,
    /// The fibre from the satellite's own gateway to the PoP, if that works.
    pub fibre: Vec<Option<FibreId>>,
}

/// A way from a satellite to a PoP.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Satellites in order, the serving one first.
    pub satellites: Vec<SatId>,
    /// The gateway it comes down at.
    pub gateway: GatewayId,
    /// The fibre from there.
    pub fibre: FibreId,
}

impl Routes {
    /// The ways to a PoP, if it is in use.
    #[must_use]
    pub fn towards(&self, pop: PopId) -> Option<&ToPop> {
        self.pops.binary_search(&pop).ok().map(|at| &self.to_pop[at])
    }

    /// The way from a satellite to a PoP.
    #[must_use]
    pub fn way(&self, from: SatId, pop: PopId, world: &World) -> Option<Way> {
        let routes = self.towards(pop)?;
        if routes.delay_s[from.index()].is_infinite() {
            return None;
        }
        let mut satellites = vec![from];
        let mut at = from.0;
        while routes.next[at as usize] != NO_HOP {
            at = routes.next[at as usize];
            satellites.push(SatId(at));
        }
        let fibre = routes.fibre[at as usize]?;
        Some(Way { satellites, gateway: world.fibres[fibre.index()].gateway, fibre })
    }
}

/// The graph of live lasers, with one-way delays in seconds.
#[must_use]
pub fn laser_graph(satellites: usize, lasers: &Lasers) -> Graph {
    Graph::new(satellites, lasers.live.iter().map(|l| (l.a.0, l.b.0, l.range_m / LIGHT_M_S)))
}

/// Finds the ways to the PoPs in use.
#[must_use]
pub fn find(
    world: &World,
    conditions: &Conditions,
    lasers: &Lasers,
    feeders: &Feeders,
    mut pops: Vec<PopId>,
) -> Routes {
    pops.sort_unstable();
    pops.dedup();
    let graph = laser_graph(world.satellites.len(), lasers);
    let to_pop = pops
        .par_iter()
        .map(|&pop| {
            let mut by_gateway = vec![None; world.gateways.len()];
            if conditions.pop_up[pop.index()] {
                for (id, fibre) in world.fibres.iter().enumerate() {
                    if fibre.pop == pop
                        && conditions.fibre_up[id]
                        && conditions.gateway_up[fibre.gateway.index()]
                    {
                        by_gateway[fibre.gateway.index()] = Some((FibreId::at(id), fibre.delay_s));
                    }
                }
            }
            let mut fibre = vec![None; world.satellites.len()];
            let mut seeds = Vec::new();
            for (satellite, feeder) in feeders.of_satellite.iter().enumerate() {
                let Some(feeder) = feeder else { continue };
                let Some((id, delay_s)) = by_gateway[feeder.gateway.index()] else { continue };
                fibre[satellite] = Some(id);
                seeds.push((satellite as u32, feeder.range_m / LIGHT_M_S + delay_s));
            }
            let ways = graph.ways_to(&seeds);
            ToPop { delay_s: ways.cost, next: ways.next, fibre }
        })
        .collect();
    Routes { pops, to_pop }
}
