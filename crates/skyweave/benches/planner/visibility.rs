//! Visibility: which of all satellites each of many terminals sees at 25 degrees or more, on two threads. Sorting the
//! satellites is part of the work: they move from slot to slot. The answer lists the satellites of each terminal.

use crate::contest;
use crate::contestant::Entry;
use crate::files;
use crate::options::Options;
use crate::report::{Report, Unit};
use crate::serve::Work;
use crate::sgp4::minutes_before;
use crate::{constellations, sgp4};
use miette::{Result, miette};
use serde_json::{Value, json};
use skyweave_core::geodesy::{EcefPosition, Ellipsoid, Gmst, TemePosition, Vec3};
use skyweave_core::orbit::Sky;
use skyweave_core::sgp4::Sgp4;
use skyweave_core::time::days_since_j2000;
use skyweave_core::visibility::{Lookout, Sightings, SkyIndex};
use skyweave_core::world::Place;
use skyweave_io::{builtin, cells};
use std::path::Path;

/// Lowest elevation, deg.
pub const MIN_ELEVATION_DEG: f64 = 25.0;
const THREADS: usize = 2;
/// Sizes, and whether the peer that tests every pair takes part.
const SIZES: [(usize, bool); 2] = [(10_000, true), (100_000, false)];
/// Answers may differ in pairs that stand within rounding of the lowest elevation: this share of all.
const UNDECIDED: f64 = 1e-6;

/// Measures everybody and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    let satellites = write_sky(&options.work)?;
    for (terminals, every_pair) in SIZES {
        write_places(&options.work, terminals)?;
        let size = terminals.to_string();
        let mut entries = vec![
            Entry::here("Skyweave", &format!("visibility-ours:{size}")),
            Entry::here("rstar", &format!("visibility-rstar:{size}")),
        ];
        if every_pair {
            entries.push(Entry::python("numpy", "visibility_numpy.py", &["--places", &size]));
        }
        let title = format!("visibility of {terminals} terminals");
        let fared = contest::run(&title, THREADS, &entries, options, report)?;
        let [ours, theirs @ ..] = &fared[..] else { return Err(miette!("{title}: nobody took part")) };
        let name = format!(
            "visibility: {satellites} satellites x {terminals} terminals at {MIN_ELEVATION_DEG} deg, {THREADS} threads"
        );
        let pairs = |answer: &Value| answer["pairs"].as_f64().unwrap_or(f64::NAN);
        for peer in theirs {
            let (expected, found) = (pairs(&ours.answer), pairs(&peer.answer));
            if (found - expected).abs() > UNDECIDED * expected || found.is_nan() {
                return Err(miette!("{title}: {} sees {found} pairs and we see {expected}", peer.name));
            }
            report.row(&name, Unit::Ms, ours.seconds * 1e3, Some((&peer.name, peer.seconds * 1e3)));
        }
    }
    Ok(())
}

/// Writes where all satellites are at the first instant of the SGP4 rows; tells how many.
fn write_sky(work: &Path) -> Result<usize> {
    files::write_text(&work.join("elements.tle"), &constellations::network()?.text)?;
    let (elements, start) = sgp4::read(work)?;
    let gmst = Gmst::iau82(days_since_j2000(start));
    let positions = elements.iter().filter_map(|e| {
        let state = Sgp4::new(e).ok()?.propagate(minutes_before(e, start)).ok()?;
        let Vec3 { x, y, z } = TemePosition(state.position_km * 1_000.0).to_ecef(gmst).0;
        Some([x, y, z])
    });
    let positions: Vec<_> = positions.collect();
    files::write_reals(&work.join("satellites.f64"), positions.iter().flatten().copied())?;
    Ok(positions.len())
}

/// Writes terminals where people live: one in each of the most populous cells, then a second one beside it, and so on.
fn write_places(work: &Path, count: usize) -> Result<()> {
    let mut people = builtin::population();
    people.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let place = |i: usize| {
        let (latitude, longitude) = cells::centre_deg(people[i % people.len()].0)?;
        // the golden ratio scatters without repeating
        let aside = |k: f64| ((i as f64 * k).fract() - 0.5) * 0.1;
        let (latitude, longitude) = (latitude + aside(0.618_033_988_7), longitude + aside(0.754_877_666_2));
        let Place { ecef: EcefPosition(at), up, .. } = Place::from_degrees(latitude, longitude);
        Some([at.x, at.y, at.z, up.x, up.y, up.z])
    };
    let places: Option<Vec<_>> = (0..count).map(place).collect();
    let places = places.ok_or_else(|| miette!("a cell of the population table is none"))?;
    files::write_reals(&work.join(format!("places-{count}.f64")), places.into_iter().flatten())
}

/// What everybody is given, as our types have it.
pub fn given(work: &Path, places: &str) -> Result<(Vec<EcefPosition>, Vec<Place>)> {
    let vector = |v: &[f64]| Vec3 { x: v[0], y: v[1], z: v[2] };
    let satellites = files::read_reals(&work.join("satellites.f64"))?;
    let places = files::read_reals(&work.join(format!("places-{places}.f64")))?;
    let place = |v: &[f64]| {
        let ecef = EcefPosition(vector(v));
        Place { geodetic: ecef.to_geodetic(Ellipsoid::WGS84), ecef, up: vector(&v[3..]) }
    };
    Ok((
        satellites.chunks_exact(3).map(|v| EcefPosition(vector(v))).collect(),
        places.chunks_exact(6).map(place).collect(),
    ))
}

/// Our side.
pub struct Ours {
    sky: Sky,
    places: Vec<Place>,
    seen: Option<Sightings>,
}

impl Ours {
    /// Prepares it.
    pub fn read(work: &Path, places: &str) -> Result<Self> {
        let (position, places) = given(work, places)?;
        let sky = Sky {
            present: vec![true; position.len()],
            velocity_m_s: vec![Vec3::default(); position.len()],
            position,
            without_orbit: 0,
        };
        Ok(Self { sky, places, seen: None })
    }

    /// Finds all views. To measure another kernel, this is the place.
    fn look(&mut self) {
        let min_elevation_rad = MIN_ELEVATION_DEG.to_radians();
        let index = SkyIndex::new(&self.sky, &self.sky.present);
        let places: Vec<Lookout> = self.places.iter().map(|p| Lookout::new(p, min_elevation_rad)).collect();
        self.seen = Some(index.sightings(&places));
    }
}

impl Work for Ours {
    fn round(&mut self) -> f64 {
        self.look();
        self.places.len() as f64
    }

    fn answer(&self) -> Result<Value> {
        Ok(json!({ "pairs": self.seen.as_ref().map(Sightings::pairs) }))
    }
}
