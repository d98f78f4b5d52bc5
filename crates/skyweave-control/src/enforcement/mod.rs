//! Humane enforcement: what follows from an incident, step by step. Who is told, throttled or cut, and after what time, is in [`next`] and its
//! table; how long everything takes in [`Rules`]; what a terminal has meanwhile in [`service`]. Before a list of terminals takes effect, its
//! preview ([`crate::fleet::allow_list`]) says whom it would cut off by mistake.

mod rules;
mod step;

pub use rules::Rules;
pub use step::{Service, Situation, Step, next, service};
