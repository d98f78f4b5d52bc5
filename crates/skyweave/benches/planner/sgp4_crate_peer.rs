//! The `sgp4` crate, with our constants (WGS72) and the improved mode. It has no batch call: a call is a satellite at a time.

use crate::serve::Work;
use crate::sgp4::{MINUTES, minutes_before, read, write_answer};
use miette::{IntoDiagnostic, Result};
use serde_json::Value;
use skyweave_core::elements::MeanElements;
use skyweave_core::time::days_since_j2000;
use std::path::{Path, PathBuf};

/// The peer.
pub struct Theirs {
    orbits: Vec<(sgp4::Constants, f64)>,
    states: Vec<[f64; 6]>,
    work: PathBuf,
}

impl Theirs {
    /// Prepares it.
    pub fn read(work: &Path) -> Result<Self> {
        let (elements, start) = read(work)?;
        let orbits = elements
            .iter()
            .map(|e| Ok((constants(e)?, minutes_before(e, start))))
            .collect::<Result<Vec<_>>>()?;
        let states = vec![[f64::NAN; 6]; orbits.len() * MINUTES];
        Ok(Self { orbits, states, work: work.to_owned() })
    }
}

impl Work for Theirs {
    fn round(&mut self) -> f64 {
        for ((orbit, before), states) in self.orbits.iter().zip(self.states.chunks_exact_mut(MINUTES)) {
            for (minute, state) in states.iter_mut().enumerate() {
                *state = match orbit.propagate(sgp4::MinutesSinceEpoch(before + minute as f64)) {
                    Ok(s) => {
                        let ([x, y, z], [u, v, w]) = (s.position, s.velocity);
                        [x, y, z, u, v, w]
                    }
                    Err(_) => [f64::NAN; 6],
                };
            }
        }
        self.states.len() as f64
    }

    fn answer(&self) -> Result<Value> {
        write_answer(&self.work, self.orbits.len(), |satellite, minute| {
            let [x, y, z, ..] = self.states[satellite * MINUTES + minute];
            [x, y, z]
        })
    }
}

fn constants(e: &MeanElements) -> Result<sgp4::Constants> {
    let year = 2000.0 + days_since_j2000(e.epoch) / 365.25;
    let orbit = sgp4::Orbit::from_kozai_elements(
        &sgp4::WGS72,
        e.inclination_rad,
        e.raan_rad,
        e.eccentricity,
        e.argument_of_perigee_rad,
        e.mean_anomaly_rad,
        e.mean_motion_rad_min,
    )
    .into_diagnostic()?;
    sgp4::Constants::new(sgp4::WGS72, sgp4::iau_epoch_to_sidereal_time, year, e.bstar, orbit)
        .into_diagnostic()
}
