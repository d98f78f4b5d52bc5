//! What can go wrong with a store, one clear sentence each.

use thiserror::Error;

/// Why a store could not be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Somebody changed what a decision was based on.
    #[error("{kind} {id} was changed by somebody else in the meantime; read it again and repeat")]
    Conflict {
        /// Kind of the thing.
        kind: String,
        /// Its id.
        id: String,
    },
    /// Something happened of which nothing was to have happened.
    #[error(
        "{id} was changed by somebody else in the meantime, and what was checked no longer holds; repeat"
    )]
    Overtaken {
        /// What changed.
        id: String,
    },
    /// Another thing of the kind has this key already.
    #[error("another {kind} has the key that {id} was given; a key is given once")]
    Taken {
        /// Kind of the thing.
        kind: String,
        /// The one that came second.
        id: String,
    },
    /// An answer is stored under this key already: it was answered between looking and writing.
    #[error("the idempotency key `{key}` has been used in the meantime")]
    Answered {
        /// The key.
        key: String,
    },
    /// No store is reached by this address.
    #[error("`{found}` is no store; accepted: sqlite:FILE or postgres://USER@HOST/DATABASE")]
    Address {
        /// What was given, without a password.
        found: String,
    },
    /// The disk, or the quota, is full.
    #[error("{place}: no space is left, and the last change was not made; free some space and repeat")]
    Full {
        /// The file or the server.
        place: String,
    },
    /// Another program holds it.
    #[error(
        "{place}: another program has it locked; stop that one, or give this one a store of its own with --store"
    )]
    Locked {
        /// The file or the server.
        place: String,
    },
    /// It can be read and not written.
    #[error(
        "{place}: it cannot be written; the file and its folder must be writable for whoever runs the server"
    )]
    ReadOnly {
        /// The file.
        place: String,
    },
    /// It cannot be opened.
    #[error("{place}: it cannot be opened: {problem}")]
    Unopened {
        /// The file or the server.
        place: String,
        /// What the database said.
        problem: String,
    },
    /// It is a file of something else, or damaged.
    #[error("{place}: {problem}; restore it from a copy, or give a new file with --store")]
    Damaged {
        /// The file.
        place: String,
        /// What the database said.
        problem: String,
    },
    /// It was written by a newer program.
    #[error(
        "{place}: it was written by a newer program (version {found} of its tables, this one knows {known}); update this program"
    )]
    Newer {
        /// The file or the server.
        place: String,
        /// Version of the tables.
        found: i64,
        /// The last one this program knows.
        known: i64,
    },
    /// A migration that was applied is not the one that this program has.
    #[error(
        "{place}: its tables are not those of this program: migration {version} ({name}) has another checksum"
    )]
    Foreign {
        /// The file or the server.
        place: String,
        /// Which migration.
        version: i64,
        /// Its name.
        name: String,
    },
    /// The server was stopped while this waited for its turn.
    #[error("the store is being closed; nothing was changed")]
    Closed,
    /// Anything else that a database says.
    #[error("{place}: {problem}")]
    Database {
        /// The file or the server.
        place: String,
        /// What the database said.
        problem: String,
    },
}
