//! Telemetry of the listed terminals as Parquet: a file for some minutes, named after its first slot.

use super::Live;
use super::kept::KeptSlot;
use skyweave_core::admission::Basis;
use skyweave_io::results::{Name, ResultsError, TelemetryRow, UtcMs, write_telemetry};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Slots of a file: ten minutes.
const SLOTS: i64 = 40;
/// Rows after which a file is written in any case.
const MOST_ROWS: usize = 500_000;

/// Rows that are not in a file yet.
pub(super) struct Tables {
    folder: PathBuf,
    rows: Mutex<Vec<TelemetryRow>>,
}

impl Tables {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder, rows: Mutex::default() }
    }
}

impl<A: Basis> Live<A> {
    /// Adds a slot, and writes a file if it is time.
    pub(super) fn tabulate(&self, slot: &KeptSlot) {
        let Some(tables) = &self.tables else { return };
        let mut rows = tables.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full =
            rows.first().is_some_and(|first| slot.no.0 - first.slot >= SLOTS || slot.no.0 < first.slot);
        if is_full || rows.len() >= MOST_ROWS {
            self.write_out(tables, &mut rows);
        }
        let world = &self.world;
        let name = |text: &str| Name::from(text.to_owned());
        let time = UtcMs::of_slot(slot.no);
        rows.extend(world.terminals.iter().zip(&slot.terminals).map(|(terminal, now)| TelemetryRow {
            time,
            slot: slot.no.0,
            terminal: name(&terminal.name),
            served: now.served,
            outage: now.outage.as_deref().map(name),
            satellite: now.satellite.map(|place| name(&world.satellites[place as usize].name)),
            gateway: now.gateway.map(|place| name(&world.gateways[place as usize].name)),
            pop: now.pop.map(|place| name(&world.pops[place as usize].code)),
            rtt_ms: now.rtt_ms,
            down_mbps: now.down_mbps,
            up_mbps: now.up_mbps,
            elevation_deg: now.elevation_deg,
        }));
    }

    /// Writes what is not in a file yet.
    pub(super) fn finish_tables(&self) {
        if let Some(tables) = &self.tables {
            let mut rows = tables.rows.lock().unwrap_or_else(PoisonError::into_inner);
            self.write_out(tables, &mut rows);
        }
    }

    fn write_out(&self, tables: &Tables, rows: &mut Vec<TelemetryRow>) {
        let written = write(tables, A::NAME, rows);
        if let Err(error) = written {
            self.metrics.telemetry_lost.add(SLOTS as u64);
            tracing::warn!("telemetry is not in its folder: {error}");
        }
        rows.clear();
    }
}

fn write(tables: &Tables, basis: &str, rows: &[TelemetryRow]) -> Result<(), ResultsError> {
    write_telemetry(&tables.folder, basis, rows).map(drop)
}
