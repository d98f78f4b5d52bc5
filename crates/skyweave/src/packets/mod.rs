//! Packets through a planned network, in virtual time: `skyweave ping`, `skyweave trace`, `skyweave packets`.

mod experiment;
mod ping;
pub mod slots;
mod trace;

pub use experiment::packets;
pub use ping::ping;
pub use trace::trace;
