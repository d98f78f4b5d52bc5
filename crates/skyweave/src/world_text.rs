//! What a run starts from, for the terminal.

use crate::table::{count, percent};
use skyweave_core::atmosphere::ClimateSource;
use skyweave_core::timeline::Change;
use skyweave_core::world::World;
use skyweave_io::scenario::Prepared;

/// The world in a line, its warnings, and what its events do.
pub fn lines(prepared: &Prepared) -> String {
    let world = &prepared.world;
    let terminals: f64 = world.cells.iter().map(|c| f64::from(c.anonymous_terminals)).sum::<f64>()
        + world.terminals.len() as f64;
    let mut text = format!(
        "{}: {} satellites, {} gateways, {} PoPs, {} cells, {} terminals\n",
        prepared.scenario.name,
        count(world.satellites.len() as f64),
        world.gateways.len(),
        world.pops.len(),
        count(world.cells.len() as f64),
        count(terminals)
    );
    text.push_str(&format!(
        "{} beam cells of {} km, policy {}, climate {}\n",
        count(world.beams.len() as f64),
        world.rules.radio.beam_cell_m / 1e3,
        world.rules.schedule.policy.name(),
        climate(world)
    ));
    for warning in &prepared.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    for event in &world.timeline.events {
        text.push_str(&format!("event {}: {}\n", event.label, what_happens(world, &event.change)));
    }
    text
}

/// Where the climate is from, said so that nobody takes ours for a measured one.
fn climate(world: &World) -> &'static str {
    match world.air.source {
        None => "none",
        Some(ClimateSource::Coarse) => {
            "coarse (our own, by latitude alone; `skyweave climate import` brings maps)"
        }
        Some(source) => source.name(),
    }
}

fn what_happens(world: &World, change: &Change) -> String {
    let (verb, affected) = match change {
        Change::Fail(affected) => ("", affected),
        Change::Recover(affected) => ("back: ", affected),
        Change::Rain => return "a storm begins".to_owned(),
        Change::Policies => return "other policies come into force".to_owned(),
        Change::Demand { cells, factor, dark_share } => {
            return format!(
                "{} cells ask {factor} times as much, {} of terminals dark",
                cells.len(),
                percent(*dark_share)
            );
        }
    };
    let mut parts: Vec<String> = Vec::new();
    let mut say = |what: &str, names: Vec<String>| {
        /// More names than this are only counted.
        const MOST_NAMES: usize = 8;
        match names.len() {
            0 => {}
            1..=MOST_NAMES => parts.push(format!("{what} {}", names.join(", "))),
            many => parts.push(format!("{many} {what}s")),
        }
    };
    say("gateway", affected.gateways.iter().map(|g| world.gateways[g.index()].name.clone()).collect());
    say("PoP", affected.pops.iter().map(|p| world.pops[p.index()].code.clone()).collect());
    say("satellite", affected.satellites.iter().map(|s| world.satellite(*s).name.clone()).collect());
    let pair = |(a, b): &(_, _)| format!("{}-{}", world.satellite(*a).name, world.satellite(*b).name);
    say("laser", affected.lasers.iter().map(pair).collect());
    let fibre = |f: &skyweave_core::ids::FibreId| {
        let fibre = &world.fibres[f.index()];
        format!("{}-{}", world.gateways[fibre.gateway.index()].name, world.pops[fibre.pop.index()].code)
    };
    say("fibre", affected.fibres.iter().map(fibre).collect());
    format!("{verb}{}", parts.join("; "))
}
