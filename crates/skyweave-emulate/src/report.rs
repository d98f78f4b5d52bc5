//! What a driver counted.

use crate::lateness::Lateness;
use crate::packet::Fault;
use std::fmt;

/// Packets that programs sent and that never entered the network, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    /// No IP packet, or lengths that contradict each other.
    pub malformed: u64,
    /// A wrong checksum in an IPv4 header.
    pub checksum: u64,
    /// Longer than the MTU.
    pub too_long: u64,
    /// A fragment of no packet.
    pub fragment: u64,
    /// A source address that the port does not have.
    pub spoofed: u64,
    /// A destination that nobody has: also groups and addresses of one link.
    pub unreachable: u64,
    /// Delivered where nothing listens, or to a device that took it no more.
    pub undelivered: u64,
}

impl Dropped {
    pub(crate) fn count(&mut self, fault: Fault) {
        *match fault {
            Fault::Version | Fault::Length => &mut self.malformed,
            Fault::Checksum => &mut self.checksum,
            Fault::TooLong => &mut self.too_long,
            Fault::Fragment => &mut self.fragment,
        } += 1;
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        let sent = self.malformed + self.checksum + self.too_long + self.fragment;
        sent + self.spoofed + self.unreachable + self.undelivered
    }
}

/// What a driver did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Packets that entered the network.
    pub entered: u64,
    /// Packets that were written to a device.
    pub delivered: u64,
    /// Bytes of those, IP headers included.
    pub delivered_bytes: u64,
    /// Writes that it took: fewer than packets where segments were joined.
    pub writes: u64,
    /// Packets that were dropped by the driver. What the network itself loses is the network's to tell.
    pub dropped: Dropped,
    /// How long after they were due packets had been written.
    pub lateness: Lateness,
    /// Processor time of the driver's thread, ns.
    pub cpu_ns: u64,
    /// How long it has run, ns.
    pub wall_ns: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = |ns: u64| ns as f64 / 1e3;
        let late = &self.lateness;
        writeln!(
            f,
            "packets: {} entered, {} delivered ({:.1} MB), {} dropped before they entered",
            self.entered,
            self.delivered,
            self.delivered_bytes as f64 / 1e6,
            self.dropped.total()
        )?;
        write!(
            f,
            "late: median {:.1} us, 99 % {:.1} us, most {:.1} us",
            us(late.quantile_ns(0.5)),
            us(late.quantile_ns(0.99)),
            us(late.max_ns())
        )?;
        let dropped = &self.dropped;
        let reasons = [
            ("malformed", dropped.malformed),
            ("wrong checksum", dropped.checksum),
            ("longer than the MTU", dropped.too_long),
            ("no whole fragment", dropped.fragment),
            ("from an address of others", dropped.spoofed),
            ("to nobody", dropped.unreachable),
            ("not taken", dropped.undelivered),
        ];
        for (reason, count) in reasons.into_iter().filter(|(_, count)| *count > 0) {
            write!(f, "\ndropped, {reason}: {count}")?;
        }
        Ok(())
    }
}
