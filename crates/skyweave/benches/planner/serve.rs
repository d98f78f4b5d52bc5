//! The other side of [`contestant`](crate::contestant): ours, and peers that are crates.

use crate::clock::Stopwatch;
use crate::{forwarding, optimum, petgraph_peer, radio, rstar_peer, sgp4, sgp4_crate_peer, visibility};
use miette::{IntoDiagnostic, Result, miette};
use serde_json::{Value, json};
use skyweave_core::simd;
use std::io::{BufRead, Write};
use std::path::Path;

/// What takes less is done again before it answers: the system counts processor time in steps of some ms.
const LEAST_S: f64 = 0.1;

/// Work that can be done again and again.
pub trait Work {
    /// Does it once; tells how much it was, in what its rows count.
    fn round(&mut self) -> f64;
    /// What came out of the last round.
    fn answer(&self) -> Result<Value>;
}

/// Serves one kind of work until nobody asks any more.
pub fn serve(task: &str, work: &Path) -> Result<()> {
    hold_to_path()?;
    let (kind, rest) = task.split_once(':').unwrap_or((task, ""));
    let mut served: Box<dyn Work> = match kind {
        "sgp4-ours" => Box::new(sgp4::Ours::read(work)?),
        "sgp4-crate" => Box::new(sgp4_crate_peer::Theirs::read(work)?),
        "visibility-ours" => Box::new(visibility::Ours::read(work, rest)?),
        "visibility-rstar" => Box::new(rstar_peer::Theirs::read(work, rest)?),
        "forwarding-ours" => Box::new(forwarding::Ours::read(work, rest)?),
        "forwarding-petgraph" => Box::new(petgraph_peer::Theirs::read(work, rest)?),
        "radio-ours" => Box::new(radio::Ours::of(rest)),
        "optimum-ours" => Box::new(optimum::Ours::read(work, rest)?),
        "forwarding-whole-step" => Box::new(forwarding::WholeStep::read(Path::new(rest))?),
        _ => return Err(miette!("nothing is called `{task}`")),
    };
    let say = |value: &Value| -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{value}").into_diagnostic()?;
        out.flush().into_diagnostic()
    };
    say(&json!({}))?;
    for line in std::io::stdin().lock().lines() {
        match line.into_diagnostic()?.as_str() {
            "time" => {
                let watch = Stopwatch::start();
                let (mut work, mut rounds) = (0.0, 0_u32);
                while rounds == 0 || watch.read().wall_s < LEAST_S {
                    work += served.round();
                    rounds += 1;
                }
                let took = watch.read();
                say(&json!({ "rounds": rounds, "work": work, "cpu_s": took.cpu_s, "wall_s": took.wall_s }))?;
            }
            "answer" => say(&served.answer()?)?,
            other => return Err(miette!("`{other}` is no question")),
        }
    }
    Ok(())
}

/// Takes the vector path that `SKYWEAVE_SIMD` names.
fn hold_to_path() -> Result<()> {
    let Ok(name) = std::env::var("SKYWEAVE_SIMD") else { return Ok(()) };
    let path =
        simd::Path::named(&name).ok_or_else(|| miette!("SKYWEAVE_SIMD={name}: no path has this name"))?;
    path.choose().into_diagnostic()
}
