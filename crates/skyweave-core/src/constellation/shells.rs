//! Shells and planes from drifting elements.

use super::Member;
use super::service::STATION_HALF_BAND_M;
use crate::ids::SatId;
use crate::time::SlotNo;
use crate::world::World;
use std::f64::consts::TAU;

/// Inclinations further apart than this are different groups, rad.
pub(super) const INCLINATION_GAP_RAD: f64 = 1.0 * std::f64::consts::PI / 180.0;
/// A shell reaches this far above and below its peak of altitude, m.
const ALTITUDE_HALF_BAND_M: f64 = 10_000.0;
/// Altitudes are counted in steps of this, m.
const ALTITUDE_STEP_M: f64 = 1_000.0;
/// Nodes further apart than this are different planes, rad.
const RAAN_GAP_RAD: f64 = 0.5 * std::f64::consts::PI / 180.0;
/// Fewer satellites than this are a batch on its way, not a plane.
const MIN_PLANE_MEMBERS: usize = 8;
/// Fewer planes than this are launches on their way, not a shell: on 2026-05-20 six launches were on theirs together, at 345 km.
const MIN_SHELL_PLANES: usize = 7;
/// But where planes keep one altitude and terminals may be served from it, so many are a shell: the smallest that was filed has
/// four planes (4 x 43 at 560 km, 97.6 deg). In three catalogues what is on its way above 400 km had three at most.
const MIN_STATION_PLANES: usize = 4;
/// Peaks of fewer objects than this are not looked at.
pub(super) const MIN_PEAK_MEMBERS: usize = 40;

/// Satellites at one inclination and altitude, in planes.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Median inclination, rad.
    pub inclination_rad: f64,
    /// Median mean altitude, m.
    pub altitude_m: f64,
    /// Planes by right ascension.
    pub planes: Vec<Plane>,
}

impl Shell {
    /// Satellites in all planes.
    #[must_use]
    pub fn satellites(&self) -> usize {
        self.planes.iter().map(|p| p.members.len()).sum()
    }
}

/// Satellites that follow each other.
#[derive(Debug, Clone)]
pub struct Plane {
    /// Right ascension of the ascending node (mean of its members), rad.
    pub raan_rad: f64,
    /// Members by argument of latitude.
    pub members: Vec<Member>,
}

impl Plane {
    fn new(mut members: Vec<Member>) -> Self {
        members.sort_by(|a, b| {
            a.argument_of_latitude_rad
                .total_cmp(&b.argument_of_latitude_rad)
                .then(a.satellite.cmp(&b.satellite))
        });
        let first = members[0].raan_rad;
        let offset: f64 = members.iter().map(|m| crate::math::wrap_half_turn(m.raan_rad - first)).sum();
        let raan_rad = crate::math::wrap_turn(first + offset / members.len() as f64);
        Self { raan_rad, members }
    }
}

struct Candidate {
    member: Member,
    inclination_rad: f64,
    altitude_m: f64,
}

/// All shells of the world at a slot: described ones first, then observed ones.
pub(super) fn find(world: &World, slot: SlotNo) -> Vec<Shell> {
    let mut described: Vec<(u16, u16, Candidate)> = Vec::new();
    let mut observed = Vec::new();
    for (index, satellite) in world.satellites.iter().enumerate() {
        let minutes = slot.seconds_after(satellite.epoch) / 60.0;
        // described satellites keep to their shell for ever, observed ones are lost after a while
        let too_old = minutes.abs() > world.rules.service.max_element_age_days * 1_440.0;
        if satellite.design.is_none() && too_old {
            continue;
        }
        let angles = satellite.orbit.mean_angles(minutes);
        let candidate = Candidate {
            member: Member {
                satellite: SatId::at(index),
                argument_of_latitude_rad: angles.argument_of_latitude_rad,
                raan_rad: angles.raan_rad,
            },
            inclination_rad: satellite.inclination_rad,
            altitude_m: satellite.mean_altitude_m,
        };
        match satellite.design {
            Some(design) => described.push((design.shell, design.plane, candidate)),
            None => observed.push(candidate),
        }
    }
    let mut shells = described_shells(described);
    shells.extend(observed_shells(observed, world.rules.service.min_serving_altitude_m));
    shells
}

fn described_shells(mut satellites: Vec<(u16, u16, Candidate)>) -> Vec<Shell> {
    satellites.sort_by_key(|(shell, plane, c)| (*shell, *plane, c.member.satellite));
    satellites
        .chunk_by(|a, b| a.0 == b.0)
        .map(|shell| {
            let mut planes: Vec<Plane> = shell
                .chunk_by(|a, b| a.1 == b.1)
                .map(|plane| Plane::new(plane.iter().map(|(_, _, c)| c.member).collect()))
                .collect();
            planes.sort_by(|a, b| a.raan_rad.total_cmp(&b.raan_rad));
            let members: Vec<&Candidate> = shell.iter().map(|(_, _, c)| c).collect();
            shell_of(&members, planes)
        })
        .collect()
}

fn observed_shells(mut satellites: Vec<Candidate>, min_serving_altitude_m: f64) -> Vec<Shell> {
    satellites.sort_by(|a, b| a.inclination_rad.total_cmp(&b.inclination_rad));
    let mut shells: Vec<Shell> = satellites
        .chunk_by(|a, b| b.inclination_rad - a.inclination_rad <= INCLINATION_GAP_RAD)
        .flat_map(|group| shells_of_inclination(group.iter().collect(), min_serving_altitude_m))
        .collect();
    shells.sort_by_key(|shell| std::cmp::Reverse(shell.satellites()));
    shells
}

fn shells_of_inclination(mut pool: Vec<&Candidate>, min_serving_altitude_m: f64) -> Vec<Shell> {
    let mut shells = Vec::new();
    while let Some(peak_m) = altitude_peak(&pool, ALTITUDE_HALF_BAND_M) {
        let (band, rest) = split(pool, peak_m, ALTITUDE_HALF_BAND_M);
        pool = rest;
        let planes = planes_of(&band);
        if planes.len() >= MIN_SHELL_PLANES {
            shells.push(shell_of(&band, planes));
        } else if let Some(station_m) = altitude_peak(&band, STATION_HALF_BAND_M) {
            let (band, _) = split(band, station_m, STATION_HALF_BAND_M);
            let planes = planes_of(&band);
            if planes.len() >= MIN_STATION_PLANES && station_m >= min_serving_altitude_m {
                shells.push(shell_of(&band, planes));
            }
        }
    }
    shells
}

/// Those within a distance of an altitude, and the others.
fn split(pool: Vec<&Candidate>, altitude_m: f64, half_band_m: f64) -> (Vec<&Candidate>, Vec<&Candidate>) {
    pool.into_iter().partition(|c| (c.altitude_m - altitude_m).abs() <= half_band_m)
}

/// The altitude with the most objects within half a band of it.
fn altitude_peak(pool: &[&Candidate], half_band_m: f64) -> Option<f64> {
    let step = |altitude: f64| (altitude / ALTITUDE_STEP_M).round() as i64;
    let mut counts = std::collections::BTreeMap::<i64, usize>::new();
    for candidate in pool {
        *counts.entry(step(candidate.altitude_m)).or_default() += 1;
    }
    let reach = (half_band_m / ALTITUDE_STEP_M) as i64;
    let around = |at: i64| -> usize { counts.range(at - reach..=at + reach).map(|(_, n)| n).sum() };
    let (at, most) =
        counts.keys().map(|&at| (at, around(at))).max_by_key(|&(at, n)| (n, std::cmp::Reverse(at)))?;
    // the window with most objects may have been stretched by a straggler: centre it on the bulk of what it caught
    let mut caught: Vec<f64> =
        pool.iter().map(|c| c.altitude_m).filter(|a| (step(*a) - at).abs() <= reach).collect();
    caught.sort_by(f64::total_cmp);
    let bulk = (caught[caught.len() / 20], caught[caught.len() * 19 / 20]);
    (most >= MIN_PEAK_MEMBERS).then_some(0.5 * (bulk.0 + bulk.1))
}

/// Cuts the circle of right ascension at its gaps.
fn planes_of(band: &[&Candidate]) -> Vec<Plane> {
    let mut members: Vec<Member> = band.iter().map(|c| c.member).collect();
    members.sort_by(|a, b| a.raan_rad.total_cmp(&b.raan_rad).then(a.satellite.cmp(&b.satellite)));
    let count = members.len();
    let gap_before = |i: usize| {
        let from = members[(i + count - 1) % count].raan_rad;
        let gap = members[i].raan_rad - from;
        if gap < 0.0 || count == 1 { gap + TAU } else { gap }
    };
    let Some(first) = (0..count).find(|&i| gap_before(i) > RAAN_GAP_RAD) else {
        return vec![Plane::new(members)];
    };
    let mut clusters: Vec<Vec<Member>> = Vec::new();
    for k in 0..count {
        let i = (first + k) % count;
        if gap_before(i) > RAAN_GAP_RAD {
            clusters.push(Vec::new());
        }
        if let Some(cluster) = clusters.last_mut() {
            cluster.push(members[i]);
        }
    }
    let mut planes: Vec<Plane> =
        clusters.into_iter().filter(|c| c.len() >= MIN_PLANE_MEMBERS).map(Plane::new).collect();
    planes.sort_by(|a, b| a.raan_rad.total_cmp(&b.raan_rad));
    planes
}

fn shell_of(members: &[&Candidate], planes: Vec<Plane>) -> Shell {
    Shell {
        inclination_rad: median(members.iter().map(|c| c.inclination_rad).collect()),
        altitude_m: median(members.iter().map(|c| c.altitude_m).collect()),
        planes,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
