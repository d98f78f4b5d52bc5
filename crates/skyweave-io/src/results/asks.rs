//! The table of what everybody gets, by cell, plan and PoP.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::AskRow;
use std::sync::Arc;

/// Rows of `flows`.
#[derive(Default)]
pub(crate) struct Asks {
    /// Names of the plans.
    plans: Vec<Name>,
}

impl Tabulate for Asks {
    type Row = AskRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<AskRow>) {
        if self.plans.is_empty() {
            let plans = now.world.rules.demand.plans.iter();
            self.plans = plans.map(|plan| Name::from(Arc::<str>::from(plan.name.as_str()))).collect();
        }
        for (ask, answer) in now.demand.asks.iter().zip(&now.flows.asks) {
            let Some(answer) = answer else { continue };
            let flow = answer.as_ref().ok();
            let beam = now.assignment.over(now.world, ask.cell).and_then(Result::ok);
            let satellite = flow.and(beam).map(|beam| beam.satellite);
            rows.push(AskRow {
                slot: now.no.0,
                time: now.time,
                cell: now.names.cells[ask.cell.index()].clone(),
                plan: self.plans[ask.plan.index()].clone(),
                pop: ask.pop.map(|pop| now.names.pops[pop.index()].clone()),
                terminals: ask.terminals,
                state: Name::from(answer.as_ref().map_or_else(|outage| outage.name(), |_| "served")),
                satellite: satellite.map(|satellite| now.names.satellites[satellite.index()].clone()),
                gateway: flow.map(|flow| now.names.gateways[flow.gateway.index()].clone()),
                laser_hops: flow.map(|flow| u32::from(flow.laser_hops)),
                rtt_ms: flow.map(|flow| flow.delay.rtt_s() * 1_000.0),
                offered_down_bps: ask.down_bps,
                down_bps: flow.map(|flow| flow.down_bps),
                offered_up_bps: ask.up_bps,
                up_bps: flow.map(|flow| flow.up_bps),
                limit: flow.map(|flow| Name::from(flow.limit.name())),
            });
        }
    }
}
