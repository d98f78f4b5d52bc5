//! A scenario with values varied: every combination is a point, and all points together are one table.

use miette::{Diagnostic, Result, miette};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skyweave_io::results::VariedColumn;
use skyweave_io::scenario;
use skyweave_proof::hex;
use std::io;
use std::path::Path;

/// More points than this are a slip of the finger.
const MOST_POINTS: usize = 100_000;

/// A value of the scenario, and what it is in turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variation {
    /// Where it is in the scenario, as for `--set`.
    pub path: String,
    /// Its values, as they were written.
    pub values: Vec<String>,
}

const ACCEPTED: &str = "accepted: `--vary PATH=VALUE,VALUE,...`, such as `--vary lasers.pattern=grid,none` or \
                        `--vary constellation.shells[0].planes=36,72,144`";

impl Variation {
    /// Reads `PATH=VALUE,VALUE,...`. Commas within brackets and quotes belong to a value.
    ///
    /// # Errors
    /// It has another form, or no value, or one of them twice.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| miette!(help = ACCEPTED, "--vary {text}: {why}");
        let (path, values) = text.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
        let values = split(values).ok_or_else(|| wrong("a bracket or a quote is not closed"))?;
        if values.iter().any(String::is_empty) {
            return Err(wrong("a value is empty"));
        }
        let twice = values.iter().enumerate().find(|(index, value)| values[..*index].contains(value));
        if let Some((_, value)) = twice {
            return Err(wrong(&format!("`{value}` is there twice")));
        }
        Ok(Self { path: path.trim().to_owned(), values })
    }
}

fn split(text: &str) -> Option<Vec<String>> {
    let (mut values, mut depth, mut quote) = (vec![String::new()], 0_i32, None);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(mark), _) if mark == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        values.last_mut()?.push(letter);
    }
    let values = values.into_iter().map(|value| value.trim().to_owned());
    (depth == 0 && quote.is_none()).then(|| values.collect())
}

/// One combination: the settings of each value, in the order in which they were named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Its number, from 0.
    pub number: u32,
    /// `PATH=VALUE`, as for `--set`.
    pub settings: Vec<String>,
}

/// Every combination; the value that was named last changes fastest.
///
/// # Errors
/// Nothing is varied, a path is named twice, or there are too many points.
pub fn points(variations: &[Variation]) -> Result<Vec<Point>> {
    if variations.is_empty() {
        return Err(miette!(help = ACCEPTED, "nothing is varied"));
    }
    let again = |(index, one): &(usize, &Variation)| variations[..*index].iter().any(|b| b.path == one.path);
    if let Some((_, one)) = variations.iter().enumerate().find(again) {
        return Err(miette!(
            help = "accepted: each path once, with all its values",
            "`{}` is varied twice",
            one.path
        ));
    }
    let count = variations.iter().try_fold(1_usize, |count, one| count.checked_mul(one.values.len()));
    let count = count.filter(|count| *count <= MOST_POINTS).ok_or_else(|| {
        miette!(help = format!("accepted: up to {MOST_POINTS} points"), "there are too many combinations")
    })?;
    Ok((0..count).map(|number| point(variations, number)).collect())
}

fn point(variations: &[Variation], number: usize) -> Point {
    let mut left = number;
    let mut settings: Vec<String> = variations
        .iter()
        .rev()
        .map(|one| {
            let value = &one.values[left % one.values.len()];
            left /= one.values.len();
            format!("{}={value}", one.path)
        })
        .collect();
    settings.reverse();
    Point { number: number as u32, settings }
}

/// The columns of what is varied, for as many points as there are.
#[must_use]
pub fn columns(variations: &[Variation], points: &[Point]) -> Vec<VariedColumn> {
    let column = |(index, one): (usize, &Variation)| {
        let value = |point: &Point| point.settings[index][one.path.len() + 1..].to_owned();
        VariedColumn { path: one.path.clone(), values: points.iter().map(value).collect() }
    };
    variations.iter().enumerate().map(column).collect()
}

/// Looks at each value once, before anything is planned: whether the scenario has its path, and whether it can be there.
///
/// # Errors
/// The first that cannot, in the words of the scenario's format.
pub fn check(scenario: &Path, settings: &[String], variations: &[Variation]) -> Result<()> {
    for one in variations {
        for value in &one.values {
            let mut settings = settings.to_vec();
            settings.push(format!("{}={value}", one.path));
            scenario::read(scenario, &settings)?;
        }
    }
    Ok(())
}

/// What a folder of a sweep is: `sweep.json`. A sweep goes on in a folder whose file says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepFile {
    /// Always `skyweave sweep`.
    pub program: String,
    /// Version of the program.
    pub skyweave_version: String,
    /// SHA-256 of the program's file, hexadecimal: points of two builds are not mixed.
    pub program_sha256: String,
    /// SHA-256 of the scenario's text with what is set for all points, hexadecimal.
    pub scenario_sha256: String,
    /// What is varied.
    pub vary: Vec<Variation>,
}

/// Why the folder of one sweep cannot hold another.
#[derive(Debug, Diagnostic)]
#[diagnostic(help("name another folder, or remove this one to begin again"))]
struct Differs(String);

impl std::fmt::Display for Differs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Differs {}

impl SweepFile {
    /// Its name in the folder.
    pub const NAME: &'static str = "sweep.json";

    /// The file of a sweep that begins, by this program.
    #[must_use]
    pub fn of(program: &[u8], scenario_text: &str, variations: &[Variation]) -> Self {
        let sha256 = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        Self {
            program: "skyweave sweep".to_owned(),
            skyweave_version: env!("CARGO_PKG_VERSION").to_owned(),
            program_sha256: sha256(program),
            scenario_sha256: sha256(scenario_text.as_bytes()),
            vary: variations.to_vec(),
        }
    }

    /// Takes a folder: an empty one, or that of the same sweep.
    ///
    /// # Errors
    /// It holds something else, or a sweep of another scenario, of another program, or of other values.
    pub fn take(&self, folder: &Path) -> Result<()> {
        let path = folder.join(Self::NAME);
        let unusable =
            |action: &str, error: io::Error| miette!("cannot {action} {}: {error}", path.display());
        match std::fs::read(&path) {
            Ok(bytes) => self.same(folder, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let is_empty = folder.read_dir().map_or(true, |mut entries| entries.next().is_none());
                if !is_empty {
                    return Err(Differs(format!(
                        "the folder {} holds something that is no sweep",
                        folder.display()
                    ))
                    .into());
                }
                std::fs::create_dir_all(folder).map_err(|error| unusable("write", error))?;
                let text = serde_json::to_string_pretty(self).map_err(|error| miette!("{error}"))?;
                skyweave_io::results::write_whole(&path, text.as_bytes())?;
                Ok(())
            }
            Err(error) => Err(unusable("read", error)),
        }
    }

    fn same(&self, folder: &Path, bytes: &[u8]) -> Result<()> {
        let there: Self = serde_json::from_slice(bytes).map_err(|error| {
            Differs(format!("{} in {} is damaged: {error}", Self::NAME, folder.display()))
        })?;
        let other = [
            (there.program != self.program, "is of another program"),
            (there.scenario_sha256 != self.scenario_sha256, "has another scenario"),
            (there.vary != self.vary, "varies other values"),
            (
                (&there.skyweave_version, &there.program_sha256)
                    != (&self.skyweave_version, &self.program_sha256),
                "was begun by another build of the program",
            ),
        ];
        match other.iter().find(|(differs, _)| *differs) {
            Some((_, why)) => Err(Differs(format!("the sweep in {} {why}", folder.display())).into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_a_point_and_the_last_changes_fastest() {
        let variations = ["lasers.pattern=grid,none", "a[0].b=1, 2,3", "c=[1, 2],\"x,y\""]
            .map(|text| Variation::parse(text).unwrap());
        let points = points(&variations).unwrap();
        assert_eq!(points.len(), 12);
        assert_eq!(points[0].settings, ["lasers.pattern=grid", "a[0].b=1", "c=[1, 2]"]);
        assert_eq!(points[1].settings, ["lasers.pattern=grid", "a[0].b=1", "c=\"x,y\""]);
        assert_eq!(points[2].settings[1], "a[0].b=2");
        assert_eq!(points[11].settings, ["lasers.pattern=none", "a[0].b=3", "c=\"x,y\""]);
        let columns = columns(&variations, &points);
        assert_eq!(columns[1].path, "a[0].b");
        assert_eq!(columns[1].values[..4], ["1", "1", "2", "2"]);
    }

    #[test]
    fn what_is_no_variation_is_refused_with_what_would_do() {
        for (wrong, why) in [
            ("lasers.pattern", "there is no `=`"),
            ("a=", "a value is empty"),
            ("a=1,,2", "a value is empty"),
            ("a=[1,2", "is not closed"),
            ("a=1,2,1", "`1` is there twice"),
        ] {
            let error = Variation::parse(wrong).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.help().unwrap().to_string().contains("--vary lasers.pattern=grid,none"));
        }
        let one = Variation::parse("a=1,2").unwrap();
        assert!(points(&[one.clone(), one]).unwrap_err().to_string().contains("varied twice"));
        assert!(points(&[]).is_err());
        let many = Variation { path: "a".into(), values: (0..400).map(|n| n.to_string()).collect() };
        let other = Variation { path: "b".into(), ..many.clone() };
        assert!(points(&[many, other]).unwrap_err().to_string().contains("too many"));
    }
}
