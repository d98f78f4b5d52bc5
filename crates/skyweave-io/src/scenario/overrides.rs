//! `--set lasers.pattern=none`: a scenario with one value changed, as text, so that results record what really ran.

use super::diagnostic::{ScenarioError, Source};
use super::document::Format;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

/// Changes values in the text of a scenario. Each is `path=value`, the path with dots, the value as in TOML; a word
/// without quotes is taken as a string.
///
/// # Errors
/// When the text is no TOML or a path leads through something that is no table.
pub fn apply(source: &Source, settings: &[String], format: &Format) -> Result<Source, ScenarioError> {
    let mut document: DocumentMut = source.text.parse().map_err(|error: toml_edit::TomlError| {
        source.fault(error.span().unwrap_or(0..0), error.message(), "here", "accepted: TOML 1.0")
    })?;
    for setting in settings {
        let wrong = |why: &str| {
            source.fault(
                0..0,
                &format!("--set {setting}: {why}"),
                &format!("in this {}", format.kind),
                &format!("accepted: `--set table.key=value`, such as `--set {}`", format.setting),
            )
        };
        let (path, text) = setting.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
        let value = value(text.trim()).ok_or_else(|| wrong("this is no TOML value"))?;
        let mut keys: Vec<&str> = path.split('.').map(str::trim).collect();
        let last = keys.pop().filter(|key| !key.is_empty()).ok_or_else(|| wrong("there is no key"))?;
        let mut table: &mut Item = document.as_item_mut();
        for key in keys {
            let inline = table.is_inline_table();
            let parent =
                table.as_table_like_mut().ok_or_else(|| wrong(&format!("`{key}` is in no table")))?;
            table = parent.entry(key).or_insert_with(|| {
                if inline { Item::Value(InlineTable::new().into()) } else { Item::Table(Table::new()) }
            });
        }
        table
            .as_table_like_mut()
            .ok_or_else(|| wrong(&format!("`{last}` is in no table")))?
            .insert(last, Item::Value(value));
    }
    let name = format!("{} with --set {}", source.name, settings.join(" "));
    Ok(Source { name, text: document.to_string() })
}

/// A value as in TOML, or a word without quotes. Instants are strings in scenarios.
fn value(text: &str) -> Option<Value> {
    match text.parse::<Value>() {
        Ok(value) if !value.is_datetime() => Some(value),
        Err(_) if text.starts_with(['"', '\'', '[', '{']) => None,
        _ => Some(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::FORMAT;
    use super::*;

    #[test]
    fn values_are_replaced_and_added() {
        let source = Source { name: "s".into(), text: "a = 1\n[lasers]\npattern = \"grid\"\n".into() };
        let changed = apply(
            &source,
            &["lasers.pattern=none".into(), "time.duration=5min".into(), "a=2".into()],
            &FORMAT,
        );
        let text = changed.unwrap().text;
        assert!(
            text.contains("pattern = \"none\"")
                && text.contains("duration = \"5min\"")
                && text.contains("a = 2")
        );
        for wrong in ["a.b=1", "nothing", "=1", "lasers.=1", "a.=", "a=[1", "a='x"] {
            assert!(apply(&source, &[wrong.into()], &FORMAT).is_err(), "{wrong}");
        }
    }

    #[test]
    fn instants_become_strings_and_inline_tables_grow() {
        let source = Source { name: "s".into(), text: "a = {}\n".into() };
        let settings = ["a.b.c = 5".into(), "time.start=2026-05-20T12:00:00Z".into()];
        let text = apply(&source, &settings, &FORMAT).unwrap().text;
        assert_eq!(text, "a = { b = { c = 5 } }\n\n[time]\nstart = \"2026-05-20T12:00:00Z\"\n");
    }
}
