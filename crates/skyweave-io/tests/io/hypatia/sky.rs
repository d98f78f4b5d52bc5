//! Positions, lengths and round trips.

use super::forwarding::{RANGE_LIMIT_M, TIE_M};
use super::oracle::{number, oracle, satellite, seconds_to_ns, station, table, text};
use skyweave_core::geodesy::{LIGHT_M_S, Vec3};
use skyweave_io::hypatia::{Network, Node, Sky, State, Station};
use std::collections::{BTreeMap, BTreeSet};

/// Ground ranges: Hypatia's come from `PyEphem`, and this is how far they are from exact ones.
const GROUND_RANGE_TOLERANCE_M: f64 = 51.0;
/// Lasers: Hypatia solves a triangle of two `PyEphem` ranges and the angle between them; likewise.
const LASER_TOLERANCE_M: f64 = 14.0;
/// Lasers against another exact SGP4, whose lengths are printed to 1 mm; the bound promised for them.
const LASER_EXACT_TOLERANCE_M: f64 = 1.0;
/// Positions are printed to 1 mm in each component, and velocities to 1 um/s.
const POSITION_TOLERANCE_M: f64 = 2.0e-3;
const VELOCITY_TOLERANCE_M_S: f64 = 2.0e-6;
/// Latitude and longitude are printed to 10^-6 deg, after x, y, z were computed: half of that is 0.056 m, in both directions.
const STATION_TOLERANCE_M: f64 = 0.08;
/// Round trips: two ground ranges and the lasers in between, there and back.
const RTT_TOLERANCE_NS: f64 = 900.0;

/// The skies of the instants that a table's first column names, each computed once.
fn skies(network: &Network, rows: &[Vec<String>]) -> BTreeMap<String, Sky> {
    let times: BTreeSet<_> = rows.iter().map(|row| row[0].clone()).collect();
    times
        .into_iter()
        .map(|time| {
            let sky = network.sky_at(seconds_to_ns(&time)).unwrap();
            (time, sky)
        })
        .collect()
}

#[test]
fn satellites_are_where_another_sgp4_has_them() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let rows = table(&oracle.join("satellite_positions_teme_sgp4_wgs72.csv"));
    let (mut position, mut velocity) = (0.0_f64, 0.0_f64);
    for row in &rows {
        let state = network.teme(satellite(&row[1]), seconds_to_ns(&row[0])).unwrap();
        let expected: Vec<f64> = row[2..].iter().map(|field| number(field)).collect();
        let [x, y, z, vx, vy, vz] = expected[..] else { panic!("eight columns, not {row:?}") };
        position = position.max((state.position_km * 1000.0 - Vec3::new(x, y, z)).norm());
        velocity = velocity.max((state.velocity_km_s * 1000.0 - Vec3::new(vx, vy, vz)).norm());
    }
    println!(
        "hypatia: {} satellite states within {:.2} mm and {:.2} um/s of another SGP4",
        rows.len(),
        position * 1e3,
        velocity * 1e6
    );
    assert_eq!(rows.len(), 3 * network.satellite_count());
    assert!(position < POSITION_TOLERANCE_M, "{position} m");
    assert!(velocity < VELOCITY_TOLERANCE_M_S, "{velocity} m/s");
}

#[test]
fn ground_stations_are_where_hypatia_has_them() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    for (line, station) in text(&oracle.join("ground_stations.txt")).lines().zip(network.stations()) {
        let xyz: Vec<f64> = line.split(',').skip(5).map(number).collect();
        let off = (station.position.0 - Vec3::new(xyz[0], xyz[1], xyz[2])).norm();
        assert!(off < STATION_TOLERANCE_M, "{}: {off} m", station.name);
    }
}

#[test]
fn ground_ranges_are_hypatias() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let rows = table(&oracle.join("gsl_in_range.csv.gz"));
    let limit_m = network.limits().ground_m;
    let (mut worst, mut near_limit) = (0.0_f64, 0);
    for (time, sky) in skies(&network, &rows) {
        let at_time = rows.iter().filter(|row| row[0] == time);
        let theirs: BTreeSet<_> = at_time.clone().map(|row| (station(&row[1]), satellite(&row[2]))).collect();
        for row in at_time {
            let (station, satellite) = (station(&row[1]), satellite(&row[2]));
            let range_m = sky.length_m(Node::Station(station), Node::Satellite(satellite));
            let off = (range_m - number(&row[3])).abs();
            assert!(off < GROUND_RANGE_TOLERANCE_M, "{station:?} to {satellite:?}: off by {off} m");
            worst = worst.max(off);
            near_limit += usize::from(range_m > limit_m);
        }
        for station in (0..network.stations().len() as u32).map(Station) {
            for visible in sky.in_range(station) {
                if !theirs.contains(&(station, visible.satellite)) {
                    assert!(
                        visible.range_m > limit_m - RANGE_LIMIT_M,
                        "{station:?}: {visible:?} is only ours"
                    );
                    near_limit += 1;
                }
            }
        }
    }
    println!(
        "hypatia: {} ground ranges within {worst:.2} m; {near_limit} in range for one of the two only",
        rows.len()
    );
    assert!(rows.len() > 2000);
}

#[test]
fn lasers_are_as_long_as_hypatias() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let rows = table(&oracle.join("isl_lengths.csv"));
    let (mut worst, mut worst_exact) = (0.0_f64, 0.0_f64);
    for (time, sky) in skies(&network, &rows) {
        let lengths = network.laser_lengths_m(&sky).unwrap();
        let ours: BTreeMap<_, _> =
            network.lasers().iter().map(|laser| (laser.a, laser.b)).zip(lengths).collect();
        let at_time: Vec<_> = rows.iter().filter(|row| row[0] == time).collect();
        assert_eq!(at_time.len(), ours.len());
        for row in at_time {
            let length_m = ours[&(satellite(&row[1]), satellite(&row[2]))];
            worst = worst.max((length_m - number(&row[3])).abs());
            worst_exact = worst_exact.max((length_m - number(&row[4])).abs());
        }
    }
    println!(
        "hypatia: {} laser lengths within {worst:.2} m, within {:.2} mm of another exact SGP4",
        rows.len(),
        worst_exact * 1e3
    );
    assert!(worst < LASER_TOLERANCE_M, "{worst} m");
    assert!(worst_exact < LASER_EXACT_TOLERANCE_M, "{worst_exact} m");
}

#[test]
fn round_trips_are_hypatias() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let rows = table(&oracle.join("pairs_rtt.csv"));
    let mut states: BTreeMap<u64, State> = BTreeMap::new();
    let (mut worst_ns, mut worst_tie_m, mut same) = (0.0_f64, 0.0_f64, 0);
    for row in &rows {
        let t_ns = seconds_to_ns(&row[0]);
        let state = states.entry(t_ns).or_insert_with(|| network.state_at(t_ns).unwrap());
        let (from, to) = (Node::Station(station(&row[1])), station(&row[2]));
        let distance_m = state.distance_m(from, to);
        let rtt_ns = 2.0 * distance_m / LIGHT_M_S * 1e9;
        let off_ns = (rtt_ns - number(&row[6])).abs();
        assert!(off_ns < RTT_TOLERANCE_NS, "{from} to {to:?} at {t_ns} ns: off by {off_ns} ns");
        worst_ns = worst_ns.max(off_ns);

        let theirs: Vec<_> = row[7].split('-').map(|n| network.node(n.parse().unwrap()).unwrap()).collect();
        let ours = state.path(from, to).unwrap();
        let sky = network.sky_at(t_ns).unwrap();
        assert!((sky.path_length_m(&ours) - distance_m).abs() < 1e-6, "a path is as long as its links");
        let longer_m = sky.path_length_m(&theirs) - distance_m;
        assert!((-1e-6..TIE_M).contains(&longer_m), "{from} to {to:?} at {t_ns} ns: {longer_m} m longer");
        worst_tie_m = worst_tie_m.max(longer_m);
        same += usize::from(ours == theirs);
    }
    println!(
        "hypatia: {} round trips within {worst_ns:.0} ns; {same} with the same path, the others at most {worst_tie_m:.1} m longer",
        rows.len()
    );
    assert!(rows.len() > 50);
}
