//! What every store does.

use crate::rows::{S, account, all, change, event, row, terminal};
use crate::sightings::measured;
use skyweave_server::store::{
    Answer, Client, Column, Commit, Condition, Delivery, EventQuery, Horizon, ListQuery, LookedUp, Note,
    Scope, Sighting, Store, StoreError, Token, Webhook,
};
use std::collections::BTreeSet;
use std::sync::Arc;

contract!(
    what_is_committed_is_read,
    natural_keys_are_given_once,
    accounts_form_a_tree_that_moves,
    scopes_hide_what_others_have,
    lists_are_complete_while_others_insert,
    conditions_choose,
    what_was_looked_up_must_still_be_so,
    what_is_about_a_terminal_goes_with_it,
    events_come_in_order_and_once,
    followers_are_woken_by_events_alone,
    a_stream_is_made_as_a_whole,
    answers_are_kept,
    clients_and_tokens,
    webhooks_and_deliveries,
    old_things_are_forgotten,
    texts_are_kept_as_they_are,
    a_closed_store_says_so,
);

type Opened = Arc<dyn Store>;

async fn what_is_committed_is_read(store: &Opened) {
    assert_eq!(store.entity("terminal", "ut_1").await.unwrap(), None);
    assert_eq!(store.last_event().await.unwrap(), 0);
    store.commit(change("terminal", "ut_1", 1)).await.unwrap();
    store.commit(change("terminal", "ut_1", 2)).await.unwrap();
    assert_eq!(store.entity("terminal", "ut_1").await.unwrap(), Some(row("terminal", "ut_1", 2)));
    let events = store.events(&since(0)).await.unwrap();
    assert_eq!(events.iter().map(|event| event.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(events[1].payload, "{\"version\":2}");
    assert_eq!((events[1].time_ns, events[1].actor.as_str()), (2 * S, "client_test"));
    assert_eq!(store.last_event().await.unwrap(), events[1].seq);
}

async fn natural_keys_are_given_once(store: &Opened) {
    store.commit(terminal("ut_1", "acc_1")).await.unwrap();
    let mut second = terminal("ut_2", "acc_1");
    second.entities[0].natural_key = Some("key-ut_1".to_owned());
    let error = store.commit(second).await.unwrap_err();
    assert_eq!(error, StoreError::Taken { kind: "terminal".to_owned(), id: "ut_2".to_owned() });
    let found = store.entity_by_key("terminal", "key-ut_1").await.unwrap().unwrap();
    assert_eq!(found.id, "ut_1");
    assert_eq!(store.entity_by_key("terminal", "key-ut_2").await.unwrap(), None);
    assert_eq!(store.entity_by_key("plan", "key-ut_1").await.unwrap(), None);
    // two exchange theirs
    store.commit(terminal("ut_2", "acc_1")).await.unwrap();
    let with_key = |id: &str, key: &str| {
        let mut row = row("terminal", id, 2);
        row.natural_key = Some(key.to_owned());
        row
    };
    let exchange = Commit {
        events: vec![event("terminal", "ut_1", 2), event("terminal", "ut_2", 2)],
        freed: vec![("terminal", "ut_1".to_owned()), ("terminal", "ut_2".to_owned())],
        entities: vec![with_key("ut_1", "key-ut_2"), with_key("ut_2", "key-ut_1")],
        ..Commit::default()
    };
    store.commit(exchange).await.unwrap();
    let found = store.entity_by_key("terminal", "key-ut_1").await.unwrap().unwrap();
    assert_eq!(found.id, "ut_2");
}

async fn accounts_form_a_tree_that_moves(store: &Opened) {
    for (id, parent) in [("acc_a", None), ("acc_b", Some("acc_a")), ("acc_c", Some("acc_b")), ("acc_d", None)]
    {
        store.commit(account(id, parent)).await.unwrap();
    }
    let contains = async |a: &str, b: &str| store.contains_account(a, b).await.unwrap();
    assert!(
        contains("acc_a", "acc_c").await
            && contains("acc_b", "acc_c").await
            && contains("acc_c", "acc_c").await
    );
    assert!(!contains("acc_c", "acc_a").await && !contains("acc_d", "acc_c").await);
    let mut moved = change("account", "acc_b", 2);
    moved.entities[0].parent = Some("acc_d".to_owned());
    store.commit(moved).await.unwrap();
    assert!(
        contains("acc_d", "acc_c").await
            && contains("acc_b", "acc_c").await
            && contains("acc_d", "acc_b").await
    );
    assert!(!contains("acc_a", "acc_c").await && !contains("acc_a", "acc_b").await);
    store.commit(change("account", "acc_b", 3)).await.unwrap();
    assert!(!contains("acc_d", "acc_c").await && contains("acc_b", "acc_c").await);
}

async fn scopes_hide_what_others_have(store: &Opened) {
    for (id, parent) in [("acc_a", None), ("acc_b", Some("acc_a")), ("acc_d", None)] {
        store.commit(account(id, parent)).await.unwrap();
    }
    for (id, account) in [("ut_a", "acc_a"), ("ut_b", "acc_b"), ("ut_d", "acc_d")] {
        store.commit(terminal(id, account)).await.unwrap();
    }
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let mut given = change("terminal", "ut_d", 2);
    given.events[0].account = Some("acc_b".to_owned());
    given.events[0].account_before = Some("acc_d".to_owned());
    given.entities[0].account = Some("acc_b".to_owned());
    store.commit(given).await.unwrap();
    for (scope, terminals, events) in [
        (Scope::All, 3, 8),
        (Scope::Account("acc_a".to_owned()), 3, 6),
        (Scope::Account("acc_b".to_owned()), 2, 4),
        // one who gave a terminal away hears of that, and no more of the terminal
        (Scope::Account("acc_d".to_owned()), 0, 4),
        (Scope::Account("acc_x".to_owned()), 0, 1),
    ] {
        let list = ListQuery { scope: scope.clone(), ..all("terminal", vec![]) };
        assert_eq!(store.list(&list).await.unwrap().len(), terminals, "{scope:?}");
        assert_eq!(store.count(&list).await.unwrap(), terminals as i64, "{scope:?}");
        let public_kinds = vec!["plan".to_owned()];
        let query = EventQuery { scope: scope.clone(), public_kinds, ..since(0) };
        assert_eq!(store.events(&query).await.unwrap().len(), events, "{scope:?}");
        let plans = ListQuery { scope: scope.clone(), ..all("plan", vec![]) };
        assert_eq!(
            store.count(&plans).await.unwrap(),
            i64::from(scope == Scope::All),
            "nobody's things are not everybody's"
        );
    }
}

async fn lists_are_complete_while_others_insert(store: &Opened) {
    for n in 0..100 {
        store.commit(change("plan", &format!("plan_{:03}", n * 2), 1)).await.unwrap();
    }
    let inserting = {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for n in 0..100 {
                store.commit(change("plan", &format!("plan_{:03}", 199 - n * 2), 1)).await.unwrap();
            }
        })
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = ListQuery { after: after.clone(), limit: 7, ..all("plan", vec![]) };
        let page = store.list(&page).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.into_iter().map(|thing| thing.id));
    }
    inserting.await.unwrap();
    let unique: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "a row came twice");
    assert!(seen.is_sorted());
    for n in 0..100 {
        assert!(unique.contains(&format!("plan_{:03}", n * 2)), "row {n} is lost");
    }
}

async fn conditions_choose(store: &Opened) {
    store.commit(account("acc_1", None)).await.unwrap();
    store.commit(account("acc_2", Some("acc_1"))).await.unwrap();
    for n in 0..6_i64 {
        let mut commit = terminal(&format!("ut_{n}"), if n < 3 { "acc_1" } else { "acc_2" });
        let thing = &mut commit.entities[0];
        thing.state = Some(["active", "suspended", "lost"][n as usize % 3].to_owned());
        thing.line = (n % 2 == 0).then(|| format!("line_{n}"));
        thing.live = n != 5;
        thing.tags = if n == 1 { "\nred\nblue\n".to_owned() } else { String::new() };
        thing.search = format!("kyiv dish {n} 100%_ 'quoted' \\");
        store.commit(commit).await.unwrap();
        let seen = Sighting {
            terminal: format!("ut_{n}"),
            seen_s: n * 10,
            hours: 0,
            cell: Some(n),
            territory: None,
        };
        if n > 1 {
            store.put_sightings(vec![seen.clone(), Sighting { seen_s: 1, ..seen }]).await.unwrap();
        }
    }
    let mut incident = change("incident", "inc_1", 1);
    incident.entities[0].terminal = Some("ut_4".to_owned());
    incident.entities[0].cause = Some("moving".to_owned());
    incident.entities[0].live = true;
    store.commit(incident).await.unwrap();
    let mut line = change("service_line", "line_2", 1);
    line.entities[0].plan = Some("plan_9".to_owned());
    store.commit(line).await.unwrap();
    let text = |text: &str| text.to_owned();
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    let is = |column, value: &str| Condition::Is(column, vec![value.to_owned()]);
    for (condition, expected) in [
        (is(Column::State, "lost"), "25"),
        (Condition::Is(Column::State, vec![text("lost"), text("active")]), "0235"),
        (Condition::Is(Column::State, vec![]), ""),
        (not(Condition::Is(Column::State, vec![])), "012345"),
        (not(is(Column::Line, "line_2")), "01345"),
        (Condition::All(vec![is(Column::Account, "acc_2"), not(is(Column::Line, "line_4"))]), "35"),
        (Condition::Any(vec![is(Column::Line, "line_0"), is(Column::Line, "line_4")]), "04"),
        (Condition::Any(vec![]), ""),
        (Condition::All(vec![]), "012345"),
        (Condition::Live, "01234"),
        (Condition::Below(Column::Account, vec![text("acc_2")]), "345"),
        (Condition::Below(Column::Account, vec![text("acc_1")]), "012345"),
        (Condition::Tagged(text("red")), "1"),
        (Condition::Tagged(text("re")), ""),
        (Condition::Mentions(text("dish 4")), "4"),
        (Condition::Mentions(text("%_ 'quoted' \\")), "012345"),
        (Condition::Mentions(text("_' OR 1=1 --")), ""),
        (Condition::Begins(Column::NaturalKey, text("key-ut_3")), "3"),
        (Condition::Begins(Column::NaturalKey, text("ey-")), ""),
        (Condition::SeenSince(40), "45"),
        (Condition::SeenBefore(40), "23"),
        (not(Condition::Seen), "01"),
        (Condition::SeenInCells(3, 4), "34"),
        (Condition::SeenIn(vec![text("kyiv")]), ""),
        (Condition::HasLive("incident", Box::new(is(Column::Cause, "moving"))), "4"),
        (not(Condition::HasLive("incident", Box::new(Condition::All(vec![])))), "01235"),
        (Condition::Through(Column::Line, "service_line", Box::new(is(Column::Plan, "plan_9"))), "2"),
    ] {
        let found = store.list(&all("terminal", vec![condition.clone()])).await.unwrap();
        let found: String = found.iter().map(|thing| thing.id.trim_start_matches("ut_")).collect();
        assert_eq!(found, expected, "{condition:?}");
    }
    let seen = store.sightings(&["ut_3".to_owned(), "ut_0".to_owned()]).await.unwrap();
    assert_eq!((seen.len(), seen[0].seen_s, seen[0].hours), (1, 30, 1), "older sightings change nothing");
}

async fn what_was_looked_up_must_still_be_so(store: &Opened) {
    let of_plan = Condition::Is(Column::Plan, vec!["plan_1".to_owned()]);
    let none = LookedUp { query: all("service_line", vec![of_plan]), found: vec![] };
    let mut closing = change("plan", "plan_1", 1);
    closing.looked_up = vec![none.clone()];
    let mut line = change("service_line", "line_1", 1);
    line.entities[0].plan = Some("plan_1".to_owned());
    store.commit(line).await.unwrap();
    assert!(matches!(store.commit(closing.clone()).await.unwrap_err(), StoreError::Conflict { .. }));
    closing.looked_up = vec![LookedUp { found: vec!["line_1".to_owned()], ..none }];
    store.commit(closing).await.unwrap();
}

async fn what_is_about_a_terminal_goes_with_it(store: &Opened) {
    store.commit(terminal("ut_1", "acc_1")).await.unwrap();
    let mut incident = change("incident", "inc_1", 1);
    incident.entities[0].terminal = Some("ut_1".to_owned());
    incident.entities[0].account = Some("acc_1".to_owned());
    store.commit(incident).await.unwrap();
    let mut given = change("terminal", "ut_1", 2);
    given.entities[0].account = Some("acc_2".to_owned());
    store.commit(given).await.unwrap();
    assert_eq!(store.entity("incident", "inc_1").await.unwrap().unwrap().account.as_deref(), Some("acc_2"));
}

async fn followers_are_woken_by_events_alone(store: &Opened) {
    let mut signal = store.committed();
    store.acknowledge("client_1", "", 1).await.unwrap();
    assert!(!signal.has_changed().unwrap());
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    signal.changed().await.unwrap();
}

async fn events_come_in_order_and_once(store: &Opened) {
    let writers = (0..8).map(|writer| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for version in 1..=25 {
                store.commit(change("plan", &format!("plan_{writer}"), version)).await.unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut signal = store.committed();
    let (mut last, mut read) = (0, Vec::new());
    while read.len() < 200 {
        let page = store.events(&EventQuery { limit: 7, ..since(last) }).await.unwrap();
        if page.is_empty() {
            signal.changed().await.unwrap();
        }
        last = page.last().map_or(last, |event| event.seq);
        read.extend(page);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(read.is_sorted_by(|a, b| a.seq < b.seq));
    for writer in 0..8 {
        let id = format!("plan_{writer}");
        let versions: Vec<i64> =
            read.iter().filter(|event| event.id == id).map(|event| event.version).collect();
        assert_eq!(versions, (1..=25).collect::<Vec<_>>(), "a follower missed some");
    }
    let of_one = EventQuery { id: Some("plan_3".to_owned()), until_ns: Some(10 * S), ..since(0) };
    assert_eq!(store.events(&of_one).await.unwrap().len(), 10);
    let of_kind = EventQuery { kinds: vec!["terminal".to_owned()], ..since(0) };
    assert_eq!(store.events(&of_kind).await.unwrap().len(), 0);
    let next = store.histories(("plan", "plan_3", 24), 2).await.unwrap();
    assert_eq!(
        next.iter().map(|e| (e.id.as_str(), e.version)).collect::<Vec<_>>(),
        [("plan_3", 25), ("plan_4", 1)]
    );
}

async fn a_stream_is_made_as_a_whole(store: &Opened) {
    let piece = |from: i64| Commit {
        events: (from..from + 300).map(|n| event("plan", &format!("plan_{n}"), 1)).collect(),
        entities: (from..from + 300).map(|n| row("plan", &format!("plan_{n}"), 1)).collect(),
        actor: "client_test".to_owned(),
        ..Commit::default()
    };
    let mut stream = store.stream().await.unwrap();
    for n in 0..10 {
        stream.add(piece(n * 300)).await.unwrap();
    }
    assert_eq!(store.last_event().await.unwrap(), 0, "seen before it is whole");
    stream.finish().await.unwrap();
    assert_eq!(store.count(&all("plan", vec![])).await.unwrap(), 3_000);

    let mut dropped = store.stream().await.unwrap();
    dropped.add(piece(10_000)).await.unwrap();
    drop(dropped);
    let mut refused = store.stream().await.unwrap();
    refused.add(piece(20_000)).await.unwrap();
    refused.add(piece(0)).await.unwrap();
    assert!(matches!(refused.finish().await.unwrap_err(), StoreError::Conflict { .. }));
    store.commit(change("plan", "plan_after", 1)).await.unwrap();
    assert_eq!(store.count(&all("plan", vec![])).await.unwrap(), 3_001);
}

async fn answers_are_kept(store: &Opened) {
    let answer = Answer {
        client: "client_1".to_owned(),
        key: "k".to_owned(),
        request_sha256: vec![7; 32],
        status: 201,
        headers: "[]".to_owned(),
        body: "{}".to_owned(),
    };
    let with = |id: &str| Commit { answer: Some(answer.clone()), ..change("plan", id, 1) };
    store.commit(with("plan_1")).await.unwrap();
    assert_eq!(store.answer("client_1", "k").await.unwrap(), Some(answer.clone()));
    assert_eq!(store.answer("client_2", "k").await.unwrap(), None);
    let error = store.commit(with("plan_2")).await.unwrap_err();
    assert_eq!(error, StoreError::Answered { key: "k".to_owned() });
    assert_eq!(store.entity("plan", "plan_2").await.unwrap(), None);
}

async fn clients_and_tokens(store: &Opened) {
    store.commit(account("acc_a", None)).await.unwrap();
    let client = |id: &str, account: Option<&str>| Client {
        id: id.to_owned(),
        name: "Test".to_owned(),
        secret_sha256: vec![1; 32],
        roles: "viewer operator".to_owned(),
        account: account.map(ToOwned::to_owned),
        terminal: None,
        created_ns: 5,
        disabled: false,
    };
    let put = async |client: Client, name| {
        let event = note("client", &client.id, name, client.account.as_deref());
        store.put_client(client, event).await.unwrap();
    };
    put(client("client_1", None), "client.created").await;
    put(client("client_2", Some("acc_a")), "client.created").await;
    put(Client { disabled: true, ..client("client_1", None) }, "client.disabled").await;
    let of_clients = EventQuery { kinds: vec!["client".to_owned()], ..since(0) };
    let events = store.events(&of_clients).await.unwrap();
    let said: Vec<_> = events.iter().map(|event| (&*event.id, event.version, &*event.name)).collect();
    assert_eq!(
        said,
        [
            ("client_1", 1, "client.created"),
            ("client_2", 1, "client.created"),
            ("client_1", 2, "client.disabled")
        ]
    );
    let seen = EventQuery { scope: Scope::Account("acc_a".to_owned()), ..of_clients };
    assert_eq!(store.events(&seen).await.unwrap(), events[1..2]);
    put(Client { secret_sha256: vec![2; 32], ..client("client_1", None) }, "client.secret_rotated").await;
    let after = store.client("client_1").await.unwrap().unwrap();
    assert!(after.disabled && after.secret_sha256 == [2; 32], "who is out stays out: {after:?}");
    assert_eq!(store.client("client_3").await.unwrap(), None);
    assert_eq!(store.clients(&Scope::All, "", 10).await.unwrap().len(), 2);
    let seen = store.clients(&Scope::Account("acc_a".to_owned()), "", 10).await.unwrap();
    assert_eq!(seen, [client("client_2", Some("acc_a"))]);
    let token = Token { sha256: vec![9; 32], client: "client_1".to_owned(), issued_ns: 1, expires_ns: 2 };
    store.put_token(token.clone()).await.unwrap();
    assert_eq!(store.token(&[9; 32]).await.unwrap(), Some(token));
    assert_eq!(store.token(&[8; 32]).await.unwrap(), None);
}

async fn webhooks_and_deliveries(store: &Opened) {
    let webhook = Webhook {
        id: "hook_1".to_owned(),
        account: None,
        client: "client_1".to_owned(),
        url: "https://example.net/".to_owned(),
        secret: "whsec_".to_owned(),
        kinds: String::new(),
        state: "active".to_owned(),
        delivered: 0,
        failures: 0,
        next_try_ns: 0,
        last_error: None,
        version: 1,
        created_ns: 1,
    };
    let event = |name| note("webhook", "hook_1", name, None);
    let mut signal = store.committed();
    signal.borrow_and_update();
    store.put_webhook(webhook.clone(), event("webhook.created")).await.unwrap();
    assert!(signal.has_changed().unwrap(), "who follows events has something to read");
    let delivery = |seq| Delivery {
        id: 0,
        webhook: "hook_1".to_owned(),
        seq,
        time_ns: 10,
        status: Some(200),
        error: None,
        duration_ms: 3,
    };
    let further = Webhook { delivered: 5, ..webhook.clone() };
    store.delivered(further, vec![delivery(4), delivery(5)]).await.unwrap();
    assert_eq!(store.webhook("hook_1").await.unwrap().unwrap().delivered, 5);
    let replayed = Webhook { delivered: 2, version: 2, ..webhook.clone() };
    store.change_webhook(replayed.clone(), event("webhook.replayed")).await.unwrap();
    let again = store.change_webhook(replayed.clone(), event("webhook.replayed")).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "it is of that version already: {again:?}");
    store.delivered(Webhook { delivered: 6, ..webhook }, vec![delivery(6)]).await.unwrap();
    assert_eq!(store.webhook("hook_1").await.unwrap().unwrap().delivered, 2, "the replay has the last word");
    let tries = store.deliveries("hook_1", i64::MAX, 2).await.unwrap();
    assert_eq!(tries.iter().map(|one| one.seq).collect::<Vec<_>>(), [6, 5]);
    assert_eq!(store.webhooks(&Scope::All, "", 10).await.unwrap().len(), 1);
    assert_eq!(store.webhooks(&Scope::Account("acc_a".to_owned()), "", 10).await.unwrap().len(), 0);
    store.remove_webhook("hook_1", event("webhook.removed")).await.unwrap();
    let late = store.change_webhook(Webhook { version: 3, ..replayed }, event("webhook.changed")).await;
    assert!(
        matches!(late, Err(StoreError::Conflict { .. })),
        "what was removed does not come back: {late:?}"
    );
    let twice = store.remove_webhook("hook_1", event("webhook.removed")).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    let told = store.events(&EventQuery { id: Some("hook_1".to_owned()), ..since(0) }).await.unwrap();
    assert_eq!(told.iter().map(|event| event.version).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(store.webhook("hook_1").await.unwrap(), None);
    assert_eq!(store.deliveries("hook_1", i64::MAX, 2).await.unwrap(), []);
}

async fn old_things_are_forgotten(store: &Opened) {
    store.put_telemetry(vec![measured("ut_1", "acc_a", S)], 10).await.unwrap();
    store.put_telemetry(vec![measured("ut_1", "acc_a", 2 * S)], 20).await.unwrap();
    let token =
        |n| Token { sha256: vec![n; 32], client: "c".to_owned(), issued_ns: 0, expires_ns: i64::from(n) };
    store.put_token(token(10)).await.unwrap();
    store.put_token(token(20)).await.unwrap();
    let before = Horizon { telemetry_ns: 20, answers_ns: 20, tokens_ns: 20, deliveries_ns: 20 };
    store.forget(before).await.unwrap();
    assert_eq!(store.telemetry(&Scope::All, 0, 10).await.unwrap().len(), 1);
    assert!(
        store.token(&[10; 32]).await.unwrap().is_none() && store.token(&[20; 32]).await.unwrap().is_some()
    );
    store.forget(Horizon { telemetry_ns: 100, ..before }).await.unwrap();
    store.put_telemetry(vec![measured("ut_1", "acc_a", 3 * S)], 30).await.unwrap();
    assert_eq!(store.telemetry(&Scope::All, 2, 10).await.unwrap().len(), 1, "a number came twice");
}

async fn texts_are_kept_as_they_are(store: &Opened) {
    for (n, text) in
        ["Київ 🛰 \u{202e}", "'; DROP TABLE event; --", "$1 ? :a @b %s", "\n\t\r\"\\", "e\u{301} \u{e9}"]
            .into_iter()
            .enumerate()
    {
        let mut commit = change("plan", &format!("plan_{n}"), 1);
        commit.entities[0].doc = serde_json::json!({ "name": text }).to_string();
        commit.entities[0].natural_key = Some(text.to_owned());
        let expected = commit.entities[0].clone();
        store.commit(commit).await.unwrap();
        assert_eq!(store.entity_by_key("plan", text).await.unwrap(), Some(expected), "{text}");
    }
}

async fn a_closed_store_says_so(store: &Opened) {
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    store.close().await;
    assert_eq!(store.commit(change("plan", "plan_2", 1)).await.unwrap_err(), StoreError::Closed);
    assert_eq!(store.entity("plan", "plan_1").await.unwrap_err(), StoreError::Closed);
}

/// An event of what is no entity.
fn note(kind: &'static str, id: &str, name: &'static str, account: Option<&str>) -> Note {
    Note {
        kind,
        id: id.to_owned(),
        name,
        time_ns: 7,
        actor: "client_test".to_owned(),
        account: account.map(ToOwned::to_owned),
        payload: "{}".to_owned(),
    }
}

/// All events after a number.
pub fn since(after: i64) -> EventQuery {
    EventQuery {
        after,
        limit: 1_000,
        scope: Scope::All,
        public_kinds: vec![],
        kinds: vec![],
        id: None,
        until_ns: None,
    }
}
