//! Kernels on small inputs, to count their instructions: `cargo xtask instructions` runs each under callgrind, which counts
//! what is done within [`skyweave_instructions_measured`].
//!
//! No scenario is read here: what is built for dev does that slowly, and slower still under callgrind.

mod world;

use miette::{IntoDiagnostic, Result, miette};
use skyweave_core::admission::Admission;
use skyweave_core::conditions::Conditions;
use skyweave_core::ids::PopId;
use skyweave_core::simd;
use skyweave_core::time::SlotNo;
use skyweave_core::visibility::{Lookout, SkyIndex};
use skyweave_core::{orbit, plan, route};
use std::hint::black_box;

fn main() -> Result<()> {
    let Some(kernel) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("counted by `cargo xtask instructions`, which names a kernel");
        return Ok(());
    };
    if let Ok(name) = std::env::var("SKYWEAVE_SIMD") {
        let path = simd::Path::named(&name).ok_or_else(|| miette!("no path is called `{name}`"))?;
        if !path.is_there() {
            println!("absent");
            return Ok(());
        }
        path.choose().into_diagnostic()?;
    }
    // the main thread is the only worker: nothing is counted on another one, and nobody waits in between
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().into_diagnostic()?;
    run(&kernel)
}

fn run(kernel: &str) -> Result<()> {
    let world = world::world();
    let no = SlotNo::not_before(world::epoch());
    let fair = Conditions::fair(&world);
    match kernel {
        "sgp4" => {
            let fleet = orbit::Fleet::new(&world.satellites);
            count(|| {
                black_box(fleet.sky(&fair, no));
            });
        }
        "visibility" => {
            let sky = orbit::propagate(&world, &fair, no);
            let lowest_rad = world.rules.radio.min_elevation_rad(0.0);
            let places: Vec<_> =
                world.cells.iter().map(|cell| Lookout::new(&cell.place, lowest_rad)).collect();
            count(|| {
                black_box(SkyIndex::new(&sky, &sky.present).sightings(&places));
            });
        }
        "routes" => {
            let slot = plan::plan(&world, &Admission::declared(&world, no), None, no);
            let pops: Vec<PopId> = (0..world.pops.len()).map(PopId::at).collect();
            count(|| {
                black_box(route::find(&world, &fair, &slot.lasers, &slot.feeders, pops.clone()));
            });
        }
        "slot" => {
            let before = plan::plan(&world, &Admission::declared(&world, no), None, no);
            let next = SlotNo(no.0 + 1);
            let admission = Admission::declared(&world, next);
            count(|| {
                black_box(plan::plan(&world, &admission, Some(&before), next));
            });
        }
        _ => return Err(miette!("no kernel is called `{kernel}`")),
    }
    Ok(())
}

/// Does it once so that everything is there, and once more to be counted.
fn count(mut kernel: impl FnMut()) {
    kernel();
    skyweave_instructions_measured(&mut kernel);
}

/// What is called here is counted: callgrind is told this name.
#[inline(never)]
fn skyweave_instructions_measured(kernel: &mut dyn FnMut()) {
    kernel();
}
