//! Country borders and other areas: which polygons they are, and whether a point is inside.
//!
//! Coordinates are degrees, longitude first, on the WGS84 ellipsoid; edges are straight in longitude and latitude, as the
//! dataset draws them.

use crate::builtin::{borders_topojson, countries};
use geo::{BoundingRect, Contains, Coord, LineString, MultiPolygon, Point, Polygon};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The built-in borders: Natural Earth 1:50 million. Where a border is disputed they show one view of it; a scenario that
/// cares gives its own polygon.
#[derive(Debug)]
pub struct Borders {
    by_numeric: BTreeMap<String, MultiPolygon>,
    outlines: BTreeMap<String, Outline>,
}

#[derive(Deserialize)]
struct Topology {
    objects: Objects,
    arcs: Vec<Vec<[f64; 2]>>,
    transform: Option<Transform>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    countries: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon { id: Option<String>, arcs: Vec<Vec<i64>> },
    MultiPolygon { id: Option<String>, arcs: Vec<Vec<Vec<i64>>> },
}

impl Borders {
    /// Reads the built-in borders.
    ///
    /// # Errors
    /// What is wrong with the file; the built-in one is tested.
    pub fn builtin() -> Result<Self, serde_json::Error> {
        let topology: Topology = serde_json::from_str(&borders_topojson())?;
        let arcs: Vec<Vec<Coord>> =
            topology.arcs.iter().map(|arc| decode(arc, topology.transform.as_ref())).collect();
        let mut by_numeric: BTreeMap<String, MultiPolygon> = BTreeMap::new();
        for geometry in topology.objects.countries.geometries {
            let (id, polygons) = match geometry {
                Geometry::Polygon { id, arcs } => (id, vec![arcs]),
                Geometry::MultiPolygon { id, arcs } => (id, arcs),
            };
            let Some(id) = id else { continue };
            let shapes = polygons.iter().map(|rings| polygon(rings, &arcs));
            by_numeric.entry(id).or_insert_with(|| MultiPolygon(Vec::new())).0.extend(shapes);
        }
        let outlines =
            by_numeric.iter().map(|(id, shape)| (id.clone(), Outline::of_borders(shape))).collect();
        Ok(Self { by_numeric, outlines })
    }

    /// The area of a country by ISO 3166-1 alpha-3 code or English name, as the file has it.
    #[must_use]
    pub fn country(&self, name: &str) -> Option<&MultiPolygon> {
        self.by_numeric.get(&numeric_code(name)?)
    }

    /// The same, ready to be asked what is inside.
    #[must_use]
    pub fn outline(&self, name: &str) -> Option<&Outline> {
        self.outlines.get(&numeric_code(name)?)
    }

    /// The English names of the countries that places (latitude and longitude, deg) are in; none at sea.
    #[must_use]
    pub fn names_at(&self, places: impl IntoIterator<Item = (f64, f64)>) -> Vec<Option<String>> {
        let names: BTreeMap<String, String> =
            countries().into_iter().map(|country| (country.iso_numeric, country.name)).collect();
        let name = |(latitude_deg, longitude_deg)| {
            let mut outlines = self.outlines.iter();
            let found = outlines.find(|(_, outline)| outline.contains(latitude_deg, longitude_deg));
            found.and_then(|(id, _)| names.get(id)).cloned()
        };
        places.into_iter().map(name).collect()
    }

    /// True for a place that is in some country.
    #[must_use]
    pub fn is_land(&self, latitude_deg: f64, longitude_deg: f64) -> bool {
        self.outlines.values().any(|outline| outline.contains(latitude_deg, longitude_deg))
    }

    /// Distance in m from a place to the nearest land, 0 on land; exact only in so far as borders have dense corners.
    #[must_use]
    pub fn distance_to_land_m(&self, latitude_deg: f64, longitude_deg: f64) -> f64 {
        if self.is_land(latitude_deg, longitude_deg) {
            return 0.0;
        }
        let here = skyweave_core::geodesy::Geodetic::from_degrees(latitude_deg, longitude_deg);
        let mut nearest = f64::INFINITY;
        for corner in self.by_numeric.values().flat_map(|a| &a.0).flat_map(|p| p.exterior().coords()) {
            let there = skyweave_core::geodesy::Geodetic::from_degrees(corner.y, corner.x);
            nearest = nearest.min(here.great_circle_m(there));
        }
        nearest
    }
}

fn numeric_code(name: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let country = countries().into_iter().find(|c| {
        c.iso_alpha3.to_lowercase() == wanted || c.name.to_lowercase() == wanted || c.iso_numeric == wanted
    })?;
    Some(country.iso_numeric)
}

/// The ring with longitudes that go on beyond 180 where it crosses the date line. One that goes once around the Earth
/// encloses a pole, and is closed along the edge of the map there.
#[must_use]
pub fn unrolled(ring: &LineString) -> Vec<Coord> {
    let mut turns = 0.0;
    let mut before: Option<Coord> = None;
    let mut corners: Vec<Coord> = ring
        .coords()
        .map(|&corner| {
            if let Some(before) = before.replace(corner) {
                turns -= ((corner.x - before.x) / 360.0).round();
            }
            Coord { x: corner.x + 360.0 * turns, y: corner.y }
        })
        .collect();
    if let (Some(&first), Some(&last)) = (corners.first(), corners.last())
        && (last.x - first.x).abs() > 180.0
    {
        let pole = 90.0_f64.copysign(first.y);
        corners.extend([Coord { x: last.x, y: pole }, Coord { x: first.x, y: pole }, first]);
    }
    corners
}

/// Arcs are quantised and delta-encoded where the file has a transform (TopoJSON 1.0, section 2.1.2).
fn decode(arc: &[[f64; 2]], transform: Option<&Transform>) -> Vec<Coord> {
    let Some(transform) = transform else { return arc.iter().map(|p| Coord { x: p[0], y: p[1] }).collect() };
    let mut at = [0.0, 0.0];
    arc.iter()
        .map(|step| {
            at = [at[0] + step[0], at[1] + step[1]];
            Coord {
                x: at[0] * transform.scale[0] + transform.translate[0],
                y: at[1] * transform.scale[1] + transform.translate[1],
            }
        })
        .collect()
}

/// A ring is a chain of arcs; a negative number is the arc `!n` backwards, and shared corners appear once.
fn ring(numbers: &[i64], arcs: &[Vec<Coord>]) -> LineString {
    let mut coords: Vec<Coord> = Vec::new();
    for &number in numbers {
        let arc = &arcs[(if number < 0 { !number } else { number }) as usize];
        let skip = usize::from(!coords.is_empty());
        if number < 0 {
            coords.extend(arc.iter().rev().skip(skip));
        } else {
            coords.extend(arc.iter().skip(skip));
        }
    }
    LineString(coords)
}

fn polygon(rings: &[Vec<i64>], arcs: &[Vec<Coord>]) -> Polygon {
    let mut rings = rings.iter().map(|numbers| ring(numbers, arcs));
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(exterior, rings.collect())
}

/// A shape on the map, with its bounding box for a quick "no".
#[derive(Debug, Clone)]
pub struct Outline {
    /// As given.
    drawn: MultiPolygon,
    /// To be tested.
    tested: Vec<(geo::Rect, Polygon)>,
}

impl Outline {
    /// An outline of polygons that are cut where they cross the date line, as RFC 7946 has them.
    #[must_use]
    pub fn new(shape: &MultiPolygon) -> Self {
        Self::testing(shape, shape.0.clone())
    }

    /// An outline of borders, whose rings jump from one end of the map to the other at the date line.
    fn of_borders(shape: &MultiPolygon) -> Self {
        let mut polygons = Vec::new();
        for polygon in &shape.0 {
            let unroll = |ring: &LineString| LineString(unrolled(ring));
            // on the sphere a coast around the pole may be drawn as the hole of the sea: here it is land of its own
            let (around_pole, holes): (Vec<_>, Vec<_>) =
                polygon.interiors().iter().partition(|ring| unrolled(ring).len() > ring.0.len());
            polygons.push(Polygon::new(unroll(polygon.exterior()), holes.into_iter().map(unroll).collect()));
            polygons.extend(around_pole.into_iter().map(|ring| Polygon::new(unroll(ring), Vec::new())));
        }
        Self::testing(shape, polygons)
    }

    fn testing(shape: &MultiPolygon, polygons: Vec<Polygon>) -> Self {
        let tested = polygons.into_iter().filter_map(|p| Some((p.bounding_rect()?, p))).collect();
        Self { drawn: shape.clone(), tested }
    }

    /// True if a place is inside.
    #[must_use]
    pub fn contains(&self, latitude_deg: f64, longitude_deg: f64) -> bool {
        [0.0, 360.0, -360.0].into_iter().any(|turn| {
            let point = Point::new(longitude_deg + turn, latitude_deg);
            self.tested.iter().any(|(bounds, polygon)| bounds.contains(&point) && polygon.contains(&point))
        })
    }

    /// The polygons as they were given.
    pub fn polygons(&self) -> impl Iterator<Item = &Polygon> {
        self.drawn.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_in_their_countries() {
        let borders = Borders::builtin().unwrap();
        for (country, lat, lon) in [
            ("UKR", 50.45, 30.52),
            ("Ukraine", 48.9, 24.7),
            ("TWN", 24.15, 120.7),
            ("USA", 39.1, -94.6),
            ("FJI", -17.8, 178.0),
            ("FJI", -16.9, 179.97),
            ("RUS", 66.0, 100.0),
            ("RUS", 67.0, 179.0),
            ("RUS", 67.0, -175.0),
        ] {
            let outline = borders.outline(country).unwrap();
            assert!(outline.contains(lat, lon), "{country}");
            assert!(!outline.contains(lat, lon + 100.0), "{country}");
        }
        assert!(borders.outline("Atlantis").is_none());
        let russia = borders.outline("RUS").unwrap();
        assert!(![0.0, 25.0, -40.0].into_iter().any(|lon| russia.contains(67.0, lon)));
        assert!(borders.outline("ATA").unwrap().contains(-80.0, 0.0));
        assert_eq!(borders.distance_to_land_m(50.45, 30.52), 0.0);
        assert!(borders.distance_to_land_m(-48.9, -123.4) > 2_000_000.0, "Point Nemo");
    }
}
