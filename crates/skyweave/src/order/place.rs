//! Where a log is: an address or a folder.

use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_proof::document::identity;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::log::checkpoint::Checkpoint;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::note::Note;
use skyweave_proof::log::reader::{Files, Reader};
use skyweave_proof::log::tile::CHECKPOINT;
use skyweave_proof::unhex;
use skyweave_server::log::Folder;
use skyweave_server::log::remote::Remote;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a log.
pub fn files(place: &str) -> Box<dyn Files> {
    if place.starts_with("http://") || place.starts_with("https://") {
        return Box::new(Remote::at(place));
    }
    // the folder of a server has the log's files in one of its own
    let (folder, public) = (Path::new(place), Path::new(place).join("public"));
    let is_inside = !folder.join(CHECKPOINT).exists() && public.join(CHECKPOINT).exists();
    Box::new(Folder::read_only(if is_inside { &public } else { folder }))
}

/// The checkpoint of a log, as it is shown: nothing is verified.
pub fn checkpoint(files: &dyn Files, place: &str) -> Result<Checkpoint> {
    let help =
        "accepted: the address of a log, such as http://127.0.0.1:8080/log, or a folder with its files";
    let bytes = files.read(CHECKPOINT).ok_or_else(|| miette!(help = help, "{place} has no checkpoint"))?;
    let note = Note::parse(&bytes).into_diagnostic().wrap_err_with(|| place.to_owned())?;
    Checkpoint::parse(note.text).into_diagnostic().wrap_err_with(|| place.to_owned())
}

/// Every entry that can be read.
pub fn entries(files: &dyn Files, size: u64) -> Result<Vec<Vec<u8>>> {
    let reader = Reader::new(files, size);
    let mut entries = Vec::new();
    for number in 0..size.div_ceil(256) {
        entries.extend(reader.entries(number).into_diagnostic()?);
    }
    Ok(entries)
}

/// The identity of a genesis: as it was given, or as the log's own first entry has it; true if that was believed.
pub fn genesis(files: &dyn Files, size: u64, given: Option<&str>) -> Result<(Hash, bool)> {
    if let Some(text) = given {
        let hash = unhex(text).and_then(|bytes| bytes.try_into().ok());
        return hash.map(|hash| (hash, false)).ok_or_else(|| {
            miette!(help = "accepted: 64 hexadecimal digits", "`{text}` is no identity of a genesis")
        });
    }
    let entry = Reader::new(files, size).entry(0).into_diagnostic()?;
    let envelope = Envelope::parse(&entry).into_diagnostic()?;
    Ok((identity(&envelope.payload), true))
}

/// Files of borders in a folder, by SHA-256.
pub fn borders(folder: Option<&Path>) -> Result<BTreeMap<String, PathBuf>> {
    let Some(folder) = folder else { return Ok(BTreeMap::new()) };
    let laws = skyweave_server::service::Laws::with_borders(folder).into_diagnostic();
    Ok(laws.wrap_err_with(|| folder.display().to_string())?.borders().clone())
}
