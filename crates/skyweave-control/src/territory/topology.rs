//! TopoJSON 1.0: polygons as chains of arcs, so that neighbours have one border and not two that nearly agree.

use super::shapes::{DrawnPolygon, DrawnRing, Shape};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Topology {
    objects: BTreeMap<String, Object>,
    arcs: Vec<Vec<[f64; 2]>>,
    transform: Option<Transform>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon {
        #[serde(default)]
        properties: Map<String, Value>,
        arcs: Vec<Vec<i64>>,
    },
    MultiPolygon {
        #[serde(default)]
        properties: Map<String, Value>,
        arcs: Vec<Vec<Vec<i64>>>,
    },
}

/// Reads every named geometry. An object whose geometries have no names, such as the outline of all land, is not parts and is left.
pub(super) fn read(value: Value, key: &str) -> Result<Vec<Shape>, String> {
    let topology: Topology = serde_json::from_value(value).map_err(|error| format!("TopoJSON: {error}"))?;
    let arcs: Vec<DrawnRing> =
        topology.arcs.iter().map(|arc| decoded(arc, topology.transform.as_ref())).collect();
    let mut shapes = Vec::new();
    for geometry in topology.objects.into_values().flat_map(|object| object.geometries) {
        let (properties, polygons) = match geometry {
            Geometry::Polygon { properties, arcs } => (properties, vec![arcs]),
            Geometry::MultiPolygon { properties, arcs } => (properties, arcs),
        };
        let Some(name) = properties.get(key).and_then(Value::as_str) else { continue };
        let polygons = polygons.iter().map(|rings| polygon(rings, &arcs)).collect::<Result<_, _>>();
        shapes.push(Shape {
            name: name.to_owned(),
            polygons: polygons.map_err(|what: String| format!("{name}: {what}"))?,
        });
    }
    if shapes.is_empty() {
        Err(format!("no geometry has a text in the property \"{key}\""))
    } else {
        Ok(shapes)
    }
}

/// Arcs are whole numbers and differences where the file has a transform (TopoJSON 1.0, section 2.1.2).
fn decoded(arc: &[[f64; 2]], transform: Option<&Transform>) -> DrawnRing {
    let Some(Transform { scale, translate }) = transform else { return arc.to_vec() };
    let mut at = [0.0, 0.0];
    let place = |step: &[f64; 2]| {
        at = [at[0] + step[0], at[1] + step[1]];
        [at[0] * scale[0] + translate[0], at[1] * scale[1] + translate[1]]
    };
    arc.iter().map(place).collect()
}

fn polygon(rings: &[Vec<i64>], arcs: &[DrawnRing]) -> Result<DrawnPolygon, String> {
    rings.iter().map(|numbers| ring(numbers, arcs)).collect()
}

/// A negative number is the arc `!n` backwards; where arcs meet, their common corner appears once.
fn ring(numbers: &[i64], arcs: &[DrawnRing]) -> Result<DrawnRing, String> {
    let mut corners: DrawnRing = Vec::new();
    for &number in numbers {
        let at = if number < 0 { !number } else { number };
        let arc = usize::try_from(at).ok().and_then(|at| arcs.get(at));
        let arc = arc.ok_or_else(|| format!("arc {at} of {}", arcs.len()))?;
        let skip = usize::from(!corners.is_empty());
        if number < 0 {
            corners.extend(arc.iter().rev().skip(skip));
        } else {
            corners.extend(arc.iter().skip(skip));
        }
    }
    Ok(corners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_an_arc() {
        let text = r#"{"type": "Topology", "arcs": [[[0,0],[0,10]], [[0,10],[-10,0],[0,-10],[10,0]], [[0,10],[10,0],[0,-10],[-10,0]]],
            "transform": {"scale": [0.5, 1], "translate": [1, 2]},
            "objects": {"all": {"type": "GeometryCollection", "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "west"}},
                {"type": "Polygon", "arcs": [[0, 2]], "properties": {"name": "east"}},
                {"type": "MultiPolygon", "arcs": []}]}}}"#;
        let shapes = read(serde_json::from_str(text).unwrap(), "name").unwrap();
        assert_eq!(shapes.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["west", "east"]);
        assert_eq!(
            shapes[0].polygons[0][0],
            [[1.0, 2.0], [1.0, 12.0], [-4.0, 12.0], [-4.0, 2.0], [1.0, 2.0]]
        );
        let bad = text.replace("[[0, 1]]", "[[0, 7]]");
        assert_eq!(read(serde_json::from_str(&bad).unwrap(), "name").unwrap_err(), "west: arc 7 of 3");
        assert!(read(serde_json::from_str(text).unwrap(), "id").unwrap_err().contains("\"id\""));
    }
}
