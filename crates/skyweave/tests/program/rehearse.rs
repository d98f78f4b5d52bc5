//! `skyweave rehearse`, as a user types it. Its committed results are compared in `scenarios`.

use crate::support::{Desk, Ran};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Fifteen terminals for two weeks.
const DIVERTED: &str = "\
format = 1
name = \"few\"

[diverted]
days = 14
positions = [{ noise = \"lasting\", every = \"1h\" }]

[diverted.terminals]
home = 5
border_dwellers = 2
diverted = 4
visitors = 2
commuters = 2
";

const ALLOW_LIST: &str = "\
format = 1
name = \"few\"

[allow_list]
rightful = 500
missing_share = 0.02
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("diverted.toml"), DIVERTED).unwrap();
    fs::write(desk.path("list.toml"), ALLOW_LIST).unwrap();
    desk
}

fn result(desk: &Desk, arguments: &str) -> Value {
    serde_json::from_str(&desk.run(&format!("rehearse --json {arguments}")).succeeded().stdout).unwrap()
}

#[test]
fn the_schema_is_the_committed_one() {
    let committed = fs::read_to_string(root().join("docs/rehearsal.schema.json")).unwrap();
    let found = Desk::new().run("rehearse --schema");
    assert!(found.succeeded().stdout == committed, "skyweave rehearse --schema > docs/rehearsal.schema.json");
}

#[test]
fn threads_change_no_byte() {
    let desk = desk();
    for file in ["diverted.toml", "list.toml"] {
        let with = |threads: &str| {
            let mut command = desk.command(&format!("rehearse {file} --json"));
            Ran::of(command.env("RAYON_NUM_THREADS", threads).output().unwrap()).succeeded().stdout.clone()
        };
        let one = with("1");
        assert!(one == with("2") && one == with("7"), "{file}");
    }
}

#[test]
fn what_is_found_is_counted_by_kind() {
    let desk = desk();
    let found = result(&desk, "diverted.toml");
    assert_eq!((&found["name"], &found["seed"]), (&json!("few"), &json!(0x2026_1122)));
    // what the file leaves out is said too
    assert_eq!(
        found["diverted"]["parameters"]["front"],
        json!({ "latitude_deg": 47.5, "longitude_deg": 35.0 })
    );
    assert_eq!(found["diverted"]["parameters"]["rule"]["diverted_looks"], 10);
    let row = &found["diverted"]["results"][0];
    let count = |life: &str, what: &str| row["lives"][life][what].as_u64().unwrap();
    assert_eq!(
        (row["found"].as_u64(), row["missed"].as_u64()),
        (Some(count("diverted", "diverted")), Some(4 - count("diverted", "diverted")))
    );
    for (life, terminals) in
        [("home", 5), ("border_dweller", 2), ("diverted", 4), ("visitor", 2), ("commuter", 2)]
    {
        let called = ["diverted", "roaming", "border_flicker", "nothing"].map(|what| count(life, what));
        assert_eq!((count(life, "terminals"), called.iter().sum()), (terminals, terminals), "{life}");
    }
    let read = desk.run("rehearse diverted.toml");
    assert!(
        read.succeeded().stdout.contains("15 terminals watched for 14 days; 4 go beyond the front"),
        "{read:?}"
    );
}

#[test]
fn a_rule_may_be_changed_and_then_finds_others() {
    let desk = desk();
    let found = |arguments: &str| result(&desk, arguments)["diverted"]["results"][0]["found"].as_u64();
    assert_eq!(found("diverted.toml --set diverted.rule.diverted_looks=100000"), Some(0));
    let early = "--set diverted.rule.diverted_span_s=0 --set diverted.rule.diverted_deep_s=3600 --set diverted.rule.diverted_looks=1";
    assert_eq!(found(&format!("diverted.toml {early}")), Some(4));
}

#[test]
fn what_a_list_would_take_is_told_before() {
    let desk = desk();
    let found = result(&desk, "list.toml");
    let results = &found["allow_list"]["results"];
    assert_eq!((&results["missing"], &results["lost_by_mistake"]["terminals"]), (&json!(10), &json!(10)));
    let put = |truth: &str| results["truths"][truth]["terminals"].as_u64();
    assert_eq!((put("forgotten"), put("mistyped"), put("unheard")), (Some(5), Some(3), Some(2)));
    let read = desk.run("rehearse list.toml");
    assert!(read.succeeded().stdout.contains("10 of 500 rightful ones are missing from it"), "{read:?}");
    // nobody is missing: then there is no share of them
    let all = result(&desk, "list.toml --set allow_list.missing_share=0");
    let recall = &all["allow_list"]["results"]["recall"];
    assert_eq!((recall, &all["allow_list"]["results"]["missing"]), (&Value::Null, &json!(0)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let desk = desk();
    fs::write(desk.path("both.toml"), format!("{DIVERTED}\n[allow_list]\n")).unwrap();
    fs::write(desk.path("none.toml"), "format = 1\nname = \"none\"\n").unwrap();
    for (arguments, parts) in [
        (
            "missing.toml",
            &["cannot read missing.toml", "accepted: a rehearsal in TOML", "docs/rehearse.md"][..],
        ),
        (
            "both.toml",
            &["both.toml:15: `[diverted]` and `[allow_list]` in one file", "accepted: one of the tables"],
        ),
        ("none.toml", &["none.toml:1: the rehearsal does not say what is rehearsed", "accepted: one of"]),
        ("few.toml", &["unknown field", "docs/rehearse.md"]),
        ("list.toml --set format=2", &["format 2 is not known", "accepted: `format = 1`"]),
        ("list.toml --set name=''", &["an empty name", "accepted: 1 to 100 characters"]),
        ("list.toml --set days", &["--set days: there is no `=`", "in this rehearsal", "diverted.days=60"]),
        ("diverted.toml --set diverted.days=367", &["diverted.days is 367", "accepted: from 1 to 366"]),
        ("diverted.toml --set diverted.days=-1", &["expected a whole number from 0 to 4294967295"]),
        ("diverted.toml --set diverted.terminal={}", &["unknown field `terminal`", "`terminals`"]),
        (
            "diverted.toml --set diverted.terminals.home=200001",
            &["terminals.home is 200001", "from 0 to 200000"],
        ),
        (
            "diverted.toml --set diverted.terminals.home=199999",
            &["diverted.terminals are 200009 in all", "accepted: 1 to"],
        ),
        ("diverted.toml --set diverted.front.latitude_deg=nan", &["latitude_deg is NaN", "from -60 to 60"]),
        ("diverted.toml --set diverted.positions=[]", &["0 kinds of positions", "accepted: 1 to 16"]),
        (
            "diverted.toml --set diverted.positions=[{noise='fog',every='1h'}]",
            &["unknown variant `fog`", "`open-sky`"],
        ),
        (
            "diverted.toml --set diverted.positions=[{noise='jammed',every='2d'}]",
            &["positions every `2d`", "from `1min` to `1d`"],
        ),
        (
            "diverted.toml --set diverted.days=366 --set diverted.terminals.home=100000 \
             --set diverted.positions=[{noise='jammed',every='1min'}]",
            &["positions of all terminals in all", "accepted: up to 1000000000"],
        ),
        ("diverted.toml --set diverted.rule.look_s=0", &["rule.look_s is 0", "from 60 to 86400"]),
        ("diverted.toml --set diverted.rule.moving_s=1", &["unknown field `moving_s`"]),
        (
            "diverted.toml --set diverted.rule.inside_65536=0",
            &["outside up to 6553 and inside from 0 on", "less than"],
        ),
        (
            "list.toml --set allow_list.rightful=100001",
            &["allow_list.rightful is 100001", "from 1 to 100000"],
        ),
        ("list.toml --set allow_list.donors=0", &["allow_list.donors is 0", "from 1 to 10000"]),
        ("list.toml --set allow_list.mistyped_share=0.6", &["are 1.1 together", "accepted: up to 1"]),
    ] {
        desk.run(&format!("rehearse {arguments}")).refused(parts);
    }
    let bare = desk.run("rehearse");
    assert_eq!(bare.code, Some(2), "{bare:?}");
}
