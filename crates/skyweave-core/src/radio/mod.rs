//! Stage: what each link can carry, by its budget; the interference of other beams comes when these are assigned.
//!
//! `C/N = EIRP - L_s - L_a - L_m + G/T - 10 log10(k B)`, with
//!
//! | part | what | source |
//! |---|---|---|
//! | `L_s` | free space, `20 log10(4 pi d f / c)` | ITU-R P.525-4, equation 3 |
//! | `L_a` | gases, clouds, rain, scintillation | `air` |
//! | EIRP | a satellite's beams that are lit at once share its power | `power` |
//! | `L_m` | pointing, a margin for interference that is not modelled, and the scan of both arrays | the scenario |
//! | G/T | less by what the sky behind the losses warms the receiver | ITU-R P.618-13, equation 70 |
//!
//! and from C/N the spectral efficiency by DVB-S2X (`modcod`). Links are rated when somebody asks: of ten million views of cells
//! in a slot, a few hundred thousand matter.

mod budget;
mod feeder;
mod interference;
mod power;

use crate::air::{Air, AirLoss, Way};
use crate::antenna::ScanLoss;
use crate::geodesy::EcefPosition;
use crate::ids::BeamId;
use crate::rules::Rules;
use crate::visibility::View;
use crate::weather::Rain;
use crate::world::World;
use budget::Budget;
use feeder::FeederBudgets;

pub use feeder::{FeederRate, Worthless};
pub use interference::{Interference, Lit};
pub use power::PowerShares;

/// What is heard at both ends of a user link, without the interference of other beams.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UserLink {
    /// C/N of a carrier from satellite to terminals, as a ratio.
    pub down_cn: f64,
    /// C/N of a carrier from terminals to satellite, as a ratio.
    pub up_cn: f64,
}

/// What one beam over a user link carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UserRate {
    /// Satellite to terminals, bit/s.
    pub down_bps: f64,
    /// Terminals to satellite, bit/s.
    pub up_bps: f64,
}

impl UserRate {
    /// True if it carries nothing one way or the other.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.down_bps <= 0.0 || self.up_bps <= 0.0
    }
}

/// What the links of a slot can carry.
#[derive(Debug, Clone)]
pub struct Links<'a> {
    rules: &'a Rules,
    air: &'a Air,
    rain: &'a Rain,
    down: Budget,
    up: Budget,
    satellite_scan: ScanLoss,
    terminal_scan: ScanLoss,
    feeder: FeederBudgets,
}

impl<'a> Links<'a> {
    /// Prepares the budgets for the rain of a slot.
    #[must_use]
    pub fn new(world: &'a World, rain: &'a Rain) -> Self {
        let rules = &world.rules;
        Self {
            rules,
            air: &world.air,
            rain,
            down: Budget::of(&rules.radio.down),
            up: Budget::of(&rules.radio.up),
            satellite_scan: ScanLoss::new(rules.radio.satellite_scan_exponent),
            terminal_scan: ScanLoss::new(rules.radio.terminal_scan_exponent),
            feeder: FeederBudgets::of(&rules.feeder),
        }
    }

    /// The link between a beam cell and a satellite that stands where the view has it.
    #[must_use]
    pub fn user(&self, beam: BeamId, view: &View, satellite: EcefPosition) -> UserLink {
        let rain_mm_h = self.rain.on_beam(beam);
        self.user_through(view, satellite, |way| self.air.user(beam, way, rain_mm_h, view.elevation_sine))
    }

    /// The same in dry air, without what is exceeded for a share of the year: what rain is to blame for is the difference.
    #[must_use]
    pub fn user_in_dry_air(&self, beam: BeamId, view: &View, satellite: EcefPosition) -> UserLink {
        self.user_through(view, satellite, |way| self.air.user(beam, way, 0.0, view.elevation_sine).dried())
    }

    fn user_through(&self, view: &View, satellite: EcefPosition, loss: impl Fn(Way) -> AirLoss) -> UserLink {
        let sine = view.elevation_sine;
        let scan = self.satellite_scan.ratio(nadir_cosine(view, satellite)) * self.terminal_scan.ratio(sine);
        UserLink {
            down_cn: scan * self.down.cn(view.range_m, loss(Way::Down)),
            up_cn: scan * self.up.cn(view.range_m, loss(Way::Up)),
        }
    }

    /// What a beam carries over a link whose carriers are heard with these ratios to noise and interference.
    #[must_use]
    pub fn rate(&self, link: UserLink) -> UserRate {
        UserRate { down_bps: self.down.bps(link.down_cn), up_bps: self.up.bps(link.up_cn) }
    }
}

/// Cosine of the angle off nadir at which a satellite sees the place of a view: sine and range give it by the law of cosines.
fn nadir_cosine(view: &View, satellite: EcefPosition) -> f64 {
    let radius = satellite.0.norm();
    // the place's own distance from the centre, which the view does not have: r^2 = R^2 + d^2 + 2 R d sin e
    let along = view.range_m * view.elevation_sine;
    let place = (along * along + (radius - view.range_m) * (radius + view.range_m)).max(0.0).sqrt() - along;
    (view.range_m + place * view.elevation_sine) / radius
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::{Ellipsoid, Geodetic};
    use crate::ids::SatId;
    use crate::place::Place;

    #[test]
    fn the_angle_off_nadir_is_that_of_the_vectors() {
        let place = Place::from_degrees(47.0, 11.0);
        for (latitude, longitude) in [(47.0, 11.0), (49.0, 15.0), (40.0, 8.0)] {
            let position = Geodetic { height_m: 550e3, ..Geodetic::from_degrees(latitude, longitude) }
                .to_ecef(Ellipsoid::WGS84);
            let line = position.0 - place.ecef.0;
            let view = View {
                satellite: SatId(0),
                elevation_sine: line.dot(place.up) / line.norm(),
                range_m: line.norm(),
            };
            let cosine = line.dot(position.0) / (line.norm() * position.0.norm());
            // the vertical is not the line to the centre: a fifth of a degree
            assert!((nadir_cosine(&view, position) - cosine).abs() < 4e-3);
        }
    }
}
