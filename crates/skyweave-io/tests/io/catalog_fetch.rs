//! Fetching from a service that behaves, refuses, breaks off or says nothing: a small server on the loopback.

use hifitime::{Epoch, Unit};
use skyweave_io::catalog::{CatalogError, FetchRequest, FetchStatus, fetch};
use skyweave_io::elements::Format;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CSV: &str = include_str!("elements/two-objects.csv");
const TLE: &str = include_str!("elements/two-objects.tle");
const DATE: &str = "Wed, 20 May 2026 12:00:00 GMT";

/// A server that gives each connection the next of its answers, and then closes it.
struct Service {
    address: String,
    requests: Receiver<String>,
}

impl Service {
    /// An empty answer keeps the connection open and silent.
    fn with(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (told, requests) = channel();
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                told.send(head_of(&stream)).unwrap();
                if answer.is_empty() {
                    silent.push(stream);
                } else {
                    // a client may hang up before the end
                    drop(stream.write_all(answer.as_bytes()));
                }
            }
            while let Ok((stream, _)) = listener.accept() {
                if told.send(head_of(&stream)).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}

fn head_of(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase() + "\n").collect()
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn ok(body: &str) -> String {
    answer("200 OK", &format!("ETag: \"one\"\r\nLast-Modified: {DATE}\r\n"), body)
}

fn now() -> Epoch {
    Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0)
}

fn request(service: &Service, cache: &TempDir) -> FetchRequest {
    FetchRequest {
        source: format!("{}/gp.php?GROUP=starlink&FORMAT=csv", service.address),
        timeout: Duration::from_secs(5),
        ..FetchRequest::new(cache.path(), now())
    }
}

fn later(request: &FetchRequest, hours: f64) -> FetchRequest {
    FetchRequest { now: now() + hours * Unit::Hour, ..request.clone() }
}

fn file_with(cache: &Path, ending: &str) -> Option<PathBuf> {
    let mut files = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.to_string_lossy().ends_with(ending))
}

fn no_file_half_written(directory: &Path) {
    assert_eq!(file_with(directory, ".part"), None);
}

#[test]
fn the_default_is_omm_every_two_hours() {
    let request = FetchRequest::new("cache", now());
    assert_eq!(request.source, "https://celestrak.org/NORAD/elements/gp.php?GROUP=starlink&FORMAT=csv");
    assert_eq!((request.max_age, request.timeout), (Duration::from_hours(2), Duration::from_mins(1)));
}

#[test]
fn a_first_fetch_is_kept_and_put_where_it_is_wanted() {
    let service = Service::with(vec![ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let destination = cache.path().join("out.csv");
    let outcome =
        fetch(&FetchRequest { destination: Some(destination.clone()), ..request(&service, &cache) }).unwrap();
    assert_eq!(
        (outcome.status, outcome.set.elements.len(), outcome.set.format),
        (FetchStatus::Updated, 2, Format::OmmCsv)
    );
    assert_eq!((&outcome.path, outcome.fetched), (&destination, now()));
    assert_eq!(outcome.warnings, Vec::<String>::new());
    assert_eq!(fs::read_to_string(&destination).unwrap(), CSV);
    assert_eq!(fs::read_to_string(file_with(cache.path(), ".elements").unwrap()).unwrap(), CSV);
    no_file_half_written(cache.path());
    let asked = service.requests();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("get /gp.php?group=starlink&format=csv http/1.1\n"), "{}", asked[0]);
    assert!(
        asked[0].contains(&format!("user-agent: skyweave/{}\n", env!("CARGO_PKG_VERSION"))),
        "{}",
        asked[0]
    );
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
}

#[test]
fn a_young_copy_is_not_asked_for_again() {
    let service = Service::with(vec![ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    fetch(&first).unwrap();
    let destination = cache.path().join("again.csv");
    let again = FetchRequest { destination: Some(destination.clone()), ..later(&first, 1.99) };
    let outcome = fetch(&again).unwrap();
    assert_eq!((outcome.status, outcome.set.elements.len(), outcome.fetched), (FetchStatus::Fresh, 2, now()));
    assert_eq!(fs::read_to_string(&destination).unwrap(), CSV);
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn an_old_copy_is_asked_for_with_what_is_known_of_it() {
    let fewer: String = CSV.lines().take(2).map(|line| line.to_owned() + "\n").collect();
    let unchanged = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_owned();
    let service = Service::with(vec![ok(CSV), unchanged, answer("200 OK", "", &fewer)]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    fetch(&first).unwrap();
    let confirmed = fetch(&later(&first, 2.0)).unwrap();
    assert_eq!((confirmed.status, confirmed.set.elements.len()), (FetchStatus::NotModified, 2));
    assert_eq!(confirmed.fetched, now() + 2 * Unit::Hour);
    // the confirmation made the copy young again
    assert_eq!(fetch(&later(&first, 3.5)).unwrap().status, FetchStatus::Fresh);
    let updated = fetch(&later(&first, 4.0)).unwrap();
    assert_eq!((updated.status, updated.set.elements.len()), (FetchStatus::Updated, 1));
    assert_eq!(updated.warnings, Vec::<String>::new(), "half of the objects is not less than half");
    let asked = service.requests();
    assert_eq!(asked.len(), 3);
    for conditional in &asked[1..] {
        assert!(conditional.contains("if-none-match: \"one\"\n"), "{conditional}");
        assert!(
            conditional.contains(&format!("if-modified-since: {}\n", DATE.to_lowercase())),
            "{conditional}"
        );
    }
}

#[test]
fn after_a_refusal_nothing_is_asked_for_two_hours() {
    for status in [
        "403 Forbidden",
        "404 Not Found",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "204 No Content",
        "304 Not Modified",
    ] {
        let refusal = if status.starts_with(['2', '3']) {
            format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n")
        } else {
            answer(status, "", "\nGP data has not updated.\nMore text.")
        };
        let service = Service::with(vec![refusal, ok(CSV)]);
        let cache = TempDir::new().unwrap();
        let first = request(&service, &cache);
        let error = fetch(&first).unwrap_err();
        let CatalogError::Refused { status: told, first_line, until, note, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(told.to_string(), status[..3]);
        assert_eq!(first_line, if told / 100 < 4 { "(no body)" } else { "GP data has not updated." });
        assert_eq!(until, "2026-05-20T14:00:00Z");
        let note = note.clone();
        assert!(note.exists());

        let blocked = fetch(&later(&first, 1.99)).unwrap_err();
        assert!(matches!(blocked, CatalogError::Blocked { .. }), "{blocked:?}");
        assert!(blocked.to_string().contains("2026-05-20T14:00:00Z (status "), "{blocked}");
        let report = format!("{:?}", miette::Report::new(blocked)).replace(['\n', '│', ' '], "");
        assert!(report.contains(&*note.file_name().unwrap().to_string_lossy()), "{report}");
        assert_eq!(service.requests().len(), 1, "{status}");

        assert_eq!(fetch(&later(&first, 2.0)).unwrap().status, FetchStatus::Updated);
        assert!(!note.exists());
    }
}

#[test]
fn the_note_of_a_refusal_can_be_deleted() {
    let service = Service::with(vec![answer("503 Busy", "", "later"), ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let CatalogError::Refused { note, .. } = fetch(&request(&service, &cache)).unwrap_err() else { panic!() };
    fs::write(&note, "no instant").unwrap();
    assert!(matches!(fetch(&later(&request(&service, &cache), 9.0)), Err(CatalogError::Blocked { .. })));
    fs::remove_file(&note).unwrap();
    assert_eq!(fetch(&request(&service, &cache)).unwrap().status, FetchStatus::Updated);
}

#[test]
fn a_refusal_leaves_the_kept_copy() {
    let service = Service::with(vec![ok(CSV), answer("403 Forbidden", "", "no")]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    let kept = fetch(&first).unwrap().path;
    assert!(matches!(fetch(&later(&first, 3.0)), Err(CatalogError::Refused { status: 403, .. })));
    assert_eq!(fs::read_to_string(kept).unwrap(), CSV);
    let lenient = FetchRequest { max_age: Duration::from_hours(24), ..later(&first, 3.0) };
    assert_eq!(fetch(&lenient).unwrap().status, FetchStatus::Fresh);
}

#[test]
fn a_body_that_is_cut_short_replaces_nothing() {
    let half = &CSV[..CSV.len() / 2];
    let broken = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{half}", CSV.len());
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{half}\r\n", half.len());
    for answer in [broken, chunked] {
        let service = Service::with(vec![ok(CSV), answer]);
        let cache = TempDir::new().unwrap();
        let first = request(&service, &cache);
        let kept = fetch(&first).unwrap().path;
        let error = fetch(&later(&first, 3.0)).unwrap_err();
        assert!(matches!(error, CatalogError::Network { .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("broke off after {} bytes", half.len())), "{error}");
        assert_eq!(fs::read_to_string(kept).unwrap(), CSV);
        assert_eq!(file_with(cache.path(), ".blocked-until"), None);
        no_file_half_written(cache.path());
    }
}

#[test]
fn a_body_that_is_no_element_set_replaces_nothing() {
    let header = format!("{}\n", CSV.lines().next().unwrap());
    let damaged = CSV.replace("15.47055573", "NaN");
    let page = "<html><body>Welcome to the hotel network</body></html>";
    for (body, told) in [
        (page, "holds no element sets: line 1 is `<html><body>"),
        ("", "is empty"),
        (&*header, "is OMM (CSV) without a single record"),
        (&*damaged, "record 1, line 2, columns 52-54: MEAN_MOTION is `NaN`"),
    ] {
        let service = Service::with(vec![ok(CSV), ok(body)]);
        let cache = TempDir::new().unwrap();
        let destination = cache.path().join("out.csv");
        let first = FetchRequest { destination: Some(destination.clone()), ..request(&service, &cache) };
        fetch(&first).unwrap();
        let error = fetch(&later(&first, 3.0)).unwrap_err();
        let CatalogError::NotElements { error: why, note, .. } = &error else { panic!("{error:?}") };
        assert!(why.to_string().contains(told), "{why}");
        assert!(note.exists());
        assert_eq!(fs::read_to_string(&destination).unwrap(), CSV);
        assert_eq!(fs::read_to_string(file_with(cache.path(), ".elements").unwrap()).unwrap(), CSV);
        assert!(matches!(fetch(&later(&first, 3.1)), Err(CatalogError::Blocked { .. })));
        assert_eq!(service.requests().len(), 2);
    }
}

#[test]
fn a_service_that_says_nothing_is_given_up() {
    let head_only = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", CSV.len());
    for answer in [String::new(), head_only] {
        let service = Service::with(vec![answer]);
        let cache = TempDir::new().unwrap();
        let begin = Instant::now();
        let error = fetch(&FetchRequest { timeout: Duration::from_millis(300), ..request(&service, &cache) })
            .unwrap_err();
        assert!(matches!(error, CatalogError::Network { .. }), "{error:?}");
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
        assert_eq!(file_with(cache.path(), ".blocked-until"), None);
    }
}

#[test]
fn nobody_there_and_no_address_are_told() {
    let cache = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = FetchRequest {
        source: format!("http://127.0.0.1:{port}/"),
        ..FetchRequest::new(cache.path(), now())
    };
    assert!(matches!(fetch(&gone), Err(CatalogError::Network { .. })));
    for source in ["ftp://host/x", "celestrak.org", "", "http://", "https://a b/"] {
        let error = fetch(&FetchRequest { source: source.to_owned(), ..gone.clone() }).unwrap_err();
        assert!(matches!(error, CatalogError::Address { .. }), "{source}: {error:?}");
    }
}

#[test]
fn https_is_not_spoken_to_a_service_that_has_none() {
    let service = Service::with(vec![ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let plain = request(&service, &cache);
    let source = plain.source.replace("http://", "https://");
    let error = fetch(&FetchRequest { source, ..plain }).unwrap_err();
    assert!(matches!(error, CatalogError::Network { .. }), "{error:?}");
}

#[test]
fn three_redirects_are_followed_and_no_more() {
    let to = |path: &str| answer("302 Found", &format!("Location: {path}\r\n"), "moved");
    let service = Service::with(vec![to("/2"), to("/3"), to("/4"), ok(CSV)]);
    let cache = TempDir::new().unwrap();
    assert_eq!(fetch(&request(&service, &cache)).unwrap().status, FetchStatus::Updated);
    let asked = service.requests();
    assert_eq!(asked.len(), 4);
    assert!(asked[3].starts_with("get /4 "), "{}", asked[3]);

    let service = Service::with(vec![to("/2"), to("/3"), to("/4"), to("/5"), ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let error = fetch(&request(&service, &cache)).unwrap_err();
    assert!(matches!(error, CatalogError::Refused { status: 302, .. }), "{error:?}");
    assert_eq!(service.requests().len(), 4);
}

#[test]
fn a_body_beyond_the_limit_is_not_taken() {
    let length = (64 << 20) + 1;
    let huge = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", " ".repeat(length));
    let service = Service::with(vec![huge]);
    let cache = TempDir::new().unwrap();
    let patient = FetchRequest { timeout: Duration::from_mins(1), ..request(&service, &cache) };
    let error = fetch(&patient).unwrap_err();
    assert!(
        error.to_string().ends_with("the answer is longer than 67108864 bytes; accepted: up to that many"),
        "{error}"
    );
    assert_eq!(file_with(cache.path(), ".elements"), None);
}

#[test]
fn what_cannot_be_written_is_told_before_the_service_is_asked() {
    let service = Service::with(vec![ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let file = cache.path().join("file");
    fs::write(&file, "").unwrap();
    let into_a_file = FetchRequest { cache_dir: file.join("cache"), ..request(&service, &cache) };
    let error = fetch(&into_a_file).unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("cannot make the directory {}", file.display())),
        "{error}"
    );
    for destination in [file.join("out.csv"), cache.path().join("no/such/out.csv"), cache.path().to_owned()] {
        let error =
            fetch(&FetchRequest { destination: Some(destination.clone()), ..request(&service, &cache) })
                .unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("cannot write {}: ", destination.display())),
            "{error}"
        );
    }
    assert_eq!(service.requests().len(), 0);
}

#[test]
fn a_damaged_copy_is_fetched_again() {
    let service = Service::with(vec![ok(CSV), ok(CSV)]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    let kept = fetch(&first).unwrap().path;
    fs::write(&kept, &CSV[..CSV.len() - 3]).unwrap();
    let outcome = fetch(&first).unwrap();
    assert_eq!(outcome.status, FetchStatus::Updated);
    assert_eq!(outcome.warnings, [format!("the kept copy {} is damaged and was not used", kept.display())]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), CSV);
    assert!(!service.requests()[1].contains("if-none-match"));
}

#[test]
fn what_the_user_should_know_is_told() {
    let row = CSV.lines().nth(1).unwrap();
    let many: String = (0..3).map(|i| row.replace("44718", &format!("{}", 50_000 + i)) + "\n").collect();
    let many = format!("{}\n{many}", CSV.lines().next().unwrap());
    let one: String = CSV.lines().take(2).map(|line| line.to_owned() + "\n").collect();
    let service = Service::with(vec![ok(&many), ok(&one)]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    fetch(&first).unwrap();
    let outcome = fetch(&later(&first, 2.0)).unwrap();
    assert_eq!(
        outcome.warnings,
        ["the new set has 1 objects, less than half of the 3 of the copy before it"]
    );

    let service = Service::with(vec![ok(TLE)]);
    let outcome = fetch(&request(&service, &cache)).unwrap();
    assert_eq!(outcome.set.format, Format::Tle);
    assert_eq!(outcome.warnings.len(), 1);
    assert!(
        outcome.warnings[0].contains("from 100000 are not published in that format"),
        "{:?}",
        outcome.warnings
    );
}

#[test]
fn sources_do_not_share_a_copy() {
    let service = Service::with(vec![ok(CSV), ok(TLE)]);
    let cache = TempDir::new().unwrap();
    let first = request(&service, &cache);
    let second = FetchRequest { source: first.source.replace("csv", "tle"), ..first.clone() };
    assert_eq!(fetch(&first).unwrap().set.format, Format::OmmCsv);
    assert_eq!(fetch(&second).unwrap().set.format, Format::Tle);
    assert_eq!(fetch(&first).unwrap().set.format, Format::OmmCsv);
    assert_eq!(service.requests().len(), 2);
}
