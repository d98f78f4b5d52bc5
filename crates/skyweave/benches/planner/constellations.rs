//! The element sets that everything is measured on: the real catalogue, the built-in shells, regular shells; as two lines.

use crate::files;
use flate2::read::GzDecoder;
use hifitime::Epoch;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_core::elements::MeanElements;
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::time::unix_seconds;
use std::f64::consts::TAU;
use std::fs::File;
use std::io::Read;

/// The shells that scenarios have built in.
const BUILT_IN: &str = include_str!("../../../skyweave-io/data/shells-2026.toml");
const SECONDS_A_DAY: f64 = 86_400.0;

/// A shell of circular orbits.
#[derive(Debug, Clone, Copy)]
pub struct Shell {
    /// Planes, evenly around the equator.
    pub planes: u32,
    /// Satellites of a plane.
    pub per_plane: u32,
    /// Altitude, km.
    pub altitude_km: f64,
    /// Inclination, deg.
    pub inclination_deg: f64,
}

/// Two-line element sets as text, with a line for the name before each.
pub struct ElementText {
    /// What rows call them.
    pub name: String,
    /// The lines.
    pub text: String,
}

/// The real catalogue, or else the built-in shells.
pub fn network() -> Result<ElementText> {
    if let Some(path) = files::catalogue() {
        let mut text = String::new();
        let file = File::open(&path).into_diagnostic().wrap_err_with(|| path.display().to_string())?;
        GzDecoder::new(file).read_to_string(&mut text).into_diagnostic()?;
        let count = text.lines().filter(|line| line.starts_with("1 ")).count();
        return Ok(ElementText { name: format!("{count} real element sets"), text });
    }
    let mut elements = Vec::new();
    for shell in built_in()? {
        elements.extend(shell.elements(elements.len() as u32, "BUILT-IN"));
    }
    let text = three_lines(&elements);
    Ok(ElementText { name: format!("{} element sets of the built-in shells", elements.len()), text })
}

fn built_in() -> Result<Vec<Shell>> {
    let table: toml::Table = BUILT_IN.parse().into_diagnostic()?;
    let shells = table.get("shells").and_then(toml::Value::as_array).ok_or_else(|| miette!("no shells"))?;
    shells
        .iter()
        .map(|shell| {
            let number = |name: &str| {
                let value = shell.get(name)?;
                value.as_float().or_else(|| Some(value.as_integer()? as f64))
            };
            let found = || {
                Some(Shell {
                    planes: number("planes")? as u32,
                    per_plane: number("satellites_per_plane")? as u32,
                    altitude_km: number("altitude_km")?,
                    inclination_deg: number("inclination_deg")?,
                })
            };
            found().ok_or_else(|| miette!("not a shell: {shell}"))
        })
        .collect()
}

impl Shell {
    /// The satellites, plane after plane; every other plane is half a place ahead, as Hypatia has it.
    pub fn elements(self, first: u32, name: &str) -> Vec<MeanElements> {
        let inclination_rad = self.inclination_deg.to_radians();
        let one = |plane: u32, place: u32| {
            let number = first + plane * self.per_plane + place;
            let ahead = f64::from(place) + 0.5 * f64::from(plane % 2);
            MeanElements {
                name: format!("{name} {number}"),
                catalog_number: number + 1,
                international_designator: String::new(),
                epoch: Epoch::from_gregorian_utc(2026, 5, 20, 0, 0, 0, 0),
                inclination_rad,
                raan_rad: f64::from(plane) / f64::from(self.planes) * TAU,
                eccentricity: 0.0001,
                argument_of_perigee_rad: 0.0,
                mean_anomaly_rad: ahead / f64::from(self.per_plane) * TAU,
                mean_motion_rad_min: kozai_mean_motion(self.altitude_km, inclination_rad),
                bstar: 0.0,
            }
        };
        (0..self.planes).flat_map(|plane| (0..self.per_plane).map(move |place| one(plane, place))).collect()
    }

    /// Lasers to the neighbours in the plane and beside it, the lower number first.
    pub fn grid(self) -> Vec<(u32, u32)> {
        let number = |plane: u32, place: u32| (plane % self.planes) * self.per_plane + place % self.per_plane;
        let of = |plane, place| {
            [(plane, place + 1), (plane + 1, place)].map(|(p, q)| (number(plane, place), number(p, q)))
        };
        let places = (0..self.planes).flat_map(|plane| (0..self.per_plane).map(move |place| (plane, place)));
        let mut links: Vec<_> =
            places.flat_map(|(p, q)| of(p, q)).map(|(a, b)| (a.min(b), a.max(b))).collect();
        links.sort_unstable();
        links
    }
}

/// A line with the name of each element set, and its two lines.
pub fn three_lines(elements: &[MeanElements]) -> String {
    elements.iter().map(|e| [e.name.as_str(), "\n", &two_lines(e)].concat()).collect()
}

/// The two lines of an element set without drag (columns as CelesTrak documents them).
fn two_lines(e: &MeanElements) -> String {
    let (year, ..) = e.epoch.to_gregorian_utc();
    let new_year = Epoch::from_gregorian_utc_at_midnight(year, 1, 1);
    let day = 1.0 + (unix_seconds(e.epoch) - unix_seconds(new_year)) / SECONDS_A_DAY;
    let one = format!(
        "1 {:05}U 26001A   {:02}{day:012.8}  .00000000  00000+0  00000+0 0  999",
        e.catalog_number,
        year % 100
    );
    let two = format!(
        "2 {:05} {:8.4} {:8.4} {:07.0} {:8.4} {:8.4} {:11.8}    1",
        e.catalog_number,
        e.inclination_rad.to_degrees(),
        e.raan_rad.to_degrees(),
        e.eccentricity * 1e7,
        e.argument_of_perigee_rad.to_degrees(),
        e.mean_anomaly_rad.to_degrees(),
        e.mean_motion_rad_min * 1_440.0 / TAU,
    );
    format!("{one}{}\n{two}{}\n", checksum(&one), checksum(&two))
}

/// The sum of the digits, a minus sign counting 1, modulo 10.
fn checksum(line: &str) -> u32 {
    line.chars().map(|c| if c == '-' { 1 } else { c.to_digit(10).unwrap_or(0) }).sum::<u32>() % 10
}
