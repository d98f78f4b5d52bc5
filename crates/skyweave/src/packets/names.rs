//! What somebody calls the ends of a way.

use miette::{Result, miette};
use skyweave_core::ids::{PopId, TerminalId};
use skyweave_core::world::World;
use skyweave_io::scenario::{Addressing, Prepared};
use skyweave_net::space::Place;
use std::net::Ipv4Addr;

/// One end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Behind a terminal.
    Terminal(TerminalId),
    /// At a PoP.
    Pop(PopId),
    /// At the PoP in force of the other end.
    ItsPop,
}

impl End {
    /// The end of this name: a terminal's or site's, a PoP's code, `pop`, or a name of `[addressing]`.
    pub fn named(prepared: &Prepared, name: &str) -> Result<Self> {
        let world = &prepared.world;
        let meant = prepared.addressing.names.get(name).map_or(name, String::as_str);
        if let Some(index) = world.terminals.iter().position(|terminal| terminal.name == meant) {
            return Ok(Self::Terminal(TerminalId::at(index)));
        }
        if let Some(index) = world.pops.iter().position(|pop| pop.code == meant) {
            return Ok(Self::Pop(PopId::at(index)));
        }
        if meant == "pop" {
            return Ok(Self::ItsPop);
        }
        Err(miette!(help = accepted(world), "nothing in `{}` is called `{name}`", prepared.scenario.name))
    }
}

fn accepted(world: &World) -> String {
    const SHOWN: usize = 12;
    let mut terminals: Vec<&str> = world.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
    let more = terminals.len().saturating_sub(SHOWN);
    terminals.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("accepted: `pop`, codes of PoPs, and the terminals: {}{more}", terminals.join(", "))
}

impl End {
    /// Its address on the network.
    pub fn ipv4(self, addressing: &Addressing) -> Ipv4Addr {
        match self {
            Self::Terminal(terminal) => addressing.terminal_ipv4(terminal),
            Self::Pop(pop) => addressing.pops[pop.index()],
            Self::ItsPop => Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// What a place is called.
pub fn of_place(world: &World, place: Place) -> String {
    match place {
        Place::Lan(terminal) | Place::Dish(terminal) => world.terminals[terminal.index()].name.clone(),
        Place::Satellite(satellite) => world.satellites[satellite.index()].name.clone(),
        Place::Gateway(gateway) => format!("gateway {}", world.gateways[gateway.index()].name),
        Place::Egress(pop) | Place::Pop(pop) => format!("PoP {}", world.pops[pop.index()].code),
    }
}
