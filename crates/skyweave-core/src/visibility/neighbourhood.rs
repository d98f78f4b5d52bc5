//! Places that are near each other look at the sky together.

use super::Lookout;
use super::index::{Cap, SkyIndex};
use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::SatId;
use crate::math::{acos, cos, sin};
use crate::simd::{Kernel, Lanes, MOST_LANES, Mask, Path, Simd};
use std::ops::Range;

/// Places of a neighbourhood at most.
const MOST_PLACES: usize = 64;
/// Cosine of the angle from the first place of a neighbourhood to the others at most: 1.5 degrees.
const NEAR_COSINE: f64 = 0.999_657;
/// From so many places on it pays to sort the satellites.
const SORTED_FROM: usize = 8;
/// No place is nearer to the Earth's centre, m: the polar radius less the deepest valley.
const LEAST_RADIUS_M: f64 = 6_350e3;
/// The vertical of the ellipsoid is up to 0.193 degrees off the geocentric one, rad; with a margin for rounding.
const DEFLECTION_RAD: f64 = 0.0035;

/// What is done with the satellites that a place may see.
pub(crate) trait Watcher {
    /// The places from now on share these satellites.
    fn arrive(&mut self, _sky: &Neighbourhood) {}

    /// One place looks; the satellites of `sky` are all those that it may see, and some more.
    fn look<S: Simd>(&mut self, simd: S, place: usize, lookout: &Lookout, sky: &Neighbourhood);
}

/// Satellites that some place of a neighbourhood may see.
#[derive(Default)]
pub(crate) struct Neighbourhood {
    runs: Vec<Range<usize>>,
    blocks: Vec<Block>,
    count: usize,
    /// By block: what the squared sine of an elevation, with its sign, is at most, of satellites of this block and those that follow, from any
    /// of the places.
    bounds: Vec<f64>,
    order: Vec<u64>,
    unsorted: Vec<Block>,
    bounds_unsorted: Vec<f64>,
}

/// Some satellites: coordinates, m, and who they are. Places after the last satellite hold others, further away.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    pub x: [f64; MOST_LANES],
    pub y: [f64; MOST_LANES],
    pub z: [f64; MOST_LANES],
    pub ids: [SatId; MOST_LANES],
}

impl Block {
    /// Where one of them is.
    #[inline(always)]
    pub fn position(&self, lane: usize) -> EcefPosition {
        EcefPosition(Vec3::new(self.x[lane], self.y[lane], self.z[lane]))
    }
}

const NOBODY: Block = Block {
    x: [0.0; MOST_LANES],
    y: [0.0; MOST_LANES],
    z: [0.0; MOST_LANES],
    ids: [SatId(u32::MAX); MOST_LANES],
};

impl Neighbourhood {
    /// The satellites; what follows the last one in its block is at the Earth's centre, where nobody sees it.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks[..self.count.div_ceil(MOST_LANES)]
    }

    /// By block: the highest that one of its satellites, or of those that follow, may stand from any of the places: the square of the sine of
    /// the elevation, with its sign.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Who they are.
    pub fn satellites(&self) -> impl Iterator<Item = SatId> {
        self.blocks().iter().flat_map(|block| block.ids).take(self.count)
    }

    /// Leaves the satellites in the order in which they are: each may be the highest.
    fn leave(&mut self) {
        self.bounds.clear();
        self.bounds.resize(self.count.div_ceil(MOST_LANES), f64::INFINITY);
    }

    /// Brings the satellites into the order of how high they stand at most from some places: whoever looks for the highest finds them
    /// soon, and knows when there are no more.
    fn sort(&mut self, group: &Group) {
        self.order.clear();
        self.bounds_unsorted.clear();
        self.unsorted.clear();
        self.unsorted.extend_from_slice(&self.blocks[..self.count.div_ceil(MOST_LANES)]);
        for at in 0..self.count {
            let (block, lane) = (&self.unsorted[at / MOST_LANES], at % MOST_LANES);
            let bound = group.highest(block.position(lane));
            self.bounds_unsorted.push(bound);
            // floats above zero have the order of their bits
            self.order.push(u64::from(((2.0 - bound) as f32).to_bits()) << 32 | at as u64);
        }
        self.order.sort_unstable();
        self.leave();
        let mut highest = f64::NEG_INFINITY;
        for (at, from) in self.order.iter().enumerate().rev() {
            let from = *from as u32 as usize;
            let (block, lane) = (&self.unsorted[from / MOST_LANES], from % MOST_LANES);
            let (to, place) = (&mut self.blocks[at / MOST_LANES], at % MOST_LANES);
            (to.x[place], to.y[place], to.z[place]) = (block.x[lane], block.y[lane], block.z[lane]);
            to.ids[place] = block.ids[lane];
            // rounding makes equals of neighbours: the order may be wrong by that, and the bounds are not
            highest = highest.max(self.bounds_unsorted[from]);
            self.bounds[at / MOST_LANES] = highest;
        }
    }
}

/// Places near each other: the middle one, and how far the others are from it at most.
struct Group {
    middle: Lookout,
    /// Distance, m.
    away_m: f64,
    /// Sine and cosine of the angle between the verticals.
    turn: (f64, f64),
}

/// What rounding may add to the square of a sine.
const BOUND_MARGIN: f64 = 1e-9;

impl Group {
    /// Some places, at least one, around a direction.
    fn of(places: &[Lookout], centre: [f64; 3]) -> Self {
        let mut middle = (f64::NEG_INFINITY, places[0]);
        for place in places {
            let along = dot(direction(place), centre);
            if along > middle.0 {
                middle = (along, *place);
            }
        }
        let middle = middle.1;
        let (mut away, mut turned) = (0.0_f64, 0.0_f64);
        for place in places {
            let line = place.position.0 - middle.position.0;
            let turn = place.up - middle.up;
            away = away.max(line.dot(line));
            turned = turned.max(turn.dot(turn));
        }
        // a chord c of the unit circle: the angle has the cosine 1 - c^2 / 2 and the sine c sqrt(1 - c^2 / 4)
        let turn = ((turned * (1.0 - turned * 0.25)).max(0.0).sqrt(), 1.0 - 0.5 * turned);
        Self { middle, away_m: away.sqrt(), turn }
    }

    /// The squared sine of the elevation, with its sign, that a satellite has at most from any of the places. At the middle one it
    /// has the elevation e; elsewhere its direction differs by asin(d / r) at most, for places within d of the middle and a satellite r away
    /// from it, and the vertical by the turn.
    fn highest(&self, satellite: EcefPosition) -> f64 {
        let line = satellite.0 - self.middle.position.0;
        let inverse = 1.0 / line.norm();
        let (sine, aside) = (line.dot(self.middle.up) * inverse, self.away_m * inverse);
        if aside >= 0.9 {
            return 1.0 + BOUND_MARGIN;
        }
        let cosine = (1.0 - sine * sine).max(0.0).sqrt();
        let along = (1.0 - aside * aside).sqrt();
        let (turn_sine, turn_cosine) = self.turn;
        let (up_sine, up_cosine) =
            (aside * turn_cosine + along * turn_sine, along * turn_cosine - aside * turn_sine);
        // where the sum of both angles passes the zenith, it may stand there
        let most =
            if cosine * up_cosine <= sine * up_sine { 1.0 } else { sine * up_cosine + cosine * up_sine };
        most * most.abs() + BOUND_MARGIN
    }
}

/// A place as vectors.
pub(crate) struct Eye<S: Simd> {
    position: [S::F64s; 3],
    up: [S::F64s; 3],
}

impl<S: Simd> Eye<S> {
    #[inline(always)]
    pub fn of(simd: S, lookout: &Lookout) -> Self {
        let (p, u) = (lookout.position.0, lookout.up);
        Self {
            position: [simd.splat(p.x), simd.splat(p.y), simd.splat(p.z)],
            up: [simd.splat(u.x), simd.splat(u.y), simd.splat(u.z)],
        }
    }

    /// The lines of sight to the satellites of a block from `lane` on, m.
    #[inline(always)]
    pub fn lines(&self, simd: S, block: &Block, lane: usize) -> [S::F64s; 3] {
        [
            simd.load(&block.x[lane..]) - self.position[0],
            simd.load(&block.y[lane..]) - self.position[1],
            simd.load(&block.z[lane..]) - self.position[2],
        ]
    }

    /// Of satellites in these lines: the signed square of the height above the horizon's plane, and the square of the distance,
    /// m^2. Their quotient is the squared sine of the elevation.
    #[inline(always)]
    pub fn squares(&self, [dx, dy, dz]: [S::F64s; 3]) -> (S::F64s, S::F64s) {
        let height = self.up[0].mul_add(dx, self.up[1].mul_add(dy, self.up[2] * dz));
        (height * height.abs(), dx.mul_add(dx, dy.mul_add(dy, dz * dz)))
    }
}

impl SkyIndex {
    /// Lets each of some places look, in order.
    pub(crate) fn watch(&self, path: Path, first: usize, lookouts: &[Lookout], watcher: &mut impl Watcher) {
        path.run(Look { index: self, first, lookouts, watcher });
    }

    /// The largest angle at the Earth's centre between a place and a satellite that it sees, as cosine and sine.
    fn reach(&self, min_sine_squared: f64) -> (f64, f64) {
        let cosine = (1.0 - min_sine_squared).max(0.0).sqrt();
        let ratio = LEAST_RADIUS_M * cosine / self.greatest_radius_m;
        let angle = acos(ratio) - acos(cosine) + DEFLECTION_RAD;
        (cos(angle), sin(angle))
    }
}

struct Look<'a, W> {
    index: &'a SkyIndex,
    first: usize,
    lookouts: &'a [Lookout],
    watcher: &'a mut W,
}

impl<W: Watcher> Kernel for Look<'_, W> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let mut sky = Neighbourhood::default();
        let mut reach = (f64::NAN, (0.0, 0.0));
        let mut at = 0;
        while at < self.lookouts.len() {
            let group = neighbourhood(&self.lookouts[at..]);
            let lowest = group.iter().map(|l| l.min_sine_squared).fold(f64::INFINITY, f64::min);
            if reach.0 != lowest {
                reach = (lowest, self.index.reach(lowest));
            }
            let cap = cap_around(group, reach.1);
            gather(simd, self.index, &cap, &mut sky);
            if group.len() >= SORTED_FROM {
                sky.sort(&Group::of(group, cap.centre));
            } else {
                sky.leave();
            }
            self.watcher.arrive(&sky);
            for (k, lookout) in group.iter().enumerate() {
                self.watcher.look(simd, self.first + at + k, lookout, &sky);
            }
            at += group.len();
        }
    }
}

fn direction(lookout: &Lookout) -> [f64; 3] {
    let p = lookout.position.0;
    let inverse = 1.0 / p.norm();
    [p.x * inverse, p.y * inverse, p.z * inverse]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The first places, as long as they are near the first one.
fn neighbourhood(lookouts: &[Lookout]) -> &[Lookout] {
    let first = direction(&lookouts[0]);
    let near = lookouts.iter().take(MOST_PLACES).take_while(|l| dot(direction(l), first) >= NEAR_COSINE);
    &lookouts[..near.count().max(1)]
}

/// The cap in which some place of a neighbourhood may see a satellite, given how far each sees.
fn cap_around(group: &[Lookout], (cosine, sine): (f64, f64)) -> Cap {
    if let [alone] = group {
        return Cap { centre: direction(alone), cosine, sine };
    }
    let mut centre = [0.0; 3];
    for lookout in group {
        let direction = direction(lookout);
        for axis in 0..3 {
            centre[axis] += direction[axis];
        }
    }
    let inverse = 1.0 / dot(centre, centre).sqrt();
    let centre = centre.map(|c| c * inverse);
    let farthest = group.iter().map(|l| dot(direction(l), centre)).fold(1.0, f64::min);
    let across = (1.0 - farthest * farthest).max(0.0).sqrt();
    Cap { centre, cosine: cosine * farthest - sine * across, sine: sine * farthest + cosine * across }
}

/// Picks out the satellites within a cap.
#[inline(always)]
fn gather<S: Simd>(simd: S, index: &SkyIndex, cap: &Cap, sky: &mut Neighbourhood) {
    let [cx, cy, cz] = [simd.splat(cap.centre[0]), simd.splat(cap.centre[1]), simd.splat(cap.centre[2])];
    let cosine = simd.splat(cap.cosine);
    index.runs_within(cap, &mut sky.runs);
    let most = sky.runs.iter().map(Range::len).sum::<usize>();
    if sky.blocks.len() * MOST_LANES <= most {
        sky.blocks.resize(2 * most.div_ceil(MOST_LANES) + 1, NOBODY);
    }
    let mut count = 0;
    for run in &sky.runs {
        // whole vectors: tables are padded, and what is beyond the run is masked
        let all = run.start..run.start + run.len().div_ceil(MOST_LANES) * MOST_LANES;
        let (x, y, z) = (&index.x[all.clone()], &index.y[all.clone()], &index.z[all.clone()]);
        let (radius, ids) = (&index.radius[all.clone()], &index.ids[all]);
        let mut left = run.len();
        let rows = x.chunks_exact(S::LANES).zip(y.chunks_exact(S::LANES)).zip(z.chunks_exact(S::LANES));
        let rows = rows.zip(radius.chunks_exact(S::LANES)).zip(ids.chunks_exact(S::LANES));
        for ((((x, y), z), radius), ids) in rows {
            let along = cx.mul_add(simd.load(x), cy.mul_add(simd.load(y), cz * simd.load(z)));
            let bits = (simd.load(radius) * cosine).le(along).bits();
            for lane in 0..S::LANES.min(left) {
                let block = &mut sky.blocks[count / MOST_LANES];
                let to = count % MOST_LANES;
                (block.x[to], block.y[to], block.z[to], block.ids[to]) =
                    (x[lane], y[lane], z[lane], ids[lane]);
                count += (bits >> lane & 1) as usize;
            }
            left = left.saturating_sub(S::LANES);
            if left == 0 {
                break;
            }
        }
    }
    sky.count = count;
    if count % MOST_LANES != 0 {
        let block = &mut sky.blocks[count / MOST_LANES];
        for lane in count % MOST_LANES..MOST_LANES {
            (block.x[lane], block.y[lane], block.z[lane]) = (0.0, 0.0, 0.0);
        }
    }
}
