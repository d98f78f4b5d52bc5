//! The inner process, the first of its namespaces: furnishes them, starts programs, reaps them, and ends with its control socket.

use super::commands::Commands;
use super::setup::{self, Furnished};
use super::{Reply, Request, isolation, listening};
use crate::channel;
use crate::intercept;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

struct Init {
    control: UnixStream,
    commands: Commands,
    furnished: Option<Furnished>,
}

pub(super) fn run(control: UnixStream) -> ExitCode {
    // If the outer process is killed alone, nobody would wait for this one.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let mut init = Init { control, commands: Commands::default(), furnished: None };
    // An error means that the control socket is gone, which is how namespaces end.
    match init.serve() {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}

impl Init {
    fn serve(&mut self) -> Option<()> {
        let mut blocked = SigSet::all();
        blocked.remove(Signal::SIGSEGV);
        blocked.thread_block().ok()?;
        let mut children = SigSet::empty();
        children.add(Signal::SIGCHLD);
        let signals = SignalFd::with_flags(&children, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).ok()?;
        loop {
            let pids: Vec<i32> = self.commands.channels().map(|(pid, _)| pid).collect();
            let ready = self.wait(&signals)?;
            if ready[1] {
                while matches!(signals.read_signal(), Ok(Some(_))) {}
            }
            for (pid, _) in pids.into_iter().zip(&ready[2..]).filter(|(_, ready)| **ready) {
                self.commands.signal(pid);
            }
            self.commands.reap();
            if ready[0] {
                let (request, files) = channel::receive(&self.control).ok()??;
                let (reply, file) = self.obey(request, files);
                let files: Vec<_> = file.iter().map(AsFd::as_fd).collect();
                channel::send(&self.control, &reply, &files).ok()?;
            }
        }
    }

    /// Which have something to read: the control socket, the signals, and each program's channel.
    fn wait(&self, signals: &SignalFd) -> Option<Vec<bool>> {
        let watched = [self.control.as_fd(), signals.as_fd()].into_iter();
        let watched = watched.chain(self.commands.channels().map(|(_, channel)| channel.as_fd()));
        let mut files: Vec<PollFd<'_>> =
            watched.map(|file| PollFd::from_borrowed_fd(file, PollFlags::IN)).collect();
        while let Err(error) = poll(&mut files, None) {
            if error != Errno::INTR {
                return None;
            }
        }
        Some(files.iter().map(|file| !file.revents().is_empty()).collect())
    }

    fn obey(&mut self, request: Request, files: Vec<OwnedFd>) -> (Reply, Option<OwnedFd>) {
        let outcome = match request {
            Request::Setup(setup) => setup::mounts(setup.names).and_then(|warnings| {
                let furnished = setup::network(&setup)?;
                isolation::give_up_mounting()
                    .map_err(|error| format!("cannot give up privileges: {error}"))?;
                let tun =
                    furnished.tun.try_clone().map_err(|error| format!("cannot hand over a file: {error}"))?;
                self.furnished = Some(furnished);
                let reply =
                    if warnings.is_empty() { Reply::Done } else { Reply::Warning(warnings.join("; ")) };
                Ok((reply, Some(tun)))
            }),
            Request::Readdress { old, new, names } => match &self.furnished {
                Some(furnished) => furnished.readdress(old, new, names).map(|()| (Reply::Done, None)),
                None => Err("a namespace without a device has no addresses".into()),
            },
            Request::Run { program, variables, foreground } => {
                let reply = self.commands.start(program, variables, foreground, files);
                self.commands.reap();
                Ok((reply, None))
            }
            Request::Listen { kind, address, transparent } => {
                listening::open(kind, address, transparent).map(|socket| (Reply::Done, Some(socket)))
            }
            Request::Local(address) => match &self.furnished {
                Some(furnished) => furnished.local(address).map(|()| (Reply::Done, None)),
                None => Err("a namespace without a device has no addresses".into()),
            },
            Request::Intercept { tcp, udp } => intercept::all(tcp, udp).map(|()| (Reply::Done, None)),
        };
        outcome.unwrap_or_else(|sentence| (Reply::Failed(sentence), None))
    }
}
