//! Packets through a planned network, in virtual time: `skyweave ping`, `skyweave trace`, `skyweave packets`.

pub mod demand;
mod experiment;
pub mod faults;
pub mod names;
pub mod ping;
pub mod slots;
mod trace;

pub use experiment::packets;
pub use ping::ping;
pub use trace::trace;
