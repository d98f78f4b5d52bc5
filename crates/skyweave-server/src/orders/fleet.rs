//! Every terminal with what lowers its service, from the store: what a bundle names by its root.

use crate::log::folder::write_whole;
use crate::store::{Condition, EntityRow, ListQuery, Scope, Store, StoreError};
use skyweave_control::entity::{AnyEntity, LineState, Plan, ServiceLine};
use skyweave_control::id::{Kind, LineId, PlanId};
use skyweave_proof::bound::{Fleet, Row, barred, terminal_key, territory_key};
use std::collections::BTreeMap;
use std::path::Path;

/// Things that are read at once.
const PAGE: i64 = 1_000;

/// The fleet of a store: every live terminal, known by the first 16 bytes of SHA-256 of its id.
///
/// # Errors
/// The store cannot be read.
pub async fn fleet_of(store: &dyn Store) -> Result<Fleet, StoreError> {
    let damaged = |problem: String| StoreError::Damaged { place: store.place().to_owned(), problem };
    let mut plans: BTreeMap<PlanId, Plan> = BTreeMap::new();
    let mut lines: BTreeMap<LineId, ServiceLine> = BTreeMap::new();
    all(store, Kind::Plan, &mut |entity| {
        if let AnyEntity::Plan(plan) = entity {
            plans.insert(plan.id, plan);
        }
    })
    .await?;
    all(store, Kind::ServiceLine, &mut |entity| {
        if let AnyEntity::ServiceLine(line) = entity {
            lines.insert(line.id, line);
        }
    })
    .await?;
    let mut rows: Vec<(String, Row)> = Vec::new();
    all(store, Kind::Terminal, &mut |entity| {
        let AnyEntity::Terminal(terminal) = entity else { return };
        let id = terminal.id.to_string();
        let line = terminal.line.and_then(|line| lines.get(&line));
        let plan = line.and_then(|line| plans.get(&line.spec.plan));
        let active = line.is_some_and(|line| line.state == LineState::Active);
        let row = Row {
            terminal: terminal_key(&id),
            cell: 0,
            territory: territory_key(line.map_or("", |line| line.spec.address.territory.as_str())),
            barred: if terminal.state.is_served() && active { 0 } else { barred::SUSPENDED },
            rate_kbps: plan.map_or(0, |plan| plan.spec.down_kbit_s),
            weight_permille: plan.map_or(0, |plan| 1_000 * (1 + u16::from(plan.spec.priority))),
        };
        rows.push((id, row));
    })
    .await?;
    for chunk in rows.chunks_mut(PAGE as usize) {
        let ids: Vec<String> = chunk.iter().map(|(id, _)| id.clone()).collect();
        let seen = store.sightings(&ids).await?;
        let cells: BTreeMap<String, i64> =
            seen.into_iter().filter_map(|one| Some((one.terminal, one.cell?))).collect();
        for (id, row) in chunk {
            row.cell = cells.get(id).map_or(0, |cell| *cell as u64);
        }
    }
    Fleet::new(rows.into_iter().map(|(_, row)| row).collect()).map_err(|twice| damaged(twice.to_string()))
}

async fn all(
    store: &dyn Store,
    kind: Kind,
    tell: &mut (dyn FnMut(AnyEntity) + Send),
) -> Result<(), StoreError> {
    let conditions = if kind == Kind::Terminal { vec![Condition::Live] } else { Vec::new() };
    let mut query = ListQuery { kind: kind.name(), scope: Scope::All, after: None, limit: PAGE, conditions };
    loop {
        let page: Vec<EntityRow> = store.list(&query).await?;
        let Some(last) = page.last() else { return Ok(()) };
        query.after = Some(last.id.clone());
        for row in &page {
            let entity = AnyEntity::from_json(kind, &row.doc).map_err(|error| StoreError::Damaged {
                place: store.place().to_owned(),
                problem: format!("{} {}: {error}", row.kind, row.id),
            })?;
            tell(entity);
        }
    }
}

/// Writes a fleet's rows one after another.
pub(super) fn write(path: &Path, fleet: &Fleet) -> std::io::Result<()> {
    let rows: Vec<u8> = fleet.rows().iter().flat_map(Row::to_bytes).collect();
    write_whole(path, &rows)
}

/// Reads what [`write`] wrote; none if it is not there or is something else.
pub(super) fn read(path: &Path) -> Option<Fleet> {
    let bytes = std::fs::read(path).ok()?;
    let (rows, rest) = bytes.as_chunks::<{ Row::BYTES }>();
    rest.is_empty().then_some(())?;
    Fleet::new(rows.iter().map(Row::of_bytes).collect()).ok()
}
