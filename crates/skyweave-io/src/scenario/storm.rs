//! Storms of a scenario, resolved to what they rain on.

use super::area::Atlas;
use super::clock;
use super::diagnostic::ScenarioError;
use super::format::{Area, Rainfall};
use super::track;
use hifitime::Epoch;
use skyweave_core::geodesy::{EARTH_MEAN_RADIUS_M, Geodetic};
use skyweave_core::ids::{BeamId, GatewayId};
use skyweave_core::time::{SlotInstant, SlotNo};
use skyweave_core::weather::{Footprint, Storm, along};
use skyweave_core::world::{Place, World};
use std::ops::RangeInclusive;
use toml::Spanned;

/// The strongest rain of an event, mm/h: more has been measured for minutes only.
const MOST_RAIN_MM_H: f64 = 300.0;
const RADII_KM: RangeInclusive<f64> = 0.1..=2_000.0;

/// The storm that begins at a moment.
pub fn storm(
    rain: &Spanned<Rainfall>,
    at: Epoch,
    window: (Epoch, Epoch),
    world: &World,
    atlas: &Atlas<'_>,
) -> Result<Storm, ScenarioError> {
    let written = rain.get_ref();
    let fault = |found: &str, accepted: &str| atlas.source.fault(rain.span(), found, "here", accepted);
    if !(written.rate_mm_h > 0.0 && written.rate_mm_h <= MOST_RAIN_MM_H) {
        let found = format!("rain of {} mm/h", written.rate_mm_h);
        return Err(fault(&found, "accepted: more than 0 and at most 300 mm/h"));
    }
    let from = SlotNo::not_before(at);
    let until = SlotNo::not_before(at + clock::duration(atlas.source, &written.lasts)?);
    if until <= from {
        return Err(atlas.source.fault(
            written.lasts.span(),
            "the rain is over before a slot begins, so it changes nothing",
            "here",
            "accepted: 15 s or more",
        ));
    }
    let footprint = match (&written.area, written.track.is_empty(), written.radius_km) {
        (Some(area), true, None) => standing(area, rain, world, atlas)?,
        (None, false, Some(radius_km)) => {
            if !RADII_KM.contains(&radius_km) {
                let found = format!("a storm with a radius of {radius_km} km");
                return Err(fault(&found, "accepted: from 0.1 to 2,000 km"));
            }
            let points = written.track.iter().map(|p| (&p.at, [p.latitude_deg, p.longitude_deg, 0.0]));
            let track = track::points(points, window.0, atlas)?;
            Footprint::Moving { track, radius_m: radius_km * 1e3 }
        }
        _ => {
            return Err(fault(
                "where it rains is not clear",
                "accepted: `area`, or `track` with `radius_km`",
            ));
        }
    };
    let storm = Storm { from, until, rate_mm_h: written.rate_mm_h, footprint };
    if let Footprint::Moving { track, radius_m } = &storm.footprint
        && !touches(track, *radius_m, (from, until), world)
    {
        return Err(fault(
            "no beam cell and no gateway is ever under this storm, so the event changes nothing",
            "accepted: a track and a radius that bring it over the centre of some beam cell or a gateway while it rains",
        ));
    }
    Ok(storm)
}

fn standing(
    area: &Area,
    rain: &Spanned<Rainfall>,
    world: &World,
    atlas: &Atlas<'_>,
) -> Result<Footprint, ScenarioError> {
    let region = atlas.region(area, &rain.span())?;
    let inside = |place: &Place| {
        region.contains(place.geodetic.latitude_rad.to_degrees(), place.geodetic.longitude_rad.to_degrees())
    };
    let beams = &world.beams.places;
    let beams: Vec<BeamId> = (0..beams.len()).filter(|&b| inside(&beams[b])).map(BeamId::at).collect();
    let gateways = (0..world.gateways.len()).filter(|&g| inside(&world.gateways[g].place));
    let gateways: Vec<GatewayId> = gateways.map(GatewayId::at).collect();
    if beams.is_empty() && gateways.is_empty() {
        return Err(atlas.source.fault(
            rain.span(),
            "no beam cell and no gateway of this scenario is in the area, so the event changes nothing",
            "here",
            "accepted: an area that the centre of some beam cell or a gateway is in",
        ));
    }
    Ok(Footprint::Places { beams, gateways })
}

/// True if a storm is over some beam cell or gateway at the start of some of its slots.
fn touches(
    track: &[(SlotInstant, Geodetic)],
    radius_m: f64,
    (from, until): (SlotNo, SlotNo),
    world: &World,
) -> bool {
    // few places are near its way, and only those need be looked at slot by slot
    let legs = || track.windows(2).map(|leg| (leg[0].1, leg[1].1));
    let near = |place: &&Place| {
        let at = place.geodetic;
        let (Some(first), Some(last)) = (track.first(), track.last()) else { return false };
        // the legs' distance is rounded differently from what decides
        let reach_m = radius_m * 1.001 + 1.0;
        at.great_circle_m(first.1) <= reach_m
            || at.great_circle_m(last.1) <= reach_m
            || legs().any(|(one, other)| at.distance_to_arc_m(one, other) <= reach_m)
    };
    let gateways = world.gateways.iter().map(|gateway| &gateway.place);
    let candidates: Vec<&Place> = world.beams.places.iter().chain(gateways).filter(near).collect();
    if candidates.is_empty() {
        return false;
    }
    let least_cosine = skyweave_core::math::cos((radius_m / EARTH_MEAN_RADIUS_M).min(std::f64::consts::PI));
    (from.0..until.0).any(|slot| {
        let centre = Place::new(along(track, SlotNo(slot)));
        candidates.iter().any(|place| place.up.dot(centre.up) >= least_cosine)
    })
}
