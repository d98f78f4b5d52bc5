//! One contract, held by both stores: SQLite always, PostgreSQL where Debian's package is installed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

/// A test for each of the stores.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let store = skyweave_server::store::open(&crate::cluster::file_in(folder.path()), 1).await.unwrap();
                super::$name(&store).await;
                store.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(cluster) = crate::cluster::cluster() else { return };
                let store = skyweave_server::store::open(&cluster.database(), 1).await.unwrap();
                super::$name(&store).await;
                store.close().await;
            }
        }
    )+ };
}

mod changes;
mod cluster;
mod contract;
mod hostile;
mod kill;
mod lead;
mod orders;
mod plans;
mod rows;
mod sightings;
mod trouble;
