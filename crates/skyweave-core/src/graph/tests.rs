//! Queue, sweeps and repair end with the same bits, on grids and on graphs without any order; petgraph is the oracle of costs.

use super::{Graph, NO_HOP, Ways};
use crate::simd::Path;
use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use proptest::prelude::*;

type Edges = Vec<(u32, u32, f64)>;
type Seeds = Vec<(u32, f64)>;

const NODES: u32 = 40;
/// No graph of these tests needs as many sweeps.
const ENOUGH_SWEEPS: usize = 1000;

#[test]
fn equal_ways_go_over_the_lower_node() {
    // 0 is the seed; 3 is reached over 1 and over 2 at the same cost, in whatever order the edges come
    for edges in [
        [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)],
        [(2, 3, 1.0), (1, 3, 1.0), (0, 2, 1.0), (0, 1, 1.0)],
    ] {
        let graph = Graph::new(4, edges.into_iter());
        let expected = Ways { cost: vec![0.5, 1.5, 1.5, 2.5], next: vec![NO_HOP, 0, 0, 1] };
        assert_eq!(graph.ways_to(&[(0, 0.5)]), expected);
        assert_eq!(graph.ways_to_all(&[[(0, 0.5)]; 3]), vec![expected; 3]);
    }
}

#[test]
fn a_seed_that_is_its_own_best_has_no_hop() {
    // 1 is a seed for as much as the way to 0 costs, 2 for more, and 3 hangs on nothing
    let graph = Graph::new(4, [(0, 1, 1.0), (0, 2, 1.0)].into_iter());
    let seeds = vec![(1, 1.5), (0, 0.5), (2, 1.75), (1, 1.5), (0, 4.0)];
    let expected = Ways { cost: vec![0.5, 1.5, 1.5, f64::INFINITY], next: vec![NO_HOP, NO_HOP, 0, NO_HOP] };
    assert_eq!(graph.ways_to(&seeds), expected);
    assert_eq!(graph.ways_to_all(&[seeds.clone(), seeds]), [expected.clone(), expected]);
}

#[test]
fn there_may_be_nothing_to_find() {
    let graph = Graph::new(0, std::iter::empty());
    assert_eq!(graph.ways_to_all(&vec![Seeds::new(); 5]), vec![Ways { cost: vec![], next: vec![] }; 5]);
    let lonely = Graph::new(2, std::iter::empty());
    let nowhere = Ways { cost: vec![f64::INFINITY; 2], next: vec![NO_HOP; 2] };
    assert_eq!(lonely.ways_to_all(&vec![Seeds::new(); 20]), vec![nowhere; 20]);
    assert!(lonely.ways_to_all::<Seeds>(&[]).is_empty());
}

#[test]
fn what_does_not_settle_goes_through_the_queue() {
    // hops that get cheaper the longer the way round: every sweep finds a better way
    let nodes = 200;
    let edges = (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (a, b, f64::from((b - a) * (b - a)))));
    let graph = Graph::new(nodes as usize, edges.collect::<Edges>().into_iter());
    let destinations = vec![vec![(100, 1.0)], vec![(7, 2.0), (180, 3.0)]];
    let expected: Vec<_> = destinations.iter().map(|seeds| graph.ways_to(seeds)).collect();
    for most_sweeps in 0..4 {
        assert_eq!(graph.swept(&destinations, Path::current(), most_sweeps), expected);
    }
}

/// Costs drawn from few values, so that ties are common, or from all.
fn cost() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), Just(2.0), Just(0.1), Just(0.3), 0.1..100.0_f64]
}

/// A graph without any order; some pairs have two edges, some nodes one to themselves.
fn tangle() -> impl Strategy<Value = Edges> {
    prop::collection::vec((0..NODES, 0..NODES, cost()), 0..200)
}

/// A torus of planes in which some lasers are missing, its nodes numbered along the planes or not.
fn grid() -> impl Strategy<Value = Edges> {
    let lasers = || prop::collection::vec(prop::option::weighted(0.9, cost()), NODES as usize);
    (prop_oneof![Just(4_u32), Just(5), Just(8)], lasers(), lasers(), any::<bool>()).prop_map(
        |(planes, along, across, mixed)| {
            let number = |node: u32| if mixed { node * 7 % NODES } else { node };
            let each = NODES / planes;
            let neighbours = |node: u32| {
                let (plane, place) = (node / each, node % each);
                [plane * each + (place + 1) % each, (plane + 1) % planes * each + place]
            };
            let lasers = (0..NODES).zip(along.into_iter().zip(across));
            let edges = lasers.flat_map(|(node, (along, across))| {
                let [next, beside] = neighbours(node);
                let edge = |other, cost: f64| (number(node), number(other), cost);
                [along.map(|cost| edge(next, cost)), across.map(|cost| edge(beside, cost))]
            });
            edges.flatten().collect()
        },
    )
}

fn seeds() -> impl Strategy<Value = Seeds> {
    prop::collection::vec((0..NODES, prop_oneof![Just(0.0), Just(1.0), 0.0..50.0_f64]), 0..8)
}

fn graph(edges: &Edges) -> Graph {
    Graph::new(NODES as usize, edges.iter().copied())
}

/// By node, from a node beyond all seeds.
fn oracle(edges: &Edges, seeds: &Seeds) -> Vec<f64> {
    let mut oracle = UnGraph::<(), f64>::default();
    for _ in 0..=NODES {
        oracle.add_node(());
    }
    let index = |node: u32| NodeIndex::new(node as usize);
    for &(a, b, cost) in edges {
        oracle.add_edge(index(a), index(b), cost);
    }
    for &(node, cost) in seeds {
        oracle.add_edge(index(NODES), index(node), cost);
    }
    let costs = dijkstra(&oracle, index(NODES), None, |edge| *edge.weight());
    (0..NODES).map(|node| costs.get(&index(node)).copied().unwrap_or(f64::INFINITY)).collect()
}

/// The next hops that costs speak of, by the words of the rule.
fn hops(graph: &Graph, seeds: &Seeds, costs: &[f64]) -> Vec<u32> {
    let hop = |node: u32| {
        let cost = costs[node as usize];
        if cost.is_infinite() || seeds.contains(&(node, cost)) {
            return NO_HOP;
        }
        let neighbours = graph.neighbours(node).iter();
        let fit = neighbours.filter(|(neighbour, edge)| costs[*neighbour as usize] + edge == cost);
        fit.map(|(neighbour, _)| *neighbour).min().unwrap()
    };
    (0..NODES).map(hop).collect()
}

proptest! {
    #[test]
    fn queue_and_sweeps_have_the_bits_of_the_oracle(
        edges in prop_oneof![tangle(), grid()],
        destinations in prop::collection::vec(seeds(), 1..40),
    ) {
        let graph = graph(&edges);
        let queued: Vec<Ways> = destinations.iter().map(|seeds| graph.ways_to(seeds)).collect();
        for (seeds, ways) in destinations.iter().zip(&queued) {
            prop_assert_eq!(&ways.cost, &oracle(&edges, seeds));
            prop_assert_eq!(&ways.next, &hops(&graph, seeds, &ways.cost));
        }
        prop_assert_eq!(&graph.ways_to_all(&destinations), &queued);
        for path in crate::golden::paths() {
            prop_assert_eq!(&graph.swept(&destinations, path, ENOUGH_SWEEPS), &queued, "{}", path.name());
        }
    }

    #[test]
    fn a_repair_ends_where_a_new_search_does(
        edges in prop_oneof![tangle(), grid()],
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(cost())), 0..4),
        added in prop::collection::vec((0..NODES, 0..NODES, cost()), 0..2),
        (seeds, others) in (seeds(), seeds()),
        kept in 0_usize..8,
    ) {
        let before = graph(&edges);
        let mut now: Vec<_> = edges.iter().copied().map(Some).collect();
        for (at, cost) in changes {
            if !now.is_empty() {
                let edge = at.get_mut(&mut now);
                *edge = edge.zip(cost).map(|((a, b, _), cost)| (a, b, cost));
            }
        }
        let after = graph(&now.into_iter().flatten().chain(added).collect());
        // the first seeds stay, others come after them, and some of the first go
        let mut seeds_after: Seeds = seeds.iter().copied().take(kept).collect();
        seeds_after.extend(others.into_iter().take(2));

        let mut changed = after.changed_since(&before);
        changed.extend(seeds.iter().filter(|seed| !seeds_after.contains(seed)).map(|seed| seed.0));
        changed.extend(seeds_after.iter().filter(|seed| !seeds.contains(seed)).map(|seed| seed.0));
        let old = before.ways_to(&seeds);
        let expected = after.ways_to(&seeds_after);
        prop_assert_eq!(&after.repaired(old.clone(), &changed, &seeds_after), &expected);
        prop_assert_eq!(&after.repair(old, &changed, &seeds_after), &expected);
    }
}
