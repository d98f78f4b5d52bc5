//! Trouble on user links, as files write it: `[[faults]]` of an experiment, and the files of `skyweave shell --faults`.

use crate::ends::duration;
use miette::{Result, miette};
use schemars::JsonSchema;
use serde::Deserialize;
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use skyweave_io::scenario::Format;
use skyweave_net::space::Fault as Placed;
use skyweave_net::time::Ns;

/// The format of files with nothing but faults.
pub const FORMAT: Format = Format {
    kind: "list of faults",
    version: 1,
    page: "docs/packets.md",
    setting: "faults=[]",
    replaced: |_| None,
};

/// A file with nothing but faults.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Version of this format: 1.
    #[serde(rename = "format")]
    _format: u32,
    /// Each of them.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// Trouble on the user link of a terminal: of the packets a share is lost, of the planned rate a share is left.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Whose link.
    pub terminal: String,
    /// `down` or `up`; both if left out.
    pub direction: Option<Direction>,
    /// When it begins, after the begin of the experiment.
    #[serde(default = "at_once")]
    pub start: String,
    /// When it ends; never if left out.
    pub stop: Option<String>,
    /// Share of the packets that are lost on the link by chance, 0 to 1; 1 is a cut.
    #[serde(default)]
    pub loss: f64,
    /// Share of the planned rate that is left, 0 to 1, as in rain.
    #[serde(default = "all")]
    pub rate: f64,
}

/// A direction of a user link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the terminal.
    Down,
    /// From it.
    Up,
}

fn at_once() -> String {
    "0s".to_owned()
}

const fn all() -> f64 {
    1.0
}

/// The faults as the network takes them. Terminals must be among those that are in it.
///
/// # Errors
/// A terminal that is no end of a flow; a share or a time that cannot be.
pub fn place(faults: &[Fault], world: &World, members: &[TerminalId]) -> Result<Vec<Placed>> {
    faults.iter().map(|fault| place_one(fault, world, members)).collect()
}

fn place_one(fault: &Fault, world: &World, members: &[TerminalId]) -> Result<Placed> {
    let of = |error: miette::Report| error.wrap_err(format!("a fault of `{}`", fault.terminal));
    let called = |terminal: &&TerminalId| world.terminals[terminal.index()].name == fault.terminal;
    let terminal = *members.iter().find(called).ok_or_else(|| {
        let names: Vec<&str> =
            members.iter().map(|terminal| world.terminals[terminal.index()].name.as_str()).collect();
        of(miette!(help = format!("accepted: {}", names.join(", ")), "no such terminal is in this network"))
    })?;
    for (name, share) in [("loss", fault.loss), ("rate", fault.rate)] {
        if !(0.0..=1.0).contains(&share) {
            return Err(of(miette!(help = "accepted: 0 to 1", "{name} is {share}")));
        }
    }
    let at = |what: &str, text: &str| if text == "0s" { Ok(Ns(0)) } else { duration(what, text) };
    let from = at("start", &fault.start).map_err(of)?;
    let until = fault.stop.as_deref().map_or(Ok(Ns::NEVER), |stop| at("stop", stop)).map_err(of)?;
    if from >= until {
        return Err(of(miette!(help = "accepted: a start before the stop", "it ends before it begins")));
    }
    let directions = [Direction::Down, Direction::Up].map(|way| fault.direction.is_none_or(|one| one == way));
    Ok(Placed { terminal, directions, from, until, loss: fault.loss, rate: fault.rate })
}
