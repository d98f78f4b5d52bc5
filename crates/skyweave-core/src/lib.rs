//! The planner of Skyweave: one pure, deterministic function from a world and a slot number to a slot.
//!
//! The modules below stand in the order of the pipeline, and each may use only those above it. First what everything is
//! made of: [`math`], [`ids`], [`time`], [`geodesy`], what modems carry, [`modcod`], what antennas lose off their axis, [`antenna`],
//! what lasers carry, [`optics`], what air and rain take, [`atmosphere`], [`elements`], [`sgp4`], what medium access adds, [`access`].
//! Then what is given: [`rules`], a [`place`] and how it sees the geostationary arc, [`gso`], where [`beams`] are pointed, the [`air`] over
//! them, the [`weather`], the codes of [`refusal`], decision tables and who
//! terminals are, [`service`], the [`timeline`], the [`world`], its [`conditions`] at a slot, and who may be served,
//! [`admission`]. Then the stages:
//!
//! | stage | takes | gives |
//! |---|---|---|
//! | [`demand`] | the world, admission | who asks for what |
//! | [`constellation`] | the world, once an hour | shells, planes, service states, planned lasers |
//! | [`orbit`] | the world | where every satellite is |
//! | [`visibility`] | the sky | which satellites cells and gateways see |
//! | [`laser`] | the sky, the planned lasers | which lasers carry traffic |
//! | [`radio`] | rules, air, rain | what each link could carry |
//! | [`feeder`] | the views | which gateway antenna holds which satellite |
//! | [`route`] | lasers and feeders | each satellite's best way to each PoP |
//! | [`schedule`] | demand, views, routes | satellite and beams for each beam cell |
//! | [`flow`] | all of it | rates, delays, limits |
//! | [`terminal`] | all of it | what each listed terminal gets |
//!
//! [`mandate`] is where proof comes in: a proven bundle before a world. [`impact`] is what one plan has over another.
//! Between two slots [`interpolation`] says where satellites are. [`plan`] puts the stages together. Nothing here reads a file, a clock,
//! a socket or a random number, and nothing here can fail: what is wrong with an input is found where it is read.
#![deny(unsafe_code)]

pub mod simd;
pub mod math;
mod curve;
pub mod ids;
pub mod time;
pub mod geodesy;
pub mod modcod;
pub mod antenna;
pub mod optics;
pub mod atmosphere;
pub mod elements;
pub mod sgp4;
pub mod access;
pub mod rules;
pub mod place;
pub mod gso;
pub mod beams;
pub mod air;
pub mod weather;
pub use skyweave_proof::refusal;
pub mod service;
pub mod timeline;
pub mod world;
pub mod conditions;
pub mod mandate;
pub mod admission;
pub mod demand;
pub mod constellation;
pub mod orbit;
pub mod interpolation;
pub mod visibility;
pub mod laser;
pub mod radio;
pub mod feeder;
pub mod graph;
pub mod route;
pub mod schedule;
pub mod flow;
pub mod terminal;
pub mod plan;
pub mod impact;

#[cfg(test)]
mod golden;
