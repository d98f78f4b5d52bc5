//! The climate that a scenario names.

use super::area::Atlas;
use super::defaults::COARSE_CLIMATE;
use super::diagnostic::ScenarioError;
use super::format::Weather;
use crate::climate::Climate;
use skyweave_core::atmosphere::SiteClimate;
use skyweave_core::world::Place;

/// What is known of the climate of places.
pub enum Known {
    /// A climatology by latitude.
    Coarse,
    /// Maps.
    Maps(Box<Climate>),
}

/// Opens the climate.
pub fn open(weather: &Weather, atlas: &Atlas<'_>) -> Result<Known, ScenarioError> {
    let name = weather.climate.get_ref();
    if name == COARSE_CLIMATE {
        return Ok(Known::Coarse);
    }
    let opened = Climate::open(&atlas.folder.join(name));
    opened.map(|climate| Known::Maps(Box::new(climate))).map_err(|error| {
        atlas.source.fault(
            weather.climate.span(),
            &error.to_string(),
            "named here",
            "accepted: `coarse`, or a file that `skyweave climate import` wrote, relative to the scenario",
        )
    })
}

impl Known {
    /// The climate of a place; its altitude is that of the maps where there are any.
    pub fn at(&self, place: &Place) -> SiteClimate {
        let latitude_deg = place.geodetic.latitude_rad.to_degrees();
        let longitude_deg = place.geodetic.longitude_rad.to_degrees();
        let coarse = || SiteClimate::coarse(latitude_deg, place.geodetic.height_m.max(0.0) / 1e3);
        match self {
            Self::Coarse => coarse(),
            // every place of a world is one
            Self::Maps(maps) => maps.at(latitude_deg, longitude_deg, None).unwrap_or_else(|_| coarse()),
        }
    }

    /// What outputs may say of it in a line.
    pub fn description(&self, weather: &Weather) -> String {
        match self {
            Self::Coarse => {
                "coarse: a climatology of this project by latitude alone, without land, sea or desert"
                    .to_owned()
            }
            Self::Maps(maps) => {
                let mut recommendations: Vec<&str> = maps.origins().map(|(_, name, _)| name).collect();
                recommendations.sort_unstable();
                recommendations.dedup();
                format!("{}: digital maps of {}", weather.climate.get_ref(), recommendations.join(", "))
            }
        }
    }
}
