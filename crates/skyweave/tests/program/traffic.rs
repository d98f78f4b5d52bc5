//! A busy terminal for a long time, while slots change and gateways fail. Only as a soak: `SKYWEAVE_SOAK_SECONDS` says for how long.
//! Needs namespaces and iperf3.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SEED: u64 = 0x5eed_0007;
/// Gateways around Kyiv, one of which fails each minute, for so long, s.
const GATEWAYS: [&str; 3] = ["Wola Krobowska", "Kaunas", "Muallim"];
const OUT_S: u64 = 45;
const PORTS: [u16; 2] = [5_311, 5_312];
/// UDP packets that may come after ones sent later, for each change of a slot: 20 Mbit/s, and ways that differ by 50 ms.
const LATE_A_SLOT: u64 = 90;
/// What the network may hold more at the end than when everything had run for a while, kB.
const LEAK_KB: u64 = 65_536;

/// What ends with its keeper.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn resident_kb(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// As the scenario writes them: each minute one of the gateways fails, and is back before the next does.
fn events(seconds: u64) -> String {
    let mut draw = SEED;
    let mut events = Vec::new();
    for minute in 1..=seconds / 60 {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let gateway = GATEWAYS[(draw >> 33) as usize % GATEWAYS.len()];
        let at = minute * 60 - 30;
        for (at, what) in [(at, "fail"), (at + OUT_S, "recover")] {
            events.push(format!("{{at=\"+{at}s\",label=\"{what}\",{what}={{gateways=[\"{gateway}\"]}}}}"));
        }
    }
    format!("events=[{}]", events.join(","))
}

fn report(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", path.display()))
}

#[test]
fn a_busy_terminal_while_gateways_fail() {
    let Some(seconds) =
        std::env::var("SKYWEAVE_SOAK_SECONDS").ok().and_then(|text| text.parse::<u64>().ok())
    else {
        eprintln!("traffic: skipped, SKYWEAVE_SOAK_SECONDS says for how long");
        return;
    };
    if Command::new("iperf3").arg("-v").stdout(Stdio::null()).status().is_err() {
        eprintln!("traffic: skipped, there is no `iperf3` here");
        return;
    }
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let servers: Vec<Kept> = PORTS
        .iter()
        .map(|port| {
            let mut server = Command::new("iperf3");
            server.args(["-s", "-B", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null());
            Kept(server.spawn().unwrap())
        })
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let at = folder.path().display();
    let script = format!(
        "iperf3 -c tcp -p {} -R -J -t {seconds} > {at}/tcp & iperf3 -c udp -p {} -u -R -b 20M -l 1400 -J -t {seconds} > {at}/udp & wait",
        PORTS[0], PORTS[1]
    );
    let mut program = Command::new(env!("CARGO_BIN_EXE_skyweave"));
    program.current_dir(&root).args(["shell", "-s", "scenarios/quickstart.toml", "-t", "kyiv"]);
    program.args(["--demand", "500/50", "--set", &events(seconds)]);
    program.args(["--set", &format!("time.duration={}s", seconds + 120)]);
    for (name, port) in ["tcp", "udp"].iter().zip(PORTS) {
        program.args(["--publish", &format!("{name}:{port}=127.0.0.1:{port}")]);
    }
    let said = fs::File::create(folder.path().join("said")).unwrap();
    let child = program.args(["--", "bash", "-c", &script]).stderr(said).spawn().unwrap();
    let pid = child.id();
    let mut network = Kept(child);
    let begun = Instant::now();
    let mut settled_kb = None;
    let mut last_kb = 0;
    let status = loop {
        if let Some(status) = network.0.try_wait().unwrap() {
            break status;
        }
        last_kb = resident_kb(pid).unwrap_or(last_kb);
        if settled_kb.is_none() && begun.elapsed() > Duration::from_secs(seconds / 4) {
            settled_kb = Some(last_kb);
        }
        assert!(begun.elapsed() < Duration::from_secs(seconds + 120), "it does not end");
        std::thread::sleep(Duration::from_millis(500));
    };
    let said = fs::read_to_string(folder.path().join("said")).unwrap();
    if said.contains("namespace") && !status.success() {
        eprintln!("traffic: skipped, {}", said.trim());
        return;
    }
    assert!(status.success(), "{said}");
    drop(servers);
    let (tcp, udp) = (report(&folder.path().join("tcp")), report(&folder.path().join("udp")));
    let mbps = tcp["end"]["sum_received"]["bits_per_second"].as_f64().unwrap_or_default() / 1e6;
    let udp = &udp["end"]["streams"][0]["udp"];
    let late = udp["out_of_order"].as_u64().unwrap_or_default();
    let slots = seconds / 15 + 2;
    let settled_kb = settled_kb.unwrap_or(last_kb);
    println!("{}", said.trim());
    println!(
        "soak: traffic: {seconds} s, TCP {mbps:.0} Mbit/s, UDP 20 Mbit/s with {late} packets out of order and {:.3} % lost, {} gateways failed, {} MiB after a quarter and {} MiB at the end",
        udp["lost_percent"].as_f64().unwrap_or(f64::NAN),
        seconds / 60,
        settled_kb / 1_024,
        last_kb / 1_024
    );
    assert!(late <= slots * LATE_A_SLOT, "{late} packets out of order in {slots} slots");
    assert!(last_kb < settled_kb + LEAK_KB, "from {settled_kb} to {last_kb} kB");
}
