//! What other policies would do to those who are served: each slot planned under both, from nothing before it, and subtracted.

use crate::policies;
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use skyweave_core::impact::{self, Change, Impact};
use skyweave_core::service::{Ruling, Service};
use skyweave_core::time::SlotNo;
use skyweave_io::results::UtcMs;
use skyweave_io::scenario::{self, Prepared};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A world under two laws.
pub struct Preview<'a> {
    prepared: &'a Prepared,
    without: Law,
    with: Law,
}

/// What changes in one slot, in numbers of terminals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlotImpact {
    /// Number of the slot.
    pub slot: i64,
    /// When it begins.
    pub time: UtcMs,
    /// Terminals that are no longer admitted.
    pub cut: f64,
    /// Terminals that are admitted, and lose service to others.
    pub spilled: f64,
    /// Terminals that gain service.
    pub gained: f64,
    /// Others, who are served under both.
    pub others: f64,
    /// Downlink of the others together without the change, bit/s.
    pub others_down_without_bps: f64,
    /// And with it.
    pub others_down_with_bps: f64,
    /// Their mean round-trip time without the change, ms.
    pub others_rtt_without_ms: Option<f64>,
    /// And with it.
    pub others_rtt_with_ms: Option<f64>,
    /// By cell in which somebody loses or gains service (its H3 index): terminals cut, spilled and gained.
    pub cells: BTreeMap<String, [f64; 3]>,
    /// By listed terminal to whom something happens: `cut`, `spilled` or `gained`.
    pub terminals: BTreeMap<String, &'static str>,
}

impl<'a> Preview<'a> {
    /// Puts one scenario under the law of another, which must be the same but for `[service]`.
    ///
    /// # Errors
    /// The scenarios differ in something else.
    pub fn of(prepared: &'a Prepared, changed: &Prepared) -> Result<Self> {
        same_but_for_service(prepared, changed)?;
        Ok(Self { prepared, without: Law::of(prepared)?, with: Law::of(changed)? })
    }

    /// Plans a slot twice.
    #[must_use]
    pub fn slot(&self, slot: SlotNo) -> SlotImpact {
        let world = &self.prepared.world;
        let impact = impact::foresee(world, self.without.at(slot), self.with.at(slot), slot);
        self.described(&impact)
    }

    fn described(&self, impact: &Impact) -> SlotImpact {
        let world = &self.prepared.world;
        let sum = |of: fn(&impact::CellChange) -> f64| impact.cells.iter().map(of).sum();
        let others = impact.elsewhere.terminals;
        let mean_ms = |sum_s: f64| (others > 0.0).then(|| sum_s / others * 1_000.0);
        let cell = |change: &impact::CellChange| {
            let name = format!("{:x}", world.cells[change.cell.index()].h3);
            (name, [change.cut, change.spilled, change.gained])
        };
        SlotImpact {
            slot: impact.slot.0,
            time: UtcMs::of_slot(impact.slot),
            cut: sum(|change| change.cut),
            spilled: sum(|change| change.spilled),
            gained: sum(|change| change.gained),
            others,
            others_down_without_bps: impact.elsewhere.down_without_bps,
            others_down_with_bps: impact.elsewhere.down_with_bps,
            others_rtt_without_ms: mean_ms(impact.elsewhere.rtt_without_s),
            others_rtt_with_ms: mean_ms(impact.elsewhere.rtt_with_s),
            cells: impact.cells.iter().map(cell).collect(),
            terminals: impact
                .terminals
                .iter()
                .map(|(id, change)| (world.terminals[id.index()].name.clone(), name(*change)))
                .collect(),
        }
    }
}

const fn name(change: Change) -> &'static str {
    match change {
        Change::Cut => "cut",
        Change::Spilled => "spilled",
        Change::Gained => "gained",
    }
}

/// What a scenario has in force from which slot on: at least one ruling.
struct Law {
    first: Arc<Ruling>,
    service: Service,
}

impl Law {
    fn of(prepared: &Prepared) -> Result<Self> {
        let service = prepared.world.service.clone();
        if let Some((_, first)) = service.steps.first() {
            return Ok(Self { first: Arc::clone(first), service });
        }
        let inhabited = scenario::service::inhabited().into_diagnostic()?;
        let everybody = Arc::new(policies::everybody(&prepared.world)?);
        Ok(Self { first: prepared.world.ruled_by(everybody, &inhabited), service })
    }

    fn at(&self, slot: SlotNo) -> &Arc<Ruling> {
        self.service.at(slot).unwrap_or(&self.first)
    }
}

fn same_but_for_service(one: &Prepared, other: &Prepared) -> Result<()> {
    let beside = [&one.text, &other.text].map(|text| scenario::without_table(text, "service"));
    if beside[0] == beside[1] {
        return Ok(());
    }
    Err(miette!(
        help = "accepted: a scenario that is the same but for `[service]`; other changes are two runs to compare",
        "the preview of `{}` was given a scenario that differs in more than who may be served",
        one.scenario.name
    ))
}
