//! Fitting a few parameters without derivatives: one after the other, up and down, with shorter and shorter steps.

/// A parameter that is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Free {
    /// Where it begins.
    pub start: f64,
    /// First step.
    pub step: f64,
    /// Lowest and highest value.
    pub range: [f64; 2],
}

/// The values with the least loss that were found, and that loss. Each round tries every parameter both ways and goes on in a
/// direction that helps; a round in which none does halves the steps. It ends after `rounds`. The same loss gives the same values.
pub fn descend(free: &[Free], rounds: usize, loss: &mut dyn FnMut(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let mut at: Vec<f64> = free.iter().map(|f| f.start).collect();
    let mut best = loss(&at);
    let mut scale = 1.0;
    for _ in 0..rounds {
        let mut better = false;
        for (index, parameter) in free.iter().enumerate() {
            for sign in [1.0, -1.0] {
                let mut went = false;
                loop {
                    let mut next = at.clone();
                    let moved = at[index] + sign * scale * parameter.step;
                    next[index] = moved.clamp(parameter.range[0], parameter.range[1]);
                    if next[index] == at[index] {
                        break;
                    }
                    let found = loss(&next);
                    if found >= best {
                        break;
                    }
                    (at, best, went) = (next, found, true);
                }
                better |= went;
                if went {
                    break;
                }
            }
        }
        if !better {
            scale *= 0.5;
        }
    }
    (at, best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_bowl_is_found_within_its_range() {
        let free = |start| Free { start, step: 1.0, range: [-10.0, 10.0] };
        let mut bowl = |at: &[f64]| (at[0] - 3.3).powi(2) + (at[1] + 20.0).powi(2);
        let (at, _) = descend(&[free(0.0), free(0.0)], 30, &mut bowl);
        assert!((at[0] - 3.3).abs() < 1e-2, "{at:?}");
        assert_eq!(at[1], -10.0);
    }
}
