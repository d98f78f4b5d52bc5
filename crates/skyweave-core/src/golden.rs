//! What tests share: the SGP4 verification set as a file (elements, published answers, and the times at which the reference
//! gives up), and the vector paths to test.

use crate::elements::MeanElements;
use crate::geodesy::Vec3;
use crate::simd::Path;
use hifitime::{Duration, Epoch};
use std::f64::consts::TAU;

const ELEMENTS: &str = include_str!("../tests/golden/sgp4-ver.tle");
const ANSWERS: &str = include_str!("../tests/golden/sgp4-ver.out");

/// The vector paths that this machine has, or the one that the environment variable `SKYWEAVE_SIMD` names.
pub fn paths() -> Vec<Path> {
    let forced = std::env::var("SKYWEAVE_SIMD").ok();
    let paths: Vec<Path> =
        Path::available().filter(|path| forced.as_ref().is_none_or(|name| path.name() == name)).collect();
    assert!(!paths.is_empty(), "SKYWEAVE_SIMD={}: no such path here", forced.unwrap_or_default());
    paths
}

pub struct Answer {
    pub minutes: f64,
    pub position_km: Vec3,
    pub velocity_km_s: Vec3,
}

pub struct Case {
    pub elements: MeanElements,
    pub answers: Vec<Answer>,
    /// The first requested time without a published answer: there the reference gave up.
    pub refused_minutes: Option<f64>,
}

pub fn verification_set() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut answers = published_answers().into_iter();
    let mut lines = ELEMENTS.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    while let (Some(first), Some(second)) = (lines.next(), lines.next()) {
        let elements = parse(first, second);
        let mut published = answers.next().unwrap_or_default();
        // the reference printed the state of the object before (33333) when it refused 33334 at once
        published.retain(|a| elements.catalog_number != 33334 || a.minutes > 0.0);
        let span: Vec<f64> = second[69..].split_whitespace().map(|v| v.parse().unwrap_or(f64::NAN)).collect();
        let last = published.last().map_or(f64::NEG_INFINITY, |a: &Answer| a.minutes);
        let refused_minutes = (0..100_000)
            .map(|k| span[0] + f64::from(k) * span[2])
            .take_while(|minutes| *minutes <= span[1])
            .find(|minutes| *minutes > last + 1e-6);
        cases.push(Case { elements, answers: published, refused_minutes });
    }
    cases
}

fn published_answers() -> Vec<Vec<Answer>> {
    let mut all: Vec<Vec<Answer>> = Vec::new();
    for line in ANSWERS.lines() {
        if line.contains("xx") {
            all.push(Vec::new());
            continue;
        }
        let v: Vec<f64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
        if let (Some(case), [minutes, x, y, z, vx, vy, vz, ..]) = (all.last_mut(), v.as_slice()) {
            case.push(Answer {
                minutes: *minutes,
                position_km: Vec3::new(*x, *y, *z),
                velocity_km_s: Vec3::new(*vx, *vy, *vz),
            });
        }
    }
    all
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

/// Columns as Vallado's reader takes them: it is laxer than the format, since the set tests odd lines too.
fn parse(first: &str, second: &str) -> MeanElements {
    let year = number(&first[18..20]);
    let year = if year < 57.0 { 2000.0 + year } else { 1900.0 + year } as i32;
    let day = number(&first[20..32]);
    let mantissa = number(&format!("{}.{}", first[53..54].trim(), &first[54..59]).replace(' ', "0"));
    let exponent = number(&first[59..61]) as i32;
    MeanElements {
        name: String::new(),
        catalog_number: number(&second[2..7]) as u32,
        international_designator: String::new(),
        epoch: Epoch::from_gregorian_utc_at_midnight(year, 1, 1) + Duration::from_days(day - 1.0),
        inclination_rad: number(&second[8..16]).to_radians(),
        raan_rad: number(&second[17..25]).to_radians(),
        eccentricity: number(&format!("0.{}", second[26..33].replace(' ', "0"))),
        argument_of_perigee_rad: number(&second[34..42]).to_radians(),
        mean_anomaly_rad: number(&second[43..51]).to_radians(),
        mean_motion_rad_min: number(&second[52..63]) * TAU / 1440.0,
        bstar: mantissa * 10.0_f64.powi(exponent),
    }
}
