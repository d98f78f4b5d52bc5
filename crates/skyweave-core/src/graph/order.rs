//! The order in which sweeps visit nodes.

use super::Graph;

/// Nodes breadth first, one connected part after the other, each from an end of it (Cuthill and `McKee` 1969, without their
/// sorting by degree). Neighbours come near each other in it, and a way that keeps to one direction on a grid of lasers
/// goes up or down in it nearly all along: a sweep carries a cost along all of that. A grid of 72 planes of 22, numbered
/// along the planes or in any other way, takes 6 sweeps to settle.
pub(super) fn breadth_first(graph: &Graph) -> Vec<u32> {
    let nodes = graph.nodes();
    let mut order = Vec::with_capacity(nodes);
    let (mut seen, mut placed) = (vec![false; nodes], vec![false; nodes]);
    let mut part = Vec::new();
    for node in 0..nodes as u32 {
        if !placed[node as usize] {
            part.clear();
            visit(graph, node, &mut seen, &mut part);
            let end = part.last().copied().unwrap_or(node);
            visit(graph, end, &mut placed, &mut order);
        }
    }
    order
}

/// Appends what `from` is connected with, nearest first.
fn visit(graph: &Graph, from: u32, seen: &mut [bool], order: &mut Vec<u32>) {
    let mut at = order.len();
    seen[from as usize] = true;
    order.push(from);
    while let Some(&node) = order.get(at) {
        at += 1;
        for &(neighbour, _) in graph.neighbours(node) {
            if !seen[neighbour as usize] {
                seen[neighbour as usize] = true;
                order.push(neighbour);
            }
        }
    }
}
