//! The processes that make and hold a namespace: this program, started again by itself.
//!
//! Two of them. The outer one leaves the host's namespaces and starts the inner one, which is the first process of a
//! process namespace of its own: when it ends, the kernel ends all others in there, and with the last of them the network namespace, its
//! devices and its mounts are gone. The inner one ends when its control socket closes, which the kernel does for
//! whoever is killed. So nothing stays, and nothing has to be cleaned up.

mod commands;
mod init;
mod isolation;
mod listening;
mod setup;

use crate::addresses::Addresses;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

/// First argument of a program that is to be the inside of a namespace.
pub(crate) const MARK: &str = "skyweave-namespace";
pub(crate) const OUTER: &str = "outer";
const INNER: &str = "inner";

/// How a namespace is furnished.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// Name of the TUN device.
    pub(crate) device: String,
    pub(crate) offload: bool,
    pub(crate) mtu: u32,
    pub(crate) addresses: Addresses,
    /// Who answers for names; None leaves the host's files as they are.
    pub(crate) names: Option<Addresses>,
    /// The only ranges that go to the device; every other address is taken as this host's. None: everything goes to the device.
    pub(crate) only: Option<Vec<(IpAddr, u8)>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Answered with the TUN's file.
    Setup(Setup),
    Readdress {
        old: Addresses,
        new: Addresses,
        names: Option<Addresses>,
    },
    /// With four files: standard input, output, error, and the channel for signals and the exit code.
    Run {
        program: Vec<Vec<u8>>,
        variables: Vec<(Vec<u8>, Vec<u8>)>,
        foreground: bool,
    },
    /// Answered with the socket's file.
    Listen {
        kind: Kind,
        address: SocketAddr,
        transparent: bool,
    },
    /// Makes an address one of this host's own.
    Local(IpAddr),
    /// Redirects all TCP and UDP to these ports of this host.
    Intercept {
        tcp: u16,
        udp: u16,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Tcp,
    Udp,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    /// Something is less than it should be, in one line.
    Warning(String),
    /// A sentence for the user.
    Failed(String),
    NotFound,
    NotExecutable(String),
}

/// Becomes the inside of a namespace if this process was started for that, and returns at once otherwise.
///
/// A program that makes namespaces calls this first in `main`, before it has threads.
#[must_use]
pub fn enter_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != MARK {
        return None;
    }
    let part = arguments.next()?;
    // Its standard input is the control socket; a copy can be owned and closes with the process.
    let control = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().ok()?);
    Some(if part == OUTER { isolation::run(control) } else { init::run(control) })
}
