//! Results of a small world: what is in the tables, and what happens to files when things go wrong.

#[cfg(test)]
mod disk;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod slots;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod world;
