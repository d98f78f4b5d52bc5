//! Positions as evidence.
