//! Humane enforcement: what follows from an incident, step by step.

mod rules;
mod step;

pub use rules::Rules;
pub use step::{Service, Situation, Step, next, service};
