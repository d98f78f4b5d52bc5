//! What somebody calls the ends of a way.

use miette::{Result, miette};
use skyweave_core::ids::{PopId, TerminalId};
use skyweave_core::world::World;
use skyweave_io::scenario::{Addressing, Prepared, parse_duration};
use skyweave_net::host::Host;
use skyweave_net::packet::HostId;
use skyweave_net::space::{Place, Space};
use skyweave_net::time::Ns;
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
    ///
    /// # Errors
    /// Nothing is called so.
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
    /// Puts a host there.
    ///
    /// # Errors
    /// It is at a terminal that is not among those of the space, or at the PoP of another end that is not known.
    pub fn seat(self, space: &mut Space, host: Box<dyn Host>) -> Result<HostId> {
        match self {
            Self::Pop(pop) => Ok(space.add_host_at_pop(pop, host)),
            Self::Terminal(terminal) => {
                space.add_host(terminal, host).ok_or_else(|| miette!("the terminal is not in the network"))
            }
            Self::ItsPop => Err(miette!("`pop` of what?")),
        }
    }

    /// Its address on the network.
    #[must_use]
    pub fn ipv4(self, addressing: &Addressing) -> Ipv4Addr {
        match self {
            Self::Terminal(terminal) => addressing.terminal_ipv4(terminal),
            Self::Pop(pop) => addressing.pops[pop.index()],
            Self::ItsPop => Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// What a place is called.
#[must_use]
pub fn of_place(world: &World, place: Place) -> String {
    match place {
        Place::Lan(terminal) | Place::Dish(terminal) => world.terminals[terminal.index()].name.clone(),
        Place::Satellite(satellite) => world.satellites[satellite.index()].name.clone(),
        Place::Gateway(gateway) => format!("gateway {}", world.gateways[gateway.index()].name),
        Place::Egress(pop) | Place::Pop(pop) => format!("PoP {}", world.pops[pop.index()].code),
    }
}

/// Both ends, resolved.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Who sends, or asks.
    pub from: End,
    /// Who receives, or answers.
    pub to: End,
}

impl Ends {
    /// The ends of these names; `pop` is the home PoP of the other one.
    ///
    /// # Errors
    /// Nothing is called so, both are the same, or there is no terminal that `pop` could be of.
    pub fn find(prepared: &Prepared, [from, to]: [&str; 2]) -> Result<Self> {
        let world = &prepared.world;
        let [from_end, to_end] = [End::named(prepared, from)?, End::named(prepared, to)?];
        let its_pop = |end: End, other: End| match (end, other) {
            (End::ItsPop, End::Terminal(terminal)) => {
                Ok(End::Pop(world.terminals[terminal.index()].home_pop))
            }
            (End::ItsPop, _) => {
                Err(miette!(help = "accepted: `pop` together with a terminal", "`pop` of what?"))
            }
            _ => Ok(end),
        };
        let ends = Self { from: its_pop(from_end, to_end)?, to: its_pop(to_end, from_end)? };
        if ends.from == ends.to {
            return Err(miette!(help = "accepted: two different ends", "{from} and {to} are the same"));
        }
        Ok(ends)
    }

    /// Those of them that are terminals.
    #[must_use]
    pub fn terminals(&self) -> Vec<TerminalId> {
        let terminal = |end: &End| if let End::Terminal(terminal) = end { Some(*terminal) } else { None };
        [self.from, self.to].iter().filter_map(terminal).collect()
    }
}

/// A duration as people write it; `what` is what errors call it.
///
/// # Errors
/// It is none, or not longer than nothing.
pub fn duration(what: &str, text: &str) -> Result<Ns> {
    let ns = parse_duration(text).map(|duration| duration.total_nanoseconds());
    let ns = ns.filter(|ns| *ns > 0).and_then(|ns| u64::try_from(ns).ok());
    ns.map(Ns)
        .ok_or_else(|| miette!(help = "accepted: `1s`, `100ms`, `10min`", "{what} {text} is no duration"))
}
