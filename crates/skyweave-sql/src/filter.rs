//! Which filters of a query are pushed down, and what they make of a request. What is pushed down is exact: nobody filters again.

use crate::request::Request;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator};
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_io::results::UtcMs;
use std::collections::BTreeSet;

/// A filter that a request can take in.
#[derive(Debug, Clone, PartialEq)]
enum Taken {
    /// Slots from the first to the second, which is not among them.
    Slots(i64, i64),
    /// Names in the column of sites or places, or of satellites.
    Names { column: String, names: BTreeSet<String> },
}

/// True if the request can take the filter in.
pub(crate) fn can_take(request: &Request, filter: &Expr) -> bool {
    taken(request, filter).is_some()
}

/// Takes a filter in; what cannot be is left to others.
pub(crate) fn take(request: &mut Request, filter: &Expr) {
    match taken(request, filter) {
        Some(Taken::Slots(from, until)) => {
            request.from = request.from.max(from);
            request.until = request.until.min(until);
        }
        Some(Taken::Names { column, names }) => {
            let mine = if column == "satellite" && request.function.has_satellites() {
                &mut request.satellites
            } else {
                &mut request.names
            };
            *mine = Some(match mine.take() {
                None => names,
                Some(there) => there.intersection(&names).cloned().collect(),
            });
        }
        None => {}
    }
}

fn taken(request: &Request, filter: &Expr) -> Option<Taken> {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (Taken::Names { column, mut names }, Taken::Names { column: other, names: more }) =
                (taken(request, left)?, taken(request, right)?)
            else {
                return None;
            };
            names.extend(more);
            (column == other).then_some(Taken::Names { column, names })
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            let (Taken::Slots(from, until), Taken::Slots(begins, ends)) =
                (taken(request, left)?, taken(request, right)?)
            else {
                return None;
            };
            Some(Taken::Slots(from.max(begins), until.min(ends)))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (column(left), column(right)) {
            (Some(name), None) => compared(request, name, *op, value(right)?),
            (None, Some(name)) => compared(request, name, op.swap()?, value(left)?),
            _ => None,
        },
        Expr::Between(Between { expr, negated: false, low, high }) => {
            let name = column(expr)?;
            let (Taken::Slots(from, _), Taken::Slots(_, until)) = (
                compared(request, name, Operator::GtEq, value(low)?)?,
                compared(request, name, Operator::LtEq, value(high)?)?,
            ) else {
                return None;
            };
            Some(Taken::Slots(from, until))
        }
        Expr::InList(list) if !list.negated => {
            let name = column(&list.expr)?;
            let names = list.list.iter().map(|one| text(value(one)?)).collect::<Option<BTreeSet<_>>>()?;
            is_key(request, name).then(|| Taken::Names { column: name.to_owned(), names })
        }
        _ => None,
    }
}

fn compared(request: &Request, name: &str, op: Operator, value: &ScalarValue) -> Option<Taken> {
    if op == Operator::Eq && is_key(request, name) {
        return Some(Taken::Names { column: name.to_owned(), names: BTreeSet::from([text(value)?]) });
    }
    // the first slot that is not before the value, and the first that is after it
    let (not_before, after) = match (name, value) {
        ("slot", ScalarValue::Int64(Some(slot))) => (*slot, slot.checked_add(1)?),
        ("time", ScalarValue::TimestampMillisecond(Some(ms), _)) => around(i128::from(*ms) * 1_000_000)?,
        ("time", ScalarValue::TimestampSecond(Some(s), _)) => around(i128::from(*s) * 1_000_000_000)?,
        ("time", ScalarValue::TimestampMicrosecond(Some(us), _)) => around(i128::from(*us) * 1_000)?,
        ("time", ScalarValue::TimestampNanosecond(Some(ns), _)) => around(i128::from(*ns))?,
        _ => return None,
    };
    match op {
        Operator::Eq => Some(Taken::Slots(not_before, after)),
        Operator::GtEq => Some(Taken::Slots(not_before, i64::MAX)),
        Operator::Gt => Some(Taken::Slots(after, i64::MAX)),
        Operator::Lt => Some(Taken::Slots(i64::MIN, not_before)),
        Operator::LtEq => Some(Taken::Slots(i64::MIN, after)),
        _ => None,
    }
}

/// The first slot whose time is not before an instant, and the first whose time is after it; Unix nanoseconds.
fn around(at_ns: i128) -> Option<(i64, i64)> {
    /// 1980 to 2199, in which slots are known.
    const KNOWN_MS: std::ops::Range<i64> = 315_964_800_000..7_258_118_400_000;
    let at_ms = i64::try_from(at_ns.div_euclid(1_000_000)).ok().filter(|ms| KNOWN_MS.contains(ms))?;
    let time_ns = |slot: i64| i128::from(UtcMs::of_slot(SlotNo(slot)).0) * 1_000_000;
    let near = SlotNo::containing(hifitime::Epoch::from_unix_milliseconds(at_ms as f64)).0 - 60 / SLOT_S;
    let first = (near..near + 16).find(|slot| time_ns(*slot) >= at_ns)?;
    let after = (first..first + 2).find(|slot| time_ns(*slot) > at_ns)?;
    Some((first, after))
}

fn is_key(request: &Request, name: &str) -> bool {
    request.function.key() == Some(name) || (name == "satellite" && request.function.has_satellites())
}

/// The column of an expression, also where it is cast to be compared.
fn column(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Column(column) => Some(&column.name),
        Expr::Cast(cast) if !matches!(&*cast.expr, Expr::Column(c) if c.name == "time" || c.name == "slot") => {
            column(&cast.expr)
        }
        _ => None,
    }
}

fn value(expression: &Expr) -> Option<&ScalarValue> {
    match expression {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    }
}

fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Utf8(name) | ScalarValue::Utf8View(name) | ScalarValue::LargeUtf8(name) => name.clone(),
        ScalarValue::Dictionary(_, inner) => text(inner),
        _ => None,
    }
}
