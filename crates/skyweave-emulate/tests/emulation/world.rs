//! What all cases share: a plan, emulators, programs whose output is read.

use crate::networks::{Links, Wire};
use skyweave_emulate::EmulateError;
use skyweave_emulate::addresses::{AddressPlan, Pop, Ranges};
use skyweave_emulate::emulator::Emulator;
use skyweave_emulate::engine::Options;
use skyweave_emulate::namespace::Namespace;
use skyweave_emulate::program::Program;
use std::io::{Read, Seek};
use std::net::{Ipv4Addr, Ipv6Addr};

pub const MS: u64 = 1_000_000;

pub fn plan() -> AddressPlan {
    let ranges = Ranges {
        carrier_nat: (Ipv4Addr::new(100, 64, 0, 0), 10),
        ipv6: Ipv6Addr::new(0xfd5a, 0x6a7e, 0, 0, 0, 0, 0, 0),
    };
    let pop = |name: &str, third| Pop { name: name.into(), ipv4: Ipv4Addr::new(198, 18, third, 1) };
    let terminals = ["kyiv", "lviv", "odesa"].map(String::from).to_vec();
    AddressPlan::new(ranges, vec![pop("fra", 0), pop("waw", 1)], terminals).unwrap()
}

pub fn wire(options: Options, offload: bool) -> Emulator {
    Emulator::start(plan(), |plan| Box::new(Wire::new(plan)), options, offload).unwrap()
}

/// 20 ms each way, 100 Mbit/s.
pub fn links() -> Emulator {
    links_at(20 * MS, 100_000_000, Options::default(), true).unwrap()
}

pub fn links_at(
    delay_ns: u64,
    rate_bps: u64,
    options: Options,
    offload: bool,
) -> Result<Emulator, EmulateError> {
    let limit = (rate_bps / 8 / 10).max(100_000);
    let network = move |plan| Box::new(Links::new(plan, delay_ns, rate_bps, limit)) as Box<_>;
    Emulator::start(plan(), network, options, offload)
}

/// Runs a program to its end: exit code, and all that it wrote.
pub fn output(namespace: &Namespace, words: &[&str]) -> (i32, String) {
    let mut file = tempfile::tempfile().unwrap();
    let program = Program::new(words).output(file.try_clone().unwrap());
    let code = namespace.start(&program).unwrap().wait().unwrap();
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    (code, text)
}

pub fn shell(namespace: &Namespace, script: &str) -> (i32, String) {
    output(namespace, &["sh", "-c", script])
}

/// Whether this machine has a program.
pub fn has(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).any(|directory| directory.join(program).exists());
    if !found {
        println!("  skipped in part: `{program}` is not installed");
    }
    found
}

pub fn possible() -> Result<(), String> {
    let emulator = Emulator::start(plan(), |plan| Box::new(Wire::new(plan)), Options::default(), true)
        .map_err(|error| error.to_string())?;
    let port = emulator.plan().port("kyiv").map_err(|error| error.to_string())?;
    emulator.terminal(port).map(drop).map_err(|error| error.to_string())
}
