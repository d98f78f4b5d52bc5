//! The engine's handle: a thread that drives a network by the wall clock, and what may be asked of it.

use crate::addresses::AddressPlan;
use crate::driver::Driver;
use crate::error::EmulateError;
use crate::network::{Network, Packet, PortId};
use crate::report::Report;
use rustix::event::{EventfdFlags, eventfd};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How a driver works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Before something is due the driver no longer sleeps but looks at the clock: so long at most. Costs that much processor
    /// time for each wait, and saves what the kernel takes to wake a thread.
    pub spin: Duration,
    /// Where names are asked for that this network does not have. None: they do not exist.
    pub names: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self { spin: Duration::from_micros(60), names: None }
    }
}

/// A TUN device in a namespace, by its open file.
#[derive(Debug)]
pub struct Tun {
    /// The file, which never blocks.
    pub file: OwnedFd,
    /// Whether packets have an offload header before them.
    pub offload: bool,
}

/// One attachment of a device to a port; a later one of the same port has another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    /// Where.
    pub port: PortId,
    pub(crate) number: u64,
}

pub(crate) enum Command {
    Attach { port: PortId, tun: Tun, reply: Sender<Result<Attachment, EmulateError>> },
    Detach(Attachment),
    Inject { port: PortId, packet: Packet },
    Report(Sender<Report>),
    Stop,
}

/// Sends commands to the driver's thread. Clones talk to the same one.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: Sender<Command>,
    wake: Arc<OwnedFd>,
    plan: Arc<AddressPlan>,
}

impl Handle {
    /// Joins a device to a port: from now on what comes out there is written to it.
    ///
    /// # Errors
    /// When the port has one, or the driver has ended.
    pub fn attach(&self, port: PortId, tun: Tun) -> Result<Attachment, EmulateError> {
        let (reply, answer) = channel();
        self.tell(Command::Attach { port, tun, reply });
        answer.recv().unwrap_or(Err(EmulateError::Stopped))
    }

    /// Takes a device away again. Nothing happens if it is gone.
    pub fn detach(&self, attachment: Attachment) {
        self.tell(Command::Detach(attachment));
    }

    /// Sends a packet from a port as if a device had.
    pub(crate) fn inject(&self, port: PortId, packet: Packet) {
        self.tell(Command::Inject { port, packet });
    }

    /// What was counted so far. None if the driver has ended.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        let (reply, answer) = channel();
        self.tell(Command::Report(reply));
        answer.recv().ok()
    }

    /// Who has which address.
    #[must_use]
    pub fn plan(&self) -> &AddressPlan {
        &self.plan
    }

    fn tell(&self, command: Command) {
        if self.commands.send(command).is_ok() {
            // A full counter is a wake-up that is still to be read.
            let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
        }
    }
}

/// A network driven by the wall clock, until it is stopped or dropped.
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    thread: Option<JoinHandle<Result<Report, EmulateError>>>,
}

impl Engine {
    /// Starts the driver's thread.
    ///
    /// # Errors
    /// When the machine has no thread or file left.
    pub fn start(
        plan: Arc<AddressPlan>,
        network: Box<dyn Network + Send>,
        options: Options,
    ) -> Result<Self, EmulateError> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        let wake = Arc::new(wake.map_err(|error| EmulateError::system("make an event file", error))?);
        let (commands, receiver): (_, Receiver<Command>) = channel();
        let handle = Handle { commands, wake, plan };
        let own = handle.clone();
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || Driver::new(own.plan.clone(), network, &options, receiver, own)?.run())
            .map_err(|error| EmulateError::system("start a thread", error))?;
        Ok(Self { handle, thread: Some(thread) })
    }

    /// What speaks to it from any thread.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the driver could not go on.
    pub fn stop(mut self) -> Result<Report, EmulateError> {
        self.join().unwrap_or(Err(EmulateError::Stopped))
    }

    fn join(&mut self) -> Option<Result<Report, EmulateError>> {
        self.handle.tell(Command::Stop);
        let thread = self.thread.take()?;
        Some(thread.join().unwrap_or(Err(EmulateError::Stopped)))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.join();
    }
}

impl Handle {
    pub(crate) fn wake_file(&self) -> &OwnedFd {
        &self.wake
    }
}
