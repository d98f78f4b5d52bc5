//! SGP4 for many satellites at once: the same theory as [`Sgp4::propagate`](super::Sgp4::propagate), 32 to a group, on the
//! widest vectors there are.
//!
//! A [`Batch`] is prepared once. Each satellite at each time goes one of three ways, chosen by its own elements and the time
//! alone, so that an answer never depends on what else is in the batch, on the order, or on the vector path:
//!
//! | way | for | how |
//! |---|---|---|
//! | `fast` | nearly circular orbits in thin air, up to a horizon computed for each | series in the eccentricity, no checks |
//! | `careful` | other orbits under 225 minutes | roots, quotients and a converging iteration; near a limit of the theory it passes on |
//! | scalar | deep space, and whatever is at a limit | [`Sgp4::propagate`](super::Sgp4::propagate), which also names the error |
//!
//! Held by the tests here: within 1e-8 km and 1e-11 km/s of the scalar code on orbits of satellite networks, and another
//! 2e-13 km for each minute from the epoch, by which both round; 1.5e-10 of the radius on any other orbit.
//!
//! ```
//! # use skyweave_core::sgp4::{Sgp4, batch::{Batch, States}};
//! # fn example(satellites: &[Sgp4]) {
//! let batch = Batch::new(satellites);
//! let mut states = States::default();
//! for tile in batch.tiles() {
//!     // every satellite of the tile at each minute of a day after its own epoch
//!     let minutes: Vec<f64> = (0..1440).map(f64::from).collect();
//!     tile.propagate_over(&tile.same_for_all(0.0), &minutes, &mut states);
//! }
//! # }
//! ```

mod angles;
mod careful;
mod constants;
mod fast;
mod place;
mod states;
#[cfg(test)]
mod tests;

use super::{Sgp4, StateKm};
use crate::geodesy::Vec3;
use crate::simd::{Kernel, Lanes, Mask, Path, Simd, Twice};
use constants::{GROUP, Group};
use fast::Between;
use states::Rows;
pub use states::States;

/// Satellites of a tile: what is handed to one thread at a time.
pub const TILE: usize = 512;

/// Satellites, prepared to be propagated together.
#[derive(Debug, Clone)]
pub struct Batch {
    path: Path,
    satellites: Vec<Sgp4>,
    groups: Vec<Group>,
}

/// Part of a batch: consecutive satellites.
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a> {
    path: Path,
    first: usize,
    satellites: &'a [Sgp4],
    groups: &'a [Group],
}

impl Batch {
    /// Prepares satellites; their order is kept.
    #[must_use]
    pub fn new(satellites: &[Sgp4]) -> Self {
        let groups = satellites.chunks(GROUP).map(Group::new).collect();
        Self { path: Path::current(), satellites: satellites.to_vec(), groups }
    }

    /// The same on another vector path; answers do not change.
    #[must_use]
    pub fn on(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// Number of satellites.
    #[must_use]
    pub fn len(&self) -> usize {
        self.satellites.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.satellites.is_empty()
    }

    /// All of it as one tile.
    #[must_use]
    pub fn whole(&self) -> Tile<'_> {
        Tile { path: self.path, first: 0, satellites: &self.satellites, groups: &self.groups }
    }

    /// Its tiles of [`TILE`] satellites, the last with what is left.
    #[must_use]
    pub fn tiles(&self) -> impl ExactSizeIterator<Item = Tile<'_>> {
        let tiles = self.satellites.chunks(TILE).zip(self.groups.chunks(TILE / GROUP));
        tiles.enumerate().map(|(index, (satellites, groups))| Tile {
            path: self.path,
            first: index * TILE,
            satellites,
            groups,
        })
    }

    /// Propagates each satellite to a time of its own, in minutes since its epoch.
    ///
    /// `minutes` has one entry a satellite (missing ones are taken as 0); `states` becomes one instant of [`Self::len`].
    pub fn propagate(&self, minutes: &[f64], states: &mut States) {
        self.whole().propagate(minutes, states);
    }
}

impl Tile<'_> {
    /// Index of its first satellite in the batch.
    #[must_use]
    pub fn first(&self) -> usize {
        self.first
    }

    /// Number of satellites.
    #[must_use]
    pub fn len(&self) -> usize {
        self.satellites.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.satellites.is_empty()
    }

    /// One time for each of its satellites.
    #[must_use]
    pub fn same_for_all(&self, minutes: f64) -> Vec<f64> {
        vec![minutes; self.len()]
    }

    /// Propagates each satellite to a time of its own, in minutes since its epoch (missing ones are taken as 0).
    pub fn propagate(&self, minutes: &[f64], states: &mut States) {
        self.propagate_over(minutes, &[0.0], states);
    }

    /// Propagates each satellite to `offsets_min[satellite] + instant` minutes since its epoch, for each of the instants.
    ///
    /// The answers have the same bits as those of the instants one by one. Missing offsets are taken as 0.
    pub fn propagate_over(&self, offsets_min: &[f64], instants_min: &[f64], states: &mut States) {
        states.reset(self.len(), instants_min.len(), self.groups.len());
        let mut offsets = vec![[0.0; GROUP]; self.groups.len()];
        for (to, from) in offsets.as_flattened_mut().iter_mut().zip(offsets_min) {
            *to = *from;
        }
        let mut left = Vec::new();
        let rows = states.rows();
        self.path.run(Fast {
            groups: self.groups,
            offsets: &offsets,
            instants: instants_min,
            rows,
            left: &mut left,
        });
        self.path.run(Careful { tile: self, offsets: &offsets, instants: instants_min, left: &left, states });
    }
}

/// A group at an instant, some of whose lanes the fast kernel is not for.
#[derive(Debug, Clone, Copy)]
struct Left {
    group: usize,
    instant: usize,
    lanes: u32,
}

struct Fast<'a> {
    groups: &'a [Group],
    offsets: &'a [[f64; GROUP]],
    instants: &'a [f64],
    rows: Rows<'a>,
    left: &'a mut Vec<Left>,
}

impl Kernel for Fast<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { groups, offsets, instants, mut rows, left } = self;
        let simd = Twice(simd);
        let mut between = Between::new();
        for (index, (group, offset)) in groups.iter().zip(offsets).enumerate() {
            let wanted = group.near_earth | group.deep_space;
            if group.horizon.iter().all(|horizon| *horizon < 0.0) {
                left.extend((0..instants.len()).map(|instant| Left { group: index, instant, lanes: wanted }));
                continue;
            }
            for (row, instant) in instants.iter().enumerate() {
                let mut out = rows.at(row, index);
                let times = between.times();
                let mut within = 0;
                let mut at = 0;
                while at < GROUP {
                    let t = simd.load(&offset[at..]) + simd.splat(*instant);
                    t.store(&mut times[at..]);
                    within |= t.abs().le(simd.load(&group.horizon[at..])).bits() << at;
                    at += Twice::<S>::LANES;
                }
                fast::propagate(simd, group, &mut between, &mut out);
                if wanted & !within != 0 {
                    left.push(Left { group: index, instant: row, lanes: wanted & !within });
                }
            }
        }
    }
}

struct Careful<'a> {
    tile: &'a Tile<'a>,
    offsets: &'a [[f64; GROUP]],
    instants: &'a [f64],
    left: &'a [Left],
    states: &'a mut States,
}

impl Kernel for Careful<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { tile, offsets, instants, left, states } = self;
        for Left { group: index, instant, lanes } in left {
            let (group, offset) = (&tile.groups[*index], &offsets[*index]);
            let mut values = [[0.0; GROUP]; 6];
            let mut good = 0;
            let mut at = 0;
            while at < GROUP {
                if lanes >> at & ((1 << S::LANES) - 1) == 0 {
                    at += S::LANES;
                    continue;
                }
                let t = simd.load(&offset[at..]) + simd.splat(instants[*instant]);
                let (state, good_here) = careful::propagate(simd, group, at, t);
                good |= good_here << at;
                for (lanes, value) in values.iter_mut().zip(state) {
                    value.store(&mut lanes[at..]);
                }
                at += S::LANES;
            }
            for lane in (0..GROUP).filter(|lane| lanes & (1 << lane) != 0) {
                let satellite = index * GROUP + lane;
                let answer = if good & group.near_earth & (1 << lane) != 0 {
                    let [x, y, z, vx, vy, vz] = values.map(|component| component[lane]);
                    Ok(StateKm { position_km: Vec3::new(x, y, z), velocity_km_s: Vec3::new(vx, vy, vz) })
                } else {
                    tile.satellites[satellite].propagate(offset[lane] + instants[*instant])
                };
                states.set(*instant, satellite, answer);
            }
        }
    }
}
