//! A server of its own, and a client that talks to it.

use serde_json::{Value, json};
use skyweave_server::api::{Limits, Rate, Targets};
use skyweave_server::orders::{Lawful, demonstration};
use skyweave_server::server::{Options, Server};
use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A server that runs as long as this lives.
pub struct Desk {
    pub address: SocketAddr,
    pub client_id: String,
    pub client_secret: String,
    pub folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Checks that it is a problem with this code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

/// Limits that tests do not run into.
pub fn generous() -> Limits {
    let rate = Rate { per_second: 1e6, burst: 1e6 };
    Limits { client: rate, logins: rate, guesses: rate, strangers: rate, ..Limits::default() }
}

impl Desk {
    pub fn new() -> Self {
        Self::with(generous())
    }

    pub fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("sky.db").display());
        Self::on(folder, store, limits)
    }

    pub fn on(folder: TempDir, store: String, limits: Limits) -> Self {
        Self::with_borders(folder, store, limits, None)
    }

    pub fn with_borders(
        folder: TempDir,
        store: String,
        limits: Limits,
        borders: Option<std::path::PathBuf>,
    ) -> Self {
        Self::started(folder, store, limits, (borders, None))
    }

    /// With a log for demonstrations, under a law by which everybody is served.
    pub fn with_log() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("sky.db").display());
        let permit = "@id(\"everybody\")\npermit(principal, action == Action::\"serve\", resource);\n";
        let sources = skyweave_control::order::Sources {
            policies: [("everybody.cedar".to_owned(), permit.to_owned())].into(),
            plans: ["kyiv plan".to_owned()].into(),
            ..skyweave_control::order::Sources::default()
        };
        let law = Lawful::compile(sources, skyweave_proof::order::FailMode::Stay, &|_| None, None).unwrap();
        let log = folder.path().join("log");
        demonstration(&log, "aurora", &law, skyweave_proof::keys::Limits::USUAL, None).unwrap();
        Self::started(folder, store, generous(), (None, Some(log)))
    }

    fn started(
        folder: TempDir,
        store: String,
        limits: Limits,
        (borders, log): (Option<std::path::PathBuf>, Option<std::path::PathBuf>),
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (started, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listen = "127.0.0.1:0".parse().unwrap();
                let options = Options {
                    store,
                    listen,
                    limits,
                    targets: Targets::Any,
                    borders,
                    log,
                    foresee: None,
                    planner_alone: false,
                    url: None,
                    new_administrator: false,
                };
                let server = Server::start(options).await.unwrap();
                started.send((server.address, server.administrator.clone())).unwrap();
                server.run(async move { drop(stopped.await) }).await;
            });
        });
        let (address, administrator) = address.recv().unwrap();
        let administrator = administrator.unwrap();
        let agent = ureq::Agent::config_builder()
            // less than the server's, which may close a kept connection just as it is used again
            .max_idle_age(Duration::from_secs(3))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Self {
            address,
            client_id: administrator.client_id,
            client_secret: administrator.client_secret,
            folder,
            stop: Some(stop),
            thread: Some(thread),
            agent,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token for the administrator.
    pub fn admin(&self) -> Hand<'_> {
        self.hand(&self.client_id, &self.client_secret)
    }

    /// A token for a client.
    pub fn hand(&self, id: &str, secret: &str) -> Hand<'_> {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = answer_of(self.agent.post(self.url("/api/auth/connect/token")).send_form(form)).is(200);
        Hand {
            desk: self,
            token: answer.json()["access_token"].as_str().unwrap().to_owned(),
            id: id.to_owned(),
        }
    }

    /// Nobody in particular.
    pub fn nobody(&self) -> Hand<'_> {
        Hand { desk: self, token: String::new(), id: String::new() }
    }

    /// Sends a form to the token endpoint.
    pub fn ask_token(&self, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(self.url("/api/auth/connect/token"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer_of(request.send_form(form.iter().copied()))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}

fn answer_of(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = sent.unwrap();
    let mut text = String::new();
    answer.body_mut().as_reader().read_to_string(&mut text).unwrap();
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), text }
}

/// A client with a token.
pub struct Hand<'a> {
    pub desk: &'a Desk,
    pub token: String,
    pub id: String,
}

impl Hand<'_> {
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[])
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body.to_string()), &[("content-type", "application/json")])
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, Some(body.to_string()), &[("content-type", "application/json")])
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, &[])
    }

    /// JSON with more headers.
    pub fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send("POST", path, Some(body.to_string()), &all)
    }

    pub fn send(&self, method: &str, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.desk.url(path));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match body {
            Some(body) => answer_of(self.desk.agent.run(request.body(body).unwrap())),
            None => answer_of(self.desk.agent.run(request.body(()).unwrap())),
        }
    }

    /// Makes something; its id.
    #[track_caller]
    pub fn make(&self, path: &str, body: &Value) -> String {
        self.post(&format!("/api/v1/{path}"), body).is(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// A client of its own with these roles, for an account or everything; its id and secret.
    /// Puts a list in force, after looking at its preview.
    pub fn in_force(&self, registry: &str) {
        let preview = self.previewed(registry, &json!({}));
        self.post(&format!("{registry}/put-in-force"), &json!({ "preview": preview })).is(200);
    }

    /// The preview of a change to a list, as the change names it.
    pub fn previewed(&self, registry: &str, change: &Value) -> Value {
        let preview = self.post(&format!("{registry}/preview"), change).is(200).json();
        json!({ "sha256": preview["sha256"], "terminals": preview["terminals"] })
    }

    pub fn make_client(&self, roles: &[&str], account: Option<&str>) -> (String, String) {
        let mut body = json!({ "name": "test", "roles": roles });
        if let Some(account) = account {
            body["account"] = json!(account);
        }
        let made = self.post("/api/v1/clients", &body).is(201).json();
        (made["id"].as_str().unwrap().to_owned(), made["client_secret"].as_str().unwrap().to_owned())
    }

    /// Someone else with these roles.
    pub fn other(&self, roles: &[&str], account: Option<&str>) -> Hand<'_> {
        let (id, secret) = self.make_client(roles, account);
        self.desk.hand(&id, &secret)
    }
}

/// An organization, an account, a plan, a service line and a registered terminal.
pub struct Books {
    pub organization: String,
    pub account: String,
    pub plan: String,
    pub line: String,
    pub terminal: String,
}

/// Makes them, with a name that tells them from others. The service address is in a territory named `kyiv`.
pub fn books(admin: &Hand<'_>, name: &str) -> Books {
    let known = admin.get("/api/v1/territories?name=kyiv").is(200).json();
    if known["results"] == json!([]) {
        admin.make("territories", &territory("kyiv", [30, 50, 31, 51]));
    }
    let organization = admin.make("organizations", &json!({ "name": format!("{name} relief") }));
    let account = admin.make("accounts", &json!({ "name": name, "organization": organization }));
    let plan = admin.make("plans", &plan(&format!("{name} plan")));
    let line = admin.make("service-lines", &line(&account, &plan));
    let terminal = admin.make(
        "user-terminals",
        &json!({ "hardware_key": format!("UT-{}", name.to_uppercase()), "account": account }),
    );
    Books { organization, account, plan, line, terminal }
}

/// What a territory is made of: west, south, east and north of it, degrees.
pub fn territory(name: &str, [west, south, east, north]: [i32; 4]) -> Value {
    let ring = json!([[west, south], [east, south], [east, north], [west, north], [west, south]]);
    let definition = json!({ "name": name, "version": 1, "pieces": [
        { "geometry": { "type": "Polygon", "coordinates": [ring] }, "source": "a test" },
    ] });
    json!({ "name": name, "definition": definition.to_string(), "valid_from_s": 0 })
}

/// The same territory in its second version, elsewhere.
pub fn redrawn(name: &str, edges: [i32; 4]) -> Value {
    let mut spec = territory(name, edges);
    let mut definition: Value = serde_json::from_str(spec["definition"].as_str().unwrap()).unwrap();
    definition["version"] = json!(2);
    spec["definition"] = json!(definition.to_string());
    spec
}

/// What a plan is made of.
pub fn plan(name: &str) -> Value {
    json!({
        "name": name, "down_kbit_s": 200_000, "up_kbit_s": 20_000, "priority": 3, "surfaces": ["land"],
        "in_motion_limit_cm_s": 0, "roaming": { "days": 30 },
    })
}

/// What a service line is made of.
pub fn line(account: &str, plan: &str) -> Value {
    json!({
        "name": "Line", "account": account, "plan": plan, "surface": "land",
        "address": { "latitude_e7": 504_500_000, "longitude_e7": 305_200_000, "territory": "kyiv" },
    })
}
