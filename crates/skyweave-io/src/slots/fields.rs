//! The encoding of a slot, field by field. The schema, the page and the tests follow from this table.

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;

/// A field of the encoding.
#[derive(Debug, Clone, Copy)]
pub struct SlotField {
    /// Its name; `group.name` within a struct.
    pub path: &'static str,
    /// Its type.
    pub kind: FieldKind,
    /// True if the value, or an item of the list, may be missing.
    pub nullable: bool,
    /// What it says.
    pub meaning: &'static str,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Signed whole number of 64 bits.
    Int64,
    /// An instant in UTC, in milliseconds.
    Time,
    /// A text.
    Text,
    /// List of reals of 64 bits.
    Float64s,
    /// List of reals of 32 bits.
    Float32s,
    /// List of booleans.
    Bools,
    /// List of whole numbers of 8 bits.
    UInt8s,
    /// List of whole numbers of 16 bits.
    UInt16s,
    /// List of whole numbers of 32 bits.
    UInt32s,
    /// List of lists of whole numbers of 32 bits.
    UInt32Lists,
    /// List of lists of reals of 64 bits.
    Float64Lists,
}

impl FieldKind {
    /// The Arrow type, with items that may be missing or not.
    fn arrow(self, nullable: bool) -> DataType {
        let list = |item: DataType| DataType::List(Arc::new(item_field(item, nullable)));
        match self {
            Self::Int64 => DataType::Int64,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from("UTC"))),
            Self::Text => DataType::Utf8,
            Self::Float64s => list(DataType::Float64),
            Self::Float32s => list(DataType::Float32),
            Self::Bools => list(DataType::Boolean),
            Self::UInt8s => list(DataType::UInt8),
            Self::UInt16s => list(DataType::UInt16),
            Self::UInt32s => list(DataType::UInt32),
            Self::UInt32Lists => DataType::List(Arc::new(item_field(list(DataType::UInt32), false))),
            Self::Float64Lists => DataType::List(Arc::new(item_field(list(DataType::Float64), false))),
        }
    }

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int64 => "int64",
            Self::Time => "timestamp[ms, UTC]",
            Self::Text => "utf8",
            Self::Float64s => "list<float64>",
            Self::Float32s => "list<float32>",
            Self::Bools => "list<bool>",
            Self::UInt8s => "list<uint8>",
            Self::UInt16s => "list<uint16>",
            Self::UInt32s => "list<uint32>",
            Self::UInt32Lists => "list<list<uint32>>",
            Self::Float64Lists => "list<list<float64>>",
        }
    }
}

/// The item of a list.
pub(super) fn item_field(kind: DataType, nullable: bool) -> Field {
    Field::new("item", kind, nullable)
}

/// The schema: fields outside a group, and structs of those within one, in the order of the table.
pub(super) fn schema(metadata: HashMap<String, String>) -> Schema {
    let mut fields: Vec<Field> = Vec::new();
    let mut group: Option<(&str, Vec<Field>)> = None;
    for field in FIELDS {
        let (of_group, name) = field.path.split_once('.').map_or((None, field.path), |(g, n)| (Some(g), n));
        if let Some((name, members)) = group.take_if(|(name, _)| Some(*name) != of_group) {
            fields.push(struct_field(name, members));
        }
        match of_group {
            None => fields.push(Field::new(name, field.kind.arrow(field.nullable), field.nullable)),
            Some(of_group) => {
                let member = Field::new(name, field.kind.arrow(field.nullable), false);
                group.get_or_insert((of_group, Vec::new())).1.push(member);
            }
        }
    }
    if let Some((name, members)) = group {
        fields.push(struct_field(name, members));
    }
    Schema::new_with_metadata(fields, metadata)
}

fn struct_field(name: &str, members: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(members)), false)
}

macro_rules! fields {
    ($($path:literal, $kind:ident, $null:ident: $meaning:literal;)+) => {
        &[$(SlotField { path: $path, kind: FieldKind::$kind, nullable: fields!(@$null), meaning: $meaning }),+]
    };
    (@null) => { true };
    (@full) => { false };
}

/// Every field, in the order of the schema. Numbers of things are places in the lists of names that the file's metadata has.
pub const FIELDS: &[SlotField] = fields! {
    "slot", Int64, full: "Number of the slot: GPS seconds at its start, divided by 15.";
    "time", Time, full: "When the slot begins.";
    "basis", Text, full: "Who vouches for the admission: `enforced`, `hypothetical` or `unsigned`.";

    "satellites.position_x_m", Float64s, full: "Position in the Earth-fixed frame (ECEF, WGS84 axes), x, m; 0, 0, 0 without an orbit.";
    "satellites.position_y_m", Float64s, full: "The same, y, m.";
    "satellites.position_z_m", Float64s, full: "The same, z, m.";
    "satellites.velocity_x_m_s", Float32s, full: "Velocity as seen from the turning Earth, same frame, x, m/s.";
    "satellites.velocity_y_m_s", Float32s, full: "The same, y, m/s.";
    "satellites.velocity_z_m_s", Float32s, full: "The same, z, m/s.";
    "satellites.present", Bools, full: "False if it failed or has no position: it then takes part in nothing.";
    "satellites.service", UInt8s, full: "0 serving, 1 laser only, 2 in transit, 3 unknown.";
    "satellites.cells", UInt16s, full: "Cells that it serves.";
    "satellites.gateway", UInt32s, null: "Gateway whose antenna holds it.";
    "satellites.gateway_range_m", Float64s, null: "Distance to that gateway, m.";
    "satellites.gateway_up_bps", Float64s, null: "What the link from that gateway carries, bit/s.";
    "satellites.gateway_down_bps", Float64s, null: "What the link to that gateway carries, bit/s.";

    "lasers.a", UInt32s, full: "Satellite of a laser that carries traffic; the one with the lower number.";
    "lasers.b", UInt32s, full: "The other satellite.";
    "lasers.range_m", Float64s, full: "Distance between them, m.";
    "lasers.capacity_bps", Float64s, full: "What it carries each way, bit/s.";
    "lasers.load_bps", Float64s, full: "Downlink traffic in the busier direction, bit/s.";

    "pops.pop", UInt32s, full: "A PoP in use.";
    "pops.next_hop", UInt32Lists, null: "For that PoP, by satellite: the next satellite on the way to it. Null where the way goes down to the satellite's own gateway, or there is none.";
    "pops.delay_s", Float64Lists, full: "For that PoP, by satellite: one-way delay to it, s; infinite where there is no way.";

    "cells.outage", UInt8s, full: "0 served, 1 asks for nothing, else why it is not served (see the codes).";
    "cells.terminals", Float64s, full: "Terminals that are admitted and have power.";
    "cells.satellite", UInt32s, null: "Satellite that serves it. This and what follows is null unless it is served.";
    "cells.pop", UInt32s, null: "PoP in force.";
    "cells.gateway", UInt32s, null: "Gateway that the traffic comes down at.";
    "cells.down_bps", Float64s, null: "Downlink rate of each terminal, bit/s.";
    "cells.up_bps", Float64s, null: "Uplink rate of each terminal, bit/s.";
    "cells.limit", UInt8s, null: "What limits the downlink: 0 demand, 1 beam, 2 satellite, 3 laser, 4 feeder, 5 gateway, 6 PoP.";
    "cells.delay_up_s", Float64s, null: "One-way delay from the cell's centre to the satellite, s.";
    "cells.delay_lasers_s", Float64s, null: "One-way delay over lasers, s.";
    "cells.delay_down_s", Float64s, null: "One-way delay from the last satellite to the gateway, s.";
    "cells.delay_fibre_s", Float64s, null: "One-way delay from the gateway to the PoP, s.";
    "cells.access_rtt_s", Float64s, null: "What medium access adds to a round trip, in the middle of its distribution, s.";
    "cells.laser_hops", UInt16s, null: "Lasers on the way.";

    "terminals.outage", UInt8s, full: "As of cells.";
    "terminals.cell", UInt32s, full: "Cell that the terminal is in.";
    "terminals.latitude_rad", Float64s, full: "Where it is: latitude (WGS84), rad.";
    "terminals.longitude_rad", Float64s, full: "Longitude, rad, east positive.";
    "terminals.height_m", Float64s, full: "Height above the ellipsoid, m.";
    "terminals.satellite", UInt32s, null: "Satellite that serves it. This and what follows is null unless it is served.";
    "terminals.azimuth_rad", Float64s, null: "Azimuth of the satellite from the terminal, rad, north 0, east positive.";
    "terminals.elevation_rad", Float64s, null: "Elevation of the satellite over the terminal's horizon, rad.";
    "terminals.pop", UInt32s, null: "PoP in force.";
    "terminals.gateway", UInt32s, null: "Gateway that the traffic comes down at.";
    "terminals.down_bps", Float64s, null: "Downlink rate, bit/s.";
    "terminals.up_bps", Float64s, null: "Uplink rate, bit/s.";
    "terminals.limit", UInt8s, null: "As of cells.";
    "terminals.delay_up_s", Float64s, null: "One-way delay from the terminal to the satellite, s.";
    "terminals.delay_lasers_s", Float64s, null: "As of cells.";
    "terminals.delay_down_s", Float64s, null: "As of cells.";
    "terminals.delay_fibre_s", Float64s, null: "As of cells.";
    "terminals.access_rtt_s", Float64s, null: "As of cells.";
    "terminals.laser_hops", UInt16s, null: "As of cells.";
};
