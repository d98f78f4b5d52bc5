//! A territory as somebody wrote it down: a JSON document that says which polygons are meant and who says so.

use super::outline::{self, Mending};
use super::{BoundarySet, Fault, Territory, shapes};
use geojson::Geometry;
use serde::{Deserialize, Serialize};

/// What a territory is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name in policies: letters, digits, `-`, `_`, `.`, and blanks between them.
    pub name: String,
    /// From 1; a territory whose borders change gets the next one.
    pub version: u32,
    /// First second of its validity since 1970-01-01 UTC; always valid before its end without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_s: Option<i64>,
    /// First second after its validity; for ever without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_s: Option<i64>,
    /// More than one state claims it.
    #[serde(default)]
    pub disputed: bool,
    /// A front line runs through it.
    #[serde(default)]
    pub front_line: bool,
    /// What is in any of them is in the territory.
    pub pieces: Vec<Piece>,
}

/// A piece of a territory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Piece {
    /// A part of a boundary set.
    Part {
        /// The set's SHA-256 as 64 hexadecimal digits.
        boundary_set: String,
        /// The part's name in the dataset.
        part: String,
    },
    /// A polygon of its own.
    Polygon {
        /// A GeoJSON `Polygon` or `MultiPolygon`.
        geometry: Box<Geometry>,
        /// Who says that this is where it is: a law, a resolution, a survey.
        source: String,
    },
}

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn read(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::new("a territory's definition", error.to_string()))
    }

    /// The territory, with the polygons of these boundary sets.
    ///
    /// # Errors
    /// A set or part that is not there, a polygon that is not right or without a source, a name that policies cannot use, a validity that ends
    /// before it begins.
    pub fn assemble(&self, sets: &[BoundarySet]) -> Result<Territory, Fault> {
        let place = format!("territory {} version {}", self.name, self.version);
        let fault = |what: String| Err(Fault::new(&place, what));
        if !is_name(&self.name) {
            let what =
                "a name is 1 to 100 letters, digits, '-', '_', '.' and blanks between them, and not \"none\"";
            return fault(what.to_owned());
        }
        if is_code(&self.name) {
            return fault(
                "a bare country code says nothing of the borders; choose a name in words".to_owned(),
            );
        }
        let (from_s, until_s) = (self.from_s.unwrap_or(i64::MIN), self.until_s.unwrap_or(i64::MAX));
        if self.version == 0 || from_s >= until_s {
            return fault("versions begin at 1, and a territory ends after it begins".to_owned());
        }
        let mut polygons = Vec::new();
        for (number, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Part { boundary_set, part } => {
                    let Some(set) = sets.iter().find(|set| set.sha256_hex() == *boundary_set) else {
                        return fault(format!(
                            "pieces[{number}]: no boundary set has the SHA-256 {boundary_set}"
                        ));
                    };
                    let Some(found) = set.parts.get(part) else {
                        return fault(format!(
                            "pieces[{number}]: {} {} has no part \"{part}\"",
                            set.dataset, set.version
                        ));
                    };
                    polygons.extend_from_slice(found);
                }
                Piece::Polygon { geometry, source } => {
                    if source.trim().is_empty() {
                        return fault(format!("pieces[{number}]: a polygon without a source"));
                    }
                    let place = format!("{place}, pieces[{number}]");
                    let drawn = shapes::polygons_of(geometry.value.clone())
                        .map_err(|what| Fault::new(&place, what))?;
                    polygons.extend(outline::of(&place, &drawn, Mending::default())?.polygons);
                }
            }
        }
        if polygons.is_empty() {
            return fault("it has no pieces".to_owned());
        }
        polygons.sort();
        polygons.dedup();
        Ok(Territory {
            name: self.name.clone(),
            version: self.version,
            from_s,
            until_s,
            disputed: self.disputed,
            front_line: self.front_line,
            polygons,
        })
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    (1..=100).contains(&name.chars().count())
        && name.chars().all(allowed)
        && name.trim() == name
        && name != super::super::restriction::NONE
}

/// Two or three capital letters, as ISO 3166-1 has them.
fn is_code(name: &str) -> bool {
    (2..=3).contains(&name.len()) && name.chars().all(|c| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"name": "the square", "version": 1, "disputed": true, "from_s": 100,
        "pieces": [{"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,1],[0,0]]]}, "source": "a survey"}]}"#;

    fn assembled(text: &str) -> Result<Territory, String> {
        Definition::read(text)
            .and_then(|definition| definition.assemble(&[]))
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_definition_reads_back_and_says_what_is_wrong() {
        let definition = Definition::read(TEXT).unwrap();
        let again = Definition::read(&serde_json::to_string(&definition).unwrap()).unwrap();
        assert_eq!(again, definition);
        let territory = assembled(TEXT).unwrap();
        assert_eq!((territory.from_s, territory.until_s, territory.disputed), (100, i64::MAX, true));
        for (from, to, said) in [
            ("the square", "UKR", "bare country code"),
            ("the square", "none", "a name is"),
            ("\"version\": 1", "\"version\": 0", "versions begin at 1"),
            ("a survey", "", "without a source"),
            ("[[[0,0]", "[[[5,0]", "open"),
            ("\"disputed\"", "\"disputid\"", "unknown field"),
            (
                "[{\"geometry\"",
                "[{\"boundary_set\": \"ab\", \"part\": \"x\"}, {\"geometry\"",
                "pieces[0]: no boundary set has the SHA-256 ab",
            ),
        ] {
            let error = assembled(&TEXT.replace(from, to)).unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
