//! The cells, each over all hours.

use crate::results::{CellRow, ResultsError, Run};
use h3o::CellIndex;
use std::collections::BTreeMap;

/// A cell.
pub struct Cell {
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    slots_asking: f64,
    slots_served: f64,
    /// Sum over the slots in which it is served, ms.
    rtt_ms: f64,
}

impl Cell {
    const fn at(row: &CellRow) -> Self {
        Self {
            latitude_deg: row.latitude_deg,
            longitude_deg: row.longitude_deg,
            slots_asking: 0.0,
            slots_served: 0.0,
            rtt_ms: 0.0,
        }
    }

    fn add(&mut self, row: &CellRow) {
        self.slots_asking += f64::from(row.slots_asking);
        self.slots_served += f64::from(row.slots_served);
        self.rtt_ms += row.rtt_mean_ms.unwrap_or(0.0) * f64::from(row.slots_served);
    }

    /// Slots in which it is served as a share of those in which it asks; `None` if nobody asks.
    pub fn served_share(&self) -> Option<f64> {
        (self.slots_asking > 0.0).then(|| self.slots_served / self.slots_asking)
    }

    /// Mean round-trip time while it is served, ms.
    pub fn rtt_ms(&self) -> Option<f64> {
        (self.slots_served > 0.0).then(|| self.rtt_ms / self.slots_served)
    }
}

/// All cells, and how far apart their centres are, km.
pub struct Cells {
    pub all: Vec<Cell>,
    pub spacing_km: f64,
}

/// All cells, in the order of their indices.
pub fn read(run: &Run) -> Result<Cells, ResultsError> {
    let mut cells: BTreeMap<String, Cell> = BTreeMap::new();
    for row in run.rows::<CellRow>()? {
        let row = row?;
        cells.entry(row.cell.to_string()).or_insert_with(|| Cell::at(&row)).add(&row);
    }
    let spacing_km = cells.keys().next().and_then(|name| spacing_km(name)).unwrap_or(0.0);
    Ok(Cells { all: cells.into_values().collect(), spacing_km })
}

/// The centres of neighbouring hexagons are √3 edges apart.
fn spacing_km(cell: &str) -> Option<f64> {
    let cell: CellIndex = cell.parse().ok()?;
    Some(cell.resolution().edge_length_km() * 3.0_f64.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_resolution_5_are_17_km_apart() {
        let spacing = spacing_km("85283473fffffff").unwrap();
        assert!((spacing - 17.0).abs() < 0.5, "{spacing}");
        assert!(spacing_km("nowhere").is_none());
    }
}
