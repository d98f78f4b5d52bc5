//! What stands on either side of a comparison, and the numbers of names.

use super::{NONE, Names};
use cedar_policy_core::ast::EntityUID;
use h3o::CellIndex;
use skyweave_proof::table::{AreaNo, Attribute, Evidence, LineState, RegistryNo, Surface};
use std::collections::BTreeSet;

/// A part of an expression that is not a condition by itself.
#[derive(Debug, Clone)]
pub(super) enum Operand<'a> {
    /// A number of the circumstances or the terminal.
    Number(Attribute),
    /// A number in the text.
    Literal(i64),
    /// An attribute that is one of several names.
    Choice(Attribute),
    /// A name in the text.
    Named(&'a EntityUID),
    /// Names in the text.
    Several(Vec<&'a EntityUID>),
    /// `principal`.
    Terminal,
    /// `resource.territories`.
    Territories,
    /// `resource.cells`.
    Cells,
}

/// The attributes of a terminal, of a place, of the circumstances.
pub(super) fn of_terminal(attribute: &str) -> Option<Operand<'static>> {
    Some(match attribute {
        "plan" => Operand::Choice(Attribute::Plan),
        "use_class" => Operand::Choice(Attribute::UseClass),
        "protected_class" => Operand::Choice(Attribute::ProtectedClass),
        "home" => Operand::Choice(Attribute::Home),
        "line" => Operand::Choice(Attribute::Line),
        "roaming_days" => Operand::Number(Attribute::RoamingDays),
        _ => return None,
    })
}

pub(super) fn of_place(attribute: &str) -> Option<Operand<'static>> {
    match attribute {
        "territories" => Some(Operand::Territories),
        "cells" => Some(Operand::Cells),
        _ => None,
    }
}

/// `in_motion` is none of these: it is a condition by itself.
pub(super) fn of_circumstances(attribute: &str) -> Option<Operand<'static>> {
    Some(match attribute {
        "time_s" => Operand::Number(Attribute::Time),
        "second_of_day" => Operand::Number(Attribute::SecondOfDay),
        "weekday" => Operand::Number(Attribute::Weekday),
        "speed_cm_s" => Operand::Number(Attribute::Speed),
        "altitude_m" => Operand::Number(Attribute::Altitude),
        "error_m" => Operand::Number(Attribute::Error),
        "surface" => Operand::Choice(Attribute::Surface),
        "evidence" => Operand::Choice(Attribute::Evidence),
        _ => return None,
    })
}

/// Names as numbers of the table to be.
#[derive(Debug)]
pub(super) struct Numbers<'a> {
    pub names: &'a Names,
    pub cells: &'a BTreeSet<CellIndex>,
}

impl Numbers<'_> {
    /// The number that an attribute has for a name, or what is wrong with the name.
    pub fn value(&self, attribute: Attribute, named: &EntityUID) -> Result<i64, String> {
        let name: &str = named.eid().as_ref();
        let listed = match attribute {
            Attribute::Surface => return coded(name, Surface::named(name).map(|s| s as i64)),
            Attribute::Line => return coded(name, LineState::named(name).map(|s| s as i64)),
            Attribute::Evidence => return coded(name, Evidence::named(name).map(|s| s as i64)),
            Attribute::Plan => &self.names.plans,
            Attribute::UseClass => &self.names.use_classes,
            Attribute::ProtectedClass => &self.names.protected_classes,
            Attribute::Home => &self.names.territories,
            _ => return Err(format!("{named} where a number belongs")),
        };
        if name == NONE { Ok(-1) } else { number(listed, named).map(i64::from) }
    }

    /// The number of a territory.
    pub fn territory(&self, named: &EntityUID) -> Result<AreaNo, String> {
        number(&self.names.territories, named).map(AreaNo)
    }

    /// The number of a registry.
    pub fn registry(&self, named: &EntityUID) -> Result<RegistryNo, String> {
        if !is_of(named, "Registry") {
            return Err(format!("{named} is not a registry; only registries have terminals in them"));
        }
        number(&self.names.registries, named).map(RegistryNo)
    }

    /// The number of a cell, after the territories.
    pub fn cell(&self, named: &EntityUID) -> Result<AreaNo, String> {
        let cell = cell_of(named)?;
        let at = self.cells.iter().position(|&other| other == cell);
        let at = at.ok_or_else(|| format!("{named} was not counted"))?;
        Ok(AreaNo((self.names.territories.len() + at) as u16))
    }
}

/// True if an entity is of a type.
pub(super) fn is_of(named: &EntityUID, kind: &str) -> bool {
    named.entity_type().to_string() == kind
}

/// The cell that is meant.
pub(super) fn cell_of(named: &EntityUID) -> Result<CellIndex, String> {
    let text: &str = named.eid().as_ref();
    let cell = text.parse::<CellIndex>().ok().filter(|cell| cell.to_string() == text);
    let cell =
        cell.ok_or_else(|| format!("{named} is not an H3 cell; write its index as 15 lower-case digits"))?;
    if u8::from(cell.resolution()) > 5 {
        return Err(format!(
            "{named} is of resolution {}; cells of 0 to 5 can be told apart",
            cell.resolution()
        ));
    }
    Ok(cell)
}

fn coded(name: &str, code: Option<i64>) -> Result<i64, String> {
    code.ok_or_else(|| format!("{name:?} is not in the schema"))
}

fn number(listed: &BTreeSet<String>, named: &EntityUID) -> Result<u16, String> {
    let name: &str = named.eid().as_ref();
    if let Some(at) = listed.iter().position(|one| one == name) {
        return Ok(at as u16);
    }
    let mut known: Vec<&str> = listed.iter().map(String::as_str).collect();
    known.sort_by_key(|other| (differing(name, other), *other));
    known.truncate(5);
    let known = if known.is_empty() {
        "there are none".to_owned()
    } else {
        format!("the nearest are {}", known.join(", "))
    };
    Err(format!("{named} is not known; {known}"))
}

/// How many characters must be changed, added or left out to come from one name to the other (Levenshtein 1966).
fn differing(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, &other) in to.iter().enumerate() {
            let changed = corner + usize::from(letter != other);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn differences_between_names() {
        for (from, to, count) in [("", "", 0), ("a", "", 1), ("taiwan", "tiawan", 2), ("crimea", "krim", 3)] {
            assert_eq!(differing(from, to), count, "{from} {to}");
        }
    }
}
