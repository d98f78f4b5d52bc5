//! Which of several servers on one store plans. The one that has the store's lock leads; the others look again and again, and one of
//! them takes over when it is free.

use super::{Live, news, record};
use crate::store::{Store, StoreError};
use skyweave_core::admission::Basis;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// How often a server that does not lead tries to, and one that leads makes sure. With the time that a first slot takes this is far less than
/// two slots.
const TRY: Duration = Duration::from_secs(2);

/// Leads whenever nobody else does, until `stopping`. Others reach this server at `url` meanwhile.
pub async fn lead<A: Basis>(
    live: Arc<Live<A>>,
    store: Arc<dyn Store>,
    url: String,
    mut stopping: watch::Receiver<bool>,
) {
    let mut waits = false;
    while !*stopping.borrow() {
        match store.lead(&url).await {
            Ok(Some(mut lead)) => {
                if waits {
                    tracing::warn!("the server that led is gone; this one plans from now on");
                }
                waits = false;
                let running = Running::start(&live, &store);
                while !*stopping.borrow() {
                    if lead.holds().await {
                        pause(&mut stopping).await;
                        continue;
                    }
                    // what is in force stays: a store that is gone stops nobody's planning, another server that plans does
                    match store.lead(&url).await {
                        Ok(Some(again)) => lead = again,
                        Ok(None) | Err(StoreError::Closed) => break,
                        Err(error) => {
                            tracing::warn!(
                                "the store with the lock is out of reach, and planning goes on: {error}"
                            );
                            pause(&mut stopping).await;
                        }
                    }
                }
                running.stop(&live).await;
                if !*stopping.borrow() {
                    tracing::warn!(
                        "another server on this store plans now; this one plans no more, and tries again"
                    );
                }
            }
            Ok(None) if !waits => {
                waits = true;
                tracing::warn!("another server on this store plans; this one stands by");
                pause(&mut stopping).await;
            }
            Ok(None) => pause(&mut stopping).await,
            Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::warn!("whether another server plans cannot be found out: {error}");
                pause(&mut stopping).await;
            }
        }
    }
}

async fn pause(stopping: &mut watch::Receiver<bool>) {
    // the sender being gone means the same as its word
    let _ = tokio::time::timeout(TRY, stopping.wait_for(|stop| *stop)).await;
}

/// What runs as long as this server leads.
struct Running {
    stop: Arc<AtomicBool>,
    planner: Option<std::thread::JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    fn start<A: Basis>(live: &Arc<Live<A>>, store: &Arc<dyn Store>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (planned, stopped) = (Arc::clone(live), Arc::clone(&stop));
        let planner = std::thread::Builder::new()
            .name("planner".to_owned())
            .spawn(move || planned.plan_ahead(&stopped))
            .inspect_err(|error| tracing::error!("the planner cannot be started: {error}"))
            .ok();
        live.leads.store(true, Ordering::Relaxed);
        let (begins, records) = (Arc::clone(live), Arc::clone(live));
        let tasks = vec![
            tokio::spawn(async move { begins.begin_slots().await }),
            tokio::spawn(record::record(records, Arc::clone(store))),
            tokio::spawn(news::tell(Arc::clone(live), Arc::clone(store))),
        ];
        Self { stop, planner, tasks }
    }

    async fn stop<A: Basis>(mut self, live: &Arc<Live<A>>) {
        self.stop.store(true, Ordering::Relaxed);
        live.leads.store(false, Ordering::Relaxed);
        if let Some(planner) = self.planner.take() {
            // it is at most in the middle of a slot
            let _ = tokio::task::spawn_blocking(move || planner.join()).await;
        }
        for task in &self.tasks {
            task.abort();
        }
        live.finish_tables();
        live.forget();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in &self.tasks {
            task.abort();
        }
    }
}
