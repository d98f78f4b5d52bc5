//! How many event streams are open: of all clients together, and of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The client has as many as one may have.
    OfClient,
    /// There are as many as there may be.
    OfAll,
}

/// The places of event streams.
#[derive(Debug)]
pub struct Streams {
    of_all: usize,
    of_client: usize,
    taken: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Streams {
    /// So many in all, and so many of a client.
    #[must_use]
    pub fn new(of_all: usize, of_client: usize) -> Self {
        Self { of_all, of_client, taken: Arc::default() }
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Takes a place, for as long as what is given back lives.
    ///
    /// # Errors
    /// If there is none.
    pub fn take(&self, client: &str) -> Result<StreamPlace, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.get(client).is_some_and(|count| *count >= self.of_client) {
            return Err(Full::OfClient);
        }
        if taken.values().sum::<usize>() >= self.of_all {
            return Err(Full::OfAll);
        }
        *taken.entry(client.to_owned()).or_default() += 1;
        Ok(StreamPlace { client: client.to_owned(), taken: Arc::clone(&self.taken) })
    }
}

/// The place of an event stream; free again when it is dropped.
#[derive(Debug)]
pub struct StreamPlace {
    client: String,
    taken: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let streams = Streams::new(3, 2);
        let (one, _two) = (streams.take("a").unwrap(), streams.take("a").unwrap());
        assert_eq!(streams.take("a").unwrap_err(), Full::OfClient);
        let other = streams.take("b").unwrap();
        assert_eq!(streams.take("b").unwrap_err(), Full::OfAll);
        drop((one, other));
        streams.take("a").unwrap();
        assert_eq!(streams.taken.lock().unwrap().len(), 1);
    }
}
