//! Quantiles of weighted values, in time proportional to their number.

/// The least value such that values up to it have at least `share` of all weight; `None` without any weight.
pub(crate) fn weighted_quantile(values: &mut [(f64, f64)], share: f64) -> Option<f64> {
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return None;
    }
    let target = share * total;
    let mut below = 0.0;
    let mut open = values;
    while open.len() > 1 {
        let middle = open.len() / 2;
        open.select_nth_unstable_by(middle, |x, y| x.0.total_cmp(&y.0));
        let (lower, upper) = open.split_at_mut(middle);
        let with_lower = below + lower.iter().map(|(_, weight)| weight).sum::<f64>();
        if target <= with_lower {
            open = lower;
        } else {
            below = with_lower;
            open = upper;
        }
    }
    open.first().map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights_count() {
        let mut values = [(30.0, 1.0), (10.0, 8.0), (20.0, 1.0)];
        let quantiles = [0.05, 0.5, 0.8, 0.85, 0.95].map(|share| weighted_quantile(&mut values, share));
        assert_eq!(quantiles, [10.0, 10.0, 10.0, 20.0, 30.0].map(Some));
        assert_eq!(weighted_quantile(&mut [], 0.5), None);
        assert_eq!(weighted_quantile(&mut [(1.0, 0.0)], 0.5), None);
    }

    proptest! {
        #[test]
        fn it_is_what_sorting_gives(
            mut values in prop::collection::vec((0.0..100.0_f64, 1_u32..9), 1..200)
                .prop_map(|v| v.into_iter().map(|(x, w)| (x, f64::from(w))).collect::<Vec<_>>()),
            share in 0.0..1.0_f64,
        ) {
            let found = weighted_quantile(&mut values, share);
            values.sort_by(|x, y| x.0.total_cmp(&y.0));
            let target = share * values.iter().map(|(_, w)| w).sum::<f64>();
            let mut sum = 0.0;
            let expected = values.iter().find(|(_, w)| { sum += w; sum >= target }).map(|(x, _)| *x);
            prop_assert_eq!(found, expected);
        }
    }
}
