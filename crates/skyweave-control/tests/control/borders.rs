//! Territories that are drawn anew.

use crate::support::{Service, territory};
use skyweave_control::command::{Command, TerritoryCommand};
use skyweave_control::decide::sha256_of;
use skyweave_control::entity::TerritorySpec;
use skyweave_control::refused::Code;

#[test]
fn other_borders_have_another_version() {
    let mut service = Service::new();
    let Command::Territory { id, command: TerritoryCommand::Create { spec } } = territory(1, "Crimea") else {
        panic!("a creation");
    };
    let of = |definition: &str| {
        let definition = definition.to_owned();
        let definition_sha256 = sha256_of(&definition);
        TerritorySpec { definition, definition_sha256, ..spec.clone() }
    };
    let update = |definition: &str| Command::Territory {
        id,
        command: TerritoryCommand::Update { spec: of(definition) },
    };
    let create = TerritoryCommand::Create { spec: of(r#"{"version": 2, "pieces": [1]}"#) };
    service.must(Command::Territory { id, command: create });
    // the same, written otherwise
    service.must(update(r#"{"pieces":[1],"version":2}"#));
    for same in [r#"{"version": 2, "pieces": [2]}"#, r#"{"version": 1, "pieces": [1]}"#, r#"{"pieces": [1]}"#]
    {
        let refused = service.refusal(update(same));
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Malformed, Some("definition")), "{same}");
        assert!(refused.to_string().contains("version 3 or later"), "{refused}");
    }
    service.must(update(r#"{"version": 3, "pieces": [2]}"#));
}
