//! Many terminals at once.

pub mod allow_list;
pub mod bulk;
pub mod import;
pub mod rehearsal;
pub mod search;
pub mod synthetic;
