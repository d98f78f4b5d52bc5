//! Tables without files: the same rows, batch by batch.

use super::world::{BEFORE_THE_HOUR, IN_THE_HOUR, SITES, header, hour, planned, window, world, write_run};
use arrow::datatypes::DataType;
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use skyweave_io::results::{
    AskRow, CellRow, LinkRow, NetworkRow, Options, OutageRow, PathRow, Row, Run, SatelliteRow, SiteRow,
    Table, TableReader, TableStream, VisibilityRow, stream_schema,
};
use std::fmt::Debug;

fn batches() -> Vec<(Table, RecordBatch)> {
    let stream = TableStream::begin(world(), header(), Table::ALL.into()).unwrap();
    assert_eq!(stream.left(), BEFORE_THE_HOUR + IN_THE_HOUR);
    let slots: Vec<_> = stream.map(Result::unwrap).collect();
    let numbers: Vec<i64> = slots.iter().map(|slot| slot.slot.0).collect();
    assert_eq!(numbers, (window().0.0..window().1.0).collect::<Vec<_>>());
    slots.into_iter().flat_map(|slot| slot.batches).collect()
}

fn same<R: Row + PartialEq + Debug>(run: &Run, batches: &[(Table, RecordBatch)]) {
    let of_table = batches.iter().filter(|(table, _)| *table == R::TABLE);
    let streamed: Vec<R> = of_table.flat_map(|(_, batch)| R::decode(batch).unwrap()).collect();
    assert!(!streamed.is_empty(), "{}", R::TABLE);
    assert!(streamed == run.all::<R>().unwrap(), "{}", R::TABLE);
}

#[test]
fn a_stream_has_the_rows_of_the_files_and_their_schema() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), Options { tables: Table::ALL.into(), ..Options::default() });
    let (run, batches) = (Run::open(dir.path()).unwrap(), batches());
    same::<NetworkRow>(&run, &batches);
    same::<SiteRow>(&run, &batches);
    same::<PathRow>(&run, &batches);
    same::<SatelliteRow>(&run, &batches);
    same::<LinkRow>(&run, &batches);
    same::<OutageRow>(&run, &batches);
    same::<CellRow>(&run, &batches);
    same::<VisibilityRow>(&run, &batches);
    same::<AskRow>(&run, &batches);
    for table in Table::ALL {
        let schema = stream_schema(table, &header(), world()).unwrap();
        let (_, batch) = batches.iter().find(|(of, _)| *of == table).unwrap();
        assert_eq!(batch.schema(), schema, "{table}");
        assert_eq!(schema.metadata()["skyweave.table"], table.name());
        assert_eq!(schema.metadata()["skyweave.scenario"], header().scenario_text);
        assert_eq!(schema.metadata()["skyweave.version"], "0.1.0");
        if table != Table::Slots {
            let texts = |field: &DataType| matches!(field, DataType::Utf8);
            assert!(
                schema.fields().iter().all(|field| !texts(field.data_type())),
                "{table}: ids are in dictionaries"
            );
            let file = run.batches(table, None).unwrap().next().unwrap().unwrap();
            assert_eq!(file.schema().fields(), schema.fields(), "{table}");
        }
    }
}

#[test]
fn one_table_reads_as_arrow_does() {
    let stream = || TableStream::begin(world(), header(), [Table::Sites, Table::Cells].into()).unwrap();
    let schema = stream_schema(Table::Cells, &header(), world()).unwrap();
    let reader = TableReader::new(Table::Cells, schema.clone(), stream());
    assert_eq!(reader.schema(), schema);
    let rows: Vec<usize> = reader.map(|batch| batch.unwrap().num_rows()).collect();
    let cells = world().cells.len();
    assert_eq!(rows, [cells, cells], "one batch an hour");
    assert!(TableStream::begin(world(), header(), [].into()).is_err());
}

#[test]
fn sites_see_what_stands_above_their_horizon() {
    let batches = batches();
    let of_table = batches.iter().filter(|(table, _)| *table == Table::Visibility);
    let rows: Vec<VisibilityRow> =
        of_table.flat_map(|(_, batch)| VisibilityRow::decode(batch).unwrap()).collect();
    assert!(rows.iter().all(|row| row.elevation_deg > 5.0 && row.range_m > 500e3));
    for pair in rows.windows(2).filter(|pair| pair[0].slot == pair[1].slot && pair[0].site == pair[1].site) {
        assert!(pair[0].elevation_deg >= pair[1].elevation_deg, "the highest first");
    }
    for slot in planned(hour()) {
        for (index, terminal) in world().terminals.iter().enumerate().filter(|(_, one)| one.is_site) {
            let served = slot.terminals[index].outcome.as_ref().ok();
            let name = served.map(|served| world().satellites[served.satellite.index()].name.as_str());
            let mut serving =
                rows.iter().filter(|row| row.slot == slot.no.0 && row.site == *terminal.name && row.serves);
            assert_eq!(serving.next().map(|row| &*row.satellite), name);
            assert!(serving.next().is_none());
        }
    }
    assert_eq!(world().terminals.iter().filter(|one| one.is_site).count(), SITES);
}
