//! Rain: storms that stand over an area or move along a track, and a time series by cell.
//!
//! Where several of them rain, the strongest counts.

use crate::geodesy::{EARTH_MEAN_RADIUS_M, Geodetic};
use crate::ids::{BeamId, GatewayId};
use crate::math::cos;
use crate::place::Place;
use crate::time::{SlotInstant, SlotNo};
use std::f64::consts::PI;

/// All rain of a world.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weather {
    /// Storms.
    pub storms: Vec<Storm>,
    /// A time series, by its steps in order of time; each holds until the next.
    pub series: Vec<RainStep>,
}

/// A storm.
#[derive(Debug, Clone, PartialEq)]
pub struct Storm {
    /// Its first slot.
    pub from: SlotNo,
    /// The slot in which it is over.
    pub until: SlotNo,
    /// Rain rate, mm/h.
    pub rate_mm_h: f64,
    /// Where it rains.
    pub footprint: Footprint,
}

/// Where a storm rains.
#[derive(Debug, Clone, PartialEq)]
pub enum Footprint {
    /// On these.
    Places {
        /// Beam cells.
        beams: Vec<BeamId>,
        /// Gateways.
        gateways: Vec<GatewayId>,
    },
    /// On whatever is within a radius of a centre that passes these points at these times, on great circles in between; it stands before
    /// the first and after the last.
    Moving {
        /// Points in order of time; at least one.
        track: Vec<(SlotInstant, Geodetic)>,
        /// Radius, m.
        radius_m: f64,
    },
}

/// One step of a time series: it rains on these, at a rate in mm/h.
#[derive(Debug, Clone, PartialEq)]
pub struct RainStep {
    /// The first slot that it holds for.
    pub from: SlotNo,
    /// Beam cells with rain.
    pub beams: Vec<(BeamId, f32)>,
    /// Gateways with rain.
    pub gateways: Vec<(GatewayId, f32)>,
}

/// Rain in a slot, mm/h.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rain {
    /// By beam cell; empty where no cell has any.
    beams: Vec<f32>,
    /// By gateway; empty where none has any.
    gateways: Vec<f32>,
}

impl Rain {
    /// The rain on a beam cell, mm/h.
    #[must_use]
    pub fn on_beam(&self, beam: BeamId) -> f64 {
        self.beams.get(beam.index()).copied().map_or(0.0, f64::from)
    }

    /// The rain on a gateway, mm/h.
    #[must_use]
    pub fn on_gateway(&self, gateway: GatewayId) -> f64 {
        self.gateways.get(gateway.index()).copied().map_or(0.0, f64::from)
    }

    /// True if it rains nowhere.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.beams.is_empty() && self.gateways.is_empty()
    }
}

impl Weather {
    /// The rain of a slot.
    #[must_use]
    pub fn at(&self, slot: SlotNo, beams: &[Place], gateways: &[Place]) -> Rain {
        let mut rain = Rain { beams: vec![0.0; beams.len()], gateways: vec![0.0; gateways.len()] };
        for storm in self.storms.iter().filter(|storm| storm.from <= slot && slot < storm.until) {
            let rate = storm.rate_mm_h as f32;
            match &storm.footprint {
                Footprint::Places { beams, gateways } => {
                    fall(&mut rain.beams, beams.iter().map(|beam| (beam.index(), rate)));
                    fall(&mut rain.gateways, gateways.iter().map(|gateway| (gateway.index(), rate)));
                }
                Footprint::Moving { track, radius_m } => {
                    let centre = Place::new(along(track, slot));
                    let least_cosine = cos((radius_m / EARTH_MEAN_RADIUS_M).min(PI));
                    let under = |places: &[Place]| -> Vec<usize> {
                        let under = |place: &Place| place.up.dot(centre.up) >= least_cosine;
                        (0..places.len()).filter(|place| under(&places[*place])).collect()
                    };
                    fall(&mut rain.beams, under(beams).into_iter().map(|beam| (beam, rate)));
                    fall(&mut rain.gateways, under(gateways).into_iter().map(|gateway| (gateway, rate)));
                }
            }
        }
        let steps = self.series.partition_point(|step| step.from <= slot);
        if let Some(step) = steps.checked_sub(1).map(|last| &self.series[last]) {
            fall(&mut rain.beams, step.beams.iter().map(|(beam, rate)| (beam.index(), *rate)));
            fall(&mut rain.gateways, step.gateways.iter().map(|(gateway, rate)| (gateway.index(), *rate)));
        }
        for rates in [&mut rain.beams, &mut rain.gateways] {
            if rates.iter().all(|rate| *rate <= 0.0) {
                rates.clear();
            }
        }
        rain
    }

    /// True if no rain is known of at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.storms.is_empty() && self.series.is_empty()
    }
}

/// Lets it rain at rates on places, which keep the strongest.
fn fall(fallen: &mut [f32], rates: impl Iterator<Item = (usize, f32)>) {
    for (place, rate) in rates {
        fallen[place] = fallen[place].max(rate);
    }
}

/// Where something is at the start of a slot that passes points at times, on great circles in between.
#[must_use]
pub fn along(points: &[(SlotInstant, Geodetic)], slot: SlotNo) -> Geodetic {
    let later = points.iter().position(|(when, _)| slot.seconds_after(*when) < 0.0);
    match later {
        Some(0) => points[0].1,
        None => points[points.len() - 1].1,
        Some(next) => {
            let ((from_t, from), (to_t, to)) = (points[next - 1], points[next]);
            let (since, until) = (slot.seconds_after(from_t), slot.seconds_after(to_t));
            from.towards(to, since / (since - until))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(slot: i64) -> SlotInstant {
        SlotInstant::of(SlotNo(slot).start())
    }

    #[test]
    fn storms_move_and_stand_and_the_strongest_counts() {
        let places: Vec<Place> = (0..10).map(|k| Place::from_degrees(0.0, f64::from(k))).collect();
        let gateways = [Place::from_degrees(0.0, 4.0)];
        let at = |lon: f64| Geodetic::from_degrees(0.0, lon);
        let moving = Footprint::Moving {
            track: vec![(instant(10), at(0.0)), (instant(18), at(8.0))],
            radius_m: 120e3,
        };
        let standing = Footprint::Places { beams: vec![BeamId(1), BeamId(9)], gateways: Vec::new() };
        let weather = Weather {
            storms: vec![
                Storm { from: SlotNo(10), until: SlotNo(20), rate_mm_h: 30.0, footprint: moving },
                Storm { from: SlotNo(10), until: SlotNo(12), rate_mm_h: 50.0, footprint: standing },
            ],
            series: vec![
                RainStep {
                    from: SlotNo(14),
                    beams: vec![(BeamId(4), 5.0), (BeamId(8), 5.0)],
                    gateways: Vec::new(),
                },
                RainStep { from: SlotNo(15), beams: Vec::new(), gateways: Vec::new() },
            ],
        };
        let wet = |slot: i64| -> Vec<(u32, f64)> {
            let rain = weather.at(SlotNo(slot), &places, &gateways);
            (0..10).map(|b| (b, rain.on_beam(BeamId(b)))).filter(|(_, r)| *r > 0.0).collect()
        };
        assert!(weather.at(SlotNo(9), &places, &gateways).is_dry());
        assert_eq!(wet(10), [(0, 30.0), (1, 50.0), (9, 50.0)]);
        assert_eq!(wet(14), [(3, 30.0), (4, 30.0), (5, 30.0), (8, 5.0)]);
        assert_eq!(weather.at(SlotNo(14), &places, &gateways).on_gateway(GatewayId(0)), 30.0);
        assert_eq!(wet(15), [(4, 30.0), (5, 30.0), (6, 30.0)]);
        assert_eq!(wet(19), [(7, 30.0), (8, 30.0), (9, 30.0)]);
        assert!(wet(20).is_empty());
    }
}
