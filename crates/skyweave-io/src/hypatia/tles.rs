//! `tles.txt`: a line `<orbits> <satellites per orbit>`, then three lines for each satellite: name and number, and the
//! two lines of an element set (columns as CelesTrak documents them).
//!
//! | name in code | columns | unit in the file |
//! |---|---|---|
//! | epoch year, day | 1: 19-20, 21-32 | years since 2000; days, 1 January 0 h is 1 |
//! | `bstar` | 1: 54-61 | 1/Earth radii, decimal point before the digits, exponent of ten behind |
//! | inclination, node | 2: 9-16, 18-25 | deg |
//! | eccentricity | 2: 27-33 | decimal point before the digits |
//! | perigee, anomaly | 2: 35-42, 44-51 | deg |
//! | mean motion | 2: 53-63 | turns a day |

use super::HypatiaError;
use super::text::{Line, TextFile};
use hifitime::{Duration, Epoch};
use skyweave_core::elements::MeanElements;
use skyweave_core::sgp4::Sgp4;
use std::f64::consts::TAU;
use std::ops::RangeInclusive;
use std::path::Path;

const LINE_LENGTH: usize = 69;
const MINUTES_A_DAY: f64 = 1440.0;
/// Later two-digit years mean the 20th century, to everyone but Hypatia.
const LAST_YEAR: f64 = 56.0;

/// The satellites of a state directory and the instant for which their elements hold.
pub struct Constellation {
    pub epoch: Epoch,
    pub satellites: Vec<Sgp4>,
}

pub fn read(directory: &Path) -> Result<Constellation, HypatiaError> {
    let file = TextFile::read(directory.join("tles.txt"))?;
    let mut lines = file.lines();
    let promise = "a first line `<orbits> <satellites per orbit>`, then three lines a satellite";
    let first = lines.next().ok_or_else(|| file.ends("0 lines".into(), promise.into()))?;
    let promised = count(first, promise)?;

    let mut epoch = None;
    let mut satellites = Vec::with_capacity(promised.min(1 << 20));
    while let Some(name) = lines.next() {
        if satellites.len() == promised {
            let accepted = format!("{promised} satellites, as the first line says, and no line after them");
            return Err(name.complain(format!("`{}`", name.text), accepted));
        }
        check_number(name, satellites.len())?;
        let (Some(one), Some(two)) = (lines.next(), lines.next()) else {
            let found = format!("a part of satellite {}", satellites.len());
            return Err(file.ends(found, "three lines for each satellite".into()));
        };
        let elements = parse(name, one, two)?;
        if *epoch.get_or_insert(elements.epoch) != elements.epoch {
            return Err(one.complain(
                format!("the epoch is `{}`", columns(one, 19..=32)?),
                "the epoch of the satellites before, since times count from it",
            ));
        }
        let satellite = Sgp4::new(&elements)
            .map_err(|error| two.complain(error.to_string(), "elements of an orbit that closes"))?;
        satellites.push(satellite);
    }
    match epoch {
        Some(epoch) if satellites.len() == promised => Ok(Constellation { epoch, satellites }),
        _ => {
            let found = format!("{} satellites", satellites.len());
            Err(file.ends(found, format!("{promised} satellites, as the first line says")))
        }
    }
}

fn count(line: Line<'_>, accepted: &str) -> Result<usize, HypatiaError> {
    let [orbits, each] = line.split(line.text.split_whitespace(), accepted)?;
    let (orbits, each) = (
        line.whole("the number of orbits", orbits)?,
        line.whole("the number of satellites per orbit", each)?,
    );
    match orbits.checked_mul(each) {
        Some(count) if count > 0 => Ok(count as usize),
        _ => Err(line.complain(format!("{orbits} orbits of {each} satellites"), "at least one satellite")),
    }
}

/// Satellites are numbered by the second word of their names.
fn check_number(name: Line<'_>, expected: usize) -> Result<(), HypatiaError> {
    let number = name.text.split_whitespace().nth(1).and_then(|word| word.parse().ok());
    if number == Some(expected) {
        return Ok(());
    }
    Err(name.complain(format!("`{}`", name.text), format!("a name and the satellite's number, {expected}")))
}

fn parse(name: Line<'_>, one: Line<'_>, two: Line<'_>) -> Result<MeanElements, HypatiaError> {
    check_form(one, "1 ")?;
    check_form(two, "2 ")?;
    let catalog = columns(one, 3..=7)?;
    if columns(two, 3..=7)? != catalog {
        let found = format!("the catalogue number is `{}`", columns(two, 3..=7)?);
        return Err(two.complain(found, format!("that of the line before, `{catalog}`")));
    }
    let angle = |what, at| {
        Ok(two
            .number(what, columns(two, at)?.trim(), "degrees from 0 to 360", |v| (0.0..=360.0).contains(&v))?
            .to_radians())
    };
    let turns = columns(two, 53..=63)?.trim();
    let mean_motion = two.number("the mean motion", turns, "turns a day, more than 0", |v| v > 0.0)?;
    Ok(MeanElements {
        name: name.text.trim().to_owned(),
        catalog_number: one.whole("the catalogue number", catalog.trim())?,
        international_designator: columns(one, 10..=17)?.trim().to_owned(),
        epoch: epoch(one)?,
        inclination_rad: angle("the inclination", 9..=16)?,
        raan_rad: angle("the right ascension of the node", 18..=25)?,
        eccentricity: eccentricity(two)?,
        argument_of_perigee_rad: angle("the argument of perigee", 35..=42)?,
        mean_anomaly_rad: angle("the mean anomaly", 44..=51)?,
        mean_motion_rad_min: mean_motion * TAU / MINUTES_A_DAY,
        bstar: drag(one)?,
    })
}

fn epoch(line: Line<'_>) -> Result<Epoch, HypatiaError> {
    let year = columns(line, 19..=20)?;
    let accepted = "a year from 00 to 56 of this century: Hypatia takes later ones for it too, others do not";
    let year = line.number("the year of the epoch", year, accepted, |v| (0.0..=LAST_YEAR).contains(&v))?;
    let day = columns(line, 21..=32)?.trim();
    let day =
        line.number("the day of the epoch", day, "a day from 1 to 366", |v| (1.0..367.0).contains(&v))?;
    let new_year = Epoch::from_gregorian_utc_at_midnight(2000 + year as i32, 1, 1);
    // by Unix time: days of element sets do not count leap seconds
    Ok(Epoch::from_unix_duration(new_year.to_unix_duration() + Duration::from_days(day - 1.0)))
}

/// B* such as ` 12345-3` for 0.12345e-3.
fn drag(line: Line<'_>) -> Result<f64, HypatiaError> {
    let field = columns(line, 54..=61)?;
    let (mantissa, exponent) = field.split_at(6);
    let (sign, digits) = mantissa.split_at(1);
    let well_formed = [" ", "+", "-"].contains(&sign) && is_number(digits) && !exponent.ends_with(' ');
    let written = format!("{}0.{digits}e{exponent}", sign.trim());
    match written.parse() {
        Ok(value) if well_formed => Ok(value),
        _ => Err(line.complain(
            format!("the drag term is `{field}`"),
            "a sign or a blank, five digits, a sign, a digit: ` 12345-3` for 0.12345e-3",
        )),
    }
}

fn eccentricity(line: Line<'_>) -> Result<f64, HypatiaError> {
    let digits = columns(line, 27..=33)?;
    match format!("0.{digits}").parse() {
        Ok(value) if is_number(digits) => Ok(value),
        _ => {
            Err(line
                .complain(format!("the eccentricity is `{digits}`"), "seven digits, those after the point"))
        }
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Length, first column and check sum, after which columns can be taken.
fn check_form(line: Line<'_>, begins: &str) -> Result<(), HypatiaError> {
    let accepted = format!("{LINE_LENGTH} ASCII characters that begin with `{begins}`");
    if !line.text.is_ascii() || line.text.len() != LINE_LENGTH || !line.text.starts_with(begins) {
        return Err(line.complain(format!("`{}`", line.text), accepted));
    }
    let (summed, last) = line.text.split_at(LINE_LENGTH - 1);
    let sum: u32 = summed
        .chars()
        .map(|character| if character == '-' { 1 } else { character.to_digit(10).unwrap_or(0) })
        .sum();
    let expected = (sum % 10).to_string();
    if last == expected {
        return Ok(());
    }
    Err(line.complain(
        format!("the check sum is `{last}`"),
        format!("{expected}, the sum of the digits before it"),
    ))
}

/// Columns of a line whose form was checked, counted from 1 as the format's descriptions do.
fn columns(line: Line<'_>, which: RangeInclusive<usize>) -> Result<&str, HypatiaError> {
    line.text
        .get(which.start() - 1..*which.end())
        .ok_or_else(|| line.complain(format!("`{}`", line.text), format!("{LINE_LENGTH} ASCII characters")))
}
