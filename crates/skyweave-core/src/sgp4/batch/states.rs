//! What a batch answers: positions and velocities by component, one row an instant.

use super::constants::{GROUP, PerLane};
use crate::geodesy::Vec3;
use crate::sgp4::{Sgp4Error, StateKm};

/// Positions (km) and velocities (km/s) in TEME of the satellites of a tile at some instants.
///
/// It is made to be used again: its memory is kept from one call to the next.
#[derive(Debug, Clone, Default)]
pub struct States {
    satellites: usize,
    instants: usize,
    groups: usize,
    components: [Vec<PerLane>; 6],
    errors: Vec<Option<Sgp4Error>>,
}

impl States {
    /// Number of satellites.
    #[must_use]
    pub fn satellites(&self) -> usize {
        self.satellites
    }

    /// Number of instants.
    #[must_use]
    pub fn instants(&self) -> usize {
        self.instants
    }

    /// Positions at an instant: x, y and z in km, by satellite; not a number where there is an error.
    #[must_use]
    pub fn position_km(&self, instant: usize) -> [&[f64]; 3] {
        [0, 1, 2].map(|component| self.row(component, instant))
    }

    /// Velocities at an instant: x, y and z in km/s, by satellite; not a number where there is an error.
    #[must_use]
    pub fn velocity_km_s(&self, instant: usize) -> [&[f64]; 3] {
        [3, 4, 5].map(|component| self.row(component, instant))
    }

    /// Why there is no position at an instant, by satellite.
    #[must_use]
    pub fn errors(&self, instant: usize) -> &[Option<Sgp4Error>] {
        let first = instant * self.groups * GROUP;
        &self.errors[first..first + self.satellites]
    }

    /// The state of one satellite at an instant.
    ///
    /// # Errors
    /// Says why the theory has no answer.
    pub fn state(&self, instant: usize, satellite: usize) -> Result<StateKm, Sgp4Error> {
        if let Some(error) = self.errors(instant)[satellite] {
            return Err(error);
        }
        let [x, y, z, vx, vy, vz] =
            [0, 1, 2, 3, 4, 5].map(|component| self.row(component, instant)[satellite]);
        Ok(StateKm { position_km: Vec3::new(x, y, z), velocity_km_s: Vec3::new(vx, vy, vz) })
    }

    fn row(&self, component: usize, instant: usize) -> &[f64] {
        let first = instant * self.groups;
        let row = &self.components[component][first..first + self.groups];
        &row.as_flattened()[..self.satellites]
    }

    pub(super) fn reset(&mut self, satellites: usize, instants: usize, groups: usize) {
        (self.satellites, self.instants, self.groups) = (satellites, instants, groups);
        for component in &mut self.components {
            component.resize(instants * groups, [0.0; GROUP]);
        }
        self.errors.clear();
        self.errors.resize(instants * groups * GROUP, None);
    }

    pub(super) fn set(&mut self, instant: usize, satellite: usize, answer: Result<StateKm, Sgp4Error>) {
        let at = instant * self.groups + satellite / GROUP;
        let values = match answer {
            Ok(StateKm { position_km: r, velocity_km_s: v }) => [r.x, r.y, r.z, v.x, v.y, v.z],
            Err(_) => [f64::NAN; 6],
        };
        for (component, value) in self.components.iter_mut().zip(values) {
            component[at][satellite % GROUP] = value;
        }
        self.errors[at * GROUP + satellite % GROUP] = answer.err();
    }

    pub(super) fn rows(&mut self) -> Rows<'_> {
        Rows { groups: self.groups, components: self.components.each_mut().map(Vec::as_mut_slice) }
    }
}

/// Where a kernel writes.
pub(super) struct Rows<'a> {
    groups: usize,
    components: [&'a mut [PerLane]; 6],
}

impl Rows<'_> {
    /// The lanes of a group at an instant.
    #[inline(always)]
    pub(super) fn at(&mut self, instant: usize, group: usize) -> [&mut PerLane; 6] {
        let at = instant * self.groups + group;
        let [x, y, z, vx, vy, vz] = &mut self.components;
        [&mut x[at], &mut y[at], &mut z[at], &mut vx[at], &mut vy[at], &mut vz[at]]
    }
}
