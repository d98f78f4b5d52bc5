//! The client of the service: `skyweave account`, `terminal`, `line`, ... over the REST API.

mod connection;
mod decide;
mod documents;
mod fields;
mod follow;
mod import;
mod resource;
mod show;

pub use connection::{Connection, Sending};
pub use decide::explain;
pub use follow::follow;
pub use import::import;
pub use resource::act;
