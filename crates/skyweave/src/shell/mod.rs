//! `skyweave shell` and `skyweave net up`: real programs behind planned terminals; `skyweave replay`: behind a trace.

mod doorway;
mod live;
mod replay;
mod standing;

pub use replay::replay;

use crate::args::{Emulated, NetUp, Shell};
use crate::dish::beside::{self, answer_inside};
use crate::dish::pace::Pace;
use crate::dish::serving::Serving;
use crate::dish::{BOOT_NS, SOFTWARE};
use live::{Live, News, port_of};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_core::access::GpsNs;
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use skyweave_dish::dishes::{Dishes, Make};
use skyweave_emulate::EmulateError;
use skyweave_emulate::addresses::{AddressPlan, Pop, Ranges};
use skyweave_emulate::emulator::Emulator;
use skyweave_emulate::engine::Options as Drive;
use skyweave_emulate::meeting::{Joined, Meeting, Neighbour, socket_path};
use skyweave_emulate::network::PortId;
use skyweave_emulate::program::{Program, Signals};
use skyweave_io::scenario::Prepared;
use skyweave_net::space::Options as Model;
use skyweave_study::ends::End;
use skyweave_study::policies;
use standing::Standing;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often somebody looks whether a terminal has other addresses.
const LOOK: Duration = Duration::from_millis(50);
/// More terminals than this are too many for one `net up`.
const MOST_TERMINALS: usize = 4_096;

/// Runs a program behind a terminal: in the network that runs, or in one of its own.
pub fn shell(options: &Shell) -> Result<ExitCode> {
    let signals = Signals::hold().into_diagnostic()?;
    let prepared = read(&options.scenario, &options.network, |prepared| {
        Ok(vec![terminal(prepared, &options.terminal)?])
    })?;
    let program = program(&options.command, &options.terminal);
    let socket = socket_path(&prepared.0.scenario.name).into_diagnostic()?;
    if socket.exists() {
        match Joined::join(&socket, &options.terminal, &beside::addresses(), true) {
            Ok(joined) => {
                said(&options.network, || {
                    format!("{} joins the network that runs at {}", options.terminal, socket.display())
                });
                return Ok(code(joined.foreground(&program, &signals).into_diagnostic()?));
            }
            Err(EmulateError::NotRunning { .. }) => {}
            Err(error) => return Err(error).into_diagnostic(),
        }
    }
    let mut network = Running::start(prepared, &options.network)?;
    let terminal = network.members[0];
    let mut place = network.emulator.terminal(port_of(&network.world, terminal)).into_diagnostic()?;
    let news = Arc::clone(&network.news);
    said(&options.network, || {
        let addresses = place.addresses();
        let state = news.state();
        let service = state.service.get(&terminal.0).map_or("", String::as_str);
        format!("{}: {}, {}; {service} (unsigned)", options.terminal, addresses.ipv4, addresses.ipv6)
    });
    let answering = network.dishes.dish(terminal);
    let answering = answering.map(|dish| answer_inside(place.namespace(), &dish, network.pace.clock()));
    let answering = answering.transpose()?;
    // somebody else may give the place other addresses meanwhile
    let namespace = place.shared();
    let ended = beside(
        &news,
        || {
            network.open_new_pops(&options.network);
            // the user may have changed the device; then there is nothing to change
            let _ = place.follow_plan();
        },
        || namespace.foreground(&program, &signals).into_diagnostic(),
    );
    drop(answering);
    drop(namespace);
    drop(place);
    let ended = ended?;
    network.stop(&options.network)?;
    Ok(code(ended))
}

/// Starts a network that shells join.
pub fn up(options: &NetUp) -> Result<ExitCode> {
    let signals = Signals::hold().into_diagnostic()?;
    let prepared =
        read(&options.scenario, &options.network, |prepared| members(prepared, &options.terminals))?;
    let socket = socket_path(&prepared.0.scenario.name).into_diagnostic()?;
    let mut network = Running::start(prepared, &options.network)?;
    let meeting =
        Meeting::open(&socket, network.emulator.handle(), network.neighbour()?).into_diagnostic()?;
    said(&options.network, || {
        let names: Vec<&str> = network
            .members
            .iter()
            .map(|terminal| network.world.terminals[terminal.index()].name.as_str())
            .collect();
        format!(
            "The network runs (unsigned); shells join it: skyweave shell -s {} --terminal {} -- COMMAND\nterminals: {}\nCtrl-C ends it.",
            options.scenario.display(),
            names.first().unwrap_or(&"NAME"),
            names.join(", ")
        )
    });
    let news = Arc::clone(&network.news);
    beside(
        &news,
        || {
            network.open_new_pops(&options.network);
            meeting.follow_plan();
        },
        || signals.wait().into_diagnostic(),
    )?;
    drop(meeting);
    network.stop(&options.network)?;
    Ok(ExitCode::SUCCESS)
}

/// Does something until it ends, and beside it something else each time that another slot holds.
fn beside<T>(news: &News, mut each_slot: impl FnMut() + Send, act: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut slot = news.state().slot;
            while !stop.load(Ordering::Relaxed) {
                let now = news.state().slot;
                if now != slot {
                    each_slot();
                    slot = now;
                }
                thread::sleep(LOOK);
            }
        });
        let done = act();
        stop.store(true, Ordering::Relaxed);
        done
    })
}

/// A network that runs in this process.
struct Running {
    emulator: Emulator,
    world: Arc<World>,
    members: Vec<TerminalId>,
    news: Arc<News>,
    dishes: Arc<Dishes>,
    pace: Pace,
}

impl Running {
    fn start((prepared, members): (Prepared, Vec<TerminalId>), options: &Emulated) -> Result<Self> {
        let plan = address_plan(&prepared, options, &members)?;
        let (first, world) = (prepared.first, Arc::new(prepared.world));
        let news = Arc::<News>::default();
        let model = Model { medium_access: !options.no_medium_access, ..Model::default() };
        let standing =
            options.faults.as_deref().map(|file| Standing::watch(file, &world, &members)).transpose()?;
        let pace = Pace::standing_at(GpsNs::in_slot(first, 0), 1.0);
        let make = Make {
            software_version: SOFTWARE.to_owned(),
            boot_ns: BOOT_NS,
            tells_location: options.location,
        };
        let dishes = Arc::new(Dishes::new(&world, &members, &make, pace.now()));
        let (of_network, watched, served) = (Arc::clone(&world), Arc::clone(&news), members.clone());
        let (fed, begun) = (Arc::clone(&dishes), pace.clone());
        let network = move |plan: Arc<AddressPlan>| {
            let live = Live::begin(&of_network, &plan, &served, first, model, (&watched, &fed), standing);
            begun.start();
            Box::new(live) as Box<dyn skyweave_emulate::network::Network + Send>
        };
        let mut emulator = Emulator::start(plan, network, Drive::default(), true).into_diagnostic()?;
        for pop in pops(&emulator, &world, &members) {
            open(&mut emulator, pop, options).into_diagnostic()?;
        }
        for publication in &options.publish {
            if let Some(pop) = &publication.pop {
                let pop = emulator.plan().port(pop).into_diagnostic()?;
                if options.nat {
                    emulator.nat(pop).into_diagnostic()?;
                }
                emulator.publish(pop, publication).into_diagnostic()?;
            }
        }
        Ok(Self { emulator, world, members, news, dishes, pace })
    }

    /// Who answers in shells that join: the dishes of their terminals.
    fn neighbour(&self) -> Result<Neighbour> {
        let serving = Serving::start(self.pace.clock())?;
        let (dishes, pops) = (Arc::clone(&self.dishes), self.world.pops.len() as u32);
        Ok(Arc::new(move |port, sockets| {
            let terminal = TerminalId(port.0.saturating_sub(pops));
            Box::new(dishes.dish(terminal).map(|dish| beside::answer_at(&serving, &dish, sockets)))
        }))
    }

    /// Opens the PoPs that terminals were moved to since, as those were at the beginning.
    fn open_new_pops(&mut self, options: &Emulated) {
        for pop in pops(&self.emulator, &self.world, &self.members) {
            if !self.emulator.has_pop(pop)
                && let Err(error) = open(&mut self.emulator, pop, options)
            {
                said(options, || format!("{}: {error}", self.emulator.plan().name(pop)));
            }
        }
    }

    fn stop(self, options: &Emulated) -> Result<()> {
        let state = self.news.state();
        let report = self.emulator.stop().into_diagnostic()?;
        said(options, || {
            let lost: Vec<String> = state
                .lost
                .iter()
                .filter(|(_, lost)| *lost > 0)
                .map(|(why, lost)| format!("{why} {lost}"))
                .collect();
            let lost = if lost.is_empty() { "none".to_owned() } else { lost.join(", ") };
            let late = if state.late_slots > 0 {
                format!("; {} slots came late", state.late_slots)
            } else {
                String::new()
            };
            format!("{report}\nlost in the network until the last slot: {lost}{late}")
        });
        Ok(())
    }
}

/// What stands behind a PoP: its own host, what is published, and the host's network where asked for.
fn open(emulator: &mut Emulator, pop: PortId, options: &Emulated) -> Result<(), EmulateError> {
    if options.nat {
        emulator.nat(pop)?;
    }
    for publication in options.publish.iter().filter(|publication| publication.pop.is_none()) {
        emulator.publish(pop, publication)?;
    }
    emulator.pop(pop).map(|_| ())
}

/// The PoPs that the members are served by now: where servers are.
fn pops(emulator: &Emulator, world: &World, members: &[TerminalId]) -> BTreeSet<PortId> {
    members.iter().map(|&terminal| emulator.plan().pop_of(port_of(world, terminal))).collect()
}

fn read(
    scenario: &Path,
    options: &Emulated,
    choose: impl FnOnce(&Prepared) -> Result<Vec<TerminalId>>,
) -> Result<(Prepared, Vec<TerminalId>)> {
    let mut members = Vec::new();
    let prepared = policies::read_changed(scenario, &options.set, |prepared| {
        members = choose(prepared)?;
        options.demand.apply(&mut prepared.world, &members)
    })?;
    Ok((prepared, members))
}

fn terminal(prepared: &Prepared, name: &str) -> Result<TerminalId> {
    match End::named(prepared, name)? {
        End::Terminal(terminal) => Ok(terminal),
        _ => Err(miette!(help = "accepted: a site or a terminal", "`{name}` is a PoP")),
    }
}

fn members(prepared: &Prepared, names: &[String]) -> Result<Vec<TerminalId>> {
    let members: Vec<TerminalId> = if names.is_empty() {
        let sites = prepared.world.terminals.iter().enumerate().filter(|(_, terminal)| terminal.is_site);
        sites.map(|(index, _)| TerminalId::at(index)).collect()
    } else {
        names.iter().map(|name| terminal(prepared, name)).collect::<Result<_>>()?
    };
    if members.is_empty() || members.len() > MOST_TERMINALS {
        let found = format!("{} terminals", members.len());
        return Err(miette!(help = "accepted: 1 to 4096 terminals; --terminals names some", "{found}"));
    }
    Ok(members)
}

/// The addresses of a scenario's PoPs and terminals, and the names of what is published.
fn address_plan(prepared: &Prepared, options: &Emulated, members: &[TerminalId]) -> Result<AddressPlan> {
    let (world, addressing) = (&prepared.world, &prepared.addressing);
    let (nat, length) = addressing.carrier_nat();
    let ranges = Ranges { carrier_nat: (nat, length), ipv6: addressing.ipv6() };
    let pops = world.pops.iter().zip(&addressing.pops);
    let pops = pops.map(|(pop, &ipv4)| Pop { name: pop.code.clone(), ipv4 }).collect();
    let terminals = world.terminals.iter().map(|terminal| terminal.name.clone()).collect();
    let mut plan = AddressPlan::new(ranges, pops, terminals).into_diagnostic()?;
    for (name, meant) in &addressing.names {
        plan.alias(name, meant).into_diagnostic()?;
    }
    let home = &world.pops[world.terminals[members[0].index()].home_pop.index()].code;
    let published: BTreeSet<(&str, &str)> = options
        .publish
        .iter()
        .map(|publication| (publication.name.as_str(), publication.pop.as_deref().unwrap_or(home)))
        .collect();
    for (name, pop) in published {
        plan.alias(name, pop).into_diagnostic().wrap_err("--publish")?;
        if plan.port(pop).is_ok_and(|port| port.0 as usize >= world.pops.len()) {
            return Err(miette!(help = "accepted: the code of a PoP", "--publish: `{pop}` is no PoP"));
        }
    }
    Ok(plan)
}

fn program(command: &[OsString], terminal: &str) -> Program {
    let shell = || std::env::var_os("SHELL").unwrap_or_else(|| OsString::from("/bin/sh"));
    let words = if command.is_empty() { vec![shell()] } else { command.to_vec() };
    Program::new(words).variable("SKYWEAVE_TERMINAL", terminal)
}

fn said(options: &Emulated, text: impl FnOnce() -> String) {
    said_if(!options.quiet, text);
}

fn said_if(wanted: bool, text: impl FnOnce() -> String) {
    if wanted {
        eprintln!("{}", text());
    }
}

fn code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
