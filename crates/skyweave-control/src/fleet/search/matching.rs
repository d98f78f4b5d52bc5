//! What a filter means.

use super::{Condition, Filter, Pattern, Row, Term};

/// Where the resolution stands in an H3 index, and how wide it is.
const RESOLUTION_SHIFT: u32 = 52;
/// Bits of one digit of an H3 index; unused ones are all set.
const DIGIT_BITS: u64 = 3;
/// Digits of an H3 index.
const DIGITS: u64 = 15;

impl Filter {
    /// Whether a terminal is among those searched for.
    #[must_use]
    pub fn matches(&self, row: &Row) -> bool {
        self.terms.iter().all(|term| term.matches(row))
    }
}

impl Term {
    fn matches(&self, row: &Row) -> bool {
        self.condition.holds(row) != self.negated
    }
}

fn one_of<T: PartialEq>(wanted: &[T], found: Option<&T>) -> bool {
    found.is_some_and(|found| wanted.contains(found))
}

impl Condition {
    fn holds(&self, row: &Row) -> bool {
        let terminal = &row.terminal;
        let holders = &terminal.holders;
        match self {
            Self::Text(wanted) => {
                let texts: Vec<&str> = texts(row).collect();
                wanted.iter().any(|wanted| texts.iter().any(|text| contains(text, wanted)))
            }
            Self::Key(patterns) => patterns.iter().any(|p| p.fits(terminal.hardware_key.as_str())),
            Self::Serial(patterns) => {
                terminal.serial.as_ref().is_some_and(|serial| patterns.iter().any(|p| p.fits(serial)))
            }
            Self::Tag(wanted) => wanted.iter().any(|tag| terminal.tags.contains(tag)),
            Self::State(wanted) => wanted.contains(&terminal.state),
            Self::Account(wanted) => one_of(wanted, terminal.account.as_ref()),
            Self::Under(wanted) => row.accounts.iter().any(|account| wanted.contains(account)),
            Self::Owner(wanted) => one_of(wanted, holders.owner.as_ref()),
            Self::Donor(wanted) => one_of(wanted, holders.donor.as_ref()),
            Self::Operator(wanted) => one_of(wanted, holders.operator.as_ref()),
            Self::Line(wanted) => one_of(wanted, terminal.line.as_ref()),
            Self::Plan(wanted) => one_of(wanted, row.plan.as_ref()),
            Self::HomeTerritory(wanted) => one_of(wanted, row.home_territory.as_ref()),
            Self::Territory(wanted) => {
                one_of(wanted, row.seen.as_ref().and_then(|seen| seen.territory.as_ref()))
            }
            Self::Cell(wanted) => {
                row.seen.as_ref().is_some_and(|seen| wanted.iter().any(|cell| lies_in(seen.cell, *cell)))
            }
            Self::Incident(wanted) => row.incidents.iter().any(|cause| wanted.contains(cause)),
            Self::AnyIncident => !row.incidents.is_empty(),
            Self::SeenSince(time) => row.seen.as_ref().is_some_and(|seen| seen.at >= *time),
            Self::SeenBefore(time) => row.seen.as_ref().is_some_and(|seen| seen.at < *time),
            Self::NeverSeen => row.seen.is_none(),
        }
    }
}

impl Pattern {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Whole(wanted) => text == wanted,
            Self::Begins(beginning) => text.starts_with(beginning),
        }
    }
}

fn texts(row: &Row) -> impl Iterator<Item = &str> {
    let terminal = &row.terminal;
    let own = [terminal.serial.as_ref(), terminal.model.as_ref(), terminal.note.as_ref()];
    let named = [row.account_name.as_ref(), row.line_name.as_ref()];
    std::iter::once(terminal.hardware_key.as_str())
        .chain(own.into_iter().chain(named).flatten().map(String::as_str))
        .chain(terminal.tags.iter().chain(&row.holder_names).map(String::as_str))
}

/// ASCII letters count as equal in both cases.
fn contains(text: &str, wanted: &str) -> bool {
    text.to_ascii_lowercase().contains(&wanted.to_ascii_lowercase())
}

/// Whether an H3 cell is this one, or lies in it: then its index is the same up to the coarser one's last digit.
fn lies_in(cell: u64, coarse: u64) -> bool {
    let resolution = |index: u64| index >> RESOLUTION_SHIFT & 15;
    if resolution(cell) < resolution(coarse) {
        return false;
    }
    let unused = DIGIT_BITS * (DIGITS - resolution(coarse));
    let digits = (1_u64 << unused) - 1;
    let resolutions = 15 << RESOLUTION_SHIFT;
    (cell | digits) & !resolutions == (coarse | digits) & !resolutions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lie_in_those_around_them() {
        // from the H3 library: 85283473fffffff (resolution 5) has the parents 8428347ffffffff (4) and 832834fffffffff (3)
        let cell = 0x0852_8347_3fff_ffff;
        for (coarse, inside) in [
            (0x0852_8347_3fff_ffff, true),
            (0x0842_8347_ffff_ffff, true),
            (0x0832_834f_ffff_ffff, true),
            (0x0842_8349_ffff_ffff, false),
            (0x0852_8347_7fff_ffff, false),
        ] {
            assert_eq!(lies_in(cell, coarse), inside, "{coarse:x}");
        }
        assert!(!lies_in(0x0842_8347_ffff_ffff, cell));
    }
}
