//! What stands around a terminal.

use super::area::Atlas;
use super::diagnostic::ScenarioError;
use super::format::Site;
use skyweave_core::place::{HorizonMask, Sector};

/// More sectors than degrees around say nothing new.
const MOST_SECTORS: usize = 360;

/// The sectors of the sky that a site's obstructions hide.
pub fn mask(site: &Site, atlas: &Atlas<'_>) -> Result<HorizonMask, ScenarioError> {
    let fault = |found: &str, accepted: &str| {
        Err(atlas.source.fault(site.name.span(), found, "of this site", accepted))
    };
    if site.obstructions.len() > MOST_SECTORS {
        let found = format!("{} obstructions", site.obstructions.len());
        return fault(&found, "accepted: up to 360");
    }
    let mut mask = HorizonMask::default();
    for sector in &site.obstructions {
        let (from, to, elevation) = (sector.from_azimuth_deg, sector.to_azimuth_deg, sector.elevation_deg);
        if ![from, to].iter().all(|azimuth| (-360.0..=360.0).contains(azimuth)) {
            let found = format!("an obstruction from azimuth {from} to {to}");
            return fault(&found, "accepted: azimuths from -360 to 360 degrees, clockwise from north");
        }
        if !(elevation > 0.0 && elevation <= 90.0) {
            let found = format!("an obstruction up to an elevation of {elevation} degrees");
            return fault(&found, "accepted: more than 0 and at most 90 degrees");
        }
        mask.sectors.push(Sector {
            from_rad: from.to_radians(),
            to_rad: to.to_radians(),
            elevation_rad: elevation.to_radians(),
        });
    }
    Ok(mask)
}
