//! What may be said to a table function: names, then times, then a step. All of it may be left out from the end.

use crate::QueryError;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use hifitime::Epoch;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_io::scenario::{parse_duration, parse_instant};

/// A literal of SQL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    Text(String),
    Number(f64),
    /// `NULL`: as if it were left out, so that a later one can be said.
    Nothing,
}

/// The arguments of a call, in the order in which they are taken.
pub(crate) struct Arguments<'a> {
    /// How the function is called, for errors.
    signature: &'a str,
    left: std::collections::VecDeque<Argument>,
}

impl<'a> Arguments<'a> {
    pub fn of(signature: &'a str, expressions: &[Expr]) -> Result<Self, QueryError> {
        let left = expressions.iter().map(|expression| {
            literal(expression).ok_or_else(|| {
                QueryError::new(format!("`{expression}` is no literal")).help(format!("as in: {signature}"))
            })
        });
        Ok(Self { signature, left: left.collect::<Result<_, _>>()? })
    }

    /// The next one, if it is a name: a text that is neither a time nor a step.
    pub fn name(&mut self) -> Option<String> {
        let Some(Argument::Text(text)) = self.left.front() else {
            self.skip_nothing();
            return None;
        };
        if parse_instant(text).is_some() || parse_duration(text).is_some() {
            return None;
        }
        let name = text.clone();
        self.left.pop_front();
        Some(name)
    }

    /// The next one, if it is a time.
    pub fn instant(&mut self) -> Option<Epoch> {
        let Some(Argument::Text(text)) = self.left.front() else {
            self.skip_nothing();
            return None;
        };
        let instant = parse_instant(text)?;
        self.left.pop_front();
        Some(instant)
    }

    /// The next one, if it is a step, as a number of slots.
    pub fn step(&mut self) -> Result<Option<i64>, QueryError> {
        let Some(Argument::Text(text)) = self.left.front() else {
            self.skip_nothing();
            return Ok(None);
        };
        let Some(step) = parse_duration(text) else { return Ok(None) };
        let slots = step.to_seconds() / SLOT_S as f64;
        if slots < 1.0 || slots.fract() != 0.0 {
            let what = format!("a step of `{text}` is not a multiple of {SLOT_S} s");
            return Err(QueryError::new(what)
                .help(format!("the network is planned in slots of {SLOT_S} s, such as `1min`")));
        }
        self.left.pop_front();
        Ok(Some(slots as i64))
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), QueryError> {
        match self.left.iter().find(|argument| **argument != Argument::Nothing) {
            None => Ok(()),
            Some(argument) => {
                let found = match argument {
                    Argument::Text(text) => format!("'{text}'"),
                    Argument::Number(number) => number.to_string(),
                    Argument::Nothing => "NULL".to_owned(),
                };
                Err(QueryError::new(format!("{found} is not what is expected there")).help(format!(
                    "as in: {}; times are ISO 8601 in UTC, such as '2026-05-20T12:00:00Z', steps such as '1min'",
                    self.signature
                )))
            }
        }
    }

    fn skip_nothing(&mut self) {
        if self.left.front() == Some(&Argument::Nothing) {
            self.left.pop_front();
        }
    }
}

/// The slots between two times, within those of a scenario.
pub(crate) fn window(
    from: Option<Epoch>,
    until: Option<Epoch>,
    (first, end): (i64, i64),
) -> Result<(i64, i64), QueryError> {
    let of = |instant: Option<Epoch>, default: i64| instant.map_or(default, |at| SlotNo::not_before(at).0);
    let (begins, ends) = (of(from, first), of(until, end));
    if begins < first || ends > end || begins > ends {
        let at = |slot: i64| skyweave_io::results::UtcMs::of_slot(SlotNo(slot));
        let what = format!("{} to {} is not within the scenario's time", at(begins), at(ends));
        return Err(QueryError::new(what).help(format!("the scenario plans {} to {}", at(first), at(end))));
    }
    Ok((begins, ends))
}

fn literal(expression: &Expr) -> Option<Argument> {
    match expression {
        Expr::Literal(value, _) => scalar(value),
        Expr::Negative(inner) => match literal(inner)? {
            Argument::Number(number) => Some(Argument::Number(-number)),
            _ => None,
        },
        Expr::Cast(cast) => literal(&cast.expr),
        Expr::Alias(alias) => literal(&alias.expr),
        _ => None,
    }
}

fn scalar(value: &ScalarValue) -> Option<Argument> {
    if value.is_null() {
        return Some(Argument::Nothing);
    }
    match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)) => Some(Argument::Text(text.clone())),
        ScalarValue::Int64(Some(number)) => Some(Argument::Number(*number as f64)),
        ScalarValue::UInt64(Some(number)) => Some(Argument::Number(*number as f64)),
        ScalarValue::Float64(Some(number)) => Some(Argument::Number(*number)),
        ScalarValue::Decimal128(Some(number), _, scale) => {
            Some(Argument::Number(*number as f64 / 10_f64.powi(i32::from(*scale))))
        }
        _ => None,
    }
}
