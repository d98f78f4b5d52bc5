//! How fast logs are verified and written, and bundles proven, on one thread, in processor time. Prints figures for BENCHMARKS.md. Linux only.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement that fails stops")]
#![expect(dead_code, reason = "the tests' fleet in memory has more than is measured")]

#[path = "../tests/proof/world.rs"]
mod world;

use skyweave_proof::audit::{Evidence, audit, structure};
use skyweave_proof::bundle::{Bundle, BundleEpoch, Certificate, Proven};
use skyweave_proof::log::writer::Writer;
use skyweave_proof::order::Class;
use world::{Files, World, points};

const ORDERS: u32 = 10_000;
const LEAVES: u32 = 1_000_000;

/// Processor time of this process, s, as the kernel counts it: other work on the machine is not in it.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

struct Stopwatch(f64);

impl Stopwatch {
    fn start() -> Self {
        Self(processor_s())
    }

    fn s(&self) -> f64 {
        processor_s() - self.0
    }
}

fn main() {
    million_leaves();
    ten_thousand_orders();
    convergence();
}

fn million_leaves() {
    let (mut writer, mut files) = (Writer::default(), Files::new());
    let start = Stopwatch::start();
    for number in 0..LEAVES {
        let entry = [number.to_be_bytes(); 32].concat();
        files.extend(writer.push(&entry).unwrap().into_iter().map(|file| (file.tile.path(), file.bytes)));
    }
    files.extend(writer.partial().into_iter().map(|file| (file.tile.path(), file.bytes)));
    let written_s = start.s();
    let start = Stopwatch::start();
    let found = structure::verify(&files, u64::from(LEAVES), &writer.root(), &mut |_, _| {});
    assert!(found.is_empty());
    println!(
        "{LEAVES} leaves of 128 bytes: written in memory in {written_s:.2} s, verified in {:.2} s",
        start.s()
    );
}

/// Each order with its requester's signature and four approvals, and a bundle for each.
fn ten_thousand_orders() {
    let mut world = World::new();
    let start = Stopwatch::start();
    for number in 0..ORDERS {
        world.pass(60);
        let order = world.draw(Class::Restore, "alice", (number % 250) as u8 + 1, None);
        world.carry_out(&order, &["bob", "carol", "dave", "erin"]).unwrap();
    }
    println!("{ORDERS} orders logged, witnessed four times twice each, and published in {:.1} s", start.s());
    let start = Stopwatch::start();
    let report = audit(&world.files, &world.genesis, &Evidence::default());
    let audited_s = start.s();
    assert!(report.is_clean() && report.decisions.len() == ORDERS as usize);
    println!(
        "{} entries, {ORDERS} orders with 5 signatures each, {} bundles: audited in {audited_s:.2} s",
        report.size, report.bundles
    );

    let mut world = World::new();
    let order = world.draw(Class::Cut, "alice", 1, Some(3_600));
    world.carry_out(&order, &["bob", "carol", "dave"]).unwrap();
    let (package, anchor) = (world.package(&world.anchor()), world.anchor());
    let start = Stopwatch::start();
    for _ in 0..200 {
        Proven::<Bundle>::verify(&package, &anchor, BundleEpoch(0), world.now).unwrap();
    }
    println!("a bundle with one cut, {} bytes: proven in {:.2} ms", package.len(), start.s() * 5.0);
}

fn convergence() {
    let mut world = World::new();
    world.publish(&[]).unwrap();
    let mut one = world.point("gateway-0");
    one.offer(&world.package(&one.anchor), world.now).unwrap();
    let others: Vec<_> = (0..10_000)
        .map(|number| {
            let mut point = world.point(&format!("gateway-{number}"));
            point.anchor.clone_from(&one.anchor);
            point.bundle.clone_from(&one.bundle);
            point
        })
        .collect();
    let registry = points(&others.iter().collect::<Vec<_>>());
    let said: Vec<Vec<u8>> = others.iter().map(|point| point.acknowledge(world.now)).collect();
    let start = Stopwatch::start();
    let (certificate, left_out) = Certificate::of(one.bundle.as_ref().unwrap(), &registry, &said);
    assert_eq!((certificate.acknowledged, left_out.len()), (10_000, 0));
    println!("10000 acknowledgements: verified and rolled up in {:.2} s", start.s());
}
