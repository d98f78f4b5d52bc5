//! A table's bytes read back: strictly, and without trusting any of them.

use super::Malformed;
use super::attribute::Attribute;
use super::border::Share;
use super::bytes::Reader;
use super::document::{BorderCell, Document, FORMAT, Local, MAGIC, NO, Territory, YES};
use super::geometry::{Polygon, Vertex};
use super::number::{AreaNo, ClassNo, PolicyNo, RegistryNo};
use super::policy::{Policy, PolicyKind, Rule};
use super::program::{Next, Node, Program, Test};
use crate::refusal::RefusalCode;
use h3o::CellIndex;

impl Document {
    /// Reads a document. What its parts say is checked when a table is made of it.
    ///
    /// # Errors
    /// Bytes that are not in the format: too few, too many, unknown codes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(from.wrong("not a decision table"));
        }
        let format = from.u16()?;
        if format != FORMAT {
            return Err(from.wrong(format!("a table of format {format}; this program reads format {FORMAT}")));
        }
        let document = Self {
            refuse_at_parts: from.u32()?,
            territories: from.list(territory)?,
            plans: from.list(Reader::text)?,
            use_classes: from.list(Reader::text)?,
            protected_classes: from.list(Reader::text)?,
            registries: from.list(Reader::text)?,
            cell_areas: from.list(cell)?,
            classes: from.list(|from| from.list(|from| from.u16().map(AreaNo)))?,
            policies: from.list(policy)?,
            programs: from.list(|from| from.list(node).map(Program))?,
            rules: from.list(|from| from.list(rule))?,
            whole: from.list(|from| Ok((cell(from)?, ClassNo(from.u16()?))))?,
            borders: from.list(border)?,
        };
        from.end()?;
        Ok(document)
    }
}

fn cell(from: &mut Reader) -> Result<CellIndex, Malformed> {
    let bits = from.u64()?;
    CellIndex::try_from(bits).map_err(|_| from.wrong(format!("{bits:x} is not an H3 cell")))
}

fn territory(from: &mut Reader) -> Result<Territory, Malformed> {
    let (name, version, from_s, until_s) = (from.text()?, from.u32()?, from.i64()?, from.i64()?);
    let flags = from.u8()?;
    if flags > 3 {
        return Err(from.wrong(format!("flags {flags} of a territory; they are 0 to 3")));
    }
    let polygons = from.list(polygon)?;
    Ok(Territory {
        name,
        version,
        from_s,
        until_s,
        disputed: flags & 1 != 0,
        front_line: flags & 2 != 0,
        polygons,
    })
}

fn polygon(from: &mut Reader) -> Result<Polygon, Malformed> {
    let vertex = |from: &mut Reader| Ok(Vertex { longitude_e7: from.i32()?, latitude_e7: from.i32()? });
    let mut rings = from.list(|from| from.list(vertex))?;
    if rings.is_empty() {
        return Err(from.wrong("a polygon without a ring"));
    }
    let exterior = rings.remove(0);
    Ok(Polygon { exterior, holes: rings })
}

fn policy(from: &mut Reader) -> Result<Policy, Malformed> {
    let (id, source, code, value) = (from.text()?, from.text()?, from.u8()?, from.u32()?);
    let kind = match (code, value) {
        (1, 0) => Some(PolicyKind::Permit),
        (2, code) => {
            let reason = RefusalCode::ALL.into_iter().find(|&reason| reason as u32 == code);
            reason.map(PolicyKind::Forbid)
        }
        (3, kbit_s) => Some(PolicyKind::Throttle { kbit_s }),
        _ => None,
    };
    let kind = kind.ok_or_else(|| from.wrong(format!("a policy of kind {code} with {value}")))?;
    Ok(Policy { id, source, kind })
}

fn node(from: &mut Reader) -> Result<Node, Malformed> {
    let (code, attribute, value) = (from.u8()?, from.u8()?, from.i64()?);
    let known = Attribute::ALL.get(usize::from(attribute)).copied();
    let test = match (code, known, attribute) {
        (1, Some(attribute), _) => Some(Test::Below(attribute, value)),
        (2, Some(attribute), _) => Some(Test::Equals(attribute, value)),
        (3, _, 0) => u16::try_from(value).ok().map(|registry| Test::In(RegistryNo(registry))),
        _ => None,
    };
    let test =
        test.ok_or_else(|| from.wrong(format!("test {code} of attribute {attribute} against {value}")))?;
    Ok(Node { test, yes: next(from)?, no: next(from)? })
}

fn next(from: &mut Reader) -> Result<Next, Malformed> {
    Ok(match from.u16()? {
        YES => Next::Yes,
        NO => Next::No,
        node => Next::Node(node),
    })
}

fn rule(from: &mut Reader) -> Result<Rule, Malformed> {
    Ok(Rule { policy: PolicyNo(from.u16()?), program: from.u32()? })
}

fn border(from: &mut Reader) -> Result<BorderCell, Malformed> {
    Ok(BorderCell {
        cell: cell(from)?,
        west_e7: from.i32()?,
        south_e7: from.i32()?,
        locals: from.list(|from| Ok(Local { territory: AreaNo(from.u16()?), winding: from.i16()? }))?,
        edges: from.list(Reader::u32)?,
        faces: from.list(|from| Ok(Share { class: ClassNo(from.u16()?), parts: from.u32()? }))?,
    })
}
