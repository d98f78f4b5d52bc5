//! What must be true of a document before a table is made of it: everything refers to something, and everything is in its one form.

use super::Malformed;
use super::Registries;
use super::border::{MOST_LOCALS, MOVED, edge_begins, numbered_vertices};
use super::document::{BorderCell, Document, Territory, WHOLE_PARTS};
use super::geometry::{Polygon, Ring, doubled_area};
use super::grid::FINEST;
use super::number::{AreaNo, ClassNo};
use super::policy::PolicyKind;
use h3o::CellIndex;

type Checked = Result<(), Malformed>;

const MOST: usize = u16::MAX as usize - 2;
const LONGEST_NAME_BYTES: usize = 255;

/// The first thing that is wrong with a document.
pub(super) fn check(document: &Document) -> Checked {
    if document.refuse_at_parts == 0 || document.refuse_at_parts > WHOLE_PARTS {
        let found = document.refuse_at_parts;
        return wrong("the threshold", format!("{found} of {WHOLE_PARTS} parts; it is 1 to {WHOLE_PARTS}"));
    }
    territories(document)?;
    for (list, names) in [
        ("plans", &document.plans),
        ("use classes", &document.use_classes),
        ("protected classes", &document.protected_classes),
        ("registries", &document.registries),
    ] {
        ascending(list, names)?;
        names.iter().try_for_each(|name| is_name(list, name))?;
    }
    if document.registries.len() > usize::from(Registries::MOST) {
        return wrong(
            "registries",
            format!("{}; a table has at most {}", document.registries.len(), Registries::MOST),
        );
    }
    classes(document)?;
    policies(document)?;
    whole(document)?;
    borders(document)?;
    every_class_occurs(document)
}

fn wrong(place: impl Into<String>, what: impl Into<String>) -> Checked {
    Err(Malformed { place: place.into(), what: what.into() })
}

/// Also bounds what a u16 must number.
fn ascending<T: Ord>(place: &str, items: &[T]) -> Checked {
    match items.windows(2).position(|pair| pair[0] >= pair[1]) {
        Some(at) => wrong(place, format!("number {} is not after the one before it", at + 1)),
        None if items.len() > MOST => {
            wrong(place, format!("{}; at most {MOST} can be told apart", items.len()))
        }
        None => Ok(()),
    }
}

fn is_name(place: &str, name: &str) -> Checked {
    if name.is_empty() || name.len() > LONGEST_NAME_BYTES || name.chars().any(char::is_control) {
        return wrong(place, format!("the name {name:?}; names are 1 to {LONGEST_NAME_BYTES} bytes of text"));
    }
    Ok(())
}

fn territories(document: &Document) -> Checked {
    let names: Vec<&str> = document.territories.iter().map(|territory| territory.name.as_str()).collect();
    ascending("territories", &names)?;
    document.territories.iter().try_for_each(territory)
}

fn territory(territory: &Territory) -> Checked {
    is_name("territories", &territory.name)?;
    let place = || format!("territory {}", territory.name);
    if territory.from_s >= territory.until_s {
        return wrong(place(), "it ends before it begins");
    }
    if territory.polygons.is_empty() {
        return wrong(place(), "it has no polygon");
    }
    ascending(&place(), &territory.polygons)?;
    for (number, polygon) in territory.polygons.iter().enumerate() {
        let place = format!("territory {}, polygon {number}", territory.name);
        check_polygon(&place, polygon)?;
    }
    Ok(())
}

fn check_polygon(place: &str, polygon: &Polygon) -> Checked {
    ascending(place, &polygon.holes)?;
    for (number, ring) in polygon.rings().enumerate() {
        let counter_clockwise = number == 0;
        if let Some(what) = fault_of_ring(ring, counter_clockwise) {
            return wrong(format!("{place}, ring {number}"), what);
        }
    }
    Ok(())
}

/// What is wrong with a ring, if anything.
fn fault_of_ring(ring: &Ring, counter_clockwise: bool) -> Option<&'static str> {
    if ring.len() < 3 {
        return Some("fewer than three corners");
    }
    if !ring.iter().all(|corner| corner.is_on_the_map()) {
        return Some("a corner beyond 180 degrees of longitude or 90 of latitude");
    }
    if ring.iter().min() != ring.first() {
        return Some("it does not begin at its westernmost corner");
    }
    if ring.iter().zip(ring.iter().cycle().skip(1)).any(|(a, b)| a == b) {
        return Some("the same corner twice in a row");
    }
    if (doubled_area(ring) > 0) != counter_clockwise || doubled_area(ring) == 0 {
        return Some("it runs the wrong way around; an exterior runs counter-clockwise and a hole clockwise");
    }
    None
}

fn classes(document: &Document) -> Checked {
    ascending("cells that policies name", &document.cell_areas)?;
    if document.cell_areas.iter().any(|cell| cell.resolution() > FINEST) {
        return wrong("cells that policies name", "a cell finer than resolution 5");
    }
    let areas = document.territories.len() + document.cell_areas.len();
    if areas > MOST {
        return wrong("areas", format!("{areas}; a table has at most {MOST}"));
    }
    ascending("classes", &document.classes)?;
    if document.classes.first().is_none_or(|first| !first.is_empty()) {
        return wrong("classes", "the first is not the empty one");
    }
    for (number, class) in document.classes.iter().enumerate() {
        ascending(&format!("class {number}"), class)?;
        if class.iter().any(|area| area.index() >= areas) {
            return wrong(format!("class {number}"), "an area that the table does not have");
        }
    }
    Ok(())
}

fn policies(document: &Document) -> Checked {
    let ids: Vec<&str> = document.policies.iter().map(|policy| policy.id.as_str()).collect();
    ascending("policies", &ids)?;
    for policy in &document.policies {
        is_name("policies", &policy.id)?;
        is_name("sources of policies", &policy.source)?;
        if matches!(policy.kind, PolicyKind::Throttle { kbit_s: 0 }) {
            return wrong(format!("policy {}", policy.id), "it throttles to nothing; that is a refusal");
        }
    }
    if let Some(at) = document.programs.windows(2).position(|pair| pair[0] >= pair[1]) {
        return wrong("programs", format!("number {} is not after the one before it", at + 1));
    }
    for (number, program) in document.programs.iter().enumerate() {
        program.check(document.registries.len()).or_else(|what| wrong(format!("program {number}"), what))?;
    }
    if document.rules.len() != document.classes.len() {
        return wrong("rules", format!("for {} classes of {}", document.rules.len(), document.classes.len()));
    }
    let mut used = vec![false; document.programs.len()];
    for (class, rules) in document.rules.iter().enumerate() {
        let place = format!("rules of class {class}");
        let of: Vec<_> = rules.iter().map(|rule| rule.policy).collect();
        ascending(&place, &of)?;
        for rule in rules {
            let program = used.get_mut(rule.program as usize);
            match program {
                Some(used) if rule.policy.index() < document.policies.len() => *used = true,
                _ => return wrong(place, "a policy or program that the table does not have"),
            }
        }
    }
    match used.iter().position(|used| !used) {
        Some(number) => wrong(format!("program {number}"), "no rule uses it"),
        None => Ok(()),
    }
}

fn whole(document: &Document) -> Checked {
    let cells: Vec<CellIndex> = document.whole.iter().map(|&(cell, _)| cell).collect();
    in_order("whole cells", &cells)?;
    let mut run = 0;
    for (at, &(cell, class)) in document.whole.iter().enumerate() {
        let place = || format!("cell {cell}");
        if cell.resolution() > FINEST {
            return wrong(place(), "finer than resolution 5");
        }
        if class == ClassNo::NOWHERE || class.index() >= document.classes.len() {
            return wrong(place(), "a class that is not listed, or the one that goes without saying");
        }
        let Some(parent) = cell.resolution().pred().and_then(|coarser| cell.parent(coarser)) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| document.whole.get(before));
        let sibling = before.is_some_and(|&(other, its_class)| {
            other.resolution() == cell.resolution()
                && other.parent(parent.resolution()) == Some(parent)
                && its_class == class
        });
        run = if sibling { run + 1 } else { 1 };
        if run == parent.children_count(cell.resolution()) {
            return wrong(place(), "it and its siblings are of one class; their parent is to be listed");
        }
    }
    Ok(())
}

fn in_order(place: &str, cells: &[CellIndex]) -> Checked {
    match cells.windows(2).position(|pair| u64::from(pair[0]) >= u64::from(pair[1])) {
        Some(at) => wrong(place, format!("number {} is not after the one before it", at + 1)),
        None => Ok(()),
    }
}

fn borders(document: &Document) -> Checked {
    let cells: Vec<CellIndex> = document.borders.iter().map(|border| border.cell).collect();
    in_order("border cells", &cells)?;
    let (_, owners) = numbered_vertices(&document.territories);
    let begins = edge_begins(&document.territories);
    for border in &document.borders {
        let owner = |edge: u32| {
            let first = (edge & !MOVED) as usize;
            let begins = begins.get(first).copied().unwrap_or(false);
            owners.get(first).filter(|_| begins).map(|&owner| AreaNo(owner))
        };
        if let Some(what) = fault_of_border(border, document, owner) {
            return wrong(format!("border cell {}", border.cell), what);
        }
    }
    Ok(())
}

fn fault_of_border(
    border: &BorderCell,
    document: &Document,
    owner: impl Fn(u32) -> Option<AreaNo>,
) -> Option<&'static str> {
    if border.cell.resolution() != FINEST {
        return Some("not of resolution 5");
    }
    if !(-1_800_000_000..1_800_000_000).contains(&border.west_e7)
        || !(-900_000_000..=900_000_000).contains(&border.south_e7)
    {
        return Some("its corner is not on the map");
    }
    if border.locals.is_empty() || border.locals.len() > MOST_LOCALS {
        return Some("no territory, or more than 32, with a border in it");
    }
    if border.locals.windows(2).any(|pair| pair[0].territory >= pair[1].territory)
        || border.edges.windows(2).any(|pair| pair[0] >= pair[1])
        || border.faces.windows(2).any(|pair| pair[0].class >= pair[1].class)
    {
        return Some("territories, edges or classes out of order");
    }
    let is_local = |area: AreaNo| border.locals.iter().any(|local| local.territory == area);
    if !border.edges.iter().all(|&edge| owner(edge).is_some_and(is_local)) {
        return Some("an edge that does not exist or is of another territory");
    }
    if border
        .locals
        .iter()
        .any(|local| !border.edges.iter().any(|&edge| owner(edge) == Some(local.territory)))
    {
        return Some("a territory without an edge");
    }
    let mut around: Option<Vec<AreaNo>> = None;
    for face in &border.faces {
        let Some(areas) = document.classes.get(face.class.index()) else {
            return Some("a class that is not listed");
        };
        let others: Vec<AreaNo> = areas.iter().copied().filter(|&area| !is_local(area)).collect();
        if around.get_or_insert_with(|| others.clone()) != &others {
            return Some("classes that differ by territories without an edge here");
        }
    }
    let parts: u64 = border.faces.iter().map(|face| u64::from(face.parts)).sum();
    if parts != u64::from(WHOLE_PARTS) {
        return Some("shares that do not add up to the whole");
    }
    None
}

fn every_class_occurs(document: &Document) -> Checked {
    let mut occurs = vec![false; document.classes.len()];
    let faces = document.borders.iter().flat_map(|border| &border.faces).map(|face| face.class);
    for class in document.whole.iter().map(|&(_, class)| class).chain(faces).chain([ClassNo::NOWHERE]) {
        if let Some(occurs) = occurs.get_mut(class.index()) {
            *occurs = true;
        }
    }
    match occurs.iter().position(|occurs| !occurs) {
        Some(number) => wrong(format!("class {number}"), "no cell is of it"),
        None => Ok(()),
    }
}
