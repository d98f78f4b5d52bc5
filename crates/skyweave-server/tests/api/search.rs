//! A search means the same to the store as to the model.

use skyweave_control::entity::{AnyEntity, Cause, Terminal};
use skyweave_control::fleet::search::{Filter, Row, Sighting};
use skyweave_control::time::UnixSeconds;
use skyweave_server::service::of_filter;
use skyweave_server::service::row;
use skyweave_server::store::{self, Commit, ListQuery, Scope, Store};
use std::sync::Arc;

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn id(prefix: &str, n: usize) -> String {
    format!("{prefix}_{n:026}")
}

const STATES: [&str; 4] = ["registered", "active", "suspended", "lost"];
const TAGS: [&str; 3] = ["spare", "red", "re"];
const CELLS: [&str; 3] = ["85283473fffffff", "85283477fffffff", "851fb467fffffff"];

/// Two accounts, one below the other, two lines, two organizations, and terminals at random; as the store and as the model sees them.
async fn fleet(store: &Arc<dyn Store>, random: &mut Random) -> Vec<Row> {
    put(store, vec![
        serde_json::json!({ "id": id("org", 1), "version": 1, "name": "Kyiv Relief", "open": true }),
        serde_json::json!({ "id": id("org", 2), "version": 1, "name": "Donor", "open": true }),
        serde_json::json!({ "id": id("acc", 1), "version": 1, "name": "Top kyiv", "organization": id("org", 1), "state": "open" }),
        serde_json::json!({ "id": id("acc", 2), "version": 1, "name": "Below", "organization": id("org", 1), "parent": id("acc", 1), "state": "open" }),
        line(1, "kyiv"),
        line(2, "odesa"),
    ], None).await;
    let mut rows = Vec::new();
    for n in 0..80 {
        let account = random.below(3);
        let line = if account == 0 { 0 } else { random.below(3) };
        let mut terminal = serde_json::json!({
            "id": id("ut", n), "version": 1, "hardware_key": format!("UT-{:02}", n), "state": STATES[random.below(4)],
            "state_since_s": 0, "holders": {}, "custody": [],
        });
        for (field, value) in [
            ("account", (account > 0).then(|| id("acc", account))),
            ("line", (line > 0).then(|| id("line", line))),
            ("serial", (random.below(2) > 0).then(|| format!("KIT{}", random.below(9)))),
            ("note", (random.below(3) == 0).then(|| "near KYIV 100%_".to_owned())),
        ] {
            if let Some(value) = value {
                terminal[field] = value.into();
            }
        }
        for (holder, among) in [("owner", 3), ("donor", 3), ("operator", 4)] {
            let who = random.below(among);
            if who == 1 || who == 2 {
                terminal["holders"][holder] = id("org", who).into();
            }
        }
        let tags: std::collections::BTreeSet<&str> =
            (0..random.below(3)).map(|_| TAGS[random.below(3)]).collect();
        terminal["tags"] = serde_json::json!(tags);
        let account_id = (account > 0).then(|| id("acc", account));
        put(store, vec![terminal.clone()], account_id).await;
        let terminal: Terminal = serde_json::from_value(terminal).unwrap();
        let seen = (random.below(3) > 0).then(|| Sighting {
            at: UnixSeconds(random.below(100) as i64),
            cell: u64::from_str_radix(CELLS[random.below(3)], 16).unwrap(),
            territory: (random.below(2) > 0).then(|| "kyiv".to_owned()),
        });
        if let Some(seen) = &seen {
            let sighting = store::Sighting {
                terminal: terminal.id.to_string(),
                seen_s: seen.at.0,
                hours: 0,
                cell: Some(seen.cell as i64),
                territory: seen.territory.clone(),
            };
            store.put_sightings(vec![sighting]).await.unwrap();
        }
        let causes = incidents(store, random, n).await;
        rows.push(of_model(terminal, account, line, seen, causes));
    }
    rows
}

fn line(n: usize, territory: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id("line", n), "version": 1, "name": format!("Line {n}"), "account": id("acc", 1), "plan": id("plan", n), "surface": "land",
        "address": { "latitude_e7": 0, "longitude_e7": 0, "territory": territory }, "state": "active",
    })
}

async fn incidents(store: &Arc<dyn Store>, random: &mut Random, n: usize) -> Vec<Cause> {
    let mut causes = Vec::new();
    for k in 0..random.below(3) {
        let cause = Cause::ALL[random.below(4)];
        let state = ["open", "closed"][random.below(2)];
        let incident = serde_json::json!({
            "id": id("inc", n * 10 + k), "version": 1, "terminal": id("ut", n), "opened_s": 0, "state": state, "enforcement": { "stage": "observed" },
            "finding": { "cause": cause.name(), "since_s": 0, "until_s": 0, "looks": 1, "evidence": "claimed_gnss", "outside_65536": 0,
                "latitude_e7": 0, "longitude_e7": 0, "error_m": 1 },
        });
        put(store, vec![incident], None).await;
        if state == "open" {
            causes.push(cause);
        }
    }
    causes
}

fn of_model(
    terminal: Terminal,
    account: usize,
    line: usize,
    seen: Option<Sighting>,
    incidents: Vec<Cause>,
) -> Row {
    let organizations = |id: &skyweave_control::id::OrganizationId| {
        if id.to_string().ends_with('1') { "Kyiv Relief" } else { "Donor" }.to_owned()
    };
    let holders = [terminal.holders.owner, terminal.holders.donor, terminal.holders.operator];
    Row {
        accounts: (1..=account).rev().map(|n| id("acc", n).parse().unwrap()).collect(),
        account_name: [None, Some("Top kyiv"), Some("Below")][account].map(ToOwned::to_owned),
        holder_names: holders.iter().flatten().map(organizations).collect(),
        line_name: (line > 0).then(|| format!("Line {line}")),
        plan: (line > 0).then(|| id("plan", line).parse().unwrap()),
        home_territory: [None, Some("kyiv"), Some("odesa")][line].map(ToOwned::to_owned),
        terminal,
        seen,
        incidents,
    }
}

/// Writes things as they are, without events.
async fn put(store: &Arc<dyn Store>, docs: Vec<serde_json::Value>, account: Option<String>) {
    let rows = docs.into_iter().map(|doc| {
        let id: skyweave_control::id::EntityId = doc["id"].as_str().unwrap().parse().unwrap();
        let entity = AnyEntity::from_json(id.kind, &doc.to_string()).unwrap();
        row(&entity, 0, account.clone(), 0).unwrap()
    });
    store.commit(Commit { entities: rows.collect(), ..Commit::default() }).await.unwrap();
}

fn term(random: &mut Random) -> String {
    let any = random.below(21);
    let not = if random.below(3) == 0 { "!" } else { "" };
    let n = 1 + random.below(2);
    match any {
        0 => format!(
            "text{not}={}",
            ["kyiv", "UT-1", "kit", "donor", "below", "100%_", "re", "line 2"][random.below(8)]
        ),
        1 => format!("key{not}=UT-0{}", random.below(9)),
        2 => format!("key{not}=UT-{}*,UT-77", random.below(8)),
        3 => format!("serial{not}=KIT{}", random.below(9)),
        4 => format!("serial{not}=KIT*"),
        5 => format!("tag{not}={}", TAGS[random.below(3)]),
        6 => format!("state{not}={},{}", STATES[random.below(4)], STATES[random.below(4)]),
        7 => format!("account{not}={}", id("acc", n)),
        8 => format!("under{not}={}", id("acc", n)),
        9 => format!("owner{not}={}", id("org", n)),
        10 => format!("donor{not}={}", id("org", n)),
        11 => format!("operator{not}={}", id("org", n)),
        12 => format!("line{not}={}", id("line", n)),
        13 => format!("plan{not}={}", id("plan", n)),
        14 => format!("home{not}={}", ["kyiv", "odesa"][n - 1]),
        15 => format!("territory{not}={}", ["kyiv", "odesa"][n - 1]),
        16 => format!(
            "cell{not}={}",
            ["85283473fffffff", "8428347ffffffff", "801ffffffffffff"][random.below(3)]
        ),
        17 => format!("incident{not}={}", Cause::ALL[random.below(4)].name()),
        18 => format!("incident{not}=any"),
        19 => format!("seen_{}{not}={}", ["since", "before"][n - 1], random.below(100)),
        _ => format!("seen{not}=never"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_what_the_model_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&format!("sqlite:{}", folder.path().join("a.db").display()), 1).await.unwrap();
    let mut random = Random(0x5eed_2026_1122);
    let rows = fleet(&store, &mut random).await;
    let (mut nonempty, mut searches) = (0, 0);
    for _ in 0..600 {
        let terms: Vec<String> = (0..=random.below(2)).map(|_| term(&mut random)).collect();
        let filter = Filter::parse(&terms).unwrap();
        let expected: Vec<String> =
            rows.iter().filter(|row| filter.matches(row)).map(|row| row.terminal.id.to_string()).collect();
        let query = ListQuery {
            kind: "terminal",
            scope: Scope::All,
            after: None,
            limit: 1_000,
            conditions: of_filter(&filter),
        };
        let found: Vec<String> = store.list(&query).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(found, expected, "{terms:?}");
        nonempty += usize::from(!found.is_empty() && found.len() < rows.len());
        searches += 1;
    }
    assert!(nonempty * 2 > searches, "only {nonempty} of {searches} searches choose");
    store.close().await;
}
