//! What a run found out, as the part of BENCHMARKS.md that nobody writes by hand.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use crate::provenance::Machine;

const MARKER: &str = "<!-- generated below by cargo xtask bench -->";
/// Peers that are crates, whose versions Cargo.lock has: what rows call them, and the package.
const CRATES: [(&str, &str); 3] = [("sgp4 crate", "sgp4"), ("petgraph", "petgraph"), ("rstar", "rstar")];

/// A table of the report.
struct Section {
    title: &'static str,
    /// How the names of its rows begin.
    prefix: &'static str,
}

const SECTIONS: [Section; 9] = [
    Section { title: "SGP4", prefix: "sgp4:" },
    Section { title: "SGP4: how far apart the answers are", prefix: "sgp4 accuracy:" },
    Section { title: "Visibility", prefix: "visibility" },
    Section { title: "Forwarding", prefix: "forwarding" },
    Section { title: "Rating a link", prefix: "radio:" },
    Section { title: "How far from the best choice of satellites", prefix: "optimum gap:" },
    Section { title: "The best choice of satellites", prefix: "optimum:" },
    Section { title: "The whole slot", prefix: "slot:" },
    Section { title: "Where the time of a slot goes", prefix: "slot stages:" },
];

/// One measured quantity; values are medians.
#[derive(Deserialize)]
pub struct Row {
    name: String,
    ours: f64,
    /// The program compared with, where there is one.
    peer: Option<String>,
    peer_value: Option<f64>,
    unit: String,
    ratio: Option<f64>,
}

/// Who took part, and what a reader should know.
#[derive(Deserialize)]
pub struct About {
    versions: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl About {
    /// Adds the versions of the peers that are crates, where rows name them.
    pub fn add_crates(&mut self, rows: &[Row], lock: &str) {
        for (peer, package) in CRATES {
            let took_part = rows.iter().any(|row| row.peer.as_deref() == Some(peer));
            if let Some(version) = newest(lock, package).filter(|_| took_part) {
                self.versions.insert(peer.to_owned(), version.to_owned());
            }
        }
    }
}

/// The version of a package in a lock file; of several the last, which is the newest and the one benched.
fn newest<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let after = lock.lines().zip(lock.lines().skip(1)).filter(|(line, _)| *line == name);
    after.last()?.1.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The whole generated part.
pub fn render(rows: &[Row], about: &About, machine: &Machine, date: &str, commit: &str) -> String {
    let memory = machine.memory_bytes.map_or_else(|| "unknown".to_owned(), gibibytes);
    let peers: Vec<String> =
        about.versions.iter().map(|(peer, version)| format!("{peer} {version}")).collect();
    let mut text = format!(
        "\
- processor: {}, {} threads
- memory: {memory}
- compiler: {}
- peers: {}
- date: {date}
- commit: {commit}
- command: `cargo xtask bench`
",
        machine.cpu,
        machine.cores,
        machine.rustc,
        if peers.is_empty() { "none".to_owned() } else { peers.join(", ") },
    );
    for note in &about.notes {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- note: {note}");
    }
    text.push_str("\nValues are medians.\n");
    for section in &SECTIONS {
        let of_section: Vec<&Row> = rows.iter().filter(|row| row.name.starts_with(section.prefix)).collect();
        if !of_section.is_empty() {
            let _ = write!(text, "\n## {}\n\n{}", section.title, table(&of_section));
        }
    }
    let other = |row: &&Row| !SECTIONS.iter().any(|section| row.name.starts_with(section.prefix));
    let others: Vec<&Row> = rows.iter().filter(other).collect();
    if !others.is_empty() {
        let _ = write!(text, "\n## More\n\n{}", table(&others));
    }
    text
}

fn table(rows: &[&Row]) -> String {
    let mut text =
        "| what | ours | peer's | unit | ratio | peer |\n|---|---:|---:|---|---:|---|\n".to_owned();
    for row in rows {
        let [ours, theirs, ratio] = [Some(row.ours), row.peer_value, row.ratio].map(significant);
        let peer = row.peer.as_deref().unwrap_or("-");
        let _ = writeln!(text, "| {} | {ours} | {theirs} | {} | {ratio} | {peer} |", row.name, row.unit);
    }
    text
}

/// Four significant digits, and never an exponent.
fn significant(value: Option<f64>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    let magnitude = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    let decimals = (3.0 - magnitude).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// The page with a new generated part.
pub fn below_marker(before: &str, generated: &str) -> String {
    let by_hand = before.split(MARKER).next().unwrap_or_default().trim_end();
    format!("{by_hand}\n\n{MARKER}\n\n{generated}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hand_written_text_stays_and_old_results_go() {
        let before = format!("# Benchmarks\n\nRead with care.\n\n{MARKER}\n\nold table\n");
        let after = below_marker(&before, "new table\n");
        assert_eq!(after, before.replace("old", "new"));
        assert_eq!(below_marker(&after, "new table\n"), after);
        assert_eq!(below_marker("# B\n", "t\n"), format!("# B\n\n{MARKER}\n\nt\n"));
    }

    #[test]
    fn the_table_names_machine_and_peers_and_holds_every_row() {
        let json = r#"[
            {"name": "slot: one", "ours": 0.1234567, "peer": "rstar", "peer_value": 12.0, "unit": "s", "ratio": 97.2},
            {"name": "memory", "ours": 512, "peer": null, "peer_value": null, "unit": "MB", "ratio": null}
        ]"#;
        let rows: Vec<Row> = serde_json::from_str(json).unwrap();
        let mut about: About =
            serde_json::from_str(r#"{"versions": {"P": "1.2"}, "notes": ["Q is left out"]}"#).unwrap();
        let lock = "name = \"rstar\"\nversion = \"0.12.2\"\n\nname = \"rstar\"\nversion = \"0.14.0\"\n";
        about.add_crates(&rows, &format!("{lock}name = \"sgp4\"\nversion = \"2.4.0\"\n"));
        let machine = Machine {
            cpu: "Quick 9000".into(),
            cores: 2,
            memory_bytes: Some(8 << 30),
            rustc: "rustc 1.95.0".into(),
        };
        let text = render(&rows, &about, &machine, "2026-01-02", "abc1234");
        assert!(text.contains("- processor: Quick 9000, 2 threads\n- memory: 8.0 GiB\n"), "{text}");
        assert!(text.contains("- peers: P 1.2, rstar 0.14.0\n"), "{text}");
        assert!(text.contains("- note: Q is left out\n"), "{text}");
        assert!(text.contains("| slot: one | 0.1235 | 12.00 | s | 97.20 | rstar |\n"), "{text}");
        assert!(text.contains("| memory | 512.0 | - | MB | - | - |\n"), "{text}");
    }

    #[test]
    fn digits() {
        let shown = [0.0, 1.0, 0.000_123_456, 99_999.5, -2.5].map(|value| significant(Some(value)));
        assert_eq!(shown, ["0.000", "1.000", "0.0001235", "100000", "-2.500"]);
    }
}
