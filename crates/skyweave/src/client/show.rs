//! What the server answered, for people or for programs.

use crate::say::say;
use crate::table::Table;
use serde_json::Value;
use skyweave_control::id::Kind;

/// Columns of a list of things.
const fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Organization => &["id", "name", "open"],
        Kind::Account => &["id", "name", "state", "organization", "parent"],
        Kind::Plan => &["id", "name", "down_kbit_s", "up_kbit_s", "priority", "offered"],
        Kind::ServiceLine => &["id", "name", "state", "account", "plan"],
        Kind::Terminal => &["id", "hardware_key", "state", "account", "line"],
        Kind::Registry => &["id", "name", "list", "in_force_since_s", "current"],
        Kind::BoundarySet => &["id", "dataset", "release", "worldview", "current"],
        Kind::Territory => &["id", "name", "disputed", "front_line", "current"],
        Kind::Restriction => &["id", "name", "enabled", "current"],
        Kind::ProtectedClass => &["id", "name", "protection", "current"],
        Kind::Incident => &["id", "terminal", "state", "finding.cause", "enforcement.stage"],
        Kind::Appeal => &["id", "incident", "terminal", "state"],
        Kind::Permit => &["id", "terminal", "until_s", "reason"],
    }
}

/// Shows a list. `total` is how many there are if the list was cut off.
pub fn list(kind: Kind, things: &[Value], total: Option<u64>, as_json: bool) {
    if as_json {
        say!("{}", Value::Array(things.to_vec()));
        return;
    }
    let columns = columns(kind);
    let mut table = Table::new(columns, columns.len());
    for thing in things {
        table.row(columns.iter().map(|path| cell(at(thing, path))).collect());
    }
    crate::say::write(format_args!("{}", table.lines()));
    say!("\n  {}", count(things.len() as u64, total));
}

fn count(shown: u64, total: Option<u64>) -> String {
    match total.filter(|total| *total > shown) {
        Some(total) => format!("{shown} of {total}"),
        None => format!("{shown} in all"),
    }
}

/// Shows one thing, or whatever else was answered.
pub fn thing(thing: &Value, as_json: bool) {
    if as_json {
        say!("{thing}");
        return;
    }
    let mut rows = Vec::new();
    flatten("", thing, &mut rows);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in rows {
        say!("  {name:width$}  {value}");
    }
}

fn at<'a>(thing: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(thing, |value, name| &value[name])
}

fn flatten(prefix: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let below = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| flatten(&below(name), value, rows)),
        Value::Array(values) if values.iter().any(Value::is_object) => {
            values
                .iter()
                .enumerate()
                .for_each(|(n, value)| flatten(&below(&(n + 1).to_string()), value, rows));
        }
        _ => rows.push((prefix.to_owned(), cell(value))),
    }
}

/// A value without its quotes. A text from elsewhere must not steer the terminal that it is shown on.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    text.chars()
        .flat_map(|letter| if letter.is_control() { letter.escape_default().collect() } else { vec![letter] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_of_others_steer_nothing() {
        assert_eq!(cell(&json!("\u{1b}[2J a")), "\\u{1b}[2J a");
        assert_eq!(cell(&json!(["a", 1])), "a, 1");
        assert_eq!(cell(&Value::Null), "-");
    }

    #[test]
    fn what_was_cut_off_is_not_all() {
        assert_eq!(count(2, Some(15_000)), "2 of 15000");
        assert_eq!((count(2, Some(2)), count(2, None)), ("2 in all".to_owned(), "2 in all".to_owned()));
    }

    #[test]
    fn inner_objects_are_shown_with_dots() {
        let mut rows = Vec::new();
        flatten("", &json!({ "a": { "b": 1 }, "c": [{ "d": 2 }] }), &mut rows);
        let expected =
            [("a.b", "1"), ("c.1.d", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(rows, expected);
    }
}
