//! The engine's time as the transport stacks name it. The only place of this crate that knows their types of instants.
//!
//! Both stacks take `now` and never look at a clock. `quinn-proto` takes `std::time::Instant`, which has no constructor but the
//! clock itself: one is taken, once, and everything is counted from it. Only differences are ever used.

use crate::time::Ns;
use std::sync::LazyLock;
use std::time::Duration;

/// An instant for TCP: whole microseconds.
pub type TcpTime = smoltcp::time::Instant;

/// An instant for QUIC.
pub type QuicTime = std::time::Instant;

static ORIGIN: LazyLock<QuicTime> = LazyLock::new(QuicTime::now);

/// An instant for TCP, which counts microseconds: rounded down.
#[must_use]
pub fn to_tcp(now: Ns) -> TcpTime {
    TcpTime::from_micros((now.0 / 1_000) as i64)
}

/// An instant of TCP.
#[must_use]
pub fn of_tcp(at: TcpTime) -> Ns {
    Ns(u64::try_from(at.total_micros()).unwrap_or(0).saturating_mul(1_000))
}

/// A duration for TCP.
#[must_use]
pub const fn tcp_duration(duration: Ns) -> smoltcp::time::Duration {
    smoltcp::time::Duration::from_micros(duration.0 / 1_000)
}

/// An instant for QUIC.
#[must_use]
pub fn to_quic(now: Ns) -> QuicTime {
    *ORIGIN + Duration::from_nanos(now.0)
}

/// An instant of QUIC.
#[must_use]
pub fn of_quic(at: QuicTime) -> Ns {
    Ns(u64::try_from(at.saturating_duration_since(*ORIGIN).as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_go_there_and_back() {
        for ns in [0, 1_000, 15_000_000_000, 86_400_000_000_000] {
            assert_eq!(of_tcp(to_tcp(Ns(ns))), Ns(ns));
            assert_eq!(of_quic(to_quic(Ns(ns + 7))), Ns(ns + 7));
        }
        assert_eq!(of_tcp(to_tcp(Ns(1_999))), Ns(1_000));
    }
}
