//! Rows that follow from where satellites are, and need no plan.

use super::columns::{batch, names, slot, texts, time};
use super::{Emit, Given};
use arrow::array::{ArrayRef, BooleanArray, Float32Array, Float64Array, StringArray, UInt32Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::error::{DataFusionError, Result};
use skyweave_core::conditions::Conditions;
use skyweave_core::constellation::{self, Topology};
use skyweave_core::geodesy::{EcefPosition, Ellipsoid, Geodetic, azimuth_elevation_rad};
use skyweave_core::ids::SatId;
use skyweave_core::orbit::{Fleet, Sky};
use skyweave_core::plan::WARM_UP_SLOTS;
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_core::visibility::Lookout;
use skyweave_core::world::{Satellite, Terminal, World};
use skyweave_io::results::Table;
use std::sync::Arc;

/// The rows of an hour's slots.
pub(super) fn hour(
    given: &Given<'_>,
    hour: UtcHour,
    emit: &mut dyn FnMut(RecordBatch) -> Emit,
) -> Result<Emit> {
    let world = &given.prepared.world;
    let chosen = Chosen::of(given, hour);
    for no in given.request.slots_of(hour) {
        let sky = || chosen.sky(given, world, no);
        let made = match given.request.function.0 {
            Table::Visibility => visibility(given, &chosen, &sky(), no)?,
            _ => satellites(given, &chosen, sky, no)?,
        };
        if emit(made) == Emit::Enough {
            return Ok(Emit::Enough);
        }
    }
    Ok(Emit::GoOn)
}

/// The satellites that are wanted, in their order, and what holds of them for an hour.
struct Chosen<'a> {
    ids: Vec<SatId>,
    satellites: Vec<&'a Satellite>,
    fleet: Fleet,
    names: Arc<StringArray>,
    /// Only if it is wanted.
    topology: Option<Topology>,
}

impl<'a> Chosen<'a> {
    fn of(given: &Given<'a>, hour: UtcHour) -> Self {
        let (request, world) = (given.request, &given.prepared.world);
        let ids: Vec<SatId> = (0..world.satellites.len())
            .filter(|index| request.wants_satellite(&world.satellites[*index].name))
            .map(SatId::at)
            .collect();
        let satellites: Vec<&Satellite> = ids.iter().map(|id| &world.satellites[id.index()]).collect();
        let own: Vec<Satellite> = satellites.iter().map(|satellite| (*satellite).clone()).collect();
        // as in a plan: the constellation is that of the first slot of the warm-up
        let infer = || constellation::infer(world, hour.first_slot().minus(WARM_UP_SLOTS));
        let topology = request.wants("service").then(|| given.pool.install(infer));
        let names = satellites.iter().map(|satellite| Some(satellite.name.as_str())).collect::<StringArray>();
        Self { fleet: Fleet::new(&own), names: Arc::new(names), ids, satellites, topology }
    }

    /// Where the chosen satellites are.
    fn sky(&self, given: &Given<'_>, world: &World, no: SlotNo) -> Sky {
        let mut conditions = Conditions::at(world, no);
        conditions.satellite_up = self.ids.iter().map(|id| conditions.satellite_up[id.index()]).collect();
        given.counters.positions_computed.add(self.ids.len());
        given.pool.install(|| self.fleet.sky(&conditions, no))
    }

    fn names(&self, keys: &[usize]) -> Result<ArrayRef, ArrowError> {
        names(keys.iter().map(|key| *key as i32).collect(), &self.names)
    }

    fn service(&self, keys: &[usize]) -> ArrayRef {
        let states = keys.iter().map(|key| {
            let topology = self.topology.as_ref()?;
            Some(topology.service[self.ids[*key].index()].name())
        });
        texts(states)
    }
}

fn satellites(
    given: &Given<'_>,
    chosen: &Chosen<'_>,
    sky: impl FnOnce() -> Sky,
    no: SlotNo,
) -> Result<RecordBatch> {
    let rows = chosen.ids.len();
    let all: Vec<usize> = (0..rows).collect();
    let of_the_sky = ["latitude_deg", "longitude_deg", "altitude_m", "present"];
    let sky = of_the_sky.iter().any(|column| given.request.wants(column)).then(sky);
    let places: Vec<Option<Geodetic>> = match &sky {
        // the sky puts satellites without an orbit into the Earth's centre
        Some(sky) => sky
            .position
            .iter()
            .map(|p| (*p != EcefPosition::default()).then(|| p.to_geodetic(Ellipsoid::WGS84)))
            .collect(),
        None => Vec::new(),
    };
    let of_places = |value: fn(&Geodetic) -> f64| -> ArrayRef {
        Arc::new(places.iter().map(|p| p.as_ref().map(|p| value(p) as f32)).collect::<Float32Array>())
    };
    columns(given, rows, |column| {
        let array: ArrayRef = match column {
            "slot" => slot(no, rows),
            "time" => time(no, rows),
            "satellite" => chosen.names(&all)?,
            "catalog_number" => {
                Arc::new(chosen.satellites.iter().map(|s| s.catalog_number).collect::<UInt32Array>())
            }
            "latitude_deg" => of_places(|p| p.latitude_rad.to_degrees()),
            "longitude_deg" => of_places(|p| p.longitude_rad.to_degrees()),
            "altitude_m" => of_places(|p| p.height_m),
            "service" => chosen.service(&all),
            "present" => Arc::new(
                sky.iter().flat_map(|sky| &sky.present).map(|up| Some(*up)).collect::<BooleanArray>(),
            ),
            _ => return Ok(None),
        };
        Ok(Some(array))
    })
}

/// A satellite over a site.
struct Sight {
    site: usize,
    /// By its place among the chosen.
    satellite: usize,
    azimuth_rad: f64,
    elevation_rad: f64,
    range_m: f64,
    obstructed: bool,
}

fn visibility(given: &Given<'_>, chosen: &Chosen<'_>, sky: &Sky, no: SlotNo) -> Result<RecordBatch> {
    let world = &given.prepared.world;
    let sites: Vec<&Terminal> = world
        .terminals
        .iter()
        .filter(|terminal| terminal.is_site && given.request.wants_name(&terminal.name))
        .collect();
    let mut sights = Vec::new();
    for (site, terminal) in sites.iter().enumerate() {
        given.counters.views_computed.add(chosen.ids.len());
        sights.extend(highest_first(world, sky, site, terminal, no));
    }
    let rows = sights.len();
    let satellites: Vec<usize> = sights.iter().map(|sight| sight.satellite).collect();
    let site_names: Arc<StringArray> = Arc::new(sites.iter().map(|site| Some(site.name.as_str())).collect());
    let reals = |value: fn(&Sight) -> f64| -> ArrayRef {
        Arc::new(sights.iter().map(value).collect::<Float64Array>())
    };
    columns(given, rows, |column| {
        let array: ArrayRef = match column {
            "slot" => slot(no, rows),
            "time" => time(no, rows),
            "site" => names(sights.iter().map(|sight| sight.site as i32).collect(), &site_names)?,
            "satellite" => chosen.names(&satellites)?,
            "azimuth_deg" => reals(|sight| sight.azimuth_rad.to_degrees()),
            "elevation_deg" => reals(|sight| sight.elevation_rad.to_degrees()),
            "range_m" => reals(|sight| sight.range_m),
            "service" => chosen.service(&satellites),
            "obstructed" => {
                Arc::new(sights.iter().map(|sight| Some(sight.obstructed)).collect::<BooleanArray>())
            }
            _ => return Ok(None),
        };
        Ok(Some(array))
    })
}

/// The satellites above a site's lowest elevation; of equally high ones the first by number.
fn highest_first(world: &World, sky: &Sky, site: usize, terminal: &Terminal, no: SlotNo) -> Vec<Sight> {
    let place = terminal.motion.at(no);
    let lowest_rad = world.rules.radio.min_elevation_rad(place.geodetic.latitude_rad);
    let lookout = Lookout::new(&place, lowest_rad);
    let present = sky.position.iter().zip(&sky.present).enumerate().filter(|(_, (_, present))| **present);
    let mut seen: Vec<(f64, usize)> = present
        .filter_map(|(index, (position, _))| Some((lookout.sine_squared(*position)?, index)))
        .collect();
    seen.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let sight = |(_, satellite): (f64, usize)| {
        let position = sky.position[satellite];
        let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(place.geodetic, position);
        let range_m = place.ecef.range_m(position);
        let obstructed = terminal.mask.hides(azimuth_rad, elevation_rad);
        Sight { site, satellite, azimuth_rad, elevation_rad, range_m, obstructed }
    };
    seen.into_iter().map(sight).collect()
}

/// The columns that are wanted, in their order.
fn columns(
    given: &Given<'_>,
    rows: usize,
    column: impl Fn(&str) -> Result<Option<ArrayRef>, ArrowError>,
) -> Result<RecordBatch> {
    let wanted = given.schema.fields().iter().map(|field| {
        column(field.name())?
            .ok_or_else(|| DataFusionError::Internal(format!("{} needs a plan", field.name())))
    });
    Ok(batch(given.schema, wanted.collect::<Result<_>>()?, rows)?)
}
