//! The table of the cells: sums over the slots of an hour.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::{Moment, ServedCell};
use super::rows::CellRow;
use skyweave_core::ids::SatId;
use skyweave_core::math::{asin, to_db};
use skyweave_core::schedule::Outage;
use skyweave_core::time::SlotNo;
use skyweave_core::world::Cell;

/// Rows of `cells`.
#[derive(Default)]
pub(crate) struct Cells {
    slots: u32,
    tallies: Vec<Tally>,
}

impl Tabulate for Cells {
    type Row = CellRow;

    fn slot(&mut self, now: &Moment<'_>, _rows: &mut Vec<CellRow>) {
        if self.tallies.is_empty() {
            let cells = now.world.cells.iter().zip(&now.names.cells);
            self.tallies = cells.map(|(cell, name)| Tally::new(cell, name)).collect();
        }
        self.slots += 1;
        for (index, tally) in self.tallies.iter_mut().enumerate() {
            tally.terminals += now.demand.cells[index].all_terminals;
            match now.cell(index) {
                Some(Ok(served)) => tally.serve(&served),
                Some(Err(reason)) => tally.miss(reason),
                None => match now.demand.cells[index].refusal {
                    Some(code) => tally.miss(Outage::NotAdmitted(code)),
                    None => tally.before = None,
                },
            }
        }
    }

    fn close(self, _end: SlotNo, rows: &mut Vec<CellRow>) {
        let slots = self.slots;
        rows.extend(self.tallies.into_iter().map(|tally| tally.row(slots)));
    }
}

/// What a cell had so far: counts, and sums over slots.
struct Tally {
    name: Name,
    latitude_deg: f64,
    longitude_deg: f64,
    population: f64,
    terminals: f64,
    served: u32,
    rtt_ms: f64,
    rtt_min_ms: f64,
    rtt_max_ms: f64,
    elevation_deg: f64,
    down_bps: f64,
    up_bps: f64,
    cni_db: f64,
    beams: u32,
    handovers: u32,
    /// Its satellite in the slot before.
    before: Option<SatId>,
    /// Slots without service, by reason.
    missed: Vec<(Outage, u32)>,
}

impl Tally {
    fn new(cell: &Cell, name: &Name) -> Self {
        Self {
            name: name.clone(),
            latitude_deg: cell.place.geodetic.latitude_rad.to_degrees(),
            longitude_deg: cell.place.geodetic.longitude_rad.to_degrees(),
            population: cell.population,
            terminals: 0.0,
            served: 0,
            rtt_ms: 0.0,
            rtt_min_ms: f64::INFINITY,
            rtt_max_ms: 0.0,
            elevation_deg: 0.0,
            down_bps: 0.0,
            up_bps: 0.0,
            cni_db: 0.0,
            beams: 0,
            handovers: 0,
            before: None,
            missed: Vec::new(),
        }
    }

    fn serve(&mut self, cell: &ServedCell<'_>) {
        let rtt_ms = cell.flow.delay.rtt_s() * 1_000.0;
        self.served += 1;
        self.rtt_ms += rtt_ms;
        self.rtt_min_ms = self.rtt_min_ms.min(rtt_ms);
        self.rtt_max_ms = self.rtt_max_ms.max(rtt_ms);
        self.elevation_deg += asin(cell.beam.elevation_sine).to_degrees();
        self.down_bps += cell.flow.down_bps;
        self.up_bps += cell.flow.up_bps;
        self.cni_db += to_db(f64::from(cell.down_cni));
        self.beams += cell.beam.down_colours.count_ones();
        let satellite = cell.beam.satellite;
        self.handovers += u32::from(self.before.is_some_and(|before| before != satellite));
        self.before = Some(satellite);
    }

    fn miss(&mut self, reason: Outage) {
        self.before = None;
        match self.missed.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, slots)) => *slots += 1,
            None => self.missed.push((reason, 1)),
        }
    }

    fn row(self, slots: u32) -> CellRow {
        let asking = self.served + self.missed.iter().map(|(_, slots)| slots).sum::<u32>();
        let when_served = |value: f64| (self.served > 0).then_some(value);
        let mean = |sum: f64| when_served(sum / f64::from(self.served));
        // of reasons that are equally frequent, the first in the order of the planner's list
        let main = self.missed.iter().max_by(|x, y| x.1.cmp(&y.1).then(y.0.cmp(&x.0)));
        CellRow {
            latitude_deg: self.latitude_deg,
            longitude_deg: self.longitude_deg,
            population: self.population,
            terminals: self.terminals / f64::from(slots.max(1)),
            slots_asking: asking,
            slots_served: self.served,
            served_share: (asking > 0).then(|| f64::from(self.served) / f64::from(asking)),
            rtt_mean_ms: mean(self.rtt_ms),
            rtt_min_ms: when_served(self.rtt_min_ms),
            rtt_max_ms: when_served(self.rtt_max_ms),
            elevation_mean_deg: mean(self.elevation_deg),
            down_mean_bps: mean(self.down_bps),
            up_mean_bps: mean(self.up_bps),
            down_cni_mean_db: mean(self.cni_db),
            beams_mean: mean(f64::from(self.beams)),
            handovers: self.handovers,
            main_outage: main.map(|(reason, _)| Name::from(reason.name())),
            cell: self.name,
        }
    }
}
