//! Stage: each satellite's best way over lasers, a gateway and fibre to every PoP in use, by propagation delay.

use crate::conditions::Conditions;
use crate::feeder::Feeders;
use crate::geodesy::LIGHT_M_S;
use crate::graph::{Graph, NO_HOP, Ways};
use crate::ids::{FibreId, GatewayId, PopId, SatId};
use crate::laser::Lasers;
use crate::world::World;
use rayon::prelude::*;

/// Ways of all satellites to the PoPs in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Routes {
    /// The PoPs that some terminal's addresses belong to, ascending.
    pub pops: Vec<PopId>,
    /// By PoP of `pops`.
    pub to_pop: Vec<ToPop>,
}

/// Ways of all satellites to one PoP.
#[derive(Debug, Clone, PartialEq)]
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

/// A laser counts as this long at least, m, so that it has a delay even between satellites said to be in the same place.
const LEAST_RANGE_M: f64 = 1.0;

/// The graph of live lasers, with one-way delays in seconds.
#[must_use]
pub fn laser_graph(satellites: usize, lasers: &Lasers) -> Graph {
    let delay_s = |range_m: f64| range_m.max(LEAST_RANGE_M) / LIGHT_M_S;
    Graph::new(satellites, lasers.live.iter().map(|l| (l.a.0, l.b.0, delay_s(l.range_m))))
}

/// Finds the ways to the PoPs in use.
#[must_use]
pub fn find(
    world: &World,
    conditions: &Conditions,
    lasers: &Lasers,
    feeders: &Feeders,
    pops: Vec<PopId>,
) -> Routes {
    let graph = laser_graph(world.satellites.len(), lasers);
    let landings = Landings::of(world, conditions, feeders);
    let pops = ascending(pops);
    let ends: Vec<Ends> = pops.par_iter().map(|&pop| landings.ends(world, pop)).collect();
    let ways = graph.ways_to_all(&ends);
    let to_pop = ends.into_iter().zip(ways).map(|(ends, ways)| ends.with(ways)).collect();
    Routes { pops, to_pop }
}

/// What routes were found from.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The lasers then.
    pub lasers: &'a Lasers,
    /// The feeders then.
    pub feeders: &'a Feeders,
    /// What was found.
    pub routes: &'a Routes,
}

/// What [`find`] gives, to the bit, from routes of the same satellites and fibres that were found when a few lasers, feeders,
/// fibres or PoPs were different: only ways that those have to do with are sought again. For a look at what a failure would
/// do to a slot.
#[must_use]
pub fn find_again(
    world: &World,
    conditions: &Conditions,
    lasers: &Lasers,
    feeders: &Feeders,
    pops: Vec<PopId>,
    before: Found<'_>,
) -> Routes {
    let satellites = world.satellites.len();
    let graph = laser_graph(satellites, lasers);
    let changed_lasers = graph.changed_since(&laser_graph(satellites, before.lasers));
    let landings = Landings::of(world, conditions, feeders);
    let pops = ascending(pops);
    let to_pop = pops.par_iter().map(|&pop| {
        let ends = landings.ends(world, pop);
        let Some(known) = before.routes.towards(pop) else {
            let ways = graph.ways_to(&ends.seeds);
            return ends.with(ways);
        };
        let mut changed = changed_lasers.clone();
        changed.extend((0..satellites as u32).filter(|&satellite| {
            let at = satellite as usize;
            let feeder_counts = ends.fibre[at].is_some();
            let same_feeder = feeders.of_satellite[at] == before.feeders.of_satellite[at];
            ends.fibre[at] != known.fibre[at] || feeder_counts && !same_feeder
        }));
        let known = Ways { cost: known.delay_s.clone(), next: known.next.clone() };
        let ways = graph.repair(known, &changed, &ends.seeds);
        ends.with(ways)
    });
    Routes { to_pop: to_pop.collect(), pops }
}

fn ascending(mut pops: Vec<PopId>) -> Vec<PopId> {
    pops.sort_unstable();
    pops.dedup();
    pops
}

/// Where traffic may come down, and go on: sorted once for all PoPs.
struct Landings {
    /// By gateway that works: the satellites that it holds, with the delay to them, s.
    held: Vec<Vec<(SatId, f64)>>,
    /// By PoP that works: fibres to it that work.
    fibres: Vec<Vec<FibreId>>,
}

/// Where ways to a PoP end.
struct Ends {
    /// By satellite: the fibre from its own gateway.
    fibre: Vec<Option<FibreId>>,
    /// Satellites with such a fibre, and the delay from each to the PoP, s.
    seeds: Vec<(u32, f64)>,
}

impl Landings {
    fn of(world: &World, conditions: &Conditions, feeders: &Feeders) -> Self {
        let mut held = vec![Vec::new(); world.gateways.len()];
        for (satellite, feeder) in feeders.of_satellite.iter().enumerate() {
            let Some(feeder) = feeder else { continue };
            if conditions.gateway_up[feeder.gateway.index()] {
                held[feeder.gateway.index()].push((SatId::at(satellite), feeder.range_m / LIGHT_M_S));
            }
        }
        let mut fibres = vec![Vec::new(); world.pops.len()];
        for (id, fibre) in world.fibres.iter().enumerate() {
            if conditions.fibre_up[id] && conditions.pop_up[fibre.pop.index()] {
                fibres[fibre.pop.index()].push(FibreId::at(id));
            }
        }
        Self { held, fibres }
    }

    fn ends(&self, world: &World, pop: PopId) -> Ends {
        let mut fibre = vec![None; world.satellites.len()];
        let mut seeds = Vec::new();
        // of two fibres from a gateway the one that stands later is lit
        for &id in self.fibres[pop.index()].iter().rev() {
            let lit = world.fibres[id.index()];
            for &(satellite, down_s) in &self.held[lit.gateway.index()] {
                if fibre[satellite.index()].is_none() {
                    fibre[satellite.index()] = Some(id);
                    seeds.push((satellite.0, down_s + lit.delay_s));
                }
            }
        }
        Ends { fibre, seeds }
    }
}

impl Ends {
    fn with(self, ways: Ways) -> ToPop {
        ToPop { delay_s: ways.cost, next: ways.next, fibre: self.fibre }
    }
}

impl AsRef<[(u32, f64)]> for Ends {
    fn as_ref(&self) -> &[(u32, f64)] {
        &self.seeds
    }
}
