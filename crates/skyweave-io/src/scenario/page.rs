//! `docs/scenario.md`, made from the format itself.

use super::format::{Feeder, Scenario};
use super::limits::{LIMITS, Limit};
use serde_json::{Map, Value};
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Scenarios

<!-- Made from crates/skyweave-io/src/scenario. Do not edit: change the documentation there. -->

A scenario is one TOML file: a world, a time window, and what fails, recovers or changes. `skyweave run FILE` plans it.
Nothing is guessed and nothing is repaired: an unknown field, a figure out of range or an event that changes nothing is an
error that names the line, what was found and what is accepted. `skyweave schema` prints the JSON Schema, which is also in
`scenarios/scenario.schema.json`; editors check files against it that begin with `#:schema scenario.schema.json`.

Units are in the names of the fields. Latitudes are north positive, longitudes east positive, on WGS84. Paths are relative
to the scenario file. Where a default is a figure, its source stands beside it: a filing, the press, a measurement of public
data, or an assumption of ours. `--set PATH=VALUE` changes one value for one run, such as `--set lasers.pattern=none`.

## Example

```toml
";

const AFTER_EXAMPLE: &str = "```

Files of gateways and PoPs (`ground.gateways`, `ground.pops`) are CSV with a heading, GeoJSON points, or JSON lists of objects
with `name` (PoPs: `code`), `latitude_deg`, `longitude_deg`, and if known `city`, `antennas`, `min_elevation_deg` and `status`;
rows whose status is `planned` are left out and counted.

A polygon's edges are straight in longitude and latitude. One that crosses longitude 180 is cut there, into two areas or into
a GeoJSON MultiPolygon (RFC 7946, section 3.1.9).
";

const DEFAULT_BANDS: &str = "
## Bands of feeder links

What `feeder.bands` holds where a scenario writes none. Frequencies are those of filings; all other figures are assumptions.

```toml
";

/// A scenario that shows most of the format; a test reads it.
const EXAMPLE: &str = include_str!("example.toml");

/// A table of the format: a definition of the schema, and the places where it stands.
struct Section {
    definition: String,
    /// The paths that its fields are named by in [`LIMITS`].
    paths: Vec<String>,
    headings: Vec<String>,
}

/// The page that documents scenarios, in Markdown.
#[must_use]
pub fn page() -> String {
    let schema = schemars::schema_for!(Scenario).to_value();
    let sections = sections(&schema);
    let mut text = format!("{INTRODUCTION}{EXAMPLE}{AFTER_EXAMPLE}");
    for section in &sections {
        let table = definition(&schema, &section.definition);
        // writing to a text cannot fail
        let _ = write!(text, "\n## {}\n\n{}\n\n", section.headings.join(", "), paragraphs(table));
        text.push_str("| field | type | default | meaning |\n|---|---|---|---|\n");
        for (name, field) in fields(table) {
            let limit = limit(section, name);
            let accepted = limit.map_or_else(String::new, |limit| {
                let (least, greatest) = limit.accepted;
                format!(" Accepted: {least} to {greatest}.")
            });
            let required = required(table).any(|needed| needed == name);
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} | {}{accepted} |",
                kind(&schema, field, &sections),
                default(field, required),
                meaning(field)
            );
        }
    }
    let _ = writeln!(text, "{DEFAULT_BANDS}{}```", default_bands());
    text
}

/// The limit of a field.
fn limit(section: &Section, name: &str) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| section.paths.iter().any(|path| limit.field() == joined(path, name)))
}

/// The bands of feeder links that are there by default, as a scenario would write them.
fn default_bands() -> String {
    #[derive(serde::Serialize)]
    struct Bands {
        feeder: Feeder,
    }
    // what is read from TOML can be written as TOML; a test reads it back
    toml::to_string(&Bands { feeder: Feeder::default() }).unwrap_or_default()
}

/// All tables, each once, each followed by those within it.
fn sections(schema: &Value) -> Vec<Section> {
    let top = Section {
        definition: String::new(),
        paths: vec![String::new()],
        headings: vec!["Top level".to_owned()],
    };
    let mut sections = Vec::new();
    add(top, schema, &mut sections);
    sections
}

fn add(section: Section, schema: &Value, sections: &mut Vec<Section>) {
    let (path, table) = (section.paths[0].clone(), definition(schema, &section.definition));
    sections.push(section);
    for (name, field) in fields(table) {
        let Some((target, is_list)) = table_of(schema, field) else { continue };
        let path = joined(&path, name);
        let heading = if is_list { format!("`[[{path}]]`") } else { format!("`[{path}]`") };
        match sections.iter_mut().find(|section| section.definition == target) {
            Some(known) => {
                known.headings.push(heading);
                known.paths.push(path);
            }
            None => {
                add(
                    Section { definition: target, paths: vec![path], headings: vec![heading] },
                    schema,
                    sections,
                );
            }
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A definition by name; the whole for the empty name.
fn definition<'a>(schema: &'a Value, name: &str) -> &'a Value {
    if name.is_empty() { schema } else { &schema["$defs"][name] }
}

fn required(table: &Value) -> impl Iterator<Item = &str> {
    table["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The fields of a table: those that must be there first, in the order of the format.
fn fields(table: &Value) -> Vec<(&str, &Value)> {
    let all = table["properties"].as_object().into_iter().flat_map(Map::keys);
    let needed: Vec<&str> = required(table).collect();
    let first = needed.iter().map(|name| (*name, &table["properties"][*name]));
    let names: Vec<&String> = all.filter(|name| !needed.contains(&name.as_str())).collect();
    first.chain(names.into_iter().map(|name| (name.as_str(), &table["properties"][name.as_str()]))).collect()
}

/// What a field refers to, a null aside.
fn reference(field: &Value) -> Option<&str> {
    let direct = field["$ref"].as_str();
    let optional = || field["anyOf"].as_array()?.iter().find_map(|choice| choice["$ref"].as_str());
    direct.or_else(optional)?.strip_prefix("#/$defs/")
}

/// The table that a field holds, and whether it holds several.
fn table_of(schema: &Value, field: &Value) -> Option<(String, bool)> {
    let (target, is_list) = match reference(field) {
        Some(target) => (target, false),
        None => (reference(&field["items"])?, true),
    };
    definition(schema, target)["properties"].is_object().then(|| (target.to_owned(), is_list))
}

fn kind(schema: &Value, field: &Value, sections: &[Section]) -> String {
    if let Some(target) = reference(field) {
        let section = sections.iter().find(|section| section.definition == target);
        return match section {
            Some(section) => format!("[table](#{})", anchor(&section.headings.join(", "))),
            None => choices(definition(schema, target)),
        };
    }
    let named = match &field["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        name => name.as_str(),
    };
    match named {
        Some("array") => {
            let one = kind(schema, &field["items"], sections);
            match field["maxItems"].as_u64() {
                Some(2) => format!("pair of {}", plural(&one)),
                _ => format!("list of {}", plural(&one)),
            }
        }
        Some("object") => {
            format!("table of {}", plural(&kind(schema, &field["additionalProperties"], sections)))
        }
        Some("number") => "number".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        other => other.unwrap_or("value").to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "string" | "number" => format!("{kind}s"),
        table if table.starts_with("[table]") => table.replacen("[table]", "[tables]", 1),
        pairs => pairs.replacen("pair of", "pairs of", 1),
    }
}

/// The anchor that Markdown renderers make of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The words of a choice, each with what it means.
fn choices(definition: &Value) -> String {
    let words = definition["oneOf"].as_array().into_iter().flatten();
    let explained: Vec<String> = words
        .filter_map(|word| {
            Some(format!("`\"{}\"` ({})", word["const"].as_str()?, meaning(word).trim_end_matches('.')))
        })
        .collect();
    explained.join("; ")
}

fn default(field: &Value, required: bool) -> String {
    match &field["default"] {
        _ if required => "required".to_owned(),
        Value::Null => "none".to_owned(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) if list.iter().all(Value::is_object) => entries(list),
        Value::Object(_) => String::new(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap_or(0.0);
            format!("{}", (value * 1e4).round() / 1e4)
        }
        other => format!("`{other}`"),
    }
}

/// The entries of a list of tables: their names, or else what they say.
fn entries(list: &[Value]) -> String {
    let entry = |value: &Value| {
        if let Some(name) = value["name"].as_str() {
            return format!("`\"{name}\"`");
        }
        let fields = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let fields: Vec<String> = fields.map(|(name, value)| format!("{name} = {value}")).collect();
        format!("`{{ {} }}`", fields.join(", "))
    };
    list.iter().map(entry).collect::<Vec<String>>().join(", ")
}

fn paragraphs(table: &Value) -> &str {
    table["description"].as_str().unwrap_or_default()
}

fn meaning(field: &Value) -> String {
    field["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Source, prepare};
    use std::path::Path;

    #[test]
    fn the_example_is_a_scenario() {
        let source = Source { name: "example.toml".to_owned(), text: EXAMPLE.to_owned() };
        let prepared = prepare(&source, Path::new(".")).unwrap();
        assert_eq!((prepared.world.terminals.len(), prepared.world.timeline.events.len()), (3, 1));
    }

    #[test]
    fn every_limit_is_of_a_field_and_is_documented() {
        let page = page();
        let schema = schemars::schema_for!(Scenario).to_value();
        let sections = sections(&schema);
        for limit in &LIMITS {
            let field = limit.field();
            let (path, name) = field.rsplit_once('.').unwrap();
            let section = sections.iter().find(|section| section.paths.iter().any(|p| p == path)).unwrap();
            let table = definition(&schema, &section.definition);
            assert!(table["properties"][name].is_object(), "{field}");
            // where tables are alike, so are their limits
            assert_eq!(super::limit(section, name).unwrap().accepted, limit.accepted, "{field}");
        }
        let documented = sections.iter().flat_map(|section| {
            let table = definition(&schema, &section.definition);
            fields(table).into_iter().filter(|(name, _)| limit(section, name).is_some())
        });
        assert_eq!(page.matches(" Accepted: ").count(), documented.count());
    }

    #[test]
    fn the_default_bands_are_those_of_a_scenario_without_any() {
        let bands = default_bands();
        let with = format!("{EXAMPLE}\n{bands}");
        let read = |text: &str| {
            let source = Source { name: "example.toml".to_owned(), text: text.to_owned() };
            prepare(&source, Path::new(".")).unwrap().world.rules
        };
        assert_eq!(read(&with).feeder, read(EXAMPLE).feeder);
        assert!(bands.contains("[[feeder.bands]]"));
    }
}
