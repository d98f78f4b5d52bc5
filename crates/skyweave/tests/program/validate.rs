//! `skyweave validate`, as a user types it.

use crate::support::Desk;
use std::fs;
use std::path::Path;

#[test]
fn the_schema_is_the_committed_one() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let committed = fs::read_to_string(docs.join("validation.schema.json")).unwrap();
    assert!(Desk::new().run("validate --schema").succeeded().stdout == committed);
}

#[test]
fn folders_without_data_are_refused() {
    let desk = Desk::new();
    desk.run("validate --data none").refused(&["none is no folder", "accepted:"]);
    desk.run("validate --data tmp").refused(&["tmp has nothing to compare with", "accepted:"]);
    desk.run("validate --data tmp --only weather").refused(&["no comparison `weather`", "serving"]);
}
