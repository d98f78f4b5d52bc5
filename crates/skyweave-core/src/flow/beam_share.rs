//! How far the beams of a cell go when its asks alone share them.

/// An ask as its beams see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want {
    /// Airtime that it takes for each unit of the level.
    pub airtime: f64,
    /// The level at which its demand is met.
    pub met: f64,
}

/// The level to which asks rise together until the airtime of so many beams is spent; infinite if all demand is met before.
pub(super) fn level(wants: impl Iterator<Item = Want> + Clone, beams: f64) -> f64 {
    let all: f64 = wants.clone().map(|want| want.airtime * want.met).sum();
    if all <= beams {
        return f64::INFINITY;
    }
    let mut wants: Vec<Want> = wants.collect();
    wants.sort_by(|a, b| a.met.total_cmp(&b.met));
    let (mut spent, mut rising) = (0.0, wants.iter().map(|want| want.airtime).sum::<f64>());
    for want in &wants {
        if spent + rising * want.met > beams {
            return (beams - spent) / rising;
        }
        spent += want.airtime * want.met;
        rising -= want.airtime;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn those_who_want_little_leave_the_rest_to_the_others() {
        let want = |airtime: f64, met: f64| Want { airtime, met };
        assert_eq!(level([want(1.0, 5.0)].into_iter(), 2.0), 2.0);
        assert_eq!(level([want(1.0, 5.0)].into_iter(), 5.0), f64::INFINITY);
        assert_eq!(level([want(1.0, 5.0), want(1.0, 1.0)].into_iter(), 4.0), 3.0);
        assert_eq!(level([].into_iter(), 4.0), f64::INFINITY);
    }

    proptest! {
        #[test]
        fn the_airtime_is_spent_and_not_more(
            wants in prop::collection::vec((0.01..2.0_f64, 0.01..10.0_f64), 1..6),
            beams in 0.1..8.0_f64,
        ) {
            let wants: Vec<Want> = wants.iter().map(|&(airtime, met)| Want { airtime, met }).collect();
            let level = level(wants.iter().copied(), beams);
            let spent: f64 = wants.iter().map(|want| want.airtime * want.met.min(level)).sum();
            prop_assert!(spent <= beams * (1.0 + 1e-9));
            prop_assert!(level.is_infinite() || spent >= beams * (1.0 - 1e-9));
        }
    }
}
