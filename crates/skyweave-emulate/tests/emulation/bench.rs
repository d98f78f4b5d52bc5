//! Measurements, asked for by name: `emulation bench`. Nothing here fails on time.

use crate::world::{MS, links_at, output, wire};
use skyweave_emulate::emulator::Emulator;
use skyweave_emulate::engine::Options;
use skyweave_emulate::namespace::Namespace;
use skyweave_emulate::program::Program;
use skyweave_emulate::report::Report;
use std::process::Command;
use std::time::Duration;

/// Of each measurement.
const SECONDS: u64 = 4;

pub fn run(words: &[&str]) -> i32 {
    let wanted = |name: &str| words.is_empty() || words.contains(&name);
    if wanted("veth") {
        veth();
    }
    if wanted("wire") {
        for offload in [true, false] {
            tcp(&format!("wire, offload {offload}"), wire(Options::default(), offload), None);
        }
    }
    if wanted("packets") {
        for (length, offload) in [(36, false), (36, true), (1472, false), (1472, true)] {
            packets(length, offload);
        }
    }
    if wanted("rates") {
        for rate in [100, 300, 1000] {
            for spin_us in [60, 0] {
                let options = Options { spin: Duration::from_micros(spin_us), ..Options::default() };
                let emulator = links_at(10 * MS, rate * 1_000_000, options, true).unwrap();
                tcp(
                    &format!("{rate} Mbit/s, 10 ms, spin {spin_us} us"),
                    emulator,
                    Some(rate as f64 * 1448.0 / 1500.0),
                );
            }
        }
    }
    if wanted("sparse") {
        for spin_us in [60, 0] {
            sparse(spin_us);
        }
    }
    0
}

/// Processor seconds of the whole machine that were not idle.
fn machine_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap();
    let line = text.lines().next().unwrap();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
    (ticks.iter().take(8).sum::<f64>() - ticks[3] - ticks[4]) / 100.0
}

fn received(json: &str) -> Option<(f64, f64)> {
    let read: serde_json::Value = serde_json::from_str(json).ok()?;
    let sum = &read["end"]["sum_received"];
    Some((sum["bits_per_second"].as_f64()?, sum["bytes"].as_f64()? * 8.0))
}

/// The kernel's own pair of devices between two namespaces: the ceiling.
fn veth() {
    let script = format!(
        "ip link add name v0 type veth peer name v1; unshare -n sleep 60 > /dev/null & p=$!; \
         while [ $(readlink /proc/$p/ns/net) = $(readlink /proc/$$/ns/net) ]; do sleep 0.1; done; ip link set v1 netns $p; \
         ip addr add 10.9.0.1/24 dev v0; ip link set v0 up; \
         nsenter -t $p -n sh -c 'ip addr add 10.9.0.2/24 dev v1; ip link set v1 up; ip link set lo up; iperf3 -s -1 -D'; \
         sleep 1; iperf3 -J --connect-timeout 5000 -C cubic -c 10.9.0.2 -t {SECONDS}; kill $p"
    );
    let before = machine_cpu();
    let out = Command::new("unshare").args(["-n", "sh", "-c", &script]).output().unwrap();
    let cpu = machine_cpu() - before;
    let (rate, bits) = received(&String::from_utf8_lossy(&out.stdout)).unwrap();
    println!("veth: {:.2} Gbit/s, {:.2} CPU-s of the machine per Gbit", rate / 1e9, cpu / (bits / 1e9));
}

fn server(pop: &Namespace) {
    let program = Program::new(["iperf3", "-s", "-D"]).output(tempfile::tempfile().unwrap());
    pop.start(&program).unwrap().wait().unwrap();
    std::thread::sleep(Duration::from_millis(500));
}

struct Measured {
    json: String,
    machine_cpu_s: f64,
    engine: Report,
    engine_cpu_s: f64,
}

fn measure(emulator: &mut Emulator, client: &[&str]) -> Measured {
    let [kyiv, fra] = ["kyiv", "fra"].map(|name| emulator.plan().port(name).unwrap());
    let pop = emulator.pop(fra).unwrap();
    server(&pop);
    let place = emulator.terminal(kyiv).unwrap();
    let (before, cpu) = (emulator.handle().report().unwrap(), machine_cpu());
    let (_, json) = output(place.namespace(), client);
    let machine_cpu_s = machine_cpu() - cpu;
    let after = emulator.handle().report().unwrap();
    let engine_cpu_s = (after.cpu_ns - before.cpu_ns) as f64 / 1e9;
    Measured { json, machine_cpu_s, engine: after, engine_cpu_s }
}

fn tcp(name: &str, mut emulator: Emulator, planned_mbps: Option<f64>) {
    let seconds = SECONDS.to_string();
    // The first two seconds are slow start.
    let measured =
        measure(&mut emulator, &["iperf3", "-J", "-C", "cubic", "-O", "2", "-c", "pop", "-t", &seconds]);
    let Some((rate, bits)) = received(&measured.json) else { return println!("{name}: {}", measured.json) };
    let all = measured.engine.delivered_bytes as f64 * 8.0 / 1e9;
    print!(
        "{name}: {:.3} Gbit/s; engine {:.2} CPU-s, machine {:.2} CPU-s per Gbit; late median {:.1}, 99 % {:.1}, most {:.0} us; {:.1} packets a write",
        rate / 1e9,
        measured.engine_cpu_s / all,
        measured.machine_cpu_s / (bits / 1e9),
        measured.engine.lateness.quantile_ns(0.5) as f64 / 1e3,
        measured.engine.lateness.quantile_ns(0.99) as f64 / 1e3,
        measured.engine.lateness.max_ns() as f64 / 1e3,
        measured.engine.delivered as f64 / measured.engine.writes as f64,
    );
    match planned_mbps {
        Some(planned) => {
            println!("; {:+.2} % of {planned:.1} Mbit/s planned", (rate / 1e6 / planned - 1.0) * 100.0);
        }
        None => println!(),
    }
}

fn packets(length: usize, offload: bool) {
    let mut emulator = wire(Options::default(), offload);
    let (length_word, seconds) = (length.to_string(), SECONDS.to_string());
    let client = ["iperf3", "-J", "-u", "-b", "0", "-l", &length_word, "-c", "pop", "-t", &seconds];
    let measured = measure(&mut emulator, &client);
    let delivered = measured.engine.delivered as f64;
    println!(
        "UDP of {} bytes, offload {offload}: {:.0} packets/s delivered, {:.0} packets/s a core of the engine; late median {:.1}, 99 % {:.1} us",
        length + 28,
        delivered / SECONDS as f64,
        delivered / measured.engine_cpu_s,
        measured.engine.lateness.quantile_ns(0.5) as f64 / 1e3,
        measured.engine.lateness.quantile_ns(0.99) as f64 / 1e3,
    );
}

/// A packet each 2 ms, as in a call: each waits for a timer of its own.
fn sparse(spin_us: u64) {
    let options = Options { spin: Duration::from_micros(spin_us), ..Options::default() };
    let mut emulator = links_at(10 * MS, 100_000_000, options, true).unwrap();
    let fra = emulator.plan().port("fra").unwrap();
    emulator.pop(fra).unwrap();
    let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    let before = emulator.handle().report().unwrap();
    let (_, text) = output(place.namespace(), &["ping", "-q", "-i", "0.002", "-c", "2000", "pop"]);
    let after = emulator.handle().report().unwrap();
    let line = text.lines().last().unwrap_or_default();
    let us = |share| after.lateness.quantile_ns(share) as f64 / 1e3;
    println!(
        "a ping each 2 ms, 20 ms away, spin {spin_us} us: late median {:.1}, 99 % {:.1}, most {:.0} us; engine {:.1} % of a core; {line}",
        us(0.5),
        us(0.99),
        after.lateness.max_ns() as f64 / 1e3,
        (after.cpu_ns - before.cpu_ns) as f64 / (after.wall_ns - before.wall_ns) as f64 * 100.0,
    );
}
