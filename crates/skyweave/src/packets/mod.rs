//! Packets through a planned network, in virtual time: `skyweave ping`, `skyweave trace`.

pub mod demand;
mod names;
mod ping;
mod slots;
mod trace;

pub use ping::ping;
pub use trace::trace;
