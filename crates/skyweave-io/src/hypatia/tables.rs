//! The tables of a state directory: lasers, ground stations, limits, capacities. Hypatia's own readers demand the same
//! of them: numbers that count up, lasers from the lower to the higher satellite, none twice.

use super::text::{Line, TextFile};
use super::{HypatiaError, Interface, Laser, Limits, Satellite, StationRecord};
use skyweave_core::geodesy::{Ellipsoid, Geodetic};
use std::collections::BTreeSet;
use std::path::Path;

/// Bandwidth of a ground interface where no file says otherwise; satgenpy's own.
const DEFAULT_BANDWIDTH: f64 = 1.0;

/// `isls.txt`: a line `<satellite> <satellite>` for each laser.
pub fn lasers(directory: &Path, satellites: usize) -> Result<Vec<Laser>, HypatiaError> {
    let file = TextFile::read(directory.join("isls.txt"))?;
    let mut used: Vec<Interface> = vec![0; satellites];
    let mut seen = BTreeSet::new();
    let mut lasers = Vec::new();
    for line in file.lines() {
        let [a, b] = line.split(line.text.split_whitespace(), "two satellites, `<lower> <higher>`")?;
        let a = existing(line, line.whole("a satellite", a)?, satellites)?;
        let b = existing(line, line.whole("a satellite", b)?, satellites)?;
        if a >= b {
            return Err(line.complain(format!("`{}`", line.text), "the lower satellite before the higher"));
        }
        if !seen.insert((a, b)) {
            return Err(line.complain(format!("`{}` for the second time", line.text), "each laser once"));
        }
        let mut next_interface = |satellite: u32| {
            let used = &mut used[satellite as usize];
            *used += 1;
            *used - 1
        };
        let (interface_a, interface_b) = (next_interface(a), next_interface(b));
        lasers.push(Laser { a: Satellite(a), b: Satellite(b), interface_a, interface_b });
    }
    Ok(lasers)
}

fn existing(line: Line<'_>, satellite: u32, satellites: usize) -> Result<u32, HypatiaError> {
    if (satellite as usize) < satellites {
        return Ok(satellite);
    }
    let accepted = format!("0 to {}, the satellites of tles.txt", satellites - 1);
    Err(line.complain(format!("satellite {satellite}"), accepted))
}

/// `ground_stations.txt`: `gid,name,latitude,longitude,elevation,x,y,z` in degrees and metres.
pub fn stations(directory: &Path) -> Result<Vec<StationRecord>, HypatiaError> {
    let file = TextFile::read(directory.join("ground_stations.txt"))?;
    let mut stations = Vec::new();
    for line in file.lines() {
        let accepted = "eight columns, `gid,name,latitude,longitude,elevation,x,y,z`";
        let [gid, name, latitude, longitude, elevation, x, y, z] =
            line.split(line.text.split(','), accepted)?;
        counts_up(line, "the ground station", gid, stations.len())?;
        let degrees = |what, text, most: f64, accepted| {
            line.number(what, text, accepted, |value| value.abs() <= most).map(f64::to_radians)
        };
        let place = Geodetic {
            latitude_rad: degrees("the latitude", latitude, 90.0, "degrees from -90 to 90")?,
            longitude_rad: degrees("the longitude", longitude, 180.0, "degrees from -180 to 180")?,
            height_m: line.number("the elevation", elevation, "metres", |_| true)?,
        };
        for (what, text) in [("x", x), ("y", y), ("z", z)] {
            line.number(what, text, "metres", |_| true)?;
        }
        let position = place.to_ecef(Ellipsoid::WGS72);
        stations.push(StationRecord { name: name.to_owned(), place, position });
    }
    if stations.is_empty() {
        return Err(file.ends("0 lines".into(), "at least one ground station".into()));
    }
    Ok(stations)
}

/// `description.txt`: `max_gsl_length_m=<metres>` and `max_isl_length_m=<metres>`.
pub fn limits(directory: &Path) -> Result<Limits, HypatiaError> {
    const ACCEPTED: &str = "`max_gsl_length_m=<metres>` and `max_isl_length_m=<metres>`, each once";
    let file = TextFile::read(directory.join("description.txt"))?;
    let (mut ground_m, mut laser_m) = (None, None);
    for line in file.lines() {
        let [key, value] = line.split(line.text.split('='), ACCEPTED)?;
        let limit = match key.trim() {
            "max_gsl_length_m" => &mut ground_m,
            "max_isl_length_m" => &mut laser_m,
            _ => return Err(line.complain(format!("`{key}`"), ACCEPTED)),
        };
        let metres = line.number(key.trim(), value.trim(), "metres, more than 0", |m| m > 0.0)?;
        if limit.replace(metres).is_some() {
            return Err(line.complain(format!("`{key}` for the second time"), ACCEPTED));
        }
    }
    match (ground_m, laser_m) {
        (Some(ground_m), Some(laser_m)) => Ok(Limits { ground_m, laser_m }),
        _ => Err(file.ends(format!("{} of two limits", file.lines().count()), ACCEPTED.into())),
    }
}

/// `gsl_interfaces_info.txt`: `node,interfaces,bandwidth` for every satellite, then for every ground station.
pub fn ground_bandwidth(
    directory: &Path,
    satellites: usize,
    stations: usize,
) -> Result<Vec<f64>, HypatiaError> {
    let nodes = satellites + stations;
    let Some(file) = TextFile::read_if_there(directory.join("gsl_interfaces_info.txt"))? else {
        return Ok(vec![DEFAULT_BANDWIDTH; nodes]);
    };
    let all = || format!("{nodes} lines, for {satellites} satellites and {stations} ground stations");
    let mut bandwidths = Vec::with_capacity(nodes);
    for line in file.lines() {
        let [node, interfaces, bandwidth] =
            line.split(line.text.split(','), "three columns, `node,interfaces,bandwidth`")?;
        if bandwidths.len() == nodes {
            return Err(line.complain(format!("`{}`", line.text), all()));
        }
        counts_up(line, "the node", node, bandwidths.len())?;
        if interfaces != "1" {
            let found = format!("{interfaces} ground interfaces");
            return Err(line.complain(found, "1, the only number that free_one_only_over_isls routes for"));
        }
        bandwidths.push(line.number("the bandwidth", bandwidth, "a number above 0", |value| value > 0.0)?);
    }
    if bandwidths.len() < nodes {
        return Err(file.ends(format!("{} lines", bandwidths.len()), all()));
    }
    Ok(bandwidths)
}

fn counts_up(line: Line<'_>, what: &str, text: &str, expected: usize) -> Result<(), HypatiaError> {
    if line.whole(what, text)? as usize == expected {
        return Ok(());
    }
    Err(line.complain(format!("{what} is `{text}`"), format!("{expected}: the numbers count up from 0")))
}
