//! The table as a document: what a compiler writes, what approvers sign, and its bytes.
//!
//! Every list has one right order and every number one width, so that a document has one form and its SHA-256 is its identity.
//! All integers are little-endian; a list is a u32 count and its items; a text is a list of UTF-8 bytes. In this order:
//!
//! | part | what is written |
//! |---|---|
//! | head | the 14 bytes `skyweave-table`, u16 format, u32 `refuse_at_parts` |
//! | territories | list: name, u32 version, i64 from and until, u8 flags (1 disputed, 2 front line), list of polygons |
//! | a polygon | list of rings, the exterior first: lists of i32 longitude and i32 latitude |
//! | plans, use classes, protected classes, registries | lists of texts |
//! | cells that policies name | list of u64 |
//! | classes | list of lists of u16 areas |
//! | policies | list: id, source, u8 kind (1 permit, 2 forbid, 3 throttle), u32 refusal code or kbit/s or 0 |
//! | programs | list of lists of nodes: u8 test (1 below, 2 equals, 3 in), u8 attribute or 0, i64 bound, value or registry, u16 yes, u16 no (65535 for yes, 65534 for no, else a node) |
//! | rules | list, for each class: list of u16 policy and u32 program |
//! | whole cells | list: u64 cell, u16 class |
//! | border cells | list: u64 cell, i32 west, i32 south, list of u16 territory and i16 winding, list of u32 edges, list of u16 class and u32 share |

use super::attribute::Attribute;
use super::border::Share;
use super::bytes::Writer;
use super::geometry::Polygon;
use super::number::{AreaNo, ClassNo};
use super::policy::{Policy, PolicyKind, Rule};
use super::program::{Next, Program, Test};
use h3o::CellIndex;

/// What a document begins with.
pub const MAGIC: &[u8; 14] = b"skyweave-table";
/// The format written here, and the only one read.
pub const FORMAT: u16 = 1;
/// All of a share, or of the probability of where something is.
pub const WHOLE_PARTS: u32 = 65_536;
/// How much of the probability of where a terminal is must lie where it is refused, unless a bundle says otherwise: 95 %.
pub const REFUSE_AT_PARTS: u32 = 62_259;

pub(super) const YES: u16 = u16::MAX;
pub(super) const NO: u16 = u16::MAX - 1;

/// A territory: a name, a version of it, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territory {
    /// Unique within a table.
    pub name: String,
    /// Which version of its borders.
    pub version: u32,
    /// First second of its validity; `i64::MIN` for always.
    pub from_s: i64,
    /// First second after it; `i64::MAX` for ever.
    pub until_s: i64,
    /// More than one state claims it.
    pub disputed: bool,
    /// A front line runs through it.
    pub front_line: bool,
    /// What is inside any of them is inside.
    pub polygons: Vec<Polygon>,
}

/// A territory of a border cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// Which one.
    pub territory: AreaNo,
    /// How often it winds around the cell's corner.
    pub winding: i16,
}

/// A cell of resolution 5 that borders cross.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorderCell {
    /// Which one.
    pub cell: CellIndex,
    /// West of every point of the cell, in 1e-7 degree, from -180 to below 180 degrees.
    pub west_e7: i32,
    /// South of every point of the cell, in 1e-7 degree.
    pub south_e7: i32,
    /// The territories whose edges are near, in order.
    pub locals: Vec<Local>,
    /// Their edges that touch the box around the cell, by the number of the first corner ([`super::border::numbered_vertices`]), in order;
    /// moved a turn to the east with [`super::border::MOVED`].
    pub edges: Vec<u32>,
    /// The classes that occur and their shares, in order; the shares add up to [`WHOLE_PARTS`].
    pub faces: Vec<Share>,
}

/// A decision table before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// A terminal is refused when at least so many of 65,536 parts of the probability of its place are where it would be.
    pub refuse_at_parts: u32,
    /// By name.
    pub territories: Vec<Territory>,
    /// By name.
    pub plans: Vec<String>,
    /// By name.
    pub use_classes: Vec<String>,
    /// By name.
    pub protected_classes: Vec<String>,
    /// By name.
    pub registries: Vec<String>,
    /// Cells that policies name, of resolution 5 or coarser: areas of their own, after the territories.
    pub cell_areas: Vec<CellIndex>,
    /// The sets of areas that occur; the empty one first.
    pub classes: Vec<Vec<AreaNo>>,
    /// By id.
    pub policies: Vec<Policy>,
    /// Each used by some rule, in order.
    pub programs: Vec<Program>,
    /// For each class, by policy.
    pub rules: Vec<Vec<Rule>>,
    /// Cells that are all of one class, as coarse as can be; none of [`ClassNo::NOWHERE`].
    pub whole: Vec<(CellIndex, ClassNo)>,
    /// Cells that borders cross.
    pub borders: Vec<BorderCell>,
}

impl Document {
    /// A document without territories and policies: nobody is served anywhere.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            refuse_at_parts: REFUSE_AT_PARTS,
            territories: Vec::new(),
            plans: Vec::new(),
            use_classes: Vec::new(),
            protected_classes: Vec::new(),
            registries: Vec::new(),
            cell_areas: Vec::new(),
            classes: vec![Vec::new()],
            policies: Vec::new(),
            programs: Vec::new(),
            rules: vec![Vec::new()],
            whole: Vec::new(),
            borders: Vec::new(),
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        out.u16(FORMAT);
        out.u32(self.refuse_at_parts);
        out.list(&self.territories, write_territory);
        for names in [&self.plans, &self.use_classes, &self.protected_classes, &self.registries] {
            out.list(names, |out, name| out.text(name));
        }
        out.list(&self.cell_areas, |out, &cell| out.u64(cell.into()));
        out.list(&self.classes, |out, areas| out.list(areas, |out, area| out.u16(area.0)));
        out.list(&self.policies, write_policy);
        out.list(&self.programs, write_program);
        out.list(&self.rules, |out, rules| {
            out.list(rules, |out, rule| {
                out.u16(rule.policy.0);
                out.u32(rule.program);
            });
        });
        out.list(&self.whole, |out, &(cell, class)| {
            out.u64(cell.into());
            out.u16(class.0);
        });
        out.list(&self.borders, write_border);
        out.bytes()
    }
}

fn write_territory(out: &mut Writer, territory: &Territory) {
    out.text(&territory.name);
    out.u32(territory.version);
    out.i64(territory.from_s);
    out.i64(territory.until_s);
    out.u8(u8::from(territory.disputed) | u8::from(territory.front_line) << 1);
    out.list(&territory.polygons, |out, polygon| {
        let rings: Vec<_> = polygon.rings().collect();
        out.list(&rings, |out, ring| {
            out.list(ring, |out, corner| {
                out.i32(corner.longitude_e7);
                out.i32(corner.latitude_e7);
            });
        });
    });
}

fn write_policy(out: &mut Writer, policy: &Policy) {
    out.text(&policy.id);
    out.text(&policy.source);
    let (kind, value) = match policy.kind {
        PolicyKind::Permit => (1, 0),
        PolicyKind::Forbid(reason) => (2, reason as u32),
        PolicyKind::Throttle { kbit_s } => (3, kbit_s),
    };
    out.u8(kind);
    out.u32(value);
}

fn write_program(out: &mut Writer, program: &Program) {
    let step = |next| match next {
        Next::Yes => YES,
        Next::No => NO,
        Next::Node(node) => node,
    };
    out.list(&program.0, |out, node| {
        let (test, attribute, value): (u8, Option<Attribute>, i64) = match node.test {
            Test::Below(attribute, bound) => (1, Some(attribute), bound),
            Test::Equals(attribute, value) => (2, Some(attribute), value),
            Test::In(registry) => (3, None, registry.0.into()),
        };
        out.u8(test);
        out.u8(attribute.map_or(0, |attribute| attribute as u8));
        out.i64(value);
        out.u16(step(node.yes));
        out.u16(step(node.no));
    });
}

fn write_border(out: &mut Writer, border: &BorderCell) {
    out.u64(border.cell.into());
    out.i32(border.west_e7);
    out.i32(border.south_e7);
    out.list(&border.locals, |out, local| {
        out.u16(local.territory.0);
        out.i16(local.winding);
    });
    out.list(&border.edges, |out, &edge| out.u32(edge));
    out.list(&border.faces, |out, face| {
        out.u16(face.class.0);
        out.u32(face.parts);
    });
}
