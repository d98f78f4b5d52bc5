//! Sets of gateways and PoPs as files: CSV with a heading, GeoJSON points, or JSON lists of objects.
//!
//! Column names are those of the built-in set; the short forms of lists that circulate (`lat`, `lon`, `ka_ant_count`) are
//! read too. Rows marked `planned`, or `show: false`, are left out and counted.

use crate::geofile;
use serde_json::{Map, Value};

/// One row of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct GroundRow {
    /// Name of the gateway or code of the PoP.
    pub name: String,
    /// City, empty if not given.
    pub city: String,
    /// Latitude, deg.
    pub latitude_deg: f64,
    /// Longitude, deg.
    pub longitude_deg: f64,
    /// Antennas, if given.
    pub antennas: Option<u16>,
    /// Lowest elevation, deg, if given.
    pub min_elevation_deg: Option<f64>,
    /// Most that it carries each way, Gbit/s, if given.
    pub capacity_gbps: Option<f64>,
    /// True if marked so.
    pub hypothetical: bool,
}

/// Which rows of a file are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Gateways.
    Gateway,
    /// PoPs.
    Pop,
}

/// Reads a set. Returns its rows, and how many planned or hidden ones were left out.
///
/// # Errors
/// Names the row and what is wrong with it.
pub fn read(text: &str, kind: Kind) -> Result<(Vec<GroundRow>, usize), String> {
    let records = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => json_records(text)?,
        Some(_) => csv_records(text)?,
        None => return Err("the file is empty".to_owned()),
    };
    let (mut rows, mut left_out) = (Vec::new(), 0);
    for (place, record) in records {
        let field = Record { place: &place, fields: &record };
        let other_kind = match field.text(&["type"]).as_str() {
            "gateway" => kind == Kind::Pop,
            "pop" => kind == Kind::Gateway && !record.contains_key("code"),
            _ => false,
        };
        if other_kind {
            continue;
        }
        if field.text(&["status"]) == "planned" || record.get("show") == Some(&Value::Bool(false)) {
            left_out += 1;
            continue;
        }
        rows.push(field.row(kind)?);
    }
    if rows.is_empty() {
        return Err("there is no row in it that can be used".to_owned());
    }
    Ok((rows, left_out))
}

type Records = Vec<(String, Map<String, Value>)>;

fn csv_records(text: &str) -> Result<Records, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|e| e.to_string())?.clone();
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = headings
            .iter()
            .zip(&record)
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.to_owned(), Value::String(value.trim().to_owned())))
            .collect();
        records.push((format!("line {line}"), fields));
    }
    Ok(records)
}

fn json_records(text: &str) -> Result<Records, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let is_geojson = value.get("type").is_some_and(Value::is_string) && value.get("stations").is_none();
    if is_geojson {
        let points = geofile::points(text)?;
        return Ok(points
            .into_iter()
            .enumerate()
            .map(|(index, (longitude, latitude, mut fields))| {
                fields.insert("latitude_deg".to_owned(), Value::from(latitude));
                fields.insert("longitude_deg".to_owned(), Value::from(longitude));
                (format!("feature {}", index + 1), fields)
            })
            .collect());
    }
    let list = match value {
        Value::Array(list) => list,
        Value::Object(object) => object
            .into_iter()
            .find_map(|(_, value)| if let Value::Array(list) = value { Some(list) } else { None })
            .ok_or("found an object without a list")?,
        _ => return Err("found neither a list nor an object".to_owned()),
    };
    list.into_iter()
        .enumerate()
        .map(|(index, value)| match value {
            Value::Object(fields) => Ok((format!("entry {}", index + 1), fields)),
            _ => Err(format!("entry {} is no object", index + 1)),
        })
        .collect()
}

struct Record<'a> {
    place: &'a str,
    fields: &'a Map<String, Value>,
}

impl Record<'_> {
    fn text(&self, names: &[&str]) -> String {
        let value = names.iter().find_map(|name| self.fields.get(*name));
        match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    fn number(&self, names: &[&str]) -> Result<Option<f64>, String> {
        let text = self.text(names);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(format!("{}: {} is `{text}`, accepted: a number", self.place, names[0])),
        }
    }

    fn needed(&self, names: &[&str]) -> Result<f64, String> {
        self.number(names)?.ok_or_else(|| format!("{}: {} is missing", self.place, names[0]))
    }

    fn row(&self, kind: Kind) -> Result<GroundRow, String> {
        let name = match kind {
            Kind::Gateway => self.text(&["name"]),
            Kind::Pop => self.text(&["code", "name"]),
        };
        if name.is_empty() {
            return Err(format!(
                "{}: {} is missing",
                self.place,
                if kind == Kind::Pop { "code" } else { "name" }
            ));
        }
        let latitude_deg = self.needed(&["latitude_deg", "latitude", "lat"])?;
        let longitude_deg = self.needed(&["longitude_deg", "longitude", "lon", "lng"])?;
        let antennas = self.number(&["antennas", "ka_ant_count"])?;
        if antennas.is_some_and(|n| !(1.0..=1_000.0).contains(&n) || n.fract() != 0.0) {
            return Err(format!(
                "{}: antennas of `{name}`, accepted: a whole number from 1 to 1,000",
                self.place
            ));
        }
        Ok(GroundRow {
            city: self.text(&["city"]),
            latitude_deg,
            longitude_deg,
            antennas: antennas.map(|n| n as u16),
            min_elevation_deg: self.number(&["min_elevation_deg", "ka_min_elev_deg"])?,
            capacity_gbps: self.number(&["capacity_gbps"])?,
            hypothetical: self.text(&["status"]) == "hypothetical" || self.text(&["hypothetical"]) == "true",
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_set_in_three_forms() {
        let csv = "name,latitude_deg,longitude_deg,antennas\nKaunas,54.9,23.9,8\n";
        let json = r#"{"stations":[{"name":"Kaunas","lat":54.9,"lon":23.9,"antennas":8,"type":"gateway"},
            {"name":"Hoo","lat":51.4,"lon":0.5,"status":"planned","type":"gateway"},{"name":"x","type":"pop"}]}"#;
        let geojson = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":
            {"name":"Kaunas","antennas":8},"geometry":{"type":"Point","coordinates":[23.9,54.9]}}]}"#;
        let (from_csv, _) = read(csv, Kind::Gateway).unwrap();
        assert_eq!(from_csv, read(geojson, Kind::Gateway).unwrap().0);
        assert_eq!((from_csv, 1), read(json, Kind::Gateway).unwrap());
    }

    #[test]
    fn bad_rows_are_named() {
        for (text, part) in [
            ("", "empty"),
            ("name,lat,lon\nA,1,NaN\n", "line 2: longitude_deg is `NaN`"),
            ("name,lat\nA,1\n", "longitude_deg is missing"),
            ("name,lat,lon,antennas\nA,1,2,0\n", "from 1 to 1,000"),
            ("[1]", "entry 1 is no object"),
        ] {
            let error = read(text, Kind::Gateway).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
