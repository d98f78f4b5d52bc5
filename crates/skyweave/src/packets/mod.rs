//! Packets through a planned network, in virtual time: `skyweave ping`, `skyweave trace`, `skyweave packets`.

pub mod demand;
mod experiment;
mod names;
mod ping;
mod slots;
mod trace;

pub use experiment::packets;
pub use ping::ping;
pub use trace::trace;
