//! The public log outside of a process: keys in files, tiles in a folder, witnesses over HTTP, points of enforcement with a disk.
//!
//! | module | what it does |
//! |---|---|
//! | [`keyfile`] | makes, writes and reads keys |
//! | [`folder`] | a log's files in a folder, each whole or not there |
//! | [`remote`] | a log's files at an address, for those who audit or mirror it |
//! | [`ask`] | asks witnesses and mirrors for their cosignatures |
//! | [`witness`] | a witness or mirror: a small server of its own |
//! | [`point`] | a point of enforcement: what it remembers is on its disk before it is in force |
//!
//! What any of it means is decided in `skyweave-proof`.

pub mod ask;
pub mod folder;
pub mod keyfile;
pub mod point;
pub mod remote;
pub mod witness;

pub use folder::Folder;
pub use keyfile::{KeyFile, KeyRole};
pub use point::Point;
