//! Attenuations against the PyPI package `itur`, from the files in `golden/itur` (its README says how they were made), and
//! what holds for every path.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use skyweave_core::atmosphere::{
    Air, Aperture, Band, ClimateSource, Exceedance, LossTable, Polarisation, Quantiles, RainCoefficients,
    SiteClimate, SitePath, absorption_coefficient_at, equivalent_heights_km, oxygen_db_km, sky_noise_k,
    vapour_db_km, vapour_zenith_db,
};
use std::collections::BTreeMap;

/// The files have eleven digits; what is left is the rounding of two different orders of operations.
const RELATIVE_TOL: f64 = 1e-9;

/// Rows of a golden file without its head: cells as text.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

fn numbers(cells: &[&str]) -> Vec<f64> {
    cells.iter().map(|cell| cell.parse().unwrap()).collect()
}

/// The greatest differences by quantity, absolute and relative.
#[derive(Default)]
struct Differences(BTreeMap<&'static str, (f64, f64)>);

impl Differences {
    fn note(&mut self, name: &'static str, ours: f64, theirs: f64) {
        let absolute = (ours - theirs).abs();
        let relative = if theirs == 0.0 { absolute } else { absolute / theirs.abs() };
        assert!(relative < RELATIVE_TOL, "{name}: {ours} against {theirs}");
        let greatest = self.0.entry(name).or_default();
        *greatest = (greatest.0.max(absolute), greatest.1.max(relative));
    }

    fn print(&self) {
        for (name, (absolute, relative)) in &self.0 {
            println!("{name}: at most {absolute:.1e}, {relative:.1e} of the value");
        }
    }
}

fn sites() -> BTreeMap<&'static str, SiteClimate> {
    let site = |cells: Vec<&'static str>| {
        let v = numbers(&cells[1..]);
        let [
            latitude_deg,
            altitude_km,
            temperature_k,
            dry_hpa,
            rho,
            column,
            liquid,
            wet_refractivity,
            rate,
            height,
        ] = v[..]
        else {
            unreachable!("ten numbers a site")
        };
        let air = Air { temperature_k, dry_pressure_hpa: dry_hpa, vapour_density_g_m3: rho };
        let site = SiteClimate {
            source: ClimateSource::Given,
            latitude_deg,
            altitude_km,
            temperature_k,
            pressure_hpa: dry_hpa + air.vapour_pressure_hpa(),
            vapour_density_g_m3: Quantiles::constant(rho),
            vapour_column_kg_m2: Quantiles::constant(column),
            liquid_column_kg_m2: Quantiles::constant(liquid),
            wet_refractivity,
            rain_rate_001_mm_h: rate,
            rain_height_km: height,
        };
        (cells[0], site)
    };
    rows(include_str!("golden/itur/sites.csv")).into_iter().map(site).collect()
}

fn sine(elevation_deg: f64) -> f64 {
    elevation_deg.to_radians().sin()
}

#[test]
fn gases_are_those_of_p_676_12() {
    let mut differences = Differences::default();
    for row in rows(include_str!("golden/itur/gases.csv")) {
        let v = numbers(&row);
        let air = Air { temperature_k: v[1], dry_pressure_hpa: v[2], vapour_density_g_m3: v[3] };
        differences.note("oxygen, dB/km", oxygen_db_km(v[0], &air), v[4]);
        differences.note("water vapour, dB/km", vapour_db_km(v[0], &air), v[5]);
        let (oxygen_km, vapour_km) = equivalent_heights_km(v[0], &air);
        differences.note("height of oxygen, km", oxygen_km, v[6]);
        differences.note("height of water vapour, km", vapour_km, v[7]);
    }
    for row in rows(include_str!("golden/itur/vapour.csv")) {
        let v = numbers(&row);
        differences.note("water vapour at the zenith, dB", vapour_zenith_db(v[0], v[1], v[2]), v[3]);
    }
    differences.print();
}

#[test]
fn rain_coefficients_are_those_of_p_838_3() {
    let mut differences = Differences::default();
    for row in rows(include_str!("golden/itur/rain.csv")) {
        let v = numbers(&row);
        let (k, alpha) = RainCoefficients::new(v[0], v[2].to_radians()).at(sine(v[1]));
        differences.note("k", k, v[3]);
        differences.note("alpha", alpha, v[4]);
    }
    differences.print();
}

#[test]
fn cloud_coefficients_are_those_of_p_840_8() {
    let mut differences = Differences::default();
    for row in rows(include_str!("golden/itur/cloud.csv")) {
        let v = numbers(&row);
        differences.note("absorption by clouds", absorption_coefficient_at(v[0], v[1]), v[2]);
    }
    differences.print();
}

/// One row of `paths.csv`: what the path is made of, its elevation's sine and the five losses.
fn path_of(row: &[&str], sites: &BTreeMap<&str, SiteClimate>) -> (SitePath, f64, Vec<f64>) {
    let v = numbers(&row[1..]);
    let band = Band::new(v[0] * 1e9, Polarisation::Linear { tilt_rad: v[1].to_radians() });
    let aperture = Aperture { diameter_m: v[2], efficiency: v[3] };
    let exceedance = Exceedance::of_percent(v[4]).unwrap();
    (SitePath::exceeded(&band, &sites[row[0]], aperture, exceedance), sine(v[5]), v[6..].to_vec())
}

#[test]
fn paths_lose_what_p_618_13_says() {
    let sites = sites();
    let mut differences = Differences::default();
    for row in rows(include_str!("golden/itur/paths.csv")) {
        let (path, sine, theirs) = path_of(&row, &sites);
        let loss = path.loss(sine);
        differences.note("gases, dB", loss.gas_db, theirs[0]);
        differences.note("clouds, dB", loss.cloud_db, theirs[1]);
        differences.note("rain, dB", loss.rain_db, theirs[2]);
        differences.note("scintillation, dB", loss.scintillation_db, theirs[3]);
        differences.note("total, dB", loss.total_db(), theirs[4]);
    }
    differences.print();
}

/// How far the table of a path is from it at most: of the value, and in dB where that is below 30 dB.
fn table_error(paths: impl Iterator<Item = SitePath>) -> (f64, f64) {
    let (mut worst_relative, mut worst_db) = (0.0_f64, 0.0_f64);
    for path in paths {
        let table: LossTable = path.table();
        for step in 0..=1_000 {
            let sine = sine(5.0 + 0.085 * f64::from(step));
            let exact = path.loss(sine).total_db();
            let error = (table.db(sine) - exact).abs();
            worst_relative = worst_relative.max(error / exact);
            worst_db = worst_db.max(if exact < 30.0 { error } else { 0.0 });
        }
    }
    println!("table: at most {:.2} % and {worst_db:.3} dB", worst_relative * 100.0);
    (worst_relative, worst_db)
}

#[test]
fn a_table_is_within_its_stated_error() {
    let sites = sites();
    let golden = rows(include_str!("golden/itur/paths.csv"));
    let (relative, db) = table_error(golden.iter().map(|row| path_of(row, &sites).0));
    assert!(relative < 0.01 && db < 0.15, "what is exceeded: {relative}, {db} dB");
    let band = Band::new(28.5e9, Polarisation::Circular);
    let wide = sites
        .values()
        .flat_map(|site| [SitePath::dry(&band, site), SitePath::raining(&band, site, 20.0, f64::INFINITY)]);
    let (relative, db) = table_error(wide);
    assert!(relative < 1e-6 && db < 1e-5, "cosecants: {relative}, {db} dB");
    // a storm's edge is a kink wherever the path leaves it
    let storms = sites
        .values()
        .flat_map(|site| [2.0, 8.0, 20.0].map(|reach_km| SitePath::raining(&band, site, 20.0, reach_km)));
    let (relative, db) = table_error(storms);
    assert!(relative < 0.06 && db < 0.8, "storms: {relative}, {db} dB");
}

#[test]
fn rain_that_falls_now_is_the_specific_attenuation_over_the_path() {
    let site = SiteClimate { rain_height_km: 4.0, altitude_km: 1.0, ..SiteClimate::coarse(30.0, 1.0) };
    let band = Band::new(20e9, Polarisation::Circular);
    let gamma = RainCoefficients::new(20.0, 45_f64.to_radians()).specific_db_km(25.0, 0.5);
    // 3 km of rain at 30 degrees: 6 km of path, 5.2 km over the ground
    for (reach_km, path_km) in
        [(f64::INFINITY, 6.0), (5.3, 6.0), (2.0, 2.0 / 30_f64.to_radians().cos()), (0.0, 0.0)]
    {
        let loss = SitePath::raining(&band, &site, 25.0, reach_km).loss(0.5);
        assert!((loss.rain_db - gamma * path_km).abs() < 1e-9, "{reach_km} km: {} dB", loss.rain_db);
    }
    assert_eq!(SitePath::raining(&band, &site, 0.0, 10.0), SitePath::dry(&band, &site));
    let above = SiteClimate { altitude_km: 4.5, ..site };
    assert_eq!(SitePath::raining(&band, &above, 25.0, 10.0).loss(0.5).rain_db, 0.0);
}

#[test]
fn a_site_above_the_rain_or_without_it_has_none() {
    let band = Band::new(28.5e9, Polarisation::Circular);
    let aperture = Aperture { diameter_m: 1.8, efficiency: 0.6 };
    let wettest = Exceedance::of_percent(0.01).unwrap();
    let coarse = SiteClimate::coarse(10.0, 0.0);
    for dry in [SiteClimate { altitude_km: 5.4, ..coarse }, SiteClimate { rain_rate_001_mm_h: 0.0, ..coarse }]
    {
        let loss = SitePath::exceeded(&band, &dry, aperture, wettest).loss(0.3);
        assert!(loss.rain_db == 0.0 && loss.total_db() > 0.0, "{loss:?}");
    }
}

#[test]
fn losses_fall_with_elevation_and_with_the_share_of_time() {
    let aperture = Aperture { diameter_m: 0.5, efficiency: 0.6 };
    for latitude in [0.0, 20.0, 40.0, 60.0, 80.0] {
        let site = SiteClimate::coarse(latitude, 0.1);
        let band = Band::new(11.7e9, Polarisation::Circular);
        let path =
            |percent| SitePath::exceeded(&band, &site, aperture, Exceedance::of_percent(percent).unwrap());
        let mut before = f64::INFINITY;
        // near the zenith of low latitudes P.618's reduction factor lets the loss rise again, by less than 1 %
        for degree in 5..=60 {
            let db = path(0.1).loss(sine(f64::from(degree))).total_db();
            assert!(db < before, "{latitude} deg north, {degree} deg up: {db} dB after {before} dB");
            before = db;
        }
        let shares = [0.001, 0.01, 0.1, 1.0, 5.0];
        let losses: Vec<f64> = shares.iter().map(|p| path(*p).loss(0.7).total_db()).collect();
        assert!(losses.is_sorted_by(|a, b| a > b), "{losses:?}");
        assert!(SitePath::dry(&band, &site).loss(0.7).total_db() < losses[4]);
    }
}

#[test]
fn the_sky_is_as_warm_as_what_it_absorbs() {
    assert!((sky_noise_k(0.0) - 2.7).abs() < 1e-12);
    assert!((sky_noise_k(3.0) - 138.527).abs() < 0.001, "{}", sky_noise_k(3.0));
    assert!((sky_noise_k(60.0) - 275.0).abs() < 0.01);
}
