//! Which protected classes have something as a member, or as who keeps them: no column says so, and there are few classes. So all that are kept
//! are looked at.

use super::NotDone;
use crate::store::{Condition, EntityRow, ListQuery, Scope};
use skyweave_control::entity::AnyEntity;
use skyweave_control::id::{EntityId, Kind};

/// Classes that are looked at.
const MOST: i64 = 10_000;

/// The question for all of them.
pub(super) fn question() -> ListQuery {
    let kind = Kind::ProtectedClass.name();
    ListQuery { kind, scope: Scope::All, after: None, limit: MOST, conditions: vec![Condition::Live] }
}

/// Those of them that name this.
pub(super) fn naming(of: EntityId, rows: &[EntityRow]) -> Result<Vec<EntityId>, NotDone> {
    let mut found = Vec::new();
    for row in rows {
        let class = AnyEntity::from_json(Kind::ProtectedClass, &row.doc)
            .map_err(|error| NotDone::damaged(&row.id, &error))?;
        if class.parents().contains(&of) {
            found.push(class.id());
        }
    }
    Ok(found)
}
