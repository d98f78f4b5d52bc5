//! The table of the satellites.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::SatelliteRow;
use skyweave_core::geodesy::{EcefPosition, Ellipsoid};

/// Rows of `satellites`.
#[derive(Default)]
pub(crate) struct Satellites;

impl Tabulate for Satellites {
    type Row = SatelliteRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<SatelliteRow>) {
        for (index, satellite) in now.world.satellites.iter().enumerate() {
            // the sky puts satellites without an orbit into the Earth's centre
            let position = now.sky.position[index];
            let place = (position != EcefPosition::default()).then(|| position.to_geodetic(Ellipsoid::WGS84));
            let feeder = now.feeders.of_satellite[index];
            rows.push(SatelliteRow {
                slot: now.no.0,
                time: now.time,
                satellite: now.names.satellites[index].clone(),
                catalog_number: satellite.catalog_number,
                latitude_deg: place.map(|p| p.latitude_rad.to_degrees() as f32),
                longitude_deg: place.map(|p| p.longitude_rad.to_degrees() as f32),
                altitude_m: place.map(|p| p.height_m as f32),
                service: Name::from(now.topology.service[index].name()),
                present: now.sky.present[index],
                cells: u32::from(now.assignment.cells_of_satellite[index]),
                beams: now.assignment.beams_of_satellite[index][0],
                gateway: feeder.map(|feeder| now.names.gateways[feeder.gateway.index()].clone()),
                gateway_up_bps: feeder.map(|feeder| feeder.rate.up_bps),
                gateway_down_bps: feeder.map(|feeder| feeder.rate.down_bps),
            });
        }
    }
}
