//! The colours of a cell's beams: as many as its demand is worth, and those that its neighbours use least.

use crate::ids::BeamId;
use crate::world::World;

/// So many beams as a demand is worth, from one on.
pub(super) fn beams_worth(demand_bps: f64, beam_bps: f64, most: u8) -> u32 {
    let worth = if beam_bps > 0.0 { (demand_bps / beam_bps).ceil() } else { 1.0 };
    (worth.max(1.0) as u32).min(u32::from(most.max(1)))
}

/// Chooses colours for a cell's beams, a bit each: its own first, then those that are the first of few neighbours, in a turn
/// that begins at its own so that neighbours go different ways.
pub(super) fn choose(
    world: &World,
    beam: BeamId,
    count: u32,
    colours: u8,
    is_lit: impl Fn(BeamId) -> bool,
) -> u16 {
    let colours = u32::from(colours.clamp(1, 16));
    let first = |beam: BeamId| u32::from(world.beams.first_colour[beam.index()]) % colours;
    let own = first(beam);
    if count <= 1 {
        return 1 << own;
    }
    let mut around = [0_u16; 16];
    for neighbour in world.beams.neighbours(beam.index()).iter().filter(|neighbour| is_lit(**neighbour)) {
        around[first(*neighbour) as usize] += 1;
    }
    let mut order = [0_u32; 16];
    for turn in 0..colours {
        order[turn as usize] = (own + turn) % colours;
    }
    let order = &mut order[..colours as usize];
    order[1..].sort_by_key(|colour| around[*colour as usize]);
    order.iter().take(count as usize).fold(0, |mask, colour| mask | 1 << colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_is_worth_so_many_beams() {
        assert_eq!(beams_worth(0.0, 1e9, 8), 1);
        assert_eq!(beams_worth(1e9, 1e9, 8), 1);
        assert_eq!(beams_worth(2.1e9, 1e9, 8), 3);
        assert_eq!(beams_worth(1e12, 1e9, 8), 8);
        assert_eq!(beams_worth(1e12, 0.0, 8), 1);
    }
}
