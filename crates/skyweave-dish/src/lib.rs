//! Virtual dishes: what a terminal tells its user, over the interface that clients of real dishes speak.
//!
//! A [`dish::Dish`] is told once a slot what holds ([`holding::Holding`]) and what its user asks of it; everything it says follows from that and
//! from the time it is given. It looks at no clock and draws nothing by chance. Around it:
//!
//! | module | what it is |
//! |---|---|
//! | [`holding`] | what a slot gives a terminal: link or outage, and the way of its satellite over the sky |
//! | [`cause`] | outages of the planner in the words of dishes |
//! | [`history`] | rings of 900 samples |
//! | [`outages`] | times without service |
//! | [`sky_map`] | the obstruction map |
//! | [`settings`] | what its user may set |
//! | [`dish`] | the dish |
//! | [`answer`] | questions and answers: [`wire`] messages from a dish |
//! | [`dishes`] | many dishes, fed slot by slot |
//! | [`service`] | the same over gRPC, with server reflection |
//! | [`listen`] | connections, and what hostile ones may cost |
//!
//! Time is GPS time in nanoseconds ([`skyweave_core::access::GpsNs`]), as dishes tell it. A program gives the [`service`] its clock.
#![forbid(unsafe_code)]

pub mod answer;
pub mod cause;
pub mod dish;
pub mod dishes;
pub mod history;
pub mod holding;
pub mod listen;
pub mod outages;
pub mod service;
pub mod settings;
pub mod sky_map;

/// The interface's messages, made from `proto/`.
pub mod wire {
    #[expect(
        missing_docs,
        unused_qualifications,
        clippy::pedantic,
        clippy::large_enum_variant,
        reason = "made by prost, whose style is its own"
    )]
    mod made {
        include!(concat!(env!("OUT_DIR"), "/wire.rs"));
    }

    pub use made::space_x::api::device::*;
    pub use made::space_x::api::satellites::network::UtDisablementCode;
    pub use made::space_x::api::status::Status;

    /// The interface as reflection gives it to clients: an encoded `FileDescriptorSet`.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}
