use super::*;
use crate::golden::verification_set;

/// Largest deviation from the published answers, km, for orbits under 225 minutes: they print eight decimals.
const NEAR_EARTH_TOLERANCE_KM: f64 = 1.0e-6;
/// The same for deep-space orbits, whose integrator amplifies rounding.
const DEEP_SPACE_TOLERANCE_KM: f64 = 1.0e-5;

#[test]
fn the_published_verification_set_is_met() {
    let (mut near, mut deep, mut rows) = (0.0_f64, 0.0_f64, 0);
    for case in verification_set() {
        let Ok(object) = Sgp4::new(&case.elements) else {
            assert!(case.answers.is_empty(), "{} has published answers", case.elements.catalog_number);
            continue;
        };
        for answer in &case.answers {
            let state = match object.propagate(answer.minutes) {
                Ok(state) => state,
                Err(error) => panic!("{} at {} min: {error}", case.elements.catalog_number, answer.minutes),
            };
            let off = (state.position_km - answer.position_km).norm();
            let worst = if object.is_deep_space() { &mut deep } else { &mut near };
            *worst = worst.max(off);
            rows += 1;
            assert!(
                off < DEEP_SPACE_TOLERANCE_KM,
                "{} at {}: {off} km",
                case.elements.catalog_number,
                answer.minutes
            );
            assert!((state.velocity_km_s - answer.velocity_km_s).norm() < 2e-9 * 2.0, "velocity");
        }
    }
    println!("SGP4 verification set: {rows} rows, near-earth {near:.2e} km, deep-space {deep:.2e} km");
    assert!(rows > 600, "only {rows} rows");
    assert!(near < NEAR_EARTH_TOLERANCE_KM, "near-earth {near} km");
}

#[test]
fn where_the_reference_stops_so_do_we() {
    for case in verification_set() {
        let Ok(object) = Sgp4::new(&case.elements) else { continue };
        if let Some(minutes) = case.refused_minutes {
            assert!(object.propagate(minutes).is_err(), "{} at {minutes} min", case.elements.catalog_number);
        }
    }
}

#[test]
fn impossible_elements_are_refused() {
    let Some(case) = verification_set().into_iter().next() else { panic!("empty verification set") };
    for spoil in [
        |e: &mut MeanElements| e.eccentricity = 1.0,
        |e: &mut MeanElements| e.eccentricity = f64::NAN,
        |e: &mut MeanElements| e.mean_motion_rad_min = 0.0,
        |e: &mut MeanElements| e.mean_motion_rad_min = f64::INFINITY,
        |e: &mut MeanElements| e.inclination_rad = f64::NAN,
    ] {
        let mut elements = case.elements.clone();
        spoil(&mut elements);
        assert_eq!(Sgp4::new(&elements).err(), Some(Sgp4Error::Elements));
    }
}

#[test]
fn mean_angles_follow_the_orbit() {
    let Some(case) = verification_set().into_iter().find(|c| c.elements.catalog_number == 6251) else {
        panic!("06251 is missing")
    };
    let Ok(object) = Sgp4::new(&case.elements) else { panic!("06251 is an orbit") };
    for minutes in [0.0, 100.0, 1440.0] {
        let Ok(state) = object.propagate(minutes) else { panic!("06251 at {minutes}") };
        let angles = object.mean_angles(minutes);
        let (sin_n, cos_n) = sin_cos(angles.raan_rad);
        let along_node =
            (state.position_km.x * cos_n + state.position_km.y * sin_n) / state.position_km.norm();
        // mean against true argument of latitude: apart by at most 2 e and the short-period terms
        assert!((along_node - cos(angles.argument_of_latitude_rad)).abs() < 0.02, "at {minutes}");
    }
}
