//! Whole slots for other programs: an Arrow stream, one record batch of one row a slot.
//!
//! A [`SlotFeed`] reads them back one at a time. The numbers are those of the planner, to the last bit where they are
//! reals of 64 bits: who follows the feed sees what the planner saw.
//!
//! | module | what it knows |
//! |---|---|
//! | `fields` | the encoding: each field once, with its type and its meaning |
//! | `page` | `docs/slots.md`, made from it |
//! | `codes` | enumerations as numbers |
//! | `arrays`, `encode` | a slot into a record batch |
//! | `table` | the file of an hour |
//! | `record`, `decode` | a record batch into a [`SlotRecord`] |
//! | `feed`, `error` | slots from files, whole ones only |

mod arrays;
mod codes;
mod decode;
mod encode;
mod error;
mod feed;
mod fields;
mod page;
mod record;
mod table;

pub use error::FeedError;
pub use feed::SlotFeed;
pub use fields::{FIELDS, FieldKind, SlotField};
pub use page::page;
pub use record::{
    FeedNames, FeederRecord, LaserRecord, Outcome, PopRecord, SatelliteRecords, ServedRecord, ServedTerminal,
    SlotRecord, TerminalRecord,
};

pub(crate) use encode::encode as slot_batch;
pub(crate) use table::{SlotTable, names_of, slot_schema};
