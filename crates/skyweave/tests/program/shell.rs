//! Real programs behind a planned terminal. Needs namespaces; says so and skips where the kernel forbids them.

use crate::support::{Desk, FEW, Ran};
use serde_json::Value;
use std::fs;

fn desk() -> Desk {
    let desk = Desk::new();
    let many = FEW.replace("planes = 6", "planes = 36").replace("per_plane = 10", "per_plane = 20");
    fs::write(desk.path("many.toml"), many).unwrap();
    desk
}

/// Runs words behind the terminal in Kyiv; nothing where no namespace can be made.
fn shell(desk: &Desk, options: &str, words: &[&str]) -> Option<Ran> {
    let mut command = desk.command(&format!("shell -s many.toml --terminal kyiv {options} --"));
    let output = command.args(words).env("XDG_RUNTIME_DIR", desk.path("tmp")).output().unwrap();
    let ran = Ran::of(output);
    let forbidden = ["namespace", "/dev/net/tun"].iter().any(|what| ran.stderr.contains(what));
    if ran.code == Some(1) && forbidden {
        eprintln!("shell: skipped, {}", ran.stderr.trim());
        return None;
    }
    Some(ran)
}

fn interfaces() -> String {
    fs::read_to_string("/proc/net/dev")
        .unwrap()
        .lines()
        .map(|line| line.split(':').next().unwrap_or("").trim())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_shell_hands_on_what_its_program_says() {
    let desk = desk();
    let before = interfaces();
    let Some(ran) = shell(&desk, "--no-medium-access", &["sh", "-c", "echo $SKYWEAVE_TERMINAL; exit 7"])
    else {
        return;
    };
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(7), "kyiv\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("unsigned") && ran.stderr.contains("PoP "), "{}", ran.stderr);
    assert_eq!(interfaces(), before, "nothing of the host is changed");
}

#[test]
fn whoever_is_no_terminal_has_no_shell() {
    let desk = desk();
    let ran = desk.run("shell -s many.toml --terminal lima -- true");
    assert!(ran.code == Some(1) && ran.stderr.contains("called `lima`"), "{}", ran.stderr);
    let ran = desk.run("shell -s many.toml --terminal kyiv --publish web -- true");
    assert!(ran.code == Some(2) && ran.stderr.contains("NAME[@POP]:PORT=HOST:PORT"), "{}", ran.stderr);
}

/// One engine, two clocks: the shortest of some real pings takes what the same ping takes in virtual time. Longer ones say how busy the
/// machine was.
#[test]
fn the_wall_clock_and_the_virtual_one_agree() {
    const PINGS: u32 = 25;
    let desk = desk();
    let count = PINGS.to_string();
    let words = ["ping", "-4", "-n", "-q", "-i", "0.05", "-c", &count, "pop"];
    let Some(ran) = shell(&desk, "--no-medium-access", &words) else { return };
    if ran.code == Some(127) {
        eprintln!("shell: skipped, there is no `ping` here");
        return;
    }
    let line =
        ran.stdout.lines().find(|line| line.contains("min/avg/max")).unwrap_or_else(|| panic!("{ran:?}"));
    let real_ms: f64 = line.split(['=', '/']).nth(4).unwrap().trim().parse().unwrap();
    let said = desk.run(&format!("ping kyiv pop -s many.toml -c {PINGS} -i 50ms --no-medium-access --json"));
    let said: Value = serde_json::from_str(&said.succeeded().stdout).unwrap();
    let virtual_ms = said["rtt_min_ms"].as_f64().unwrap();
    println!("shell: the shortest of {PINGS} pings took {real_ms} ms, {virtual_ms} ms in virtual time");
    // before it a packet is never there; after it, when the machine comes to it
    assert!(real_ms > virtual_ms - 0.05 && real_ms < virtual_ms + 20.0, "{real_ms} and {virtual_ms}");
}

/// Runs words behind a trace; nothing where no namespace can be made.
fn replay(desk: &Desk, trace: &str, words: &[&str]) -> Option<Ran> {
    let output = desk.command(&format!("replay {trace} --quiet --")).args(words).output().unwrap();
    let ran = Ran::of(output);
    let forbidden = ["namespace", "/dev/net/tun"].iter().any(|what| ran.stderr.contains(what));
    if ran.code == Some(1) && forbidden {
        eprintln!("shell: skipped, {}", ran.stderr.trim());
        return None;
    }
    Some(ran)
}

#[test]
fn a_program_feels_a_trace() {
    let desk = Desk::new();
    fs::write(desk.path("rows.csv"), "time_s,rtt_ms,down_mbps,up_mbps\n0,60,50,10\n100,80,50,10\n").unwrap();
    fs::write(desk.path("cell.trace"), "4\n8\n12\n").unwrap();
    // half of the round trip each way; and for the other 10 ms each way and up to 4 ms for an opportunity
    for (trace, least_ms) in [("rows.csv", 60.0), ("cell.trace", 20.0)] {
        let Some(ran) = replay(&desk, trace, &["ping", "-4", "-n", "-q", "-i", "0.05", "-c", "8", "pop"])
        else {
            return;
        };
        if ran.code == Some(127) {
            eprintln!("shell: skipped, there is no `ping` here");
            return;
        }
        let line =
            ran.stdout.lines().find(|line| line.contains("min/avg/max")).unwrap_or_else(|| panic!("{ran:?}"));
        let least: f64 = line.split(['=', '/']).nth(4).unwrap().trim().parse().unwrap();
        assert!(least >= least_ms && least < least_ms + 30.0, "{trace}: {least} ms");
    }
}

#[test]
fn a_wrong_trace_is_refused_with_its_line() {
    let desk = Desk::new();
    fs::write(desk.path("wrong.csv"), "time_s,rtt_ms\n0,60\n0,70\n").unwrap();
    let ran = desk.run("replay wrong.csv -- true");
    assert!(ran.code == Some(1) && ran.stderr.contains("line 3"), "{}", ran.stderr);
    fs::write(desk.path("wrong.trace"), "5\n3\n").unwrap();
    let ran = desk.run("replay wrong.trace -- true");
    assert!(ran.code == Some(1) && ran.stderr.contains("line 2"), "{}", ran.stderr);
}
