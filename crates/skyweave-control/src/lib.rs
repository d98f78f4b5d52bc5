//! The service: accounts, terminals, territories and restrictions. It takes values and returns values; what reads files, clocks and
//! databases is `skyweave-server`.
//!
//! | module | takes | gives |
//! |---|---|---|
//! | [`id`], [`time`] | | names that never change; UTC in whole seconds |
//! | [`entity`] | | what the service keeps: 13 kinds of things, each the fold of its events |
//! | [`event`] | an entity and an event | the entity after it |
//! | [`view`] | | how deciding looks things up, and the fleet in memory |
//! | [`command`] | | what clients may ask for |
//! | [`refused`] | | why they do not get it, and what to do |
//! | [`decide`] | a command, a view, an actor, the time | events, or the refusal |
//! | [`fleet`] | many terminals | imports, bulk changes, search, the preview of an allow list, made-up fleets, rehearsals |
//! | [`incident`] | positions of a terminal | whether it is where it may be: roaming, flicker, moving, diverted |
//! | [`territory`] | sets of borders, polygons | areas that policies speak of, and the cells they cover |
//! | [`restriction`] | policies in Cedar | the decision table that a bundle carries |
//! | [`order`] | what is ordered | what a law is compiled from and what an order changes of it, drawn up for signing |
//! | [`evidence`] | positions and their errors | how likely a terminal is inside a territory |
//! | [`enforcement`] | an incident, the time | the next humane step |
//!
//! A command becomes events by [`decide::decide`]; events become entities by [`event::apply`]. Nothing else changes anything.
#![forbid(unsafe_code)]

pub mod command;
pub mod decide;
pub mod enforcement;
pub mod entity;
pub mod event;
pub mod evidence;
pub mod fleet;
pub mod id;
pub mod incident;
pub mod order;
pub mod refused;
pub mod restriction;
pub mod territory;
pub mod time;
pub mod view;
