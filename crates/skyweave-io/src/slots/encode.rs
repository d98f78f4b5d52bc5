//! A slot as a record batch.

use super::arrays::{bool_list, list, nested, optional_list};
use super::codes::{IDLE, SERVED, limit_code, outage_code, service_code};
use crate::results::{Moment, Names};
use arrow::array::{
    ArrayRef, Float64Array, Int64Array, StringArray, StructArray, TimestampMillisecondArray, UInt32Array,
};
use arrow::datatypes::{DataType, Float32Type, Float64Type, SchemaRef, UInt8Type, UInt16Type, UInt32Type};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use skyweave_core::flow::Flow;
use skyweave_core::graph::NO_HOP;
use skyweave_core::ids::{PopId, SatId};
use skyweave_core::schedule::Outage;
use std::sync::Arc;

type Columns = Result<Vec<ArrayRef>, ArrowError>;

/// The slot as the only row of a batch.
pub(crate) fn encode(schema: &SchemaRef, now: &Moment<'_>) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![now.no.0])),
        Arc::new(TimestampMillisecondArray::from(vec![now.time.0]).with_timezone("UTC")),
        Arc::new(StringArray::from(vec![now.basis])),
    ];
    let groups = [satellites(now)?, lasers(now)?, pops(now)?, cells(now)?, terminals(now)?];
    for (field, group) in schema.fields().iter().skip(columns.len()).zip(groups) {
        if let DataType::Struct(members) = field.data_type() {
            columns.push(Arc::new(StructArray::try_new(members.clone(), group, None)?));
        }
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn satellites(now: &Moment<'_>) -> Columns {
    let position = || now.sky.position.iter().map(|position| position.0);
    let velocity = || now.sky.velocity_m_s.iter();
    let feeder = || now.feeders.of_satellite.iter();
    Ok(vec![
        list::<Float64Type>(position().map(|p| p.x))?,
        list::<Float64Type>(position().map(|p| p.y))?,
        list::<Float64Type>(position().map(|p| p.z))?,
        list::<Float32Type>(velocity().map(|v| v.x as f32))?,
        list::<Float32Type>(velocity().map(|v| v.y as f32))?,
        list::<Float32Type>(velocity().map(|v| v.z as f32))?,
        bool_list(&now.sky.present)?,
        list::<UInt8Type>(now.topology.service.iter().map(|service| service_code(*service)))?,
        list::<UInt16Type>(now.assignment.cells_of_satellite.iter().copied())?,
        optional_list::<UInt32Type>(feeder().map(|f| f.map(|f| f.gateway.0)))?,
        optional_list::<Float64Type>(feeder().map(|f| f.map(|f| f.range_m)))?,
        optional_list::<Float64Type>(feeder().map(|f| f.map(|f| f.rate.up_bps)))?,
        optional_list::<Float64Type>(feeder().map(|f| f.map(|f| f.rate.down_bps)))?,
    ])
}

fn lasers(now: &Moment<'_>) -> Columns {
    let live = || now.lasers.live.iter();
    Ok(vec![
        list::<UInt32Type>(live().map(|laser| laser.a.0))?,
        list::<UInt32Type>(live().map(|laser| laser.b.0))?,
        list::<Float64Type>(live().map(|laser| laser.range_m))?,
        list::<Float64Type>(live().map(|laser| laser.capacity_bps))?,
        list::<Float64Type>(now.flows.laser_load_bps.iter().copied())?,
    ])
}

fn pops(now: &Moment<'_>) -> Columns {
    let ways = || now.routes.to_pop.iter();
    let hop = |next: u32| (next != NO_HOP).then_some(next);
    let next: UInt32Array = ways().flat_map(|way| way.next.iter().map(|next| hop(*next))).collect();
    let delay = Float64Array::from_iter_values(ways().flat_map(|way| way.delay_s.iter().copied()));
    Ok(vec![
        list::<UInt32Type>(now.routes.pops.iter().map(|pop| pop.0))?,
        nested(Arc::new(next), ways().map(|way| way.next.len()), true)?,
        nested(Arc::new(delay), ways().map(|way| way.delay_s.len()), false)?,
    ])
}

/// What is said of a cell or a terminal that is served.
struct Service {
    satellite: SatId,
    pop: PopId,
    flow: Flow,
}

impl Service {
    fn columns(all: &[Option<Self>], look: Option<[ArrayRef; 2]>) -> Columns {
        let each = || all.iter().map(Option::as_ref);
        let mut columns = vec![optional_list::<UInt32Type>(each().map(|s| s.map(|s| s.satellite.0)))?];
        columns.extend(look.into_iter().flatten());
        columns.extend([
            optional_list::<UInt32Type>(each().map(|s| s.map(|s| s.pop.0)))?,
            optional_list::<UInt32Type>(each().map(|s| s.map(|s| s.flow.gateway.0)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.down_bps)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.up_bps)))?,
            optional_list::<UInt8Type>(each().map(|s| s.map(|s| limit_code(s.flow.limit))))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.delay.up_s)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.delay.lasers_s)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.delay.down_s)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.delay.fibre_s)))?,
            optional_list::<Float64Type>(each().map(|s| s.map(|s| s.flow.delay.access_s)))?,
            optional_list::<UInt16Type>(each().map(|s| s.map(|s| s.flow.laser_hops)))?,
        ]);
        Ok(columns)
    }
}

fn code<T>(outcome: Option<&Result<T, Outage>>) -> u8 {
    match outcome {
        Some(Ok(_)) => SERVED,
        Some(Err(outage)) => outage_code(*outage),
        None => IDLE,
    }
}

fn cells(now: &Moment<'_>) -> Columns {
    let outcomes: Vec<_> = (0..now.demand.cells.len()).map(|cell| now.cell(cell)).collect();
    let services: Vec<Option<Service>> = outcomes
        .iter()
        .map(|outcome| {
            let served = outcome.as_ref()?.as_ref().ok()?;
            Some(Service { satellite: served.beam.satellite, pop: served.beam.pop, flow: *served.flow })
        })
        .collect();
    let mut columns = vec![
        list::<UInt8Type>(outcomes.iter().map(|outcome| code(outcome.as_ref())))?,
        list::<Float64Type>(now.demand.cells.iter().map(|demand| demand.terminals))?,
    ];
    columns.extend(Service::columns(&services, None)?);
    Ok(columns)
}

fn terminals(now: &Moment<'_>) -> Columns {
    let each = || now.terminals.iter();
    let served = || each().map(|terminal| terminal.outcome.as_ref().ok());
    let services: Vec<Option<Service>> = served()
        .map(|served| served.map(|s| Service { satellite: s.satellite, pop: s.pop, flow: s.flow }))
        .collect();
    let look = [
        optional_list::<Float64Type>(served().map(|served| served.map(|s| s.azimuth_rad)))?,
        optional_list::<Float64Type>(served().map(|served| served.map(|s| s.elevation_rad)))?,
    ];
    let mut columns = vec![
        list::<UInt8Type>(each().map(|terminal| code(Some(&terminal.outcome))))?,
        list::<UInt32Type>(each().map(|terminal| terminal.cell.0))?,
        list::<Float64Type>(each().map(|terminal| terminal.place.geodetic.latitude_rad))?,
        list::<Float64Type>(each().map(|terminal| terminal.place.geodetic.longitude_rad))?,
        list::<Float64Type>(each().map(|terminal| terminal.place.geodetic.height_m))?,
    ];
    columns.extend(Service::columns(&services, Some(look))?);
    Ok(columns)
}

/// The names of everything by number, as the metadata of a file has them: key, and a JSON list of texts.
pub(super) fn names_metadata(names: &Names) -> Result<Vec<(String, String)>, serde_json::Error> {
    [
        ("skyweave.satellites", &names.satellites),
        ("skyweave.gateways", &names.gateways),
        ("skyweave.pops", &names.pops),
        ("skyweave.cells", &names.cells),
        ("skyweave.terminals", &names.terminals),
    ]
    .into_iter()
    .map(|(key, names)| {
        let texts: Vec<&str> = names.iter().map(|name| &**name).collect();
        Ok((key.to_owned(), serde_json::to_string(&texts)?))
    })
    .collect()
}
