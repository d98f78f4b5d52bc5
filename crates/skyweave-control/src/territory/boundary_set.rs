//! A dataset of borders: what it is, whose view it shows, and its parts.

use super::Fault;
use super::outline::{self, Mending, Outline};
use super::shapes;
use sha2::{Digest, Sha256};
use skyweave_proof::hex;
use skyweave_proof::table::geometry::Polygon;
use std::collections::BTreeMap;

/// A dataset of borders in one version.
///
/// Every dataset shows somebody's view of where borders are. Which one is for the operator to name: there is no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundarySet {
    /// What it is called: `Natural Earth 1:50m`.
    pub dataset: String,
    /// Which version: `5.1.1`.
    pub version: String,
    /// Of the file's bytes.
    pub sha256: [u8; 32],
    /// Whose view of disputed borders it shows: `de facto`, `UN`, `IND`.
    pub worldview: String,
    /// Polygons by the dataset's own names.
    pub parts: BTreeMap<String, Vec<Polygon>>,
    /// What had to be mended, one sentence each.
    pub mended: Vec<String>,
}

/// How a file of borders is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the dataset is called.
    pub dataset: String,
    /// Which version.
    pub version: String,
    /// Whose view it shows.
    pub worldview: String,
    /// The property that has the names of parts: `name`.
    pub key: String,
    /// What may be mended.
    pub mending: Mending,
}

impl BoundarySet {
    /// Reads GeoJSON or TopoJSON.
    ///
    /// # Errors
    /// A worldview that is not named, a file that is not GeoJSON or TopoJSON with named polygons, parts of one name, polygons that
    /// are not right.
    pub fn read(bytes: &[u8], reading: &Reading) -> Result<Self, Fault> {
        let place = format!("{} {}", reading.dataset, reading.version);
        for (what, text) in
            [("dataset", &reading.dataset), ("version", &reading.version), ("worldview", &reading.worldview)]
        {
            if text.trim().is_empty() {
                let what =
                    format!("no {what} is named; every file of borders is somebody's view, in some version");
                return Err(Fault::new(place, what));
            }
        }
        let text = str::from_utf8(bytes).map_err(|error| Fault::new(&place, error.to_string()))?;
        let shapes = shapes::read(text, &reading.key).map_err(|what| Fault::new(&place, what))?;
        let (mut parts, mut mended) = (BTreeMap::new(), Vec::new());
        for shape in shapes {
            let place = format!("{place}, {}", shape.name);
            let outline: Outline = outline::of(&place, &shape.polygons, reading.mending)?;
            mended.extend(outline.mended);
            if parts.insert(shape.name, outline.polygons).is_some() {
                return Err(Fault::new(
                    place,
                    format!("two parts of this \"{}\"; names must differ", reading.key),
                ));
            }
        }
        Ok(Self {
            dataset: reading.dataset.clone(),
            version: reading.version.clone(),
            sha256: Sha256::digest(bytes).into(),
            worldview: reading.worldview.clone(),
            parts,
            mended,
        })
    }

    /// Its SHA-256 as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worldview_is_named_and_names_differ() {
        let square = "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]";
        let feature = |name: &str| {
            format!(
                r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":{square}}}}}"#
            )
        };
        let file = |names: &[&str]| {
            let features: Vec<_> = names.iter().map(|name| feature(name)).collect();
            format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
        };
        let mut reading = Reading {
            dataset: "Squares".to_owned(),
            version: "1".to_owned(),
            worldview: "ours".to_owned(),
            key: "name".to_owned(),
            mending: Mending::default(),
        };
        let read = |text: &str, reading: &Reading| {
            BoundarySet::read(text.as_bytes(), reading).map_err(|e| e.to_string())
        };
        let set = read(&file(&["a", "b"]), &reading).unwrap();
        assert_eq!(set.parts.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(set.sha256_hex().len(), 64);
        assert!(read(&file(&["a", "a"]), &reading).unwrap_err().contains("names must differ"));
        assert!(read(&file(&["a"]).replace("name", "nom"), &reading).unwrap_err().contains("features[0]"));
        assert!(read(square, &reading).is_err());
        assert!(
            read(&feature("a").replace("Polygon", "Point").replace(square, "[0,0]"), &reading)
                .unwrap_err()
                .contains("a Point")
        );
        reading.worldview = " ".to_owned();
        assert!(read(&file(&["a"]), &reading).unwrap_err().contains("no worldview is named"));
    }
}
