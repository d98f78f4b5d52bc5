//! Importing terminals: every bad row is named, and all rows come in or none.
//!
//! `cargo test --release -p skyweave-control --test control import -- --ignored --nocapture` measures a million rows.

use crate::support::{Service, account, enter, ulid};
use proptest::prelude::*;
use skyweave_control::command::{Actor, Command, OrganizationCommand};
use skyweave_control::entity::{Terminal, TerminalState};
use skyweave_control::event::Event;
use skyweave_control::fleet::import::{ImportError, Options, Report, check, events};
use skyweave_control::id::{AccountId, LineId, OrganizationId, TerminalId};
use skyweave_control::refused::Code;
use std::convert::Infallible;
use std::fmt::Write;

fn of_account(number: u128) -> Options {
    Options { account: Some(AccountId(ulid(number))), ..Options::default() }
}

fn checked(service: &Service, text: &[u8]) -> Result<Report, ImportError<Infallible>> {
    check(text, &of_account(1), &service.context())
}

fn imported(service: &Service, text: &[u8]) -> (Result<Report, ImportError<Infallible>>, Vec<Event>) {
    let mut stored = Vec::new();
    let mut id_of = |row: u64| TerminalId(ulid(1_000_000 + u128::from(row)));
    let mut store = |events: Vec<Event>| {
        stored.extend(events);
        Ok(())
    };
    let report = events(text, &of_account(1), &service.context(), &mut id_of, &mut store);
    (report, stored)
}

/// 15,000 rows as a donor would send them.
fn fifteen_thousand() -> String {
    let mut text = "hardware_key,serial,model,donor,operator,tags,note\r\n".to_owned();
    for row in 1..=15_000 {
        let note = if row % 7 == 0 { "\"packed, \"\"fragile\"\"\"" } else { "" };
        writeln!(text, "UT-{row:06}-A,KIT{row:06},standard,Donor,,batch {};kherson,{note}\r", row % 30)
            .unwrap();
    }
    text
}

#[test]
fn fifteen_thousand_come_in_or_none() {
    let mut service = Service::furnished();
    let text = fifteen_thousand();
    let report = checked(&service, text.as_bytes()).unwrap();
    assert_eq!((report.rows, report.good, report.faulty), (15_000, 15_000, 0));
    assert_eq!(report.by_account[&AccountId(ulid(1))], 15_000);

    let spoilt = text.replace("UT-007777-A,", "UT-007777_A,");
    let (error, _) = imported(&service, spoilt.as_bytes());
    let Err(ImportError::Faults(report)) = error else { panic!("faults") };
    assert_eq!((report.good, report.faulty), (14_999, 1));
    let fault = &report.faults[0];
    assert_eq!((fault.row, fault.line, fault.column), (7_777, 7_778, Some("hardware_key")));
    assert_eq!(fault.value, "UT-007777_A");
    assert!(fault.reason.contains("accepted as hardware key: 4 to 40"), "{}", fault.reason);

    let (report, stored) = imported(&service, text.as_bytes());
    assert_eq!(report.unwrap().good, 15_000);
    service.store(&stored);
    let terminals: Vec<Terminal> = service.fleet.all().collect();
    assert_eq!(terminals.len(), 15_000);
    let seventh = terminals.iter().find(|t| t.hardware_key.as_str() == "UT-000007-A").unwrap();
    assert_eq!(seventh.state, TerminalState::Registered);
    assert_eq!(seventh.note.as_deref(), Some("packed, \"fragile\""));
    assert_eq!(seventh.tags.iter().map(String::as_str).collect::<Vec<_>>(), ["batch 7", "kherson"]);

    // the same file again: every row is in the fleet
    let again = checked(&service, text.as_bytes()).unwrap();
    assert_eq!((again.faulty, again.by_code[&Code::KeyTaken]), (15_000, 15_000));
    assert_eq!((again.faults.len(), again.unlisted), (1_000, 14_000));
}

#[test]
fn every_bad_row_is_named_with_its_column_and_value() {
    let mut service = Service::furnished();
    service.account(2, None);
    service.must(enter(5, Some(1)));
    let line = LineId(ulid(1));
    let account = AccountId(ulid(2));
    let text = format!(
        "hardware_key,account,service_line,donor,tags\n\
         UT-1,,,Donor,\n\
         ut-2,,,,\n\
         ,,,Donor,\n\
         UT-1,,,,\n\
         UT-00000005,,,,\n\
         UT-6,acc_1,,,\n\
         UT-7,{account},{line},,\n\
         UT-8,,,Nobody,\"a\nb\"\n\
         UT-9,,{line},,,\n\
         \n\
         UT-10,,{line},,x"
    );
    let report = checked(&service, text.as_bytes()).unwrap();
    assert_eq!((report.rows, report.good, report.faulty, report.attached), (10, 2, 8, 1));
    let found: Vec<(u64, u64, Option<&str>, &str, Code)> =
        report.faults.iter().map(|f| (f.row, f.line, f.column, f.value.as_str(), f.code)).collect();
    let line_text = line.to_string();
    assert_eq!(
        found,
        [
            (2, 3, Some("hardware_key"), "ut-2", Code::Malformed),
            (3, 4, Some("hardware_key"), "", Code::Malformed),
            (4, 5, Some("hardware_key"), "UT-1", Code::Doubled),
            (5, 6, Some("hardware_key"), "UT-00000005", Code::KeyTaken),
            (6, 7, Some("account"), "acc_1", Code::Malformed),
            (7, 8, Some("service_line"), line_text.as_str(), Code::OtherAccount),
            (8, 9, Some("donor"), "Nobody", Code::NotFound),
            (8, 9, Some("tags"), "a\\nb", Code::Malformed),
            (9, 11, None, "6 fields", Code::Malformed),
        ]
    );
    assert!(report.faults[2].reason.contains("row 1 has the same hardware key"));
}

#[test]
fn who_has_an_account_names_as_owner_and_operator_whoever_answers_for_it() {
    let mut service = Service::furnished();
    service.organization(2, "Hospital B");
    service.organization(3, "Closed");
    let close = OrganizationCommand::Close;
    service.must(Command::Organization { id: OrganizationId(ulid(3)), command: close });
    service.must(account(2, Some(1)));
    let (hospital, nobody) = (OrganizationId(ulid(2)), OrganizationId(ulid(9)));
    let below = AccountId(ulid(2));
    let text = format!(
        "hardware_key,account,owner,operator,donor\n\
         UT-1,,Hospital B,,\n\
         UT-2,,,Hospital B,\n\
         UT-3,,{hospital},,\n\
         UT-4,,Nobody,,\n\
         UT-5,,{nobody},,\n\
         UT-6,,,Closed,\n\
         UT-7,,Donor,Donor,Donor\n\
         UT-9,,Donor,Donor,Hospital B\n\
         UT-10,,,,Nobody\n\
         UT-8,{below},Donor,,\n"
    );
    service.actor = Actor { name: "tenant".to_owned(), scope: Some(AccountId(ulid(1))) };
    let report = checked(&service, text.as_bytes()).unwrap();
    assert_eq!((report.good, report.faulty, report.by_code[&Code::OutOfScope]), (2, 8, 8));
    // nothing tells whether there is such an organization, and what its id is
    let mut reasons: Vec<&str> = report.faults.iter().map(|fault| fault.reason.as_str()).collect();
    reasons.dedup();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    let (result, stored) = imported(&service, text.as_bytes());
    assert!(matches!(result, Err(ImportError::Faults(_))) && stored.is_empty());
    service.actor = Actor::of_the_service("tests");
    let report = checked(&service, text.as_bytes()).unwrap();
    assert_eq!((report.good, report.faulty), (6, 4));
}

#[test]
fn a_quote_that_is_not_closed_is_refused_with_its_row() {
    let service = Service::furnished();
    for (text, expected) in [
        // of six rows the last five are in the field
        ("hardware_key,note\nUT-1,\nUT-2,\"x\nUT-3,\nUT-4,\nUT-5,\nUT-6,\n", (2, 1, 3, Some("note"))),
        ("hardware_key,note\r\n\r\nUT-1,\"\r\n\r\nUT-2,x\r\n", (1, 0, 3, Some("note"))),
        ("\u{feff}hardware_key,note\nUT-1,\"x\"\"", (1, 0, 2, Some("note"))),
        ("note,hardware_key\n\"a, b\",UT-1\n\"c,UT-2\n\n", (2, 1, 3, Some("note"))),
        ("hardware_key\nUT-1\n\"", (2, 1, 3, Some("hardware_key"))),
        ("hardware_key\nUT-1\nUT-2,x,\"\n", (2, 1, 3, None)),
    ] {
        let report = checked(&service, text.as_bytes()).unwrap();
        let fault = &report.faults[0];
        assert_eq!((report.rows, report.good, fault.line, fault.column), expected, "{text:?}");
        assert_eq!((fault.row, fault.code), (report.rows, Code::Malformed), "{text:?}");
        assert!(fault.reason.contains("not closed"), "{}", fault.reason);
    }
    for good in [
        "hardware_key,note\nUT-1,\"x\"",
        "hardware_key,note\nUT-1,x\"",
        "hardware_key,note\nUT-1,\"x\"\"\"\n",
    ] {
        let report = checked(&service, good.as_bytes()).unwrap();
        assert_eq!((report.rows, report.good), (1, 1), "{good:?}");
    }
}

#[test]
fn files_of_any_make_are_read_or_named() {
    let service = Service::furnished();
    for good in [
        &b"hardware_key\nUT-1\n"[..],
        b"hardware_key\r\nUT-1\r\n",
        b"hardware_key\rUT-1\r",
        b"\xef\xbb\xbfhardware_key\nUT-1",
        b"note,\"hardware_key\"\n\"one, two\",UT-1\n\n\n",
        b" hardware_key , note\n UT-1 , x \n",
    ] {
        let report = checked(&service, good).unwrap();
        assert_eq!((report.rows, report.good), (1, 1), "{}", String::from_utf8_lossy(good));
    }
    for end in ["\n", "\r\n", "\r"] {
        let text = ["hardware_key,note", "UT-1,\"a", "b\"", "", "", "ut-2,", "ut-3,"].join(end);
        let report = checked(&service, text.as_bytes()).unwrap();
        let lines: Vec<(u64, u64)> = report.faults.iter().map(|fault| (fault.row, fault.line)).collect();
        assert_eq!(lines, [(2, 6), (3, 7)], "{end:?}");
    }
    let long = format!("hardware_key,note\nUT-1,\"{}", "x".repeat(1 << 20));
    let wide = format!("hardware_key\n{}\n", ",".repeat(60_000));
    for (bad, expected) in [
        (&b""[..], "the file has no rows"),
        (b"hardware_key\n", "the file has no rows"),
        (b"\n\n\n", "the file has no rows"),
        (
            b"key,note\nUT-1,\n",
            "column 1 is named `key`, which is unknown; accepted in the first line: hardware_key, serial",
        ),
        (b"serial\nKIT1\n", "there is no column named `hardware_key`"),
        (b"hardware_key,hardware_key\nUT-1,UT-2\n", "there are two columns named `hardware_key`"),
        (b"hardware_key;note\nUT-1;\n", "column 1 is named `hardware_key;note`, which is unknown"),
        (b"\xff\xfeh\0a\0r\0d\0", "line 1 is no UTF-8"),
        (b"\x1f\x8b\x08\x00\x01", "line 1 is no UTF-8"),
        (
            long.as_bytes(),
            "the row that begins on line 2 is longer than 64 KiB; look for a \" that is not closed",
        ),
    ] {
        let error = checked(&service, bad).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let report = checked(&service, wide.as_bytes()).unwrap();
    assert_eq!(report.faults[0].reason, "60001 fields; accepted: 1, as the first line has");
    let report = checked(&service, b"hardware_key,note\nUT-1,\xc3\x28\n").unwrap();
    assert_eq!((report.faults[0].column, report.faults[0].code), (Some("note"), Code::Malformed));
    let few = Options { most_rows: 2, ..of_account(1) };
    let error = check(&b"hardware_key\nUT-1\nUT-2\nUT-3\n"[..], &few, &service.context()).unwrap_err();
    assert_eq!(error.to_string(), "the file has more than 2 rows; accepted: several files");
}

proptest! {
    /// Any bytes: an error or a report, whose rows add up, and never more events than good rows.
    #[test]
    fn hostile_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), heading: bool) {
        let service = Service::furnished();
        let mut text = if heading { b"hardware_key,note,account\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        if let Ok(report) = checked(&service, &text) {
            prop_assert_eq!(report.rows, report.good + report.faulty);
            let (result, stored) = imported(&service, &text);
            prop_assert_eq!(result.is_ok(), report.faulty == 0);
            prop_assert!(report.faulty > 0 || stored.len() as u64 == report.good);
        }
    }

    /// What is written as CSV is read as it was.
    #[test]
    fn notes_come_in_as_they_were(notes in prop::collection::vec("[ -~\u{e0}-\u{ff}\u{400}-\u{4ff}]{0,40}", 1..20)) {
        let service = Service::furnished();
        let mut text = "hardware_key,note\n".to_owned();
        for (row, note) in notes.iter().enumerate() {
            writeln!(text, "UT-{row},\"{}\"", note.replace('"', "\"\"")).unwrap();
        }
        let (report, stored) = imported(&service, text.as_bytes());
        prop_assert_eq!(report.unwrap().good, notes.len() as u64);
        let mut fleet = skyweave_control::view::Fleet::default();
        for event in &stored {
            fleet.apply(event).unwrap();
        }
        for (terminal, note) in fleet.all::<Terminal>().zip(&notes) {
            prop_assert_eq!(terminal.note.unwrap_or_default(), note.trim());
        }
    }
}

#[test]
#[ignore = "a measurement: some seconds, and only optimised"]
fn a_million_rows() {
    let service = Service::furnished();
    let mut text = "hardware_key,serial,donor,tags\n".to_owned();
    for row in 0..1_000_000 {
        writeln!(text, "UT-{row:08},KIT{row:08},Donor,batch {};kherson", row % 100).unwrap();
    }
    let began = std::time::Instant::now();
    let report = checked(&service, text.as_bytes()).unwrap();
    println!("{} rows ({} MB) checked in {:.2?}", report.good, text.len() >> 20, began.elapsed());
    let began = std::time::Instant::now();
    let mut count = 0;
    let mut id_of = |row: u64| TerminalId(ulid(u128::from(row)));
    let mut store = |events: Vec<Event>| {
        count += events.len();
        Ok(())
    };
    events(text.as_bytes(), &of_account(1), &service.context(), &mut id_of, &mut store).unwrap();
    println!("{count} events handed over in {:.2?}", began.elapsed());
    let began = std::time::Instant::now();
    let (_, stored) = imported(&service, text.as_bytes());
    let mut bytes = 0;
    for event in &stored {
        bytes += serde_json::to_string(event).unwrap().len();
    }
    println!("with {} MB of JSON in {:.2?}", bytes >> 20, began.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}
