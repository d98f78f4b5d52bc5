//! What goes wrong with files and servers: one clear sentence each.

use crate::cluster::{cluster, file_in, name_of};
use crate::rows::change;
use skyweave_server::store::{self, StoreError};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// Of a server that there is not.
const OTHERS_CERTIFICATE: &str = include_str!("other.crt");

async fn said(url: &str) -> String {
    match store::open(url, 1).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_address_that_is_none() {
    for url in
        ["", "sky.db", "sqlite:", "sqlite::memory:", "mysql://a/b", "sqlite:a?mode=rwc", "postgresx://"]
    {
        let said = said(url).await;
        assert!(said.contains("accepted: sqlite:FILE or postgres://"), "{url}: {said}");
    }
    let said = said("mysql://me:secret@host/db").await;
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_second_server_on_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let store = store::open(&url, 1).await.unwrap();
    assert!(said(&url).await.ends_with("give this one a store of its own with --store"));
    store.close().await;
    drop(store);
    store::open(&url, 1).await.unwrap().close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&file_in(folder.path()), 1).await.unwrap();
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}: {mode:o}", file.path().display());
        files += 1;
    }
    assert!(files >= 3, "the database, its log and its lock");
    store.close().await;
}

#[tokio::test]
async fn no_folder_no_database_and_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("sqlite:{}/none/sky.db", folder.path().display());
    assert!(said(&nowhere).await.contains("there is no folder"));
    let url = file_in(folder.path());
    std::fs::write(
        folder.path().join("sky.db"),
        "a letter, and long enough to be looked at as a database ".repeat(40),
    )
    .unwrap();
    assert!(said(&url).await.contains("file is not a database; restore it from a copy"));
    std::fs::remove_file(folder.path().join("sky.db")).unwrap();
    store::open(&url, 1).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("UPDATE migration SET sha256 = 'x'").execute(&mut connection).await.unwrap();
    assert!(said(&url).await.ends_with("migration 1 (first) has another checksum"));
    let newer = "DELETE FROM migration; INSERT INTO migration VALUES (7, 'later', '', 1)";
    sqlx::raw_sql(newer).execute(&mut connection).await.unwrap();
    assert!(
        said(&url).await.contains("written by a newer program (version 7 of its tables, this one knows 5)")
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written() {
    // root writes everywhere, but not on a read-only mount such as this one
    let said = said("sqlite:/proc/sky.db").await;
    assert!(said.contains("/proc/sky.db: it cannot be"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let store = store::open(&url, 1).await.unwrap();
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = store.commit(change("plan", "plan_1", 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_what_was_not_acknowledged_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let disk = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1200k", "tmpfs"])
        .arg(folder.path())
        .output();
    if !disk.is_ok_and(|done| done.status.success()) {
        println!("skipped: a small disk cannot be mounted here");
        return;
    }
    let store = store::open(&url, 1).await.unwrap();
    let mut acknowledged = 0;
    let error = loop {
        let mut commit = change("plan", &format!("plan_{acknowledged}"), 1);
        commit.entities[0].doc = format!("\"{}\"", "x".repeat(10_000));
        match store.commit(commit).await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("no space is left"), "{error}");
    assert_eq!(store.events(&crate::contract::since(0)).await.unwrap().len(), acknowledged);
    store.close().await;
    drop(store);
    let done = std::process::Command::new("umount").arg(folder.path()).status().unwrap();
    assert!(done.success());
}

#[tokio::test]
async fn a_server_is_spoken_to_over_tls_and_only_if_its_certificate_is_trusted() {
    let Some(cluster) = cluster() else { return };
    let (url, trusted) = cluster.database_over_tls();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut connection).await.unwrap());
    store::open(&url, 1).await.unwrap().close().await;
    std::fs::write(&trusted, OTHERS_CERTIFICATE).unwrap();
    let said = said(&url).await;
    assert!(said.contains("it cannot be opened") && said.contains("certificate"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_and_one_without_the_database() {
    let said_none = said("postgres://nobody:secret@127.0.0.1:1/sky").await;
    assert!(said_none.starts_with("postgres://nobody@127.0.0.1:1/sky: it cannot be opened"), "{said_none}");
    let Some(cluster) = cluster() else { return };
    let url = cluster.database();
    let name = name_of(&url);
    let absent = url.replace(&format!("/{name}?"), "/none?");
    assert!(said(&absent).await.contains("database \"none\" does not exist"), "{}", said(&absent).await);
}
