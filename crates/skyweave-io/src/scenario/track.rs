//! Tracks: where a site moves, and which cells it passes.

use super::SLOTS_BEFORE;
use super::area::Atlas;
use super::clock;
use super::diagnostic::ScenarioError;
use super::format::Site;
use super::places::check_height;
use crate::cells;
use h3o::Resolution;
use hifitime::Epoch;
use skyweave_core::geodesy::Geodetic;
use skyweave_core::time::{SlotInstant, SlotNo};
use skyweave_core::world::Motion;
use toml::Spanned;

/// Between places further apart than this, nearly antipodes, the great circle could lead anywhere, m.
const LONGEST_LEG_M: f64 = 19_900_000.0;

/// The motion, and the cells with the slots from which on they hold.
type Track = (Motion, Vec<(SlotNo, u64)>);

/// Points in order of time, each with its latitude and longitude, deg, and height, m.
pub fn points<'a>(
    written: impl Iterator<Item = (&'a Spanned<String>, [f64; 3])>,
    start: Epoch,
    atlas: &Atlas<'_>,
) -> Result<Vec<(SlotInstant, Geodetic)>, ScenarioError> {
    let mut points: Vec<(SlotInstant, Geodetic)> = Vec::new();
    let mut last: Option<Epoch> = None;
    for (at, [latitude_deg, longitude_deg, height_m]) in written {
        let span = at.span();
        atlas.coordinates(latitude_deg, longitude_deg, &span)?;
        check_height(height_m, &span, atlas)?;
        let at = clock::moment(atlas.source, at, start)?;
        if last.is_some_and(|last| at <= last) {
            return Err(atlas.source.fault(
                span,
                "this point is not later than the one before",
                "here",
                "accepted: points in order of time",
            ));
        }
        last = Some(at);
        let place = Geodetic { height_m, ..Geodetic::from_degrees(latitude_deg, longitude_deg) };
        if points.last().is_some_and(|(_, before)| before.great_circle_m(place) > LONGEST_LEG_M) {
            return Err(atlas.source.fault(
                span,
                "this point is on the other side of the Earth from the one before",
                "here",
                "accepted: at most 19,900 km from point to point; add one in between",
            ));
        }
        points.push((SlotInstant::of(at), place));
    }
    Ok(points)
}

pub fn track(
    site: &Site,
    window: (Epoch, Epoch),
    resolution: Resolution,
    atlas: &Atlas<'_>,
) -> Result<Track, ScenarioError> {
    let written = site.track.iter();
    let written = written.map(|point| (&point.at, [point.latitude_deg, point.longitude_deg, point.height_m]));
    let points = points(written, window.0, atlas)?;
    let moving = points.first().map(|(from, _)| from.slot).zip(points.last().map(|(to, _)| to.slot.next()));
    let motion = Motion::Track(points);
    let mut entered: Vec<(SlotNo, u64)> = Vec::new();
    let (mut slot, mut end) =
        (SlotNo::containing(window.0).minus(SLOTS_BEFORE), SlotNo::not_before(window.1));
    if let Some((from, to)) = moving {
        // before the first point and after the last it stands still
        slot = slot.max(from);
        end = end.min(to.next()).max(slot.next());
    }
    while slot < end {
        let at = motion.at(slot).geodetic;
        let cell = cells::containing(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees(), resolution);
        if let Some(cell) = cell
            && entered.last().is_none_or(|(_, last)| *last != cell)
        {
            entered.push((slot, cell));
        }
        slot = slot.next();
    }
    Ok((motion, entered))
}
