//! Element sets as they are published: real catalogues, one object in every format, and inputs that are to be refused.

use flate2::{Compression, write::GzEncoder};
use hifitime::{Epoch, Unit};
use miette::Diagnostic;
use skyweave_io::elements::{ElementSet, ElementsError, Format, MeanElements, parse, read};
use std::io::Write;
use std::path::{Path, PathBuf};

const TLE: &str = include_str!("elements/two-objects.tle");
const CSV: &str = include_str!("elements/two-objects.csv");
const JSON: &str = include_str!("elements/two-objects.json");
const XML: &str = include_str!("elements/two-objects.xml");

/// Objects in each published catalogue.
const CATALOGUES: [(&str, usize); 3] = [
    ("starlink-2024-07-17.tle.gz", 6_226),
    ("starlink-2025-05-29.tle.gz", 7_500),
    ("starlink-2026-05-20.tle.gz", 10_360),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/elements").join(name)
}

fn catalogues() -> PathBuf {
    let data = std::env::var_os("SKYWEAVE_DATA").map(PathBuf::from);
    data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"))
        .join("catalogues")
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn message(input: impl AsRef<[u8]>) -> String {
    match parse("sets", input.as_ref()) {
        Ok(set) => panic!("accepted: {set:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn whole_catalogues_are_read() {
    for (file, objects) in CATALOGUES {
        let path = catalogues().join(file);
        if !path.exists() {
            eprintln!("skipped: {} not found", path.display());
            continue;
        }
        let set = read(&path).unwrap();
        assert_eq!((set.elements.len(), set.superseded, set.format), (objects, 0, Format::Tle), "{file}");
        let (oldest, newest) = set.epoch_range().unwrap();
        let day = Epoch::from_gregorian_utc_at_midnight(2000 + file[11..13].parse::<i32>().unwrap(), 1, 1);
        assert!(newest - oldest < 30 * Unit::Day, "{file}: {oldest} to {newest}");
        assert!(oldest > day && newest < day + 366 * Unit::Day, "{file}: {oldest} to {newest}");
        for object in &set.elements {
            assert!(object.name.starts_with("STARLINK"), "{object:?}");
            assert!(object.international_designator.starts_with("20"), "{object:?}");
            assert!(object.eccentricity < 0.2 && object.mean_motion_rad_min > 0.05, "{object:?}");
        }
    }
}

#[test]
fn a_set_has_the_numbers_of_its_columns() {
    let set = parse("sets", TLE.as_bytes()).unwrap();
    let first = &set.elements[0];
    assert_eq!(
        *first,
        MeanElements {
            name: "STARLINK-1012".into(),
            catalog_number: 44718,
            international_designator: "2019-074F".into(),
            epoch: Epoch::from_gregorian_utc(2026, 5, 20, 11, 47, 18, 943_008_000),
            inclination_rad: 53.1572_f64.to_radians(),
            raan_rad: 201.2849_f64.to_radians(),
            eccentricity: 0.000_227_9,
            argument_of_perigee_rad: 24.5211_f64.to_radians(),
            mean_anomaly_rad: 335.5905_f64.to_radians(),
            mean_motion_rad_min: 15.470_555_73 * std::f64::consts::TAU / 1440.0,
            bstar: 2.318e-4,
        }
    );
    assert!(set.elements[1].bstar < 0.0);
}

#[test]
fn every_format_gives_the_same_elements() {
    let expected = read(&fixture("two-objects.tle")).unwrap().elements;
    assert_eq!(expected.len(), 2);
    for (file, format) in [
        ("two-objects-zero.3le", Format::Tle),
        ("two-objects.csv", Format::OmmCsv),
        ("two-objects-quoted.csv", Format::OmmCsv),
        ("two-objects.json", Format::OmmJson),
        ("two-objects-strings.json", Format::OmmJson),
        ("two-objects.xml", Format::OmmXml),
    ] {
        let set = read(&fixture(file)).unwrap();
        assert_eq!(set, ElementSet { elements: expected.clone(), superseded: 0, format }, "{file}");
        let text = std::fs::read_to_string(fixture(file)).unwrap();
        let packed = parse(file, &gzipped(&text)).unwrap();
        assert_eq!(packed, set, "{file} gzipped");
        assert_eq!(
            parse(file, format!("\u{feff}{text}").as_bytes()).unwrap(),
            set,
            "{file} with a byte order mark"
        );
    }
    let nameless = read(&fixture("two-objects.2le")).unwrap().elements;
    let without_names: Vec<_> =
        expected.into_iter().map(|e| MeanElements { name: String::new(), ..e }).collect();
    assert_eq!(nameless, without_names);
}

#[test]
fn formats_have_names() {
    let names =
        [Format::Tle, Format::OmmCsv, Format::OmmJson, Format::OmmXml].map(|format| format.to_string());
    assert_eq!(names, ["TLE", "OMM (CSV)", "OMM (JSON)", "OMM (XML)"]);
}

#[test]
fn numbers_from_100000_are_read() {
    let alpha5 = with_checksums(&TLE.replace("44718", "E8493"));
    assert_eq!(parse("sets", alpha5.as_bytes()).unwrap().elements[0].catalog_number, 148_493);
    for (text, number) in [("100000", 100_000), ("799500123", 799_500_123), ("999999999", 999_999_999)] {
        for omm in [CSV, JSON, XML] {
            let set = parse("sets", omm.replace("44718", text).as_bytes()).unwrap();
            assert_eq!(set.elements[0].catalog_number, number);
        }
    }
}

#[test]
fn the_newest_set_of_an_object_is_kept_and_the_others_are_counted() {
    let mut lines = CSV.lines();
    let (header, first, second) = (lines.next().unwrap(), lines.next().unwrap(), lines.next().unwrap());
    let newer = first.replace("2026-05-20T11", "2026-05-20T12");
    let older = first.replace("2026-05-20T11", "2026-05-19T11");
    let text = format!("{header}\n{first}\n{second}\n{older}\n{newer}\n{newer}\n");
    let set = parse("sets", text.as_bytes()).unwrap();
    assert_eq!((set.elements.len(), set.superseded), (2, 3));
    assert_eq!(set.elements[0].catalog_number, 44718);
    assert_eq!(set.elements[0].epoch, Epoch::from_gregorian_utc(2026, 5, 20, 12, 47, 18, 943_008_000));
}

#[test]
fn epochs_far_from_the_window_are_told() {
    let set = |epochs: &[&str]| {
        let mut lines = CSV.lines();
        let (header, row) = (lines.next().unwrap(), lines.next().unwrap());
        let rows: String = epochs
            .iter()
            .enumerate()
            .map(|(i, epoch)| {
                row.replace("2026-05-20T11:47:18.943008", epoch).replace("44718", &format!("{}", 50_000 + i))
                    + "\n"
            })
            .collect();
        parse("sets", format!("{header}\n{rows}").as_bytes()).unwrap()
    };
    let at = |day, hour| Epoch::from_gregorian_utc(2026, 5, day, hour, 0, 0, 0);
    let three = set(&["2026-05-03T00:00:00", "2026-05-01T00:00:00", "2026-05-02T00:00:00"]);
    assert_eq!(three.epoch_range(), Some((at(1, 0), at(3, 0))));
    assert_eq!(three.median_epoch(), Some(at(2, 0)));
    assert_eq!(set(&["2026-05-02T00:00:00", "2026-05-01T00:00:00"]).median_epoch(), Some(at(1, 0)));

    assert_eq!(three.epoch_warning(at(2, 0), at(5, 0)), None);
    assert_eq!(
        three.epoch_warning(at(14, 0), at(14, 7)).unwrap(),
        "the elements are 12.3 days from the window: expect errors of about 20 km along track"
    );
    // a window before the epochs is as far
    let before = Epoch::from_gregorian_utc(2026, 4, 27, 0, 0, 0, 0);
    assert_eq!(
        three.epoch_warning(before, at(2, 0)).unwrap(),
        "the elements are 5.0 days from the window: expect errors of about 10 km along track"
    );
    let one_old = set(&["2026-05-20T00:00:00", "2026-05-20T00:00:00", "2026-05-01T00:00:00"]);
    assert_eq!(
        one_old.epoch_warning(at(20, 0), at(21, 0)).unwrap(),
        "the elements of 1 of 3 objects are more than 14 days from the window, at worst 20.0 days (50002, \
         STARLINK-1012): expect errors of about 40 km along track"
    );
}

/// Sets the checksum of every line of elements.
fn with_checksums(tle: &str) -> String {
    let fixed = tle.lines().map(|line| {
        if line.len() != 69 || !line.starts_with(['1', '2']) {
            return line.to_owned();
        }
        let sum: u32 =
            line[..68].chars().map(|c| if c == '-' { 1 } else { c.to_digit(10).unwrap_or(0) }).sum();
        format!("{}{}", &line[..68], sum % 10)
    });
    fixed.collect::<Vec<_>>().join("\n")
}

/// A change to a good input, and the error that must come of it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Which good input: tle, csv, json or xml; none begins with nothing.
    base: Option<String>,
    /// These lines of it, from 1, in this order.
    lines: Option<Vec<usize>>,
    /// The text to replace, once.
    from: Option<String>,
    #[serde(default)]
    to: String,
    /// Whether the checksums are made right after the change.
    #[serde(default)]
    checksums: bool,
    /// How many bytes are kept.
    cut: Option<usize>,
    message: String,
    /// The text that is pointed at, where there is one.
    at: Option<String>,
}

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn changed(case: &Case) -> String {
    let mut text = match case.base.as_deref() {
        None => case.to.clone(),
        Some("tle") => TLE.to_owned(),
        Some("csv") => CSV.replace("\r\n", "\n"),
        Some("json") => JSON.to_owned(),
        Some("xml") => XML.to_owned(),
        Some(other) => panic!("no such base: {other}"),
    };
    if let Some(order) = &case.lines {
        let lines: Vec<&str> = text.lines().collect();
        text = order.iter().flat_map(|number| [lines[number - 1], "\n"]).collect();
    }
    if let Some(from) = &case.from {
        assert!(text.contains(from), "not in the input: {case:?}");
        text = text.replacen(from, &case.to, 1);
    }
    if case.checksums {
        text = with_checksums(&text);
    }
    text.truncate(case.cut.unwrap_or(text.len()));
    text
}

#[test]
fn bad_records_are_refused_with_place_and_what_would_be_accepted() {
    let cases: Cases = toml::from_str(include_str!("elements/bad.toml")).unwrap();
    assert!(cases.case.len() > 50);
    for case in cases.case {
        let text = changed(&case);
        let error =
            parse("sets", text.as_bytes()).map(|set| panic!("accepted: {case:?}\n{set:?}")).unwrap_err();
        assert_eq!(error.to_string(), case.message, "{case:?}");
        let label = error.labels().and_then(|mut labels| labels.next());
        if let Some(at) = &case.at {
            let span = *label.unwrap().inner();
            let shown = error.source_code().unwrap().read_span(&span, 0, 0).unwrap();
            let from = span.offset() - shown.span().offset();
            assert_eq!(&shown.data()[from..from + span.len()], at.as_bytes(), "{case:?}");
        }
    }
}

#[test]
fn inputs_that_are_no_text_are_refused() {
    let accepted = "accepted: element sets as TLE, or as OMM in CSV, JSON or XML, plain or gzipped";
    for empty in ["", " \n\r\n", "\u{feff}"] {
        assert_eq!(message(empty), format!("sets is empty; {accepted}"));
    }
    assert_eq!(message(gzipped("")), format!("sets is empty; {accepted}"));
    assert_eq!(message(b"1 44718\xfc"), "sets is not text: byte 0xfc at offset 7 is not UTF-8");
    let garbage: Vec<u8> = (0..=255_u32).map(|i| (i * i * 31 + 7) as u8).collect();
    assert!(message(&garbage).starts_with("sets is not text: byte 0x"), "{}", message(&garbage));
    assert_eq!(
        message([0_u8; 40]),
        format!("sets holds no element sets: line 1 is `{}`", "\\u{0}".repeat(40))
    );

    let packed = gzipped(TLE);
    for cut in [3, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
        let told = message(&packed[..cut]);
        assert!(told.starts_with("sets begins like gzip, but decompressing failed after "), "{cut}: {told}");
    }
    let mut wrong_sum = packed.clone();
    let crc = packed.len() - 8;
    wrong_sum[crc] ^= 1;
    assert!(
        message(&wrong_sum).starts_with(&format!(
            "sets begins like gzip, but decompressing failed after {} bytes",
            TLE.len()
        ))
    );
    let mut trailing = packed;
    trailing.extend_from_slice(b"and more");
    assert!(message(&trailing).starts_with("sets begins like gzip"), "{}", message(&trailing));
}

#[test]
fn a_gzip_bomb_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b' '; 1 << 20];
    for _ in 0..257 {
        encoder.write_all(&block).unwrap();
    }
    let told = message(encoder.finish().unwrap());
    assert_eq!(told, "sets holds more than 268435456 bytes of text; accepted: up to that many");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = read(Path::new("/no/such/file.tle")).unwrap_err();
    assert!(matches!(error, ElementsError::Read { .. }));
    assert!(error.to_string().starts_with("cannot read /no/such/file.tle: "), "{error}");
}

#[test]
fn the_report_shows_the_line_and_points_at_the_columns() {
    let text = TLE.replacen("53.1572", "53.1x72", 1);
    let report = format!("{:?}", miette::Report::new(parse("sets.tle", text.as_bytes()).unwrap_err()));
    for part in ["sets.tle:3:9", "2 44718  53.1x72 201.2849", "0 to 180 degrees"] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
}

#[test]
fn further_bad_records_are_counted() {
    let rows = CSV.replacen("15.47055573", "x", 1).replacen("15.69128420", "y", 1);
    let last = rows.lines().last().unwrap();
    let told = message(format!("{rows}{last}\n"));
    assert!(told.starts_with("sets, record 1, line 2, column 52: MEAN_MOTION is `x`; accepted: "), "{told}");
    assert!(told.ends_with(" (2 more bad records)"), "{told}");
    let twice = TLE.replace("53.", "5x.");
    assert!(message(twice).ends_with(" (1 more bad record)"));
}
