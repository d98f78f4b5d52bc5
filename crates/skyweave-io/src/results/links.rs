//! The table of lasers and feeders, as the times for which each keeps its state.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::{Moment, Names};
use super::rows::LinkRow;
use skyweave_core::ids::{GatewayId, SatId};
use skyweave_core::laser::LaserState;
use skyweave_core::time::SlotNo;
use std::collections::BTreeMap;

/// Rows of `links`.
#[derive(Default)]
pub(crate) struct Links {
    /// By planned laser of the hour.
    planned: Vec<Option<Open>>,
    crossing: BTreeMap<(SatId, SatId), Open>,
    /// By satellite.
    feeders: Vec<Option<(GatewayId, Open)>>,
}

/// A link whose state goes on.
struct Open {
    a: Name,
    b: Name,
    state: &'static str,
    from: SlotNo,
    range_m: f64,
}

impl Links {
    fn follow_planned(&mut self, now: &Moment<'_>, rows: &mut Vec<LinkRow>) {
        self.planned.resize_with(now.topology.lasers.len(), || None);
        for (plan, (open, state)) in
            now.topology.lasers.iter().zip(self.planned.iter_mut().zip(&now.lasers.planned))
        {
            let state = name(*state);
            if open.as_ref().map(|open| open.state) != state {
                if let Some(open) = open.take() {
                    rows.push(open.until(LASER, now.no));
                }
                *open = state.map(|state| Open::laser(now, (plan.a, plan.b), state));
            }
        }
    }

    fn follow_crossing(&mut self, now: &Moment<'_>, rows: &mut Vec<LinkRow>) {
        let mut before = std::mem::take(&mut self.crossing);
        for link in &now.lasers.crossing {
            let Some(state) = name(link.state) else { continue };
            let pair = (link.a, link.b);
            let goes_on = before.remove_entry(&pair).map(|(_, open)| open);
            let open = match goes_on {
                Some(open) if open.state == state => open,
                ended => {
                    if let Some(open) = ended {
                        rows.push(open.until(CROSSING, now.no));
                    }
                    Open::laser(now, pair, state)
                }
            };
            self.crossing.insert(pair, open);
        }
        for open in before.into_values() {
            rows.push(open.until(CROSSING, now.no));
        }
    }

    fn follow_feeders(&mut self, now: &Moment<'_>, rows: &mut Vec<LinkRow>) {
        self.feeders.resize_with(now.feeders.of_satellite.len(), || None);
        for (satellite, (open, feeder)) in self.feeders.iter_mut().zip(&now.feeders.of_satellite).enumerate()
        {
            if open.as_ref().map(|(gateway, _)| *gateway) != feeder.map(|feeder| feeder.gateway) {
                if let Some((_, open)) = open.take() {
                    rows.push(open.until(FEEDER, now.no));
                }
                *open = feeder.map(|feeder| {
                    let Names { satellites, gateways, .. } = now.names;
                    let (a, b) = (satellites[satellite].clone(), gateways[feeder.gateway.index()].clone());
                    (feeder.gateway, Open { a, b, state: UP, from: now.no, range_m: feeder.range_m })
                });
            }
        }
    }
}

impl Tabulate for Links {
    type Row = LinkRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<LinkRow>) {
        self.follow_planned(now, rows);
        self.follow_crossing(now, rows);
        self.follow_feeders(now, rows);
    }

    fn close(self, end: SlotNo, rows: &mut Vec<LinkRow>) {
        rows.extend(self.planned.into_iter().flatten().map(|open| open.until(LASER, end)));
        rows.extend(self.crossing.into_values().map(|open| open.until(CROSSING, end)));
        rows.extend(self.feeders.into_iter().flatten().map(|(_, open)| open.until(FEEDER, end)));
    }
}

const LASER: &str = "laser";
const CROSSING: &str = "crossing_laser";
const FEEDER: &str = "feeder";
const UP: &str = "up";
const ACQUIRING: &str = "acquiring";

/// The name of a state; none for a link that is not possible.
fn name(state: LaserState) -> Option<&'static str> {
    match state {
        LaserState::Down => None,
        LaserState::Acquiring(_) => Some(ACQUIRING),
        LaserState::Up => Some(UP),
    }
}

impl Open {
    fn laser(now: &Moment<'_>, (a, b): (SatId, SatId), state: &'static str) -> Self {
        let (a, b) = (a.index(), b.index());
        let range_m = now.sky.position[a].range_m(now.sky.position[b]);
        let names = &now.names.satellites;
        Self { a: names[a].clone(), b: names[b].clone(), state, from: now.no, range_m }
    }

    fn until(self, kind: &'static str, end: SlotNo) -> LinkRow {
        LinkRow {
            from_slot: self.from.0,
            until_slot: end.0,
            kind: Name::from(kind),
            a: self.a,
            b: self.b,
            state: Name::from(self.state),
            range_m: self.range_m,
        }
    }
}
