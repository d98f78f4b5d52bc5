//! Runs as folders: new, resumed, replaced, interrupted, repeated.

use super::world::{header, hour, plan_hour, planned, slot, window, world, write_hour, write_run};
use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use skyweave_io::results::{
    CellRow, Format, Header, LinkRow, Mode, NetworkRow, Options, OutageRow, PathRow, ResultsError, Row, Run,
    RunState, SatelliteRow, SiteRow, Table, Writer,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

fn with(mode: Mode) -> Options {
    Options { mode, ..Options::default() }
}

fn with_slots() -> Options {
    Options { tables: Table::ALL.into(), ..Options::default() }
}

/// Every file below a folder, by its path within it.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

fn names(dir: &Path) -> BTreeSet<String> {
    files(dir).into_keys().collect()
}

#[test]
fn a_run_lists_its_files_and_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), header(), Options::default()).unwrap();
    assert_eq!(names(dir.path()), ["run.json", "scenario.toml"].map(str::to_owned).into());
    assert_eq!(Run::open(dir.path()).unwrap().file().state, RunState::Running);
    drop(writer);
    write_run(&dir.path().join("below"), Options::default());
    let run = Run::open(&dir.path().join("below")).unwrap();
    assert_eq!(run.file().state, RunState::Finished);
    assert_eq!((run.file().window(), run.file().basis.as_str()), (window(), "unsigned"));
    assert_eq!(run.file().from, "2026-05-20T12:58:42.000Z");
    assert_eq!(run.scenario_text().unwrap(), header().scenario_text);
    let listed: BTreeSet<String> = run.file().parts.iter().map(|part| part.path.clone()).collect();
    let there = names(run.dir()).into_iter().filter(|name| name.contains("date=")).collect();
    assert_eq!(listed, there);
    assert_eq!(listed.len(), 14);
    assert!(listed.contains("network/date=2026-05-20/13.parquet"), "{listed:?}");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&one, &other] {
        write_run(dir.path(), with_slots());
    }
    assert!(files(one.path()) == files(other.path()));
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let runs = [1, 2].map(|threads| {
        let dir = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let writer = Writer::open(dir.path(), header(), with_slots()).unwrap();
            let mut part = writer.begin(hour()).unwrap();
            for slot in plan_hour(hour()) {
                part.slot(world(), &slot).unwrap();
            }
            part.finish().unwrap();
        });
        files(dir.path())
    });
    assert!(runs[0] == runs[1]);
}

#[test]
fn resuming_skips_finished_hours_and_ends_with_the_same_bytes() {
    let (whole, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_run(whole.path(), Options::default());

    let writer = Writer::open(dir.path(), header(), with(Mode::New)).unwrap();
    let hours: Vec<_> = writer.hours().collect();
    assert_eq!(hours.len(), 2);
    write_hour(&writer, hours[0]);
    drop(writer);
    let left_over = dir.path().join("cells/date=2026-05-20/.13.parquet.tmp");
    fs::write(&left_over, "killed").unwrap();

    let writer = Writer::open(dir.path(), header(), with(Mode::Resume)).unwrap();
    assert!(!left_over.exists());
    assert_eq!(hours.iter().map(|hour| writer.is_finished(*hour)).collect::<Vec<_>>(), [true, false]);
    assert_eq!(Run::open(dir.path()).unwrap().hours(), hours[..1]);
    write_hour(&writer, hours[1]);
    writer.finish().unwrap();
    assert!(files(whole.path()) == files(dir.path()));

    // what is gone of a finished run is planned again, and until then it is not finished
    fs::remove_file(dir.path().join("network/date=2026-05-20/13.parquet")).unwrap();
    let gone = Run::open(dir.path()).unwrap().all::<NetworkRow>().unwrap_err();
    assert!(matches!(gone, ResultsError::Damaged { .. }), "{gone}");
    let writer = Writer::open(dir.path(), header(), with(Mode::Resume)).unwrap();
    assert!(!writer.is_finished(hours[1]));
    assert_eq!(Run::open(dir.path()).unwrap().file().state, RunState::Running);
}

#[test]
fn another_run_is_not_resumed() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), Options::default());
    let before = files(dir.path());
    let others = [
        ("scenario", Header { scenario_sha256: "00".repeat(32), ..header() }),
        ("window", Header { window: (window().0, slot(41)), ..header() }),
        ("seed is 7, and not 8", Header { seed: 8, ..header() }),
    ];
    for (what, header) in others {
        let error = Writer::open(dir.path(), header, with(Mode::Resume)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        let ResultsError::Differs { differences, .. } = error else { panic!("{error}") };
        assert_eq!(differences.len(), 1);
    }
    let csv = Options { format: Format::Csv, ..with(Mode::Resume) };
    let error = Writer::open(dir.path(), header(), csv).unwrap_err().to_string();
    assert!(error.contains("format is parquet, and not csv"), "{error}");
    assert!(files(dir.path()) == before);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
    for (mode, expected) in
        [(Mode::New, "not empty"), (Mode::Resume, "holds no run"), (Mode::Overwrite, "holds no run")]
    {
        let error = Writer::open(dir.path(), header(), with(mode)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    fs::write(dir.path().join("run.json"), "{\"program\": \"other\"}").unwrap();
    let error = Writer::open(dir.path(), header(), with(Mode::Overwrite)).unwrap_err();
    assert!(matches!(error, ResultsError::Damaged { .. }), "{error}");
    assert_eq!(names(dir.path()), ["run.json", "thesis.txt"].map(str::to_owned).into());
    let no_tables = Options { tables: BTreeSet::new(), ..Options::default() };
    let error = Writer::open(&dir.path().join("none"), header(), no_tables).unwrap_err();
    assert!(matches!(error, ResultsError::NoTables), "{error}");
}

#[test]
fn overwriting_removes_the_run_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), with_slots());
    let kept = ["notes.md", "network/mine.parquet", "cells/date=2026-05-20/plot.png"];
    for name in kept {
        fs::write(dir.path().join(name), "mine").unwrap();
    }
    let csv = Options { format: Format::Csv, tables: [Table::Sites].into(), mode: Mode::Overwrite };
    let writer = Writer::open(dir.path(), Header { seed: 8, ..header() }, csv).unwrap();
    let expected = kept.into_iter().chain(["run.json", "scenario.toml"]).map(str::to_owned).collect();
    assert_eq!(names(dir.path()), expected);
    assert!(!dir.path().join("sites").exists(), "folders that became empty go");
    drop(writer);
    assert_eq!(Run::open(dir.path()).unwrap().file().seed, 8);
}

#[test]
fn an_interrupted_part_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), header(), with_slots()).unwrap();
    let before = files(dir.path());
    let mut part = writer.begin(hour()).unwrap();
    for slot in &planned(hour())[..3] {
        part.slot(world(), slot).unwrap();
    }
    assert_eq!(files(dir.path()).len(), before.len() + Table::ALL.len(), "files that grow");
    assert!(!writer.is_finished(hour()));
    drop(part);
    assert!(files(dir.path()) == before);
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, ResultsError::Incomplete { missing: 6, .. }), "{error}");
}

#[test]
fn a_part_wants_its_slots_whole_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), header(), Options::default()).unwrap();
    let slots = planned(hour());
    let mut part = writer.begin(hour()).unwrap();
    assert_eq!(part.waits_for(), (slot(0), slot(40)));
    let error = part.slot(world(), &slots[1]).unwrap_err();
    assert!(matches!(error, ResultsError::OutOfOrder { .. }), "{error}");
    part.slot(world(), &slots[0]).unwrap();
    let error = part.finish().unwrap_err();
    assert!(matches!(error, ResultsError::Incomplete { missing: 39, .. }), "{error}");
    let error = writer.begin(hour().next()).unwrap_err();
    assert_eq!(error.to_string(), "the hour 2026-05-20T14Z is not in the run");

    let enforced = Header { basis: "enforced", ..header() };
    let writer = Writer::open(&dir.path().join("below"), enforced, Options::default()).unwrap();
    let error = writer.begin(hour()).unwrap().slot(world(), &slots[0]).unwrap_err();
    assert_eq!(error.to_string(), "the slot is unsigned, and the run says enforced");
}

#[test]
fn csv_has_the_rows_of_parquet() {
    let (parquet, csv) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_run(parquet.path(), Options::default());
    write_run(csv.path(), Options { format: Format::Csv, ..Options::default() });
    let run = Run::open(parquet.path()).unwrap();
    for table in Table::default_set() {
        let batches: Vec<RecordBatch> = run.batches(table, None).unwrap().map(Result::unwrap).collect();
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let mut records = Vec::new();
        for file in Run::open(csv.path()).unwrap().parts(table).unwrap() {
            let mut reader = csv::Reader::from_path(file).unwrap();
            let columns: Vec<&str> = table.columns().unwrap().iter().map(|column| column.name).collect();
            assert_eq!(reader.headers().unwrap(), columns);
            records.extend(reader.records().map(Result::unwrap));
        }
        assert_eq!(records.len(), rows, "{table}");
    }
    let text = fs::read_to_string(csv.path().join("network/date=2026-05-20/13.csv")).unwrap();
    assert!(text.split("\r\n").nth(1).unwrap().contains(",2026-05-20T13:00:12.000Z,,"), "{text}");
    let site = run.all::<SiteRow>().unwrap().into_iter().find(|row| row.rtt_ms.is_some()).unwrap();
    let text = fs::read_to_string(csv.path().join("sites/date=2026-05-20/12.csv")).unwrap();
    assert!(text.contains(&format!(",{},", site.rtt_ms.unwrap())), "numbers are the same");
    let csv = Run::open(csv.path()).unwrap();
    same_rows::<NetworkRow>(&run, &csv);
    same_rows::<SiteRow>(&run, &csv);
    same_rows::<PathRow>(&run, &csv);
    same_rows::<SatelliteRow>(&run, &csv);
    same_rows::<LinkRow>(&run, &csv);
    same_rows::<OutageRow>(&run, &csv);
    same_rows::<CellRow>(&run, &csv);
}

fn same_rows<R: Row + PartialEq + std::fmt::Debug>(one: &Run, other: &Run) {
    let rows: Vec<R> = one.all().unwrap();
    assert!(!rows.is_empty(), "{}", R::TABLE);
    assert_eq!(other.all::<R>().unwrap(), rows, "{}", R::TABLE);
}

#[test]
fn a_csv_file_that_somebody_edited_is_refused_with_the_place() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), Options { format: Format::Csv, ..Options::default() });
    let path = dir.path().join("network/date=2026-05-20/13.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let slot = whole.split("\r\n").nth(2).unwrap().split(',').next().unwrap();
    let error = |text: String| {
        fs::write(&path, text).unwrap();
        Run::open(dir.path()).unwrap().all::<NetworkRow>().err().unwrap().to_string()
    };
    let found = error(whole.replace(slot, "soon"));
    assert!(found.contains("13.csv is damaged: row 2: `soon` in column slot is no int64"), "{found}");
    let found = error(whole.replacen("lasers_up", "lasers", 1));
    assert!(found.contains("13.csv is damaged: it has no column lasers_up"), "{found}");
}

#[test]
fn a_parquet_file_says_where_it_comes_from() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), Options::default());
    let path = dir.path().join("sites/date=2026-05-20/13.parquet");
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.created_by(), Some("skyweave version 0.1.0"));
    let said: BTreeMap<&str, &str> = metadata
        .key_value_metadata()
        .unwrap()
        .iter()
        .filter(|pair| pair.key.starts_with("skyweave."))
        .map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap()))
        .collect();
    let expected = [
        ("skyweave.table", "sites"),
        ("skyweave.version", "0.1.0"),
        ("skyweave.format", "2"),
        ("skyweave.scenario", "name = \"small\"\n"),
        ("skyweave.scenario_sha256", &"5a".repeat(32)),
        ("skyweave.seed", "7"),
        ("skyweave.basis", "unsigned"),
        ("skyweave.climate", "coarse"),
        ("skyweave.hour", "2026-05-20T13Z"),
    ];
    assert_eq!(said, BTreeMap::from(expected));
    let schema = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let fields: Vec<(String, bool, String)> = schema
        .schema()
        .fields()
        .iter()
        .map(|field| (field.name().clone(), field.is_nullable(), field.data_type().to_string()))
        .collect();
    let columns = Table::Sites.columns().unwrap();
    let declared: Vec<_> = columns
        .iter()
        .map(|column| (column.name.to_owned(), column.nullable, column.kind.arrow().to_string()))
        .collect();
    assert_eq!(fields, declared);
}

#[test]
fn columns_are_read_by_name() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), Options::default());
    let run = Run::open(dir.path()).unwrap();
    for batch in run.batches(Table::Network, Some(&["slot", "rtt_p50_ms"])).unwrap() {
        assert_eq!(batch.unwrap().num_columns(), 2);
    }
    let error = run.batches(Table::Network, Some(&["colour"])).unwrap().next().unwrap().unwrap_err();
    assert!(error.to_string().contains("it has no column colour"), "{error}");
    let error = run.batches(Table::Slots, None).err().unwrap();
    assert!(matches!(error, ResultsError::NoSuchTable { .. }), "{error}");
    fs::write(dir.path().join("network/date=2026-05-20/12.parquet"), "PAR1 or not").unwrap();
    let error = run.all::<NetworkRow>().unwrap_err();
    assert!(matches!(error, ResultsError::Damaged { .. }), "{error}");
}
