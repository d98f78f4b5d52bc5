//! Fetching element sets from a catalogue service, politely and safely.
//!
//! A service updates its sets a few times a day and blocks clients that ask more often or that ignore an error. So a
//! copy is kept and asked for again only when it is old enough, with the question whether it changed; and after any
//! refusal nothing is asked for two hours. A file is replaced only by a whole answer that was read as element sets.
//!
//! | module | what |
//! |---|---|
//! | `request` | what to fetch, and what came of it |
//! | `store` | the kept copy, the note after a refusal, files that are never half written |
//! | `http` | one request and its answer |
//!
//! There is no clock here: `now` comes with the request. Only the network's time limit runs by itself.

mod http;
mod request;
mod store;

use crate::elements::{self, ElementSet, Format, write_instant};
use hifitime::Unit;
use http::{Answer, Question};
use std::path::PathBuf;
use store::{Copy, Meta, Store};

pub use request::{CatalogError, DEFAULT_SOURCE, FetchOutcome, FetchRequest, FetchStatus};

/// How long nothing is asked after a refusal, hours: the services update every two.
const BLOCKED_HOURS: f64 = 2.0;

/// Brings the element sets of a source: from the kept copy while it is young, else from the service.
///
/// # Errors
/// If a refusal less than two hours ago forbids to ask; if the service cannot be reached in time, refuses or sends
/// something that is not at least one element set; if a file cannot be written. No file is changed then, but for a
/// refusal or an answer that is no element set, which leaves the note that the next two hours are to be waited.
pub fn fetch(request: &FetchRequest) -> Result<FetchOutcome, CatalogError> {
    let store = Store::open(&request.cache_dir, &request.source)?;
    if let Some(destination) = &request.destination {
        store::check_writable(destination)?;
    }
    let mut warnings = Vec::new();
    let kept = match store.copy(&mut warnings)? {
        Some(copy) if copy.is_young(request) => {
            return finish(request, &store, copy, FetchStatus::Fresh, warnings);
        }
        older_or_none => older_or_none,
    };
    store.check_not_blocked(request.now)?;

    let question = Question {
        source: &request.source,
        timeout: request.timeout,
        etag: kept.as_ref().and_then(|copy| copy.meta.etag.as_deref()),
        last_modified: kept.as_ref().and_then(|copy| copy.meta.last_modified.as_deref()),
    };
    match http::ask(&question)? {
        Answer::Refused { status, first_line } => {
            let reason = format!("status {status}: {first_line}");
            let (until, note) = block(request, &store, &reason)?;
            Err(CatalogError::Refused { source_url: request.source.clone(), status, first_line, until, note })
        }
        Answer::NotModified => {
            let Some(copy) = kept else { return Err(unasked_for_304(request)) };
            let copy = store.touch(copy, request.now)?;
            finish(request, &store, copy, FetchStatus::NotModified, warnings)
        }
        Answer::Body { bytes, etag, last_modified } => {
            let set = match elements::parse(&request.source, &bytes) {
                Ok(set) => set,
                Err(error) => {
                    let (_, note) = block(request, &store, &format!("status 200, but {error}"))?;
                    return Err(CatalogError::NotElements {
                        source_url: request.source.clone(),
                        error,
                        note,
                    });
                }
            };
            warnings.extend(warnings_of(&set, kept.as_ref()));
            let meta = Meta::of(&request.source, &bytes, request.now, etag, last_modified);
            let copy = store.replace(Copy { meta, bytes, set })?;
            finish(request, &store, copy, FetchStatus::Updated, warnings)
        }
    }
}

fn warnings_of(set: &ElementSet, kept: Option<&Copy>) -> Vec<String> {
    let mut warnings = Vec::new();
    if set.format == Format::Tle {
        warnings.push(
            "the source publishes TLE: objects with catalogue numbers from 100000 are not published in that format; \
             ask for OMM (FORMAT=csv)"
                .to_owned(),
        );
    }
    if let Some(before) = kept.map(|copy| copy.set.elements.len()).filter(|n| set.elements.len() * 2 < *n) {
        warnings.push(format!(
            "the new set has {} objects, less than half of the {before} of the copy before it",
            set.elements.len()
        ));
    }
    warnings
}

fn block(request: &FetchRequest, store: &Store, reason: &str) -> Result<(String, PathBuf), CatalogError> {
    let until = request.now + BLOCKED_HOURS * Unit::Hour;
    store.block(until, reason).map(|note| (write_instant(until), note))
}

/// Puts the copy where it is wanted.
fn finish(
    request: &FetchRequest,
    store: &Store,
    copy: Copy,
    status: FetchStatus,
    warnings: Vec<String>,
) -> Result<FetchOutcome, CatalogError> {
    let Copy { meta, bytes, set } = copy;
    let path = match &request.destination {
        None => store.body_path().to_owned(),
        Some(destination) => {
            if std::fs::read(destination).ok().as_ref() != Some(&bytes) {
                store::write_whole(destination, &bytes)?;
            }
            destination.clone()
        }
    };
    Ok(FetchOutcome { status, path, fetched: meta.fetched_epoch(), set, warnings })
}

/// "Not modified" is an answer to a question that told which copy is kept, and only then is one taken as such.
fn unasked_for_304(request: &FetchRequest) -> CatalogError {
    CatalogError::Network {
        source_url: request.source.clone(),
        problem: "the service says that nothing changed, but no copy is kept".to_owned(),
    }
}

impl Copy {
    /// Asked for so lately that nothing newer can be there. A copy from the future is as old as it is early.
    fn is_young(&self, request: &FetchRequest) -> bool {
        (request.now - self.meta.fetched_epoch()).abs().to_seconds() < request.max_age.as_secs_f64()
    }
}
