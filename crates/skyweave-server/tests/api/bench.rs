//! A million terminals on one node. Not a test: `cargo test --release -p skyweave-server --test api a_million -- --ignored --nocapture`.

use crate::desk::{Desk, books};
use std::fmt::Write as _;
use std::time::Instant;

/// `SKYWEAVE_TERMINALS` says how many.
fn terminals() -> usize {
    std::env::var("SKYWEAVE_TERMINALS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
}

#[test]
#[ignore = "it takes minutes"]
fn a_million_terminals() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let count = terminals();
    let mut file = "hardware_key,account,serial,tags\n".to_owned();
    for n in 0..count {
        // keys that do not come in order, as they would not
        let scattered = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = writeln!(file, "UT-{scattered:016X},{},KIT{n:08},batch-{}", books.account, n % 100);
    }
    println!("file: {:.0} MB, resident {:.0} MiB", file.len() as f64 / 1e6, resident_mib());
    let timed = |what: &str, path: &str| {
        let began = Instant::now();
        let answer = admin.get(path).is(200).json();
        let found = answer["results"].as_array().map_or(0, Vec::len);
        println!(
            "{what}: {:.1} ms, {found} on the page, total {}",
            began.elapsed().as_secs_f64() * 1e3,
            answer["total"]
        );
    };
    let csv = [("content-type", "text/csv")];
    let began = Instant::now();
    admin.send("POST", "/api/v1/imports?dry_run=true", Some(file.clone()), &csv).is(200);
    println!("dry run: {:.1} s, peak {:.0} MiB", began.elapsed().as_secs_f64(), resident_mib());
    let began = Instant::now();
    admin.send("POST", "/api/v1/imports", Some(file), &csv).is(200);
    let took = began.elapsed().as_secs_f64();
    println!(
        "import of {count}: {took:.1} s, {:.0} a second, peak {:.0} MiB",
        count as f64 / took,
        resident_mib()
    );
    let size = std::fs::metadata(desk.folder.path().join("sky.db")).unwrap().len();
    println!("store: {:.0} MB", size as f64 / 1e6);
    timed("first page of 100", "/api/v1/user-terminals");
    timed("page of 1000", "/api/v1/user-terminals?limit=1000");
    timed("by key", "/api/v1/user-terminals?key=UT-0000000000000000");
    timed("by tag", "/api/v1/user-terminals?tag=batch-7");
    timed("by state, counted", "/api/v1/user-terminals?state=registered&count=true");
    timed("text that one has", "/api/v1/user-terminals?text=KIT00000777");
    timed("text that none has", "/api/v1/user-terminals?text=nowhere&count=true");
    timed("by account, counted", &format!("/api/v1/user-terminals?account={}&count=true", books.account));
}
