//! A server's log with its people, and a clock that is set by hand.

use skyweave_control::order::{Request, Sources};
use skyweave_proof::UtcTime;
use skyweave_proof::audit::{Evidence, Report, audit};
use skyweave_proof::bound::{Fleet, Row, terminal_key, territory_key};
use skyweave_proof::bundle::{Bundle, Proven};
use skyweave_proof::document::Document;
use skyweave_proof::keys::Limits;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::{
    Action, Approval, Class, FailMode, Order, Relation, RelationKind, Target, TargetKind, Verdict,
};
use skyweave_proof::table::{Attributes, Outcome, Point};
use skyweave_proof::unhex;
use skyweave_server::clock::SECOND_NS;
use skyweave_server::log::KeyFile;
use skyweave_server::orders::{Lawful, OrderError, Orders, Setup, Standing, demonstration};
use skyweave_server::store::{self, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

pub const START_S: u64 = 1_800_000_000;
pub const HOUR_S: u64 = 3_600;

/// A place in the north and one outside of it, degrees.
pub const NORTH: (f64, f64) = (50.5, 30.5);
pub const SOUTH: (f64, f64) = (40.5, 30.5);

pub struct Town {
    pub folder: TempDir,
    pub store: Arc<dyn Store>,
    pub orders: Arc<Orders>,
    pub now_s: u64,
}

/// Everybody is served; the north is a territory that orders may speak of.
pub fn law() -> Lawful {
    let ring = "[[30,50],[31,50],[31,51],[30,51],[30,50]]";
    let north = format!(
        r#"{{"name":"north","version":1,"pieces":[{{"geometry":{{"type":"Polygon","coordinates":[{ring}]}},"source":"a test"}}]}}"#
    );
    let permit = "@id(\"everybody\")\npermit(principal, action == Action::\"serve\", resource);\n";
    let sources = Sources {
        policies: [("everybody.cedar".to_owned(), permit.to_owned())].into(),
        territories: [("north".to_owned(), north)].into(),
        plans: ["standard".to_owned()].into(),
        ..Sources::default()
    };
    Lawful::compile(sources, FailMode::Stay, &|_| None, None).unwrap()
}

/// Terminals of two territories, one of them the north.
pub fn fleet(count: usize, change: impl Fn(usize, Row) -> Option<Row>) -> Fleet {
    let row = |number: usize| Row {
        terminal: terminal_key(&format!("ut-{number}")),
        cell: number as u64 / 50,
        territory: territory_key(if number.is_multiple_of(2) { "north" } else { "south" }),
        barred: 0,
        rate_kbps: 100_000,
        weight_permille: 1_000,
    };
    Fleet::new((0..count).filter_map(|number| change(number, row(number))).collect()).unwrap()
}

impl Town {
    pub async fn new() -> Self {
        Self::with(fleet(2_000, |_, row| Some(row)), &[], None).await
    }

    /// With other terminals, other points of enforcement, and witnesses elsewhere.
    pub async fn with(fleet: Fleet, points: &[String], outside: Option<&dyn Fn(&str) -> String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        demonstration(&log, "aurora", &law(), Limits::USUAL, outside).unwrap();
        if !points.is_empty() {
            std::fs::write(log.join("points"), points.concat()).unwrap();
        }
        let url = format!("sqlite:{}", folder.path().join("sky.db").display());
        let store = store::open(&url, 1).await.unwrap();
        let orders = open(&log, &store, START_S).await.unwrap().with_fleet(fleet);
        let mut town = Self { folder, store, orders: Arc::new(orders), now_s: START_S };
        if outside.is_none() {
            town.settle().await;
        }
        town
    }

    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub fn now_ns(&self) -> i64 {
        self.now_s as i64 * SECOND_NS
    }

    pub fn now(&self) -> UtcTime {
        UtcTime(self.now_s)
    }

    pub fn pass(&mut self, seconds: u64) -> &mut Self {
        self.now_s += seconds;
        self
    }

    /// Lets the server do what is due until there is nothing more.
    pub async fn settle(&mut self) {
        for _ in 0..6 {
            self.orders.tick(self.now_ns()).await.unwrap();
            self.pass(1);
        }
    }

    /// Stops the server and starts it again, over the same database and files.
    pub async fn restart(&mut self) -> Result<(), OrderError> {
        self.store.close().await;
        // the file's lock is held as long as anybody has the store: another one takes its place for a moment
        let spare = tempfile::tempdir().unwrap();
        demonstration(&spare.path().join("log"), "spare", &law(), Limits::USUAL, None).unwrap();
        self.store =
            store::open(&format!("sqlite:{}", spare.path().join("sky.db").display()), 1).await.unwrap();
        self.orders = Arc::new(open(&spare.path().join("log"), &self.store, self.now_s).await.unwrap());
        let url = format!("sqlite:{}", self.folder.path().join("sky.db").display());
        self.store = store::open(&url, 1).await.unwrap();
        let orders = open(&self.log(), &self.store, self.now_s).await?;
        self.orders = Arc::new(orders.with_fleet(fleet(2_000, |_, row| Some(row))));
        Ok(())
    }

    pub fn key(&self, name: &str) -> KeyFile {
        KeyFile::read(&self.log().join(format!("people/{name}.key"))).unwrap()
    }

    pub fn genesis(&self) -> Hash {
        self.orders.genesis()
    }

    pub fn request(&self, class: Class, requester: &str, hours: Option<u64>) -> Request {
        let action = if class == Class::Restore { Action::Restore } else { Action::Deactivate };
        Request {
            class,
            requester: requester.to_owned(),
            action,
            target: Target { kind: TargetKind::Territory, name: "north".to_owned() },
            reason: "an exercise".to_owned(),
            basis: "section 1".to_owned(),
            start: None,
            expires: hours.map(|hours| UtcTime(self.now_s + hours * HOUR_S)),
            relation: None,
        }
    }

    /// Draws up an order about the north and proposes it.
    pub async fn propose(&self, class: Class, requester: &str, hours: Option<u64>) -> Standing {
        self.propose_as(self.request(class, requester, hours)).await
    }

    pub async fn propose_as(&self, request: Request) -> Standing {
        let requester = request.requester.clone();
        let row = self.orders.draft(request, "test", self.now_ns()).await.unwrap();
        let order = Order::parse(&row.payload).unwrap();
        let entry = order.to_envelope().signed(&self.key(&requester).secret()).to_bytes();
        self.orders.propose(&row.id, entry, "test", self.now_ns()).await.unwrap()
    }

    pub fn word(&self, order: &Standing, approver: &str) -> Vec<u8> {
        let word = Approval::of(&order.row.payload, approver, Verdict::Approve).unwrap();
        word.to_envelope().signed(&self.key(approver).secret()).to_bytes()
    }

    pub async fn approve(&self, order: &Standing, approver: &str) -> Result<Standing, OrderError> {
        self.orders.say(&order.row.id, self.word(order, approver), "test", self.now_ns()).await
    }

    /// A cut of the north, rightly decided and in force.
    pub async fn cut(&mut self, hours: u64) -> Standing {
        let order = self.propose(Class::Cut, "alice", Some(hours)).await;
        for approver in ["bob", "carol", "dave"] {
            self.approve(&order, approver).await.unwrap();
        }
        self.settle().await;
        self.orders.standing(&order.row.id).await.unwrap()
    }

    /// The order that takes a cut back.
    pub async fn restore(&mut self, cut: &Standing) -> Standing {
        let order = unhex(&cut.row.id).unwrap().try_into().unwrap();
        let relation = Some(Relation { kind: RelationKind::Revokes, order });
        let request = Request { relation, ..self.request(Class::Restore, "alice", None) };
        let order = self.propose_as(request).await;
        for approver in ["bob", "carol"] {
            self.approve(&order, approver).await.unwrap();
        }
        self.settle().await;
        self.orders.standing(&order.row.id).await.unwrap()
    }

    pub async fn bundle(&self) -> Proven<Bundle> {
        self.orders.in_force_here().await.unwrap().unwrap().bundle
    }

    /// Whether a place is served by what this server's own point of enforcement has in force.
    pub async fn serves(&self, place: (f64, f64)) -> bool {
        let law = self.orders.in_force(self.now_ns()).await.unwrap().unwrap();
        let point = Point::from_degrees(place.0, place.1).unwrap();
        let attributes = Attributes::plain(self.now_s as i64);
        law.table.decide(law.table.class_at(point), &attributes).outcome == Outcome::Permitted
    }

    pub fn audit(&self) -> Report {
        self.audit_with(&Evidence { now: self.now(), ..Evidence::default() })
    }

    pub fn audit_with(&self, evidence: &Evidence<'_>) -> Report {
        audit(self.orders.public(), &self.genesis(), evidence)
    }

    /// Carries out SQL in the database, past the server.
    pub async fn sql(&self, statement: &'static str) -> Result<(), String> {
        use sqlx::{Connection, SqliteConnection};
        let url = format!("sqlite:{}", self.folder.path().join("sky.db").display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let done = sqlx::raw_sql(statement).execute(&mut connection).await;
        connection.close().await.unwrap();
        done.map(drop).map_err(|error| error.to_string())
    }
}

pub async fn open(log: &Path, store: &Arc<dyn Store>, now_s: u64) -> Result<Orders, OrderError> {
    let setup = Setup::read(log, &|_| None).unwrap();
    Orders::open(setup, Arc::clone(store), None, now_s as i64 * SECOND_NS).await
}
