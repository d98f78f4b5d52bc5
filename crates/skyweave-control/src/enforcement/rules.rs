//! The parameters of enforcement, with defaults.

use crate::entity::Cause;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// The parameters of enforcement. All defaults are assumptions of this project: nobody publishes theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// From the notice to the first throttle, for a diverted terminal, s. Default 3 days: a holder who has moved by right needs time to say so.
    pub grace_diverted_s: i64,
    /// The same for a roaming one, beyond the days of its plan, s. Default 7 days.
    pub grace_roaming_s: i64,
    /// The same for one that is used in motion, s. Default 1 day.
    pub grace_moving_s: i64,
    /// By how much grace is longer for protected classes, times. Default 4.
    pub protected_grace_factor: i64,
    /// The lowered rate, kbit/s. Default 512: messages, maps and voice.
    pub throttle_kbit_s: u32,
    /// From the throttle to the cut, s. Default 3 days.
    pub throttle_s: i64,
    /// From the end of a permit, or of an appeal that came to nothing, to the next throttle, s. Default 1 day.
    pub grace_after_permit_s: i64,
    /// How long the permit holds that comes with an appeal, s. Default 14 days; deciding ends it.
    pub permit_s: i64,
    /// Longest time that permits for one terminal may hold, s. Default 90 days.
    pub longest_permit_s: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            grace_diverted_s: 3 * DAY_S,
            grace_roaming_s: 7 * DAY_S,
            grace_moving_s: DAY_S,
            protected_grace_factor: 4,
            throttle_kbit_s: 512,
            throttle_s: 3 * DAY_S,
            grace_after_permit_s: DAY_S,
            permit_s: 14 * DAY_S,
            longest_permit_s: 90 * DAY_S,
        }
    }
}

impl Rules {
    /// The grace period of a cause, s; none where nothing follows from it.
    #[must_use]
    pub fn grace_s(&self, cause: Cause, protected: bool) -> Option<i64> {
        let grace_s = match cause {
            Cause::BorderFlicker => return None,
            Cause::Moving => self.grace_moving_s,
            Cause::Roaming => self.grace_roaming_s,
            Cause::Diverted => self.grace_diverted_s,
        };
        Some(if protected { grace_s * self.protected_grace_factor } else { grace_s })
    }
}
