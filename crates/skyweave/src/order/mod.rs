//! Keys, the public log, witnesses and orders, from the command line.
//!
//! Who signs reads first: an order is shown from its bytes, and what it names by hashes can be computed again here.

mod act;
pub mod foresight;
pub mod genesis;
mod keys;
mod log;
mod place;
mod recompute;
mod verify;
mod witness;

pub use act::order;
pub use foresight::foresight;
pub use keys::key;
pub use log::log;
pub use verify::verify;
pub use witness::witness;
