//! Rows in every format, from the planner and from results; and through a cluster of processes.

use crate::support::{program, said, scenario, text};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

#[test]
fn rows_are_written_in_any_format_and_files_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path());
    let ask = |more: &[&str]| {
        let query = "SELECT slot, site, state FROM sites() ORDER BY slot, site";
        let mut asked = vec!["query", query, "-s", text(&scenario)];
        asked.extend(more);
        said(&asked)
    };
    assert!(ask(&[]).starts_with("+------"), "no table");
    let json: Vec<serde_json::Value> = serde_json::from_str(&ask(&["--format", "json"])).unwrap();
    assert_eq!((json.len(), &json[0]["site"]), (40, &"kyiv".into()));
    let csv = ask(&["--format", "csv"]);
    for name in ["rows.csv", "rows.json", "rows.parquet"] {
        let file = folder.path().join(name);
        assert_eq!(ask(&["-o", text(&file)]), format!("40 rows: {}\n", file.display()));
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("rows.csv")).unwrap(), csv);
    let parquet = format!("SELECT * FROM '{}'", folder.path().join("rows.parquet").display());
    assert_eq!(said(&["query", &parquet, "--format", "csv"]), csv);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 4, "something is left beside the files");
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn runs_and_queries_go_through_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path());
    let [alone, together] = ["alone", "together"].map(|name| folder.path().join(name));
    said(&["run", text(&scenario), "-q", "-o", text(&alone)]);
    let mut command = program();
    command.args(["cluster", "scheduler", "--listen", "127.0.0.1:0"]);
    let mut scheduler = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(scheduler.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("scheduler on ").unwrap();
    let mut command = program();
    command.args(["cluster", "executor", "--scheduler", address, "--slots", "1"]);
    command.args(["--work-dir", text(&folder.path().join("work"))]);
    let _executor = Running(command.stdout(Stdio::null()).spawn().unwrap());
    said(&["run", text(&scenario), "-q", "-o", text(&together), "--cluster", address]);
    let rows = |results: &std::path::Path| {
        said(&[
            "query",
            "SELECT * FROM sites ORDER BY slot, site",
            "--results",
            text(results),
            "--format",
            "csv",
        ])
    };
    assert_eq!(rows(&together), rows(&alone));
    let query = [
        "query",
        "SELECT count(*) AS n FROM sites()",
        "-s",
        text(&scenario),
        "--format",
        "csv",
        "--cluster",
        address,
    ];
    assert_eq!(said(&query), "n\n40\n");
}
