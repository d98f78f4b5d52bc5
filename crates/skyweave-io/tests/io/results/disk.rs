//! What happens when the disk does not take it.

use super::world::{header, hour, planned, world};
use skyweave_io::results::{Options, Part, ResultsError, Table, Writer};
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn a_folder_that_cannot_be_made_is_named_with_the_cause() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let run = file.join("run");
    let error = Writer::open(&run, header(), Options::default()).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot create the folder {}", run.display()));
    assert!(error.source().is_some());
    let ResultsError::Io { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.kind(), ErrorKind::NotADirectory);
}

#[test]
fn a_table_that_cannot_be_made_is_named_with_the_cause() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), header(), Options::default()).unwrap();
    fs::write(dir.path().join("cells"), "in the way").unwrap();
    let error = writer.begin(hour()).unwrap_err();
    let expected = dir.path().join("cells/date=2026-05-20");
    assert_eq!(error.to_string(), format!("cannot create the folder {}", expected.display()));
    assert_eq!(unfinished(dir.path()), Vec::<PathBuf>::new());
}

/// A small file system of its own, which is unmounted whatever happens.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where that is not allowed.
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(dir.path()).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_gives_one_clear_error_and_leaves_nothing() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    let dir = disk.0.path();
    for tables in [Table::ALL.into(), [Table::Satellites].into(), [Table::Slots].into()] {
        let options = Options { tables, mode: skyweave_io::results::Mode::Overwrite, ..Options::default() };
        let writer = Writer::open(dir, header(), options).unwrap();
        let filler = dir.join("network/filler");
        fs::create_dir_all(dir.join("network")).unwrap();
        fs::write(&filler, vec![0; 24 << 10]).unwrap();
        let error = fill(&writer).unwrap_err();
        let ResultsError::Io { path, action, source } = &error else { panic!("{error:?}") };
        assert_eq!((source.kind(), *action), (ErrorKind::StorageFull, "write"));
        assert!(path.starts_with(dir) && error.to_string().contains("13."), "{error}");
        assert_eq!(unfinished(dir), Vec::<PathBuf>::new());
        assert!(!writer.is_finished(hour()));
        fs::remove_file(filler).unwrap();
    }
}

#[test]
fn a_part_that_failed_takes_nothing_more() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    };
    let options = Options { tables: [Table::Slots].into(), ..Options::default() };
    let writer = Writer::open(disk.0.path(), header(), options).unwrap();
    let mut part = writer.begin(hour()).unwrap();
    let failed = planned(hour()).iter().find(|slot| part.slot(world(), slot).is_err());
    let failed = failed.expect("the hour is larger than the disk");
    for error in [part.slot(world(), failed).unwrap_err(), part.finish().unwrap_err()] {
        assert!(matches!(error, ResultsError::GivenUp { .. }), "{error}");
    }
    assert_eq!(unfinished(disk.0.path()), Vec::<PathBuf>::new());
}

fn fill(writer: &Writer) -> Result<(), ResultsError> {
    let mut part: Part = writer.begin(hour())?;
    for slot in planned(hour()) {
        part.slot(world(), slot)?;
    }
    part.finish()
}

/// Files of tables, whole or not.
fn unfinished(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for table in Table::ALL {
        let folder = dir.join(table.name()).join("date=2026-05-20");
        found.extend(fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()));
    }
    found
}
