//! Places and what was measured there: the tables of `rtt/`.

use crate::validate::ValidateError;
use crate::validate::folder::{self, damaged};
use crate::validate::geometry::Terminal;
use crate::validate::score::QuantileCurve;
use hifitime::Epoch;
use std::collections::BTreeSet;
use std::path::Path;

/// What a CSV of `rtt/` may be.
pub const ACCEPTED_TABLE: &str = "a table with columns site, latitude_deg (-90 to 90), longitude_deg (-180 to 360), pop (a city or code, \
                                  or empty), min_ms, p5_ms, p50_ms, p95_ms; or without the last four, which only says where a trace is from; \
                                  or a trace: lines of Unix time in ns, a comma, round-trip time in ms";
/// The percentiles without which nothing is compared.
const NEEDED: [&str; 4] = ["min_ms", "p5_ms", "p50_ms", "p95_ms"];

/// Which PoP a terminal's addresses belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// Nobody says: the nearest is taken.
    Unsaid,
    /// The built-in one with this code.
    Of(String),
    /// One that is not built in.
    NotBuiltIn(String),
}

/// A place that is known, and what was measured there.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Its name in rows: with the table's, if several tables have the site.
    pub label: String,
    /// Latitude, deg, north positive.
    pub latitude_deg: f64,
    /// Longitude, deg, east positive.
    pub longitude_deg: f64,
    /// Its PoP.
    pub home: Home,
    /// When, as far as the table's name has a month (`YYYY-MM`): its middle.
    pub measured_at: Option<Epoch>,
    /// What was measured, ms; none where the table only says where the site is.
    pub measured_ms: Option<QuantileCurve>,
}

impl Site {
    /// Its terminal; none if its PoP is not built in.
    #[must_use]
    pub fn terminal(&self) -> Option<Terminal> {
        let pop = match &self.home {
            Home::Unsaid => None,
            Home::Of(code) => Some(code.clone()),
            Home::NotBuiltIn(_) => return None,
        };
        Some(Terminal { latitude_deg: self.latitude_deg, longitude_deg: self.longitude_deg, pop })
    }

    /// What is said of its PoP where that is not a built-in one by name.
    #[must_use]
    pub fn about_home(&self) -> String {
        match &self.home {
            Home::Unsaid => "no PoP is listed: the nearest is taken".to_owned(),
            Home::Of(code) => format!("PoP {code}"),
            Home::NotBuiltIn(name) => format!(
                "its PoP `{name}` is not built in; needed: a city or code of crates/skyweave-io/data/pops.csv, or an empty field for the nearest"
            ),
        }
    }
}

/// All tables of `data/rtt`, by their names.
///
/// # Errors
/// If a file cannot be read, or a row is not as it must be.
pub fn read(data: &Path) -> Result<Vec<Site>, ValidateError> {
    let mut sites: Vec<Site> = Vec::new();
    for path in folder::files(&data.join("rtt"))? {
        let Some(stem) = folder::middle(&path, "", ".csv") else { continue };
        let text = folder::text(&path)?;
        if text.lines().next().is_none_or(|first| !has_columns(first)) {
            continue;
        }
        sites.extend(table(&path, stem, &text)?);
    }
    let names: Vec<String> = sites.iter().map(|site| site.name.clone()).collect();
    for site in &mut sites {
        if names.iter().filter(|name| **name == site.name).count() == 1 {
            site.label.clone_from(&site.name);
        }
    }
    Ok(sites)
}

/// True for the first line of a table of sites.
#[must_use]
pub fn has_columns(first: &str) -> bool {
    first.split(',').any(|column| column.trim() == "site")
}

fn table(path: &Path, stem: &str, text: &str) -> Result<Vec<Site>, ValidateError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let wrong = |line: Option<u64>, found: String| damaged(path, line, &found, ACCEPTED_TABLE);
    let headings = reader.headers().map_err(|error| wrong(Some(1), error.to_string()))?.clone();
    let column = |name: &str| headings.iter().position(|heading| heading == name);
    let need = |name: &str| column(name).ok_or_else(|| wrong(Some(1), format!("there is no column {name}")));
    let (name, latitude, longitude) = (need("site")?, need("latitude_deg")?, need("longitude_deg")?);
    let mut shares: Vec<(f64, usize)> = headings
        .iter()
        .enumerate()
        .filter_map(|(index, heading)| {
            let percent = heading.strip_prefix('p')?.strip_suffix("_ms")?.parse::<f64>().ok()?;
            (0.0..=100.0).contains(&percent).then_some((percent / 100.0, index))
        })
        .chain(column("min_ms").map(|index| (0.0, index)))
        .collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    if !shares.is_empty() {
        for name in NEEDED {
            need(name)?;
        }
    }
    let mut sites = Vec::new();
    let mut names = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map(csv::Position::line);
            wrong(line, error.to_string())
        })?;
        let line = record.position().map(csv::Position::line);
        let number = |index: usize, range: std::ops::RangeInclusive<f64>| -> Result<f64, ValidateError> {
            let field = record.get(index).unwrap_or_default();
            field.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| {
                wrong(line, format!("found `{field}` for {}", headings.get(index).unwrap_or_default()))
            })
        };
        let site = record.get(name).unwrap_or_default().to_owned();
        if site.is_empty() || !names.insert(site.clone()) {
            return Err(wrong(line, format!("the site `{site}` has no name of its own")));
        }
        let mut points = Vec::new();
        for (share, index) in &shares {
            let value = number(*index, 0.0..=MOST_MS)?;
            if points.last().is_some_and(|(_, before)| *before > value) {
                let column = headings.get(*index).unwrap_or_default();
                return Err(wrong(line, format!("{column} is less than a smaller percentile")));
            }
            points.push((*share, value));
        }
        let pop = column("pop").and_then(|index| record.get(index)).unwrap_or_default();
        sites.push(Site {
            label: format!("{site} ({stem})"),
            name: site,
            latitude_deg: number(latitude, -90.0..=90.0)?,
            longitude_deg: westward(number(longitude, -180.0..=360.0)?),
            home: home(pop),
            measured_at: month(stem),
            measured_ms: (!points.is_empty()).then_some(QuantileCurve { points }),
        });
    }
    Ok(sites)
}

/// Degrees of longitude, counted eastward all around by some, from -180 to 180.
fn westward(longitude_deg: f64) -> f64 {
    if longitude_deg > 180.0 { longitude_deg - 360.0 } else { longitude_deg }
}

/// No round trip is longer, ms.
const MOST_MS: f64 = 60_000.0;

/// The built-in PoP with a code or in a city; a city may be cut after a whole word if no other begins so.
fn home(wanted: &str) -> Home {
    if wanted.is_empty() {
        return Home::Unsaid;
    }
    let mut reader = csv::Reader::from_reader(crate::builtin::pops_csv().as_bytes());
    let pops: Vec<(String, String)> = reader
        .records()
        .filter_map(Result::ok)
        .filter_map(|pop| Some((pop.get(0)?.to_owned(), pop.get(1)?.to_owned())))
        .collect();
    let exact =
        pops.iter().find(|(code, city)| code.eq_ignore_ascii_case(wanted) || is_spelled(city, wanted));
    let cut = |city: &str| {
        let words: String = city.chars().take(wanted.chars().count()).collect();
        city.chars().nth(wanted.chars().count()) == Some(' ') && is_spelled(&words, wanted)
    };
    let mut begins = pops.iter().filter(|(_, city)| cut(city));
    let only = begins.next().filter(|_| begins.next().is_none());
    exact.or(only).map_or_else(|| Home::NotBuiltIn(wanted.to_owned()), |(code, _)| Home::Of(code.clone()))
}

/// True if two names are the same but for case and for marks on letters: a marked letter may stand for any.
fn is_spelled(name: &str, written: &str) -> bool {
    let same = |(a, b): (char, char)| a.eq_ignore_ascii_case(&b) || !a.is_ascii() || !b.is_ascii();
    name.chars().count() == written.chars().count() && name.chars().zip(written.chars()).all(same)
}

/// The middle of the month that a table's name has in it.
fn month(stem: &str) -> Option<Epoch> {
    let groups: Vec<&str> = stem.split(|c: char| !c.is_ascii_digit()).collect();
    groups.windows(2).find_map(|pair| {
        let (year, month) = (pair[0].parse::<i32>().ok()?, pair[1].parse::<u8>().ok()?);
        let written = pair[0].len() == 4 && pair[1].len() == 2 && (1..=12).contains(&month);
        written.then(|| Epoch::from_gregorian_utc_at_midnight(year, month, 15))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pops_are_found_by_city_or_code() {
        for (wanted, code) in [
            ("Seattle", "sttlwax1"),
            ("sttlwax1", "sttlwax1"),
            ("frankfurt", "frntdeu1"),
            ("Montreal", "mntlcan1"),
            ("Santiago", "sntochl1"),
        ] {
            assert_eq!(home(wanted), Home::Of(code.to_owned()), "{wanted}");
        }
        assert_eq!(home(""), Home::Unsaid);
        for unknown in ["Atlantis", "Sea", "Seattle East"] {
            assert_eq!(home(unknown), Home::NotBuiltIn(unknown.to_owned()));
        }
    }

    #[test]
    fn a_month_is_read_from_a_name() {
        let day = month("sites_2024-10").map(|epoch| epoch.to_gregorian_utc());
        assert_eq!(day.map(|d| (d.0, d.1, d.2)), Some((2024, 10, 15)));
        assert_eq!(month("sites_2024_13").or(month("site-2")), None);
    }
}
