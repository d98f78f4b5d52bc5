//! Which tables there are, and in which formats.

use super::column::Column;
use super::row::Record;
use super::rows::{
    AskRow, CellRow, LinkRow, NetworkRow, OutageRow, PathRow, SatelliteRow, SiteRow, VisibilityRow,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A table of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// The whole network, slot by slot.
    Network,
    /// The named sites, slot by slot.
    Sites,
    /// The ways of the sites' traffic, hop by hop.
    Paths,
    /// Every satellite, slot by slot.
    Satellites,
    /// Lasers and feeders, as intervals.
    Links,
    /// Sites and cells without service, as intervals.
    Outages,
    /// Every cell, hour by hour.
    Cells,
    /// What sites see, slot by slot.
    Visibility,
    /// What everybody gets, by cell, plan and PoP, slot by slot.
    Flows,
    /// Whole slots for programs: an Arrow stream, whatever the format of the other tables. See [`crate::slots`].
    Slots,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 10] = [
        Self::Network,
        Self::Sites,
        Self::Paths,
        Self::Satellites,
        Self::Links,
        Self::Outages,
        Self::Cells,
        Self::Visibility,
        Self::Flows,
        Self::Slots,
    ];

    /// The tables that are written if nothing else is asked for: all but those that are larger than all others together.
    #[must_use]
    pub fn default_set() -> BTreeSet<Self> {
        Self::ALL.into_iter().filter(|table| !table.is_on_demand()).collect()
    }

    /// True for a table that is only written if it is asked for.
    #[must_use]
    pub const fn is_on_demand(self) -> bool {
        matches!(self, Self::Visibility | Self::Flows | Self::Slots)
    }

    /// Its name: that of its folder, of options and of outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Sites => "sites",
            Self::Paths => "paths",
            Self::Satellites => "satellites",
            Self::Links => "links",
            Self::Outages => "outages",
            Self::Cells => "cells",
            Self::Visibility => "visibility",
            Self::Flows => "flows",
            Self::Slots => "slots",
        }
    }

    /// The table of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its columns; `None` for the slots, whose encoding is [`crate::slots::FIELDS`].
    #[must_use]
    pub const fn columns(self) -> Option<&'static [Column]> {
        match self {
            Self::Network => Some(NetworkRow::COLUMNS),
            Self::Sites => Some(SiteRow::COLUMNS),
            Self::Paths => Some(PathRow::COLUMNS),
            Self::Satellites => Some(SatelliteRow::COLUMNS),
            Self::Links => Some(LinkRow::COLUMNS),
            Self::Outages => Some(OutageRow::COLUMNS),
            Self::Cells => Some(CellRow::COLUMNS),
            Self::Visibility => Some(VisibilityRow::COLUMNS),
            Self::Flows => Some(AskRow::COLUMNS),
            Self::Slots => None,
        }
    }

    /// What it holds, in prose; empty for the slots.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Network => NetworkRow::ABOUT,
            Self::Sites => SiteRow::ABOUT,
            Self::Paths => PathRow::ABOUT,
            Self::Satellites => SatelliteRow::ABOUT,
            Self::Links => LinkRow::ABOUT,
            Self::Outages => OutageRow::ABOUT,
            Self::Cells => CellRow::ABOUT,
            Self::Visibility => VisibilityRow::ABOUT,
            Self::Flows => AskRow::ABOUT,
            Self::Slots => "",
        }
    }

    /// How the names of its files end in a run of this format.
    #[must_use]
    pub const fn extension(self, format: Format) -> &'static str {
        match (self, format) {
            (Self::Slots, _) => "arrows",
            (_, Format::Parquet) => "parquet",
            (_, Format::Csv) => "csv",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The format of a run's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Apache Parquet, compressed with Snappy, with the provenance in every file.
    #[default]
    Parquet,
    /// Comma-separated values as in RFC 4180, UTF-8, with a line of column names.
    Csv,
}

impl Format {
    /// The name in options and outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
