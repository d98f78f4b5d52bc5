//! Orders from the command line, end to end: keys, witnesses and a mirror, a genesis that everybody signs, a server, an order that is previewed,
//! recomputed, signed and in force, and the log verified by somebody else.

use crate::support::{Desk, Ran};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// Everything is tried again for so long: machines are slow at times.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program that runs until this is dropped.
struct Running {
    child: Child,
    said: Vec<String>,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(desk: &Desk, words: &[&str]) -> Running {
    let mut command = desk.command("");
    let mut child = command
        .args(words)
        .env("XDG_DATA_HOME", desk.path("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let mut url = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        said.push(line.clone());
        if let Some(found) = line.strip_prefix("listening on ") {
            found.clone_into(&mut url);
            break;
        }
    }
    assert!(!url.is_empty(), "it does not listen: {said:?}");
    Running { child, said, url }
}

struct City {
    desk: Desk,
    server: Running,
    /// Witnesses and the mirror, which end with it.
    _others: Vec<Running>,
    credential: (String, String),
}

fn run(desk: &Desk, words: &[&str]) -> Ran {
    Ran::of(desk.command("").args(words).output().unwrap())
}

/// The only line of what a command prints.
fn line(desk: &Desk, words: &[&str]) -> String {
    run(desk, words).succeeded().stdout.trim().to_owned()
}

impl City {
    fn new() -> Self {
        let desk = Desk::new();
        std::fs::create_dir(desk.path("log")).unwrap();
        let key = |name: &str, role: &str, file: &str| {
            line(&desk, &["key", "new", name, "--for", role, "-o", file])
        };
        let log = key("few.example/orders", "log", "log/log.key");
        let publisher = key("publisher", "publisher", "log/publisher.key");
        key("service", "point", "log/point.key");
        let people: Vec<String> =
            PEOPLE.iter().map(|name| key(name, "principal", &format!("{name}.key"))).collect();
        assert_eq!(line(&desk, &["key", "show", "alice.key"]), people[0]);

        let mut others = Vec::new();
        let mut witnesses = vec![format!("log {log}")];
        for name in ["w1", "w2", "w3"] {
            let file = format!("{name}.key");
            let public = key(&format!("witness.example/{name}"), "witness", &file);
            let words =
                ["witness", "--key", &file, "--log", &log, "--state", name, "--listen", "127.0.0.1:0"];
            let running = start(&desk, &words);
            witnesses.push(format!("witness {name} {public} {}", running.url));
            others.push(running);
        }
        // the mirror must know where the log will be
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let public = key("mirror.example/m1", "witness", "m1.key");
        let at = format!("http://{address}/log");
        let words = [
            "witness",
            "--key",
            "m1.key",
            "--log",
            &log,
            "--state",
            "m1",
            "--listen",
            "127.0.0.1:0",
            "--mirror",
            &at,
        ];
        let mirror = start(&desk, &words);
        witnesses.push(format!("witness m1 {public} {}", mirror.url));
        others.push(mirror);
        witnesses.extend(
            ["group seen 2 w1 w2 w3", "group public all seen m1", "quorum public"].map(str::to_owned),
        );

        let of = |threshold: u64| json!({ "threshold": threshold, "members": PEOPLE });
        let principals: serde_json::Map<String, Value> =
            PEOPLE.iter().zip(&people).map(|(name, key)| ((*name).to_owned(), json!([key]))).collect();
        let description = json!({
            "fleet": "few", "principals": principals, "publisher": publisher, "witnesses": witnesses,
            "quorums": { "cut": of(3), "emergency": of(2), "restore": of(2), "rotate": of(3) },
        });
        std::fs::write(desk.path("fleet.json"), description.to_string()).unwrap();
        run(&desk, &["log", "draft", "fleet.json", "-o", "log", "--scenario", "few.toml"]).succeeded();
        for name in PEOPLE {
            run(&desk, &["log", "sign", "log/genesis", "--key", &format!("{name}.key")]).succeeded();
        }
        let server = start(&desk, &["serve", "--listen", &address, "--log", "log", "--world", "few.toml"]);
        let after = |name: &str| {
            let found = server.said.iter().find_map(|line| line.trim().strip_prefix(name));
            found.unwrap().to_owned()
        };
        let credential = (after("SKYWEAVE_CLIENT_ID="), after("SKYWEAVE_CLIENT_SECRET="));
        Self { desk, server, _others: others, credential }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.desk.command("");
        command
            .args(words)
            .env("SKYWEAVE_URL", &self.server.url)
            .env("SKYWEAVE_CLIENT_ID", &self.credential.0)
            .env("SKYWEAVE_CLIENT_SECRET", &self.credential.1);
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.run(&words).succeeded().stdout).unwrap()
    }

    /// Waits until an order is in a state.
    fn wait(&self, id: &str, state: &str) {
        let started = Instant::now();
        loop {
            let found = self.json(&["order", "status", id])["state"].clone();
            if found == state {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{id} is {found} and not {state}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

#[test]
fn an_order_from_the_first_key_to_the_audit() {
    let city = City::new();
    let draft = [
        "order",
        "draft",
        "deactivate",
        "plan-class",
        "standard",
        "--class",
        "cut",
        "--requester",
        "alice",
        "--reason",
        "an exercise",
        "--basis",
        "section 1",
        "--hours",
        "2",
    ];
    let order = city.json(&draft);
    let id = order["id"].as_str().unwrap();
    assert_eq!(
        (order["state"].as_str(), order["what"].as_str()),
        (Some("previewed"), Some("deactivate plan-class standard"))
    );
    let preview = city.json(&["order", "preview", id]);
    assert_eq!(preview["slots"].as_array().unwrap().len(), 4);
    assert!(city.run(&["order", "preview", id]).succeeded().stdout.contains("left out"));

    // whoever signs has read it, and computed it again
    let unasked = city.run(&["order", "propose", id, "--key", "alice.key"]);
    assert!(unasked.code == Some(1) && unasked.said().contains("--yes"), "{unasked:?}");
    let proposed =
        city.run(&["order", "propose", id, "--key", "alice.key", "--yes"]).succeeded().stdout.clone();
    assert!(
        proposed.contains("deactivate plan-class standard") && proposed.contains("an exercise"),
        "{proposed}"
    );
    let computed = city.run(&["order", "recompute", id, "--world", "few.toml"]).succeeded().stdout.clone();
    assert!(computed.contains("the preview comes out the same"), "{computed}");

    // nobody approves for another, nor twice, nor their own
    let own = city.run(&["order", "approve", id, "--key", "alice.key", "--yes"]);
    assert!(own.code == Some(1) && own.said().contains("alice"), "{own:?}");
    for (name, state) in [("bob", "proposed"), ("carol", "proposed"), ("dave", "logged")] {
        let key = format!("{name}.key");
        let words = ["order", "approve", id, "--key", &key, "--world", "few.toml", "--yes"];
        let said = city.run(&words).succeeded().stdout.clone();
        assert!(said.contains(&format!("the order is {state}")), "{said}");
    }
    city.wait(id, "in-force");

    // anybody verifies it: from the server, from the mirror, from a copy
    let log = format!("{}/log", city.server.url);
    let genesis = city.json(&["verify", &log])["genesis"].as_str().unwrap().to_owned();
    let words = ["verify", &log, "--genesis", &genesis, "--ask-witnesses", "--world", "few.toml"];
    let said = city.run(&words).succeeded().stdout.clone();
    for part in [
        "deactivate plan-class standard",
        "asked by alice",
        "bob, carol, dave",
        "everything is as it must be",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(city.run(&["log", "show", &log]).succeeded().stdout.contains("bundle.v1"));
    city.run(&["log", "export", &log, "-o", "copy"]).succeeded();
    city.run(&["verify", "copy", "--genesis", &genesis]).succeeded();
    let mirror = city.run(&["verify", "m1", "--genesis", &genesis]);
    assert!(mirror.stdout.contains("deactivate plan-class standard"), "{}", mirror.stdout);

    // taken back by fewer
    let back = city.json(&[
        "order",
        "revoke",
        id,
        "--requester",
        "bob",
        "--reason",
        "it is over",
        "--basis",
        "section 2",
    ]);
    let back = back["id"].as_str().unwrap();
    city.run(&["order", "propose", back, "--key", "bob.key", "--yes"]).succeeded();
    for name in ["alice", "carol"] {
        city.run(&["order", "approve", back, "--key", &format!("{name}.key"), "--yes"]).succeeded();
    }
    city.wait(back, "in-force");
    city.wait(id, "revoked");

    // the copy is edited, and that is named
    let entries = city.desk.path("copy/tile/entries/000.p");
    let file = std::fs::read_dir(entries).unwrap().next().unwrap().unwrap().path();
    let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[text.len() / 2] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let edited = city.run(&["verify", "copy", "--genesis", &genesis]);
    assert!(edited.code == Some(1) && edited.stdout.contains("VIOLATION"), "{}", edited.stdout);
}

#[test]
fn a_demonstration_says_that_it_is_one() {
    let desk = Desk::new();
    let said = run(&desk, &["log", "init", "demo", "--demonstration"]).succeeded().stdout.clone();
    assert!(said.contains("SELF-WITNESSED"), "{said}");
    let again = run(&desk, &["log", "init", "demo", "--demonstration"]);
    again.refused(&["has a log already"]);
    assert_eq!(run(&desk, &["log", "init", "other"]).code, Some(2));
    let nothing = run(&desk, &["verify", "nowhere"]);
    nothing.refused(&["has no checkpoint"]);
    let bad = run(&desk, &["key", "show", "few.toml"]);
    bad.refused(&["is no key of skyweave"]);
}
