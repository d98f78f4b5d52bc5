//! Deciding about sets of borders and territories.

use super::Context;
use super::desk::{Decided, Found, already, closed};
use super::fields;
use crate::command::{BoundarySetCommand, TerritoryCommand};
use crate::entity::{
    BoundarySet, BoundarySetChange, BoundarySetSpec, Territory, TerritoryChange, TerritorySpec,
};
use crate::id::{BoundarySetId, TerritoryId};
use crate::refused::{Code, Refused};
use crate::view::View;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Longest document that defines a territory, bytes.
const LONGEST_DEFINITION: usize = 8 << 20;
/// The length of country codes, characters: they say nothing about where a border runs.
const COUNTRY_CODE: std::ops::RangeInclusive<usize> = 2..=3;

pub(super) fn decide_set<V: View>(
    id: BoundarySetId,
    command: &BoundarySetCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping borders")?;
    match command {
        BoundarySetCommand::Create { spec } => {
            context.absent(id)?;
            check_set(spec)?;
            Ok(vec![context.first(id, BoundarySetChange::Created(spec.clone()))])
        }
        BoundarySetCommand::Withdraw => {
            let before: BoundarySet = context.find(id)?;
            if !before.current {
                return Err(already(id, "withdrawn").into());
            }
            Ok(vec![context.next(&before, BoundarySetChange::Withdrawn)])
        }
    }
}

fn check_set(spec: &BoundarySetSpec) -> Result<(), Refused> {
    fields::name("dataset", &spec.dataset)?;
    fields::name("release", &spec.release)?;
    fields::sha256("sha256", &spec.sha256)?;
    fields::name("worldview", &spec.worldview)?;
    spec.key.iter().try_for_each(|key| fields::name("key", key))?;
    fields::long_text("source", &spec.source)?;
    fields::optional("licence", spec.licence.as_deref())
}

pub(super) fn decide_territory<V: View>(
    id: TerritoryId,
    command: &TerritoryCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping territories")?;
    if let TerritoryCommand::Create { spec } = command {
        context.absent(id)?;
        check_territory(id, spec, context)?;
        return Ok(vec![context.first(id, TerritoryChange::Created(spec.clone()))]);
    }
    let before: Territory = context.find(id)?;
    if !before.current {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        TerritoryCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        TerritoryCommand::Create { spec } | TerritoryCommand::Update { spec } => {
            if spec.name != before.spec.name {
                let found =
                    format!("{id} is named `{}`, and policies and addresses rely on it", before.spec.name);
                return Err(Refused::new(Code::InUse, found, "make another territory").field("name").into());
            }
            check_territory(id, spec, context)?;
            next_version(&before.spec.definition, &spec.definition)?;
            TerritoryChange::Changed(spec.clone())
        }
        TerritoryCommand::Withdraw => TerritoryChange::Withdrawn,
    };
    Ok(vec![context.next(&before, change)])
}

/// Decisions and tables name the version of a definition: one that says something else has a later one.
fn next_version(before: &str, after: &str) -> Result<(), Refused> {
    if before == after {
        return Ok(());
    }
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (before, after) = (read(before), read(after));
    let version = |document: &Value| document.get("version").and_then(Value::as_u64).unwrap_or_default();
    let (had, has) = (version(&before), version(&after));
    if before == after || has > had {
        return Ok(());
    }
    let found = format!("another document than before, with version {has}");
    let accepted = format!("version {} or later in a document that says something else", had + 1);
    Err(fields::wrong("definition", found, &accepted))
}

fn check_territory<V: View>(id: TerritoryId, spec: &TerritorySpec, context: &Context<'_, V>) -> Found<(), V> {
    fields::name("name", &spec.name)?;
    let capitals = spec.name.bytes().all(|letter| letter.is_ascii_uppercase());
    if capitals && COUNTRY_CODE.contains(&spec.name.len()) {
        let accepted = "a name that says which area is meant, not a bare country code";
        return Err(fields::wrong("name", format!("`{}`", spec.name), accepted).into());
    }
    context.free_name(id, &spec.name)?;
    if spec.definition.len() > LONGEST_DEFINITION {
        let found = format!("{} bytes", spec.definition.len());
        return Err(fields::wrong("definition", found, "at most 8 MiB of JSON").into());
    }
    serde_json::from_str::<IgnoredAny>(&spec.definition)
        .map_err(|error| fields::wrong("definition", error.to_string(), "a JSON document"))?;
    fields::sha256("definition_sha256", &spec.definition_sha256)?;
    let hash = fields::sha256_of(&spec.definition);
    if hash != spec.definition_sha256 {
        let found = format!("the definition has the hash {hash}, not {}", spec.definition_sha256);
        let remedy = "send the document that was hashed, byte for byte";
        return Err(Refused::new(Code::HashMismatch, found, remedy).field("definition_sha256").into());
    }
    if let Some(until) = spec.valid_until_s.filter(|until| *until <= spec.valid_from_s) {
        let found = format!("{until} is not after {}", spec.valid_from_s);
        return Err(fields::wrong("valid_until_s", found, "a time after valid_from_s").into());
    }
    if let Some(set) = spec.boundary_set {
        let set: BoundarySet = context.find(set)?;
        if !set.current {
            return Err(closed(set.id.into()).field("boundary_set").into());
        }
    }
    Ok(())
}
