//! What was lowered when, and when it is too much.

use super::{Place, Tally};
use crate::json::{Fields, Malformed, Value};
use crate::keys::{Bound, DAY_S, HOUR_S};
use crate::{UtcTime, hex, unhex};
use std::collections::BTreeMap;
use std::fmt;

/// Times are kept by quarters of a day.
const QUARTER_S: u64 = 6 * HOUR_S;
/// One more than a day has, since the current one has only begun.
const DAY_QUARTERS: u64 = DAY_S / QUARTER_S + 1;
const MONTH_QUARTERS: u64 = 30 * DAY_S / QUARTER_S + 1;
/// No bundle tells of more.
const MOST_ENTRIES: usize = 512;

/// What was lowered, by time and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(u64, Place), Tally>);

/// More was lowered than may be without an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// Where.
    pub place: Place,
    /// Within how many days.
    pub days: u64,
    /// How many terminals.
    pub lowered: u64,
    /// How many may be.
    pub most: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, days, lowered, most } = self;
        write!(
            f,
            "{lowered} terminals of {place} lowered within {days} days without an order, of at most {most}"
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("the fleet"),
            Self::Territory(key) => write!(f, "territory {key:016x}"),
            Self::Cell(cell) => write!(f, "cell {cell:015x}"),
        }
    }
}

impl Ledger {
    /// Enters what was lowered at a time.
    pub fn enter(&mut self, time: UtcTime, tallies: &BTreeMap<Place, Tally>) {
        for (place, tally) in tallies {
            let entry = self.0.entry((time.0 / QUARTER_S, *place)).or_default();
            entry.lowered += tally.lowered;
            entry.of = entry.of.max(tally.of);
        }
    }

    /// Without what is older than a month.
    #[must_use]
    pub fn since_a_month(mut self, now: UtcTime) -> Self {
        self.0.retain(|(quarter, _), _| now.0 / QUARTER_S < quarter + MONTH_QUARTERS);
        self
    }

    /// What bundles tell: without cells.
    #[must_use]
    pub fn published(&self) -> Self {
        let is_coarse = |(_, place): &&(u64, Place)| !matches!(place, Place::Cell(_));
        Self(self.0.iter().filter(|(key, _)| is_coarse(key)).map(|(key, tally)| (*key, *tally)).collect())
    }

    /// Whether it tells of everything that another does: nothing is forgotten.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(key, tally)| self.0.get(key).is_some_and(|own| own.lowered >= tally.lowered))
    }

    /// Whether it is short enough for a bundle.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.len() <= MOST_ENTRIES
    }

    /// The first place where too much was lowered, within a day or a month before `now`.
    ///
    /// Shares are of the most terminals that were served there in that time: who deletes rows does not make the rest weigh less.
    #[must_use]
    pub fn excess(&self, bound: &Bound, now: UtcTime) -> Option<Excess> {
        let windows =
            [(1, DAY_QUARTERS, bound.permille_in_day), (30, MONTH_QUARTERS, bound.permille_in_month)];
        windows.into_iter().find_map(|(days, quarters, permille)| {
            let mut sums: BTreeMap<Place, Tally> = BTreeMap::new();
            for ((quarter, place), tally) in &self.0 {
                if now.0 / QUARTER_S < quarter + quarters {
                    let sum = sums.entry(*place).or_default();
                    sum.lowered = sum.lowered.saturating_add(tally.lowered);
                    sum.of = sum.of.max(tally.of);
                }
            }
            sums.into_iter().find_map(|(place, Tally { lowered, of })| {
                let share = of.saturating_mul(permille) / 1_000;
                let most = match place {
                    Place::Fleet if days == 1 => share.min(bound.terminals_in_day),
                    _ => share,
                };
                let most = most.max(bound.few);
                (lowered > most).then_some(Excess { place, days, lowered, most })
            })
        })
    }

    /// A list of quarters of days, places and tallies.
    #[must_use]
    pub fn write(&self) -> Value {
        Value::list(&self.0, |((quarter, place), tally)| {
            let place = match place {
                Place::Fleet => "fleet".to_owned(),
                Place::Territory(key) => hex(&key.to_be_bytes()),
                Place::Cell(cell) => format!("cell/{}", hex(&cell.to_be_bytes())),
            };
            let number = |number: u64| Value::Number(number);
            Value::List(vec![number(*quarter), Value::text(place), number(tally.lowered), number(tally.of)])
        })
    }

    /// Of what [`Self::write`] gives.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(fields: &mut Fields, name: &str) -> Result<Self, Malformed> {
        let entries = fields.list(name, |value, place| {
            let wrong = || Malformed::new(place.clone(), "[quarter, place, lowered, of] is needed");
            let Value::List(items) = value else { return Err(wrong()) };
            let [Value::Number(quarter), Value::Text(at), Value::Number(lowered), Value::Number(of)] =
                &items[..]
            else {
                return Err(wrong());
            };
            let key =
                |text: &str| unhex(text).and_then(|bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)));
            let at = match at.strip_prefix("cell/") {
                Some(cell) => key(cell).map(Place::Cell),
                None if at == "fleet" => Some(Place::Fleet),
                None => key(at).map(Place::Territory),
            };
            Ok(((*quarter, at.ok_or_else(wrong)?), Tally { lowered: *lowered, of: *of }))
        })?;
        let is_ordered = entries.is_sorted_by(|a, b| a.0 < b.0);
        let is_ordered = is_ordered.then(|| Self(entries.into_iter().collect()));
        is_ordered.ok_or_else(|| fields.wrong(name, "the entries are not in order, each once"))
    }
}
