//! The document against the server, by somebody else's tool: [schemathesis](https://schemathesis.io) makes requests of it and holds the answers
//! against it. Runs where `schemathesis` is on the path, or where `SKYWEAVE_SCHEMATHESIS` says it is; `pip install schemathesis` brings it.

use crate::desk::Desk;
use std::process::Command;

/// What the tool is told: a refusal by the rules of the service (409, 412, 422) is no mistake of the document, which cannot say which terminal
/// is attached to which line.
const SETTINGS: &str = r#"
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "303", "304", "400", "401", "403", "404", "409", "412", "413", "422", "503"]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"]
"#;

#[test]
fn schemathesis_finds_nothing() {
    let tool = std::env::var("SKYWEAVE_SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    if Command::new(&tool).arg("--version").output().is_err() {
        // who asks for the long proof must not be told that nothing was found
        assert!(
            std::env::var_os("SKYWEAVE_SOAK_SECONDS").is_none(),
            "no `{tool}` on the path; `pip install schemathesis` brings it"
        );
        println!("skipped: no schemathesis on the path; `pip install schemathesis` brings it");
        return;
    }
    let desk = Desk::new();
    let admin = desk.admin();
    crate::desk::books(&admin, "kyiv");
    let settings = desk.folder.path().join("schemathesis.toml");
    std::fs::write(&settings, SETTINGS).unwrap();
    let examples = std::env::var("SKYWEAVE_EXAMPLES").unwrap_or_else(|_| "10".to_owned());
    let done = Command::new(&tool)
        .arg("--config-file")
        .arg(&settings)
        .args(["run", &desk.url("/api/v1/openapi.json"), "--url", &desk.url("")])
        .args(["--header", &format!("Authorization: Bearer {}", admin.token)])
        // a stream has no end
        .args(["--exclude-path", "/api/v1/events/stream", "--max-examples", &examples, "--seed", "1"])
        // where others build, making up requests takes long
        .args(["--suppress-health-check", "too_slow"])
        .args(["--request-timeout", "30", "--phases", "examples,coverage,fuzzing"])
        .current_dir(desk.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    println!("{}", said.lines().rev().take(8).collect::<Vec<_>>().join("\n"));
}
