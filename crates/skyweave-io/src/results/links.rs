//! The table of lasers and feeders, as the times for which each keeps its state.

use super::collect::Collector;
use super::column::Name;
use super::error::ResultsError;
use super::layout::RunInfo;
use super::moment::{Moment, Names};
use super::rows::LinkRow;
use super::sink::Output;
use super::temp::TempFile;
use skyweave_core::ids::{GatewayId, SatId};
use skyweave_core::laser::LaserState;
use skyweave_core::time::{SlotNo, UtcHour};
use std::collections::BTreeMap;

/// Writes `links`.
pub(crate) struct LinkTable {
    output: Output<LinkRow>,
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

impl LinkTable {
    pub fn create(info: &RunInfo, hour: UtcHour) -> Result<Self, ResultsError> {
        let output = Output::create(info, hour)?;
        Ok(Self { output, planned: Vec::new(), crossing: BTreeMap::new(), feeders: Vec::new() })
    }

    fn follow_planned(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        self.planned.resize_with(now.topology.lasers.len(), || None);
        for (plan, (open, state)) in
            now.topology.lasers.iter().zip(self.planned.iter_mut().zip(&now.lasers.planned))
        {
            let state = name(*state);
            if open.as_ref().map(|open| open.state) != state {
                if let Some(open) = open.take() {
                    self.output.push(open.until(LASER, now.no))?;
                }
                *open = state.map(|state| Open::laser(now, (plan.a, plan.b), state));
            }
        }
        Ok(())
    }

    fn follow_crossing(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        let mut before = std::mem::take(&mut self.crossing);
        for link in &now.lasers.crossing {
            let Some(state) = name(link.state) else { continue };
            let pair = (link.a, link.b);
            let goes_on = before.remove_entry(&pair).map(|(_, open)| open);
            let open = match goes_on {
                Some(open) if open.state == state => open,
                ended => {
                    if let Some(open) = ended {
                        self.output.push(open.until(CROSSING, now.no))?;
                    }
                    Open::laser(now, pair, state)
                }
            };
            self.crossing.insert(pair, open);
        }
        for open in before.into_values() {
            self.output.push(open.until(CROSSING, now.no))?;
        }
        Ok(())
    }

    fn follow_feeders(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        self.feeders.resize_with(now.feeders.of_satellite.len(), || None);
        for (satellite, (open, feeder)) in self.feeders.iter_mut().zip(&now.feeders.of_satellite).enumerate()
        {
            if open.as_ref().map(|(gateway, _)| *gateway) != feeder.map(|feeder| feeder.gateway) {
                if let Some((_, open)) = open.take() {
                    self.output.push(open.until(FEEDER, now.no))?;
                }
                *open = feeder.map(|feeder| {
                    let Names { satellites, gateways, .. } = now.names;
                    let (a, b) = (satellites[satellite].clone(), gateways[feeder.gateway.index()].clone());
                    (feeder.gateway, Open { a, b, state: UP, from: now.no, range_m: feeder.range_m })
                });
            }
        }
        Ok(())
    }
}

impl Collector for LinkTable {
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        self.follow_planned(now)?;
        self.follow_crossing(now)?;
        self.follow_feeders(now)
    }

    fn close(mut self: Box<Self>, end: SlotNo) -> Result<TempFile, ResultsError> {
        for open in self.planned.into_iter().flatten() {
            self.output.push(open.until(LASER, end))?;
        }
        for open in self.crossing.into_values() {
            self.output.push(open.until(CROSSING, end))?;
        }
        for (_, open) in self.feeders.into_iter().flatten() {
            self.output.push(open.until(FEEDER, end))?;
        }
        self.output.close()
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
