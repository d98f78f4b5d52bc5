//! Areas of a scenario, resolved to outlines.

use super::diagnostic::{ScenarioError, Source, closest, read_text};
use super::format::{Area, Circle, Pair};
use crate::borders::{Borders, Outline};
use crate::builtin::countries;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use skyweave_core::geodesy::Geodetic;
use std::f64::consts::PI;
use std::ops::Range;
use std::path::Path;

/// Where something is meant.
#[derive(Debug, Clone)]
pub enum Region {
    /// Everywhere.
    World,
    /// Inside polygons.
    Outline(Outline),
    /// Within a great-circle distance of a point.
    Circle {
        /// Its centre.
        centre: Geodetic,
        /// Its radius, m.
        radius_m: f64,
    },
}

impl Region {
    /// True if a place is inside.
    #[must_use]
    pub fn contains(&self, latitude_deg: f64, longitude_deg: f64) -> bool {
        match self {
            Self::World => true,
            Self::Outline(outline) => outline.contains(latitude_deg, longitude_deg),
            Self::Circle { centre, radius_m } => {
                centre.great_circle_m(Geodetic::from_degrees(latitude_deg, longitude_deg)) <= *radius_m
            }
        }
    }

    /// True if the great circle between two places passes through it.
    #[must_use]
    pub fn crosses(&self, from: Geodetic, to: Geodetic) -> bool {
        /// Distance between the points of a route that are looked at, m: finer than any country's neck matters here.
        const STEP_M: f64 = 10_000.0;
        match self {
            Self::World => true,
            Self::Circle { centre, radius_m } => centre.distance_to_arc_m(from, to) <= *radius_m,
            Self::Outline(outline) => {
                let steps = (from.great_circle_m(to) / STEP_M).ceil().max(1.0) as usize;
                (0..=steps).any(|step| {
                    let at = from.towards(to, step as f64 / steps as f64);
                    outline.contains(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees())
                })
            }
        }
    }
}

/// Share of the globe inside an outline whose edges are straight in longitude and latitude, roughly: enough to count
/// cells before they are made.
#[must_use]
pub fn share_of_globe(outline: &Outline) -> f64 {
    let ring = |line: &LineString| -> f64 {
        let (mut turn, mut swept) = (0.0, 0.0);
        for edge in line.lines() {
            // borders jump from one end of the map to the other at the date line
            let jump = if edge.dx().abs() > 180.0 { 360.0_f64.copysign(edge.dx()) } else { 0.0 };
            let east = (edge.dx() - jump).to_radians();
            turn += east;
            swept += east * f64::midpoint(edge.start.y.to_radians().sin(), edge.end.y.to_radians().sin());
        }
        let share = swept.abs() / (4.0 * PI);
        if turn.abs() > PI { (0.5 - share).abs() } else { share }
    };
    let holes = |polygon: &Polygon| polygon.interiors().iter().map(ring).sum::<f64>();
    // a coast around a pole is drawn as the hole of the sea
    outline.polygons().map(|polygon| (ring(polygon.exterior()) - holes(polygon)).abs()).sum()
}

/// What a scenario's areas are resolved with.
pub struct Atlas<'a> {
    /// The scenario's text, for faults.
    pub source: &'a Source,
    /// The folder that its paths start from.
    pub folder: &'a Path,
    /// Borders of countries.
    pub borders: &'a Borders,
}

impl Atlas<'_> {
    /// The region of an area.
    ///
    /// # Errors
    /// When not exactly one kind of place is given, a country is unknown, or coordinates are no coordinates.
    pub fn region(&self, area: &Area, span: &Range<usize>) -> Result<Region, ScenarioError> {
        let given = usize::from(area.world)
            + usize::from(area.country.is_some())
            + usize::from(area.polygon.is_some())
            + usize::from(area.geojson.is_some())
            + usize::from(area.within.is_some());
        if given != 1 {
            return Err(self.source.fault(
                span.clone(),
                &format!("an area says where in {given} ways"),
                "here",
                "accepted: exactly one of `world = true`, `country`, `polygon`, `geojson`, `within`",
            ));
        }
        if let Some(name) = &area.country {
            let outline = self.borders.outline(name).ok_or_else(|| {
                let known = countries();
                let names = known.iter().flat_map(|c| [c.iso_alpha3.as_str(), c.name.as_str()]);
                self.source.fault(
                    span.clone(),
                    &format!("no country `{name}`"),
                    "here",
                    &format!(
                        "accepted: ISO 3166-1 alpha-3 codes and English names; {}",
                        closest(name, names)
                    ),
                )
            })?;
            return Ok(Region::Outline(outline.clone()));
        }
        if let Some(corners) = &area.polygon {
            return self.polygon(corners, span);
        }
        if let Some(file) = &area.geojson {
            return self.geojson(file, span);
        }
        match area.within {
            Some(circle) => self.circle(circle, span),
            None => Ok(Region::World),
        }
    }

    fn polygon(&self, corners: &[Pair<f64>], span: &Range<usize>) -> Result<Region, ScenarioError> {
        for Pair([longitude, latitude]) in corners {
            self.coordinates(*latitude, *longitude, span)?;
        }
        if corners.len() < 3 {
            return Err(self.source.fault(
                span.clone(),
                &format!("a polygon of {} corners has no inside", corners.len()),
                "here",
                "accepted: at least three corners as [longitude, latitude] in degrees",
            ));
        }
        let ring = LineString(corners.iter().map(|Pair([x, y])| Coord { x: *x, y: *y }).collect());
        self.outline(&MultiPolygon(vec![Polygon::new(ring, Vec::new())]), span)
    }

    /// The outline of a shape none of whose edges could be meant the other way around the Earth.
    fn outline(&self, shape: &MultiPolygon, span: &Range<usize>) -> Result<Region, ScenarioError> {
        for polygon in &shape.0 {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for corner in ring.coords() {
                    self.coordinates(corner.y, corner.x, span)?;
                }
                if let Some(edge) = ring.lines().find(|edge| edge.dx().abs() > 180.0) {
                    return Err(self.source.fault(
                        span.clone(),
                        &format!("an edge of the polygon goes from longitude {} to {}", edge.start.x, edge.end.x),
                        "here",
                        "accepted: edges of at most 180 degrees; cut a polygon that crosses longitude 180 there, into \
                         two areas or a GeoJSON MultiPolygon (RFC 7946, section 3.1.9)",
                    ));
                }
            }
        }
        Ok(Region::Outline(Outline::new(shape)))
    }

    /// The text of a file that the scenario names.
    ///
    /// # Errors
    /// When it cannot be read, with the place where it is named.
    pub fn file(&self, name: &str, span: &Range<usize>, accepted: &str) -> Result<String, ScenarioError> {
        let path = self.folder.join(name);
        read_text(&path).map_err(|why| {
            self.source.fault(
                span.clone(),
                &format!("cannot read {}: {why}", path.display()),
                "named here",
                &format!("{accepted}, relative to the scenario"),
            )
        })
    }

    fn geojson(&self, file: &str, span: &Range<usize>) -> Result<Region, ScenarioError> {
        const ACCEPTED: &str = "accepted: GeoJSON (RFC 7946) with Polygon or MultiPolygon geometries";
        let text = self.file(file, span, ACCEPTED)?;
        let shape = crate::geofile::polygons(&text).map_err(|why| {
            let path = self.folder.join(file);
            self.source.fault(span.clone(), &format!("{}: {why}", path.display()), "this file", ACCEPTED)
        })?;
        self.outline(&shape, span)
    }

    /// The region of a circle.
    ///
    /// # Errors
    /// When its centre or its radius is none.
    pub fn circle(&self, circle: Circle, span: &Range<usize>) -> Result<Region, ScenarioError> {
        self.coordinates(circle.latitude_deg, circle.longitude_deg, span)?;
        if !(circle.radius_km > 0.0 && circle.radius_km <= 20_100.0) {
            return Err(self.source.fault(
                span.clone(),
                &format!("a radius of {} km", circle.radius_km),
                "here",
                "accepted: more than 0 and at most 20,100 km (half the Earth's girth)",
            ));
        }
        let centre = Geodetic::from_degrees(circle.latitude_deg, circle.longitude_deg);
        Ok(Region::Circle { centre, radius_m: circle.radius_km * 1_000.0 })
    }

    /// Checks that a pair of numbers is a place.
    ///
    /// # Errors
    /// When it is none.
    pub fn coordinates(
        &self,
        latitude: f64,
        longitude: f64,
        span: &Range<usize>,
    ) -> Result<(), ScenarioError> {
        if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) {
            return Ok(());
        }
        Err(self.source.fault(
            span.clone(),
            &format!("latitude {latitude}, longitude {longitude} is no place"),
            "here",
            "accepted: latitude from -90 to 90, longitude from -180 to 180, in degrees",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known areas in shares of the 510 million square kilometres of the globe; that of the Antarctic without ice shelves.
    #[test]
    fn shares_of_the_globe_are_roughly_right() {
        let borders = Borders::builtin().unwrap();
        for (country, share) in
            [("RUS", 0.0335), ("ATA", 0.0241), ("FJI", 3.6e-5), ("BRA", 0.0167), ("ZAF", 0.0024)]
        {
            let found = share_of_globe(borders.outline(country).unwrap());
            assert!((found / share - 1.0).abs() < 0.15, "{country}: {found}");
        }
    }
}
