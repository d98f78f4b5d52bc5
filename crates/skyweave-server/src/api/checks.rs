//! What must be checked before a command is decided, because deciding does not know how: the text of policies and of territories.

use super::call::Call;
use super::decisions::lawless;
use super::problem::{Problem, RowRefusal};
use crate::service::{CarriedOut, NotDone, Work, carry_out};
use crate::store::StoreError;
use axum::http::StatusCode;
use skyweave_control::command::{
    Command, ProtectedClassCommand, RegistryCommand, RestrictionCommand, TerritoryCommand,
};
use skyweave_control::entity::{RestrictionSpec, TerritorySpec};
use skyweave_control::refused::Refused;
use skyweave_control::restriction::{PolicyFile, Restrictions};
use skyweave_control::territory::{Definition, Piece};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often a change of the law is checked anew because another server was faster.
const MOST_TRIES: usize = 8;
/// Longest text of policies, bytes: reading takes longer than in proportion.
const LONGEST_TEXT: usize = 256 << 10;

/// Checks the texts of a command, if the caller may give it at all. It takes seconds, at worst: one is read at a time, and nobody else
/// waits for it.
///
/// # Errors
/// If a text is not what it must be.
pub async fn text_of(call: &Call, command: &Command) -> Result<(), Problem> {
    let (what, length) = match command {
        Command::Restriction {
            command: RestrictionCommand::Create { spec } | RestrictionCommand::Update { spec },
            ..
        } => ("keeping restrictions", spec.text.len()),
        Command::Territory {
            command: TerritoryCommand::Create { .. } | TerritoryCommand::Update { .. },
            ..
        } => ("keeping territories", 0),
        _ => return Ok(()),
    };
    if call.caller()?.client.account.is_some() {
        return Err(Refused::for_the_service(what).into());
    }
    if length > LONGEST_TEXT {
        let detail = format!("the text has {length} bytes; accepted: up to {LONGEST_TEXT}");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "policy_refused", detail).field("text"));
    }
    let place = Arc::clone(&call.api.compiling).acquire_owned().await.map_err(|_| StoreError::Closed)?;
    let command = command.clone();
    let read = tokio::task::spawn_blocking(move || {
        // kept until this has ended, even if nobody waits for it any more
        let _place = place;
        read(&command)
    });
    read.await.map_err(|_| StoreError::Closed)?
}

fn read(command: &Command) -> Result<(), Problem> {
    match command {
        Command::Restriction {
            command: RestrictionCommand::Create { spec } | RestrictionCommand::Update { spec },
            ..
        } => policies(spec),
        Command::Territory {
            command: TerritoryCommand::Create { spec } | TerritoryCommand::Update { spec },
            ..
        } => territory(spec),
        _ => Ok(()),
    }
}

/// Carries out commands. Those that may keep the law from compiling are checked first: what does not compile would leave everybody without a
/// decision, and two changes that are good each for itself may be bad together. If another server changes the law in between, that is checked anew.
///
/// # Errors
/// If the law would not compile, or a command is refused for itself.
pub async fn carry_out_lawfully(call: &Call, work: Work<'_>) -> Result<CarriedOut, Problem> {
    if !work.requests.iter().any(|request| may_break_the_law(&request.command)) {
        return Ok(carry_out(&*call.api.store, &work).await?);
    }
    let _alone = call.api.lawmaking.lock().await;
    for _ in 0..MOST_TRIES {
        let since = call.api.store.last_event().await?;
        law_stays(call, &work).await?;
        let lawful = Work { law_since: Some(since), ..work };
        match carry_out(&*call.api.store, &lawful).await {
            Err(NotDone::Store(StoreError::Overtaken { .. })) => {}
            done => return Ok(done?),
        }
    }
    Err(NotDone::Busy.into())
}

/// Whether the law would still compile.
async fn law_stays(call: &Call, work: &Work<'_>) -> Result<(), Problem> {
    let trial = Work { dry_run: true, answer: None, ..*work };
    let out = carry_out(&*call.api.store, &trial).await?;
    let _place = call.api.compiling.acquire().await.map_err(|_| StoreError::Closed)?;
    // of what several commands change the last one counts
    let changed: BTreeMap<_, _> =
        out.done.into_iter().map(|done| (done.subject.id(), done.subject)).collect();
    let changed = changed.into_values().collect();
    call.api.laws.try_with(&*call.api.store, changed, work.now_ns).await.map_err(lawless)
}

/// All that is law but terminals on lists and members of classes, which change often and take nothing away that policies speak of.
fn may_break_the_law(command: &Command) -> bool {
    match command {
        Command::Restriction { command, .. } => {
            matches!(command, RestrictionCommand::Enable | RestrictionCommand::Update { .. })
        }
        Command::Territory { .. } | Command::BoundarySet { .. } | Command::Plan { .. } => true,
        Command::Registry { command, .. } => {
            !matches!(command, RegistryCommand::Add { .. } | RegistryCommand::Remove { .. })
        }
        Command::ProtectedClass { command, .. } => {
            !matches!(command, ProtectedClassCommand::Admit { .. } | ProtectedClassCommand::Remove { .. })
        }
        _ => false,
    }
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
    said_otherwise(spec, &definition)?;
    if definition.pieces.iter().all(|piece| matches!(piece, Piece::Polygon { .. })) {
        definition.assemble(&[]).map_err(|fault| refuse(fault.to_string()))?;
    }
    Ok(())
}

/// Refuses what is said beside a document that says otherwise.
fn said_otherwise(spec: &TerritorySpec, definition: &Definition) -> Result<(), Problem> {
    let until_s = spec.valid_until_s.map(|end| end.0);
    let shown = |until_s: Option<i64>| until_s.map_or_else(|| "none".to_owned(), |end| end.to_string());
    let said = [
        ("valid_from_s", spec.valid_from_s.0.to_string(), definition.from_s.map(|from| from.to_string())),
        ("valid_until_s", shown(until_s), definition.until_s.map(|end| end.to_string())),
        ("disputed", spec.disputed.to_string(), definition.disputed.then(|| true.to_string())),
        ("front_line", spec.front_line.to_string(), definition.front_line.then(|| true.to_string())),
    ];
    for (field, beside, inside) in said {
        if let Some(inside) = inside.filter(|inside| *inside != beside) {
            let detail = format!(
                "`{field}` is {beside}, and the document says {inside}; accepted: the same, nothing, or a document that is silent"
            );
            return Err(
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "definition_refused", detail).field(field)
            );
        }
    }
    Ok(())
}
