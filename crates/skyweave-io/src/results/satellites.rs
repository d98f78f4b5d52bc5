//! The table of the satellites.

use super::collect::Collector;
use super::column::Name;
use super::error::ResultsError;
use super::layout::RunInfo;
use super::moment::Moment;
use super::rows::SatelliteRow;
use super::sink::Output;
use super::temp::TempFile;
use skyweave_core::geodesy::{EcefPosition, Ellipsoid};
use skyweave_core::time::{SlotNo, UtcHour};

/// Writes `satellites`.
pub(crate) struct SatelliteTable {
    output: Output<SatelliteRow>,
}

impl SatelliteTable {
    pub fn create(info: &RunInfo, hour: UtcHour) -> Result<Self, ResultsError> {
        Ok(Self { output: Output::create(info, hour)? })
    }
}

impl Collector for SatelliteTable {
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        for (index, satellite) in now.world.satellites.iter().enumerate() {
            // the sky puts satellites without an orbit into the Earth's centre
            let position = now.sky.position[index];
            let place = (position != EcefPosition::default()).then(|| position.to_geodetic(Ellipsoid::WGS84));
            let gateway = now.feeders.of_satellite[index].map(|feeder| feeder.gateway);
            self.output.push(SatelliteRow {
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
                gateway: gateway.map(|gateway| now.names.gateways[gateway.index()].clone()),
            })?;
        }
        Ok(())
    }

    fn close(self: Box<Self>, _end: SlotNo) -> Result<TempFile, ResultsError> {
        self.output.close()
    }
}
