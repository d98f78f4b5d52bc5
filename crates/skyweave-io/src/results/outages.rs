//! The table of outages, as the times for which a site or a cell has no service for one reason.

use super::collect::Tabulate;
use super::column::Name;
use super::moment::Moment;
use super::rows::OutageRow;
use skyweave_core::schedule::Outage;
use skyweave_core::time::SlotNo;

/// Rows of `outages`.
#[derive(Default)]
pub(crate) struct Outages {
    /// By listed terminal; only sites are followed.
    sites: Vec<Option<Open>>,
    /// By cell.
    cells: Vec<Option<Open>>,
}

/// An outage that goes on.
struct Open {
    name: Name,
    reason: Outage,
    from: SlotNo,
    terminals: f64,
}

const SITE: &str = "site";
const CELL: &str = "cell";

impl Tabulate for Outages {
    type Row = OutageRow;

    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<OutageRow>) {
        self.sites.resize_with(now.terminals.len(), || None);
        for (index, site) in now.sites() {
            let begin = |reason, count| Open::new(&now.names.terminals[index], reason, now.no, count);
            let state = site.outcome.err().map(|reason| (reason, 1.0));
            rows.extend(follow(SITE, &mut self.sites[index], state, now.no, begin));
        }
        self.cells.resize_with(now.demand.cells.len(), || None);
        for (index, open) in self.cells.iter_mut().enumerate() {
            let reason = now.cell(index).and_then(Result::err);
            let terminals = now.demand.cells[index].terminals;
            let begin = |reason, count| Open::new(&now.names.cells[index], reason, now.no, count);
            rows.extend(follow(CELL, open, reason.map(|r| (r, terminals)), now.no, begin));
        }
    }

    fn close(self, end: SlotNo, rows: &mut Vec<OutageRow>) {
        rows.extend(self.sites.into_iter().flatten().map(|open| open.until(SITE, end)));
        rows.extend(self.cells.into_iter().flatten().map(|open| open.until(CELL, end)));
    }
}

/// Lets an outage go on, end, begin, or change its reason or the number of terminals that it is for. Gives the one that ended.
fn follow(
    subject: &'static str,
    open: &mut Option<Open>,
    state: Option<(Outage, f64)>,
    now: SlotNo,
    begin: impl FnOnce(Outage, f64) -> Open,
) -> Option<OutageRow> {
    if open.as_ref().map(|open| (open.reason, open.terminals)) == state {
        return None;
    }
    let ended = open.take().map(|ended| ended.until(subject, now));
    *open = state.map(|(reason, terminals)| begin(reason, terminals));
    ended
}

impl Open {
    fn new(name: &Name, reason: Outage, from: SlotNo, terminals: f64) -> Self {
        Self { name: name.clone(), reason, from, terminals }
    }

    fn until(self, subject: &'static str, end: SlotNo) -> OutageRow {
        OutageRow {
            from_slot: self.from.0,
            until_slot: end.0,
            subject: Name::from(subject),
            name: self.name,
            reason: Name::from(self.reason.name()),
            terminals: self.terminals,
        }
    }
}
