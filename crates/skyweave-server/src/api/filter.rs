//! What lists may be asked for, as conditions that a store understands.

use super::call::Call;
use super::problem::Problem;
use super::routes::Parameter;
use crate::store::{Column, Condition};
use skyweave_control::id::Kind;

/// A parameter that asks for values of a column.
struct Asked {
    name: &'static str,
    column: Column,
    text: &'static str,
    of: &'static [Kind],
}

const EVERY: &[Kind] = Kind::ALL;

const ASKED: &[Asked] = &[
    Asked {
        name: "state",
        column: Column::State,
        text: "In one of these states, with commas between them.",
        of: EVERY,
    },
    Asked {
        name: "name",
        column: Column::Name,
        text: "With exactly this name.",
        of: &[
            Kind::Organization,
            Kind::Account,
            Kind::Plan,
            Kind::ServiceLine,
            Kind::Registry,
            Kind::Territory,
            Kind::Restriction,
            Kind::ProtectedClass,
        ],
    },
    Asked {
        name: "account",
        column: Column::Account,
        text: "Of one of these accounts.",
        of: &[Kind::ServiceLine, Kind::Incident, Kind::Appeal, Kind::Permit],
    },
    Asked {
        name: "parent",
        column: Column::Parent,
        text: "Directly below one of these accounts.",
        of: &[Kind::Account],
    },
    Asked {
        name: "organization",
        column: Column::Organization,
        text: "Answered for by one of these organizations.",
        of: &[Kind::Account, Kind::Registry, Kind::ProtectedClass],
    },
    Asked { name: "plan", column: Column::Plan, text: "With one of these plans.", of: &[Kind::ServiceLine] },
    Asked {
        name: "territory",
        column: Column::Territory,
        text: "With the service address in one of these territories.",
        of: &[Kind::ServiceLine],
    },
    Asked {
        name: "terminal",
        column: Column::Terminal,
        text: "About one of these terminals.",
        of: &[Kind::Incident, Kind::Appeal, Kind::Permit],
    },
    Asked { name: "cause", column: Column::Cause, text: "Of one of these causes.", of: &[Kind::Incident] },
    Asked {
        name: "incident",
        column: Column::Link,
        text: "Against one of these incidents.",
        of: &[Kind::Appeal],
    },
    Asked {
        name: "appeal",
        column: Column::Link,
        text: "Because of one of these appeals.",
        of: &[Kind::Permit],
    },
    Asked {
        name: "boundary_set",
        column: Column::Link,
        text: "Cut from one of these sets of borders.",
        of: &[Kind::Territory],
    },
];

/// The parameters that filter lists of a kind.
#[must_use]
pub fn parameters(kind: Kind) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = ASKED
        .iter()
        .filter(|asked| asked.of.contains(&kind) && kind != Kind::Terminal)
        .map(|asked| Parameter::text(asked.name, asked.text))
        .collect();
    if kind == Kind::Terminal {
        found.extend(super::search::parameters());
    } else {
        found.push(Parameter::text(
            "q",
            "With this text in its name or description; capital letters do not matter.",
        ));
    }
    found
}

/// What a list of a kind was asked for.
///
/// # Errors
/// If a value is not understood.
pub fn conditions(kind: Kind, call: &Call) -> Result<Vec<Condition>, Problem> {
    if kind == Kind::Terminal {
        return super::search::conditions(&call.query);
    }
    let mut found = Vec::new();
    for asked in ASKED.iter().filter(|asked| asked.of.contains(&kind)) {
        if let Some(values) = call.parameter(asked.name) {
            let values = if asked.name == "name" { vec![values.to_owned()] } else { list(values) };
            found.push(Condition::Is(asked.column, values));
        }
    }
    if let Some(text) = call.parameter("q") {
        found.push(Condition::Mentions(text.to_ascii_lowercase()));
    }
    Ok(found)
}

fn list(values: &str) -> Vec<String> {
    values.split(',').map(|value| value.trim().to_owned()).collect()
}
