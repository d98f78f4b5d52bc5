//! The socket by which shells join a network that runs.
//!
//! The shell makes its own namespace, so its command is its child, with its terminal, its user and its end. It asks for a terminal, is told its
//! addresses, and hands over the TUN device's file, and sockets of its own at which the network's process may answer; when it closes the connection, the terminal is free again. A change of addresses is told
//! to it over the same connection.

use crate::addresses::Addresses;
use crate::channel;
use crate::engine::{Attachment, Handle, Tun};
use crate::error::EmulateError;
use crate::namespace::{Furnishing, Namespace};
use crate::network::PortId;
use crate::packet::MTU;
use crate::program::{Program, Signals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Shells of one network at once.
const MOST_SHELLS: usize = 4096;

#[derive(Debug, Serialize, Deserialize)]
enum Ask {
    /// Which addresses a terminal has.
    Terminal(String),
    /// With the TUN device's file.
    Attach { offload: bool },
    /// With sockets that listen in the shell's namespace.
    Answer,
    /// The name of every terminal, or of those that are taken.
    List,
}

#[derive(Debug, Serialize, Deserialize)]
enum Tell {
    Terminal { addresses: Addresses, names: Addresses, mtu: usize },
    Attached,
    Changed { addresses: Addresses, names: Addresses },
    Names(Vec<String>),
    Refused(String),
}

/// Where the socket of a network is: under `$XDG_RUNTIME_DIR`, or in a directory of the user's under `/tmp`.
///
/// # Errors
/// When the directory cannot be made, or is another user's.
pub fn socket_path(network: &str) -> Result<PathBuf, EmulateError> {
    use std::os::unix::fs::MetadataExt;
    let user = rustix::process::geteuid();
    let directory = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(runtime) => Path::new(&runtime).join("skyweave"),
        None => PathBuf::from(format!("/tmp/skyweave-{}", user.as_raw())),
    };
    let fault = |error| EmulateError::at("use", &directory.display(), error);
    DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(fault)?;
    let metadata = fs::symlink_metadata(&directory).map_err(fault)?;
    if !metadata.is_dir() || metadata.uid() != user.as_raw() {
        return Err(fault(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else")));
    }
    Ok(directory.join(format!("{network}.sock")))
}

/// Who answers beside a terminal at sockets inside its shell's namespace, until what it gives back is dropped.
pub type Neighbour = Arc<dyn Fn(PortId, Vec<TcpListener>) -> Box<dyn Send> + Send + Sync>;

type Shells = Arc<Mutex<BTreeMap<u64, (PortId, UnixStream)>>>;

/// The socket of a network that runs. Dropping it takes it away and ends its shells' connections.
#[derive(Debug)]
pub struct Meeting {
    path: PathBuf,
    handle: Handle,
    shells: Shells,
    /// Held for as long as the network runs; the kernel lets go of it whatever ends this process.
    _lock: File,
}

impl Meeting {
    /// Opens the socket and serves it from threads. One that a killed network left behind is replaced.
    ///
    /// # Errors
    /// When a network runs there already, or the place cannot be used.
    pub fn open(path: &Path, handle: &Handle, neighbour: Neighbour) -> Result<Self, EmulateError> {
        let fault = |error| EmulateError::at("open", &path.display(), error);
        let lock_path = path.with_extension("lock");
        let lock =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&lock_path).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EmulateError::Running { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        // Whoever made it is gone, or the lock would be held.
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(fault)?;
        let shells = Shells::default();
        let (served, own) = (handle.clone(), shells.clone());
        std::thread::Builder::new()
            .name("meeting".to_owned())
            .spawn(move || accept(&listener, &served, &own, &neighbour))
            .map_err(|error| EmulateError::system("start a thread", error))?;
        Ok(Self { path: path.to_owned(), handle: handle.clone(), shells, _lock: lock })
    }

    /// Tells every shell whose addresses have changed in the plan, as after a change of a PoP.
    pub fn follow_plan(&self) {
        let plan = self.handle.plan();
        for (port, shell) in self.shells.lock().unwrap_or_else(PoisonError::into_inner).values() {
            let names = plan.resolver(plan.pop_of(*port));
            // A shell that has gone needs no addresses.
            let _ = channel::send(shell, &Tell::Changed { addresses: plan.addresses(*port), names }, &[]);
        }
    }
}

impl Drop for Meeting {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        for (_, shell) in self.shells.lock().unwrap_or_else(PoisonError::into_inner).values() {
            let _ = shell.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &UnixListener, handle: &Handle, shells: &Shells, neighbour: &Neighbour) {
    for (number, shell) in (0..).zip(listener.incoming()) {
        let Ok(shell) = shell else {
            std::thread::sleep(std::time::Duration::from_millis(10));
            continue;
        };
        if shells.lock().unwrap_or_else(PoisonError::into_inner).len() >= MOST_SHELLS {
            continue;
        }
        let (handle, shells, neighbour) = (handle.clone(), shells.clone(), neighbour.clone());
        // Without a thread the connection closes, which tells the shell.
        let _ = std::thread::Builder::new().name("shell".to_owned()).spawn(move || {
            let mut attachment = None;
            // An error is a shell that has gone or speaks another language: both end here.
            let _ = serve(&shell, &handle, &shells, &neighbour, number, &mut attachment);
            shells.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            if let Some(attachment) = attachment {
                handle.detach(attachment);
            }
        });
    }
}

fn serve(
    shell: &UnixStream,
    handle: &Handle,
    shells: &Shells,
    neighbour: &Neighbour,
    number: u64,
    attachment: &mut Option<Attachment>,
) -> io::Result<()> {
    let plan = handle.plan();
    let mut wanted = None;
    let mut answers = None;
    while let Some((ask, files)) = channel::receive(shell)? {
        let answer = match ask {
            Ask::List => {
                let terminals = plan.ports().filter(|port| !plan.is_pop(*port));
                Tell::Names(terminals.map(|port| plan.name(port).to_owned()).collect())
            }
            Ask::Terminal(name) => match plan.port(&name) {
                Ok(port) => {
                    wanted = Some(port);
                    let names = plan.resolver(plan.pop_of(port));
                    Tell::Terminal { addresses: plan.addresses(port), names, mtu: MTU }
                }
                Err(error) => Tell::Refused(error.to_string()),
            },
            Ask::Attach { offload } => match (wanted, files.into_iter().next(), attachment.is_none()) {
                (Some(port), Some(file), true) => match handle.attach(port, Tun { file, offload }) {
                    Ok(attached) => {
                        *attachment = Some(attached);
                        let own = (port, shell.try_clone()?);
                        shells.lock().unwrap_or_else(PoisonError::into_inner).insert(number, own);
                        Tell::Attached
                    }
                    Err(error) => Tell::Refused(error.to_string()),
                },
                _ => Tell::Refused("first a terminal, then one TUN device".into()),
            },
            // before the shell is told of changes, which would come between
            Ask::Answer => match (wanted, attachment.is_none() && answers.is_none()) {
                (Some(port), true) => {
                    answers = Some(neighbour(port, files.into_iter().map(TcpListener::from).collect()));
                    Tell::Attached
                }
                _ => Tell::Refused("first a terminal, then once sockets, then a TUN device".into()),
            },
        };
        channel::send(shell, &answer, &[])?;
    }
    Ok(())
}

/// A shell's place in a network that another process runs.
#[derive(Debug)]
pub struct Joined {
    namespace: Arc<Namespace>,
    connection: UnixStream,
    follower: Option<JoinHandle<()>>,
}

impl Joined {
    /// Joins the network at a socket as a terminal. At the addresses of `neighbour`, which become the namespace's own, the network's
    /// process answers.
    ///
    /// # Errors
    /// When none runs there, the terminal is not known or taken, or no namespace can be made.
    pub fn join(
        path: &Path,
        terminal: &str,
        neighbour: &[SocketAddr],
        offload: bool,
    ) -> Result<Self, EmulateError> {
        let connection = UnixStream::connect(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                EmulateError::NotRunning { path: path.to_owned() }
            }
            _ => EmulateError::at("join the network at", &path.display(), error),
        })?;
        let Tell::Terminal { addresses, names, .. } =
            ask(&connection, &Ask::Terminal(terminal.to_owned()), &[])?
        else {
            return Err(EmulateError::Stopped);
        };
        let furnishing = Furnishing { addresses, names: Some(names), only: None, offload };
        let (namespace, tun) = Namespace::create(&furnishing)?;
        let sockets: Vec<OwnedFd> = neighbour
            .iter()
            .map(|&address| {
                namespace.add_local(address.ip())?;
                namespace.listen(address).map(OwnedFd::from)
            })
            .collect::<Result<_, _>>()?;
        if !sockets.is_empty() {
            let sockets: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
            ask(&connection, &Ask::Answer, &sockets)?;
        }
        ask(&connection, &Ask::Attach { offload }, &[tun.file.as_fd()])?;
        let namespace = Arc::new(namespace);
        let (listening, followed) = (connection.try_clone(), namespace.clone());
        let listening = listening.map_err(|error| EmulateError::system("listen to the network", error))?;
        let follower = std::thread::Builder::new()
            .name("follow".to_owned())
            .spawn(move || follow(&listening, &followed, addresses))
            .map_err(|error| EmulateError::system("start a thread", error))?;
        Ok(Self { namespace, connection, follower: Some(follower) })
    }

    /// What runs there.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Runs a command with the user's terminal and waits for it.
    ///
    /// # Errors
    /// As [`Namespace::foreground`].
    pub fn foreground(&self, program: &Program, signals: &Signals) -> Result<i32, EmulateError> {
        self.namespace.foreground(program, signals)
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        let _ = self.connection.shutdown(Shutdown::Both);
        // It holds the namespace, which is to be gone when this returns.
        if let Some(follower) = self.follower.take() {
            let _ = follower.join();
        }
    }
}

fn ask(connection: &UnixStream, ask: &Ask, files: &[BorrowedFd<'_>]) -> Result<Tell, EmulateError> {
    channel::send(connection, ask, files).map_err(|_| EmulateError::Stopped)?;
    match channel::receive(connection) {
        Ok(Some((Tell::Refused(sentence), _))) => Err(EmulateError::Inside(sentence)),
        Ok(Some((tell, _))) => Ok(tell),
        _ => Err(EmulateError::Stopped),
    }
}

/// Changes addresses when the network says so, until the connection ends.
fn follow(connection: &UnixStream, namespace: &Namespace, mut old: Addresses) {
    while let Ok(Some((tell, _))) = channel::receive(connection) {
        if let Tell::Changed { addresses, names } = tell {
            // The user may have taken the device away; then there is nothing to change.
            if addresses != old && namespace.readdress(old, addresses, Some(names)).is_ok() {
                old = addresses;
            }
        }
    }
}
