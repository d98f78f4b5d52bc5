//! Dishes of listed terminals, fed by the slots of the network that runs.

use crate::args::Network as Options;
use crate::dish::{SOFTWARE, boot_ns};
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_core::access::GpsNs;
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use skyweave_dish::dishes::{Dishes, Make};
use skyweave_dish::listen::{Protocol, serve};
use skyweave_dish::service::{Clock, DeviceService, Reflection};
use skyweave_server::live::Network;
use skyweave_server::live::clock::{slot_at, start_ns};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Sockets that will answer as dishes.
pub struct Sockets {
    one: Vec<(String, TcpListener)>,
    all: Option<TcpListener>,
    boot_ns: i64,
}

/// Dishes that answer until this is dropped.
pub struct Answering(#[expect(dead_code, reason = "its tasks end with it")] JoinSet<()>);

impl Sockets {
    /// Opens them, before anything takes its time.
    pub fn open(options: &Options) -> Result<Self> {
        let open = |address: SocketAddr, option: &str| {
            let socket = TcpListener::bind(address).into_diagnostic();
            let why = || format!("cannot listen at {address}; give another address with {option}");
            socket.wrap_err_with(why)
        };
        let one = options.dish.iter().map(|(name, at)| Ok((name.clone(), open(*at, "--dish")?)));
        let one = one.collect::<Result<_>>()?;
        let all = options.dishes.map(|address| open(address, "--dishes")).transpose()?;
        Ok(Self { one, all, boot_ns: boot_ns("--dish-boot", &options.dish_boot)? })
    }

    /// Lets dishes answer there.
    pub fn answer(self, live: &Arc<Network>) -> Result<Answering> {
        let mut tasks = JoinSet::new();
        if self.one.is_empty() && self.all.is_none() {
            return Ok(Answering(tasks));
        }
        let named = self.one.into_iter().map(|(name, socket)| Ok((named(&live.world, &name)?, socket)));
        let named: Vec<(TerminalId, TcpListener)> = named.collect::<Result<_>>()?;
        let mut terminals: Vec<TerminalId> = match self.all {
            Some(_) => (0..live.world.terminals.len()).map(TerminalId::at).collect(),
            None => named.iter().map(|(terminal, _)| *terminal).collect(),
        };
        terminals.sort_unstable();
        terminals.dedup();
        let make =
            Make { software_version: SOFTWARE.to_owned(), boot_ns: self.boot_ns, tells_location: false };
        let dishes = Arc::new(Dishes::new(&live.world, &terminals, &make, now(live)));
        let clock = {
            let live = Arc::clone(live);
            Clock::new(move || now(&live))
        };
        let reflection = Reflection::new().into_diagnostic()?;
        let mut begin = |device: DeviceService, socket: TcpListener| {
            let reflection = reflection.clone();
            tasks.spawn(async move {
                let served = serve(&reflection, device, socket, Protocol::Grpc, std::future::pending());
                if let Err(error) = served.await {
                    tracing::warn!(%error, "a dish answers no more");
                }
            });
        };
        for (terminal, socket) in named {
            let Some(dish) = dishes.dish(terminal) else { continue };
            let name = &live.world.terminals[terminal.index()].name;
            say!("the dish of {name}: {}", socket.local_addr().into_diagnostic()?);
            begin(DeviceService::new(dish, clock.clone()), socket);
        }
        if let Some(socket) = self.all {
            let address = socket.local_addr().into_diagnostic()?;
            say!("{} dishes, by target_id: {address}", dishes.count());
            begin(DeviceService::of_any(Arc::clone(&dishes), clock), socket);
        }
        let live = Arc::clone(live);
        tasks.spawn(async move { feed(&live, &dishes).await });
        Ok(Answering(tasks))
    }
}

/// Tells dishes of each slot that begins, for ever.
async fn feed(live: &Network, dishes: &Dishes) {
    let mut current = live.follow();
    let mut latest = now(live);
    loop {
        let slot = *current.borrow_and_update();
        let time = now(live);
        if slot.is_none() && time < latest {
            dishes.clock_was_set(time);
            latest = time;
        }
        latest = latest.max(time);
        if let Some(slot) = slot.and_then(|no| live.whole(no)) {
            tokio::task::block_in_place(|| {
                dishes.slot_began_under(&slot, |terminal| live.refused(terminal));
            });
        }
        if current.changed().await.is_err() {
            return;
        }
    }
}

fn named(world: &World, name: &str) -> Result<TerminalId> {
    let found = world.terminals.iter().position(|terminal| terminal.name == name);
    found.map(TerminalId::at).ok_or_else(|| {
        let some: Vec<&str> = world.terminals.iter().take(5).map(|terminal| terminal.name.as_str()).collect();
        let help = if some.is_empty() {
            "this scenario lists no terminals: give one with [[sites]]".to_owned()
        } else {
            format!("accepted: the name of a listed terminal, such as {}", some.join(", "))
        };
        miette!(help = help, "--dish: no terminal is called `{name}`")
    })
}

/// The network's time.
fn now(live: &Network) -> GpsNs {
    let now_ns = live.clock.now_ns();
    let slot = slot_at(now_ns);
    GpsNs::in_slot(slot, now_ns - start_ns(slot))
}
