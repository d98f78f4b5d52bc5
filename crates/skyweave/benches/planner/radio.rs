//! What it costs to rate a link, on one core: from where a satellite stands to what the link carries, air and both antennas' scan included.
//! What depends on the site alone is computed before, for us and for the peer, as far as its interface lets it be.

use crate::contest;
use crate::contestant::Entry;
use crate::options::Options;
use crate::report::{Report, Unit};
use crate::serve::Work;
use miette::{Result, miette};
use serde_json::{Value, json};
use skyweave_core::atmosphere::{Exceedance, SiteClimate};
use skyweave_core::geodesy::{EcefPosition, Ellipsoid, Geodetic};
use skyweave_core::ids::{BeamId, GatewayId, PopId, SatId};
use skyweave_core::radio::Links;
use skyweave_core::time::SlotNo;
use skyweave_core::visibility::View;
use skyweave_core::weather::{Footprint, Rain, Storm};
use skyweave_core::world::{Cell, Gateway, Place, World};
use std::hint::black_box;

/// Places of each kind: some that fit the cache, as those of one task do.
const PLACES: usize = 1_000;
/// Satellites that each looks at.
const LOOKS: usize = 20;
/// The share of an average year whose fade the peer computes, %.
const PERCENT: f64 = 0.1;
/// What is rated, how rows call it, and whether the peer does the same.
const KINDS: [(&str, &str, bool); 5] = [
    ("user-dry", "user link, dry air", false),
    ("user-rain", "user link, rain that falls", false),
    ("user-share", "user link, fade of 0.1 % of the year", true),
    ("feeder-dry", "feeder link of four carriers, dry air", false),
    ("feeder-share", "feeder link of four carriers, fade of 0.1 % of the year", false),
];

/// Measures everybody and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    for (kind, about, with_peer) in KINDS {
        let mut entries = vec![Entry::here("Skyweave", &format!("radio-ours:{kind}"))];
        if with_peer {
            entries.push(Entry::python("itur", "radio_itur.py", &[]));
        }
        let title = format!("radio: {about}");
        let fared = contest::run(&title, 1, &entries, options, report)?;
        let [ours, theirs @ ..] = &fared[..] else { return Err(miette!("{title}: nobody took part")) };
        let ns = |one: &contest::Fared| one.seconds / one.work * 1e9;
        let name = format!("{title}, one core");
        if theirs.is_empty() {
            report.row(&name, Unit::NsALink, ns(ours), None);
        }
        for peer in theirs {
            report.row(&name, Unit::NsALink, ns(ours), Some((&peer.name, ns(peer))));
        }
    }
    Ok(())
}

/// Our side.
pub struct Ours {
    world: World,
    rain: Rain,
    /// By look: the place, the view from there, and where the satellite is.
    looks: Vec<(u32, View, EcefPosition)>,
    feeders: bool,
    bps: f64,
}

impl Ours {
    /// Prepares it.
    pub fn of(kind: &str) -> Self {
        let mut world = World::default();
        world.rules.radio.beam_cell_m = 0.0;
        if kind.ends_with("share") {
            world.rules.weather.exceedance = Exceedance::of_percent(PERCENT);
        }
        // from 60 south to 60 north, around the Earth by the golden ratio
        let place = |k: usize| {
            let share = k as f64 / PLACES as f64;
            Place::from_degrees(120.0 * share - 60.0, 360.0 * (k as f64 * 0.618_034).fract() - 180.0)
        };
        let places: Vec<Place> = (0..PLACES).map(place).collect();
        world.cells = places
            .iter()
            .map(|place| Cell {
                h3: 0,
                place: *place,
                population: 1.0,
                anonymous_terminals: 1,
                home_pop: PopId(0),
            })
            .collect();
        world.gateways = places
            .iter()
            .map(|place| Gateway {
                name: String::new(),
                place: *place,
                antennas: 8,
                min_elevation_rad: 0.0,
                capacity_bps: f64::INFINITY,
                hypothetical: true,
            })
            .collect();
        world.settle(&|place| SiteClimate::coarse(place.geodetic.latitude_rad.to_degrees(), 0.0));
        if kind.ends_with("rain") {
            world.weather.storms.push(Storm {
                from: SlotNo(0),
                until: SlotNo(1),
                rate_mm_h: 20.0,
                footprint: Footprint::Places {
                    beams: (0..PLACES).map(BeamId::at).collect(),
                    gateways: Vec::new(),
                },
            });
        }
        let rain = world.weather.at(SlotNo(0), &world.beams.places, &places);
        let mut looks = Vec::new();
        for look in 0..LOOKS {
            for (number, place) in (0..).zip(&places) {
                // some degrees aside at 550 km
                let aside_rad = 0.006 * (look + 1) as f64;
                let at = Geodetic {
                    latitude_rad: place.geodetic.latitude_rad + aside_rad,
                    longitude_rad: place.geodetic.longitude_rad,
                    height_m: 550e3,
                };
                let position = at.to_ecef(Ellipsoid::WGS84);
                let line = position.0 - place.ecef.0;
                let range_m = line.norm();
                let view =
                    View { satellite: SatId(0), elevation_sine: line.dot(place.up) / range_m, range_m };
                looks.push((number, view, position));
            }
        }
        Self { world, rain, looks, feeders: kind.starts_with("feeder"), bps: 0.0 }
    }
}

impl Work for Ours {
    fn round(&mut self) -> f64 {
        let links = Links::new(&self.world, &self.rain);
        self.bps = 0.0;
        for &(place, view, position) in black_box(&self.looks) {
            self.bps += if self.feeders {
                links.feeder(GatewayId(place), &view, true).up_bps
            } else {
                links.rate(links.user(BeamId(place), &view, position)).down_bps
            };
        }
        self.looks.len() as f64
    }

    fn answer(&self) -> Result<Value> {
        Ok(json!({ "bps": self.bps }))
    }
}
