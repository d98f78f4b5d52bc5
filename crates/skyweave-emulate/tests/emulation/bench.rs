//! Measurements, asked for by name.
pub fn run(_words: &[&str]) -> i32 {
    0
}
