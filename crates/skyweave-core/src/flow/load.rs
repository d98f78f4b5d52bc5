//! What the ways of all bundles load, and how it is filled: downlinks and uplinks together, since they meet on lasers.

use super::bundle::{Bundle, Bundles};
use super::filling::{Filling, Share};
use super::{Direction, Given, Limit};
use crate::feeder::Feeder;
use crate::ids::BeamId;
use crate::world::World;
use std::collections::BTreeMap;

/// What is shared out, and among whom.
pub(super) struct Load<'a> {
    pub world: &'a World,
    pub given: &'a Given<'a>,
    pub bundles: &'a Bundles,
}

/// Where each kind of resource begins in the pool. Those of both directions come down first, then up.
struct Firsts {
    airtime: [usize; 2],
    satellites: [usize; 2],
    feeders: [usize; 2],
    gateways: [usize; 2],
    pops: [usize; 2],
    lasers: usize,
    switches: usize,
}

impl Load<'_> {
    /// Level and limit of every served ask, down and up.
    pub fn fill(&self) -> [Vec<(f64, Limit)>; 2] {
        let mut pool = Filling::of(&self.bundles.members);
        let firsts = self.resources(&mut pool);
        let asks = self.bundles.asks.len();
        let mut uses = Vec::new();
        let mut shared: BTreeMap<(BeamId, bool), usize> = BTreeMap::new();
        for direction in [Direction::Down, Direction::Up] {
            for bundle in &self.bundles.all {
                self.way(&firsts, bundle, direction, &mut uses);
                if let Some(beam) = bundle.shared_beam {
                    let lit = || f64::from(self.beams_lit(beam, direction));
                    let number = *shared
                        .entry((beam, direction == Direction::Up))
                        .or_insert_with(|| pool.resource(lit(), Limit::Beam));
                    uses.push((number, Share::Airtime));
                }
                let first = direction as usize * asks;
                pool.bundle(&uses, first + bundle.asks.start..first + bundle.asks.end);
            }
        }
        let mut down = pool.run();
        let up = down.split_off(asks);
        [down, up]
    }

    /// What each live laser carries in its busier direction, bit/s.
    pub fn of_lasers(&self, levels: &[Vec<(f64, Limit)>; 2]) -> Vec<f64> {
        let mut ways = vec![0.0; 2 * self.given.lasers.live.len()];
        for direction in [Direction::Down, Direction::Up] {
            let (levels, members) = (&levels[direction as usize], self.bundles.members_of(direction));
            for bundle in self.bundles.all.iter().filter(|bundle| !bundle.hops.is_empty()) {
                let of_ask = |index: usize| levels[index].0 * members[index].traffic;
                let carried: f64 = bundle.asks.clone().map(of_ask).sum();
                for hop in self.bundles.hops(bundle) {
                    ways[hop.resource(direction)] += carried;
                }
            }
        }
        ways.chunks_exact(2).map(|ways| ways[0].max(ways[1])).collect()
    }

    /// Adds everything that may be full, but for beams that bundles share.
    fn resources(&self, pool: &mut Filling<'_>) -> Firsts {
        let (world, given) = (self.world, self.given);
        let radio = &world.rules.radio;
        let satellites = world.satellites.len();
        let beams = |beams: u16| (satellites, f64::from(beams));
        let mut of_satellites =
            |(count, capacity): (usize, f64)| pool.resources(count, capacity, Limit::Satellite);
        let airtime =
            [radio.down_beams, radio.up_beams].map(|rules| of_satellites(beams(rules.per_satellite)));
        let satellites = [radio.satellite_down_bps, radio.satellite_up_bps]
            .map(|capacity| of_satellites((satellites, capacity)));
        let feeders = [Direction::Down, Direction::Up].map(|direction| {
            let feeders =
                given.feeders.of_satellite.iter().map(|feeder| feeder_bps(feeder.as_ref(), direction));
            pool.resources_of(feeders, Limit::Feeder)
        });
        let mut both = |capacities: &[f64], limit: Limit| {
            [(); 2].map(|()| pool.resources_of(capacities.iter().copied(), limit))
        };
        let capacities: Vec<f64> = world.gateways.iter().map(|gateway| gateway.capacity_bps).collect();
        let gateways = both(&capacities, Limit::Gateway);
        let capacities: Vec<f64> = world.pops.iter().map(|pop| pop.capacity_bps).collect();
        let pops = both(&capacities, Limit::Pop);
        let lasers = given.lasers.live.iter().flat_map(|laser| [laser.capacity_bps; 2]);
        let lasers = pool.resources_of(lasers, Limit::Laser);
        let switches =
            pool.resources(world.satellites.len(), world.rules.lasers.per_satellite_bps, Limit::Laser);
        Firsts { airtime, satellites, feeders, gateways, pops, lasers, switches }
    }

    /// What a bundle uses in one direction.
    fn way(&self, firsts: &Firsts, bundle: &Bundle, direction: Direction, uses: &mut Vec<(usize, Share)>) {
        let way = direction as usize;
        let satellite = bundle.satellite.index();
        uses.clear();
        uses.extend([
            (firsts.feeders[way] + bundle.landing.index(), Share::Traffic),
            (firsts.satellites[way] + satellite, Share::Traffic),
        ]);
        let (gateway, pop) = (bundle.gateway.index(), bundle.pop.index());
        if self.world.gateways[gateway].capacity_bps.is_finite() {
            uses.push((firsts.gateways[way] + gateway, Share::Traffic));
        }
        if self.world.pops[pop].capacity_bps.is_finite() {
            uses.push((firsts.pops[way] + pop, Share::Traffic));
        }
        // beams that do not have to be shared over time leave the satellite's airtime alone
        let radio = &self.world.rules.radio;
        let beams = [radio.down_beams, radio.up_beams][way].per_satellite;
        if self.given.assignment.beams_of_satellite[satellite][way] > u32::from(beams) {
            uses.push((firsts.airtime[way] + satellite, Share::Airtime));
        }
        for hop in self.bundles.hops(bundle) {
            let laser = &self.given.lasers.live[hop.laser];
            uses.extend([
                (firsts.lasers + hop.resource(direction), Share::Traffic),
                (firsts.switches + laser.a.index(), Share::Traffic),
                (firsts.switches + laser.b.index(), Share::Traffic),
            ]);
        }
    }

    /// Beams that are lit over a beam cell.
    fn beams_lit(&self, beam: BeamId, direction: Direction) -> u32 {
        let lit = self.given.assignment.beams[beam.index()].and_then(Result::ok);
        lit.map_or(0, |lit| [lit.down_colours, lit.up_colours][direction as usize].count_ones())
    }
}

/// What a feeder link carries for traffic to terminals (its uplink) and from them.
fn feeder_bps(feeder: Option<&Feeder>, direction: Direction) -> f64 {
    feeder.map_or(0.0, |feeder| match direction {
        Direction::Down => feeder.rate.up_bps,
        Direction::Up => feeder.rate.down_bps,
    })
}
