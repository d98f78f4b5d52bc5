//! Killed at any moment under load, a store still has all that it acknowledged.
//!
//! `SKYWEAVE_SOAK_SECONDS` sets how long it goes on (a handful of kills by default), `SKYWEAVE_SOAK_SEED` the seed, which is printed.
//! Killing a process does not test a power cut: what the operating system was given, it still writes.

use crate::cluster::{cluster, file_in};
use crate::contract::since;
use crate::rows::{all, change, row, terminal};
use skyweave_server::store::{self, Answer, Column, Commit, Condition, EventQuery, Store, StoreError};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SEED: u64 = 0x5eed_2026_1122;
/// Kills on each store if nobody asks for more.
const A_HANDFUL: u32 = 5;
/// Tasks that write side by side.
const WRITERS: usize = 8;
/// The longest that the store is left at work, ms.
const LONGEST_MS: u64 = 250;
/// What the ids of imports begin with, and how many pieces of how many things they come in.
const IMPORT: &str = "imp_";
const PIECES: i64 = 10;
const OF_A_PIECE: i64 = 20;
const CHILD: &str = "SKYWEAVE_TEST_STORE_UNDER_LOAD";

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_killed_anywhere_has_all_that_it_acknowledged() {
    let seconds = number("SKYWEAVE_SOAK_SECONDS");
    let seed = number("SKYWEAVE_SOAK_SEED").unwrap_or(SEED).max(1);
    println!("seed {seed}, {seconds:?} s");
    let mut random = Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut urls = vec![("sqlite", file_in(folder.path()))];
    urls.extend(cluster().map(|cluster| ("postgres", cluster.database())));
    let deadline = Instant::now() + Duration::from_secs(seconds.unwrap_or_default());
    let mut kills: BTreeMap<&str, u32> = BTreeMap::new();
    let mut acknowledged: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
    while Instant::now() < deadline || kills.values().sum::<u32>() < A_HANDFUL * urls.len() as u32 {
        for (name, url) in &urls {
            let patience = Duration::from_millis(20 + random.next() % LONGEST_MS);
            let round = kills.get(name).copied().unwrap_or(0);
            let now = killed_after(url, round, patience);
            check(url, &now).await;
            whole_or_not_there(url, round, &now).await;
            acknowledged.entry(name).or_default().extend(now);
            *kills.entry(name).or_default() += 1;
        }
    }
    for (name, url) in &urls {
        // what an earlier life acknowledged, later deaths must not have taken
        check(url, &acknowledged[name]).await;
    }
    let things: usize = acknowledged.values().map(BTreeMap::len).sum();
    assert!(things > 0, "nothing was ever acknowledged");
    println!("soak: store-kill: {kills:?} kills, {things} acknowledged things, 0 lost");
}

/// Lets another process write, and kills it; the last version of each thing that it said was acknowledged.
fn killed_after(url: &str, round: u32, patience: Duration) -> BTreeMap<String, i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::store_under_load", "--nocapture", "--ignored"])
        .env(CHILD, format!("{round} {url}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // the time that opening takes is no load
    let ready = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("ready"));
    assert!(ready, "the store under load did not open {url}");
    let reading = std::thread::spawn(move || {
        let mut last = BTreeMap::new();
        for line in lines.map_while(Result::ok) {
            // the last line may be cut
            let Some((id, version)) = line.strip_prefix("ack ").and_then(|line| line.split_once(' ')) else {
                continue;
            };
            if let Some(version) = version.strip_suffix(';') {
                last.insert(id.to_owned(), version.parse().unwrap());
            }
        }
        last
    });
    std::thread::sleep(patience);
    child.kill().unwrap();
    child.wait().unwrap();
    reading.join().unwrap()
}

/// The store. While another test starts a program, that program's process may hold the file's lock until it is a program.
async fn opened(url: &str) -> Arc<dyn Store> {
    for _ in 0..100 {
        match store::open(url, 1).await {
            Err(StoreError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return other.unwrap(),
        }
    }
    panic!("{url} stays locked");
}

/// Checks that everything is there, and that things are what their events come to.
async fn check(url: &str, known: &BTreeMap<String, i64>) {
    let store = opened(url).await;
    for (id, version) in known {
        if id.starts_with(IMPORT) {
            assert_eq!(imported(&*store, id).await, *version, "{id} was acknowledged");
            continue;
        }
        let found = store.entity("plan", id).await.unwrap().unwrap_or_else(|| panic!("{id} is lost"));
        assert!(
            found.version >= *version,
            "{id}: version {version} was acknowledged, {} is there",
            found.version
        );
        assert_eq!(found, row("plan", id, found.version));
        let events = store.events(&EventQuery { id: Some(id.clone()), ..since(0) }).await.unwrap();
        let versions: Vec<i64> = events.iter().map(|event| event.version).collect();
        assert_eq!(versions, (1..=found.version).collect::<Vec<_>>(), "{id}");
        let answer = store.answer("client_test", &format!("{id}-{version}")).await.unwrap();
        assert!(answer.is_some(), "the answer to {id} {version} is lost");
    }
    store.close().await;
}

/// Of an import that was under way there is all or nothing.
async fn whole_or_not_there(url: &str, round: u32, known: &BTreeMap<String, i64>) {
    let store = opened(url).await;
    let done = known.keys().filter(|id| id.starts_with(IMPORT)).count();
    for number in 0..=done {
        let id = format!("{IMPORT}{round}_{number}");
        let found = imported(&*store, &id).await;
        assert!(found == 0 || found == PIECES * OF_A_PIECE, "{id}: {found} are there");
    }
    store.close().await;
}

/// How many things of an import are there.
async fn imported(store: &dyn Store, id: &str) -> i64 {
    let condition = Condition::Begins(Column::NaturalKey, format!("key-{id}_"));
    store.count(&all("terminal", vec![condition])).await.unwrap()
}

/// Not a test: what the process does that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the part of the other process"]
async fn store_under_load() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let (round, url) = order.split_once(' ').unwrap();
    let store = store::open(url, 1).await.unwrap();
    println!("ready");
    let writers =
        (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&store), format!("plan_{round}_{writer}"))));
    let importer = tokio::spawn(import(Arc::clone(&store), format!("{IMPORT}{round}")));
    for task in writers.chain([importer]).collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

/// One import after another, each in pieces, with a rest between them in which others have their turn.
async fn import(store: Arc<dyn Store>, prefix: String) {
    for number in 0.. {
        let mut stream = store.stream().await.unwrap();
        for piece in 0..PIECES {
            let mut whole = Commit { time_ns: 1, actor: "client_test".to_owned(), ..Commit::default() };
            for thing in 0..OF_A_PIECE {
                let one = terminal(&format!("{prefix}_{number}_{piece}_{thing}"), "acc_1");
                whole.events.extend(one.events);
                whole.entities.extend(one.entities);
            }
            stream.add(whole).await.unwrap();
        }
        stream.finish().await.unwrap();
        let line = format!("ack {prefix}_{number} {};\n", PIECES * OF_A_PIECE);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn write(store: Arc<dyn Store>, id: String) {
    for version in 1.. {
        let mut commit = change("plan", &id, version);
        commit.answer = Some(Answer {
            client: "client_test".to_owned(),
            key: format!("{id}-{version}"),
            request_sha256: vec![0; 32],
            status: 200,
            headers: "[]".to_owned(),
            body: "{}".to_owned(),
        });
        store.commit(commit).await.unwrap();
        let line = format!("ack {id} {version};\n");
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}
