//! Tokens that were given and are not in the store yet. An import has the store to itself for minutes, and whoever comes in meanwhile must not
//! wait for that. A crash takes them along: their clients are refused and get others.

use crate::store::Token;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Tokens that may wait; with more of them, who asks for one waits too.
const MOST: usize = 10_000;

/// Tokens by their hashes.
#[derive(Debug, Default)]
pub struct Fresh(Mutex<BTreeMap<Vec<u8>, Token>>);

impl Fresh {
    /// Keeps a token. Whether there was room for it.
    #[must_use]
    pub fn keep(&self, token: Token, now_ns: i64) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.retain(|_, token| token.expires_ns > now_ns);
        }
        let room = tokens.len() < MOST;
        if room {
            tokens.insert(token.sha256.clone(), token);
        }
        room
    }

    /// A token by its hash.
    #[must_use]
    pub fn find(&self, sha256: &[u8]) -> Option<Token> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(sha256).cloned()
    }

    /// Forgets one that is in the store, or will not be.
    pub fn forget(&self, sha256: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(sha256);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tokens_take_no_more_memory() {
        let fresh = Fresh::default();
        let token = |n: usize| Token {
            sha256: n.to_le_bytes().to_vec(),
            client: "client_1".to_owned(),
            issued_ns: 0,
            expires_ns: 10,
        };
        assert!((0..MOST).all(|n| fresh.keep(token(n), 0)));
        assert!(!fresh.keep(token(MOST), 9) && fresh.find(&token(MOST).sha256).is_none());
        assert!(fresh.keep(token(MOST), 10) && fresh.find(&token(0).sha256).is_none());
        fresh.forget(&token(MOST).sha256);
        assert_eq!(fresh.find(&token(MOST).sha256), None);
    }
}
