//! What is written down of each slot: telemetry of the listed terminals, and where the network is.

use super::Live;
use super::clock::start_ns;
use super::kept::KeptSlot;
use crate::api::Measured;
use crate::clock::now_ns;
use crate::store::{LivePlace, Store, StoreError, TelemetryRow};
use h3o::{LatLng, Resolution};
use skyweave_core::admission::Basis;
use skyweave_core::time::SlotNo;
use std::sync::Arc;

/// Writes down each slot that begins, for ever.
pub async fn record<A: Basis>(live: Arc<Live<A>>, store: Arc<dyn Store>) {
    let mut current = live.follow();
    let mut last: Option<SlotNo> = None;
    loop {
        let now = *current.borrow_and_update();
        if let Some(now) = now {
            let missed = last.map_or(0, |last| now.0 - last.0 - 1).max(0);
            live.metrics.telemetry_lost.add(missed as u64);
            last = Some(now);
            if let Err(error) = write(&live, &*store, now).await {
                if error == StoreError::Closed {
                    return;
                }
                live.metrics.telemetry_lost.add(1);
                tracing::warn!("telemetry of slot {} is lost: {error}", now.0);
            }
        }
        if current.changed().await.is_err() {
            return;
        }
    }
}

async fn write<A: Basis>(live: &Live<A>, store: &dyn Store, now: SlotNo) -> Result<(), StoreError> {
    let Some(slot) = live.kept.get(now) else { return Ok(()) };
    // a file takes a moment to write
    tokio::task::block_in_place(|| live.tabulate(&slot));
    let rows = rows(live, &slot);
    let count = rows.len() as u64;
    store.put_telemetry(rows, now_ns()).await?;
    store.put_live_place(&live.key, LivePlace { began: live.began.0, slot: now.0 }).await?;
    live.metrics.telemetry.add(count);
    Ok(())
}

fn rows<A: Basis>(live: &Live<A>, slot: &KeptSlot) -> Vec<TelemetryRow> {
    let time_ns = start_ns(slot.no);
    let terminals = live.world.terminals.iter().zip(&slot.terminals);
    terminals
        .filter_map(|(terminal, now)| {
            let at = terminal.motion.at(slot.no).geodetic;
            let cell =
                LatLng::from_radians(at.latitude_rad, at.longitude_rad).ok()?.to_cell(Resolution::Five);
            let is_obstructed = now.outage.as_deref() == Some("obstructed");
            let measured = Measured {
                downlink_throughput: Some(now.down_mbps),
                uplink_throughput: Some(now.up_mbps),
                ping_drop_rate_avg: Some(if now.served { 0.0 } else { 1.0 }),
                ping_latency_ms_avg: now.rtt_ms,
                obstruction_percent_time: Some(if is_obstructed { 1.0 } else { 0.0 }),
                h3_cell_id: Some(cell.to_string()),
                active_alert: now.outage.iter().cloned().collect(),
                ..Measured::of(terminal.name.clone(), time_ns)
            };
            let doc = serde_json::to_string(&measured).ok()?;
            Some(TelemetryRow { seq: 0, terminal: terminal.name.clone(), account: None, time_ns, doc })
        })
        .collect()
}
