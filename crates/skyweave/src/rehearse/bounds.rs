//! What figures of a rehearsal may be: no file takes all memory, or time without end.

use super::format::{AllowList, Diverted, FORMAT, Positions, Rehearsal};
use skyweave_io::scenario::{ACCEPTED_NAME, ScenarioError, Source, name_fault};

/// A figure of a table: where it stands, its value, and the least and greatest that is accepted.
type Bound<T> = (&'static str, fn(&T) -> f64, (f64, f64));

/// So many terminals take some 100 MB.
const TERMINALS: (f64, f64) = (0.0, 200_000.0);
/// Terminals with holders and keys: so many take some 200 MB.
const DELIVERED: (f64, f64) = (0.0, 100_000.0);
const SHARE: (f64, f64) = (0.0, 1.0);
/// Days of a leap year: nothing is watched for longer.
const DAYS: (f64, f64) = (1.0, 366.0);
const TIME_S: (f64, f64) = (0.0, 366.0 * 86_400.0);
const LOOKS: (f64, f64) = (0.0, 1e6);
const CERTAINTY: (f64, f64) = (0.0, 65_536.0);
const METRES: (f64, f64) = (0.0, 1e7);

/// So often a month may be watched anew.
const MOST_POSITIONS: usize = 16;
/// From one position to the next, s: from a minute to a day.
const INTERVAL_S: std::ops::RangeInclusive<i64> = 60..=86_400;
/// Positions of all terminals in all: minutes on two cores.
const MOST_FIXES: f64 = 1e9;

/// The figures of `[diverted]`. The front keeps away from the poles and from longitude 180, where metres east are no degrees.
const DIVERTED: [Bound<Diverted>; 27] = [
    ("days", |d| f64::from(d.days), DAYS),
    ("front.latitude_deg", |d| d.front.latitude_deg, (-60.0, 60.0)),
    ("front.longitude_deg", |d| d.front.longitude_deg, (-170.0, 170.0)),
    ("terminals.home", |d| f64::from(d.terminals.home), TERMINALS),
    ("terminals.border_dwellers", |d| f64::from(d.terminals.border_dwellers), TERMINALS),
    ("terminals.diverted", |d| f64::from(d.terminals.diverted), TERMINALS),
    ("terminals.visitors", |d| f64::from(d.terminals.visitors), TERMINALS),
    ("terminals.commuters", |d| f64::from(d.terminals.commuters), TERMINALS),
    ("rule.look_s", |d| d.rule.look_s as f64, (60.0, 86_400.0)),
    ("rule.most_fixes_a_look", |d| d.rule.most_fixes_a_look as f64, (1.0, 1_000.0)),
    ("rule.longest_look_s", |d| d.rule.longest_look_s as f64, (60.0, 864_000.0)),
    ("rule.outside_65536", |d| f64::from(d.rule.outside_65536), CERTAINTY),
    ("rule.inside_65536", |d| f64::from(d.rule.inside_65536), CERTAINTY),
    ("rule.deep_error_m", |d| f64::from(d.rule.deep_error_m), METRES),
    ("rule.inside_weight", |d| d.rule.inside_weight as f64, (0.0, 1_000.0)),
    ("rule.diverted_deep_s", |d| d.rule.diverted_deep_s as f64, TIME_S),
    ("rule.diverted_s", |d| d.rule.diverted_s as f64, TIME_S),
    ("rule.diverted_span_s", |d| d.rule.diverted_span_s as f64, TIME_S),
    ("rule.diverted_looks", |d| f64::from(d.rule.diverted_looks), LOOKS),
    ("rule.roaming_s", |d| d.rule.roaming_s as f64, TIME_S),
    ("rule.roaming_looks", |d| f64::from(d.rule.roaming_looks), LOOKS),
    ("rule.flips", |d| f64::from(d.rule.flips), (1.0, 1_000.0)),
    ("rule.flips_span_s", |d| d.rule.flips_span_s as f64, TIME_S),
    ("rule.back_s", |d| d.rule.back_s as f64, TIME_S),
    ("rule.back_looks", |d| f64::from(d.rule.back_looks), LOOKS),
    ("rule.doubt_s", |d| d.rule.doubt_s as f64, TIME_S),
    ("rule.near_m", |d| f64::from(d.rule.near_m), METRES),
];

/// The figures of `[allow_list]`.
const ALLOW_LIST: [Bound<AllowList>; 7] = [
    ("rightful", |l| f64::from(l.rightful), (1.0, DELIVERED.1)),
    ("missing_share", |l| l.missing_share, SHARE),
    ("forgotten_share", |l| l.forgotten_share, SHARE),
    ("mistyped_share", |l| l.mistyped_share, SHARE),
    ("wrongful", |l| f64::from(l.wrongful), DELIVERED),
    ("operators", |l| f64::from(l.operators), (1.0, 10_000.0)),
    ("donors", |l| f64::from(l.donors), (1.0, 10_000.0)),
];

/// What a file asks for.
pub enum Task {
    /// See [`Diverted`]; and of each kind of positions, the time from one to the next, s.
    Diverted(Diverted, Vec<i64>),
    /// See [`AllowList`].
    AllowList(AllowList),
}

/// The one table that a file has, within its bounds.
///
/// # Errors
/// The first fault found.
pub fn task(rehearsal: &Rehearsal, source: &Source) -> Result<Task, ScenarioError> {
    if let Some(wrong) = name_fault(&rehearsal.name) {
        return Err(source.fault(source.span_of(&["name"]), wrong, "here", ACCEPTED_NAME));
    }
    let accepted = "accepted: one of the tables `[diverted]` and `[allow_list]`";
    match (&rehearsal.diverted, &rehearsal.allow_list) {
        (Some(diverted), None) => {
            figures("diverted", diverted, &DIVERTED, source)?;
            let intervals_s = together(diverted, source)?;
            Ok(Task::Diverted(diverted.clone(), intervals_s))
        }
        (None, Some(list)) => {
            figures("allow_list", list, &ALLOW_LIST, source)?;
            shares(list, source)?;
            Ok(Task::AllowList(*list))
        }
        (Some(_), Some(_)) => {
            let both = "`[diverted]` and `[allow_list]` in one file";
            Err(source.fault(source.span_of(&["allow_list"]), both, "the second one is here", accepted))
        }
        (None, None) => {
            let message = format!("the {} does not say what is rehearsed", FORMAT.kind);
            Err(source.fault(0..0, &message, "in this file", accepted))
        }
    }
}

fn figures<T>(table: &str, values: &T, bounds: &[Bound<T>], source: &Source) -> Result<(), ScenarioError> {
    for (path, value, accepted) in bounds {
        let keys: Vec<&str> = std::iter::once(table).chain(path.split('.')).collect();
        source.in_range(&keys, value(values), *accepted)?;
    }
    Ok(())
}

/// What must fit together among the figures of `[diverted]`. Gives the time from one position to the next, of each kind, s.
fn together(diverted: &Diverted, source: &Source) -> Result<Vec<i64>, ScenarioError> {
    let fault = |keys: &[&str], found: &str, accepted: &str| {
        Err(source.fault(source.span_of(keys), found, "here", accepted))
    };
    let terminals = diverted.terminals.all();
    if !(1..=TERMINALS.1 as u64).contains(&terminals) {
        let found = format!("diverted.terminals are {terminals} in all");
        return fault(&["diverted", "terminals"], &found, "accepted: 1 to 200000 in all");
    }
    let rows = diverted.positions.len();
    if !(1..=MOST_POSITIONS).contains(&rows) {
        let found = format!("{rows} kinds of positions");
        return fault(
            &["diverted", "positions"],
            &found,
            "accepted: 1 to 16, such as `positions = [{ noise = \"jammed\", every = \"1h\" }]`",
        );
    }
    let mut intervals_s = Vec::new();
    let mut fixes = 0.0;
    for (row, positions) in diverted.positions.iter().enumerate() {
        let Some(interval_s) = interval_s(positions) else {
            let found = format!("positions every `{}`", positions.every);
            return fault(
                &["diverted", "positions", &row.to_string(), "every"],
                &found,
                "accepted: whole seconds from `1min` to `1d`, such as `10min` or `6h`",
            );
        };
        intervals_s.push(interval_s);
        fixes += terminals as f64 * f64::from(diverted.days) * 86_400.0 / interval_s as f64;
    }
    if fixes > MOST_FIXES {
        let found = format!("{fixes:.0} positions of all terminals in all");
        return fault(
            &["diverted"],
            &found,
            "accepted: up to 1000000000; fewer terminals, fewer days or rarer positions",
        );
    }
    let rule = &diverted.rule;
    if rule.outside_65536 >= rule.inside_65536 {
        let found = format!(
            "diverted.rule: outside up to {} and inside from {} on",
            rule.outside_65536, rule.inside_65536
        );
        return fault(
            &["diverted", "rule"],
            &found,
            "accepted: `outside_65536` less than `inside_65536`; what is between says nothing",
        );
    }
    Ok(intervals_s)
}

/// From one position to the next, s; none if that is not accepted.
fn interval_s(positions: &Positions) -> Option<i64> {
    positions.interval_s().filter(|interval_s| INTERVAL_S.contains(interval_s))
}

fn shares(list: &AllowList, source: &Source) -> Result<(), ScenarioError> {
    let sum = list.forgotten_share + list.mistyped_share;
    if sum > 1.0 {
        return Err(source.fault(
            source.span_of(&["allow_list"]),
            &format!("allow_list.forgotten_share and mistyped_share are {sum} together"),
            "here",
            "accepted: up to 1; the rest are those of small holders",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row of the documentation whose first cell has this name.
    fn row<'a>(page: &'a str, name: &str) -> &'a str {
        let beginning = format!("| `{name}` |");
        page.lines().find(|line| line.starts_with(&beginning)).unwrap_or_else(|| panic!("{name}"))
    }

    #[test]
    fn the_page_says_what_is_accepted() {
        let page = include_str!("../../../../docs/rehearse.md");
        let bounds = DIVERTED.map(|(path, _, accepted)| (path, accepted)).into_iter();
        for (path, (least, greatest)) in bounds.chain(ALLOW_LIST.map(|(path, _, accepted)| (path, accepted)))
        {
            let row = row(page, path.rsplit('.').next().unwrap());
            assert!(
                row.ends_with(&format!("| {least} to {greatest} |")),
                "{path}: {least} to {greatest}: {row}"
            );
        }
    }

    #[test]
    fn the_page_has_every_field() {
        let page = include_str!("../../../../docs/rehearse.md");
        let schema = schemars::schema_for!(Rehearsal).to_value();
        let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        let mut fields = 0;
        for name in tables.filter_map(|table| table["properties"].as_object()).flat_map(|p| p.keys()) {
            // tables have sections of their own
            assert!(page.contains(&format!("`{name}`")) || page.contains(&format!("`[{name}]`")), "{name}");
            fields += 1;
        }
        assert!(fields > 40, "{fields}");
    }
}
