//! Named polygons in degrees, as files of borders have them: GeoJSON and TopoJSON.

use super::topology;
use geojson::{Feature, GeoJson, GeometryValue, Position};
use serde_json::Value;

/// A ring as it was drawn: longitude and latitude in degrees.
pub(super) type DrawnRing = Vec<[f64; 2]>;

/// A polygon's rings, the exterior first.
pub(super) type DrawnPolygon = Vec<DrawnRing>;

/// A part of a file of borders.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub name: String,
    pub polygons: Vec<DrawnPolygon>,
}

/// Reads a GeoJSON `FeatureCollection` or `Feature`, or a TopoJSON `Topology`; names are in the property of this key.
pub(super) fn read(text: &str, key: &str) -> Result<Vec<Shape>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.get("type").and_then(Value::as_str) == Some("Topology") {
        return topology::read(value, key);
    }
    let features = match serde_json::from_value::<GeoJson>(value).map_err(|error| error.to_string())? {
        GeoJson::FeatureCollection(collection) => collection.features,
        GeoJson::Feature(feature) => vec![feature],
        GeoJson::Geometry(_) => {
            return Err(
                "a geometry without a name; accepted are a FeatureCollection and a Feature".to_owned()
            );
        }
    };
    features.into_iter().enumerate().map(|(number, feature)| of_feature(number, feature, key)).collect()
}

fn of_feature(number: usize, feature: Feature, key: &str) -> Result<Shape, String> {
    let name = feature.property(key).and_then(Value::as_str).map(str::to_owned);
    let name = name.ok_or_else(|| format!("features[{number}] has no text in the property \"{key}\""))?;
    let Some(geometry) = feature.geometry else { return Err(format!("{name}: it has no geometry")) };
    let polygons = polygons_of(geometry.value).map_err(|what| format!("{name}: {what}"))?;
    Ok(Shape { name, polygons })
}

/// The polygons of a geometry.
pub(super) fn polygons_of(geometry: GeometryValue) -> Result<Vec<DrawnPolygon>, String> {
    match geometry {
        GeometryValue::Polygon { coordinates } => Ok(vec![polygon(&coordinates)?]),
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter().map(|rings| polygon(rings)).collect()
        }
        other => Err(format!("a {}; accepted are Polygon and MultiPolygon", other.type_name())),
    }
}

fn polygon(rings: &[Vec<Position>]) -> Result<DrawnPolygon, String> {
    let corner = |position: &Position| match position.as_slice() {
        [longitude_deg, latitude_deg] | [longitude_deg, latitude_deg, _] => {
            Ok([*longitude_deg, *latitude_deg])
        }
        other => Err(format!("a position of {} numbers; it is longitude and latitude", other.len())),
    };
    rings.iter().map(|ring| ring.iter().map(corner).collect()).collect()
}
