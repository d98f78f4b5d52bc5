//! What is decided for a terminal whose place is not certain.
//!
//! The decision is made for each class of places in which it may be, and weighed by the probability of being there. The terminal is refused only
//! if at least the share that the table states lies where it would be; then for the reason of the most probable such class. Otherwise it gets what the
//! most probable class gives that serves it.

use super::Fix;
use super::fusion::{Estimate, fused};
use super::mass::spread;
use super::scatter::{COUNT, FARTHEST_SIGMA};
use h3o::{CellIndex, LatLng, Resolution};
use skyweave_proof::refusal::RefusalCode;
use skyweave_proof::table::document::WHOLE_PARTS;
use skyweave_proof::table::{Attributes, CellClass, ClassNo, Decision, Evidence, Outcome, Table};
use std::collections::BTreeMap;

/// A disk of this radius in m around any place of a cell of resolution 5 stays within its neighbours: less than the side of the smallest.
const WITHIN_NEIGHBOURS_M: f64 = 6_000.0;

/// A decision and how sure the place is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// What the terminal gets.
    pub decision: Decision,
    /// The class whose decision it is; none if nobody knows where the terminal is.
    pub class: Option<ClassNo>,
    /// Parts of 65,536 of the probability of its place that lie where it is refused.
    pub refused_parts: u32,
    /// Where it is taken to be.
    pub estimate: Option<Estimate>,
}

/// Decides for a terminal by what is known of its place. Kind and error of the evidence among the attributes are those of what is known; without any
/// the answer is `UNKNOWN_LOCATION`.
#[must_use]
pub fn judge(table: &Table, fixes: &[Fix], attributes: &Attributes) -> Judgement {
    let Some(estimate) = fused(fixes) else {
        let outcome = Outcome::Refused(RefusalCode::UnknownLocation);
        let decision = Decision { outcome, policy: None };
        return Judgement { decision, class: None, refused_parts: WHOLE_PARTS, estimate: None };
    };
    let error_m = estimate.error_m.round().min(f64::from(i32::MAX)) as i32;
    let attributes = Attributes { evidence: estimate.evidence, error_m, ..*attributes };
    debug_assert!(attributes.evidence != Evidence::Absent);
    let masses = masses(table, &estimate);
    let decided: Vec<(u32, ClassNo, Decision)> =
        masses.into_iter().map(|(class, parts)| (parts, class, table.decide(class, &attributes))).collect();
    let refused_parts =
        decided.iter().filter(|(.., d)| !d.outcome.is_served()).map(|(parts, ..)| parts).sum();
    let is_refused = refused_parts >= table.document().refuse_at_parts;
    // of equally probable classes the first
    let chosen = decided
        .iter()
        .filter(|(.., decision)| decision.outcome.is_served() != is_refused)
        .max_by_key(|(parts, class, _)| (*parts, std::cmp::Reverse(*class)));
    let (class, decision) =
        chosen.map_or((ClassNo::NOWHERE, Decision::BY_DEFAULT), |&(_, class, decision)| (class, decision));
    Judgement { decision, class: Some(class), refused_parts, estimate: Some(estimate) }
}

/// The classes in which an estimate may be, in parts of 65,536.
fn masses(table: &Table, estimate: &Estimate) -> BTreeMap<ClassNo, u32> {
    if let Some(class) = only_class(table, estimate) {
        return BTreeMap::from([(class, WHOLE_PARTS)]);
    }
    let mut masses = BTreeMap::new();
    for point in spread(estimate) {
        *masses.entry(table.class_at(point)).or_insert(0) += WHOLE_PARTS / COUNT as u32;
    }
    masses
}

/// The class of all cells around an estimate, if they are of one and hold all of it.
fn only_class(table: &Table, estimate: &Estimate) -> Option<ClassNo> {
    if estimate.error_m * FARTHEST_SIGMA > WITHIN_NEIGHBOURS_M {
        return None;
    }
    let (latitude_deg, longitude_deg) = estimate.point.degrees();
    let cell = LatLng::new(latitude_deg, longitude_deg).ok()?.to_cell(Resolution::Five);
    let around: Vec<CellIndex> = cell.grid_disk(1);
    let mut classes = around.into_iter().map(|cell| table.class_of_cell(cell));
    let Some(CellClass::Whole(class)) = classes.next() else { return None };
    classes.all(|other| other == CellClass::Whole(class)).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::super::fusion::Plane;
    use super::*;
    use crate::restriction::{Names, PolicyFile, Restrictions};
    use crate::territory::{Cover, Definition};
    use skyweave_proof::table::Point;

    /// Served west of the meridian of 35 degrees, refused east of it.
    fn table() -> Table {
        let area = |name: &str, west: u32| {
            let text = format!(
                r#"{{"name":"{name}","version":1,"pieces":[{{"source":"s","geometry":{{"type":"Polygon",
                "coordinates":[[[{west},46],[{e},46],[{e},48],[{west},48],[{west},46]]]}}}}]}}"#,
                e = west + 1
            );
            Definition::read(&text).unwrap().assemble(&[]).unwrap()
        };
        let text = r#"
            @id("on") permit(principal, action == Action::"serve", resource);
            @id("off") @reason("BLOCKED_AREA") forbid(principal, action == Action::"serve", resource)
            when { resource.territories.contains(Territory::"east") };"#;
        let names = Names { territories: ["east", "west"].map(str::to_owned).into(), ..Names::default() };
        let file = PolicyFile { name: "a.cedar".to_owned(), text: text.to_owned() };
        let resolved = Restrictions::load(&[file]).unwrap().resolve(&names).unwrap();
        let cover = Cover::of(&[area("east", 35), area("west", 34)], resolved.cells()).unwrap();
        Table::new(resolved.compile(cover, 62_259).unwrap()).unwrap()
    }

    #[test]
    fn near_a_border_nobody_is_cut_off_by_a_single_fix() {
        let table = table();
        let border = Point::from_degrees(47.0, 35.0).unwrap();
        let judged = |east_m: f64, error_m: u32, evidence| {
            let point = Plane::at(border).point(east_m, 0.0).unwrap();
            judge(&table, &[Fix { time_s: 0, point, error_m, evidence }], &Attributes::plain(0))
        };
        // refused from 1.645 sigma beyond the border on
        for (east_m, error_m, served) in [
            (-100.0, 30, true),
            (40.0, 30, true),
            (58.0, 30, false),
            (5.0, 2, false),
            (7_000.0, 5_000, true),
            (9_500.0, 5_000, false),
            (30_000.0, 5, false),
            (-30_000.0, 5, true),
        ] {
            let found = judged(east_m, error_m, Evidence::ClaimedGnss);
            assert_eq!(found.decision.outcome.is_served(), served, "{east_m} {error_m}: {found:?}");
        }
        assert_eq!(judged(30_000.0, 5, Evidence::ServingBeam).refused_parts, WHOLE_PARTS);
        let nowhere = judged(0.0, 5, Evidence::Absent);
        assert_eq!(nowhere.decision.outcome, Outcome::Refused(RefusalCode::UnknownLocation));
    }
}
