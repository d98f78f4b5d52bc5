//! What a link between a gateway and a satellite carries: the sum over the bands that both have.

use super::Links;
use super::budget::Budget;
use crate::air::{AirLoss, Way};
use crate::ids::GatewayId;
use crate::rules::FeederRules;
use crate::visibility::View;

/// What a feeder link carries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FeederRate {
    /// Gateway to satellite, bit/s.
    pub up_bps: f64,
    /// Satellite to gateway, bit/s.
    pub down_bps: f64,
}

impl FeederRate {
    /// True if it carries nothing one way or the other.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.up_bps <= 0.0 || self.down_bps <= 0.0
    }

    /// True if it carries less than a share of another, one way or the other.
    #[must_use]
    pub fn is_under(&self, share: f64, other: &Self) -> bool {
        self.up_bps < share * other.up_bps || self.down_bps < share * other.down_bps
    }
}

/// Why no antenna should hold a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worthless {
    /// It carries nothing even in dry air.
    EvenDry,
    /// The rain has drowned it, and another is to be sought.
    Drowned,
}

/// Budgets of all bands.
#[derive(Debug, Clone)]
pub(super) struct FeederBudgets {
    bands: Vec<Band>,
}

#[derive(Debug, Clone)]
struct Band {
    /// Of one carrier each.
    up: Budget,
    down: Budget,
    up_carriers: f64,
    down_carriers: f64,
    second_generation_only: bool,
}

impl FeederBudgets {
    pub fn of(rules: &FeederRules) -> Self {
        let bands = rules.bands.iter().map(|band| Band {
            up: Budget::of(&band.up),
            down: Budget::of(&band.down),
            up_carriers: f64::from(band.up_carriers),
            down_carriers: f64::from(band.down_carriers),
            second_generation_only: band.second_generation_only,
        });
        Self { bands: bands.collect() }
    }

    fn rate(
        &self,
        second_generation: bool,
        range_m: f64,
        loss: impl Fn(usize, Way) -> AirLoss,
    ) -> FeederRate {
        let mut rate = FeederRate::default();
        for (number, band) in self.bands.iter().enumerate() {
            if band.second_generation_only && !second_generation {
                continue;
            }
            let of = |budget: &Budget, way| budget.bps(budget.cn(range_m, loss(number, way)));
            rate.up_bps += band.up_carriers * of(&band.up, Way::Up);
            rate.down_bps += band.down_carriers * of(&band.down, Way::Down);
        }
        rate
    }
}

impl Links<'_> {
    /// What the link from a gateway to a satellite carries in the rain that falls.
    #[must_use]
    pub fn feeder(&self, gateway: GatewayId, view: &View, second_generation: bool) -> FeederRate {
        let rain_mm_h = self.rain.on_gateway(gateway);
        self.feeder.rate(second_generation, view.range_m, |band, way| {
            self.air.feeder(gateway, band, way, rain_mm_h, view.elevation_sine)
        })
    }

    fn feeder_in_dry_air(&self, gateway: GatewayId, view: &View, second_generation: bool) -> FeederRate {
        self.feeder.rate(second_generation, view.range_m, |band, way| {
            self.air.feeder(gateway, band, way, 0.0, view.elevation_sine).dried()
        })
    }

    /// What a link carries that an antenna should hold.
    ///
    /// # Errors
    /// [`Worthless`] if it carries nothing even in dry air, or, with gateway diversity, if the rain takes so much of it that another is to be
    /// sought.
    pub fn worthwhile_feeder(
        &self,
        gateway: GatewayId,
        view: &View,
        second_generation: bool,
    ) -> Result<FeederRate, Worthless> {
        let rules = &self.rules.feeder;
        let now = self.feeder(gateway, view, second_generation);
        let rains = self.rain.on_gateway(gateway) > 0.0;
        // what carries something now carries something in dry air too
        if !(now.is_cut() || rules.diversity && rains) {
            return Ok(now);
        }
        let dry = self.feeder_in_dry_air(gateway, view, second_generation);
        let drowned = rules.diversity && rains && (now.is_cut() || now.is_under(rules.drowned_share, &dry));
        if dry.is_cut() {
            return Err(Worthless::EvenDry);
        }
        if drowned { Err(Worthless::Drowned) } else { Ok(now) }
    }
}
