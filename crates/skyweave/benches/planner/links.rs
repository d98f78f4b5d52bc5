//! The links of a regular constellation at an instant, as everybody who finds ways is given them, in files.

use crate::constellations::{Shell, three_lines};
use crate::files;
use miette::{IntoDiagnostic, Result, miette};
use serde_json::{Value, json};
use skyweave_core::world::Place;
use skyweave_io::hypatia::{Network, Node, Satellite, Station};
use skyweave_io::{builtin, cells};
use std::path::Path;

/// Ground stations: as many as Hypatia's list of cities has.
pub const STATIONS: usize = 100;
/// No two ground stations are nearer, m.
const STATIONS_APART_M: f64 = 300_000.0;
/// Ground stations beyond have no satellite of a shell of 53 degrees in range, deg.
const FARTHEST_LATITUDE_DEG: f64 = 52.0;
/// Longest links of a shell at 550 km: from 25 degrees of elevation, and 80 km above the surface.
const DESCRIPTION: &str = "max_gsl_length_m=1089686.0\nmax_isl_length_m=5016591.0\n";

/// A graph of satellites and ground stations. Stations relay nothing: ways begin and end there.
pub struct Links {
    /// Satellites.
    pub satellites: usize,
    /// Ground stations.
    pub stations: usize,
    /// Lasers: two satellites and the distance, m.
    pub lasers: Vec<(u32, u32, f64)>,
    /// Satellites in range of each station: satellite and distance, m.
    pub ground: Vec<Vec<(u32, f64)>>,
}

/// Writes a state directory in Hypatia's format.
pub fn write_network(folder: &Path, shell: Shell) -> Result<()> {
    files::fresh_folder(folder)?;
    let first = format!("{} {}\n", shell.planes, shell.per_plane);
    let tles = first + &three_lines(&shell.elements(0, "Shell"));
    let (mut lasers, mut ground) = (String::new(), String::new());
    for (a, b) in shell.grid() {
        lasers.push_str(&format!("{a} {b}\n"));
    }
    for (gid, (latitude, longitude)) in stations()?.into_iter().enumerate() {
        ground.push_str(&format!("{gid},station {gid},{latitude},{longitude},0,0,0,0\n"));
    }
    for (name, text) in [
        ("tles.txt", tles.as_str()),
        ("isls.txt", &lasers),
        ("ground_stations.txt", &ground),
        ("description.txt", DESCRIPTION),
    ] {
        files::write_text(&folder.join(name), text)?;
    }
    Ok(())
}

/// The most populous places that are far enough from each other, deg.
fn stations() -> Result<Vec<(f64, f64)>> {
    let mut people = builtin::population();
    people.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut chosen: Vec<((f64, f64), Place)> = Vec::new();
    for (latitude, longitude) in people.iter().filter_map(|(cell, _)| cells::centre_deg(*cell)) {
        let place = Place::from_degrees(latitude, longitude);
        let far = |(_, other): &((f64, f64), Place)| other.ecef.range_m(place.ecef) >= STATIONS_APART_M;
        if latitude.abs() <= FARTHEST_LATITUDE_DEG && chosen.iter().all(far) {
            chosen.push(((latitude, longitude), place));
        }
        if chosen.len() == STATIONS {
            return Ok(chosen.into_iter().map(|(degrees, _)| degrees).collect());
        }
    }
    Err(miette!("there are only {} places for ground stations", chosen.len()))
}

/// Writes the links of a state directory at its epoch.
pub fn write_links(work: &Path, name: &str, folder: &Path) -> Result<()> {
    let network = Network::read(folder).into_diagnostic()?;
    let sky = network.sky_at(0).into_diagnostic()?;
    let lasers = network.lasers();
    let lengths = lasers.iter().map(|l| sky.length_m(Node::Satellite(l.a), Node::Satellite(l.b)));
    files::write_reals(&work.join(format!("{name}.lasers.f64")), lengths)?;
    files::write_numbers(
        &work.join(format!("{name}.lasers.u32")),
        lasers.iter().flat_map(|l| [l.a.0, l.b.0]),
    )?;
    let stations = 0..network.stations().len() as u32;
    let ground: Vec<_> = stations
        .flat_map(|gid| sky.in_range(Station(gid)).into_iter().map(move |visible| (gid, visible)))
        .collect();
    files::write_reals(&work.join(format!("{name}.ground.f64")), ground.iter().map(|(_, v)| v.range_m))?;
    let ends = ground.iter().flat_map(|(gid, v)| {
        let Satellite(satellite) = v.satellite;
        [*gid, satellite]
    });
    files::write_numbers(&work.join(format!("{name}.ground.u32")), ends)?;
    let about = json!({ "satellites": network.satellite_count(), "stations": network.stations().len() });
    files::write_text(&work.join(format!("{name}.json")), &about.to_string())
}

impl Links {
    /// Reads them.
    pub fn read(work: &Path, name: &str) -> Result<Self> {
        let text = std::fs::read_to_string(work.join(format!("{name}.json"))).into_diagnostic()?;
        let about: Value = serde_json::from_str(&text).into_diagnostic()?;
        let count = |what: &str| about[what].as_u64().unwrap_or(0) as usize;
        let list = |what: &str| -> Result<Vec<(u32, u32, f64)>> {
            let ends = files::read_numbers(&work.join(format!("{name}.{what}.u32")))?;
            let lengths = files::read_reals(&work.join(format!("{name}.{what}.f64")))?;
            Ok(ends.as_chunks::<2>().0.iter().zip(lengths).map(|([a, b], length)| (*a, *b, length)).collect())
        };
        let mut ground = vec![Vec::new(); count("stations")];
        for (station, satellite, range_m) in list("ground")? {
            ground[station as usize].push((satellite, range_m));
        }
        Ok(Self {
            satellites: count("satellites"),
            stations: count("stations"),
            lasers: list("lasers")?,
            ground,
        })
    }
}

/// The way from every node to every ground station: satellites first, then stations; one block a destination.
#[derive(Default)]
pub struct Forwarding {
    /// Where to send next: a satellite, or [`DOWN`], or [`NOWHERE`].
    pub next: Vec<u32>,
    /// Length of the way, m; infinite where there is none.
    pub distance_m: Vec<f64>,
}

/// The next hop is the destination itself.
pub const DOWN: u32 = u32::MAX - 1;
/// There is no way, or no need of one.
pub const NOWHERE: u32 = u32::MAX;

impl Forwarding {
    /// What all answers are compared by: how many ways there are, and their length together.
    pub fn answer(&self) -> Value {
        let ways = || self.next.iter().zip(&self.distance_m).filter(|(next, _)| **next != NOWHERE);
        json!({ "ways": ways().count(), "distance_m": ways().map(|(_, d)| d).sum::<f64>() })
    }
}
