//! Medium access on the user link, in the engine's time.

use crate::time::Ns;
use skyweave_core::access::{Access, GpsNs};
use std::sync::Arc;

/// The medium access of one terminal, and when the experiment began.
#[derive(Debug, Clone)]
pub struct Medium {
    access: Arc<Access>,
    origin: GpsNs,
}

impl Medium {
    /// The access of a terminal in an experiment whose time counts from `origin`.
    #[must_use]
    pub fn new(access: Access, origin: GpsNs) -> Self {
        Self { access: Arc::new(access), origin }
    }

    /// When a packet leaves that is ready at an instant, from a terminal that was silent before for so long.
    #[must_use]
    pub fn up(&self, ready: Ns, silent: Ns) -> Ns {
        let activity = self.access.activity(silent.0.min(i64::MAX as u64) as i64);
        self.engine_time(self.access.uplink(self.gps(ready), activity)).max(ready)
    }

    /// When a packet is on the terminal's wire that comes down to its antenna at an instant.
    #[must_use]
    pub fn down(&self, arrival: Ns) -> Ns {
        self.engine_time(self.access.downlink(self.gps(arrival))).max(arrival)
    }

    fn gps(&self, at: Ns) -> GpsNs {
        self.origin.plus_ns(at.0 as i64)
    }

    fn engine_time(&self, at: GpsNs) -> Ns {
        Ns((at.0 - self.origin.0).max(0) as u64)
    }
}
