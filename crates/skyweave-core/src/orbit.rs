//! Stage: where every satellite is at the start of a slot.

use crate::conditions::Conditions;
use crate::geodesy::{EcefPosition, Gmst, TemePosition, Vec3};
use crate::sgp4::Sgp4;
use crate::sgp4::batch::{Batch, States, TILE, Tile};
use crate::time::{SlotInstant, SlotNo, days_since_j2000};
use crate::world::{Satellite, World};
use rayon::prelude::*;

/// Where every satellite is, Earth-fixed.
#[derive(Debug, Clone)]
pub struct Sky {
    /// False for a satellite that failed or that the theory has no position for: it takes part in nothing.
    pub present: Vec<bool>,
    /// Position, m; the Earth's centre for a satellite that is not present.
    pub position: Vec<EcefPosition>,
    /// Velocity as seen from the turning Earth, m/s.
    pub velocity_m_s: Vec<Vec3>,
    /// Satellites that the theory has no position for any more.
    pub without_orbit: u32,
}

/// Satellites, prepared to be propagated slot by slot: made once, since it depends on their elements alone.
#[derive(Debug, Clone)]
pub struct Fleet {
    batch: Batch,
    epochs: Vec<SlotInstant>,
}

impl Fleet {
    /// Prepares satellites; their order is kept.
    #[must_use]
    pub fn new(satellites: &[Satellite]) -> Self {
        let orbits: Vec<Sgp4> = satellites.iter().map(|satellite| satellite.orbit.clone()).collect();
        Self {
            batch: Batch::new(&orbits),
            epochs: satellites.iter().map(|satellite| satellite.epoch).collect(),
        }
    }

    /// Where every satellite is at the start of a slot.
    #[must_use]
    pub fn sky(&self, conditions: &Conditions, slot: SlotNo) -> Sky {
        let count = self.batch.len();
        let mut sky = Sky {
            present: conditions.satellite_up.clone(),
            position: vec![EcefPosition::default(); count],
            velocity_m_s: vec![Vec3::default(); count],
            without_orbit: 0,
        };
        let gmst = Gmst::iau82(days_since_j2000(slot.start()));
        let parts = sky.present.par_chunks_mut(TILE).zip(sky.position.par_chunks_mut(TILE));
        let parts = parts.zip(sky.velocity_m_s.par_chunks_mut(TILE));
        sky.without_orbit = self
            .batch
            .tiles()
            .collect::<Vec<_>>()
            .into_par_iter()
            .zip(parts)
            .map_init(Room::default, |room, (tile, ((present, position), velocity_m_s))| {
                room.fill(tile, &self.epochs[tile.first()..], slot);
                room.turn(gmst, &mut Part { present, position, velocity_m_s })
            })
            .sum();
        sky
    }
}

/// Propagates all satellites of the world to the start of a slot, once; for many slots, keep the [`Fleet`].
#[must_use]
pub fn propagate(world: &World, conditions: &Conditions, slot: SlotNo) -> Sky {
    Fleet::new(&world.satellites).sky(conditions, slot)
}

/// The satellites of one tile in the sky.
struct Part<'a> {
    present: &'a mut [bool],
    position: &'a mut [EcefPosition],
    velocity_m_s: &'a mut [Vec3],
}

/// Memory for a tile on its way.
#[derive(Default)]
struct Room {
    minutes: Vec<f64>,
    states: States,
}

impl Room {
    fn fill(&mut self, tile: Tile<'_>, epochs: &[SlotInstant], slot: SlotNo) {
        self.minutes.clear();
        self.minutes.extend(epochs[..tile.len()].iter().map(|epoch| slot.seconds_after(*epoch) / 60.0));
        tile.propagate(&self.minutes, &mut self.states);
    }

    /// Earth-fixed, in m and m/s; gives how many have no position.
    fn turn(&self, gmst: Gmst, part: &mut Part<'_>) -> u32 {
        let [x, y, z] = self.states.position_km(0);
        let [vx, vy, vz] = self.states.velocity_km_s(0);
        for (lane, (position, velocity)) in part.position.iter_mut().zip(&mut *part.velocity_m_s).enumerate()
        {
            *position = TemePosition(Vec3::new(x[lane], y[lane], z[lane]) * 1_000.0).to_ecef(gmst);
            *velocity = gmst.turn_velocity(Vec3::new(vx[lane], vy[lane], vz[lane]) * 1_000.0, *position);
        }
        let mut without_orbit = 0;
        for (lane, error) in self.states.errors(0).iter().enumerate() {
            if error.is_some() {
                without_orbit += 1;
                part.present[lane] = false;
                part.position[lane] = EcefPosition::default();
                part.velocity_m_s[lane] = Vec3::default();
            }
        }
        without_orbit
    }
}

/// In which frame positions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// True equator, mean equinox of date: what the orbit theory answers in.
    Teme,
    /// Earth-fixed; velocities as seen from the turning Earth.
    EarthFixed,
}

/// Where an ephemeris goes: satellite by satellite, instant by instant.
pub struct Ephemeris<'a> {
    /// Three to a satellite and instant, m; not a number where the theory has no answer.
    pub position_m: &'a mut [f64],
    /// Three to a satellite and instant, m/s; the same.
    pub velocity_m_s: &'a mut [f64],
}

/// Instants that are propagated to at a time: memory stays flat with it.
const INSTANTS_AT_ONCE: usize = 64;

impl Fleet {
    /// How many satellites there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Where every satellite is at each of some instants. What has no room in `to` (three numbers to each satellite and instant) is left out.
    pub fn ephemeris(&self, instants: &[SlotInstant], frame: Frame, to: &mut Ephemeris<'_>) {
        let Some(origin) = instants.first().copied() else { return };
        let minutes_after = |instant: SlotInstant, origin: SlotInstant| {
            (instant.slot.seconds_after(origin) + instant.offset_s) / 60.0
        };
        let minutes: Vec<f64> = instants.iter().map(|instant| minutes_after(*instant, origin)).collect();
        let turned = |instant: &SlotInstant| {
            let start = days_since_j2000(instant.slot.start());
            Gmst::iau82(start + instant.offset_s / 86_400.0)
        };
        let gmst: Vec<Gmst> = match frame {
            Frame::Teme => Vec::new(),
            Frame::EarthFixed => instants.iter().map(turned).collect(),
        };
        let row = 3 * instants.len();
        let parts = to.position_m.par_chunks_mut(TILE * row).zip(to.velocity_m_s.par_chunks_mut(TILE * row));
        let tiles: Vec<Tile<'_>> = self.batch.tiles().collect();
        tiles.into_par_iter().zip(parts).for_each_init(
            States::default,
            |states, (tile, (position, velocity))| {
                let epochs = &self.epochs[tile.first()..tile.first() + tile.len()];
                let offsets: Vec<f64> = epochs.iter().map(|epoch| minutes_after(origin, *epoch)).collect();
                for first in (0..instants.len()).step_by(INSTANTS_AT_ONCE) {
                    let last = (first + INSTANTS_AT_ONCE).min(instants.len());
                    tile.propagate_over(&offsets, &minutes[first..last], states);
                    let gmst = gmst.get(first..last);
                    copy_out(states, gmst, (position, velocity), (first, row));
                }
            },
        );
    }
}

/// Puts the states of a tile into their places: those of the instants from `first` on, of rows of `row` numbers.
fn copy_out(
    states: &States,
    gmst: Option<&[Gmst]>,
    (positions, velocities): (&mut [f64], &mut [f64]),
    (first, row): (usize, usize),
) {
    for instant in 0..states.instants() {
        let ([x, y, z], [vx, vy, vz]) = (states.position_km(instant), states.velocity_km_s(instant));
        let rows = positions.chunks_exact_mut(row).zip(velocities.chunks_exact_mut(row));
        let at = 3 * (first + instant);
        for (satellite, (to_position, to_velocity)) in rows.enumerate().take(states.satellites()) {
            let mut position = Vec3::new(x[satellite], y[satellite], z[satellite]) * 1_000.0;
            let mut velocity = Vec3::new(vx[satellite], vy[satellite], vz[satellite]) * 1_000.0;
            if let Some(gmst) = gmst {
                let fixed = TemePosition(position).to_ecef(gmst[instant]);
                velocity = gmst[instant].turn_velocity(velocity, fixed);
                position = fixed.0;
            }
            to_position[at..at + 3].copy_from_slice(&[position.x, position.y, position.z]);
            to_velocity[at..at + 3].copy_from_slice(&[velocity.x, velocity.y, velocity.z]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::verification_set;
    use crate::weather::Rain;
    use std::collections::BTreeSet;

    fn conditions(satellite_up: Vec<bool>) -> Conditions {
        Conditions {
            satellite_up,
            gateway_up: Vec::new(),
            pop_up: Vec::new(),
            fibre_up: Vec::new(),
            failed_lasers: BTreeSet::new(),
            demand_factor: Vec::new(),
            dark_share: Vec::new(),
            rain: Rain::default(),
        }
    }

    #[test]
    fn the_sky_is_that_of_the_scalar_code_on_any_number_of_threads() {
        // 40 copies fill more than one tile; their epochs span decades, so some have decayed by the slot
        let cases = verification_set();
        let satellites: Vec<Satellite> = (0..40)
            .flat_map(|_| cases.iter().filter_map(|case| Satellite::new(&case.elements, None).ok()))
            .collect();
        assert!(satellites.len() > 2 * TILE);
        let up: Vec<bool> = (0..satellites.len()).map(|index| index % 7 != 0).collect();
        let slot = satellites[0].epoch.slot;
        let fleet = Fleet::new(&satellites);
        let sky = fleet.sky(&conditions(up.clone()), slot);

        let gmst = Gmst::iau82(days_since_j2000(slot.start()));
        let mut without = 0;
        for (index, satellite) in satellites.iter().enumerate() {
            let Ok(state) = satellite.orbit.propagate(slot.seconds_after(satellite.epoch) / 60.0) else {
                without += 1;
                assert!(!sky.present[index] && sky.position[index] == EcefPosition::default());
                continue;
            };
            let position = TemePosition(state.position_km * 1_000.0).to_ecef(gmst);
            let velocity = gmst.turn_velocity(state.velocity_km_s * 1_000.0, position);
            assert_eq!(sky.present[index], up[index]);
            assert!(sky.position[index].range_m(position) < 0.01, "{}", satellite.catalog_number);
            assert!((sky.velocity_m_s[index] - velocity).norm() < 1e-5, "{}", satellite.catalog_number);
        }
        assert_eq!(sky.without_orbit, without);
        assert!(without > 0, "every satellite has a position: the case is not tested");

        let count = satellites.len();
        let instants: Vec<SlotInstant> =
            (0..70).map(|k| SlotInstant { slot: slot.minus(-k), offset_s: 0.0 }).collect();
        let (mut position_m, mut velocity_m_s) = (vec![0.0; count * 210], vec![0.0; count * 210]);
        let later_sky = fleet.sky(&conditions(up.clone()), slot.minus(-69));
        let mut to = Ephemeris { position_m: &mut position_m, velocity_m_s: &mut velocity_m_s };
        fleet.ephemeris(&instants, Frame::EarthFixed, &mut to);
        for (index, satellite) in satellites.iter().enumerate() {
            let at = |instant: usize| &position_m[index * 210 + 3 * instant..][..3];
            let none = satellite.orbit.propagate(slot.seconds_after(satellite.epoch) / 60.0).is_err();
            assert_eq!(at(0)[0].is_nan(), none);
            if sky.present[index] {
                let there = EcefPosition(Vec3::new(at(0)[0], at(0)[1], at(0)[2]));
                assert!(there.range_m(sky.position[index]) < 0.01, "{}", satellite.catalog_number);
                let later = later_sky.position[index];
                let there = EcefPosition(Vec3::new(at(69)[0], at(69)[1], at(69)[2]));
                assert!(at(69)[0].is_nan() || there.range_m(later) < 0.01, "{}", satellite.catalog_number);
            }
        }

        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(3).build() else { panic!("no threads") };
        let again = pool.install(|| fleet.sky(&conditions(up), slot));
        assert_eq!(
            (sky.position, sky.velocity_m_s, sky.present),
            (again.position, again.velocity_m_s, again.present)
        );
    }
}
