//! Changes that meet: of those that cannot all be made, one is, and nothing is left of the others.

use crate::contract::since;
use crate::rows::{all, change, event};
use skyweave_server::store::{Commit, Store, StoreError, Unmoved};
use std::collections::BTreeSet;
use std::sync::Arc;

contract!(
    only_one_of_two_changes_of_a_version_is_made,
    a_decision_on_something_that_changed_is_refused,
    a_decision_on_kinds_of_which_something_happened_is_refused,
    a_refused_change_leaves_nothing,
);

type Opened = Arc<dyn Store>;

async fn only_one_of_two_changes_of_a_version_is_made(store: &Opened) {
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let tries = (0..20).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.commit(change("plan", "plan_1", 2)).await })
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(()) => made += 1,
            Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(store.events(&since(0)).await.unwrap().len(), 2);
}

async fn a_decision_on_something_that_changed_is_refused(store: &Opened) {
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let mut line = change("service_line", "line_1", 1);
    line.seen.extend(change("plan", "plan_1", 2).seen);
    store.commit(change("plan", "plan_1", 2)).await.unwrap();
    let error = store.commit(line.clone()).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict { kind: "plan".to_owned(), id: "plan_1".to_owned() });
    line.seen[1].version = 2;
    store.commit(line).await.unwrap();
    // without having looked, a version is still given once
    let blind = Commit { seen: Vec::new(), ..change("plan", "plan_1", 2) };
    assert!(matches!(store.commit(blind).await.unwrap_err(), StoreError::Conflict { .. }));
    let ahead = Commit { seen: Vec::new(), ..change("plan", "plan_1", 4) };
    assert!(matches!(store.commit(ahead).await.unwrap_err(), StoreError::Conflict { .. }));
}

async fn a_decision_on_kinds_of_which_something_happened_is_refused(store: &Opened) {
    store.commit(change("restriction", "rst_1", 1)).await.unwrap();
    let since = store.last_event().await.unwrap();
    let law = |id: &str, since: i64| Commit {
        unmoved: Some(Unmoved { kinds: vec!["plan", "restriction"], since }),
        ..change("restriction", id, 1)
    };
    // of many who checked the same, one is first
    store.commit(change("terminal", "ut_1", 1)).await.unwrap();
    let tries = (2..12).map(|number| {
        let (store, commit) = (Arc::clone(store), law(&format!("rst_{number}"), since));
        tokio::spawn(async move { store.commit(commit).await })
    });
    let (mut made, mut overtaken) = (0, BTreeSet::new());
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(()) => made += 1,
            Err(StoreError::Overtaken { id }) => _ = overtaken.insert(id),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((made, overtaken.len()), (1, 1));
    store.commit(law("rst_12", store.last_event().await.unwrap())).await.unwrap();
}

async fn a_refused_change_leaves_nothing(store: &Opened) {
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let mut both = change("plan", "plan_2", 1);
    both.events.push(event("plan", "plan_1", 1));
    assert!(store.commit(both).await.is_err());
    assert_eq!(store.entity("plan", "plan_2").await.unwrap(), None);
    assert_eq!(store.events(&since(0)).await.unwrap().len(), 1);
    // in one transaction with others, only the refused ones are missing
    let tries = (0..50).map(|n| {
        let store = Arc::clone(store);
        let id = if n % 5 == 0 { "plan_1".to_owned() } else { format!("plan_x{n}") };
        tokio::spawn(async move { store.commit(change("plan", &id, 1)).await.is_ok() })
    });
    let mut good = 0;
    for one in tries.collect::<Vec<_>>() {
        good += usize::from(one.await.unwrap());
    }
    assert_eq!(good, 40);
    assert_eq!(store.count(&all("plan", vec![])).await.unwrap(), 41);
}
