//! Filters of terminals as questions to a store. Both mean the same, which a test checks.

use crate::store::{Column, Condition};
use skyweave_control::fleet::search::{self, Filter, Pattern, Term};

/// Where the resolution stands in an H3 index, bits.
const RESOLUTION_SHIFT: u32 = 52;
/// Resolution of the cells where terminals are seen.
const SEEN_RESOLUTION: u64 = 5;

/// The conditions that mean the same as a filter.
#[must_use]
pub fn of_filter(filter: &Filter) -> Vec<Condition> {
    filter.terms.iter().map(of_term).collect()
}

fn of_term(term: &Term) -> Condition {
    let condition = of_condition(&term.condition);
    if term.negated { Condition::Not(Box::new(condition)) } else { condition }
}

fn of_condition(condition: &search::Condition) -> Condition {
    use search::Condition as Of;
    match condition {
        Of::Text(texts) => Condition::Any(texts.iter().map(|text| mentioned(text)).collect()),
        Of::Key(patterns) => fits(Column::NaturalKey, patterns),
        Of::Serial(patterns) => fits(Column::Serial, patterns),
        Of::Tag(tags) => Condition::Any(tags.iter().map(|tag| Condition::Tagged(tag.clone())).collect()),
        Of::State(states) => is(Column::State, states.iter().map(|state| state.name())),
        Of::Account(ids) => is(Column::Account, ids),
        Of::Under(ids) => Condition::Below(Column::Account, ids.iter().map(ToString::to_string).collect()),
        Of::Owner(ids) => is(Column::Owner, ids),
        Of::Donor(ids) => is(Column::Donor, ids),
        Of::Operator(ids) => is(Column::Operator, ids),
        Of::Line(ids) => is(Column::Line, ids),
        Of::Plan(ids) => of_line(is(Column::Plan, ids)),
        Of::HomeTerritory(names) => of_line(is(Column::Territory, names)),
        Of::Territory(names) => Condition::SeenIn(names.clone()),
        Of::Cell(cells) => Condition::Any(cells.iter().map(|cell| within(*cell)).collect()),
        Of::Incident(causes) => incident(is(Column::Cause, causes.iter().map(|cause| cause.name()))),
        Of::AnyIncident => incident(Condition::All(Vec::new())),
        Of::SeenSince(time) => Condition::SeenSince(time.0),
        Of::SeenBefore(time) => Condition::SeenBefore(time.0),
        Of::NeverSeen => Condition::Not(Box::new(Condition::Seen)),
    }
}

fn is<T: ToString>(column: Column, values: impl IntoIterator<Item = T>) -> Condition {
    Condition::Is(column, values.into_iter().map(|value| value.to_string()).collect())
}

fn of_line(condition: Condition) -> Condition {
    Condition::Through(Column::Line, "service_line", Box::new(condition))
}

fn incident(condition: Condition) -> Condition {
    Condition::HasLive("incident", Box::new(condition))
}

fn fits(column: Column, patterns: &[Pattern]) -> Condition {
    let one = |pattern: &Pattern| match pattern {
        Pattern::Whole(text) => Condition::Is(column, vec![text.clone()]),
        Pattern::Begins(text) => Condition::Begins(column, text.clone()),
    };
    Condition::Any(patterns.iter().map(one).collect())
}

/// In what is the terminal's own, or in the names of what it belongs to.
fn mentioned(text: &str) -> Condition {
    let text = text.to_ascii_lowercase();
    let named = |column, kind| Condition::Through(column, kind, Box::new(Condition::Mentions(text.clone())));
    Condition::Any(vec![
        Condition::Mentions(text.clone()),
        named(Column::Account, "account"),
        named(Column::Line, "service_line"),
        named(Column::Owner, "organization"),
        named(Column::Donor, "organization"),
        named(Column::Operator, "organization"),
    ])
}

/// Cells of resolution 5 within a cell have its digits, and any further ones: a range of numbers.
fn within(cell: u64) -> Condition {
    let resolution = cell >> RESOLUTION_SHIFT & 15;
    let further = (1_u64 << (3 * (15 - resolution))) - 1;
    let as_seen = cell & !(15 << RESOLUTION_SHIFT) | SEEN_RESOLUTION << RESOLUTION_SHIFT;
    Condition::SeenInCells((as_seen & !further) as i64, (as_seen | further) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_within_a_cell_are_a_range() {
        // from the H3 library: 85283473fffffff has the parents 8428347ffffffff and 832834fffffffff
        let seen = 0x0852_8347_3fff_ffff_i64;
        for (cell, inside) in [
            (0x0852_8347_3fff_ffff, true),
            (0x0842_8347_ffff_ffff, true),
            (0x0832_834f_ffff_ffff, true),
            (0x0842_8349_ffff_ffff, false),
            (0x0852_8347_7fff_ffff, false),
        ] {
            let Condition::SeenInCells(from, until) = within(cell) else { panic!() };
            assert_eq!((from..=until).contains(&seen), inside, "{cell:x}");
        }
    }
}
