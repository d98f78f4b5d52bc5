//! What is in force when territories are cut from a file of borders, and the file goes.

use crate::desk::{Desk, books, generous};
use serde_json::{Value, json};
use skyweave_proof::hex;
use std::path::Path;

/// Two squares, named by a property of their own.
const BORDERS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"shapeName":"west"},"geometry":{"type":"Polygon","coordinates":[[[30,50],[31,50],[31,51],[30,51],[30,50]]]}},
{"type":"Feature","properties":{"shapeName":"east"},"geometry":{"type":"Polygon","coordinates":[[[31,50],[32,50],[32,51],[31,51],[31,50]]]}}
]}"#;

fn sha256(path: &Path) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(std::fs::read(path).unwrap()))
}

/// A server with a folder of borders, and the file in it.
fn desk_with_borders() -> (Desk, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let borders = folder.path().join("borders");
    std::fs::create_dir(&borders).unwrap();
    let file = borders.join("squares.geojson");
    std::fs::write(&file, BORDERS).unwrap();
    let store = format!("sqlite:{}", folder.path().join("sky.db").display());
    (Desk::with_borders(folder, store, generous(), Some(borders)), file)
}

#[test]
fn a_territory_is_cut_from_borders_pinned_by_their_hash_and_the_last_law_goes_on_without_them() {
    let (desk, file) = desk_with_borders();
    let admin = desk.admin();
    let set = json!({
        "dataset": "Squares", "release": "1", "sha256": sha256(&file), "worldview": "ours", "key": "shapeName",
        "source": "a test",
    });
    let mut nameless = set.clone();
    nameless.as_object_mut().unwrap().remove("worldview");
    admin.post("/api/v1/boundary-sets", &nameless).refused(400, "invalid_body");
    admin.make("boundary-sets", &set);
    let part = |name: &str, hash: &str, part: &str| {
        let pieces = json!([{ "boundary_set": hash, "part": part }]);
        let definition = json!({ "name": name, "version": 1, "pieces": pieces });
        json!({ "name": name, "definition": definition.to_string(), "valid_from_s": 0 })
    };
    // a part of something else, or a part that the file has not, is no territory
    let unknown = admin.post("/api/v1/territories", &part("west", &"0".repeat(64), "west"));
    unknown.refused(409, "law_does_not_compile");
    let no_part = admin.post("/api/v1/territories", &part("west", &sha256(&file), "north"));
    no_part.refused(409, "law_does_not_compile");
    admin.make("territories", &part("west", &sha256(&file), "west"));
    let text = "@id(\"west-on\")\npermit(principal, action == Action::\"serve\", resource)\n\
        when { resource.territories.contains(Territory::\"west\") };\n";
    let rules = admin.make("restrictions", &json!({ "name": "on.cedar", "text": text }));
    admin.post(&format!("/api/v1/restrictions/{rules}/enable"), &json!({})).is(200);
    let books = books(&admin, "kyiv");
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": books.line })).is(200);
    let list =
        json!({ "name": "lent", "list": "allow", "steward": books.organization, "evidence": "inspected" });
    let list = admin.make("registries", &list);
    let outcome = |longitude_e7: i32| {
        let asked =
            json!({ "terminal": books.terminal, "latitude_e7": 505_000_000, "longitude_e7": longitude_e7 });
        let verdict = admin.post("/api/v1/decisions", &asked).is(200).json();
        (verdict["outcome"].clone(), verdict["table_sha256"].clone())
    };
    let ready = || admin.get("/health/ready").is(200).json()["law"].clone();
    let (before, table) = outcome(305_000_000);
    assert_eq!(
        (before, outcome(315_000_000).0, ready()),
        (json!("permitted"), json!("refused"), Value::Null)
    );

    // the file goes, and something changes that takes nothing from under the policies
    std::fs::remove_file(&file).unwrap();
    let add =
        |key: &str| admin.post(&format!("/api/v1/registries/{list}/add"), &json!({ "keys": [key] })).is(200);
    add("UT-0002");
    assert_eq!(outcome(305_000_000), (json!("permitted"), table.clone()));
    assert_eq!(outcome(315_000_000), (json!("refused"), table));
    assert!(ready().as_str().unwrap().contains("the law before it goes on"), "{}", ready());
    // what policies speak of is not changed while nobody can say whether it compiles
    admin.post("/api/v1/plans", &crate::desk::plan("new")).refused(409, "law_does_not_compile");

    // and when it is back, what is in force is applied
    std::fs::write(&file, BORDERS).unwrap();
    add("UT-0003");
    assert_eq!(outcome(305_000_000).0, "permitted");
    assert_eq!(ready(), Value::Null);
}

#[test]
fn of_two_files_that_do_not_go_together_one_is_enabled() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    for round in 0..4 {
        let text = format!("@id(\"p{round}\")\npermit(principal, action == Action::\"serve\", resource);\n");
        let files = ["a", "b"].map(|file| {
            let name = format!("{file}{round}.cedar");
            admin.make("restrictions", &json!({ "name": name, "text": text }))
        });
        let enable = |id: &str| admin.post(&format!("/api/v1/restrictions/{id}/enable"), &json!({}));
        let mut answers: Vec<_> = std::thread::scope(|scope| {
            let sent: Vec<_> = files.iter().map(|id| scope.spawn(move || enable(id))).collect();
            sent.into_iter().map(|one| one.join().unwrap()).collect()
        });
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers[0].status, 200, "{}", answers[0].text);
        answers.pop().unwrap().refused(409, "law_does_not_compile");
        admin.post("/api/v1/decisions", &json!({ "terminal": books.terminal })).is(200);
    }
    assert_eq!(admin.get("/health/ready").is(200).json()["law"], Value::Null);
}

#[test]
fn where_no_law_came_before_nothing_is_said_to_go_on() {
    let (desk, file) = desk_with_borders();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let hash = sha256(&file);
    let set = json!({
        "dataset": "Squares", "release": "1", "sha256": hash, "worldview": "ours", "key": "shapeName", "source": "a test",
    });
    admin.make("boundary-sets", &set);
    let pieces = json!([{ "boundary_set": hash, "part": "west" }]);
    let definition = json!({ "name": "west", "version": 1, "pieces": pieces }).to_string();
    admin.make("territories", &json!({ "name": "west", "definition": definition, "valid_from_s": 0 }));
    std::fs::remove_file(&file).unwrap();
    let asked = json!({ "terminal": books.terminal });
    admin.post("/api/v1/decisions", &asked).refused(409, "law_does_not_compile");
    let ready = admin.get("/health/ready").is(200).json();
    assert!(ready["law"].as_str().unwrap().contains("no law came before it"), "{ready}");
}

#[test]
fn what_a_definition_says_counts_where_nothing_is_said_beside_it() {
    let desk = Desk::new();
    let admin = desk.admin();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/service/crimea-excluded.json");
    let definition = std::fs::read_to_string(file).unwrap();
    let name = serde_json::from_str::<Value>(&definition).unwrap()["name"].clone();
    let bare = json!({ "name": name, "definition": definition });
    let said = |field: &str, value: Value| {
        let mut body = bare.clone();
        body[field] = value;
        admin.post("/api/v1/territories?dry_run=true", &body)
    };
    for field in ["disputed", "front_line"] {
        said(field, json!(true)).is(200);
        let refused = said(field, json!(false)).refused(422, "definition_refused");
        assert_eq!(refused["field"], field);
    }
    // it is silent about these
    let made = said("valid_until_s", json!(4_000_000_000_i64)).is(200).json();
    assert_eq!(made["valid_until_s"], 4_000_000_000_i64);
    let made = admin.post("/api/v1/territories", &bare).is(201).json();
    let found = ["disputed", "front_line", "valid_from_s", "valid_until_s"].map(|field| made[field].clone());
    assert_eq!(found, [json!(true), json!(true), json!(0), Value::Null]);
    let dated = definition.replacen("\"version\": 1", "\"version\": 2, \"from_s\": 7, \"until_s\": 9", 1);
    let dated = json!({ "name": name, "definition": dated });
    let path = format!("/api/v1/territories/{}", made["id"].as_str().unwrap());
    let made = admin.put(&path, &dated).is(200).json();
    assert_eq!((&made["valid_from_s"], &made["valid_until_s"]), (&json!(7), &json!(9)));
    let mut early = dated;
    early["valid_from_s"] = json!(0);
    let refused = admin.put(&path, &early).refused(422, "definition_refused");
    assert!(refused["detail"].as_str().unwrap().contains("`valid_from_s` is 0"), "{refused}");
}
