//! The table of the whole network.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::quantile::weighted_quantile;
use super::rows::NetworkRow;
use skyweave_core::demand::Ask;
use skyweave_core::flow::Flow;
use skyweave_core::ids::{CellId, PopId};
use skyweave_core::math::asin;
use skyweave_core::schedule::Outage;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of `network`.
#[derive(Default)]
pub(crate) struct Network;

impl Tabulate for Network {
    type Row = NetworkRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<NetworkRow>) {
        rows.push(row(now));
    }
}

/// Sums over cells.
#[derive(Default)]
struct Sums {
    terminals: f64,
    asking: f64,
    dark: f64,
    refused: f64,
    refused_under_beams: f64,
    served: f64,
    cells_asking: u32,
    cells_served: u32,
    offered: (f64, f64),
    delivered: (f64, f64),
    over_lasers: f64,
    moved_pop: f64,
    /// Of served cells: the value, and the terminals that it counts for.
    rtt_ms: Vec<(f64, f64)>,
    elevation_sine: Vec<(f64, f64)>,
}

impl Sums {
    fn over(now: &Moment<'_>, gateway_used: &mut [bool]) -> Self {
        let mut sums = Self::default();
        let lost = lost_though_others_are_served(now);
        sums.moved_pop += moved_beside_their_cells(now);
        for (index, demand) in now.demand.cells.iter().enumerate() {
            let asking = demand.terminals;
            sums.terminals += demand.all_terminals;
            sums.asking += asking;
            sums.dark += demand.dark_terminals;
            sums.refused += demand.refused_terminals;
            if demand.refused_terminals > 0.0 && is_lit(now, index) {
                sums.refused_under_beams += demand.refused_terminals;
            }
            sums.offered.0 += asking * demand.down_bps;
            sums.offered.1 += asking * demand.up_bps;
            let Some(answer) = now.cell(index) else { continue };
            sums.cells_asking += 1;
            let Ok(served) = answer else { continue };
            sums.cells_served += 1;
            let (first, asks) = now.demand.of_cell(now.world, CellId::at(index));
            for (place, ask) in (first..).zip(asks) {
                // of a served cell's asks one may go to a PoP that is not reached
                let Some(Ok(flow)) = &now.flows.asks[place] else { continue };
                let terminals = ask.terminals - lost.get(&place).copied().unwrap_or(0.0);
                if terminals > 0.0 {
                    sums.serve(now, ask, flow, terminals, served.beam.elevation_sine);
                    gateway_used[flow.gateway.index()] = true;
                }
            }
        }
        sums
    }

    fn serve(&mut self, now: &Moment<'_>, ask: &Ask, flow: &Flow, terminals: f64, elevation_sine: f64) {
        self.served += terminals;
        self.delivered.0 += terminals * flow.down_bps;
        self.delivered.1 += terminals * flow.up_bps;
        if flow.laser_hops > 0 {
            self.over_lasers += terminals;
        }
        if ask.pop != Some(now.world.cells[ask.cell.index()].home_pop) {
            self.moved_pop += terminals;
        }
        self.rtt_ms.push((flow.delay.rtt_s() * 1_000.0, terminals));
        self.elevation_sine.push((elevation_sine, terminals));
    }
}

/// True if a beam is lit over a position cell, whoever asks for it there.
fn is_lit(now: &Moment<'_>, cell: usize) -> bool {
    matches!(now.assignment.over(now.world, CellId::at(cell)), Some(Ok(_)))
}

/// How many more listed terminals have left their own home PoP than have that of their cell.
fn moved_beside_their_cells(now: &Moment<'_>) -> f64 {
    let terminals = now.world.terminals.iter().zip(now.terminals);
    let beside = terminals.filter_map(|(terminal, service)| {
        let served = service.outcome.as_ref().ok()?;
        let moved_from = |home: PopId| f64::from(u8::from(served.pop != home));
        let lit = 1.0 - now.conditions.dark_share[service.cell.index()];
        Some(
            lit * (moved_from(terminal.home_pop)
                - moved_from(now.world.cells[service.cell.index()].home_pop)),
        )
    });
    beside.sum()
}

/// By ask that is served: its listed terminals that are not, for what stands around them or where they are in their cell.
fn lost_though_others_are_served(now: &Moment<'_>) -> BTreeMap<usize, f64> {
    let mut lost = BTreeMap::new();
    for (terminal, service) in now.world.terminals.iter().zip(now.terminals) {
        if !matches!(service.outcome, Err(outage) if !matches!(outage, Outage::NotAdmitted(_))) {
            continue;
        }
        let pop = now.conditions.pop_of(now.world, terminal, now.no);
        let ask = pop.and_then(|pop| now.demand.ask_of(now.world, service.cell, pop, terminal.plan));
        if let Some(ask) = ask.filter(|ask| matches!(now.flows.asks[*ask], Some(Ok(_)))) {
            *lost.entry(ask).or_insert(0.0) += 1.0 - now.conditions.dark_share[service.cell.index()];
        }
    }
    lost
}

fn row(now: &Moment<'_>) -> NetworkRow {
    let mut gateway_used = vec![false; now.world.gateways.len()];
    let mut sums = Sums::over(now, &mut gateway_used);
    let mut rtt_ms = |share| weighted_quantile(&mut sums.rtt_ms, share);
    NetworkRow {
        slot: now.no.0,
        time: now.time,
        act: act(now),
        terminals: sums.terminals,
        terminals_admitted: sums.asking,
        terminals_dark: sums.dark,
        terminals_refused: sums.refused,
        terminals_refused_under_beams: sums.refused_under_beams,
        terminals_served: sums.served,
        cells_asking: sums.cells_asking,
        cells_served: sums.cells_served,
        offered_down_bps: sums.offered.0,
        delivered_down_bps: sums.delivered.0,
        offered_up_bps: sums.offered.1,
        delivered_up_bps: sums.delivered.1,
        satellites_present: count(&now.sky.present, |present| *present),
        satellites_serving: count(&now.assignment.cells_of_satellite, |cells| *cells > 0),
        satellites_without_orbit: now.sky.without_orbit,
        lasers_up: now.lasers.live.len() as u32,
        laser_changes: now.lasers.changes,
        gateways_up: count(&now.conditions.gateway_up, |up| *up),
        gateways_in_use: count(&gateway_used, |used| *used),
        feeders: count(&now.feeders.of_satellite, Option::is_some),
        terminals_over_lasers: sums.over_lasers,
        terminals_moved_pop: sums.moved_pop,
        rtt_p5_ms: rtt_ms(0.05),
        rtt_p50_ms: rtt_ms(0.5),
        rtt_p95_ms: rtt_ms(0.95),
        elevation_p50_deg: weighted_quantile(&mut sums.elevation_sine, 0.5)
            .map(|sine| asin(sine).to_degrees()),
    }
}

/// The label of the latest event.
fn act(now: &Moment<'_>) -> Name {
    let events = &now.world.timeline.events;
    let begun = events.partition_point(|event| event.at <= now.no);
    events[..begun].last().map_or(Name::from(""), |event| Arc::<str>::from(event.label.as_str()).into())
}

fn count<T>(values: &[T], counts: impl Fn(&T) -> bool) -> u32 {
    values.iter().filter(|value| counts(value)).count() as u32
}
