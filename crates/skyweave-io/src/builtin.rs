//! The world that ships with Skyweave: gateways, PoPs, people and borders. Sources and licences: `data/README.md`.

use flate2::read::GzDecoder;
use serde::Deserialize;
use std::io::Read;

const GATEWAYS: &str = include_str!("../data/gateways.csv");
const POPS: &str = include_str!("../data/pops.csv");
const COUNTRIES: &str = include_str!("../data/countries.csv");
const POPULATION: &[u8] = include_bytes!("../data/population.csv.gz");
const BORDERS: &[u8] = include_bytes!("../data/countries-50m.json.gz");

/// The built-in gateways, as CSV.
#[must_use]
pub const fn gateways_csv() -> &'static str {
    GATEWAYS
}

/// The built-in PoPs, as CSV.
#[must_use]
pub const fn pops_csv() -> &'static str {
    POPS
}

/// A country of the borders file.
#[derive(Debug, Clone, Deserialize)]
pub struct Country {
    /// ISO 3166-1 numeric code, three digits.
    pub iso_numeric: String,
    /// ISO 3166-1 alpha-2 code.
    pub iso_alpha2: String,
    /// ISO 3166-1 alpha-3 code.
    pub iso_alpha3: String,
    /// English name.
    pub name: String,
}

/// All countries of the borders file.
#[must_use]
pub fn countries() -> Vec<Country> {
    csv::Reader::from_reader(COUNTRIES.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// The population table: H3 cell of resolution 5 and people, by cell.
#[must_use]
pub fn population() -> Vec<(u64, f64)> {
    let text = unpack(POPULATION);
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let (cell, people) = line.split_once(',')?;
            Some((u64::from_str_radix(cell, 16).ok()?, people.parse().ok()?))
        })
        .collect()
}

/// The borders file, TopoJSON.
#[must_use]
pub fn borders_topojson() -> String {
    unpack(BORDERS)
}

fn unpack(packed: &[u8]) -> String {
    let mut text = String::new();
    // a truncated built-in file would be a defect of the build; the tests read all of them
    let whole = GzDecoder::new(packed).read_to_string(&mut text).is_ok();
    debug_assert!(whole, "a built-in file is damaged");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_built_in_is_whole() {
        assert!(countries().len() > 230);
        assert!(population().len() > 50_000);
        assert!(population().is_sorted_by_key(|(cell, _)| *cell));
        assert!(borders_topojson().starts_with("{\"type\":\"Topology\""));
        assert!(gateways_csv().lines().count() > 150);
        assert!(pops_csv().lines().count() > 40);
    }
}
