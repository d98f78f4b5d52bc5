use super::*;
use crate::elements::MeanElements;
use crate::golden::verification_set;
use hifitime::Epoch;
use proptest::prelude::*;
use std::f64::consts::TAU;

/// Largest distance from the scalar code on orbits of satellite networks within 30 days, km.
const NETWORK_TOLERANCE_KM: f64 = 1.0e-8;
/// The same for velocities, km/s.
const NETWORK_TOLERANCE_KM_S: f64 = 1.0e-11;
/// Largest distance on any other orbit under 225 minutes, as a share of the radius (1 mm on a low one): there both stop
/// Kepler's iteration at 1e-12 rad of an anomaly that moves the satellite up to (1 + e) / (1 - e) times as far, and heavy drag
/// adds thousands of turns, in another order.
const NEAR_EARTH_TOLERANCE: f64 = 1.5e-10;
/// Deviation from the published answers, km: as for the scalar code.
const PUBLISHED_TOLERANCE_KM: f64 = 1.0e-5;

/// Altitude of the perigee (km), eccentricity, inclination, three angles, B*.
type Shape = (f64, f64, f64, [f64; 3], f64);

fn object((perigee_km, e, inclination_rad, [raan, perigee, anomaly], bstar): Shape) -> Sgp4 {
    let a_km = (6378.135 + perigee_km) / (1.0 - e);
    let mean_motion_rad_min = 60.0 * (398_600.8 / (a_km * a_km * a_km)).sqrt();
    let elements = MeanElements {
        name: String::new(),
        catalog_number: 1,
        international_designator: String::new(),
        epoch: Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0),
        inclination_rad,
        raan_rad: raan,
        eccentricity: e,
        argument_of_perigee_rad: perigee,
        mean_anomaly_rad: anomaly,
        mean_motion_rad_min,
        bstar,
    };
    match Sgp4::new(&elements) {
        Ok(object) => object,
        Err(error) => panic!("{error}"),
    }
}

fn angles() -> impl Strategy<Value = [f64; 3]> {
    prop::array::uniform3(0.0..TAU)
}

/// Orbits as networks have them.
fn network() -> impl Strategy<Value = Shape> {
    (330.0..1_300.0, 0.0..0.0025, 0.0..1.75, angles(), -1e-3..1e-3)
}

/// Anything that flies, and some things that do not for long.
fn anything() -> impl Strategy<Value = Shape> {
    prop_oneof![
        network(),
        (90.0..1_000.0, 0.0..0.9, 0.0..3.1, angles(), -0.01..0.05),
        (80.0..260.0, 0.0..0.02, 0.0..3.1, angles(), 0.0..0.5),
        (200.0..40_000.0, 0.0..0.8, 0.0..3.1, angles(), 0.0..0.01),
        (-200.0..200.0, 0.0..0.3, 0.0..3.1, angles(), -0.1..0.1),
    ]
}

fn bits(states: &States) -> Vec<(u64, u64, u64, Option<crate::sgp4::Sgp4Error>)> {
    let mut all = Vec::new();
    for instant in 0..states.instants() {
        let ([x, y, _], [_, _, vz]) = (states.position_km(instant), states.velocity_km_s(instant));
        let z = states.position_km(instant)[2];
        for satellite in 0..states.satellites() {
            let mixed = z[satellite].to_bits() ^ vz[satellite].to_bits().rotate_left(17);
            all.push((
                x[satellite].to_bits(),
                y[satellite].to_bits(),
                mixed,
                states.errors(instant)[satellite],
            ));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn orbits_of_networks_are_those_of_the_scalar_code(
        shapes in prop::collection::vec(network(), 1..50),
        times in prop::collection::vec(-20_000.0..43_200.0, 1..4),
    ) {
        let satellites: Vec<Sgp4> = shapes.into_iter().map(object).collect();
        let mut states = States::default();
        let batch = Batch::new(&satellites);
        batch.whole().propagate_over(&[], &times, &mut states);
        for (instant, minutes) in times.iter().enumerate() {
            for (index, satellite) in satellites.iter().enumerate() {
                let (ours, theirs) = (states.state(instant, index), satellite.propagate(*minutes));
                prop_assert_eq!(ours.err(), theirs.err());
                if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                    let off = (ours.position_km - theirs.position_km).norm();
                    // the angle along the orbit is some thousands of radians by then: its own rounding
                    let rounding_km = minutes.abs() * 2.0e-13;
                    prop_assert!(off < NETWORK_TOLERANCE_KM + rounding_km, "{off} km at {minutes}");
                    let off = (ours.velocity_km_s - theirs.velocity_km_s).norm();
                    prop_assert!(off < NETWORK_TOLERANCE_KM_S + rounding_km * 1.1e-3, "{off} km/s at {minutes}");
                }
            }
        }
    }

    #[test]
    fn any_orbit_and_its_errors_are_those_of_the_scalar_code(
        shapes in prop::collection::vec(anything(), 1..50),
        times in prop::collection::vec(prop_oneof![-3_000.0..3_000.0, -20_000.0..20_000.0], 1..4),
    ) {
        let satellites: Vec<Sgp4> = shapes.iter().copied().map(object).collect();
        let mut states = States::default();
        let batch = Batch::new(&satellites);
        batch.whole().propagate_over(&[], &times, &mut states);
        for (instant, minutes) in times.iter().enumerate() {
            for (index, satellite) in satellites.iter().enumerate() {
                let (ours, theirs) = (states.state(instant, index), satellite.propagate(*minutes));
                prop_assert_eq!(ours.err(), theirs.err(), "{:?} at {}", shapes[index], minutes);
                if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                    let off = (ours.position_km - theirs.position_km).norm();
                    let tolerance_km = NEAR_EARTH_TOLERANCE * theirs.position_km.norm();
                    prop_assert!(off < tolerance_km, "{off} km: {:?} at {minutes}", shapes[index]);
                }
            }
        }
    }

    #[test]
    fn a_state_depends_on_its_elements_and_time_alone(
        shapes in prop::collection::vec(anything(), 1..80),
        offsets in prop::collection::vec(-2_000.0..2_000.0, 80),
        times in prop::collection::vec(-3_000.0..3_000.0, 1..4),
        turn in 0_usize..80,
    ) {
        let mut satellites: Vec<Sgp4> = shapes.into_iter().map(object).collect();
        let mut offsets = offsets[..satellites.len()].to_vec();
        let mut states = States::default();
        let batch = Batch::new(&satellites).on(Path::Scalar);
        batch.whole().propagate_over(&offsets, &times, &mut states);
        let expected = bits(&states);
        let of = |satellite: usize| expected.chunks(satellites.len()).map(move |row| row[satellite]).collect::<Vec<_>>();

        for path in crate::golden::paths() {
            let batch = Batch::new(&satellites).on(path);
            batch.whole().propagate_over(&offsets, &times, &mut states);
            prop_assert_eq!(&bits(&states), &expected, "{}", path.name());
        }
        let alone = turn % satellites.len();
        Batch::new(&satellites[alone..=alone]).whole().propagate_over(&offsets[alone..], &times, &mut states);
        prop_assert_eq!(bits(&states), of(alone));
        // one instant at a time, in another order
        let moved = satellites.len() - alone;
        satellites.rotate_left(alone);
        offsets.rotate_left(alone);
        let batch = Batch::new(&satellites);
        for (row, minutes) in expected.chunks(satellites.len()).zip(&times) {
            let at: Vec<f64> = offsets.iter().map(|offset| offset + minutes).collect();
            batch.propagate(&at, &mut states);
            let mut here = bits(&states);
            here.rotate_left(moved % satellites.len());
            prop_assert_eq!(&here[..], row);
        }
    }
}

#[test]
fn the_published_verification_set_is_met_on_every_path() {
    let cases: Vec<_> =
        verification_set().into_iter().filter_map(|c| Some((Sgp4::new(&c.elements).ok()?, c))).collect();
    let satellites: Vec<Sgp4> = cases.iter().map(|(satellite, _)| satellite.clone()).collect();
    for path in crate::golden::paths() {
        let batch = Batch::new(&satellites).on(path);
        let mut states = States::default();
        let (mut near, mut deep, mut rows) = (0.0_f64, 0.0_f64, 0);
        for (index, (satellite, case)) in cases.iter().enumerate() {
            let times: Vec<f64> =
                case.answers.iter().map(|a| a.minutes).chain(case.refused_minutes).collect();
            batch.whole().propagate_over(&[], &times, &mut states);
            for (instant, answer) in case.answers.iter().enumerate() {
                let number = case.elements.catalog_number;
                let state = match states.state(instant, index) {
                    Ok(state) => state,
                    Err(error) => panic!("{number} at {}: {error}", answer.minutes),
                };
                let off = (state.position_km - answer.position_km).norm();
                let worst = if satellite.is_deep_space() { &mut deep } else { &mut near };
                *worst = worst.max(off);
                rows += 1;
                assert!(off < PUBLISHED_TOLERANCE_KM, "{number} at {}: {off} km", answer.minutes);
                assert!((state.velocity_km_s - answer.velocity_km_s).norm() < 4e-9, "velocity of {number}");
            }
            for (instant, minutes) in times.iter().enumerate().skip(case.answers.len()) {
                assert_eq!(states.state(instant, index).err(), satellite.propagate(*minutes).err());
                assert!(states.state(instant, index).is_err());
            }
        }
        println!("{}: {rows} rows, near-earth {near:.2e} km, deep-space {deep:.2e} km", path.name());
        assert!(rows > 600, "only {rows} rows");
        assert!(near < 1.0e-6, "near-earth {near} km");
    }
}
