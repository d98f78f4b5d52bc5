//! Slots there and back.

use super::world::{
    BEFORE_THE_HOUR, IN_THE_HOUR, SATELLITES, TERMINALS, hour, planned, window, world, write_run,
};
use arrow::ipc::reader::StreamReader;
use skyweave_core::admission::Unsigned;
use skyweave_core::feeder::Feeder;
use skyweave_core::graph::NO_HOP;
use skyweave_core::ids::{CellId, SatId};
use skyweave_core::plan::Slot;
use skyweave_io::results::{Options, Table};
use skyweave_io::slots::{FIELDS, FeedError, FeederRecord, Outcome, SlotFeed, SlotRecord};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

fn write(dir: &Path) -> PathBuf {
    write_run(dir, Options { tables: [Table::Slots].into(), ..Options::default() });
    dir.join("slots/date=2026-05-20/13.arrows")
}

#[test]
fn a_feed_gives_back_what_was_planned() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let feed = SlotFeed::open(dir.path()).unwrap();
    let names = feed.names().clone();
    assert_eq!((names.satellites.len(), names.terminals.len()), (SATELLITES, TERMINALS));
    assert_eq!(
        (names.gateways.as_slice(), names.pops.as_slice()),
        (&["near".to_owned(), "far".to_owned()][..], &["sofa".to_owned(), "frnt".to_owned()][..])
    );
    assert_eq!(names.cells[0], format!("{:x}", world().cells[0].h3));
    assert_eq!(feed.metadata()["skyweave.basis"], "unsigned");
    let records: Vec<SlotRecord> = feed.map(Result::unwrap).collect();
    assert_eq!(records.len() as i64, BEFORE_THE_HOUR + IN_THE_HOUR);
    assert_eq!(records[0].slot, window().0);
    for (record, slot) in records[BEFORE_THE_HOUR as usize..].iter().zip(planned(hour())) {
        agree(record, slot);
    }
    let served = |record: &SlotRecord| record.terminals.iter().any(|t| t.outcome.served().is_some());
    assert!(records.iter().any(served));
}

fn agree(record: &SlotRecord, slot: &Slot<Unsigned>) {
    assert_eq!((record.slot, record.basis.as_str()), (slot.no, "unsigned"));
    assert_eq!(record.satellites.position, slot.sky.position);
    assert_eq!(record.satellites.present, slot.sky.present);
    assert_eq!(record.satellites.service, slot.topology.service);
    assert_eq!(record.satellites.cells, slot.assignment.cells_of_satellite);
    let feeder = |f: &Feeder| FeederRecord {
        gateway: f.gateway,
        range_m: f.range_m,
        up_bps: f.rate.up_bps,
        down_bps: f.rate.down_bps,
    };
    let feeders: Vec<_> = slot.feeders.of_satellite.iter().map(|f| f.as_ref().map(feeder)).collect();
    assert_eq!(record.satellites.feeder, feeders);
    for (read, planned) in record.satellites.velocity_m_s.iter().zip(&slot.sky.velocity_m_s) {
        assert_eq!(*read, [planned.x, planned.y, planned.z].map(|v| v as f32));
    }
    let lasers: Vec<_> = record.lasers.iter().map(|l| (l.a, l.b, l.range_m, l.capacity_bps)).collect();
    let live = slot.lasers.live.iter().map(|l| (l.a, l.b, l.range_m, l.capacity_bps));
    assert_eq!(lasers, live.collect::<Vec<_>>());
    let loads: Vec<_> = record.lasers.iter().map(|l| l.load_bps).collect();
    assert_eq!(loads, slot.flows.laser_load_bps);
    assert_eq!(record.pops.len(), slot.routes.pops.len());
    for (read, (pop, ways)) in record.pops.iter().zip(slot.routes.pops.iter().zip(&slot.routes.to_pop)) {
        assert_eq!((read.pop, &read.delay_s), (*pop, &ways.delay_s));
        let next: Vec<u32> = read.next.iter().map(|next| next.map_or(NO_HOP, |SatId(id)| id)).collect();
        assert_eq!(next, ways.next);
    }
    for (index, read) in record.cells.iter().enumerate() {
        assert_eq!(record.cell_terminals[index], slot.demand.cells[index].terminals);
        let planned = slot.flows.cells[index];
        match read {
            Outcome::Served(read) => {
                let beam = slot.assignment.over(world(), CellId::at(index)).unwrap().unwrap();
                let flow = planned.unwrap().unwrap();
                assert_eq!((read.satellite, read.pop), (beam.satellite, beam.pop));
                assert_eq!((read.gateway, read.delay), (flow.gateway, flow.delay));
                assert_eq!((read.down_bps, read.up_bps), (flow.down_bps, flow.up_bps));
                assert_eq!((read.limit, read.laser_hops), (flow.limit, flow.laser_hops));
            }
            Outcome::Out(outage) => assert_eq!(planned.unwrap().unwrap_err(), *outage),
            Outcome::Idle => assert_eq!(planned, None),
        }
    }
    assert_eq!(record.terminals.len(), slot.terminals.len());
    for (read, planned) in record.terminals.iter().zip(&slot.terminals) {
        assert_eq!((read.place, read.cell), (planned.place.geodetic, planned.cell));
        match (read.outcome, planned.outcome) {
            (Outcome::Served(read), Ok(planned)) => {
                assert_eq!(read.azimuth_rad, planned.azimuth_rad);
                assert_eq!(read.elevation_rad, planned.elevation_rad);
                assert_eq!((read.service.satellite, read.service.pop), (planned.satellite, planned.pop));
                assert_eq!(read.service.delay, planned.flow.delay);
            }
            (Outcome::Out(read), Err(planned)) => assert_eq!(read, planned),
            (read, planned) => panic!("{read:?} is not {planned:?}"),
        }
    }
}

#[test]
fn the_stream_has_the_documented_fields() {
    let dir = tempfile::tempdir().unwrap();
    let reader = StreamReader::try_new(File::open(write(dir.path())).unwrap(), None).unwrap();
    let mut paths = Vec::new();
    for field in reader.schema().fields() {
        match field.data_type() {
            arrow::datatypes::DataType::Struct(members) => {
                paths.extend(members.iter().map(|member| format!("{}.{}", field.name(), member.name())));
            }
            _ => paths.push(field.name().clone()),
        }
    }
    assert_eq!(paths, FIELDS.iter().map(|field| field.path).collect::<Vec<_>>());
}

#[test]
fn a_file_that_was_cut_gives_its_whole_slots_and_then_one_error() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(write(dir.path())).unwrap();
    let per_slot = bytes.len() / (IN_THE_HOUR as usize + 1);
    let cut = dir.path().join("cut.arrows");
    // without the mark at the end, within the last message, in the middle, within the schema, nothing at all
    let cuts = [bytes.len() - 8, bytes.len() - 3, bytes.len() - 100, bytes.len() - 5 * per_slot, 100, 0];
    for (length, whole) in cuts.into_iter().zip([Some(40), Some(40), Some(39), None, Some(0), Some(0)]) {
        fs::write(&cut, &bytes[..length]).unwrap();
        let read: Vec<Result<SlotRecord, FeedError>> = match SlotFeed::open(&cut) {
            Ok(feed) => feed.collect(),
            Err(error) => vec![Err(error)],
        };
        let slots: Vec<_> = read.iter().flatten().map(|record| record.slot).collect();
        let expected: Vec<_> = planned(hour()).iter().map(|slot| slot.no).take(slots.len()).collect();
        assert_eq!(slots, expected);
        assert!(whole.is_none_or(|whole| slots.len() == whole), "{length}: {} slots", slots.len());
        assert!(whole.is_some() || (30..40).contains(&slots.len()), "{}", slots.len());
        assert_eq!(read.len(), slots.len() + 1, "one error");
        let error = read.into_iter().find_map(Result::err).unwrap();
        let FeedError::Truncated { last, .. } = error else { panic!("{length}: {error:?}") };
        assert_eq!(last, slots.last().copied());
    }
}

#[test]
fn what_is_no_feed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table.arrows");
    fs::write(&path, "slot,time\r\n1,2\r\n".repeat(9)).unwrap();
    let error = SlotFeed::open(&path).err().unwrap();
    assert!(error.to_string().contains("table.arrows"), "{error:?}");
    let error = SlotFeed::open(&dir.path().join("nothing.arrows")).err().unwrap();
    assert!(matches!(error, FeedError::Io { .. }), "{error:?}");
    let error = SlotFeed::open(dir.path()).err().unwrap();
    assert!(error.to_string().contains("holds no run"), "{error}");
}

#[test]
fn any_source_of_bytes_will_do() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(write(dir.path())).unwrap();
    let feed = SlotFeed::from_reader(std::io::Cursor::new(bytes), "memory").unwrap();
    assert_eq!(feed.map(Result::unwrap).count() as i64, IN_THE_HOUR);
}
