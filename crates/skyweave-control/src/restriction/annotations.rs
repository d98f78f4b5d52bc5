//! What stands above a policy: `@id`, `@reason`, `@throttle_kbps`, `@note`; and what kind of policy they and its action make it.

use super::fault::{Fault, Source};
use cedar_policy_core::ast::{self, ActionConstraint, Effect};
use skyweave_proof::refusal::RefusalCode;
use skyweave_proof::table::PolicyKind;
use std::collections::BTreeMap;

const KNOWN: [&str; 4] = ["id", "reason", "throttle_kbps", "note"];

/// Id and kind of a policy.
pub(super) fn read(policy: &ast::Policy, source: Source<'_>) -> Result<(String, PolicyKind), Fault> {
    let here = |what: String| source.fault_at(policy.loc(), what);
    let mut said: BTreeMap<&str, &ast::Annotation> = BTreeMap::new();
    for (key, annotation) in policy.annotations() {
        let key: &str = key.as_ref();
        if !KNOWN.contains(&key) {
            let what = format!("annotation @{key}; known are @{}", KNOWN.join(", @"));
            return Err(source.fault_at(annotation.loc.as_ref(), what));
        }
        said.insert(key, annotation);
    }
    let id = match said.get("id") {
        Some(id) if is_id(&id.val) => id.val.to_string(),
        Some(id) => {
            let what = format!("@id(\"{}\"); an id is 1 to 100 letters, digits, '-', '_' and '.'", id.val);
            return Err(source.fault_at(id.loc.as_ref(), what));
        }
        None => return Err(here("a policy without @id(\"...\"): decisions name it by its id".to_owned())),
    };
    let action = action(policy, source)?;
    let (reason, throttle) = (said.get("reason"), said.get("throttle_kbps"));
    let excess = |found: Option<&&ast::Annotation>, where_it_belongs: &str| match found {
        Some(annotation) => Err(source.fault_at(annotation.loc.as_ref(), where_it_belongs)),
        None => Ok(()),
    };
    match (policy.effect(), action) {
        (Effect::Permit, Action::Serve) => {
            excess(reason, "@reason on a policy that permits; only forbid on \"serve\" has one")?;
            excess(throttle, "@throttle_kbps on a policy that permits; only forbid on \"full_rate\" has it")?;
            Ok((id, PolicyKind::Permit))
        }
        (Effect::Permit, Action::FullRate) => {
            Err(here("a permit for \"full_rate\": it is permitted to everybody who is served".to_owned()))
        }
        (Effect::Forbid, Action::Serve) => {
            excess(throttle, "@throttle_kbps on a policy for \"serve\"; it belongs to \"full_rate\"")?;
            let Some(reason) = reason else {
                return Err(here(
                    "a forbid without @reason(\"...\"): a refused terminal is told why".to_owned(),
                ));
            };
            let code = RefusalCode::named(&reason.val).ok_or_else(|| {
                let names: Vec<_> = RefusalCode::ALL.iter().map(|code| code.name()).collect();
                let what = format!("@reason(\"{}\"); reasons are {}", reason.val, names.join(", "));
                source.fault_at(reason.loc.as_ref(), what)
            })?;
            Ok((id, PolicyKind::Forbid(code)))
        }
        (Effect::Forbid, Action::FullRate) => {
            excess(reason, "@reason on a policy that throttles; only forbid on \"serve\" has one")?;
            let Some(throttle) = throttle else {
                return Err(here("a forbid of \"full_rate\" without @throttle_kbps(\"...\")".to_owned()));
            };
            match throttle.val.parse() {
                Ok(kbit_s) if kbit_s > 0 => Ok((id, PolicyKind::Throttle { kbit_s })),
                _ => {
                    let what =
                        format!("@throttle_kbps(\"{}\"); a whole number of kbit/s above 0", throttle.val);
                    Err(source.fault_at(throttle.loc.as_ref(), what))
                }
            }
        }
    }
}

fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=100).contains(&id.len()) && id.chars().all(allowed)
}

enum Action {
    Serve,
    FullRate,
}

fn action(policy: &ast::Policy, source: Source<'_>) -> Result<Action, Fault> {
    const HINT: &str = "say `action == Action::\"serve\"` or `action == Action::\"full_rate\"`";
    let here = |what: String| source.fault_at(policy.loc(), what);
    let named: Vec<&str> = match policy.action_constraint() {
        ActionConstraint::Any => {
            let what = format!("a policy for every action, emergency calls included; {HINT}");
            return Err(here(what));
        }
        ActionConstraint::Eq(action) => vec![action.eid().as_ref()],
        ActionConstraint::In(actions) => actions.iter().map(|action| action.eid().as_ref()).collect(),
    };
    match named[..] {
        ["serve"] => Ok(Action::Serve),
        ["full_rate"] => Ok(Action::FullRate),
        _ if named.contains(&"emergency_call") => {
            Err(here(format!("a policy about emergency calls: they always pass; {HINT}")))
        }
        _ => Err(here(format!("a policy for several actions; write one for each: {HINT}"))),
    }
}
