//! The named sites over time.

use crate::results::{ResultsError, Run, SiteRow};
use std::collections::BTreeMap;

/// A named site.
pub struct Site {
    pub name: String,
    /// Where it is in its first slot.
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    /// Round-trip time by slot, ms.
    pub rtt_ms: Vec<(i64, Option<f64>)>,
    /// Slots in which another satellite serves it than in the one before.
    pub handovers: Vec<i64>,
    /// When it is not served, in order.
    pub dark: Vec<Dark>,
}

/// A time without service for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dark {
    pub from: i64,
    pub until: i64,
    pub reason: String,
}

impl Site {
    fn at(row: &SiteRow) -> Self {
        Self {
            name: row.site.to_string(),
            latitude_deg: row.latitude_deg,
            longitude_deg: row.longitude_deg,
            rtt_ms: Vec::new(),
            handovers: Vec::new(),
            dark: Vec::new(),
        }
    }

    fn add(&mut self, row: &SiteRow) {
        self.rtt_ms.push((row.slot, row.rtt_ms));
        if row.handover == Some(true) {
            self.handovers.push(row.slot);
        }
        if row.rtt_ms.is_some() {
            return;
        }
        match self.dark.last_mut() {
            Some(dark) if dark.until == row.slot && row.state == *dark.reason => dark.until += 1,
            _ => self.dark.push(Dark { from: row.slot, until: row.slot + 1, reason: row.state.to_string() }),
        }
    }

    /// Slots without service.
    pub fn dark_slots(&self) -> i64 {
        self.dark.iter().map(|dark| dark.until - dark.from).sum()
    }

    /// The greatest round-trip time, ms.
    pub fn greatest_ms(&self) -> Option<f64> {
        self.rtt_ms.iter().filter_map(|(_, rtt)| *rtt).max_by(f64::total_cmp)
    }
}

/// All sites, by name.
pub fn read(run: &Run) -> Result<Vec<Site>, ResultsError> {
    let mut sites: BTreeMap<String, Site> = BTreeMap::new();
    for row in run.rows::<SiteRow>()? {
        let row = row?;
        sites.entry(row.site.to_string()).or_insert_with(|| Site::at(&row)).add(&row);
    }
    Ok(sites.into_values().collect())
}
