//! A record batch as a slot. Nothing is taken on trust: lengths, numbers and codes are checked.

use super::arrays::{only_list, optional_values, values};
use super::codes::{IDLE, SERVED, limit_of, outage_of, service_of};
use super::record::{
    FeedNames, FeederRecord, LaserRecord, Outcome, PopRecord, SatelliteRecords, ServedRecord, ServedTerminal,
    SlotRecord, TerminalRecord,
};
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use arrow::datatypes::{
    Float32Type, Float64Type, Int64Type, TimestampMillisecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow::record_batch::RecordBatch;
use skyweave_core::flow::DelayParts;
use skyweave_core::geodesy::{EcefPosition, Geodetic, Vec3};
use skyweave_core::ids::{CellId, GatewayId, PopId, SatId};
use skyweave_core::time::SlotNo;

/// What is wrong with a batch, in words that name the field.
type Checked<T> = Result<T, String>;

/// The slot in a batch.
pub(super) fn decode(batch: &RecordBatch, names: &FeedNames) -> Checked<SlotRecord> {
    if batch.num_rows() != 1 {
        return Err(format!("a record batch has {} rows, not one", batch.num_rows()));
    }
    let fields = Fields { batch, names };
    let basis = fields.column("basis")?.as_string_opt::<i32>().map(|texts| texts.value(0).to_owned());
    Ok(SlotRecord {
        slot: SlotNo(fields.scalar::<Int64Type>("slot")?),
        time_unix_ms: fields.scalar::<TimestampMillisecondType>("time")?,
        basis: basis.ok_or_else(|| wrong("basis"))?,
        satellites: satellites(&fields)?,
        lasers: lasers(&fields)?,
        pops: pops(&fields)?,
        cells: outcomes(&services(&fields, "cells", names.cells.len())?, Ok)?,
        cell_terminals: fields.list::<Float64Type>("cells.terminals", names.cells.len())?,
        terminals: terminals(&fields)?,
    })
}

fn wrong(path: &str) -> String {
    format!("the field {path} is missing or not what it should be")
}

struct Fields<'a> {
    batch: &'a RecordBatch,
    names: &'a FeedNames,
}

impl Fields<'_> {
    fn column(&self, path: &str) -> Checked<ArrayRef> {
        let found = match path.split_once('.') {
            None => self.batch.column_by_name(path),
            Some((group, name)) => self
                .batch
                .column_by_name(group)
                .and_then(|column| column.as_struct_opt())
                .and_then(|group| group.column_by_name(name)),
        };
        found.cloned().ok_or_else(|| wrong(path))
    }

    fn scalar<T: ArrowPrimitiveType>(&self, path: &str) -> Checked<T::Native> {
        let found = values::<T>(self.column(path)?.as_ref());
        found.and_then(|values| values.first().copied()).ok_or_else(|| wrong(path))
    }

    fn items(&self, path: &str) -> Checked<ArrayRef> {
        only_list(&self.column(path)?).ok_or_else(|| wrong(path))
    }

    /// A list of this length without gaps.
    fn list<T: ArrowPrimitiveType>(&self, path: &str, length: usize) -> Checked<Vec<T::Native>> {
        let found = values::<T>(self.items(path)?.as_ref()).filter(|values| values.len() == length);
        found.ok_or_else(|| wrong(path))
    }

    /// A list of this length with gaps.
    fn gaps<T: ArrowPrimitiveType>(&self, path: &str, length: usize) -> Checked<Vec<Option<T::Native>>> {
        let found = optional_values::<T>(self.items(path)?.as_ref()).filter(|values| values.len() == length);
        found.ok_or_else(|| wrong(path))
    }

    /// A list of numbers of things, of which there are `count`.
    fn ids(&self, path: &str, length: usize, count: usize) -> Checked<Vec<u32>> {
        let ids = self.list::<UInt32Type>(path, length)?;
        if ids.iter().all(|id| (*id as usize) < count) { Ok(ids) } else { Err(wrong(path)) }
    }

    fn id_gaps(&self, path: &str, length: usize, count: usize) -> Checked<Vec<Option<u32>>> {
        let ids = self.gaps::<UInt32Type>(path, length)?;
        if ids.iter().flatten().all(|id| (*id as usize) < count) { Ok(ids) } else { Err(wrong(path)) }
    }
}

fn satellites(fields: &Fields<'_>) -> Checked<SatelliteRecords> {
    let count = fields.names.satellites.len();
    let [x, y, z] = ["x", "y", "z"]
        .map(|axis| fields.list::<Float64Type>(&format!("satellites.position_{axis}_m"), count));
    let (x, y, z) = (x?, y?, z?);
    let [vx, vy, vz] = ["x", "y", "z"]
        .map(|axis| fields.list::<Float32Type>(&format!("satellites.velocity_{axis}_m_s"), count));
    let (vx, vy, vz) = (vx?, vy?, vz?);
    let present = fields.items("satellites.present")?;
    let present = present.as_boolean_opt().ok_or_else(|| wrong("satellites.present"))?;
    let service = fields.list::<UInt8Type>("satellites.service", count)?;
    let gateways = fields.id_gaps("satellites.gateway", count, fields.names.gateways.len())?;
    let ranges = fields.gaps::<Float64Type>("satellites.gateway_range_m", count)?;
    if present.len() != count || present.null_count() > 0 {
        return Err(wrong("satellites.present"));
    }
    let up = fields.gaps::<Float64Type>("satellites.gateway_up_bps", count)?;
    let down = fields.gaps::<Float64Type>("satellites.gateway_down_bps", count)?;
    let feeder = (0..count).map(|i| match (gateways[i], ranges[i], up[i], down[i]) {
        (Some(gateway), Some(range_m), Some(up_bps), Some(down_bps)) => {
            Ok(Some(FeederRecord { gateway: GatewayId(gateway), range_m, up_bps, down_bps }))
        }
        (None, None, None, None) => Ok(None),
        _ => Err(wrong("satellites.gateway_range_m")),
    });
    Ok(SatelliteRecords {
        position: (0..count).map(|i| EcefPosition(Vec3::new(x[i], y[i], z[i]))).collect(),
        velocity_m_s: (0..count).map(|i| [vx[i], vy[i], vz[i]]).collect(),
        present: present.values().iter().collect(),
        service: service
            .into_iter()
            .map(|code| service_of(code).ok_or_else(|| wrong("satellites.service")))
            .collect::<Checked<_>>()?,
        cells: fields.list::<UInt16Type>("satellites.cells", count)?,
        feeder: feeder.collect::<Checked<_>>()?,
    })
}

fn lasers(fields: &Fields<'_>) -> Checked<Vec<LaserRecord>> {
    let (length, count) = (fields.items("lasers.a")?.len(), fields.names.satellites.len());
    let a = fields.ids("lasers.a", length, count)?;
    let b = fields.ids("lasers.b", length, count)?;
    let range_m = fields.list::<Float64Type>("lasers.range_m", length)?;
    let capacity_bps = fields.list::<Float64Type>("lasers.capacity_bps", length)?;
    let load_bps = fields.list::<Float64Type>("lasers.load_bps", length)?;
    let laser = |i| LaserRecord {
        a: SatId(a[i]),
        b: SatId(b[i]),
        range_m: range_m[i],
        capacity_bps: capacity_bps[i],
        load_bps: load_bps[i],
    };
    Ok((0..length).map(laser).collect())
}

fn pops(fields: &Fields<'_>) -> Checked<Vec<PopRecord>> {
    let length = fields.items("pops.pop")?.len();
    let count = fields.names.satellites.len();
    let pops = fields.ids("pops.pop", length, fields.names.pops.len())?;
    let (next, delay) = (fields.items("pops.next_hop")?, fields.items("pops.delay_s")?);
    let lists = |array: &ArrayRef, path: &str| -> Checked<Vec<ArrayRef>> {
        let lists = array.as_list_opt::<i32>().ok_or_else(|| wrong(path))?;
        let of_pops: Vec<ArrayRef> = lists.iter().flatten().filter(|list| list.len() == count).collect();
        if of_pops.len() == length && lists.len() == length { Ok(of_pops) } else { Err(wrong(path)) }
    };
    let (next, delay) = (lists(&next, "pops.next_hop")?, lists(&delay, "pops.delay_s")?);
    let mut records = Vec::with_capacity(length);
    for (pop, (next, delay)) in pops.into_iter().zip(next.iter().zip(&delay)) {
        let next = optional_values::<UInt32Type>(next.as_ref())
            .filter(|next| next.iter().flatten().all(|id| (*id as usize) < count))
            .ok_or_else(|| wrong("pops.next_hop"))?;
        let delay_s = values::<Float64Type>(delay.as_ref()).ok_or_else(|| wrong("pops.delay_s"))?;
        let next = next.into_iter().map(|next| next.map(SatId)).collect();
        records.push(PopRecord { pop: PopId(pop), next, delay_s });
    }
    Ok(records)
}

/// The code of each cell or terminal, and what it gets if that is all there.
fn services(
    fields: &Fields<'_>,
    group: &'static str,
    length: usize,
) -> Checked<Vec<(u8, Option<ServedRecord>)>> {
    let names = fields.names;
    let path = |name: &str| format!("{group}.{name}");
    let code = fields.list::<UInt8Type>(&path("outage"), length)?;
    let satellite = fields.id_gaps(&path("satellite"), length, names.satellites.len())?;
    let pop = fields.id_gaps(&path("pop"), length, names.pops.len())?;
    let gateway = fields.id_gaps(&path("gateway"), length, names.gateways.len())?;
    let limit = fields.gaps::<UInt8Type>(&path("limit"), length)?;
    let laser_hops = fields.gaps::<UInt16Type>(&path("laser_hops"), length)?;
    let real = |name: &str| fields.gaps::<Float64Type>(&path(name), length);
    let (down_bps, up_bps) = (real("down_bps")?, real("up_bps")?);
    let (up_s, lasers_s) = (real("delay_up_s")?, real("delay_lasers_s")?);
    let (down_s, fibre_s) = (real("delay_down_s")?, real("delay_fibre_s")?);
    let access_s = real("access_rtt_s")?;
    let record = |i: usize| {
        Some(ServedRecord {
            satellite: SatId(satellite[i]?),
            pop: PopId(pop[i]?),
            gateway: GatewayId(gateway[i]?),
            down_bps: down_bps[i]?,
            up_bps: up_bps[i]?,
            limit: limit_of(limit[i]?)?,
            delay: DelayParts {
                up_s: up_s[i]?,
                lasers_s: lasers_s[i]?,
                down_s: down_s[i]?,
                fibre_s: fibre_s[i]?,
                access_s: access_s[i]?,
            },
            laser_hops: laser_hops[i]?,
        })
    };
    Ok((0..length).map(|i| (code[i], record(i))).collect())
}

/// What becomes of each; `complete` adds what only some have.
fn outcomes<T>(
    services: &[(u8, Option<ServedRecord>)],
    mut complete: impl FnMut(ServedRecord) -> Checked<T>,
) -> Checked<Vec<Outcome<T>>> {
    let outcome = |(code, service): &(u8, Option<ServedRecord>)| match (*code, service) {
        (SERVED, Some(service)) => complete(*service).map(Outcome::Served),
        (SERVED, None) => Err("somebody is served, and it is not said how".to_owned()),
        (IDLE, _) => Ok(Outcome::Idle),
        (code, _) => match outage_of(code) {
            Some(outage) => Ok(Outcome::Out(outage)),
            None => Err(format!("there is no outage with the code {code}")),
        },
    };
    services.iter().map(outcome).collect()
}

fn terminals(fields: &Fields<'_>) -> Checked<Vec<TerminalRecord>> {
    let count = fields.names.terminals.len();
    let real = |name: &str| fields.list::<Float64Type>(&format!("terminals.{name}"), count);
    let (latitude_rad, longitude_rad) = (real("latitude_rad")?, real("longitude_rad")?);
    let height_m = real("height_m")?;
    let cell = fields.ids("terminals.cell", count, fields.names.cells.len())?;
    let azimuth_rad = fields.gaps::<Float64Type>("terminals.azimuth_rad", count)?;
    let elevation_rad = fields.gaps::<Float64Type>("terminals.elevation_rad", count)?;
    let services = services(fields, "terminals", count)?;
    let mut records = Vec::with_capacity(count);
    for i in 0..count {
        let looks = azimuth_rad[i].zip(elevation_rad[i]).ok_or_else(|| wrong("terminals.azimuth_rad"));
        let complete = |service| {
            let (azimuth_rad, elevation_rad) = looks.clone()?;
            Ok(ServedTerminal { azimuth_rad, elevation_rad, service })
        };
        let place = Geodetic {
            latitude_rad: latitude_rad[i],
            longitude_rad: longitude_rad[i],
            height_m: height_m[i],
        };
        for outcome in outcomes(&services[i..=i], complete)? {
            records.push(TerminalRecord { place, cell: CellId(cell[i]), outcome });
        }
    }
    Ok(records)
}
