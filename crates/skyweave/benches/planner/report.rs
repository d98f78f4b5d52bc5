//! The rows, who took part in which version, and who did not and why.

use miette::{IntoDiagnostic, Result, WrapErr};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A time: less is better.
    Ms,
    /// A time for each link: less is better.
    NsALink,
    /// A rate: more is better.
    MillionPerCpuSecond,
    /// A distance, for rows that compare answers and not speed.
    Metres,
    /// A share that is missing, for rows that compare answers.
    Percent,
    /// How many are served: more is better.
    Terminals,
}

/// One measured quantity beside a peer's.
pub struct Row {
    /// What was measured.
    pub name: String,
    /// Ours.
    pub ours: f64,
    /// The peer's name and value.
    pub peer: Option<(String, f64)>,
    /// Unit of both.
    pub unit: Unit,
}

/// Everything that a run found out.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    versions: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::NsALink => "ns/link",
            Self::MillionPerCpuSecond => "million propagations/CPU s",
            Self::Metres => "m",
            Self::Percent => "%",
            Self::Terminals => "terminals",
        }
    }

    /// How many times better ours is.
    fn ratio(self, ours: f64, peer: f64) -> Option<f64> {
        match self {
            Self::Ms | Self::NsALink => Some(peer / ours),
            Self::MillionPerCpuSecond | Self::Terminals => Some(ours / peer),
            Self::Metres | Self::Percent => None,
        }
    }
}

impl Report {
    /// Adds a row.
    pub fn row(&mut self, name: impl Into<String>, unit: Unit, ours: f64, peer: Option<(&str, f64)>) {
        let peer = peer.map(|(name, value)| (name.to_owned(), value));
        self.rows.push(Row { name: name.into(), ours, peer, unit });
    }

    /// Notes a peer's version.
    pub fn version(&mut self, peer: &str, version: Option<&str>) {
        if let Some(version) = version {
            self.versions.insert(peer.to_owned(), version.to_owned());
        }
    }

    /// Notes what was not measured.
    pub fn left_out(&mut self, rows: &str, peer: &str, why: &str) {
        self.note(&format!("{rows}: {peer} is left out: {why}"));
    }

    /// Notes what a reader of the rows should know.
    pub fn note(&mut self, note: &str) {
        println!("{note}");
        self.notes.push(note.to_owned());
    }

    /// Prints the rows.
    pub fn show(&self) {
        for row in &self.rows {
            print!("{:<80} {:>11.4} {}", row.name, row.ours, row.unit.name());
            if let Some((peer, value)) = &row.peer {
                print!("; {peer} {value:.4}");
                if let Some(ratio) = row.unit.ratio(row.ours, *value) {
                    print!(", {ratio:.2} times");
                }
            }
            println!();
        }
    }

    /// Writes the rows to a file, and versions and notes to `FILE` with the ending `.about.json`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let rows: Vec<Value> = self.rows.iter().map(Row::value).collect();
        let about = json!({ "versions": self.versions, "notes": self.notes });
        for (path, value) in
            [(path.to_owned(), Value::from(rows)), (path.with_extension("about.json"), about)]
        {
            std::fs::write(&path, format!("{value:#}\n"))
                .into_diagnostic()
                .wrap_err_with(|| path.display().to_string())?;
        }
        Ok(())
    }
}

impl Row {
    fn value(&self) -> Value {
        let (peer, value) = self.peer.as_ref().map(|(name, value)| (name.as_str(), *value)).unzip();
        json!({
            "name": self.name, "ours": self.ours, "peer": peer, "peer_value": value, "unit": self.unit.name(),
            "ratio": value.and_then(|value| self.unit.ratio(self.ours, value)),
        })
    }
}
