//! Cells choose one after another: those with the most terminals first, and sooner who was not served.

use super::allowed::Allowed;
use super::candidates::{Asking, Servers};
use super::colours::{beams_worth, choose};
use super::preference::Outlook;
use super::rank::{IN_ORDER, Judge, Rankings};
use super::{Assignment, Beam, Given, Outage, serves};
use crate::constellation::ServiceState;
use crate::ids::{BeamId, GatewayId, PopId, SatId};
use crate::rules::{LaserPattern, RadioRules};
use crate::visibility::View;
use crate::world::World;
use rayon::prelude::*;

/// Gives each beam cell with demand a satellite and beams.
#[must_use]
pub fn assign(world: &World, given: &Given<'_>) -> Assignment {
    let servers = Servers::new(given.sky, given.routes, serves(given));
    let allowed = Allowed::new(world, given.demand, given.slot);
    let asking = asking(world, given);
    let judge = Judge::new(world, given, &allowed, &servers);
    let rankings = judge.rankings(&asking);

    let starved = |beam: BeamId| given.before.map_or(0, |before| before.starved[beam.index()]);
    let urgency =
        |one: &Asking| one.terminals * (1.0 + world.rules.schedule.starved * f64::from(starved(one.beam)));
    let mut order: Vec<u64> = (0..).zip(&asking).map(|(k, one)| turn(urgency(one), k)).collect();
    order.par_sort_unstable();
    let taken = vec![0; world.satellites.len()];
    let room = room(&world.rules.radio);
    let mut choice = Choice { judge: &judge, asking: &asking, rankings: &rankings, room, taken };
    // by beam cell; nobody asks where there is none
    let mut answers = vec![None; world.beams.len()];
    for k in order.into_iter().map(|turn| turn as u32 as usize) {
        answers[asking[k].beam.index()] = Some(choice.choose(k));
    }
    let cells_of_satellite = choice.taken;
    let is_lit = |beam: BeamId| matches!(answers[beam.index()], Some(Ok(_)));
    let pointed = |(beam, answer): (usize, &Option<Chosen>)| {
        Some(
            answer
                .as_ref()?
                .map(|(satellite, pop)| point(world, given, BeamId::at(beam), satellite, pop, is_lit)),
        )
    };
    let beams: Vec<_> = answers.par_iter().enumerate().with_min_len(2_048).map(pointed).collect();

    let mut beams_of_satellite = vec![[0; 2]; world.satellites.len()];
    let mut starving = vec![0; world.beams.len()];
    for (number, answer) in beams.iter().enumerate() {
        match answer {
            None => {}
            Some(Ok(beam)) => {
                let [down, up] = &mut beams_of_satellite[beam.satellite.index()];
                *down += beam.down_colours.count_ones();
                *up += beam.up_colours.count_ones();
            }
            Some(Err(_)) => starving[number] = starved(BeamId::at(number)).saturating_add(1),
        }
    }
    Assignment { beams, starved: starving, cells_of_satellite, beams_of_satellite }
}

/// The satellite and the PoP that a cell has chosen, or why it has none.
type Chosen = Result<(SatId, PopId), Outage>;

/// A number that is the smaller the sooner a cell chooses; its lower half is which cell it is.
fn turn(urgency: f64, cell: u32) -> u64 {
    // floats above zero have the order of their bits; of equals the first one is first
    u64::from(!(urgency.max(0.0) as f32).to_bits()) << 32 | u64::from(cell)
}

/// The beam cells that ask.
pub(super) fn asking(world: &World, given: &Given<'_>) -> Vec<Asking> {
    let of_beam = |beam: usize| {
        let asks = given.demand.of_beam(beam);
        let terminals: f64 = asks.iter().map(|ask| ask.terminals).sum();
        if terminals <= 0.0 {
            return None;
        }
        // of PoPs with as many terminals the one that is met first
        let mut most: Option<(f64, PopId)> = None;
        for pop in asks.iter().filter_map(|ask| ask.pop) {
            let here = asks.iter().filter(|ask| ask.pop == Some(pop)).map(|ask| ask.terminals).sum();
            if most.is_none_or(|(terminals, _)| here > terminals) {
                most = Some((here, pop));
            }
        }
        Some(Asking { beam: BeamId::at(beam), pop: most.map(|(_, pop)| pop), terminals })
    };
    (0..world.beams.len()).into_par_iter().with_min_len(4_096).filter_map(of_beam).collect()
}

/// Cells that a satellite has room for.
pub(super) fn room(radio: &RadioRules) -> u16 {
    radio.down_beams.per_satellite.saturating_mul(radio.cells_per_beam)
}

/// A cell's beams on its satellite: as many as its demand is worth.
fn point(
    world: &World,
    given: &Given<'_>,
    beam: BeamId,
    satellite: SatId,
    pop: PopId,
    is_lit: impl Fn(BeamId) -> bool,
) -> Beam {
    let radio = &world.rules.radio;
    let view = View::of(&world.beams.places[beam.index()], satellite, given.sky);
    let link = given.links.user(beam, &view, given.sky.position[satellite.index()]);
    let rate = given.links.rate(link);
    let asks = given.demand.of_beam(beam.index());
    let (mut down_bps, mut up_bps) = (0.0, 0.0);
    for ask in asks {
        down_bps += ask.terminals * ask.down_bps;
        up_bps += ask.terminals * ask.up_bps;
    }
    let colours = |demand_bps: f64, beam_bps: f64, colours: u8| {
        let count = beams_worth(demand_bps, beam_bps, radio.beams_per_cell.min(colours));
        choose(world, beam, count, colours, &is_lit)
    };
    Beam {
        satellite,
        elevation_sine: view.elevation_sine,
        range_m: view.range_m,
        pop,
        link,
        down_colours: colours(down_bps, rate.down_bps, radio.down_beams.colours),
        up_colours: colours(up_bps, rate.up_bps, radio.up_beams.colours),
    }
}

struct Choice<'a> {
    judge: &'a Judge<'a>,
    asking: &'a [Asking],
    rankings: &'a Rankings,
    /// Cells that a satellite has room for.
    room: u16,
    /// Cells that each has taken.
    taken: Vec<u16>,
}

impl Choice<'_> {
    /// The best satellite that can take the cell, or how far the search came.
    fn choose(&mut self, k: usize) -> Chosen {
        let asking = self.asking[k];
        let pop = asking.pop.ok_or(Outage::NoPop)?;
        let ranking = self.rankings.of(k);
        let ranked = ranking.entries();
        let mut satellite = self.best(ranked);
        if satellite.is_none() && ranking.more {
            satellite = self.look_again(k, asking);
        }
        let Some(satellite) = satellite else {
            return Err(if ranked.is_empty() { self.obstacle(asking, pop) } else { Outage::NoBeam });
        };
        self.taken[satellite.index()] += 1;
        Ok((satellite, pop))
    }

    /// Of satellites with room, in the order of a ranking, the one with the best score, its load taken off.
    fn best(&self, ranked: &[(f32, SatId)]) -> Option<SatId> {
        // what load may add, should its weight be below zero
        let most_added = (-self.judge.scorer.weights.load).max(0.0);
        let mut best = Best::default();
        for (place, &(score, satellite)) in ranked.iter().enumerate() {
            if best.0.is_some_and(|(most, _)| f64::from(score) + most_added < most) {
                if place < IN_ORDER {
                    break;
                }
                continue;
            }
            self.offer((score, satellite), &mut best);
        }
        best.0.map(|(_, satellite)| satellite)
    }

    fn offer(&self, (score, satellite): (f32, SatId), best: &mut Best) {
        let taken = self.taken[satellite.index()];
        if taken < self.room {
            let load = f64::from(taken) / f64::from(self.room);
            best.offer(f64::from(score) - self.judge.scorer.weights.load * load, satellite);
        }
    }

    /// The best of all satellites, when the few that were ranked have no room.
    fn look_again(&self, k: usize, asking: Asking) -> Option<SatId> {
        let with_room = |satellite: SatId| self.taken[satellite.index()] < self.room;
        let mut best = Best::default();
        let around = self.rankings.around(k);
        self.judge.scores_of_all(asking, around, with_room, &mut |entry| self.offer(entry, &mut best));
        best.0.map(|(_, satellite)| satellite)
    }

    /// Why a cell has no candidate: the last obstacle before service.
    fn obstacle(&self, asking: Asking, pop: PopId) -> Outage {
        let given = self.judge.given;
        let lasers = &self.judge.world().rules.lasers;
        let to_pop = given.routes.towards(pop);
        let anybody_reaches = to_pop.is_some_and(|to| to.delay_s.iter().any(|delay_s| delay_s.is_finite()));
        let would_land = |gateway: GatewayId| self.judge.world().fibre_between(gateway, pop).is_some();
        // where nobody has a way, one gateway without rain would do for all who have lasers
        let nobody = lasers.pattern != LaserPattern::None && !anybody_reaches;
        let rain_for_all = nobody && given.feeders.drowned.iter().any(|(_, gateway)| would_land(*gateway));
        let outlook = Outlook::new(self.judge.allowed.place(asking.beam));
        let pickiness = self.judge.allowed.pickiness(asking.beam, &outlook);
        let mut furthest = (0, Outage::NoSatellite);
        for satellite in given.views.index.seen_from(self.judge.allowed.lookout(asking.beam)) {
            let reaches = to_pop.is_some_and(|to| to.delay_s[satellite.index()].is_finite());
            let obstacle = if given.topology.service[satellite.index()] != ServiceState::Serving {
                (1, Outage::NoServingSatellite)
            } else if !reaches && (rain_for_all || given.feeders.drowned_for(satellite).any(would_land)) {
                (4, Outage::Rain)
            } else if !reaches && (lasers.pattern == LaserPattern::None || !anybody_reaches) {
                (2, Outage::NoGateway)
            } else if !reaches {
                (3, Outage::NoPath)
            } else if pickiness.before_the_arc(given.sky.position[satellite.index()]).is_none() {
                (5, Outage::GsoArc)
            } else {
                (6, Outage::Obstructed)
            };
            if obstacle.0 > furthest.0 {
                furthest = obstacle;
            }
        }
        furthest.1
    }
}

/// The best that was offered; of equals the one with the lower number.
#[derive(Default)]
struct Best(Option<(f64, SatId)>);

impl Best {
    fn offer(&mut self, score: f64, satellite: SatId) {
        if self.0.is_none_or(|(most, held)| score > most || (score == most && satellite < held)) {
            self.0 = Some((score, satellite));
        }
    }
}
