//! Witnesses and a mirror as servers of their own, asked over HTTP.

use crate::town::{NORTH, START_S, Town, fleet};
use skyweave_proof::UtcTime;
use skyweave_proof::audit::{Evidence, Violation};
use skyweave_proof::log::merkle;
use skyweave_proof::log::note::Verifier;
use skyweave_proof::log::reader::Files;
use skyweave_proof::log::witness::{Request, monitoring_path};
use skyweave_proof::order::Class;
use skyweave_server::log::witness::{Options, Server, serve};
use skyweave_server::log::{Folder, KeyFile, KeyRole};
use skyweave_server::orders::OrderError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// Three witnesses and a mirror, which know the log as soon as it has a key.
struct Street {
    folder: tempfile::TempDir,
    keys: BTreeMap<&'static str, KeyFile>,
    listeners: Mutex<BTreeMap<&'static str, TcpListener>>,
    ports: BTreeMap<&'static str, u16>,
}

const NAMES: [&str; 4] = ["w1", "w2", "w3", "m1"];

impl Street {
    async fn new() -> Self {
        let (mut keys, mut listeners, mut ports) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for name in NAMES {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            ports.insert(name, listener.local_addr().unwrap().port());
            listeners.insert(name, listener);
            keys.insert(name, KeyFile::new(KeyRole::Witness, &format!("witness.example/{name}")).unwrap());
        }
        let folder = tempfile::tempdir().unwrap();
        Self { folder, keys, listeners: Mutex::new(listeners), ports }
    }

    fn policy(&self, log: &str) -> String {
        let witness = |name: &str| {
            format!("witness {name} {} http://127.0.0.1:{}\n", self.keys[name].public(), self.ports[name])
        };
        let witnesses: String = NAMES.iter().map(|name| witness(name)).collect();
        format!("log {log}\n{witnesses}group seen 2 w1 w2 w3\ngroup public all seen m1\nquorum public\n")
    }

    fn server(&self, name: &str, log: &str, public: &Path) -> Arc<Server> {
        let options = Options {
            key: self.keys[name].signatory().unwrap(),
            logs: vec![Verifier::parse(log).unwrap()],
            folder: self.state(name),
            mirror: None,
        };
        let from: Option<Box<dyn Files + Send + Sync>> =
            (name == "m1").then(|| Box::new(Folder::read_only(public)) as Box<dyn Files + Send + Sync>);
        Arc::new(Server::with_files(options, from, || UtcTime(START_S)).unwrap())
    }

    fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, name: &'static str, log: &str, public: &Path) {
        let listener = self.listeners.lock().unwrap().remove(name).unwrap();
        tokio::spawn(serve(listener, self.server(name, log, public), std::future::pending()));
    }
}

fn get(url: &str) -> Option<Vec<u8>> {
    ureq::get(url).call().ok().and_then(|mut answer| answer.body_mut().read_to_vec().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_three_and_a_mirror_must_have_seen_it() {
    let street = Street::new().await;
    let town = Town::with(fleet(10, |_, row| Some(row)), &[], Some(&|log| street.policy(log))).await;
    let mut town = town;
    let log = KeyFile::read(&town.log().join("log.key")).unwrap().public();
    let public = town.log().join("public");
    // one witness and the mirror are too few
    street.start("w1", &log, &public);
    street.start("m1", &log, &public);
    // nobody answers at w2 and w3, whose ports are taken and not listened to: their requests run into the limit, so w2 comes up
    street.start("w2", &log, &public);
    street.listeners.lock().unwrap().remove("w3");
    town.settle().await;
    assert!(town.serves(NORTH).await);
    let cut = town.cut(2).await;
    assert_eq!(cut.row.state, "in-force");
    assert!(!town.serves(NORTH).await);
    let report = town.audit();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.witnessed.as_ref().unwrap().1, ["m1", "w1", "w2"]);

    // monitors see what witnesses saw, and the mirror has all of it
    let origin = "aurora.example/orders";
    let at = |name: &str| format!("http://127.0.0.1:{}", street.ports[name]);
    let shown = |name: &str| get(&format!("{}/{}", at(name), monitoring_path(origin))).unwrap();
    let evidence = |checkpoints| Evidence { now: town.now(), checkpoints, ..Evidence::default() };
    let both = ["w1", "m1"].map(|name| (name.to_owned(), shown(name)));
    assert!(town.audit_with(&evidence(both.into())).is_clean());
    let size = report.size;
    for tile in skyweave_proof::log::tile::all(size) {
        let bytes = get(&format!("{}/{}", at("m1"), tile.path()));
        assert_eq!(bytes, town.orders.public().read(&tile.path()), "{}", tile.path());
    }
    assert_eq!(get(&format!("{}/state", at("w1"))), None);

    // rolled back to before the cut, the log is not cosigned any more: witnesses remember on their disks
    let old = town.orders.summary().await.size - 3;
    let text = format!("{origin}\n{old}\n{}\n", skyweave_proof::json::to_base64(&merkle::empty_root()));
    let signatory = KeyFile::read(&town.log().join("log.key")).unwrap().signatory().unwrap();
    let note = format!("{text}\n{}", signatory.line(&text, UtcTime(START_S)));
    for name in ["w1", "m1"] {
        // restarted, from its disk
        let server = street.server(name, &log, &public);
        let body = |old: u64, note: &str| Request { old, proof: Vec::new(), note }.to_text();
        assert_eq!(server.add_checkpoint(body(0, &note).as_bytes()).status, 409, "{name}");
        assert_eq!(server.add_checkpoint(body(size, &note).as_bytes()).status, 400, "{name}");
        assert_eq!(server.add_checkpoint(b"junk").status, 400, "{name}");
        let foreign = note.replace(origin, "other.example/log");
        assert_eq!(server.add_checkpoint(body(0, &foreign).as_bytes()).status, 404, "{name}");
        let unsigned = format!("{text}\n");
        assert!(matches!(server.add_checkpoint(body(0, &unsigned).as_bytes()).status, 400 | 403), "{name}");
        let forked = format!("{origin}\n{size}\n{}\n", skyweave_proof::json::to_base64(&[7; 32]));
        let forked = format!("{forked}\n{}", signatory.line(&forked, UtcTime(START_S)));
        assert_eq!(server.add_checkpoint(body(size, &forked).as_bytes()).status, 422, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_forked_is_cosigned_by_nobody_and_named() {
    let street = Street::new().await;
    let mut town = Town::with(fleet(10, |_, row| Some(row)), &[], Some(&|log| street.policy(log))).await;
    let log = KeyFile::read(&town.log().join("log.key")).unwrap().public();
    let public = town.log().join("public");
    for name in NAMES {
        street.start(name, &log, &public);
    }
    town.settle().await;
    town.propose(Class::Cut, "alice", Some(2)).await;
    town.settle().await;
    let shown = town.orders.checkpoint().unwrap();
    // she forgets the order and begins again from before it
    town.sql("DROP TRIGGER log_leaf_is_not_deleted").await.unwrap();
    town.sql("DELETE FROM log_leaf WHERE leaf >= (SELECT leaf FROM log_leaf WHERE kind = 'order.v1')")
        .await
        .unwrap();
    town.sql("DELETE FROM log_checkpoint").await.unwrap();
    town.restart().await.unwrap();
    let refused = town.orders.publish(town.now_ns(), true).await.unwrap_err();
    assert!(matches!(refused, OrderError::Refused(_)), "{refused}");
    assert_eq!(town.orders.checkpoint().unwrap(), shown);
    assert!(town.serves(NORTH).await);
    // with another order in its place it is as long, and another log all the same
    town.propose(Class::Cut, "bob", Some(3)).await;
    let refused = town.orders.publish(town.now_ns(), true).await.unwrap_err();
    assert!(matches!(refused, OrderError::Refused(_)), "{refused}");
    let evidence = Evidence {
        now: town.now(),
        checkpoints: vec![("a gateway".to_owned(), shown)],
        ..Evidence::default()
    };
    let report = town.audit_with(&evidence);
    assert!(!report.is_clean() && !matches!(report.violations[..], [Violation::Missing { .. }]), "{report}");
}
