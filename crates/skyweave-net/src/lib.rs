//! Packets through slots: one engine, and whoever drives it has the clock.
//!
//! Every function takes `now`, in whole nanoseconds ([`time`]). Driven by a virtual clock the engine is a discrete-event simulator;
//! driven by the wall clock, with real packets at its ends, it is an emulator.
//!
//! From the wire up: a [`packet`] leaves through a [`device`] (a queue with a rate, and wrappers around it: losses, grants), takes a
//! [`delay`] that changes as satellites move, is held by medium access at a terminal ([`medium`]), and at each node
//! [`routing`] says where it goes next. [`host`]s send and receive: [`traffic`] by rules of its own, [`transport`] by real TCP and QUIC. The [`engine`] lets what is due happen, in the order of an [`agenda`].
#![forbid(unsafe_code)]

pub mod agenda;
pub mod capture;
pub mod delay;
pub mod device;
mod draw;
pub mod engine;
pub mod host;
pub mod medium;
pub mod packet;
pub mod routing;
pub mod space;
pub mod spread;
pub mod time;
pub mod traffic;
pub mod transport;
