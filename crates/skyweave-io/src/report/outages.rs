//! Outages, put together again where the tables cut them at the hour.

use crate::results::{OutageRow, ResultsError, Run};
use skyweave_core::time::SLOT_S;
use std::collections::BTreeMap;

/// How many outages are listed of sites, and of cells.
pub const LISTED: usize = 50;

/// An outage of a site or a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    pub is_site: bool,
    pub name: String,
    pub from: i64,
    pub until: i64,
    pub reason: String,
    /// Terminals without service when it began; 1 for a site.
    pub terminals: f64,
}

impl Outage {
    /// How long it lasts, s.
    pub fn seconds(&self) -> f64 {
        (self.until - self.from) as f64 * SLOT_S as f64
    }
}

/// What one reason cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Total {
    pub site_outages: usize,
    pub site_seconds: f64,
    pub cell_outages: usize,
    /// Terminals of cells without service times seconds.
    pub terminal_seconds: f64,
}

/// All outages, summed up.
#[derive(Debug, Default)]
pub struct Outages {
    pub totals: BTreeMap<String, Total>,
    pub sites: Longest,
    pub cells: Longest,
}

/// The longest of some outages.
#[derive(Debug, Default)]
pub struct Longest {
    /// The longest first, at most [`LISTED`].
    pub listed: Vec<Outage>,
    /// Of how many.
    pub of: usize,
}

/// Reads all outages.
pub fn read(run: &Run) -> Result<Outages, ResultsError> {
    gather(run.rows::<OutageRow>()?)
}

/// What is kept at a time is one outage for each site and cell.
fn gather(rows: impl Iterator<Item = Result<OutageRow, ResultsError>>) -> Result<Outages, ResultsError> {
    let mut outages = Outages::default();
    let mut latest: BTreeMap<(bool, String), Outage> = BTreeMap::new();
    for row in rows {
        let outage = Outage::of(&row?);
        let key = (outage.is_site, outage.name.clone());
        if let Some(before) = latest.get_mut(&key) {
            outages.tell_terminals(&outage);
            if before.until == outage.from && before.reason == outage.reason {
                before.until = outage.until;
            } else {
                outages.add(std::mem::replace(before, outage));
            }
        } else {
            outages.tell_terminals(&outage);
            latest.insert(key, outage);
        }
    }
    for outage in latest.into_values() {
        outages.add(outage);
    }
    outages.sites.sort();
    outages.cells.sort();
    Ok(outages)
}

impl Outage {
    fn of(row: &OutageRow) -> Self {
        Self {
            is_site: row.subject == "site",
            name: row.name.to_string(),
            from: row.from_slot,
            until: row.until_slot,
            reason: row.reason.to_string(),
            terminals: row.terminals,
        }
    }
}

impl Outages {
    /// Times are added up by row, as each row has its own number of terminals.
    fn tell_terminals(&mut self, row: &Outage) {
        let total = self.totals.entry(row.reason.clone()).or_default();
        if row.is_site {
            total.site_seconds += row.seconds();
        } else {
            total.terminal_seconds += row.terminals * row.seconds();
        }
    }

    fn add(&mut self, outage: Outage) {
        let total = self.totals.entry(outage.reason.clone()).or_default();
        if outage.is_site {
            total.site_outages += 1;
            self.sites.add(outage);
        } else {
            total.cell_outages += 1;
            self.cells.add(outage);
        }
    }
}

impl Longest {
    fn add(&mut self, outage: Outage) {
        self.of += 1;
        self.listed.push(outage);
        if self.listed.len() > 100 * LISTED {
            self.sort();
        }
    }

    /// The longest first; of those, the ones with most terminals, then by time and name.
    fn sort(&mut self) {
        self.listed.sort_by(|a, b| {
            b.seconds()
                .total_cmp(&a.seconds())
                .then(b.terminals.total_cmp(&a.terminals))
                .then(a.from.cmp(&b.from))
                .then_with(|| a.name.cmp(&b.name))
        });
        self.listed.truncate(LISTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Name;

    fn row(subject: &'static str, name: &'static str, (from_slot, until_slot): (i64, i64)) -> OutageRow {
        let (subject, name, reason) = (Name::from(subject), Name::from(name), Name::from("no_path"));
        OutageRow { from_slot, until_slot, subject, name, reason, terminals: 2.0 }
    }

    #[test]
    fn an_outage_over_the_hour_is_one() {
        let rows = [
            row("cell", "a", (0, 10)),
            row("cell", "b", (5, 10)),
            row("cell", "a", (10, 12)),
            row("cell", "b", (11, 12)),
            row("site", "a", (10, 12)),
        ];
        let outages = gather(rows.into_iter().map(Ok)).unwrap();
        let listed: Vec<_> =
            outages.cells.listed.iter().map(|o| (o.name.as_str(), o.from, o.until)).collect();
        assert_eq!(listed, [("a", 0, 12), ("b", 5, 10), ("b", 11, 12)]);
        assert_eq!((outages.sites.of, outages.cells.of), (1, 3));
        let total = Total {
            site_outages: 1,
            site_seconds: 30.0,
            cell_outages: 3,
            terminal_seconds: 2.0 * 18.0 * 15.0,
        };
        assert_eq!(outages.totals["no_path"], total);
    }

    #[test]
    fn of_many_outages_only_the_longest_are_kept() {
        let rows = (0..10_000).map(|n| Ok(row("cell", "a", (20_000 * n, 20_000 * n + 1 + n))));
        let outages = gather(rows).unwrap();
        assert_eq!((outages.cells.of, outages.cells.listed.len()), (10_000, LISTED));
        assert_eq!(outages.cells.listed[0].seconds(), 150_000.0);
    }
}
