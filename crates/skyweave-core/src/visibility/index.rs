//! Satellites in bins of latitude and longitude, sorted anew for each slot.
//!
//! Bins need no trigonometry: bands are cut by the sine of the latitude, and longitude is measured by the diamond angle, which
//! grows with the angle and costs one division.

use super::Lookout;
use crate::ids::SatId;
use crate::orbit::Sky;
use crate::simd::MOST_LANES;
use std::ops::Range;

/// Bands from pole to pole.
const BANDS: usize = 48;
/// Bins of a band at the equator.
const BINS_AT_EQUATOR: f64 = 96.0;

/// Satellites in bins of latitude and longitude.
#[derive(Debug, Clone)]
pub struct SkyIndex {
    /// Where the satellites of each bin start, band by band, and where the last ones end.
    starts: Vec<u32>,
    /// By band: its first bin, and how many it has.
    bands: Vec<(u32, u32)>,
    /// Coordinates and distance from the Earth's centre, m, in the order of the bins; padded for whole vectors.
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) z: Vec<f64>,
    pub(super) radius: Vec<f64>,
    pub(super) ids: Vec<SatId>,
    pub(super) greatest_radius_m: f64,
}

/// A cap of the sphere: a direction from the Earth's centre, and the cosine and sine of the angle around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cap {
    pub centre: [f64; 3],
    pub cosine: f64,
    pub sine: f64,
}

impl SkyIndex {
    /// Sorts those satellites of a sky that are wanted: one truth value a satellite, missing ones are taken as false.
    #[must_use]
    pub fn new(sky: &Sky, wanted: &[bool]) -> Self {
        let mut bands = Vec::with_capacity(BANDS);
        let mut bins = 0;
        for band in 0..BANDS {
            let middle = sine_at((band as f64) + 0.5);
            let count = ((BINS_AT_EQUATOR * (1.0 - middle * middle).sqrt()) as u32).max(4);
            bands.push((bins, count));
            bins += count;
        }
        let mut starts = vec![0_u32; bins as usize + 1];
        let mut keyed: Vec<(u32, SatId, f64)> = Vec::with_capacity(sky.position.len());
        let mut greatest_radius_m = 0.0_f64;
        for ((id, position), _) in sky.position.iter().enumerate().zip(wanted).filter(|(_, wanted)| **wanted)
        {
            let id = SatId::at(id);
            let radius = position.0.norm();
            greatest_radius_m = greatest_radius_m.max(radius);
            let (first, count) = bands[band_of(position.0.z / radius)];
            let bin = first + bin_of(diamond(position.0.x, position.0.y), count);
            starts[bin as usize + 1] += 1;
            keyed.push((bin, id, radius));
        }
        for bin in 0..bins as usize {
            starts[bin + 1] += starts[bin];
        }
        // a run may begin at the last satellite and is read in whole blocks
        let padded = keyed.len() + MOST_LANES;
        let mut index = Self {
            bands,
            x: vec![0.0; padded],
            y: vec![0.0; padded],
            z: vec![0.0; padded],
            radius: vec![1.0; padded],
            ids: vec![SatId(u32::MAX); padded],
            greatest_radius_m,
            starts: Vec::new(),
        };
        let mut next = starts.clone();
        for (bin, id, radius) in keyed {
            let at = next[bin as usize] as usize;
            next[bin as usize] += 1;
            let position = sky.position[id.index()].0;
            (index.x[at], index.y[at], index.z[at]) = (position.x, position.y, position.z);
            (index.radius[at], index.ids[at]) = (radius, id);
        }
        index.starts = starts;
        index
    }

    /// True if no satellite passed the test.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.len() == MOST_LANES
    }

    /// Runs of satellites that hold all those within a cap, and others.
    pub(super) fn runs_within(&self, cap: &Cap, runs: &mut Vec<Range<usize>>) {
        runs.clear();
        let mut run = |range: Range<usize>| {
            if !range.is_empty() {
                runs.push(range);
            }
        };
        let [cx, cy, cz] = cap.centre;
        let equatorial = (cx * cx + cy * cy).sqrt();
        // sines of the latitudes that the cap spans; it may reach over a pole
        let (rise, fall) = (cz * cap.cosine + equatorial * cap.sine, cz * cap.cosine - equatorial * cap.sine);
        let top = if cap.cosine <= cz { 1.0 } else { rise };
        let bottom = if cap.cosine <= -cz { -1.0 } else { fall };
        for band in band_of(bottom)..=band_of(top) {
            let (first, count) = self.bands[band];
            let bins = (first as usize, count as usize);
            let least = least_cosine(cap, equatorial, (sine_at(band as f64), sine_at(band as f64 + 1.0)));
            if least >= 1.0 {
                continue;
            }
            if least <= -1.0 {
                run(self.satellites(bins.0, bins.0 + bins.1));
                continue;
            }
            let (cosine, sine) = (least, (1.0 - least * least).sqrt());
            let turned = |sine: f64| diamond(cx * cosine - cy * sine, cy * cosine + cx * sine);
            let (from, to) = (bin_of(turned(-sine), count) as usize, bin_of(turned(sine), count) as usize);
            if from <= to && !(from == to && cosine < 0.0) {
                run(self.satellites(bins.0 + from, bins.0 + to + 1));
            } else {
                // around the seam
                run(self.satellites(bins.0 + from, bins.0 + bins.1));
                run(self.satellites(bins.0, bins.0 + (to + 1).min(from)));
            }
        }
    }

    fn satellites(&self, first_bin: usize, end_bin: usize) -> Range<usize> {
        self.starts[first_bin] as usize..self.starts[end_bin] as usize
    }
}

/// A number for the part of the Earth that a place is in, about a degree and a half across; neighbours in a band of latitude
/// have numbers next to each other.
pub(super) fn tile(place: &Lookout) -> u32 {
    /// Tiles around the Earth, at any latitude.
    const AROUND: f64 = 240.0;
    /// Bands from pole to pole.
    const HIGH: f64 = 96.0;
    let p = place.position.0;
    let band = (p.z / p.norm() + 1.0) * (HIGH / 2.0);
    band as u32 * AROUND as u32 + bin_of(diamond(p.x, p.y), AROUND as u32)
}

/// The least cosine of a difference in longitude at which a cap leaves a band of latitudes, given by their sines: 1 or more
/// where the cap misses the band, -1 or less where it holds all longitudes.
fn least_cosine(cap: &Cap, equatorial: f64, band: (f64, f64)) -> f64 {
    let cz = cap.centre[2];
    let at = |sine: f64| {
        let across = equatorial * (1.0 - sine * sine).max(0.0).sqrt();
        let needed = cap.cosine - cz * sine;
        if across > 1e-9 {
            needed / across
        } else if needed <= 1e-9 {
            -1.0
        } else {
            1.0
        }
    };
    // a cap is widest at the latitude whose sine is cz / cos(theta)
    let widest = cz / cap.cosine;
    let mut least = at(band.0).min(at(band.1));
    if cap.cosine > 0.0 && band.0 < widest && widest < band.1 {
        least = least.min(at(widest));
    }
    least
}

/// The sine of the latitude where a band begins.
fn sine_at(band: f64) -> f64 {
    band * (2.0 / BANDS as f64) - 1.0
}

fn band_of(sine: f64) -> usize {
    (((sine + 1.0) * (BANDS as f64 / 2.0)).max(0.0) as usize).min(BANDS - 1)
}

/// The diamond angle of a direction, in [0, 4): it grows with the angle, and quarter turns are 1.
fn diamond(x: f64, y: f64) -> f64 {
    let sum = x.abs() + y.abs();
    if sum == 0.0 {
        return 0.0;
    }
    match (x < 0.0, y < 0.0) {
        (false, false) => y / sum,
        (true, false) => 1.0 - x / sum,
        (true, true) => 2.0 - y / sum,
        (false, true) => 3.0 + x / sum,
    }
}

fn bin_of(diamond: f64, bins: u32) -> u32 {
    ((diamond * 0.25 * f64::from(bins)) as u32).min(bins - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diamond_angle_grows_with_the_angle() {
        let angles = (0..720).map(|k| (f64::from(k) / 2.0).to_radians());
        let diamonds: Vec<f64> = angles.map(|a| diamond(a.cos(), a.sin())).collect();
        assert!(diamonds.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(diamonds.iter().all(|d| (0.0..4.0).contains(d)));
    }
}
