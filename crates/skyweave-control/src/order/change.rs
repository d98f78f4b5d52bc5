//! What an order changes of a law's sources. Each target has a file of policies of its own, so that what one order puts there another takes
//! away without touching anything else.

use super::sources::Sources;
use skyweave_proof::order::{Action, FailMode, Target, TargetKind};
use skyweave_proof::refusal::RefusalCode;

/// What a throttled terminal gets at most where the order does not say, kbit/s.
pub const THROTTLED_KBIT_S: u32 = 1_000;

/// Why an order changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotChanged(pub String);

/// What of the service's books an order may bring into the law.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// The text of a restriction of that name.
    pub restriction: Option<String>,
    /// The definition of a territory of that name.
    pub territory: Option<String>,
}

/// The sources and the fail mode after an order.
///
/// # Errors
/// What it is about is not known, or is so already.
pub fn change(
    before: (&Sources, FailMode),
    action: Action,
    target: &Target,
    books: &Books,
) -> Result<(Sources, FailMode), NotChanged> {
    let (sources, fail_mode) = before;
    let mut after = sources.clone();
    let not = |what: String| Err(NotChanged(what));
    let name = &target.name;
    match target.kind {
        TargetKind::FailMode => {
            let wanted = match name.as_str() {
                "stay" => FailMode::Stay,
                "base" => FailMode::Base,
                _ => return not(format!("`{name}` is no fail mode; accepted: stay, base")),
            };
            return if wanted == fail_mode {
                not(format!("the fail mode is {name} already"))
            } else {
                Ok((after, wanted))
            };
        }
        TargetKind::Restriction => {
            let file = name.clone();
            match (action, &books.restriction) {
                (Action::Activate | Action::Restrict, Some(text)) => {
                    after.policies.insert(file, text.clone());
                }
                (Action::Activate | Action::Restrict, None) => {
                    return not(format!("there is no restriction `{name}`; accepted: the name of one"));
                }
                (Action::Deactivate | Action::Restore, _) => {
                    after.policies.remove(&file);
                }
                (Action::Throttle, _) => {
                    return not("a restriction is activated or deactivated, and not throttled".to_owned());
                }
            }
        }
        TargetKind::Territory => {
            if !after.territories.contains_key(name) {
                let Some(text) = &books.territory else {
                    return not(format!("there is no territory `{name}`; accepted: the name of one"));
                };
                after.territories.insert(name.clone(), text.clone());
            }
            let condition = format!("resource.territories.contains(Territory::\"{name}\")");
            set(&mut after, action, ("territory", name), &condition, RefusalCode::BlockedCountry);
        }
        TargetKind::PlanClass => {
            if !after.plans.contains(name) {
                let known: Vec<&str> = after.plans.iter().map(String::as_str).collect();
                return not(format!("there is no plan `{name}`; accepted: {}", known.join(", ")));
            }
            let condition = format!("principal.plan == Plan::\"{name}\"");
            set(&mut after, action, ("plan", name), &condition, RefusalCode::AccountDisabled);
        }
        TargetKind::Registry => {
            if !after.registries.contains(name) {
                let known: Vec<&str> = after.registries.iter().map(String::as_str).collect();
                return not(format!("there is no registry `{name}`; accepted: {}", known.join(", ")));
            }
            // to put a list into force is to serve nobody else
            let condition = format!("!(principal in Registry::\"{name}\")");
            let action = match action {
                Action::Activate | Action::Restrict => Action::Deactivate,
                Action::Deactivate | Action::Restore => Action::Restore,
                Action::Throttle => Action::Throttle,
            };
            set(&mut after, action, ("registry", name), &condition, RefusalCode::BlockedArea);
        }
    }
    if after == *sources { not(format!("`{target}` is so already")) } else { Ok((after, fail_mode)) }
}

/// The name of the file of policies that an order puts into the law for its target; none if it puts none there.
#[must_use]
pub fn file_of(target: &Target) -> Option<String> {
    let kind = match target.kind {
        // that of the restriction itself
        TargetKind::Restriction => return Some(target.name.clone()),
        TargetKind::Territory => "territory",
        TargetKind::PlanClass => "plan",
        TargetKind::Registry => "registry",
        TargetKind::FailMode => return None,
    };
    Some(file_under(kind, &target.name))
}

fn file_under(kind: &str, name: &str) -> String {
    format!("orders/{kind}/{name}.cedar")
}

fn set(after: &mut Sources, action: Action, (kind, name): (&str, &str), condition: &str, code: RefusalCode) {
    let id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let (file, id) = (file_under(kind, name), format!("order-{kind}-{id}"));
    let text = match action {
        Action::Activate | Action::Restore => {
            after.policies.remove(&file);
            return;
        }
        Action::Deactivate | Action::Restrict => format!(
            "@id(\"{id}\")\n@reason(\"{}\")\nforbid(principal, action == Action::\"serve\", resource)\nwhen {{ {condition} }};\n",
            code.name()
        ),
        Action::Throttle => format!(
            "@id(\"{id}\")\n@throttle_kbps(\"{THROTTLED_KBIT_S}\")\nforbid(principal, action == Action::\"full_rate\", resource)\nwhen {{ {condition} }};\n"
        ),
    };
    after.policies.insert(file, text);
}
