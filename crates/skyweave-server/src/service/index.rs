//! The columns by which a store finds things: what of an entity goes into which.

use crate::store::{Column, EntityRow};
use skyweave_control::entity::{AccountState, AnyEntity, LineState, Terminal};
use skyweave_control::id::{EntityId, Kind};

/// The row of an entity.
///
/// `previous_version` is the version that it was decided on; `account` the account of what it is about, where it has none of its own.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn row(
    entity: &AnyEntity,
    previous_version: u64,
    account: Option<String>,
    time_ns: i64,
) -> serde_json::Result<EntityRow> {
    let id = entity.id();
    let mut row = EntityRow {
        kind: id.kind.name().to_owned(),
        id: id.to_string(),
        version: entity.version() as i64,
        previous_version: previous_version as i64,
        live: entity.is_live(),
        account,
        name: entity.name().map(ToOwned::to_owned),
        search: entity.name().unwrap_or_default().to_ascii_lowercase(),
        updated_ns: time_ns,
        doc: serde_json::to_string(entity)?,
        ..EntityRow::default()
    };
    if entity.is_live() && names_are_unique(id.kind) {
        row.natural_key.clone_from(&row.name);
    }
    columns(entity, &mut row);
    Ok(row)
}

/// The account that an entity belongs to by itself.
#[must_use]
pub fn own_account(entity: &AnyEntity) -> Option<EntityId> {
    match entity {
        AnyEntity::Account(account) => Some(account.id.into()),
        AnyEntity::ServiceLine(line) => Some(line.spec.account.into()),
        AnyEntity::Terminal(terminal) => terminal.account.map(EntityId::from),
        _ => None,
    }
}

/// The terminal that an entity is about, whose account it has.
#[must_use]
pub fn about(entity: &AnyEntity) -> Option<EntityId> {
    match entity {
        AnyEntity::Incident(incident) => Some(incident.terminal.into()),
        AnyEntity::Appeal(appeal) => Some(appeal.terminal.into()),
        AnyEntity::Permit(permit) => Some(permit.terminal.into()),
        _ => None,
    }
}

/// Accounts and service lines may share names; nothing else may while it is in use.
const fn names_are_unique(kind: Kind) -> bool {
    !matches!(kind, Kind::Account | Kind::ServiceLine)
}

fn columns(entity: &AnyEntity, row: &mut EntityRow) {
    let text = |state: &str| Some(state.to_owned());
    match entity {
        AnyEntity::Organization(it) => row.state = text(if it.open { "open" } else { "closed" }),
        AnyEntity::Account(it) => {
            row.account = Some(it.id.to_string());
            row.parent = it.spec.parent.map(|parent| parent.to_string());
            row.organization = Some(it.spec.organization.to_string());
            row.state = text(match it.state {
                AccountState::Open => "open",
                AccountState::Disabled { .. } => "disabled",
                AccountState::Closed => "closed",
            });
        }
        AnyEntity::Plan(it) => row.state = text(if it.offered { "offered" } else { "withdrawn" }),
        AnyEntity::ServiceLine(it) => {
            row.account = Some(it.spec.account.to_string());
            row.plan = Some(it.spec.plan.to_string());
            row.territory = Some(it.spec.address.territory.clone());
            row.state = text(match it.state {
                LineState::Active => "active",
                LineState::Suspended { .. } => "suspended",
                LineState::Closed => "closed",
            });
        }
        AnyEntity::Terminal(it) => terminal(it, row),
        AnyEntity::Registry(it) => {
            row.organization = Some(it.spec.steward.to_string());
            row.state = text(match (it.current, it.in_force_since_s) {
                (false, _) => "withdrawn",
                (true, Some(_)) => "in_force",
                (true, None) => "drawn_up",
            });
        }
        AnyEntity::BoundarySet(it) => {
            row.search = format!("{}\n{}\n{}", it.spec.dataset, it.spec.release, it.spec.worldview)
                .to_ascii_lowercase();
            row.state = text(if it.current { "current" } else { "withdrawn" });
        }
        AnyEntity::Territory(it) => {
            row.link = it.spec.boundary_set.map(|set| set.to_string());
            row.territory = Some(it.spec.name.clone());
            row.state = text(if it.current { "current" } else { "withdrawn" });
        }
        AnyEntity::Restriction(it) => {
            row.state = text(match (it.current, it.enabled) {
                (false, _) => "withdrawn",
                (true, true) => "enabled",
                (true, false) => "disabled",
            });
        }
        AnyEntity::ProtectedClass(it) => {
            row.organization = Some(it.spec.steward.to_string());
            row.state = text(if it.current { "current" } else { "dissolved" });
        }
        AnyEntity::Incident(it) => {
            row.terminal = Some(it.terminal.to_string());
            row.state = text(it.state.name());
            row.cause = text(it.finding.cause.name());
        }
        AnyEntity::Appeal(it) => {
            row.terminal = Some(it.terminal.to_string());
            row.link = Some(it.incident.to_string());
            row.state =
                serde_json::to_value(it.state).ok().and_then(|state| state.as_str().map(ToOwned::to_owned));
        }
        AnyEntity::Permit(it) => {
            row.terminal = Some(it.terminal.to_string());
            row.link = it.appeal.map(|appeal| appeal.to_string());
        }
    }
}

fn terminal(it: &Terminal, row: &mut EntityRow) {
    row.account = it.account.map(|account| account.to_string());
    row.line = it.line.map(|line| line.to_string());
    row.owner = it.holders.owner.map(|owner| owner.to_string());
    row.donor = it.holders.donor.map(|donor| donor.to_string());
    row.operator = it.holders.operator.map(|operator| operator.to_string());
    row.natural_key = Some(it.hardware_key.to_string());
    row.serial.clone_from(&it.serial);
    row.state = Some(it.state.name().to_owned());
    let tags: Vec<&str> = it.tags.iter().map(String::as_str).collect();
    if !tags.is_empty() {
        row.tags = format!("\n{}\n", tags.join("\n"));
    }
    let texts = [it.serial.as_deref(), it.model.as_deref(), it.note.as_deref()];
    let texts = [it.hardware_key.as_str()].into_iter().chain(texts.into_iter().flatten()).chain(tags);
    row.search = texts.collect::<Vec<_>>().join("\n").to_ascii_lowercase();
}

/// The columns by which things of a kind name one of another kind as what they belong to.
pub(super) const fn columns_of(whole: Kind, part: Kind) -> &'static [Column] {
    match (whole, part) {
        (Kind::Organization, Kind::Terminal) => &[Column::Owner, Column::Donor, Column::Operator],
        (Kind::Organization, _) => &[Column::Organization],
        (Kind::Account, Kind::Account) => &[Column::Parent],
        (Kind::Account, _) => &[Column::Account],
        (Kind::Plan, _) => &[Column::Plan],
        (Kind::ServiceLine, _) => &[Column::Line],
        (Kind::Terminal, _) => &[Column::Terminal],
        _ => &[Column::Link],
    }
}
