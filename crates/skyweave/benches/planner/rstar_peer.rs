//! `rstar`: a tree of the satellites' positions, asked for those within the longest range at the lowest elevation, each of
//! which is then tested exactly. Terminals are shared out over the threads as ours are.

use crate::serve::Work;
use crate::visibility::{MIN_ELEVATION_DEG, given};
use miette::Result;
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use serde_json::{Value, json};
use skyweave_core::geodesy::{EcefPosition, Vec3};
use skyweave_core::ids::SatId;
use skyweave_core::world::Place;
use std::path::Path;

/// The vertical of the ellipsoid leans from that of the sphere by less than this, deg.
const LEAN_DEG: f64 = 0.2;
/// Terminals of a task.
const CHUNK: usize = 256;

/// The peer.
pub struct Theirs {
    satellites: Vec<EcefPosition>,
    places: Vec<Place>,
    /// For each task, how many each terminal sees, and what.
    seen: Vec<(Vec<usize>, Vec<SatId>)>,
}

impl Theirs {
    /// Prepares it.
    pub fn read(work: &Path, places: &str) -> Result<Self> {
        let (satellites, places) = given(work, places)?;
        Ok(Self { satellites, places, seen: Vec::new() })
    }
}

impl Work for Theirs {
    fn round(&mut self) -> f64 {
        let greatest_radius = self.satellites.iter().map(|s| s.0.norm()).fold(0.0, f64::max);
        let points = self.satellites.iter().enumerate();
        let points = points.map(|(id, s)| GeomWithData::new([s.0.x, s.0.y, s.0.z], id)).collect();
        let tree: RTree<GeomWithData<[f64; 3], usize>> = RTree::bulk_load(points);
        let min_sine = MIN_ELEVATION_DEG.to_radians().sin();
        let (sine, cosine) = (MIN_ELEVATION_DEG - LEAN_DEG).to_radians().sin_cos();
        let see = |place: &Place, views: &mut Vec<SatId>| {
            let Vec3 { x, y, z } = place.ecef.0;
            let radius = place.ecef.0.norm();
            let longest = (greatest_radius.powi(2) - (radius * cosine).powi(2)).sqrt() - radius * sine;
            for found in tree.locate_within_distance([x, y, z], longest * longest) {
                let line = self.satellites[found.data].0 - place.ecef.0;
                let (height, range_m) = (line.dot(place.up), line.norm());
                if height >= min_sine * range_m {
                    views.push(SatId::at(found.data));
                }
            }
        };
        let of_chunk = |places: &[Place]| {
            let (mut counts, mut views) = (Vec::with_capacity(CHUNK), Vec::new());
            for place in places {
                let before = views.len();
                see(place, &mut views);
                counts.push(views.len() - before);
            }
            (counts, views)
        };
        self.seen = self.places.par_chunks(CHUNK).map(of_chunk).collect();
        self.places.len() as f64
    }

    fn answer(&self) -> Result<Value> {
        Ok(json!({ "pairs": self.seen.iter().map(|(_, views)| views.len()).sum::<usize>() }))
    }
}
