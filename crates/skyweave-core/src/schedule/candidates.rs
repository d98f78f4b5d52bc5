//! The few highest satellites that may serve each cell, found for all cells at once.

use super::allowed::{Allowed, Known, Pickiness, Standing};
use super::preference::Outlook;
use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::{BeamId, PopId, SatId};
use crate::orbit::Sky;
use crate::route::Routes;
use crate::simd::{Lanes, MOST_LANES, Mask, Path, Simd};
use crate::visibility::{Eye, Lookout, Neighbourhood, SkyIndex, Watcher};
use std::ops::Range;

/// How many are kept: with fewer, more cells have to look again when their best are full.
pub(super) const KEPT: usize = 12;

/// A satellite that may serve a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub satellite: SatId,
    /// How near to the geostationary arc it stands.
    pub standing: Standing,
    /// Squared sine of its elevation.
    pub sine_squared: f64,
    /// Where it is.
    pub position: EcefPosition,
}

/// Satellites that serve terminals and can reach some PoP, sorted for looking at; and from which of them each PoP is reached.
pub(super) struct Servers<'a> {
    index: SkyIndex,
    is_server: Vec<bool>,
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
        Self { index: SkyIndex::new(sky, &is_server), is_server, routes, all_reach }
    }

    /// True for a satellite that serves terminals and reaches some PoP.
    pub fn is_server(&self, satellite: SatId) -> bool {
        self.is_server[satellite.index()]
    }

    /// Which of the servers reach a PoP; `None` if the PoP is not in use.
    pub fn reaching(&self, pop: PopId) -> Option<Reaching<'_>> {
        let at = self.routes.pops.binary_search(&pop).ok()?;
        Some(Reaching { all: self.all_reach[at], way_s: &self.routes.to_pop[at].delay_s })
    }

    /// Lets cells look at the sky, one after another: `tell` hears of each of them, in order, and of the highest satellites that may
    /// serve it, in no order that means anything.
    pub fn look(
        &self,
        path: Path,
        allowed: &Allowed<'_>,
        asking: &[Asking],
        tell: &mut dyn FnMut(&Onlooker<'_>, &[Candidate]),
    ) -> Around {
        let lookouts: Vec<Lookout> = asking.iter().map(|one| allowed.lookout(one.beam)).collect();
        let mut highest = Highest { servers: self, allowed, asking, tell, around: Around::default() };
        self.index.watch(path, 0, &lookouts, &mut highest);
        highest.around
    }

    /// A cell that asks, as it looks at the sky.
    pub fn onlooker(&self, allowed: &Allowed<'_>, asking: Asking, lookout: Lookout) -> Onlooker<'_> {
        let outlook = Outlook::new(allowed.place(asking.beam));
        Onlooker { asking, outlook, lookout, reaching: asking.pop.and_then(|pop| self.reaching(pop)) }
    }
}

/// A beam cell that asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    pub beam: BeamId,
    /// The PoP that most of its terminals' traffic goes to.
    pub pop: Option<PopId>,
    pub terminals: f64,
}

/// A beam cell that asks, as it looks at the sky.
pub(super) struct Onlooker<'a> {
    pub asking: Asking,
    pub outlook: Outlook,
    pub lookout: Lookout,
    /// Which satellites reach the PoP; `None` if there is none, or it is not in use.
    pub reaching: Option<Reaching<'a>>,
}

/// By cell: all satellites that it may see, and some more.
#[derive(Default)]
pub(super) struct Around {
    ranges: Vec<Range<u32>>,
    satellites: Vec<SatId>,
}

impl Around {
    /// Those of the cell in this place.
    pub fn of(&self, cell: usize) -> &[SatId] {
        let range = &self.ranges[cell];
        &self.satellites[range.start as usize..range.end as usize]
    }
}

/// Tells the highest satellites of each place.
struct Highest<'a> {
    servers: &'a Servers<'a>,
    allowed: &'a Allowed<'a>,
    /// By place.
    asking: &'a [Asking],
    tell: &'a mut dyn FnMut(&Onlooker<'_>, &[Candidate]),
    around: Around,
}

impl Watcher for Highest<'_> {
    fn arrive(&mut self, sky: &Neighbourhood) {
        self.around.satellites.extend(sky.satellites());
    }

    #[inline(always)]
    fn look<S: Simd>(&mut self, simd: S, place: usize, lookout: &Lookout, sky: &Neighbourhood) {
        let onlooker = self.servers.onlooker(self.allowed, self.asking[place], *lookout);
        let mut kept = Kept::NOBODY;
        if let Some(reaching) = &onlooker.reaching {
            let picky = self.allowed.pickiness(onlooker.asking.beam, &onlooker.outlook);
            keep_highest(simd, lookout, &picky, reaching, sky, &mut kept);
        }
        (self.tell)(&onlooker, &kept.entries[..kept.count]);
        let end = self.around.satellites.len() as u32;
        self.around.ranges.push(end - sky.count() as u32..end);
    }
}

#[inline(always)]
fn keep_highest<S: Simd>(
    simd: S,
    lookout: &Lookout,
    picky: &Pickiness<'_>,
    reaching: &Reaching<'_>,
    sky: &Neighbourhood,
    kept: &mut Kept,
) {
    let eye = Eye::of(simd, lookout);
    let mut sines_squared = [0.0; MOST_LANES];
    // a satellite is looked at closely if it is as high as the lowest of those kept
    let least = f64::MIN_POSITIVE.max(lookout.min_sine_squared);
    let mut bar = least;
    let glance = picky.glance();
    let [poleward, beyond] = [simd.splat(glance.sines_squared[0]), simd.splat(glance.sines_squared[1])];
    let hemisphere = simd.splat(glance.hemisphere);
    let avoided = picky.avoided(simd);
    for (block, highest) in sky.blocks().iter().zip(sky.bounds()) {
        // neither of this block nor of those that follow does any satellite stand higher from here
        if *highest < bar {
            break;
        }
        for lane in (0..MOST_LANES).step_by(S::LANES) {
            let lines = eye.lines(simd, block, lane);
            let (height, range) = eye.squares(lines);
            let mut bits = (simd.splat(bar) * range).le(height).bits();
            if bits == 0 {
                continue;
            }
            // whoever stands far from the plane of the equator stands far from the arc
            let z = lines[2] * hemisphere;
            let signed = z * z.abs();
            let clear = (poleward * range).le(signed).bits() | signed.le(-(beyond * range)).bits();
            let mut known = Known { clear, near: 0, refused: 0 };
            if bits & !clear != 0
                && let Some(avoided) = &avoided
            {
                known = avoided.known(lines, range);
                known.clear |= clear;
                bits &= !known.refused | clear;
            }
            (height / range).store(&mut sines_squared);
            while bits != 0 {
                let k = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let (satellite, sine_squared) = (block.ids[lane + k], sines_squared[k]);
                // whoever stands lower than the lowest of those kept need not be looked at any closer
                if !reaching.holds(satellite) || !kept.wants(sine_squared, satellite) {
                    continue;
                }
                let standing = picky.standing(known.standing(k), || block.position(lane + k));
                if let Some(standing) = standing {
                    kept.add(Candidate {
                        satellite,
                        standing,
                        sine_squared,
                        position: block.position(lane + k),
                    });
                }
            }
            bar = least.max(kept.bar);
        }
    }
}

const NOBODY: Candidate = Candidate {
    satellite: SatId(u32::MAX),
    standing: Standing::Clear,
    sine_squared: f64::NEG_INFINITY,
    position: EcefPosition(Vec3::new(0.0, 0.0, 0.0)),
};

/// The highest so far, in no order that means anything.
struct Kept {
    entries: [Candidate; KEPT],
    count: usize,
    /// Where the lowest of them is, once there are so many as are kept.
    lowest: usize,
    /// The least squared sine that still gets in.
    bar: f64,
}

impl Kept {
    const NOBODY: Self = Self { entries: [NOBODY; KEPT], count: 0, lowest: 0, bar: f64::NEG_INFINITY };

    /// True if a satellite is among the highest.
    #[inline(always)]
    fn wants(&self, sine_squared: f64, satellite: SatId) -> bool {
        self.count < KEPT || is_higher((sine_squared, satellite), &self.entries[self.lowest])
    }

    /// Takes a satellite that is wanted, in the place of the lowest if there is no other.
    #[inline(always)]
    fn add(&mut self, candidate: Candidate) {
        if self.count < KEPT {
            self.entries[self.count] = candidate;
            self.count += 1;
            if self.count < KEPT {
                return;
            }
        } else {
            self.entries[self.lowest] = candidate;
        }
        let mut lowest = 0;
        for (at, entry) in self.entries.iter().enumerate().skip(1) {
            let low = &self.entries[lowest];
            if is_higher((low.sine_squared, low.satellite), entry) {
                lowest = at;
            }
        }
        (self.lowest, self.bar) = (lowest, self.entries[lowest].sine_squared);
    }
}

/// Which satellites reach a PoP.
pub(super) struct Reaching<'a> {
    /// True if all of them do.
    all: bool,
    /// By satellite: how long its way takes, one way, s; infinite where there is none.
    pub way_s: &'a [f64],
}

impl Reaching<'_> {
    pub fn holds(&self, satellite: SatId) -> bool {
        self.all || self.way_s[satellite.index()].is_finite()
    }
}

/// True if a satellite, with the squared sine of its elevation, stands higher than another; of equals the one with the lower number
/// is taken as higher.
#[inline(always)]
fn is_higher(a: (f64, SatId), b: &Candidate) -> bool {
    a.0 > b.sine_squared || (a.0 == b.sine_squared && a.1 < b.satellite)
}
