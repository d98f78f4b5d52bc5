//! The candidates of each cell in the order of their scores.

use super::Given;
use super::allowed::Allowed;
use super::candidates::{Around, Asking, Candidate, KEPT, Onlooker, Servers};
use super::policy::{Chooser, Mark, Prospect, Scorer};
use super::stance::{Stances, TOGETHER};
use crate::ids::{BeamId, SatId};
use crate::simd::Path;
use crate::world::World;
use rayon::prelude::*;

/// Cells handled by one task.
const CHUNK: usize = 512;

/// How many are kept: the highest, and the satellite of the slot before.
pub(super) const RANKED: usize = KEPT + 1;

/// So many of a ranking are in order: a cell hardly ever looks at more of them.
pub(super) const IN_ORDER: usize = 4;

/// Satellites with their scores: the best few in order, and then the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranking {
    entries: [(f32, SatId); RANKED],
    count: u8,
    /// True if there may be more than these.
    pub more: bool,
}

impl Ranking {
    const NONE: Self =
        Self { entries: [(f32::NEG_INFINITY, SatId(u32::MAX)); RANKED], count: 0, more: false };

    /// The satellites with their scores: the first [`IN_ORDER`] are the best, in order; the others are in none.
    pub fn entries(&self) -> &[(f32, SatId)] {
        &self.entries[..usize::from(self.count)]
    }

    /// Adds one of no more than there is room for.
    #[inline]
    fn add(&mut self, entry: (f32, SatId)) {
        let count = usize::from(self.count);
        self.count += 1;
        let mut at = count.min(IN_ORDER);
        if count >= IN_ORDER {
            if !is_better(entry, self.entries[IN_ORDER - 1]) {
                self.entries[count] = entry;
                return;
            }
            at -= 1;
            self.entries[count] = self.entries[at];
        }
        self.put(at, entry);
    }

    /// Adds one of any number, of which the best are kept.
    fn add_of_many(&mut self, entry: (f32, SatId)) {
        let mut at = usize::from(self.count);
        if at == RANKED {
            at -= 1;
            if !is_better(entry, self.entries[at]) {
                return;
            }
        } else {
            self.count += 1;
        }
        self.put(at, entry);
    }

    /// Puts an entry among those before a place, which are in order.
    #[inline]
    fn put(&mut self, mut at: usize, entry: (f32, SatId)) {
        while at > 0 && is_better(entry, self.entries[at - 1]) {
            self.entries[at] = self.entries[at - 1];
            at -= 1;
        }
        self.entries[at] = entry;
    }
}

fn is_better(a: (f32, SatId), b: (f32, SatId)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)
}

/// The rankings of all cells that ask, by their place among these.
pub(super) struct Rankings {
    chunks: Vec<(Vec<Ranking>, Around)>,
}

impl Rankings {
    /// The ranking of a cell.
    pub fn of(&self, asking: usize) -> &Ranking {
        &self.chunks[asking / CHUNK].0[asking % CHUNK]
    }

    /// All satellites that it may see, and some more.
    pub fn around(&self, asking: usize) -> &[SatId] {
        self.chunks[asking / CHUNK].1.of(asking % CHUNK)
    }
}

/// Scores for all cells.
pub(super) struct Judge<'a> {
    world: &'a World,
    pub given: &'a Given<'a>,
    pub allowed: &'a Allowed<'a>,
    servers: &'a Servers<'a>,
    pub scorer: Scorer,
    /// By satellite.
    marks: Vec<Mark>,
    path: Path,
}

impl<'a> Judge<'a> {
    pub fn new(
        world: &'a World,
        given: &'a Given<'a>,
        allowed: &'a Allowed<'a>,
        servers: &'a Servers<'a>,
    ) -> Self {
        let scorer = Scorer::new(&world.rules.schedule, world.rules.seed);
        let marks = world.satellites.iter().map(|satellite| scorer.mark(satellite)).collect();
        Self { world, given, allowed, servers, scorer, marks, path: Path::current() }
    }

    /// The rankings of all cells that ask.
    pub fn rankings(&self, asking: &[Asking]) -> Rankings {
        let of_chunk = |asking: &[Asking]| {
            let mut rankings = Vec::with_capacity(asking.len());
            let looks_at_all = self.scorer.policy.looks_at_all();
            let mut stances = Stances::default();
            let mut rank = |onlooker: &Onlooker<'_>, highest: &[Candidate]| {
                let ranking =
                    if looks_at_all { Ranking::NONE } else { self.ranking(onlooker, highest, &mut stances) };
                rankings.push(ranking);
            };
            let around = self.servers.look(self.path, self.allowed, asking, &mut rank);
            if looks_at_all {
                for (k, (asking, ranking)) in asking.iter().zip(&mut rankings).enumerate() {
                    ranking.more = true;
                    self.scores_of_all(*asking, around.of(k), |_| true, &mut |entry| {
                        ranking.add_of_many(entry);
                    });
                }
            }
            (rankings, around)
        };
        Rankings { chunks: asking.par_chunks(CHUNK).map(of_chunk).collect() }
    }

    fn ranking(&self, onlooker: &Onlooker<'_>, highest: &[Candidate], stances: &mut Stances) -> Ranking {
        let mut ranking = Ranking { more: highest.len() == KEPT, ..Ranking::NONE };
        self.choosing(onlooker, |chooser| {
            let is_highest =
                |previous: &SatId| highest.iter().any(|candidate| candidate.satellite == *previous);
            let previous = chooser.previous.filter(|previous| !is_highest(previous));
            let previous = previous.and_then(|satellite| self.candidate(onlooker, satellite));
            self.scores(chooser, highest, stances, &mut |entry| ranking.add(entry));
            if let Some(previous) = previous {
                self.scores(chooser, &[previous], stances, &mut |entry| ranking.add(entry));
            }
        });
        ranking
    }

    /// Tells the scores of all satellites of some that may serve a cell and pass a test, in no order that means anything.
    pub fn scores_of_all(
        &self,
        asking: Asking,
        around: &[SatId],
        wanted: impl Fn(SatId) -> bool,
        tell: &mut dyn FnMut((f32, SatId)),
    ) {
        let lookout = self.allowed.lookout(asking.beam);
        let onlooker = self.servers.onlooker(self.allowed, asking, lookout);
        let mut stances = Stances::default();
        self.choosing(&onlooker, |chooser| {
            let candidates = around
                .iter()
                .filter(|satellite| wanted(**satellite))
                .filter_map(|satellite| self.candidate(&onlooker, *satellite));
            let candidates: Vec<Candidate> = candidates.collect();
            for together in candidates.chunks(TOGETHER) {
                self.scores(chooser, together, &mut stances, tell);
            }
        });
    }

    /// Lets a cell choose.
    fn choosing(&self, onlooker: &Onlooker<'_>, choose: impl FnOnce(&Chooser<'_>)) {
        let (links, beam) = (self.given.links, onlooker.asking.beam);
        let draw = self.scorer.draw(self.given.slot.0, self.key(beam));
        choose(&Chooser {
            outlook: &onlooker.outlook,
            min_elevation_rad: self.allowed.min_elevation_rad(beam),
            previous: self.previous(beam),
            draw,
            is_uniform: self.scorer.is_uniform(draw),
            way_s: onlooker.reaching.as_ref().map_or(&[], |reaching| reaching.way_s),
            rate: &|view, position| links.rate(links.user(beam, view, position)),
        });
    }

    /// Tells the scores of candidates, [`TOGETHER`] at most, in their order.
    #[inline]
    fn scores(
        &self,
        chooser: &Chooser<'_>,
        candidates: &[Candidate],
        stances: &mut Stances,
        tell: &mut (impl FnMut((f32, SatId)) + ?Sized),
    ) {
        stances.look(self.path, chooser.outlook, candidates);
        for (place, candidate) in candidates.iter().enumerate() {
            let mark = self.marks[candidate.satellite.index()];
            let prospect = Prospect::new(chooser, candidate, stances.of(place), mark, self.given.sky);
            tell((self.scorer.score(&prospect) as f32, candidate.satellite));
        }
    }

    /// A satellite as a candidate, if it is in view, serves, reaches the PoP, and is allowed.
    fn candidate(&self, onlooker: &Onlooker<'_>, satellite: SatId) -> Option<Candidate> {
        let position = self.given.sky.position[satellite.index()];
        let reaching = onlooker.reaching.as_ref()?;
        if !self.servers.is_server(satellite) || !reaching.holds(satellite) {
            return None;
        }
        let sine_squared = onlooker.lookout.sine_squared(position)?;
        let picky = self.allowed.pickiness(onlooker.asking.beam, &onlooker.outlook);
        let standing = picky.standing(None, || position)?;
        Some(Candidate { satellite, standing, sine_squared, position })
    }

    fn previous(&self, beam: BeamId) -> Option<SatId> {
        let before = self.given.before?.beams[beam.index()]?;
        before.ok().map(|beam| beam.satellite)
    }

    /// A name for a beam cell that does not depend on which others there are: the first of its position cells.
    fn key(&self, beam: BeamId) -> u64 {
        let cell = self.world.beams.cells(beam.index())[0];
        self.world.cells[cell.index()].h3
    }

    pub fn world(&self) -> &'a World {
        self.world
    }
}
