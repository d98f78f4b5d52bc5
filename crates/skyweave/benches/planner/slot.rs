//! The whole slot of the real network, from positions to everybody's rates, and where its time goes. There is no peer.

use crate::contest::{Effort, median, passing};
use crate::files;
use crate::options::Options;
use crate::report::{Report, Unit};
use h3o::Resolution;
use miette::{IntoDiagnostic, Result, miette};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use skyweave_core::admission::Admission;
use skyweave_core::atmosphere::SiteClimate;
use skyweave_core::plan::{self, Slot};
use skyweave_core::time::SlotNo;
use skyweave_core::world::{Cell, World};
use skyweave_io::borders::Borders;
use skyweave_io::scenario::{self, Prepared, Source};
use skyweave_io::{builtin, cells};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// Gateways that are built in.
const BUILT_IN_GATEWAYS: usize = 209;
/// Nobody lives there, and it would be a tenth of all land.
const ICE: &str = "ATA";
/// As many as make 5 million terminals of the people in the table.
const PEOPLE_A_TERMINAL: f64 = 1_500.0;
/// Slots before those that count: the first starts from nothing.
const WARM_UP: usize = 2;

/// Measures both sizes and adds the rows.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    let usual = world(250, 10_000)?;
    of_world(&usual.world, usual.first, options, report)?;
    passing("slot: spreading 200,000 cells over the land");
    let mut large = world(307, 10_000)?;
    large.world.cells = inhabited_and_other_land(&large.world, 200_000)?;
    large.world.settle(&|place| SiteClimate::coarse(place.geodetic.latitude_rad.to_degrees(), 0.0));
    of_world(&large.world, large.first, options, report)
}

/// The whole network: the catalogue where it is there, else the built-in shells, and the most populous cells.
fn world(gateways: usize, cells: usize) -> Result<Prepared> {
    let constellation = files::catalogue().map_or_else(
        || "builtin = \"shells-2026\"".to_owned(),
        |path| format!("elements = ['{}']", path.display()),
    );
    let mut text = format!(
        "format = 1\nname = \"bench\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"10min\"\n\
         [constellation]\n{constellation}\n\
         [[cells.areas]]\narea = {{ world = true }}\nlimit = {cells}\nterminals = 5_000_000\n"
    );
    // more of them, next to each other where there is room on land
    for extra in 0..gateways - BUILT_IN_GATEWAYS {
        let (latitude, longitude) = (32 + extra % 14, 3 * (extra / 14) as i64 - 118);
        text.push_str(&format!(
            "[[ground.gateway]]\nname = \"extra {extra}\"\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n"
        ));
    }
    let source = Source { name: "bench".to_owned(), text };
    scenario::prepare(&source, Path::new("/")).into_diagnostic()
}

/// All inhabited cells, and of the other cells on land every so many-th, each with terminals.
fn inhabited_and_other_land(world: &World, count: usize) -> Result<Vec<Cell>> {
    let mut people: BTreeMap<u64, f64> = builtin::population().into_iter().collect();
    let borders = Borders::builtin().into_diagnostic()?;
    let land = builtin::countries().into_iter().filter(|country| country.iso_alpha3 != ICE);
    let outlines = land.filter_map(|country| borders.outline(&country.iso_alpha3).cloned());
    let outlines: Vec<_> = outlines.collect();
    let tiled = outlines.par_iter().flat_map_iter(|outline| cells::tiling(outline, Resolution::Five));
    let mut empty: Vec<u64> = tiled.filter(|cell| !people.contains_key(cell)).collect();
    empty.sort_unstable();
    empty.dedup();
    let wanted = count.saturating_sub(people.len());
    people.extend((0..wanted).map(|k| (empty[k * empty.len() / wanted], 0.0)));
    let cell = |(h3, population): (u64, f64)| {
        let place = cells::place(h3)?;
        let anonymous_terminals = (population / PEOPLE_A_TERMINAL).max(1.0) as u32;
        let home_pop = world.nearest_pop(place, |_| true)?;
        Some(Cell { h3, place, population, anonymous_terminals, home_pop })
    };
    let cells: Option<Vec<Cell>> = people.into_iter().take(count).map(cell).collect();
    cells.ok_or_else(|| miette!("a cell is none, or there is no PoP"))
}

fn of_world(world: &World, first: SlotNo, options: &Options, report: &mut Report) -> Result<()> {
    let size = format!(
        "{} satellites, {} gateways, {} cells",
        world.satellites.len(),
        world.gateways.len(),
        world.cells.len()
    );
    for threads in [1, 2] {
        let name = format!("slot: {size}, {threads} thread(s)");
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().into_diagnostic()?;
        let (whole, stages) = pool.install(|| rounds(&name, world, first, Effort::of(options)));
        eprintln!("{name}: {:.3} ms, median of {}", median(&whole), whole.len());
        report.row(&name, Unit::Ms, median(&whole), None);
        for (stage, times) in stages {
            let name = format!("slot stages: {stage}, {size}, {threads} thread(s)");
            report.row(name, Unit::Ms, median(&times), None);
        }
    }
    Ok(())
}

/// The times of whole slots and of their stages, ms.
fn rounds(
    name: &str,
    world: &World,
    first: SlotNo,
    effort: Effort,
) -> (Vec<f64>, Vec<(&'static str, Vec<f64>)>) {
    let mut whole: Vec<f64> = Vec::new();
    let mut stages: Vec<(&'static str, Vec<f64>)> = Vec::new();
    let mut before: Option<Slot<_>> = None;
    for round in 0..effort.rounds + WARM_UP {
        let counts = round >= WARM_UP;
        if round >= effort.at_least + WARM_UP && whole.iter().sum::<f64>() > effort.seconds * 1e3 {
            break;
        }
        passing(&format!("{name}: slot {} of at most {}", round + 1, effort.rounds + WARM_UP));
        let no = SlotNo(first.0 + round as i64);
        let admission = Admission::declared(world, no);
        let started = Instant::now();
        let mut last = started;
        let slot = plan::plan_watched(world, &admission, before.as_ref(), no, &mut |stage| {
            let now = Instant::now();
            let ms = (now - last).as_secs_f64() * 1e3;
            last = now;
            match stages.iter_mut().find(|(name, _)| *name == stage) {
                _ if !counts => {}
                Some((_, times)) => times.push(ms),
                None => stages.push((stage, vec![ms])),
            }
        });
        if counts {
            whole.push(started.elapsed().as_secs_f64() * 1e3);
        }
        before = Some(slot);
    }
    passing("");
    (whole, stages)
}
