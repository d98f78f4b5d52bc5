//! `skyweave dish`: virtual dishes that clients of real ones can ask.

pub mod beside;
pub mod pace;
pub mod serving;
#[cfg(test)]
mod tests;

use crate::args::Dish as Options;
use crate::interrupt::Interrupt;
use crate::packets::slots;
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use pace::Pace;
use serving::Serving;
use skyweave_core::access::GpsNs;
use skyweave_core::admission::Unsigned;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::Slot;
use skyweave_core::time::SlotNo;
use skyweave_dish::dishes::{Dishes, Make};
use skyweave_dish::listen::Protocol;
use skyweave_io::scenario::{ACCEPTED_INSTANT, Prepared, parse_duration, parse_instant};
use skyweave_study::ends::End;
use skyweave_study::policies;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How soon an interrupt is heard.
const LISTEN_AGAIN: Duration = Duration::from_millis(100);
/// More dishes than this are too many for one program.
const MOST_DISHES: usize = 4_096;
/// So many are listed one by one.
const LISTED: usize = 16;
/// Files that are open besides those of dishes and their clients.
const OTHER_FILES: u64 = 256;

/// How long dishes boot that nobody said it of, ns.
pub const BOOT_NS: i64 = 30_000_000_000;
/// What dishes say that they run.
pub const SOFTWARE: &str = concat!("skyweave-", env!("CARGO_PKG_VERSION"));

/// Answers for dishes until somebody stops it.
pub fn dish(options: &Options) -> Result<ExitCode> {
    let interrupt = Interrupt::listen();
    let make = Make {
        software_version: SOFTWARE.to_owned(),
        boot_ns: boot_ns("--boot", &options.boot)?,
        tells_location: options.location,
    };
    let mut terminals = Vec::new();
    let prepared = policies::read_changed(&options.scenario, &options.set, |prepared| {
        terminals = chosen(prepared, options)?;
        options.demand.apply(&mut prepared.world, &terminals)
    })?;
    let first = begin(&prepared, options.at.as_deref())?;
    // before anything is planned, which may take a while
    let sockets = Sockets::open(options, terminals.len())?;
    let world = Arc::new(prepared.world);
    let slots = slots::ahead(&world, first);
    let pace = Pace::standing_at(GpsNs::in_slot(first, 0), options.speed);
    let dishes = Dishes::new(&world, &terminals, &make, pace.now());
    let Some(slot) = next(&slots, &interrupt) else { return Ok(ExitCode::SUCCESS) };
    dishes.slot_began(&slot);
    let serving = Serving::start(pace.clock())?;
    let names = terminals.iter().map(|terminal| world.terminals[terminal.index()].name.as_str());
    let addresses = sockets.addresses()?;
    let sockets = terminals.iter().zip(sockets.grpc.into_iter().zip(sockets.web));
    let answer = |(terminal, (grpc, web)): (&TerminalId, (_, Option<_>))| {
        let dish = dishes.dish(*terminal)?;
        let web = web.map(|socket| (socket, Protocol::GrpcWeb));
        Some(serving.answer(&dish, [(grpc, Protocol::Grpc)].into_iter().chain(web)))
    };
    let answering: Vec<_> = sockets.filter_map(answer).collect();
    pace.start();
    if !options.quiet {
        announce(names.zip(addresses), terminals.len(), first, options);
    }
    let late = live(&dishes, &slots, &pace, &interrupt);
    drop(answering);
    if !options.quiet {
        say!("stopped{}", if late > 0 { format!("; {late} slots came late") } else { String::new() });
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells dishes of slots when they begin, until somebody wants to stop. How many were not planned in time.
fn live(dishes: &Dishes, slots: &Receiver<Arc<Slot<Unsigned>>>, pace: &Pace, interrupt: &Interrupt) -> u32 {
    let mut late = 0;
    while let Some(slot) = next(slots, interrupt) {
        let begins = GpsNs::in_slot(slot.no, 0);
        late += u32::from(pace.until(begins).is_zero());
        loop {
            let left = pace.until(begins);
            if left.is_zero() || interrupt.came() {
                break;
            }
            thread::sleep(left.min(LISTEN_AGAIN));
        }
        dishes.slot_began(&slot);
    }
    late
}

/// The next slot; none if somebody wants to stop.
fn next(slots: &Receiver<Arc<Slot<Unsigned>>>, interrupt: &Interrupt) -> Option<Arc<Slot<Unsigned>>> {
    while !interrupt.came() {
        match slots.recv_timeout(LISTEN_AGAIN) {
            Ok(slot) => return Some(slot),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

/// The terminals whose dishes are wanted.
fn chosen(prepared: &Prepared, options: &Options) -> Result<Vec<TerminalId>> {
    let chosen: Vec<TerminalId> = if options.all {
        (0..prepared.world.terminals.len()).map(TerminalId::at).collect()
    } else {
        options.terminal.iter().map(|name| terminal(prepared, name)).collect::<Result<_>>()?
    };
    if chosen.is_empty() || chosen.len() > MOST_DISHES {
        let found = format!("{} dishes", chosen.len());
        return Err(miette!(
            help = format!("accepted: 1 to {MOST_DISHES}; --terminal names some"),
            "{found}"
        ));
    }
    if let Some(twice) = chosen.iter().enumerate().find(|(at, one)| chosen[..*at].contains(one)) {
        let name = &prepared.world.terminals[twice.1.index()].name;
        return Err(miette!(help = "name each terminal once", "`{name}` has one dish, and is named twice"));
    }
    Ok(chosen)
}

fn terminal(prepared: &Prepared, name: &str) -> Result<TerminalId> {
    match End::named(prepared, name)? {
        End::Terminal(terminal) => Ok(terminal),
        _ => Err(miette!(help = "accepted: a site or a terminal", "`{name}` is a PoP")),
    }
}

/// The slot to begin with.
fn begin(prepared: &Prepared, at: Option<&str>) -> Result<SlotNo> {
    let Some(text) = at else { return Ok(prepared.first) };
    let instant = parse_instant(text)
        .ok_or_else(|| miette!(help = ACCEPTED_INSTANT, "--at: `{text}` is no instant"))?;
    let slot = SlotNo::containing(instant);
    if slot < prepared.first || slot >= prepared.end {
        let [first, end] = [prepared.first, prepared.end].map(|slot| crate::catalog::date(slot.start()));
        return Err(miette!(
            help = format!("accepted: from {first} to before {end}"),
            "--at: `{text}` is not in the time of `{}`",
            prepared.scenario.name
        ));
    }
    Ok(slot)
}

/// How long dishes boot, as an option says it.
pub fn boot_ns(option: &str, text: &str) -> Result<i64> {
    /// Longer than this nobody waits for a dish, s.
    const LONGEST_S: f64 = 3_600.0;
    let duration = parse_duration(text).filter(|duration| duration.to_seconds() <= LONGEST_S);
    let duration = duration.ok_or_else(|| {
        miette!(help = "accepted: up to `1h`, such as `30s`", "{option}: `{text}` is no such time")
    })?;
    Ok((duration.to_seconds() * 1e9) as i64)
}

/// The sockets of dishes, in their order.
struct Sockets {
    grpc: Vec<TcpListener>,
    web: Vec<Option<TcpListener>>,
}

impl Sockets {
    fn open(options: &Options, count: usize) -> Result<Self> {
        room_for_files(4 * count as u64 + OTHER_FILES);
        let grpc = at_ports(options.listen, count, "--listen")?;
        let web = match options.grpc_web {
            Some(first) => at_ports(first, count, "--grpc-web")?.into_iter().map(Some).collect(),
            None => (0..count).map(|_| None).collect(),
        };
        Ok(Self { grpc, web })
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>> {
        self.grpc.iter().map(|socket| socket.local_addr().into_diagnostic()).collect()
    }
}

/// Sockets at successive ports; at free ones if the first is 0.
fn at_ports(first: SocketAddr, count: usize, option: &str) -> Result<Vec<TcpListener>> {
    let last = usize::from(first.port()) + count - 1;
    if first.port() != 0 && last > usize::from(u16::MAX) {
        return Err(miette!(
            help = "give a lower port, or 0 for free ones",
            "{option}: {count} dishes from port {} on need ports up to {last}",
            first.port()
        ));
    }
    let open = |at: usize| {
        let port = if first.port() == 0 { 0 } else { first.port() + at as u16 };
        let address = SocketAddr::new(first.ip(), port);
        TcpListener::bind(address)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot listen at {address}; give another address with {option}"))
    };
    (0..count).map(open).collect()
}

/// Lets this process have so many files open, as far as it may. If it may not, opening them says so.
fn room_for_files(count: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(count, |most| count.min(most));
    if limit.current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
}

fn announce<'a>(
    dishes: impl Iterator<Item = (&'a str, SocketAddr)>,
    count: usize,
    first: SlotNo,
    options: &Options,
) {
    let speed =
        if options.speed == 1.0 { String::new() } else { format!(", {} times as fast", options.speed) };
    say!("{count} dishes (unsigned) from {}{speed}", crate::catalog::date(first.start()));
    for (name, address) in dishes.take(LISTED) {
        say!("  {name}  {address}");
    }
    if count > LISTED {
        say!("  and {} more, at the ports that follow", count - LISTED);
    }
    if !options.listen.ip().is_loopback() {
        say!("Others can reach them, and dishes know no passwords.");
    }
    say!("Ctrl-C ends it.");
}
