//! The service and its client as programs: `skyweave serve`, and everything that talks to it.

use crate::support::{Desk, Ran};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server that is killed when this is dropped.
pub struct Served {
    child: Child,
    pub url: String,
    id: String,
    secret: String,
    /// What it said when it started.
    said: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve(desk: &Desk, more: &str) -> Served {
    let mut child = desk
        .command(&format!("serve --listen 127.0.0.1:0 {more}"))
        .env("XDG_DATA_HOME", desk.path("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let (mut id, mut secret, mut url) = (String::new(), String::new(), String::new());
    let stdout = child.stdout.take().unwrap();
    for line in BufReader::new(stdout).lines() {
        let line = line.unwrap();
        said.push_str(&line);
        said.push('\n');
        let after = |name: &str| line.trim().strip_prefix(name).map(ToOwned::to_owned);
        id = after("SKYWEAVE_CLIENT_ID=").unwrap_or(id);
        secret = after("SKYWEAVE_CLIENT_SECRET=").unwrap_or(secret);
        if let Some(found) = after("listening on ") {
            url = found;
            break;
        }
    }
    assert!(!url.is_empty(), "it does not listen: {said}");
    Served { child, url, id, secret, said }
}

impl Served {
    fn command(&self, desk: &Desk, words: &[&str]) -> Command {
        let mut command = desk.command("");
        command
            .args(words)
            .env("SKYWEAVE_URL", &self.url)
            .env("SKYWEAVE_CLIENT_ID", &self.id)
            .env("SKYWEAVE_CLIENT_SECRET", &self.secret);
        command
    }

    pub fn run(&self, desk: &Desk, words: &[&str]) -> Ran {
        Ran::of(self.command(desk, words).output().unwrap())
    }

    /// Runs it with `--json`; what it gave.
    #[track_caller]
    pub fn json(&self, desk: &Desk, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.run(desk, &words).succeeded().stdout).unwrap()
    }

    #[track_caller]
    pub fn id_of(&self, desk: &Desk, words: &[&str]) -> String {
        self.json(desk, words)["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_terminal_is_activated_from_the_command_line() {
    let desk = Desk::new();
    let server = serve(&desk, "");
    assert!(server.said.contains("shown this once"), "{}", server.said);
    assert!(desk.path("data/skyweave/skyweave.db").is_file());
    let organization = server.id_of(&desk, &["organization", "create", "name=Kyiv Relief"]);
    let account = server
        .id_of(&desk, &["account", "create", "name=Ambulances", &format!("organization={organization}")]);
    let plan = [
        "plan",
        "create",
        "name=fixed",
        "down_kbit_s=200000",
        "up_kbit_s=20000",
        "priority=3",
        "surfaces=[\"land\"]",
        "roaming.days=30",
    ];
    let plan = server.id_of(&desk, &plan);
    let of_account = format!("account={account}");
    let terminal = server.id_of(&desk, &["terminal", "register", "hardware_key=UT-0001", &of_account]);
    let definition = r#"{"name":"kyiv","version":1,"pieces":[{"geometry":{"type":"Polygon","coordinates":
        [[[30,50],[31,50],[31,51],[30,51],[30,50]]]},"source":"a test"}]}"#;
    std::fs::write(desk.path("kyiv.json"), definition).unwrap();
    let kyiv = server.id_of(&desk, &["territory", "create", "--from", "kyiv.json"]);
    // what a document says counts where nothing is said beside it
    let later = definition.replace(r#""version":1"#, r#""version":2,"disputed":true"#);
    std::fs::write(desk.path("kyiv.json"), later).unwrap();
    let kyiv = server.json(&desk, &["territory", "update", &kyiv, "--from", "kyiv.json"]);
    assert_eq!(kyiv["disputed"], true, "{kyiv}");
    let of_plan = format!("plan={plan}");
    let line = [
        "line",
        "create",
        "name=Station 4",
        &of_account,
        &of_plan,
        "surface=land",
        "address.latitude_e7=504500000",
        "address.longitude_e7=305200000",
        "address.territory=kyiv",
    ];
    let line = server.id_of(&desk, &line);
    let attached = server.run(&desk, &["terminal", "attach", &terminal, &format!("line={line}")]);
    assert!(attached.succeeded().stdout.contains("assigned"), "{attached:?}");

    let listed = server.run(&desk, &["terminal", "list", "state=assigned"]);
    assert!(
        listed.succeeded().stdout.contains("UT-0001") && listed.stdout.contains("1 in all"),
        "{listed:?}"
    );
    let tried = server.json(&desk, &["terminal", "suspend", &terminal, "reason=asked for", "--dry-run"]);
    assert_eq!(tried["state"], "suspended");
    assert_eq!(server.json(&desk, &["terminal", "show", &terminal])["state"], "assigned");
    server.run(&desk, &["line", "update", &line, "name=Station 5", "address.text=Sofiivska 1"]).succeeded();
    let line = server.json(&desk, &["line", "show", &line]);
    assert_eq!(
        (&line["name"], &line["address"]["text"], &line["address"]["territory"]),
        (&"Station 5".into(), &"Sofiivska 1".into(), &"kyiv".into())
    );

    server
        .run(&desk, &["terminal", "attach", &terminal, "line=nonsense"])
        .refused(&["is no id of service_line"]);
    server
        .run(&desk, &["terminal", "fly", &terminal])
        .refused(&["there is no `fly` for a user terminal", "report-lost"]);
    server.run(&desk, &["terminal", "suspend"]).refused(&["needs an id first"]);
    server.run(&desk, &["account", "close", &account]).refused(&["in_use"]);
    server
        .run(&desk, &["terminal", "suspend", &terminal, "reason=x", "--if-version", "1"])
        .refused(&["version_conflict"]);
    let explained =
        server.json(&desk, &["explain", &terminal, "latitude_e7=504500000", "longitude_e7=305200000"]);
    assert_eq!(
        (&explained["outcome"], &explained["code"]),
        (&"refused".into(), &"BLOCKED_COUNTRY".into()),
        "{explained}"
    );

    let text = "@id(\"on\")\npermit(principal, action == Action::\"serve\", resource);\n";
    std::fs::write(desk.path("on.cedar"), text).unwrap();
    let policies = server.id_of(&desk, &["restriction", "create", "--from", "on.cedar"]);
    server.run(&desk, &["restriction", "enable", &policies]).succeeded();
    let where_it_is = ["explain", &terminal, "latitude_e7=504500000", "longitude_e7=305200000"];
    assert_eq!(server.json(&desk, &where_it_is)["outcome"], "permitted");
    let list = ["name=verified", "list=allow", "evidence=inspected", &format!("steward={organization}")];
    let registry = server.id_of(&desk, &[&["registry", "create"], &list[..]].concat());
    std::fs::write(desk.path("keys.txt"), "# of March\nUT-0001\nUT-0002\n").unwrap();
    server.run(&desk, &["registry", "add", &registry, "--from", "keys.txt"]).succeeded();
    server.run(&desk, &["registry", "add", &registry, "keys=UT-0003,UT-0004"]).succeeded();
    let preview = server.json(&desk, &["registry", "preview", &registry, "home=kyiv"]);
    assert_eq!((&preview["served"], &preview["keep"]), (&1.into(), &1.into()), "{preview}");
    let named = |preview: &Value| format!("preview.sha256={}", preview["sha256"].as_str().unwrap());
    let kyiv = "preview.terminals=[\"home=kyiv\"]";
    server.run(&desk, &["registry", "put-in-force", &registry]).refused(&["stale_preview"]);
    server.run(&desk, &["registry", "put-in-force", &registry, &named(&preview), kyiv]).succeeded();
    let remove = ["registry", "remove", &registry, "keys=UT-0001"];
    server.run(&desk, &remove).refused(&["nobody has looked at whom this change"]);
    let asked = ["registry", "preview", &registry, "home=kyiv", "change=remove", "keys=UT-0001"];
    let preview = server.json(&desk, &asked);
    assert_eq!((&preview["keep"], &preview["served"]), (&0.into(), &1.into()), "{preview}");
    server.run(&desk, &[&remove[..], &[&named(&preview), kyiv]].concat()).succeeded();
    let events = server.run(&desk, &["events"]);
    assert!(events.succeeded().stdout.contains("terminal.attached"), "{events:?}");
}

#[test]
fn terminals_are_imported_all_or_none() {
    let desk = Desk::new();
    let server = serve(&desk, "--store sqlite:sky.db");
    let organization = server.id_of(&desk, &["organization", "create", "name=Relief"]);
    let account =
        server.id_of(&desk, &["account", "create", "name=A", &format!("organization={organization}")]);
    std::fs::write(desk.path("bad.csv"), "hardware_key\nUT-0001\nnot a key\nUT-0001\n").unwrap();
    let import = |file: &str, more: &str| {
        let mut words = vec!["import", file, "--account", &account];
        words.extend(more.split_whitespace());
        server.run(&desk, &words)
    };
    let tried = import("bad.csv", "--dry-run");
    assert!(tried.code == Some(1) && tried.said().contains("2of3rowsarebad"), "{tried:?}");
    import("bad.csv", "").refused(&["2 of 3 rows are bad", "row 2, hardware_key", "row 3"]);
    std::fs::write(desk.path("good.csv"), "hardware_key\nUT-0001\nUT-0002\n").unwrap();
    import("good.csv", "").succeeded();
    assert_eq!(server.json(&desk, &["terminal", "list"]).as_array().unwrap().len(), 2);
    let first = server.run(&desk, &["terminal", "list", "--limit", "1"]);
    assert!(first.succeeded().stdout.contains("1 of 2"), "{first:?}");
    import("none.csv", "").refused(&["none.csv"]);
}

#[test]
fn what_keeps_a_server_from_starting_is_said_in_one_line() {
    let desk = Desk::new();
    let server = serve(&desk, "--store sqlite:sky.db");
    let address = server.url.trim_start_matches("http://");
    desk.run(&format!("serve --store sqlite:other.db --listen {address}"))
        .refused(&["is taken by another program", "--listen"]);
    desk.run("serve --store sqlite:sky.db --listen 127.0.0.1:0").refused(&["another program has it locked"]);
    desk.run("serve --store nonsense --listen 127.0.0.1:0")
        .refused(&["`nonsense` is no store", "sqlite:FILE"]);
    desk.run("serve --store sqlite:none/sky.db --listen 127.0.0.1:0").refused(&["there is no folder none"]);
    desk.run("serve --store sqlite:a.db --listen 192.0.2.1:80").refused(&["cannot listen on 192.0.2.1:80"]);
    desk.run("serve --store sqlite:a.db --listen 127.0.0.1:0 --borders none")
        .refused(&["none: files of borders cannot be read"]);
}

#[test]
fn without_a_server_or_a_credential_the_client_says_what_to_do() {
    let desk = Desk::new();
    desk.run("account list").refused(&["no credential", "SKYWEAVE_CLIENT_ID"]);
    let nowhere = "account list --url http://127.0.0.1:1 --client-id a --client-secret b";
    desk.run(nowhere).refused(&["no server answers at http://127.0.0.1:1", "skyweave serve"]);
    let server = serve(&desk, "--store sqlite:sky.db");
    let wrong = format!("account list --url {} --client-id a --client-secret b", server.url);
    desk.run(&wrong).refused(&["does not let this client in"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_in_order_and_the_next_start_finds_everything() {
    let desk = Desk::new();
    for signal in ["-INT", "-TERM", "-KILL"] {
        let mut server = serve(&desk, &format!("--store sqlite:sky{signal}.db"));
        server.id_of(&desk, &["organization", "create", "name=Relief"]);
        let sent = Command::new("kill").args([signal, &server.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let ended = server.child.wait().unwrap();
        assert_eq!(ended.success(), signal != "-KILL", "{signal}: {ended}");
        let again = serve(&desk, &format!("--store sqlite:sky{signal}.db"));
        assert!(!again.said.contains("SECRET"), "a credential is shown once");
        let again = Served {
            id: server.id.clone(),
            secret: server.secret.clone(),
            url: again.url.clone(),
            said: String::new(),
            child: take(again),
        };
        assert_eq!(again.json(&desk, &["organization", "list"]).as_array().unwrap().len(), 1);
    }
}

/// The process, without ending it.
#[cfg(unix)]
fn take(mut served: Served) -> Child {
    let idle = Command::new("true").spawn().unwrap();
    std::mem::replace(&mut served.child, idle)
}
