//! The countries of the world at 1:50 million, as the repository has them.

use flate2::read::GzDecoder;
use skyweave_control::territory::outline::Mending;
use skyweave_control::territory::{BoundarySet, Reading, Territory};
use std::io::Read;

pub fn world() -> BoundarySet {
    let packed = include_bytes!("../../../../skyweave-io/data/countries-50m.json.gz");
    let mut text = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut text).unwrap();
    let reading = Reading {
        dataset: "Natural Earth 1:50m".to_owned(),
        version: "world-atlas 2.0.2".to_owned(),
        worldview: "de facto".to_owned(),
        key: "name".to_owned(),
        mending: Mending::TOPOJSON,
    };
    BoundarySet::read(&text, &reading).unwrap()
}

pub fn territories(set: &BoundarySet) -> Vec<Territory> {
    let of = |(name, polygons): (&String, &Vec<_>)| Territory {
        name: name.clone(),
        version: 1,
        from_s: i64::MIN,
        until_s: i64::MAX,
        disputed: false,
        front_line: false,
        polygons: polygons.clone(),
    };
    set.parts.iter().map(of).collect()
}
