//! Territories as where a terminal may be.

use super::{CERTAIN, Fix, Inside};
use crate::entity::PositionEvidence;
use crate::evidence::{Estimate, Region};
use skyweave_proof::table::{Evidence, Point};

/// Some territories: a terminal is inside if it is in any of them. Where territories overlap, the sum of their shares is held at certainty.
#[derive(Debug, Clone, Default)]
pub struct Regions<'a>(pub Vec<&'a Region>);

/// Everywhere: what a plan without a list of territories lets roam in.
#[derive(Debug, Clone, Copy)]
pub struct Everywhere;

impl Inside for Everywhere {
    fn mass_65536(&self, _: &[Fix]) -> u32 {
        CERTAIN
    }
}

impl Inside for Regions<'_> {
    /// Each position for itself, averaged: positions of an hour share their mistakes, and are not more exact together. A position that no
    /// point on Earth has is inside nothing.
    fn mass_65536(&self, fixes: &[Fix]) -> u32 {
        let sum: u64 = fixes.iter().map(|fix| u64::from(self.of_one(fix))).sum();
        (sum / fixes.len().max(1) as u64) as u32
    }
}

impl Regions<'_> {
    fn of_one(&self, fix: &Fix) -> u32 {
        let Some(point) = Point::new(fix.latitude_e7, fix.longitude_e7) else {
            return 0;
        };
        let estimate = Estimate { point, error_m: f64::from(fix.error_m), evidence: fix.evidence.into() };
        self.0.iter().map(|region| region.mass_of(&estimate)).sum::<u32>().min(CERTAIN)
    }
}

impl From<PositionEvidence> for Evidence {
    fn from(evidence: PositionEvidence) -> Self {
        match evidence {
            PositionEvidence::ClaimedGnss => Self::ClaimedGnss,
            PositionEvidence::ServingBeam => Self::ServingBeam,
            PositionEvidence::NetworkRanging => Self::NetworkRanging,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::territory::Definition;

    fn square(west: i32) -> Region {
        let east = west + 1;
        let ring = format!("[[{west},0],[{east},0],[{east},1],[{west},1],[{west},0]]");
        let text = format!(
            r#"{{"name":"r","version":1,"pieces":[{{"source":"s","geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
        );
        Region::of(&Definition::read(&text).unwrap().assemble(&[]).unwrap())
    }

    fn fix(longitude_deg: f64, error_m: u32) -> Fix {
        let longitude_e7 = (longitude_deg * 1e7) as i32;
        Fix {
            time_s: 0,
            latitude_e7: 5_000_000,
            longitude_e7,
            error_m,
            evidence: PositionEvidence::ServingBeam,
        }
    }

    #[test]
    fn inside_any_is_inside() {
        let squares = [square(10), square(11)];
        let regions = Regions(squares.iter().collect());
        for (fixes, least, most) in [
            (vec![fix(10.5, 100)], CERTAIN, CERTAIN),
            (vec![fix(11.5, 100)], CERTAIN, CERTAIN),
            // between the two, the shares of both make a whole
            (vec![fix(11.0, 5_000)], CERTAIN - 1_000, CERTAIN),
            (vec![fix(12.0, 5_000)], CERTAIN / 2 - 1_000, CERTAIN / 2 + 1_000),
            (vec![fix(10.5, 100), fix(13.5, 100)], CERTAIN / 2, CERTAIN / 2),
            (vec![fix(200.0, 100)], 0, 0),
            (Vec::new(), 0, 0),
        ] {
            let mass = regions.mass_65536(&fixes);
            assert!((least..=most).contains(&mass), "{fixes:?}: {mass}");
        }
    }
}
