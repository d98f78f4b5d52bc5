//! Orders on a server, with its database, its files, its witnesses and points of enforcement.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod core_outage;
mod live;
mod one_person;
mod previews;
mod town;
mod two_approvers;
mod witnesses;
