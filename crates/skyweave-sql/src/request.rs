//! What a table function is to compute: plain values, so that it can travel.

use crate::scenario::ScenarioFile;
use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::{Deserialize, Serialize};
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_io::results::{Column, Table};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A table function: a table of runs, computed when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function(pub Table);

impl Function {
    /// Its name in SQL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name()
    }

    /// Its columns: those of the table.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        self.0.columns().unwrap_or_default()
    }

    /// All columns as an Arrow schema.
    #[must_use]
    pub fn schema(self) -> SchemaRef {
        let field = |column: &Column| Field::new(column.name, column.kind.arrow(), column.nullable);
        Arc::new(Schema::new(self.columns().iter().map(field).collect::<Vec<_>>()))
    }

    /// The column by which rows are picked out before they are given on, beside that of the satellite.
    #[must_use]
    pub const fn key(self) -> Option<&'static str> {
        match self.0 {
            Table::Visibility | Table::Sites | Table::Paths => Some("site"),
            Table::Flows => Some("cell"),
            _ => None,
        }
    }

    /// True if rows of one satellite can be picked out by its name.
    #[must_use]
    pub const fn has_satellites(self) -> bool {
        matches!(self.0, Table::Satellites | Table::Visibility)
    }
}

/// What is to be computed: a function, and what of it somebody wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The scenario.
    pub scenario: ScenarioFile,
    /// The function.
    pub function: Function,
    /// First slot.
    pub from: i64,
    /// The slot after the last one.
    pub until: i64,
    /// Each `step`-th slot, counted from `grid`.
    pub step: i64,
    /// The slot that steps are counted from.
    pub grid: i64,
    /// Sites or cells; all if none are named.
    pub names: Option<BTreeSet<String>>,
    /// Satellites by name; all if none are named.
    pub satellites: Option<BTreeSet<String>>,
    /// Columns by their number; all if nothing is said.
    pub columns: Option<Vec<usize>>,
    /// No more rows than these of a partition.
    pub fetch: Option<usize>,
    /// True if each hour is to be a partition of its own, to be planned by whoever is free.
    pub spread: bool,
}

impl Request {
    /// The schema of its rows.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let all = self.function.schema();
        match &self.columns {
            None => all,
            Some(columns) => {
                Arc::new(Schema::new(columns.iter().map(|no| all.field(*no).clone()).collect::<Vec<_>>()))
            }
        }
    }

    /// True if a column is wanted.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        let columns = self.function.columns();
        match &self.columns {
            None => columns.iter().any(|column| column.name == name),
            Some(wanted) => wanted.iter().any(|no| columns[*no].name == name),
        }
    }

    /// True if rows of a slot are wanted.
    #[must_use]
    pub const fn wants_slot(&self, no: SlotNo) -> bool {
        no.0 >= self.from && no.0 < self.until && (no.0 - self.grid).rem_euclid(self.step) == 0
    }

    /// True if a name is among those wanted.
    #[must_use]
    pub fn wants_name(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }

    /// True if a satellite is among those wanted.
    #[must_use]
    pub fn wants_satellite(&self, name: &str) -> bool {
        self.satellites.as_ref().is_none_or(|names| names.contains(name))
    }

    /// The hours that have slots of it, in their order.
    #[must_use]
    pub fn hours(&self) -> Vec<UtcHour> {
        let nothing = [&self.names, &self.satellites].into_iter().flatten().any(BTreeSet::is_empty);
        if self.from >= self.until || self.fetch == Some(0) || nothing {
            return Vec::new();
        }
        let (first, last) = (SlotNo(self.from).hour(), SlotNo(self.until - 1).hour());
        (first.0..=last.0).map(UtcHour).filter(|hour| self.slots_of(*hour).next().is_some()).collect()
    }

    /// The slots of an hour that are wanted.
    pub fn slots_of(&self, hour: UtcHour) -> impl Iterator<Item = SlotNo> + '_ {
        let slots = hour.first_slot().0.max(self.from)..hour.next().first_slot().0.min(self.until);
        slots.map(SlotNo).filter(|no| self.wants_slot(*no))
    }
}

impl fmt::Display for Request {
    /// As `EXPLAIN` shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots: i64 = self.hours().iter().map(|hour| self.slots_of(*hour).count() as i64).sum();
        write!(f, "function={}, slots={slots} from {}", self.function.name(), self.from)?;
        let schema = self.schema();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        write!(f, ", columns=[{}]", columns.join(", "))?;
        for (what, names) in [("names", &self.names), ("satellites", &self.satellites)] {
            if let Some(names) = names {
                write!(f, ", {what}=[{}]", names.iter().map(String::as_str).collect::<Vec<_>>().join(", "))?;
            }
        }
        self.fetch.map_or(Ok(()), |fetch| write!(f, ", fetch={fetch}"))
    }
}
