//! Threads that call webhooks. A receiver may take seconds, and there are many: on the threads that the store and the decisions use too, slow
//! receivers would keep everybody waiting.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// How many webhooks are called side by side.
const COURIERS: usize = 16;

type Errand = Box<dyn FnOnce() + Send>;

/// Threads that carry out errands in the order in which they come. They end when this is dropped.
#[derive(Debug, Clone)]
pub struct Couriers {
    errands: Sender<Errand>,
}

impl Couriers {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system has none to give.
    pub fn start() -> std::io::Result<Self> {
        let (errands, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..COURIERS {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new().name(format!("courier {number}")).spawn(move || carry(&waiting))?;
        }
        Ok(Self { errands })
    }

    /// Has something done; none if it panicked.
    pub async fn send<T: Send + 'static>(&self, errand: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (reply, done) = oneshot::channel();
        let errand = move || {
            // nobody may be waiting for it any more
            drop(reply.send(errand()));
        };
        self.errands.send(Box::new(errand)).ok()?;
        done.await.ok()
    }
}

fn carry(waiting: &Mutex<Receiver<Errand>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(errand) = next else { return };
        // whoever sent it hears nothing, and the next one is carried out
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(errand));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn errands_are_carried_out_side_by_side_and_survive_a_panic() {
        let couriers = Couriers::start().unwrap();
        for _ in 0..2 * COURIERS {
            assert_eq!(couriers.send(|| assert_eq!(1, 2)).await, None);
        }
        let (tell, told) = channel();
        let slow = couriers.send(move || told.recv_timeout(Duration::from_secs(30)).unwrap());
        let quick = couriers.send(move || tell.send(7).unwrap());
        assert_eq!(futures_util::future::join(slow, quick).await, (Some(7), Some(())));
    }
}
