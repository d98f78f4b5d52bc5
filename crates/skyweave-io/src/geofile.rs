//! GeoJSON files: polygons of areas, points of gateways and PoPs.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{GeoJson, GeometryValue, JsonObject};

/// All polygons of a GeoJSON text.
///
/// # Errors
/// Says what is wrong with it.
pub fn polygons(text: &str) -> Result<MultiPolygon, String> {
    let mut shape = MultiPolygon(Vec::new());
    for (value, _) in geometries(text)? {
        match value {
            GeometryValue::Polygon { coordinates } => shape.0.push(polygon(&coordinates)?),
            GeometryValue::MultiPolygon { coordinates } => {
                for rings in &coordinates {
                    shape.0.push(polygon(rings)?);
                }
            }
            other => return Err(format!("found a {}, which has no inside", other.type_name())),
        }
    }
    if shape.0.is_empty() { Err("there is no polygon in it".to_owned()) } else { Ok(shape) }
}

/// All points of a GeoJSON text: longitude, latitude, properties.
///
/// # Errors
/// Says what is wrong with it.
pub fn points(text: &str) -> Result<Vec<(f64, f64, JsonObject)>, String> {
    geometries(text)?
        .into_iter()
        .map(|(value, properties)| match value {
            GeometryValue::Point { coordinates } => match coordinates.as_slice() {
                [longitude, latitude, ..] => Ok((*longitude, *latitude, properties)),
                _ => Err("a point has fewer than two coordinates".to_owned()),
            },
            other => Err(format!("found a {} where a Point belongs", other.type_name())),
        })
        .collect()
}

fn geometries(text: &str) -> Result<Vec<(GeometryValue, JsonObject)>, String> {
    let parsed: GeoJson = text.parse().map_err(|error: geojson::Error| error.to_string())?;
    let of_feature = |feature: geojson::Feature| {
        let geometry = feature.geometry.ok_or("a feature has no geometry")?;
        Ok((geometry.value, feature.properties.unwrap_or_default()))
    };
    match parsed {
        GeoJson::FeatureCollection(collection) => collection.features.into_iter().map(of_feature).collect(),
        GeoJson::Feature(feature) => Ok(vec![of_feature(feature)?]),
        GeoJson::Geometry(geometry) => Ok(vec![(geometry.value, JsonObject::new())]),
    }
}

fn polygon(rings: &[Vec<geojson::Position>]) -> Result<Polygon, String> {
    let mut lines = Vec::new();
    for ring in rings {
        let mut coords = Vec::new();
        for position in ring {
            match position.as_slice() {
                [x, y, ..] if x.is_finite() && y.abs() <= 90.0 => coords.push(Coord { x: *x, y: *y }),
                other => return Err(format!("{other:?} is no position")),
            }
        }
        lines.push(LineString(coords));
    }
    let mut lines = lines.into_iter();
    let exterior = lines.next().ok_or("a polygon has no ring")?;
    Ok(Polygon::new(exterior, lines.collect()))
}
