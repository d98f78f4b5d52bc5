//! `cargo xtask bench`: measures, and writes BENCHMARKS.md below what people wrote in it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Deserialize;

use crate::command::CommandLine;
use crate::provenance::{self, Machine};

const REPORT: &str = "BENCHMARKS.md";
const RESULTS: &str = "target/bench/results.json";
const COMMAND: &str = "cargo bench --workspace --bench planner -- --json";
const MARKER: &str = "<!-- generated below by cargo xtask bench -->";

/// One measured quantity; values are medians.
#[derive(Deserialize)]
struct Row {
    name: String,
    ours: f64,
    /// The program compared with, where there is one.
    peer: Option<String>,
    peer_value: Option<f64>,
    unit: String,
    ratio: Option<f64>,
}

/// Measures everything and rewrites the report; with a filter, measures a part and only shows it.
pub fn bench(root: &Path, filter: Option<&str>) -> Result<()> {
    let rows = measure(root, filter)?;
    let generated = render(&rows, &Machine::here(root), &provenance::today(), &provenance::commit(root));
    println!("{generated}");
    if filter.is_some() {
        println!("{REPORT} is unchanged: this was a part.");
        return Ok(());
    }
    let path = root.join(REPORT);
    let before = if path.exists() {
        fs::read_to_string(&path).into_diagnostic().wrap_err(REPORT)?
    } else {
        "# Benchmarks\n".to_owned()
    };
    fs::write(&path, below_marker(&before, &generated)).into_diagnostic().wrap_err(REPORT)
}

fn measure(root: &Path, filter: Option<&str>) -> Result<Vec<Row>> {
    // `cargo bench` runs in the folder of the benched crate, so the path must not be relative.
    let results = root.join(RESULTS);
    if let Some(folder) = results.parent() {
        fs::create_dir_all(folder).into_diagnostic()?;
    }
    // What an earlier run left must not pass for what this one measured.
    if results.exists() {
        fs::remove_file(&results).into_diagnostic()?;
    }
    let command = CommandLine::new(COMMAND).word(&results.to_string_lossy());
    let command = filter.into_iter().fold(command, CommandLine::word);
    if !command.run(root)? {
        return Err(miette!("`{command}` failed"));
    }
    let json = fs::read_to_string(&results).into_diagnostic().wrap_err(RESULTS)?;
    let rows: Vec<Row> = serde_json::from_str(&json).into_diagnostic().wrap_err(RESULTS)?;
    if rows.is_empty() {
        return Err(miette!("{RESULTS} holds no rows: nothing was measured"));
    }
    Ok(rows)
}

fn render(rows: &[Row], machine: &Machine, date: &str, commit: &str) -> String {
    let memory = machine.memory_bytes.map_or_else(|| "unknown".to_owned(), gibibytes);
    let mut text = format!(
        "\
- processor: {}, {} threads
- memory: {memory}
- compiler: {}
- date: {date}
- commit: {commit}
- command: `cargo xtask bench`

Values are medians.

| what | ours | peer's | unit | ratio | peer |
|---|---:|---:|---|---:|---|
",
        machine.cpu, machine.cores, machine.rustc,
    );
    for row in rows {
        let [ours, theirs, ratio] = [Some(row.ours), row.peer_value, row.ratio].map(significant);
        let peer = row.peer.as_deref().unwrap_or("-");
        // Writing to a String cannot fail.
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

fn below_marker(before: &str, generated: &str) -> String {
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
    fn the_table_names_the_machine_and_holds_every_row() {
        let json = r#"[
            {"name": "one slot", "ours": 0.1234567, "peer": "P 1.2", "peer_value": 12.0, "unit": "s", "ratio": 97.2},
            {"name": "memory", "ours": 512, "peer": null, "peer_value": null, "unit": "MB", "ratio": null}
        ]"#;
        let rows: Vec<Row> = serde_json::from_str(json).unwrap();
        let machine = Machine {
            cpu: "Quick 9000".into(),
            cores: 2,
            memory_bytes: Some(8 << 30),
            rustc: "rustc 1.95.0".into(),
        };
        let text = render(&rows, &machine, "2026-01-02", "abc1234");
        assert!(text.contains("- processor: Quick 9000, 2 threads\n- memory: 8.0 GiB\n"), "{text}");
        assert!(text.contains("| one slot | 0.1235 | 12.00 | s | 97.20 | P 1.2 |\n"), "{text}");
        assert!(text.contains("| memory | 512.0 | - | MB | - | - |\n"), "{text}");
    }

    #[test]
    fn digits() {
        let shown = [0.0, 1.0, 0.000_123_456, 99_999.5, -2.5].map(|value| significant(Some(value)));
        assert_eq!(shown, ["0.000", "1.000", "0.0001235", "100000", "-2.500"]);
    }
}
