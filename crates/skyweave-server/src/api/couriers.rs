//! Threads that call webhooks. A receiver may take seconds, and there are many: on all the threads for work that waits, which the store and the
//! decisions use too, slow receivers would keep everybody waiting.

use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How many webhooks are called side by side.
const COURIERS: usize = 16;

/// Places for errands, which are carried out in the order in which they come.
#[derive(Debug, Clone)]
pub struct Couriers {
    places: Arc<Semaphore>,
}

impl Couriers {
    /// With all places free.
    #[must_use]
    pub fn start() -> Self {
        Self { places: Arc::new(Semaphore::new(COURIERS)) }
    }

    /// Has something done; none if it panicked.
    pub async fn send<T: Send + 'static>(&self, errand: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let done = spawn_blocking(move || {
            // kept until this has ended, even if nobody waits for it any more
            let _place = place;
            errand()
        });
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[tokio::test]
    async fn errands_are_carried_out_side_by_side_and_survive_a_panic() {
        let couriers = Couriers::start();
        for _ in 0..2 * COURIERS {
            assert_eq!(couriers.send(|| assert_eq!(1, 2)).await, None);
        }
        let (tell, told) = channel();
        let slow = couriers.send(move || told.recv_timeout(Duration::from_secs(30)).unwrap());
        let quick = couriers.send(move || tell.send(7).unwrap());
        assert_eq!(futures_util::future::join(slow, quick).await, (Some(7), Some(())));
    }
}
