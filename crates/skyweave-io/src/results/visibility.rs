//! The table of what sites see.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::VisibilityRow;
use skyweave_core::geodesy::azimuth_elevation_rad;
use skyweave_core::ids::SatId;
use skyweave_core::terminal::TerminalService;
use skyweave_core::visibility::Lookout;

/// Rows of `visibility`.
#[derive(Default)]
pub(crate) struct Visibility;

impl Tabulate for Visibility {
    type Row = VisibilityRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<VisibilityRow>) {
        for (index, site) in now.sites() {
            let seen = highest_first(now, site);
            rows.extend(seen.into_iter().map(|satellite| row(now, index, site, satellite)));
        }
    }
}

/// The satellites above a site's lowest elevation; of equally high ones the first by number.
fn highest_first(now: &Moment<'_>, site: &TerminalService) -> Vec<SatId> {
    let lowest_rad = now.world.rules.radio.min_elevation_rad(site.place.geodetic.latitude_rad);
    let lookout = Lookout::new(&site.place, lowest_rad);
    let present = now.sky.position.iter().zip(&now.sky.present).enumerate();
    let present = present.filter(|(_, (_, present))| **present);
    let seen = present
        .filter_map(|(index, (position, _))| Some((lookout.sine_squared(*position)?, SatId::at(index))));
    let mut seen: Vec<(f64, SatId)> = seen.collect();
    seen.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    seen.into_iter().map(|(_, satellite)| satellite).collect()
}

fn row(now: &Moment<'_>, index: usize, site: &TerminalService, satellite: SatId) -> VisibilityRow {
    let position = now.sky.position[satellite.index()];
    let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(site.place.geodetic, position);
    let feeder = now.feeders.of_satellite[satellite.index()];
    VisibilityRow {
        slot: now.no.0,
        time: now.time,
        site: now.names.terminals[index].clone(),
        satellite: now.names.satellites[satellite.index()].clone(),
        azimuth_deg: azimuth_rad.to_degrees(),
        elevation_deg: elevation_rad.to_degrees(),
        range_m: site.place.ecef.range_m(position),
        service: Name::from(now.topology.service[satellite.index()].name()),
        obstructed: now.world.terminals[index].mask.hides(azimuth_rad, elevation_rad),
        gateway: feeder.map(|feeder| now.names.gateways[feeder.gateway.index()].clone()),
        serves: site.outcome.as_ref().is_ok_and(|served| served.satellite == satellite),
    }
}
