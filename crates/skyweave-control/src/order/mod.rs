//! Orders before anybody signs them: what a law is compiled from, what an order changes of it, and what that would do.
//!
//! | module | takes | gives |
//! |---|---|---|
//! | [`sources`] | policies, territories, names | the documents behind a law, and the table that they compile to |
//! | [`mod@change`] | sources, what is ordered | other sources |
//! | [`mod@draw`] | what is in force, a request, what it changes | the order that its requester signs |
//! | [`preview`] | what is foreseen in some slots | the document that approvers compare by its hash |
//! | [`mod@render`] | an order's bytes | what it says, for whoever is about to sign it |
//!
//! What may be in force is decided in `skyweave_proof::register`, and nowhere here.

pub mod change;
pub mod draw;
pub mod preview;
pub mod render;
pub mod sources;

pub use change::{Books, NotChanged, change, file_of};
pub use draw::{Request, draw};
pub use preview::Foreseen;
pub use sources::{BorderFile, NotCompiled, Sources};
