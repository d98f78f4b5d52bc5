//! Stage: which gateway antenna holds which satellite.
//!
//! An antenna keeps its satellite while it stands above the gateway's mask. Free antennas take satellites that nobody
//! holds, the highest first over the whole network; ties go to the lower gateway, then to the lower satellite.
//!
//! No antenna holds a satellite over a link that carries nothing even in dry air, nor, with gateway diversity, over one that the rain has
//! drowned; another gateway may.

use crate::conditions::Conditions;
use crate::constellation::Topology;
use crate::ids::{GatewayId, SatId};
use crate::orbit::Sky;
use crate::radio::{FeederRate, Links, Worthless};
use crate::visibility::{View, Views};
use crate::world::World;

/// A satellite held by a gateway.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feeder {
    /// The gateway.
    pub gateway: GatewayId,
    /// Distance to it, m.
    pub range_m: f64,
    /// Sine of the satellite's elevation there.
    pub elevation_sine: f64,
    /// What the link carries.
    pub rate: FeederRate,
}

/// Who holds whom.
#[derive(Debug, Clone)]
pub struct Feeders {
    /// By satellite.
    pub of_satellite: Vec<Option<Feeder>>,
    /// Antennas in use, by gateway.
    pub antennas_used: Vec<u16>,
    /// Links that a free antenna would have taken, had the rain not drowned them; by satellite, ascending.
    pub drowned: Vec<(SatId, GatewayId)>,
}

/// Assigns gateway antennas for a slot.
#[must_use]
pub fn hold(
    world: &World,
    topology: &Topology,
    conditions: &Conditions,
    sky: &Sky,
    views: &Views,
    links: &Links<'_>,
    before: Option<&Feeders>,
) -> Feeders {
    let mut feeders = Feeders {
        of_satellite: vec![None; world.satellites.len()],
        antennas_used: vec![0; world.gateways.len()],
        drowned: Vec::new(),
    };
    let useful = |g: usize| conditions.gateway_up[g] && reaches_a_pop(world, conditions, GatewayId::at(g));
    let gateways: Vec<usize> = (0..world.gateways.len()).filter(|&g| useful(g)).collect();
    let second = |satellite: SatId| world.satellites[satellite.index()].second_generation;
    let rate =
        |g: usize, view: &View| links.worthwhile_feeder(GatewayId::at(g), view, second(view.satellite));

    if let Some(before) = before {
        for &g in &gateways {
            for &satellite in views.gateways.of(g) {
                let held = before.of_satellite[satellite.index()];
                if held.is_some_and(|f| f.gateway.index() == g) {
                    let view = View::of(&world.gateways[g].place, satellite, sky);
                    feeders.take_or_shun(g, &view, rate(g, &view));
                }
            }
        }
    }

    let mut offers: Vec<(f64, usize, View)> = Vec::new();
    for &g in &gateways {
        for &satellite in views.gateways.of(g) {
            if topology.worth_holding(satellite) && !feeders.holds(satellite) {
                let view = View::of(&world.gateways[g].place, satellite, sky);
                offers.push((view.elevation_sine, g, view));
            }
        }
    }
    offers.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.satellite.cmp(&y.2.satellite)));
    for (_, g, view) in offers {
        if feeders.antennas_used[g] < world.gateways[g].antennas && !feeders.holds(view.satellite) {
            feeders.take_or_shun(g, &view, rate(g, &view));
        }
    }
    let Feeders { drowned, of_satellite, .. } = &mut feeders;
    drowned.retain(|(satellite, _)| of_satellite[satellite.index()].is_none());
    drowned.sort_unstable();
    drowned.dedup();
    feeders
}

/// True if some fibre leads from the gateway to a PoP, and all of it works.
fn reaches_a_pop(world: &World, conditions: &Conditions, gateway: GatewayId) -> bool {
    world.fibres.iter().enumerate().any(|(f, fibre)| {
        fibre.gateway == gateway && conditions.fibre_up[f] && conditions.pop_up[fibre.pop.index()]
    })
}

impl Feeders {
    fn holds(&self, satellite: SatId) -> bool {
        self.of_satellite[satellite.index()].is_some()
    }

    /// The gateways that would hold a satellite which nobody holds, had the rain not drowned the links.
    pub fn drowned_for(&self, satellite: SatId) -> impl Iterator<Item = GatewayId> {
        let first = self.drowned.partition_point(|(drowned, _)| *drowned < satellite);
        let rest = self.drowned[first..].iter();
        rest.take_while(move |(drowned, _)| *drowned == satellite).map(|(_, gateway)| *gateway)
    }

    fn take_or_shun(&mut self, gateway: usize, view: &View, rate: Result<FeederRate, Worthless>) {
        match rate {
            Ok(rate) => self.take(gateway, view, rate),
            Err(Worthless::Drowned) => self.drowned.push((view.satellite, GatewayId::at(gateway))),
            Err(Worthless::EvenDry) => {}
        }
    }

    fn take(&mut self, gateway: usize, view: &View, rate: FeederRate) {
        self.antennas_used[gateway] += 1;
        self.of_satellite[view.satellite.index()] = Some(Feeder {
            gateway: GatewayId::at(gateway),
            range_m: view.range_m,
            elevation_sine: view.elevation_sine,
            rate,
        });
    }
}
