//! The table of outages, as the times for which a site or a cell has no service for one reason.

use super::collect::Collector;
use super::column::Name;
use super::error::ResultsError;
use super::layout::RunInfo;
use super::moment::Moment;
use super::rows::OutageRow;
use super::sink::Output;
use super::temp::TempFile;
use skyweave_core::schedule::Outage;
use skyweave_core::time::{SlotNo, UtcHour};

/// Writes `outages`.
pub(crate) struct OutageTable {
    output: Output<OutageRow>,
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

impl OutageTable {
    pub fn create(info: &RunInfo, hour: UtcHour) -> Result<Self, ResultsError> {
        Ok(Self { output: Output::create(info, hour)?, sites: Vec::new(), cells: Vec::new() })
    }
}

impl Collector for OutageTable {
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        self.sites.resize_with(now.terminals.len(), || None);
        for (index, site) in now.sites() {
            let begin = |reason, count| Open::new(&now.names.terminals[index], reason, now.no, count);
            follow(
                &mut self.output,
                SITE,
                &mut self.sites[index],
                site.outcome.err().map(|r| (r, 1.0)),
                now.no,
                begin,
            )?;
        }
        self.cells.resize_with(now.demand.cells.len(), || None);
        for (index, open) in self.cells.iter_mut().enumerate() {
            let reason = now.cell(index).and_then(Result::err);
            let terminals = now.demand.cells[index].terminals;
            let begin = |reason, count| Open::new(&now.names.cells[index], reason, now.no, count);
            follow(&mut self.output, CELL, open, reason.map(|r| (r, terminals)), now.no, begin)?;
        }
        Ok(())
    }

    fn close(mut self: Box<Self>, end: SlotNo) -> Result<TempFile, ResultsError> {
        for open in self.sites.into_iter().flatten() {
            self.output.push(open.until(SITE, end))?;
        }
        for open in self.cells.into_iter().flatten() {
            self.output.push(open.until(CELL, end))?;
        }
        self.output.close()
    }
}

/// Lets an outage go on, end, begin, or change its reason or the number of terminals that it is for.
fn follow(
    output: &mut Output<OutageRow>,
    subject: &'static str,
    open: &mut Option<Open>,
    state: Option<(Outage, f64)>,
    now: SlotNo,
    begin: impl FnOnce(Outage, f64) -> Open,
) -> Result<(), ResultsError> {
    if open.as_ref().map(|open| (open.reason, open.terminals)) != state {
        if let Some(ended) = open.take() {
            output.push(ended.until(subject, now))?;
        }
        *open = state.map(|(reason, terminals)| begin(reason, terminals));
    }
    Ok(())
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
