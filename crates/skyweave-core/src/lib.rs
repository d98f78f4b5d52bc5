//! The planner of Skyweave: one pure, deterministic function from a world and a slot number to a slot.
//!
//! The modules below stand in the order of the pipeline, and each may use only those above it. First what everything is
//! made of: [`math`], [`ids`], [`time`], [`geodesy`], what modems carry, [`modcod`], what air and rain take,
//! [`atmosphere`], [`elements`], [`sgp4`]. Then what is given: [`rules`], the
//! codes of [`refusal`], the [`timeline`], the [`world`], its [`conditions`] at a slot, and who may be served, [`admission`].
//! Then the stages:
//!
//! | stage | takes | gives |
//! |---|---|---|
//! | [`constellation`] | the world, once an hour | shells, planes, service states, planned lasers |
//! | [`orbit`] | the world | where every satellite is |
//! | [`visibility`] | the sky | which satellites cells and gateways see |
//! | [`laser`] | the sky, the planned lasers | which lasers carry traffic |
//! | [`radio`] | the views | what each could carry |
//! | [`feeder`] | the views | which gateway antenna holds which satellite |
//! | [`route`] | lasers and feeders | each satellite's best way to each PoP |
//! | [`schedule`] | demand, views, routes | satellite and beam for each cell |
//! | [`flow`] | all of it | rates, delays, limits |
//! | [`terminal`] | all of it | what each listed terminal gets |
//!
//! What medium access adds to a packet's delay is in [`access`].
//! Between two slots [`interpolation`] says where satellites are; [`gso`] says how near they are to the geostationary arc. [`plan`] puts the stages together. Nothing here reads a file, a clock, a socket or a random number, and nothing here can fail:
//! what is wrong with an input is found where it is read.
#![deny(unsafe_code)]

pub mod simd;
pub mod math;
pub mod ids;
pub mod time;
pub mod geodesy;
pub mod modcod;
pub mod atmosphere;
pub mod elements;
pub mod sgp4;
pub mod rules;
pub mod refusal;
pub mod timeline;
pub mod world;
pub mod conditions;
pub mod admission;
pub mod constellation;
pub mod orbit;
pub mod interpolation;
pub mod gso;
pub mod visibility;
pub mod laser;
pub mod radio;
pub mod feeder;
pub mod graph;
pub mod route;
pub mod schedule;
pub mod access;
pub mod flow;
pub mod terminal;
pub mod plan;

#[cfg(test)]
mod golden;
