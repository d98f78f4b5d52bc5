//! The parameters of the planner, from the units of scenarios to SI.

use super::format::{
    Access, Demand, Feeder, LaserLayout, Lasers, Pair, Policy, Radio, Scenario, Schedule, Weights,
};
use super::format::{ServiceInference, Weather};
use skyweave_core::access::AccessParams;
use skyweave_core::antenna::SpotBeamParams;
use skyweave_core::atmosphere::Exceedance;
use skyweave_core::optics::LaserBudget;
use skyweave_core::rules::{
    BeamRules, Carrier, DemandRules, FeederBand, FeederRules, LaserPattern, LaserRules, LatitudeLimit, Plan,
    PolicyKind, RadioRules, Rules, ScheduleRules, ScoreWeights, ServiceRules, WeatherRules,
};

/// The rules that a scenario states whose figures are within their limits.
pub fn rules(scenario: &Scenario) -> Rules {
    let constellation = &scenario.constellation;
    Rules {
        lasers: lasers(&scenario.lasers),
        radio: radio(&scenario.radio),
        feeder: feeder(&scenario.feeder),
        service: ServiceRules {
            infer: constellation.service == ServiceInference::Inferred,
            min_serving_altitude_m: constellation.min_serving_altitude_km * 1e3,
            max_element_age_days: constellation.max_element_age_days,
        },
        schedule: schedule(&scenario.schedule),
        demand: demand(&scenario.demand),
        weather: weather(&scenario.weather),
        access: access(&scenario.access),
        seed: scenario.seed,
    }
}

fn lasers(lasers: &Lasers) -> LaserRules {
    let budget = &lasers.budget;
    LaserRules {
        pattern: match lasers.pattern {
            LaserLayout::None => LaserPattern::None,
            LaserLayout::Grid => LaserPattern::Grid,
        },
        per_satellite: lasers.per_satellite,
        max_range_m: lasers.max_range_km * 1e3,
        min_ray_height_m: lasers.min_ray_height_km * 1e3,
        cross_shell: lasers.cross_shell,
        budget: LaserBudget {
            transmit_w: budget.power_w,
            transmit_aperture_m: budget.transmit_aperture_m,
            receive_aperture_m: budget.receive_aperture_m,
            // nearest to what was written: a product with 1e-9 is not
            wavelength_m: budget.wavelength_nm / 1e9,
            pointing_loss_db: budget.pointing_loss_db,
            optical_loss_db: budget.optical_loss_db,
            photons_per_bit: budget.photons_per_bit,
            cap_bps: lasers.capacity_gbps * 1e9,
        },
        per_satellite_bps: lasers.per_satellite_gbps * 1e9,
        acquisition_s: lasers.acquisition_s,
    }
}

fn radio(radio: &Radio) -> RadioRules {
    let limit = |latitude_deg: f64, elevation_deg: f64| LatitudeLimit {
        latitude_rad: latitude_deg.to_radians(),
        elevation_rad: elevation_deg.to_radians(),
    };
    let by_latitude = radio.min_elevation_by_latitude.iter();
    RadioRules {
        min_elevation: std::iter::once(limit(0.0, radio.min_elevation_deg))
            .chain(by_latitude.map(|entry| limit(entry.from_latitude_deg, entry.elevation_deg)))
            .collect(),
        down: Carrier::from(&radio.down),
        up: Carrier::from(&radio.up),
        down_beams: BeamRules::from(radio.down_beams),
        up_beams: BeamRules::from(radio.up_beams),
        cells_per_beam: radio.cells_per_beam,
        beams_per_cell: radio.beams_per_cell,
        beam_cell_m: radio.beam_cell_km * 1e3,
        spot: SpotBeamParams {
            half_power_rad: (radio.beam_width_deg / 2.0).to_radians(),
            peak_gain_dbi: radio.beam_peak_gain_dbi,
            side_lobe_db: radio.beam_side_lobe_db,
            far_gain_dbi: radio.beam_far_gain_dbi,
        },
        satellite_power_w: radio.satellite_power_w,
        terminal_antenna_m: radio.terminal_antenna_m,
        satellite_scan_exponent: radio.satellite_scan_exponent,
        terminal_scan_exponent: radio.terminal_scan_exponent,
        satellite_down_bps: radio.satellite_down_gbps * 1e9,
        satellite_up_bps: radio.satellite_up_gbps * 1e9,
    }
}

fn feeder(feeder: &Feeder) -> FeederRules {
    let bands = feeder.bands.iter().map(|band| FeederBand {
        name: band.name.get_ref().clone(),
        up: Carrier::from(&band.up),
        up_carriers: band.up_carriers,
        down: Carrier::from(&band.down),
        down_carriers: band.down_carriers,
        second_generation_only: band.second_generation_only,
    });
    FeederRules {
        bands: bands.collect(),
        antenna_m: feeder.antenna_m,
        diversity: feeder.diversity,
        drowned_share: feeder.drowned_share,
    }
}

fn schedule(schedule: &Schedule) -> ScheduleRules {
    let policy = match schedule.policy {
        Policy::Measured => PolicyKind::Measured,
        Policy::HighestElevation => PolicyKind::HighestElevation,
        Policy::LongestVisible => PolicyKind::LongestVisible,
        Policy::MaxCapacity => PolicyKind::MaxCapacity,
    };
    ScheduleRules { policy, weights: weights(&schedule.weights, policy), starved: schedule.starved }
}

fn weights(written: &Weights, policy: PolicyKind) -> ScoreWeights {
    let usual = ScoreWeights::of(policy);
    ScoreWeights {
        elevation: written.elevation.unwrap_or(usual.elevation),
        gso: written.gso.unwrap_or(usual.gso),
        scan: written.scan.unwrap_or(usual.scan),
        stay: written.stay.unwrap_or(usual.stay),
        generation: written.generation.unwrap_or(usual.generation),
        load: written.load.unwrap_or(usual.load),
        way: written.way.unwrap_or(usual.way),
        remaining: written.remaining.unwrap_or(usual.remaining),
        capacity: written.capacity.unwrap_or(usual.capacity),
        chance: written.chance.unwrap_or(usual.chance),
        uniform_share: written.uniform_share.unwrap_or(usual.uniform_share),
    }
}

fn demand(demand: &Demand) -> DemandRules {
    let usual = DemandRules::default();
    let plans = demand.plans.iter().map(toml::Spanned::get_ref).map(|plan| Plan {
        name: plan.name.clone(),
        share: plan.share,
        down_bps: plan.down_mbps * 1e6,
        up_bps: plan.up_mbps * 1e6,
        weight: plan.weight,
        steady: plan.steady,
    });
    let mut plans: Vec<Plan> = plans.collect();
    if plans.is_empty() {
        let (down_bps, up_bps) = (demand.down_mbps * 1e6, demand.up_mbps * 1e6);
        plans.extend(usual.plans.into_iter().map(|plan| Plan { down_bps, up_bps, ..plan }));
    }
    let mut by_hour = usual.by_hour;
    for (share, written) in by_hour.iter_mut().zip(demand.by_hour.get_ref()) {
        *share = *written;
    }
    DemandRules { plans, by_hour }
}

fn weather(weather: &Weather) -> WeatherRules {
    WeatherRules {
        exceedance: weather.exceedance_percent.and_then(Exceedance::of_percent),
        rain_reach_m: weather.rain_reach_km * 1e3,
    }
}

fn access(access: &Access) -> AccessParams {
    // nearest to what was written: products with 1e-3 are not
    let pair_s = |Pair([low, high]): &Pair<f64>| [low / 1e3, high / 1e3];
    AccessParams {
        up_processing_s: access.up_processing_ms / 1e3,
        down_processing_s: access.down_processing_ms / 1e3,
        period_weights: access.period_weights,
        wander_share: access.wander_share,
        open_share: access.open_share.0,
        request_period_frames: access.request_period_frames,
        requested_open_share: access.requested_open_share,
        idle_after_s: access.idle_after_ms / 1e3,
        down_jitter_s: pair_s(&access.down_jitter_ms),
        uplink_closes_s: access.uplink_closes_ms / 1e3,
        uplink_opens_s: access.uplink_opens_ms / 1e3,
        uplink_opens_tail_s: access.uplink_opens_tail_ms / 1e3,
        downlink_opens_s: pair_s(&access.downlink_opens_ms),
        recovery_s: access.recovery_ms / 1e3,
        recovery_open_factor: access.recovery_open_factor,
        detour_share: access.detour_share,
        detour_stay: access.detour_stay,
        detour_s: pair_s(&access.detour_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{FORMAT, Source};

    #[test]
    fn a_scenario_that_states_no_rule_has_the_planners_own() {
        let text = "format = 1\nname = \"x\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"1h\"\n[constellation]\n";
        let source = Source { name: "x.toml".to_owned(), text: text.to_owned() };
        assert_eq!(rules(&FORMAT.parse(&source).unwrap()), Rules::default());
    }
}
