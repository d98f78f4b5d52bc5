//! `--set lasers.pattern=none`: a scenario with one value changed, as text, so that results record what really ran.

use super::diagnostic::{ScenarioError, Source};
use super::document::Format;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Changes values in the text of a scenario. Each is `path=value`, the path with dots, entries of lists by their number as in
/// `constellation.shells[0].planes`, the value as in TOML; a word without quotes is taken as a string.
///
/// # Errors
/// When the text is no TOML, a path leads through something that is no table, or a list has no such entry.
pub fn apply(source: &Source, settings: &[String], format: &Format) -> Result<Source, ScenarioError> {
    let mut document: DocumentMut = source.text.parse().map_err(|error: toml_edit::TomlError| {
        source.fault(error.span().unwrap_or(0..0), error.message(), "here", "accepted: TOML 1.0")
    })?;
    for setting in settings {
        let made =
            split(setting).and_then(|(steps, value)| set(document.as_table_mut(), false, &steps, value));
        made.map_err(|wrong| {
            let help = wrong.help.unwrap_or_else(|| {
                format!("accepted: `--set table.key=value`, such as `--set {}`", format.setting)
            });
            let label = format!("in this {}", format.kind);
            source.fault(0..0, &format!("--set {setting}: {}", wrong.why), &label, &help)
        })?;
    }
    let name = format!("{} with --set {}", source.name, settings.join(" "));
    Ok(Source { name, text: document.to_string() })
}

/// Why a setting cannot be made, and what would do, if that is not a setting of another form.
struct Wrong {
    why: String,
    help: Option<String>,
}

impl From<&str> for Wrong {
    fn from(why: &str) -> Self {
        Self { why: why.to_owned(), help: None }
    }
}

/// One part of a path: a key, and the entry of the list that it holds.
struct Step<'a> {
    key: &'a str,
    entry: Option<usize>,
}

fn split(setting: &str) -> Result<(Vec<Step<'_>>, Value), Wrong> {
    let (path, text) = setting.split_once('=').ok_or("there is no `=`")?;
    let value = value(text.trim()).ok_or("this is no TOML value")?;
    let steps = path.split('.').map(|part| step(part.trim())).collect::<Result<_, _>>()?;
    Ok((steps, value))
}

fn step(part: &str) -> Result<Step<'_>, Wrong> {
    let (key, entry) = match part.split_once('[') {
        None => (part, None),
        Some((key, number)) => {
            let number = number.strip_suffix(']').and_then(|number| number.parse().ok());
            (key, Some(number.ok_or("an entry of a list goes by its number, as in `shells[0]`")?))
        }
    };
    if key.is_empty() { Err("there is no key".into()) } else { Ok(Step { key, entry }) }
}

fn set(table: &mut dyn TableLike, inline: bool, steps: &[Step<'_>], value: Value) -> Result<(), Wrong> {
    let Some((Step { key, entry }, rest)) = steps.split_first() else { return Ok(()) };
    let no_table =
        || Wrong::from(format!("`{}` is in no table", rest.first().map_or(*key, |r| r.key)).as_str());
    let Some(entry) = entry else {
        if rest.is_empty() {
            table.insert(key, Item::Value(value));
            return Ok(());
        }
        let item = table.entry(key).or_insert_with(|| {
            if inline { Item::Value(InlineTable::new().into()) } else { Item::Table(Table::new()) }
        });
        let inline = item.is_inline_table();
        return set(item.as_table_like_mut().ok_or_else(no_table)?, inline, rest, value);
    };
    let no_list = || Wrong {
        why: format!("there is no list `{key}` in it"),
        help: Some(
            "accepted: entries of lists that the file has, as in `constellation.shells[0].planes`".to_owned(),
        ),
    };
    let too_far = |length: usize| Wrong {
        why: format!("`{key}` has {length} entries, and `[{entry}]` is none of them"),
        help: Some(match length {
            0 => format!("accepted: nothing; `{key}` is empty"),
            _ => format!("accepted: `{key}[0]` to `{key}[{}]`", length - 1),
        }),
    };
    match table.get_mut(key).ok_or_else(no_list)? {
        Item::ArrayOfTables(list) => {
            let length = list.len();
            let found = list.get_mut(*entry).ok_or_else(|| too_far(length))?;
            if rest.is_empty() { Err(no_table()) } else { set(found, false, rest, value) }
        }
        Item::Value(Value::Array(list)) => {
            let length = list.len();
            let found = list.get_mut(*entry).ok_or_else(|| too_far(length))?;
            if rest.is_empty() {
                *found = value;
                return Ok(());
            }
            set(found.as_inline_table_mut().ok_or_else(no_table)?, true, rest, value)
        }
        _ => Err(no_list()),
    }
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
    fn entries_of_lists_go_by_their_number() {
        let text = "a = [1, 2]\nb = [{ c = 1 }]\n[[d.e]]\nf = 1\n[[d.e]]\nf = 2\n";
        let source = Source { name: "s".into(), text: text.into() };
        let settings = ["a[1]=5".into(), "b[0].c=6".into(), "d.e[1].f=7".into()];
        let changed = apply(&source, &settings, &FORMAT).unwrap().text;
        assert_eq!(changed, "a = [1, 5]\nb = [{ c = 6 }]\n[[d.e]]\nf = 1\n[[d.e]]\nf = 7\n");
        for (wrong, said) in [
            ("d.e[2].f=1", "`e` has 2 entries, and `[2]` is none of them"),
            ("d.g[0].f=1", "there is no list `g` in it"),
            ("d.e[x].f=1", "an entry of a list goes by its number"),
            ("d.e[0]=1", "`e` is in no table"),
        ] {
            let error = apply(&source, &[wrong.into()], &FORMAT).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
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
