//! Stage: where every satellite is at the start of a slot.

use crate::conditions::Conditions;
use crate::geodesy::{EcefPosition, Gmst, TemePosition, Vec3};
use crate::time::{SlotNo, days_since_j2000};
use crate::world::World;
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

/// Propagates all satellites of the world to the start of a slot.
#[must_use]
pub fn propagate(world: &World, conditions: &Conditions, slot: SlotNo) -> Sky {
    let gmst = Gmst::iau82(days_since_j2000(slot.start()));
    let states: Vec<Option<(EcefPosition, Vec3)>> = world
        .satellites
        .par_iter()
        .with_min_len(256)
        .map(|satellite| {
            let minutes = slot.seconds_after(satellite.epoch) / 60.0;
            let state = satellite.orbit.propagate(minutes).ok()?;
            let position = TemePosition(state.position_km * 1_000.0).to_ecef(gmst);
            Some((position, gmst.turn_velocity(state.velocity_km_s * 1_000.0, position)))
        })
        .collect();

    let mut sky = Sky {
        present: Vec::with_capacity(states.len()),
        position: Vec::with_capacity(states.len()),
        velocity_m_s: Vec::with_capacity(states.len()),
        without_orbit: 0,
    };
    for (state, up) in states.into_iter().zip(&conditions.satellite_up) {
        sky.without_orbit += u32::from(state.is_none());
        let (position, velocity) = state.unwrap_or_default();
        sky.present.push(state.is_some() && *up);
        sky.position.push(position);
        sky.velocity_m_s.push(velocity);
    }
    sky
}
