//! The few satellites that each cell likes best, found for all cells at once.

use super::CellDemand;
use crate::ids::{PopId, SatId};
use crate::orbit::Sky;
use crate::route::Routes;
use crate::simd::{Lanes, MOST_LANES, Mask, Path, Simd};
use crate::visibility::{Eye, Lookout, Neighbourhood, SkyIndex, Watcher};
use crate::world::World;
use rayon::prelude::*;
use std::ops::Range;

/// Cells handled by one task.
const CHUNK: usize = 512;

/// How many are kept: with fewer, more cells have to look again when their best are full.
pub(super) const KEPT: usize = 6;

/// The best satellites of a cell, the highest first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidates {
    satellites: [SatId; KEPT],
    count: u8,
    /// True if there may be more than these.
    pub more: bool,
}

impl Candidates {
    /// The satellites, the best first.
    pub fn best(&self) -> &[SatId] {
        &self.satellites[..usize::from(self.count)]
    }
}

/// Satellites that serve terminals and can reach some PoP, sorted for looking at; and from which of them each PoP is reached.
pub(super) struct Servers<'a> {
    pub index: SkyIndex,
    routes: &'a Routes,
    /// By PoP of `routes`: true if all servers reach it.
    all_reach: Vec<bool>,
}

impl<'a> Servers<'a> {
    pub fn new(sky: &Sky, routes: &'a Routes, serves: impl Fn(SatId) -> bool) -> Self {
        let mut is_server = vec![false; sky.present.len()];
        let mut servers = 0;
        for (satellite, server) in is_server.iter_mut().enumerate() {
            *server = sky.present[satellite]
                && serves(SatId::at(satellite))
                && routes.to_pop.iter().any(|to_pop| to_pop.delay_s[satellite].is_finite());
            servers += usize::from(*server);
        }
        let all_reach = routes
            .to_pop
            .iter()
            .map(|to_pop| {
                let reached =
                    to_pop.delay_s.iter().zip(&is_server).filter(|(d, server)| **server && d.is_finite());
                reached.count() == servers
            })
            .collect();
        Self { index: SkyIndex::new(sky, &is_server), routes, all_reach }
    }

    /// Which of the servers reach a PoP; `None` if the PoP is not in use.
    pub fn reaching(&self, pop: PopId) -> Option<Reaching<'_>> {
        let at = self.routes.pops.binary_search(&pop).ok()?;
        Some(if self.all_reach[at] { Reaching::All } else { Reaching::Some(&self.routes.to_pop[at].delay_s) })
    }

    /// The candidates of some cells.
    pub fn candidates(&self, world: &World, demand: &[CellDemand], cells: &[usize]) -> Found {
        let min_elevation_rad = world.rules.radio.min_elevation_rad;
        let chunks = cells
            .par_chunks(CHUNK)
            .map(|cells| {
                let lookout = |cell: &usize| Lookout::new(&world.cells[*cell].place, min_elevation_rad);
                let lookouts: Vec<Lookout> = cells.iter().map(lookout).collect();
                let reaching = |cell: &usize| demand[*cell].pop.and_then(|pop| self.reaching(pop));
                let reaching: Vec<Option<Reaching<'_>>> = cells.iter().map(reaching).collect();
                let mut highest = Highest { reaching: &reaching, chunk: Chunk::default() };
                self.index.watch(Path::current(), 0, &lookouts, &mut highest);
                highest.chunk
            })
            .collect();
        Found { chunks }
    }
}

/// The candidates of all cells that ask, by their place among these.
pub(super) struct Found {
    chunks: Vec<Chunk>,
}

#[derive(Default)]
struct Chunk {
    candidates: Vec<Candidates>,
    /// By cell: where the satellites of its neighbourhood are.
    around: Vec<Range<u32>>,
    satellites: Vec<SatId>,
}

impl Found {
    /// The candidates of the cell that asks in this place.
    pub fn of(&self, asking: usize) -> &Candidates {
        &self.chunks[asking / CHUNK].candidates[asking % CHUNK]
    }

    /// All satellites that it may see, and some more.
    pub fn around(&self, asking: usize) -> &[SatId] {
        let chunk = &self.chunks[asking / CHUNK];
        let range = &chunk.around[asking % CHUNK];
        &chunk.satellites[range.start as usize..range.end as usize]
    }
}

/// Keeps the highest satellites of each place.
struct Highest<'a> {
    /// By place.
    reaching: &'a [Option<Reaching<'a>>],
    chunk: Chunk,
}

impl Watcher for Highest<'_> {
    fn arrive(&mut self, sky: &Neighbourhood) {
        self.chunk.satellites.extend(sky.satellites());
    }

    #[inline(always)]
    fn look<S: Simd>(&mut self, simd: S, place: usize, lookout: &Lookout, sky: &Neighbourhood) {
        let mut kept = Kept { entries: [(f64::NEG_INFINITY, SatId(u32::MAX)); KEPT], count: 0 };
        let eye = Eye::of(simd, lookout);
        let (mut heights, mut ranges) = ([0.0; MOST_LANES], [0.0; MOST_LANES]);
        // a satellite is looked at closely if it is as high as the lowest of those kept
        let least = f64::MIN_POSITIVE.max(lookout.min_sine_squared);
        let mut bar = simd.splat(least);
        if let Some(reaching) = &self.reaching[place] {
            for block in sky.blocks() {
                for lane in (0..MOST_LANES).step_by(S::LANES) {
                    let (height, range) = eye.squares(simd, block, lane);
                    let mut bits = (bar * range).le(height).bits();
                    if bits == 0 {
                        continue;
                    }
                    height.store(&mut heights);
                    range.store(&mut ranges);
                    while bits != 0 {
                        let k = bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        let satellite = block.ids[lane + k];
                        if reaching.holds(satellite) {
                            kept.add((heights[k] / ranges[k], satellite));
                        }
                    }
                    bar = simd.splat(least.max(kept.bar()));
                }
            }
        }
        let end = self.chunk.satellites.len() as u32;
        self.chunk.around.push(end - sky.count() as u32..end);
        self.chunk.candidates.push(Candidates {
            satellites: kept.entries.map(|(_, satellite)| satellite),
            count: kept.count as u8,
            more: kept.count == KEPT,
        });
    }
}

/// The best so far, the best first.
struct Kept {
    entries: [(f64, SatId); KEPT],
    count: usize,
}

impl Kept {
    /// The least squared sine that still gets in.
    fn bar(&self) -> f64 {
        self.entries[KEPT - 1].0
    }

    /// Puts a satellite in its place, if it is among the best. They come nearly sorted: the place is sought from the end.
    fn add(&mut self, entry: (f64, SatId)) {
        let mut at = self.count;
        if at == KEPT {
            at -= 1;
            if !is_better(entry, self.entries[at]) {
                return;
            }
        } else {
            self.count += 1;
        }
        while at > 0 && is_better(entry, self.entries[at - 1]) {
            self.entries[at] = self.entries[at - 1];
            at -= 1;
        }
        self.entries[at] = entry;
    }
}

/// Which satellites reach a PoP.
pub(super) enum Reaching<'a> {
    All,
    Some(&'a [f64]),
}

impl Reaching<'_> {
    pub fn holds(&self, satellite: SatId) -> bool {
        match self {
            Self::All => true,
            Self::Some(delay_s) => delay_s[satellite.index()].is_finite(),
        }
    }
}

/// True if the first of two satellites, each with the squared sine of its elevation, is to be preferred.
pub(super) fn is_better(a: (f64, SatId), b: (f64, SatId)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)
}
