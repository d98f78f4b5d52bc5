//! Served asks by the way that they share: one satellite, one PoP.

use super::beam_share::{self, Want};
use super::filling::Member;
use super::interfered::Heard;
use super::{DelayParts, Direction, Given, Limit};
use crate::demand::Ask;
use crate::geodesy::LIGHT_M_S;
use crate::graph::NO_HOP;
use crate::ids::{BeamId, GatewayId, PopId, SatId};
use crate::laser::Lasers;
use crate::radio::UserRate;
use crate::schedule::Outage;
use crate::world::World;
use rayon::prelude::*;
use std::ops::Range;

/// An ask that is served.
#[derive(Clone, Copy)]
pub(super) struct Served {
    /// Which of the demand's.
    pub ask: u32,
    pub beam: BeamId,
}

/// The asks of one satellite that go to one PoP, and their way.
pub(super) struct Bundle {
    pub satellite: SatId,
    pub pop: PopId,
    /// Its asks in `Bundles::asks`, beam cell by beam cell.
    pub asks: Range<usize>,
    /// The beam cell whose beams it shares with bundles that go elsewhere; such a bundle has no other.
    pub shared_beam: Option<BeamId>,
    /// Its lasers in the hops of all bundles.
    pub hops: Range<usize>,
    /// The satellite at the gateway.
    pub landing: SatId,
    pub gateway: GatewayId,
    /// Delays, without the first part, which is each cell's own, and medium access.
    pub delay: DelayParts,
}

/// A laser on a way.
#[derive(Clone, Copy)]
pub(super) struct LaserHop {
    pub laser: usize,
    /// True if the way from the serving satellite to the gateway takes the laser from its first satellite to its second.
    pub forward: bool,
}

impl LaserHop {
    /// Which of the lasers' directions traffic takes: two for each, from the first satellite to the second and back.
    pub fn resource(&self, direction: Direction) -> usize {
        let from_first = self.forward == (direction == Direction::Up);
        2 * self.laser + usize::from(!from_first)
    }
}

/// All bundles, by satellite and PoP.
#[derive(Default)]
pub(super) struct Bundles {
    pub all: Vec<Bundle>,
    /// Served asks, bundle by bundle, and by number within one.
    pub asks: Vec<Served>,
    /// The same as those who share out see them: all downlinks, then all uplinks.
    pub members: Vec<Member>,
    hops: Vec<LaserHop>,
    /// Asks that have a beam and no way to their PoP, and why.
    pub without_a_way: Vec<(u32, Outage)>,
}

/// Satellites handled by one task.
const CHUNK: usize = 64;

impl Bundles {
    /// Puts the served asks of a slot together. Those whose user link carries nothing are left out.
    pub fn of(world: &World, given: &Given<'_>, heard: &Heard) -> Self {
        let shared = Shared::find(given, heard);
        let served = ServedBeams::of(world.satellites.len(), &shared);
        let neighbours = LasersOf::new(world.satellites.len(), given.lasers);
        let chunks = (0..world.satellites.len().div_ceil(CHUNK)).into_par_iter();
        let of_chunk = |chunk: usize| {
            let mut bundles = Self::default();
            let mut keys = Vec::new();
            for satellite in chunk * CHUNK..((chunk + 1) * CHUNK).min(world.satellites.len()) {
                bundles.add(
                    SatId::at(satellite),
                    keys_of(given, &shared, served.under(satellite), &mut keys),
                    |pop| way(world, given, &neighbours, SatId::at(satellite), pop),
                );
            }
            bundles
        };
        let chunks: Vec<Self> = chunks.map(of_chunk).collect();
        let mut bundles = Self::default();
        for chunk in chunks {
            bundles.append(chunk);
        }
        let of = |direction: Direction| {
            let (given, heard, shared) = (&given, &heard, &shared);
            let member = move |served: &Served| member(given, heard, shared, *served, direction);
            bundles.asks.par_iter().with_min_len(4_096).map(member)
        };
        bundles.members = of(Direction::Down).chain(of(Direction::Up)).collect();
        bundles
    }

    /// Adds the bundles of a satellite, its asks given in order.
    fn add(&mut self, satellite: SatId, keys: &[Key], way: impl Fn(PopId) -> Result<Way, Outage>) {
        for group in keys.chunk_by(|a, b| (a.pop, a.shared_beam) == (b.pop, b.shared_beam)) {
            let way = match way(group[0].pop) {
                Ok(way) => way,
                Err(outage) => {
                    self.without_a_way.extend(group.iter().map(|key| (key.ask, outage)));
                    continue;
                }
            };
            let (first_ask, first_hop) = (self.asks.len(), self.hops.len());
            self.asks.extend(group.iter().map(|key| Served { ask: key.ask, beam: key.beam }));
            self.hops.extend(way.hops);
            self.all.push(Bundle {
                satellite,
                pop: group[0].pop,
                asks: first_ask..self.asks.len(),
                shared_beam: group[0].shared_beam,
                hops: first_hop..self.hops.len(),
                landing: way.landing,
                gateway: way.gateway,
                delay: way.delay,
            });
        }
    }

    /// Adds the bundles of the satellites that follow.
    fn append(&mut self, other: Self) {
        let (asks, hops) = (self.asks.len(), self.hops.len());
        self.asks.extend(other.asks);
        self.hops.extend(other.hops);
        self.without_a_way.extend(other.without_a_way);
        self.all.extend(other.all.into_iter().map(|bundle| Bundle {
            asks: bundle.asks.start + asks..bundle.asks.end + asks,
            hops: bundle.hops.start + hops..bundle.hops.end + hops,
            ..bundle
        }));
    }

    /// The members of one direction, as `asks`.
    pub fn members_of(&self, direction: Direction) -> &[Member] {
        let first = direction as usize * self.asks.len();
        &self.members[first..first + self.asks.len()]
    }

    /// The lasers on a bundle's way.
    pub fn hops(&self, bundle: &Bundle) -> &[LaserHop] {
        &self.hops[bundle.hops.clone()]
    }

    /// By ask of the demand: where it is among the served ones, and its bundle, if it is served.
    pub fn places(&self, asks: usize) -> Vec<Option<(u32, u32)>> {
        let mut places = vec![None; asks];
        for (number, bundle) in (0..).zip(&self.all) {
            for (place, served) in (bundle.asks.start as u32..).zip(&self.asks[bundle.asks.clone()]) {
                places[served.ask as usize] = Some((place, number));
            }
        }
        places
    }
}

/// How the asks of a beam cell share its beams.
struct Shared {
    satellite: SatId,
    /// True if its asks go to several PoPs.
    goes_several_ways: bool,
    /// By direction: the level to which its beams let its asks rise; infinite if that is settled with other bundles.
    levels: [f64; 2],
}

impl Shared {
    /// By beam cell that is served.
    fn find(given: &Given<'_>, heard: &Heard) -> Vec<Option<Self>> {
        let of_beam = |beam: usize| {
            let serving = given.assignment.beams[beam]?.ok()?;
            let rate = heard.rates[beam].ok()?;
            let asks = given.demand.of_beam(beam);
            let goes_several_ways = asks.iter().any(|ask| ask.pop != asks[0].pop);
            let level = |direction: Direction, colours: u16| {
                let asks = asks.iter().filter(|ask| ask.terminals > 0.0);
                let wants = asks.map(|ask| want(ask, rate, direction));
                beam_share::level(wants, f64::from(colours.count_ones()))
            };
            let levels = if goes_several_ways {
                [f64::INFINITY; 2]
            } else {
                [level(Direction::Down, serving.down_colours), level(Direction::Up, serving.up_colours)]
            };
            Some(Self { satellite: serving.satellite, goes_several_ways, levels })
        };
        (0..given.assignment.beams.len()).into_par_iter().with_min_len(2_048).map(of_beam).collect()
    }
}

fn want(ask: &Ask, rate: UserRate, direction: Direction) -> Want {
    let (asked_bps, beam_bps) = match direction {
        Direction::Down => (ask.down_bps, rate.down_bps),
        Direction::Up => (ask.up_bps, rate.up_bps),
    };
    Want { airtime: ask.terminals * ask.weight / beam_bps, met: asked_bps / ask.weight }
}

/// A served ask as those who share out see it: by itself it is stopped by its demand or by its cell's beams.
fn member(
    given: &Given<'_>,
    heard: &Heard,
    shared: &[Option<Shared>],
    served: Served,
    direction: Direction,
) -> Member {
    let (ask, beam) = (&given.demand.asks[served.ask as usize], served.beam.index());
    let (Ok(rate), Some(shared)) = (heard.rates[beam], &shared[beam]) else {
        return Member { traffic: 0.0, airtime: 0.0, most: 0.0, limit: Limit::Beam };
    };
    let Want { airtime, met } = want(ask, rate, direction);
    let beam_level = shared.levels[direction as usize];
    let (most, limit) = if met <= beam_level { (met, Limit::Demand) } else { (beam_level, Limit::Beam) };
    Member { traffic: ask.terminals * ask.weight, airtime, most, limit }
}

/// The beam cells that each satellite serves, ascending, in compressed rows.
struct ServedBeams {
    starts: Vec<u32>,
    beams: Vec<BeamId>,
}

impl ServedBeams {
    fn of(satellites: usize, shared: &[Option<Shared>]) -> Self {
        let mut starts = vec![0_u32; satellites + 1];
        for shared in shared.iter().flatten() {
            starts[shared.satellite.index() + 1] += 1;
        }
        for satellite in 0..satellites {
            starts[satellite + 1] += starts[satellite];
        }
        let mut fill = starts.clone();
        let mut beams = vec![BeamId(0); starts[satellites] as usize];
        for (beam, shared) in shared.iter().enumerate() {
            let Some(shared) = shared else { continue };
            let at = &mut fill[shared.satellite.index()];
            beams[*at as usize] = BeamId::at(beam);
            *at += 1;
        }
        Self { starts, beams }
    }

    fn under(&self, satellite: usize) -> &[BeamId] {
        &self.beams[self.starts[satellite] as usize..self.starts[satellite + 1] as usize]
    }
}

/// A served ask of one satellite; those of a bundle are next to each other when they are sorted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    pop: PopId,
    /// Beam cells whose asks go several ways come one by one, the others together before them.
    shared_beam: Option<BeamId>,
    ask: u32,
    beam: BeamId,
}

/// The asks of a satellite's beam cells, sorted.
fn keys_of<'a>(
    given: &Given<'_>,
    shared: &[Option<Shared>],
    beams: &[BeamId],
    keys: &'a mut Vec<Key>,
) -> &'a [Key] {
    keys.clear();
    for &beam in beams {
        let several = shared[beam.index()].as_ref().is_some_and(|shared| shared.goes_several_ways);
        let shared_beam = several.then_some(beam);
        let range = given.demand.range(beam.index());
        for (ask, asked) in (range.start as u32..).zip(&given.demand.asks[range]) {
            if let Some(pop) = asked.pop.filter(|_| asked.terminals > 0.0) {
                keys.push(Key { pop, shared_beam, ask, beam });
            }
        }
    }
    keys.sort_unstable();
    keys
}

/// The live lasers of each satellite, in compressed rows: the other satellite, and which laser.
struct LasersOf {
    starts: Vec<u32>,
    lasers: Vec<(u32, u32)>,
}

impl LasersOf {
    fn new(satellites: usize, lasers: &Lasers) -> Self {
        let mut starts = vec![0_u32; satellites + 1];
        for laser in &lasers.live {
            starts[laser.a.index() + 1] += 1;
            starts[laser.b.index() + 1] += 1;
        }
        for satellite in 0..satellites {
            starts[satellite + 1] += starts[satellite];
        }
        let mut fill = starts.clone();
        let mut rows = vec![(0, 0); 2 * lasers.live.len()];
        for (number, laser) in lasers.live.iter().enumerate() {
            for (from, to) in [(laser.a, laser.b), (laser.b, laser.a)] {
                let at = &mut fill[from.index()];
                rows[*at as usize] = (to.0, number as u32);
                *at += 1;
            }
        }
        Self { starts, lasers: rows }
    }

    fn between(&self, from: u32, to: u32) -> Option<usize> {
        let row = self.starts[from as usize] as usize..self.starts[from as usize + 1] as usize;
        self.lasers[row].iter().find(|(other, _)| *other == to).map(|(_, laser)| *laser as usize)
    }
}

struct Way {
    hops: Vec<LaserHop>,
    landing: SatId,
    gateway: GatewayId,
    delay: DelayParts,
}

/// The way of a satellite to a PoP; rain may have cut the feeder link at its end.
fn way(
    world: &World,
    given: &Given<'_>,
    neighbours: &LasersOf,
    satellite: SatId,
    pop: PopId,
) -> Result<Way, Outage> {
    let to_pop = given.routes.towards(pop).ok_or(Outage::NoPath)?;
    let mut hops = Vec::new();
    let mut lasers_s = 0.0;
    let mut at = satellite.0;
    while to_pop.next[at as usize] != NO_HOP {
        let next = to_pop.next[at as usize];
        let laser = neighbours.between(at, next).ok_or(Outage::NoPath)?;
        lasers_s += given.lasers.live[laser].range_m / LIGHT_M_S;
        hops.push(LaserHop { laser, forward: at < next });
        at = next;
    }
    let feeder = given.feeders.of_satellite[at as usize].ok_or(Outage::NoPath)?;
    let fibre = world.fibres[to_pop.fibre[at as usize].ok_or(Outage::NoPath)?.index()];
    if feeder.rate.is_cut() {
        return Err(Outage::Rain);
    }
    let down_s = feeder.range_m / LIGHT_M_S;
    Ok(Way {
        hops,
        landing: SatId(at),
        gateway: feeder.gateway,
        delay: DelayParts { lasers_s, down_s, fibre_s: fibre.delay_s, ..DelayParts::default() },
    })
}
