//! What must be checked before a command is decided, because deciding does not know how: the text of policies and of territories.

use super::call::Call;
use super::decisions::lawless;
use super::problem::{Problem, RowRefusal};
use axum::http::StatusCode;
use skyweave_control::command::{Command, RestrictionCommand, TerritoryCommand};
use skyweave_control::entity::{RestrictionSpec, TerritorySpec};
use skyweave_control::restriction::{PolicyFile, Restrictions};
use skyweave_control::territory::{Definition, Piece};

/// Checks the texts of a command.
///
/// # Errors
/// If a text is not what it must be.
pub fn text_of(command: &Command) -> Result<(), Problem> {
    match command {
        Command::Restriction {
            command: RestrictionCommand::Create { spec } | RestrictionCommand::Update { spec },
            ..
        } => policies(spec),
        Command::Territory { command, .. } => match command {
            TerritoryCommand::Create { spec } | TerritoryCommand::Update { spec } => territory(spec),
            TerritoryCommand::Withdraw => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Checks that a restriction compiles together with all that is in force, before it is enabled: what does not would leave everybody without a
/// decision.
///
/// # Errors
/// If it does not.
pub async fn compiles(call: &Call, id: &str) -> Result<(), Problem> {
    let checked = call.api.laws.try_enabled(&*call.api.store, id, call.api.now_ns()).await;
    checked.map_err(lawless)
}

/// Every mistake that can be found without knowing which plans, territories and registries there are.
fn policies(spec: &RestrictionSpec) -> Result<(), Problem> {
    let file = PolicyFile { name: spec.name.clone(), text: spec.text.clone() };
    let Err(faults) = Restrictions::load(&[file]) else { return Ok(()) };
    let rows = faults.0.iter().map(|fault| RowRefusal {
        row: fault.line as u64,
        code: "policy_refused".to_owned(),
        detail: fault.to_string(),
        field: Some("text".to_owned()),
    });
    let problem =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "policy_refused", faults.to_string()).field("text");
    Err(Problem { refusals: rows.collect(), ..problem })
}

/// What stands in the document; parts of sets of borders are looked up when it is compiled.
fn territory(spec: &TerritorySpec) -> Result<(), Problem> {
    let refuse = |detail: String| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "definition_refused", detail).field("definition")
    };
    let definition = Definition::read(&spec.definition).map_err(|fault| refuse(fault.to_string()))?;
    if definition.name != spec.name {
        let names =
            format!("the definition is of `{}`, and the territory of `{}`", definition.name, spec.name);
        return Err(refuse(format!("{}; accepted: the same name", names.escape_debug())));
    }
    if definition.pieces.iter().all(|piece| matches!(piece, Piece::Polygon { .. })) {
        definition.assemble(&[]).map_err(|fault| refuse(fault.to_string()))?;
    }
    Ok(())
}
