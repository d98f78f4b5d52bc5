//! What the beams of other cells add to the noise.
//!
//! Only beams of the same colour are heard, from the cells around (`beams`), each for the share of its colours and of the time that it is
//! lit: a mean over the slot. Downwards a satellite's beam spills over by its pattern, and the terminal hears other
//! satellites through the side of its own; upwards it is the other way round.

use super::power::PowerShares;
use crate::antenna::{SpotBeam, TerminalBeam, TerminalBeamParams};
use crate::geodesy::{LIGHT_M_S, Vec3};
use crate::ids::{BeamId, SatId};
use crate::orbit::Sky;
use crate::rules::RadioRules;
use crate::visibility::View;
use crate::world::World;

/// A beam cell that is served, as the others hear it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lit {
    /// Its satellite.
    pub satellite: SatId,
    /// Colours of its beams down and up, a bit each.
    pub colours: [u16; 2],
    /// Share of the time for which each of them is lit.
    pub share_of_time: [f32; 2],
}

/// The interference of a slot.
pub struct Interference<'a> {
    world: &'a World,
    sky: &'a Sky,
    /// By beam cell.
    lit: &'a [Option<Lit>],
    power: &'a PowerShares,
    spot: SpotBeam,
    /// Patterns of terminals, down and up.
    terminal: [TerminalBeam; 2],
}

impl<'a> Interference<'a> {
    /// Prepares the patterns.
    #[must_use]
    pub fn new(world: &'a World, sky: &'a Sky, lit: &'a [Option<Lit>], power: &'a PowerShares) -> Self {
        let radio = &world.rules.radio;
        let terminal = |frequency_hz: f64| {
            let wavelength_m = LIGHT_M_S / frequency_hz;
            TerminalBeam::new(&TerminalBeamParams { diameter_m: radio.terminal_antenna_m, wavelength_m })
        };
        Self {
            world,
            sky,
            lit,
            power,
            spot: SpotBeam::new(&radio.spot),
            terminal: [terminal(radio.down.frequency_hz), terminal(radio.up.frequency_hz)],
        }
    }

    /// Interference over carrier of a served beam cell down and up, as ratios, from its view of its satellite.
    #[must_use]
    pub fn over_carrier(&self, beam: BeamId, view: &View) -> [f64; 2] {
        let mut sums = [0.0; 2];
        let Some(own) = self.lit[beam.index()] else { return sums };
        for &other in self.world.beams.neighbours(beam.index()) {
            let Some(lit) = self.lit[other.index()] else { continue };
            let shares: [f64; 2] = [0, 1].map(|way: usize| {
                let same = (own.colours[way] & lit.colours[way]).count_ones();
                f64::from(same) / f64::from(own.colours[way].count_ones().max(1))
                    * f64::from(lit.share_of_time[way])
            });
            if shares == [0.0; 2] {
                continue;
            }
            let heard = self.heard(beam, view, own.satellite, other, lit.satellite);
            sums[0] += shares[0] * heard[0];
            sums[1] += shares[1] * heard[1];
        }
        sums
    }

    /// One carrier of another cell against one of our own, down and up.
    fn heard(&self, beam: BeamId, view: &View, own: SatId, other: BeamId, theirs: SatId) -> [f64; 2] {
        let radio = &self.world.rules.radio;
        let place = |beam: BeamId| self.world.beams.places[beam.index()];
        let satellite = |satellite: SatId| self.sky.position[satellite.index()].0;
        let (here, there) = (place(beam), place(other));
        // by satellite and place: its unit vector and length
        let to_here = Line::between(satellite(theirs), here.ecef.0);
        let to_there = Line::between(satellite(theirs), there.ecef.0);
        let spill = self.spot.ratio(to_here.along.dot(to_there.along));
        if own == theirs {
            return [spill; 2];
        }
        let own_to_here = Line::between(satellite(own), here.ecef.0);
        let own_to_there = Line::between(satellite(own), there.ecef.0);
        // down: their satellite, heard here through the side of our terminals' pattern
        let side = self.terminal[0].ratio(to_here.along.dot(own_to_here.along));
        let nearer = view.range_m / to_here.length_m;
        let down = spill
            * side
            * nearer
            * nearer
            * self.power.ratio(theirs, own)
            * scan_ratio(radio, &to_there, &own_to_here, satellite(theirs), satellite(own));
        // up: their terminals, heard at our satellite through the side of their pattern and of our beam
        let side = self.terminal[1].ratio(own_to_there.along.dot(to_there.along));
        let nearer = view.range_m / own_to_there.length_m;
        let into = self.spot.ratio(own_to_there.along.dot(own_to_here.along));
        [down, into * side * nearer * nearer]
    }
}

/// How much more their array radiates than ours, for the angles off nadir to which both are steered.
fn scan_ratio(radio: &RadioRules, theirs: &Line, ours: &Line, at_theirs: Vec3, at_ours: Vec3) -> f64 {
    let cosine = |line: &Line, at: Vec3| -line.along.dot(at) / at.norm();
    let ratio = cosine(theirs, at_theirs).max(1e-3) / cosine(ours, at_ours).max(1e-3);
    crate::math::pow(ratio, radio.satellite_scan_exponent)
}

/// A direction and how far it is.
struct Line {
    along: Vec3,
    length_m: f64,
}

impl Line {
    fn between(from: Vec3, to: Vec3) -> Self {
        let line = to - from;
        let length_m = line.norm();
        Self { along: line * (1.0 / length_m), length_m }
    }
}
