//! Classes of values, and the colours that stand for them: the style sheet has a colour for each class, for light and dark.
//!
//! The limits are the same on every page, so that two pages can be compared. Colours rise in contrast with the value, in
//! hues that people tell apart whatever their eyes.

/// Some values.
pub struct Class {
    /// Its class in the style sheet.
    pub css: &'static str,
    /// What it says in the legend.
    pub label: &'static str,
}

/// Upper limits of the classes of round-trip time, ms.
const RTT_LIMITS_MS: [f64; 7] = [10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 100.0];

/// Round-trip time; the last is for those who have none.
pub const RTT: [Class; 9] = [
    Class { css: "r0", label: "below 10" },
    Class { css: "r1", label: "10 to 15" },
    Class { css: "r2", label: "15 to 20" },
    Class { css: "r3", label: "20 to 30" },
    Class { css: "r4", label: "30 to 40" },
    Class { css: "r5", label: "40 to 60" },
    Class { css: "r6", label: "60 to 100" },
    Class { css: "r7", label: "100 and more" },
    Class { css: "none", label: "never served" },
];

/// Lower limits of the classes of shares, in falling order.
const SHARE_LIMITS: [f64; 4] = [1.0, 0.99, 0.9, 0.5];

/// Share of slots with service; the last is for those who do not ask.
pub const COVERAGE: [Class; 7] = [
    Class { css: "c0", label: "always" },
    Class { css: "c1", label: "99 % and more" },
    Class { css: "c2", label: "90 to 99 %" },
    Class { css: "c3", label: "50 to 90 %" },
    Class { css: "c4", label: "below 50 %" },
    Class { css: "c5", label: "never" },
    Class { css: "none", label: "nobody asks" },
];

/// The class of a round-trip time: its place in [`RTT`].
pub fn of_rtt(rtt_ms: Option<f64>) -> usize {
    let Some(rtt_ms) = rtt_ms else { return RTT.len() - 1 };
    RTT_LIMITS_MS.iter().take_while(|limit| rtt_ms >= **limit).count()
}

/// The class of a share: its place in [`COVERAGE`].
pub fn of_share(share: Option<f64>) -> usize {
    match share {
        None => COVERAGE.len() - 1,
        Some(share) if share <= 0.0 => SHARE_LIMITS.len() + 1,
        Some(share) => SHARE_LIMITS.iter().take_while(|limit| share < **limit).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_the_class_that_the_legend_says() {
        let rtt = |ms: f64| RTT[of_rtt(Some(ms))].label;
        assert_eq!(
            [0.0, 9.9, 10.0, 59.9, 60.0].map(rtt),
            ["below 10", "below 10", "10 to 15", "40 to 60", "60 to 100"]
        );
        assert_eq!(rtt(100.0), "100 and more");
        assert_eq!(RTT[of_rtt(None)].label, "never served");
        let share = |share: f64| COVERAGE[of_share(Some(share))].label;
        assert_eq!(
            [1.0, 0.999, 0.98, 0.5, 0.01, 0.0].map(share),
            ["always", "99 % and more", "90 to 99 %", "50 to 90 %", "below 50 %", "never"]
        );
        assert_eq!(COVERAGE[of_share(None)].label, "nobody asks");
    }
}
