//! Forwarding states, row by row. Which rows may differ is a matter of cause, not of a share.

use super::oracle::{oracle, text};
use rayon::ThreadPoolBuilder;
use skyweave_io::hypatia::{Hop, Network, Node, Satellite, Sky, State, Station};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Paths whose lengths are this close may be told apart differently: 0.9 us of round trip, rounded up.
pub const TIE_M: f64 = 150.0;
/// A satellite this close to the range limit may be in range for one and out of it for the other.
pub const RANGE_LIMIT_M: f64 = 60.0;

const STATE_TIMES_NS: [u64; 5] = [0, 100_000_000, 10_000_000_000, 60_000_000_000, 200_000_000_000];

/// Hypatia's row: the hop, or nothing for `-1,-1,-1`.
type Rows = BTreeMap<(Node, Station), Option<Hop>>;

fn rows(network: &Network, text: &str) -> Rows {
    let row = |line: &str| {
        let fields: Vec<i64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let [from, to, next, interface, next_interface] = fields[..] else { panic!("`{line}`") };
        let node = |number: i64| network.node(number as u32).unwrap();
        let Node::Station(to) = node(to) else { panic!("`{line}` leads to a satellite") };
        let hop = (next != -1).then(|| Hop {
            next: node(next),
            interface: interface as u16,
            next_interface: next_interface as u16,
        });
        ((node(from), to), hop)
    };
    text.lines().map(row).collect()
}

/// The way that rows lead, and nothing where they end without arriving.
fn follow(rows: &Rows, from: Node, to: Station) -> Option<Vec<Node>> {
    let mut path = vec![from];
    let mut at = from;
    while at != Node::Station(to) {
        at = rows[&(at, to)]?.next;
        assert!(!path.contains(&at), "{from} to {to:?} goes round in circles: {path:?}");
        path.push(at);
    }
    Some(path)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Tie,
    RangeLimit,
}

/// What is exact at an instant: the state with the range limit as it is, and one with a limit that only satellites
/// meet about which there can be no doubt.
struct Exact<'a> {
    network: &'a Network,
    sky: Sky,
    state: State,
    certain: State,
    /// How far from the limit a satellite must be to be in doubt no more.
    doubt_m: f64,
}

impl<'a> Exact<'a> {
    fn at(t_ns: u64, network: &'a Network, narrow: &Network) -> Self {
        Self {
            network,
            sky: network.sky_at(t_ns).unwrap(),
            state: network.state_at(t_ns).unwrap(),
            certain: narrow.state_at(t_ns).unwrap(),
            doubt_m: network.limits().ground_m - narrow.limits().ground_m,
        }
    }

    /// Why Hypatia goes another way. Its way must exist if satellites in doubt beyond the limit count, and no way without
    /// satellites in doubt may be shorter by more than a tie.
    fn cause(&self, from: Node, to: Station, theirs: Option<&[Node]>) -> Result<Cause, String> {
        let best_m = self.state.distance_m(from, to);
        let certain_m = self.certain.distance_m(from, to);
        let Some(path) = theirs else {
            let message = || format!("it has no way, but there is one of {certain_m} m");
            return certain_m.is_infinite().then_some(Cause::RangeLimit).ok_or_else(message);
        };
        let ground = |link: &[Node]| link.iter().any(|node| matches!(node, Node::Station(_)));
        let links = path.windows(2).filter(|link| ground(link));
        let longest_m = links.map(|link| self.sky.length_m(link[0], link[1])).fold(0.0, f64::max);
        let limit_m = self.network.limits().ground_m;
        if longest_m > limit_m + self.doubt_m {
            return Err(format!("its link to the ground is {longest_m} m long"));
        }
        let theirs_m = self.sky.path_length_m(path);
        if longest_m <= limit_m && theirs_m - best_m <= TIE_M {
            Ok(Cause::Tie)
        } else if theirs_m - certain_m <= TIE_M {
            Ok(Cause::RangeLimit)
        } else {
            Err(format!("its way is {theirs_m} m, the exact one {best_m} m, one beyond doubt {certain_m} m"))
        }
    }

    /// Every row, compared.
    fn compare(&self, rows: &Rows) -> Comparison {
        let mut found = Comparison::default();
        for (&(from, to), &theirs) in rows {
            if self.state.hop(from, to) == theirs {
                found.equal += 1;
                continue;
            }
            let path = follow(rows, from, to);
            match self.cause(from, to, path.as_deref()) {
                Ok(Cause::Tie) => {
                    let longer_m = self.sky.path_length_m(&path.unwrap()) - self.state.distance_m(from, to);
                    found.ties += 1;
                    found.widest_tie_m = found.widest_tie_m.max(longer_m);
                }
                Ok(Cause::RangeLimit) => found.at_range_limit += 1,
                Err(why) => found.unexplained.push(format!("{from} to {}: {why}", Node::Station(to))),
            }
        }
        found
    }
}

#[derive(Debug, Default)]
struct Comparison {
    equal: usize,
    ties: usize,
    widest_tie_m: f64,
    at_range_limit: usize,
    unexplained: Vec<String>,
}

/// The same state directory with another range limit.
fn with_ground_limit(oracle: &Path, ground_m: f64) -> Network {
    let place = tempfile::tempdir().unwrap();
    for file in ["tles.txt", "isls.txt", "ground_stations.txt", "gsl_interfaces_info.txt"] {
        fs::copy(oracle.join(file), place.path().join(file)).unwrap();
    }
    let laser_m = Network::read(oracle).unwrap().limits().laser_m;
    let description = format!("max_gsl_length_m={ground_m}\nmax_isl_length_m={laser_m}\n");
    fs::write(place.path().join("description.txt"), description).unwrap();
    Network::read(place.path()).unwrap()
}

#[test]
fn forwarding_differs_only_with_cause() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let narrow = with_ground_limit(&oracle, network.limits().ground_m - RANGE_LIMIT_M);
    for t_ns in STATE_TIMES_NS {
        let rows = rows(&network, &text(&oracle.join(format!("fstate/fstate_{t_ns}.txt.gz"))));
        for (&(from, _), hop) in &rows {
            if let &Some(Hop { next, interface, next_interface }) = hop {
                assert_eq!(
                    network.interfaces(from, next),
                    Some((interface, next_interface)),
                    "{from} to {next}"
                );
            }
        }
        let found = Exact::at(t_ns, &network, &narrow).compare(&rows);
        println!(
            "hypatia: forwarding at {:5.1} s: {} of {} rows equal ({:.3} %), {} ties (up to {:.1} m), {} at the range limit, {} without cause",
            t_ns as f64 / 1e9,
            found.equal,
            rows.len(),
            100.0 * found.equal as f64 / rows.len() as f64,
            found.ties,
            found.widest_tie_m,
            found.at_range_limit,
            found.unexplained.len()
        );
        let (satellites, stations) = (network.satellite_count(), network.stations().len());
        assert_eq!(rows.len(), (satellites + stations) * stations - stations);
        assert!(found.unexplained.is_empty(), "at {t_ns} ns: {:#?}", found.unexplained);
    }
}

/// The rows of a state, as if they had been read.
fn rows_of(network: &Network, state: &State) -> Rows {
    let satellites = (0..network.satellite_count() as u32).map(|place| Node::Satellite(Satellite(place)));
    let stations = || (0..network.stations().len() as u32).map(Station);
    let nodes = satellites.chain(stations().map(Node::Station));
    let pairs = nodes.flat_map(|from| stations().map(move |to| (from, to)));
    let pairs = pairs.filter(|&(from, to)| from != Node::Station(to));
    pairs.map(|(from, to)| ((from, to), state.hop(from, to))).collect()
}

#[test]
fn the_rule_accepts_doubt_at_the_range_limit_and_nothing_more() {
    // Few satellites are within 60 m of the limit, so the same rule is tried with 6 km.
    const DOUBT_M: f64 = 6000.0;
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let limit_m = network.limits().ground_m;
    let exact = Exact::at(0, &network, &with_ground_limit(&oracle, limit_m - DOUBT_M));
    let against = |ground_m: f64| {
        let other = with_ground_limit(&oracle, ground_m);
        exact.compare(&rows_of(&other, &other.state_at(0).unwrap()))
    };
    for explained in [limit_m - 0.9 * DOUBT_M, limit_m + 0.9 * DOUBT_M] {
        let found = against(explained);
        assert!(found.unexplained.is_empty(), "{:#?}", found.unexplained);
        assert!(found.at_range_limit > 0);
    }
    for unexplained in [limit_m - 10.0 * DOUBT_M, limit_m + 10.0 * DOUBT_M] {
        assert!(!against(unexplained).unexplained.is_empty());
    }
}

#[test]
fn the_rule_refuses_a_detour() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let narrow = with_ground_limit(&oracle, network.limits().ground_m - RANGE_LIMIT_M);
    let exact = Exact::at(0, &network, &narrow);
    let mut rows = rows_of(&network, &exact.state);
    assert_eq!(exact.compare(&rows).equal, rows.len());
    // the farthest satellite that Tokyo sees, and no way at all
    let (tokyo, delhi) = (Node::Station(Station(0)), Station(1));
    let farthest = exact.sky.in_range(Station(0)).into_iter().max_by(|a, b| a.range_m.total_cmp(&b.range_m));
    let next = Node::Satellite(farthest.unwrap().satellite);
    let (interface, next_interface) = network.interfaces(tokyo, next).unwrap();
    for hop in [Some(Hop { next, interface, next_interface }), None] {
        rows.insert((tokyo, delhi), hop);
        assert_eq!(exact.compare(&rows).unexplained.len(), 1);
    }
}

#[test]
fn one_thread_and_two_give_the_same_state_and_it_is_quick() {
    let Some(oracle) = oracle() else { return };
    let network = Network::read(&oracle).unwrap();
    let mut states = Vec::new();
    for (threads, name) in [(1, "one thread"), (2, "two threads")] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut best_ms = f64::INFINITY;
        for t_ns in (0..10).map(|step| step * 100_000_000) {
            let begun = Instant::now();
            let state = pool.install(|| network.state_at(t_ns)).unwrap();
            best_ms = best_ms.min(begun.elapsed().as_secs_f64() * 1e3);
            states.push(state);
        }
        println!("hypatia: forwarding state 1156+100 in {best_ms:.1} ms on {name}");
    }
    let two = states.split_off(states.len() / 2);
    assert!(states == two, "the number of threads shows in the result");
}
