//! What is counted and measured of the live network.

use crate::measure::{Counter, Gauge, Histogram, Page};

/// Counters and gauges of the live network.
#[derive(Debug, Default)]
pub struct Metrics {
    /// How late slots began.
    pub late: Histogram,
    /// How long planning a slot took.
    pub plan: Histogram,
    /// Slots that began.
    pub began: Counter,
    /// Slots that were left out because planning was too slow.
    pub skipped: Counter,
    /// Times that the machine's clock was set.
    pub clock_jumps: Counter,
    /// What-ifs that were planned.
    pub what_ifs: Counter,
    /// Rows of telemetry that were stored.
    pub telemetry: Counter,
    /// Slots whose telemetry could not be stored.
    pub telemetry_lost: Counter,
    /// Cells that are served.
    pub served: Gauge,
    /// Cells that ask.
    pub asking: Gauge,
    /// Terminals that are served.
    pub terminals_served: Gauge,
    /// Lasers that carry traffic.
    pub lasers: Gauge,
    /// When the current slot began, s since 1970.
    pub current: Gauge,
    /// Slots that are kept.
    pub kept: Gauge,
    /// Bytes of slots that are kept.
    pub kept_bytes: Gauge,
    /// Bytes of the last slot that was planned.
    pub slot_bytes: Gauge,
}

impl Metrics {
    /// Writes them.
    pub fn write(&self, page: &mut Page) {
        page.histogram("skyweave_slot_late_seconds", "How long after its time a slot began.", &self.late);
        page.histogram("skyweave_slot_plan_seconds", "How long planning a slot took.", &self.plan);
        page.counter("skyweave_slots_total", "Slots that began.", &self.began);
        page.counter(
            "skyweave_slots_skipped_total",
            "Slots that were left out: planning was too slow.",
            &self.skipped,
        );
        page.counter(
            "skyweave_clock_jumps_total",
            "Times that the machine's clock was set.",
            &self.clock_jumps,
        );
        page.counter("skyweave_what_ifs_total", "What-ifs that were planned.", &self.what_ifs);
        page.counter(
            "skyweave_telemetry_rows_total",
            "Rows of telemetry of listed terminals that were stored.",
            &self.telemetry,
        );
        let lost = "Slots whose telemetry could not be stored.";
        page.counter("skyweave_telemetry_lost_slots_total", lost, &self.telemetry_lost);
        for (name, help, gauge) in [
            ("skyweave_cells_served", "Cells that are served.", &self.served),
            ("skyweave_cells_asking", "Cells that ask for something.", &self.asking),
            ("skyweave_terminals_served", "Terminals that are served.", &self.terminals_served),
            ("skyweave_lasers", "Lasers that carry traffic.", &self.lasers),
            ("skyweave_slot_start_seconds", "When the current slot began, s since 1970.", &self.current),
            ("skyweave_slots_kept", "Slots that are kept.", &self.kept),
            ("skyweave_slots_kept_bytes", "Bytes of slots that are kept.", &self.kept_bytes),
            ("skyweave_slot_bytes", "Bytes of the last slot that was planned.", &self.slot_bytes),
        ] {
            page.gauge(name, help, gauge.get());
        }
    }
}
