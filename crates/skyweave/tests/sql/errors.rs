//! What is wrong is said once, and so that somebody can act on it.

use crate::support::{failed, scenario, text};

#[test]
fn each_mistake_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let few = scenario(folder.path());
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, "format = 1\nname = \"bad\"\n[time]\nstart = \"yesterday\"\nduration = \"1h\"\n")
        .unwrap();
    let (few, bad, nothing) = (text(&few), text(&bad), text(folder.path()));
    let cases: &[(&[&str], &[&str])] = &[
        (&["SELEC 1"], &["this is no SQL", "SELEC"]),
        (&["SELECT 1 FROM"], &["this is no SQL"]),
        (&["SELECT * FROM sites"], &["there is no table `sites`", "--results DIR", "satellites("]),
        (&["SELECT * FROM sight('kyiv')", "-s", few], &["sight", "satellites("]),
        (&["SELECT reverberate(1)"], &["there is no function `reverberate`"]),
        (&["SELECT hight FROM sites()", "-s", few], &["there is no column `hight`", "latitude_deg"]),
        (&["SELECT * FROM sites()"], &["`sites` plans, and no scenario is given", "--scenario FILE"]),
        (&["SELECT * FROM sites('kiev')", "-s", few], &["no site `kiev`", "kyiv, quito"]),
        (&["SELECT * FROM sites(7)", "-s", few], &["7 is not what is expected there", "sites([site]"]),
        (&["SELECT * FROM sites(slot)", "-s", few], &["slot"]),
        (&["SELECT * FROM network('20s')", "-s", few], &["a step of `20s` is not a multiple of 15 s"]),
        (
            &["SELECT * FROM network('2027-01-01T00:00:00Z')", "-s", few],
            &["not within the scenario's time", "2026-05-20T12:30:12"],
        ),
        (&["DROP TABLE sites"], &["only queries are allowed"]),
        (&["SELECT * FROM sites()", "-s", bad], &["`yesterday` is no instant", "bad.toml"]),
        (&["SELECT 1", "-s", "missing.toml"], &["missing.toml"]),
        (&["SELECT 1", "--results", nothing], &["holds no run"]),
        (&["SELECT 1", "--format", "parquet"], &["Parquet is written into a file", "--output FILE"]),
        (&["SELECT 1", "-o", "/nowhere/rows.csv"], &["cannot write /nowhere/rows.csv"]),
        (&["SELECT 1 / 0"], &["Divide by zero"]),
        (&["SELECT 1", "--cluster", "127.0.0.1:1"], &["cannot reach a scheduler at 127.0.0.1:1"]),
    ];
    for (arguments, words) in cases {
        let mut all = vec!["query"];
        all.extend(*arguments);
        let said = failed(&all);
        for word in *words {
            assert!(said.contains(word), "{arguments:?} says: {said}");
        }
        assert_eq!(said.matches('×').count(), 1, "{arguments:?} says: {said}");
        for noise in ["DataFusion error", "backtrace", "bug in DataFusion"] {
            assert!(!said.contains(noise), "{arguments:?} says: {said}");
        }
    }
}
