//! Labels: which satellite served a terminal in each slot, and what its field of view held.

use crate::elements::parse_instant;
use crate::validate::ValidateError;
use crate::validate::folder::{self, damaged};
use skyweave_core::time::SlotNo;
use skyweave_core::world::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ACCEPTED_INSTANT: &str = "an instant in UTC such as 2024-07-17 17:38:27+00:00";
const ACCEPTED_SITE: &str = "columns site, latitude_deg (-90 to 90) and longitude_deg (-180 to 360)";

/// What was seen from one place.
#[derive(Debug, Clone)]
pub struct SiteLabels {
    /// The site's short name, from the file's name.
    pub site: String,
    /// Where it is.
    pub place: Place,
    /// By slot: the name of the satellite that served, of several the one with the most samples.
    pub serving: BTreeMap<SlotNo, String>,
    /// By slot: names of the satellites in the field of view, at or above the lowest elevation; none without a file.
    pub in_view: Option<BTreeMap<SlotNo, BTreeSet<String>>>,
}

/// The labels of all sites of a folder, in the order of their names; none if it has none.
pub(super) fn read(data: &Path, min_elevation_deg: f64) -> Result<Vec<SiteLabels>, ValidateError> {
    let folder = data.join("serving-satellite");
    let files = folder::files(&folder)?;
    let of_sites: Vec<(String, PathBuf)> = files
        .iter()
        .filter_map(|path| Some((folder::middle(path, "first_", ".csv")?.to_owned(), path.clone())))
        .collect();
    if of_sites.is_empty() {
        return Ok(Vec::new());
    }
    let list = folder.join("sites.csv");
    if !list.exists() {
        let found = format!("it is not there, and nothing else says where {} is", of_sites[0].1.display());
        return Err(damaged(&list, None, &found, ACCEPTED_SITE));
    }
    let places = places(&list)?;
    let mut sites: Vec<SiteLabels> = Vec::new();
    for (site, path) in of_sites {
        let Some(place) = places.get(&site) else {
            let found = format!("there is no site `{site}`, which {} is of", path.display());
            return Err(damaged(&list, None, &found, ACCEPTED_SITE));
        };
        if sites.iter().any(|other| other.site == site) {
            return Err(damaged(&path, None, &"a second file of its site", "one file a site, plain or .gz"));
        }
        let serving = serving(&path)?;
        let view =
            files.iter().find(|file| folder::middle(file, "fov_data_", ".json") == Some(site.as_str()));
        let in_view = view.map(|file| in_view(file, min_elevation_deg)).transpose()?;
        sites.push(SiteLabels { site, place: *place, serving, in_view });
    }
    Ok(sites)
}

/// A table with named columns, line by line.
struct Table<'p> {
    path: &'p Path,
    reader: csv::Reader<std::io::Cursor<String>>,
    columns: Vec<usize>,
}

impl<'p> Table<'p> {
    fn open(path: &'p Path, columns: &[&str]) -> Result<Self, ValidateError> {
        let text = folder::text(path)?;
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(std::io::Cursor::new(text));
        let header =
            reader.headers().map_err(|e| damaged(path, Some(1), &e, "comma-separated values"))?.clone();
        let accepted = format!("a header with {}", columns.join(", "));
        let place = |name: &&str| {
            let missing = || damaged(path, Some(1), &format!("there is no column {name}"), &accepted);
            header.iter().position(|column| column == *name).ok_or_else(missing)
        };
        let columns = columns.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { path, reader, columns })
    }

    /// Calls with the line number and the wanted cells of each row.
    fn each(
        &mut self,
        mut take: impl FnMut(u64, &[&str]) -> Result<(), (String, &'static str)>,
    ) -> Result<(), ValidateError> {
        let mut row = csv::StringRecord::new();
        loop {
            let line = self.reader.position().line();
            match self.reader.read_record(&mut row) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(e) => return Err(damaged(self.path, Some(line), &e, "as many cells as the header has")),
            }
            let line = row.position().map_or(line, csv::Position::line);
            let cells: Vec<&str> = self.columns.iter().map(|c| row.get(*c).unwrap_or_default()).collect();
            take(line, &cells)
                .map_err(|(found, accepted)| damaged(self.path, Some(line), &found, accepted))?;
        }
    }
}

fn places(path: &Path) -> Result<BTreeMap<String, Place>, ValidateError> {
    let mut places = BTreeMap::new();
    Table::open(path, &["site", "latitude_deg", "longitude_deg"])?.each(|_, cells| {
        let number = |text: &str, range: std::ops::RangeInclusive<f64>| {
            text.parse().ok().filter(|value| range.contains(value))
        };
        let latitude = number(cells[1], -90.0..=90.0);
        let longitude = number(cells[2], -180.0..=360.0);
        let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
            return Err((format!("found `{}`, `{}`", cells[1], cells[2]), ACCEPTED_SITE));
        };
        let place = Place::from_degrees(latitude, longitude);
        if cells[0].is_empty() || places.insert(cells[0].to_owned(), place).is_some() {
            return Err((format!("the site `{}` has no name of its own", cells[0]), ACCEPTED_SITE));
        }
        Ok(())
    })?;
    Ok(places)
}

/// The sites of a folder by both their names; none if it lists none.
pub(in crate::validate) fn named_places(data: &Path) -> Result<Vec<([String; 2], Place)>, ValidateError> {
    let path = data.join("serving-satellite/sites.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let places = places(&path)?;
    let text = folder::text(&path)?;
    let has_names = text.lines().next().is_some_and(|first| first.split(',').any(|c| c.trim() == "name"));
    let mut named = Vec::new();
    Table::open(&path, if has_names { &["site", "name"] } else { &["site", "site"] })?.each(|_, cells| {
        if let Some(place) = places.get(cells[0]) {
            named.push(([cells[0].to_owned(), cells[1].to_owned()], *place));
        }
        Ok(())
    })?;
    Ok(named)
}

fn serving(path: &Path) -> Result<BTreeMap<SlotNo, String>, ValidateError> {
    let mut samples: BTreeMap<SlotNo, BTreeMap<String, u32>> = BTreeMap::new();
    Table::open(path, &["Timestamp", "Connected_Satellite"])?.each(|_, cells| {
        let slot = slot(cells[0]).ok_or_else(|| (format!("found `{}`", cells[0]), ACCEPTED_INSTANT))?;
        if !cells[1].is_empty() {
            *samples.entry(slot).or_default().entry(cells[1].to_owned()).or_default() += 1;
        }
        Ok(())
    })?;
    if samples.len() < 2 {
        return Err(damaged(path, None, &"fewer than two slots have a satellite", "labels of many slots"));
    }
    let most = |names: BTreeMap<String, u32>| {
        let mut best = (0, String::new());
        for (name, count) in names {
            if count > best.0 {
                best = (count, name);
            }
        }
        best.1
    };
    Ok(samples.into_iter().map(|(slot, names)| (slot, most(names))).collect())
}

/// The slot of an instant as the data writes it.
fn slot(text: &str) -> Option<SlotNo> {
    let text = text.strip_suffix("+00:00").unwrap_or(text).replacen(' ', "T", 1);
    parse_instant(&text).map(SlotNo::containing)
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Moment {
    timestamp: String,
    satellites: Vec<InView>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InView {
    name: String,
    elevation: f64,
}

fn in_view(path: &Path, min_elevation_deg: f64) -> Result<BTreeMap<SlotNo, BTreeSet<String>>, ValidateError> {
    let accepted = "a list of {\"Timestamp\", \"Satellites\": [{\"Name\", \"Elevation\"}]}";
    let moments: Vec<Moment> = serde_json::from_str(&folder::text(path)?)
        .map_err(|e| damaged(path, Some(e.line() as u64), &e, accepted))?;
    let mut by_slot: BTreeMap<SlotNo, BTreeSet<String>> = BTreeMap::new();
    for moment in moments {
        let slot = slot(&moment.timestamp)
            .ok_or_else(|| damaged(path, None, &format!("found `{}`", moment.timestamp), ACCEPTED_INSTANT))?;
        let names = moment.satellites.into_iter().filter(|s| s.elevation >= min_elevation_deg);
        by_slot.entry(slot).or_default().extend(names.map(|s| s.name));
    }
    Ok(by_slot)
}
