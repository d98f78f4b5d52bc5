//! Programs in namespaces, through small networks. Its own harness, because namespaces are made by this program started again.
#![expect(
    clippy::unwrap_used,
    reason = "a test program with its own harness, which the lint does not know as one"
)]

mod bench;
mod cases;
mod hostile;
mod joining;
mod networks;
mod roles;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

type Case = (&'static str, fn());

fn main() -> ExitCode {
    if let Some(code) = skyweave_emulate::enter_if_asked() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(code) = roles::play(&arguments) {
        return code;
    }
    if let Err(reason) = world::possible() {
        println!("skipped: this kernel or user cannot make namespaces with TUN devices: {reason}");
        return ExitCode::SUCCESS;
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    let cases: Vec<Case> = [cases::CASES, hostile::CASES, joining::CASES].concat();
    let mut failed = 0;
    for (name, case) in cases {
        if wanted.is_some_and(|wanted| !name.contains(wanted.as_str())) {
            continue;
        }
        let passed = catch_unwind(AssertUnwindSafe(case)).is_ok();
        println!("{name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += i32::from(!passed);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
