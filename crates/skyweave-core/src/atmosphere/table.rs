//! A loss by elevation as a table, small enough that every cell and band can have one.
//!
//! The nodes stand where P.618's rain method bends. From 5 to 25 degrees they are even in the sine: at 25 degrees the
//! latitude's term has a kink, and jumps by up to 0.4 %. From there to a sine of 0.8 they are even again. Above, the
//! horizontal projection of the path goes to zero, and its square root stands in the reduction factor: nodes are even in the
//! fourth root of what the sine lacks to 1. The table holds the loss times the sine, which is nearly straight.

/// The sine of 5 degrees, the least elevation of the recommendations' slant paths.
pub const LEAST_SINE: f64 = 0.087_155_742_747_658_17;
/// The sine of 25 degrees.
const KINK_SINE: f64 = 0.422_618_261_740_699_4;
/// Where the steep part begins.
const STEEP_SINE: f64 = 0.8;
/// The fourth root of 0.2, with which it begins.
const STEEP_ROOT: f64 = 0.668_740_304_976_422;

/// Steps from 5 to 25 degrees, from there to the steep part, and in it.
const LOW_STEPS: usize = 10;
const MIDDLE_STEPS: usize = 8;
const STEEP_STEPS: usize = 13;
const NODES: usize = LOW_STEPS + MIDDLE_STEPS + STEEP_STEPS + 1;

/// Nodes to a unit of the sine, or of the fourth root.
const LOW_RATE: f64 = LOW_STEPS as f64 / (KINK_SINE - LEAST_SINE);
const MIDDLE_RATE: f64 = MIDDLE_STEPS as f64 / (STEEP_SINE - KINK_SINE);
const STEEP_RATE: f64 = STEEP_STEPS as f64 / STEEP_ROOT;

/// A loss in dB by the sine of the elevation, in 128 bytes. What is exceeded for a share of
/// the year is within 1 % of what it was made of, and within 0.15 dB where that is below 30 dB; rain without an edge is
/// exact, and where a path leaves a storm the table is off by up to 6 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossTable {
    loss_times_sine: [f32; NODES],
}

impl LossTable {
    /// The table of a loss, which is asked at sines from [`LEAST_SINE`] to 1.
    #[must_use]
    pub fn of(loss_db: impl Fn(f64) -> f64) -> Self {
        let mut loss_times_sine = [0.0; NODES];
        for (node, product) in loss_times_sine.iter_mut().enumerate() {
            let sine = sine_of(node);
            *product = (loss_db(sine) * sine) as f32;
        }
        Self { loss_times_sine }
    }

    /// The loss at the sine of an elevation, dB; below 5 degrees that of 5 degrees.
    #[inline]
    #[must_use]
    pub fn db(&self, sin_elevation: f64) -> f64 {
        let sine = sin_elevation.clamp(LEAST_SINE, 1.0);
        let place = place_of(sine);
        // a sine that is no number has no place, and takes the first
        let node = (place as usize).min(NODES - 2);
        let (a, b) = (f64::from(self.loss_times_sine[node]), f64::from(self.loss_times_sine[node + 1]));
        (a + (b - a) * (place - node as f64)) / sine
    }
}

/// The place of a sine among the nodes.
#[inline]
fn place_of(sine: f64) -> f64 {
    let low = (sine - LEAST_SINE) * LOW_RATE;
    let middle = LOW_STEPS as f64 + (sine - KINK_SINE) * MIDDLE_RATE;
    let root = (1.0 - sine).sqrt().sqrt();
    let steep = (LOW_STEPS + MIDDLE_STEPS) as f64 + (STEEP_ROOT - root) * STEEP_RATE;
    if sine < KINK_SINE {
        low
    } else if sine < STEEP_SINE {
        middle
    } else {
        steep
    }
}

/// The sine at a node.
fn sine_of(node: usize) -> f64 {
    let sine = if node < LOW_STEPS {
        LEAST_SINE + node as f64 / LOW_RATE
    } else if node < LOW_STEPS + MIDDLE_STEPS {
        KINK_SINE + (node - LOW_STEPS) as f64 / MIDDLE_RATE
    } else {
        let root = STEEP_ROOT - (node - LOW_STEPS - MIDDLE_STEPS) as f64 / STEEP_RATE;
        1.0 - root * root * root * root
    };
    sine.clamp(LEAST_SINE, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_rise_from_five_degrees_to_the_zenith() {
        let sines: Vec<f64> = (0..NODES).map(sine_of).collect();
        assert!(sines.is_sorted() && sines[0] == LEAST_SINE && sines[NODES - 1] == 1.0, "{sines:?}");
        for (node, sine) in sines.iter().enumerate() {
            assert!((place_of(*sine) - node as f64).abs() < 1e-6, "node {node}");
        }
    }

    #[test]
    fn a_cosecant_is_exact_and_ends_are_kept() {
        let table = LossTable::of(|sine| 0.7 / sine);
        for (sine, db) in [(1.0, 0.7), (0.5, 1.4), (0.1, 7.0), (0.0, 0.7 / LEAST_SINE), (1.1, 0.7)] {
            assert!((table.db(sine) / db - 1.0).abs() < 1e-6, "{sine}");
        }
        assert!(table.db(f64::NAN).is_nan());
    }
}
