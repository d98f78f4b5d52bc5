//! A network namespace with a TUN device, seen from outside.

use crate::addresses::Addresses;
use crate::channel;
use crate::engine::Tun;
use crate::error::EmulateError;
use crate::inside::{Kind, MARK, OUTER, Reply, Request, Setup};
use crate::packet::MTU;
use crate::program::{Program, Running};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// What a TUN device is called inside.
pub const DEVICE: &str = "sky0";

/// How a namespace is made.
#[derive(Debug, Clone)]
pub struct Furnishing {
    /// Its own addresses.
    pub addresses: Addresses,
    /// Who answers for names. None: the host's files stay as they are.
    pub names: Option<Addresses>,
    /// The only ranges that go to the device, where every other address shall be this host's own.
    pub only: Option<Vec<(IpAddr, u8)>>,
    /// Segmentation offload.
    pub offload: bool,
}

/// A namespace, until it is dropped: then every process in it is killed, and nothing of it stays.
#[derive(Debug)]
pub struct Namespace {
    control: Mutex<UnixStream>,
    outer: Child,
    warning: Option<String>,
}

impl Namespace {
    /// Makes a namespace: as root, or as any user where the kernel lets them.
    ///
    /// The program must call [`crate::enter_if_asked`] first in its `main`.
    ///
    /// # Errors
    /// When the kernel forbids it, or there are no TUN devices.
    pub fn create(furnishing: &Furnishing) -> Result<(Self, Tun), EmulateError> {
        let (here, there) =
            UnixStream::pair().map_err(|error| EmulateError::system("make a socket", error))?;
        let outer = Command::new("/proc/self/exe")
            .args([MARK, OUTER])
            .stdin(Stdio::from(OwnedFd::from(there)))
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| EmulateError::system("start the inside of a namespace", error))?;
        let mut namespace = Self { control: Mutex::new(here), outer, warning: None };
        let setup = Setup {
            device: DEVICE.to_owned(),
            offload: furnishing.offload,
            mtu: MTU as u32,
            addresses: furnishing.addresses,
            names: furnishing.names,
            only: furnishing.only.clone(),
        };
        let (reply, files) = namespace.ask(&Request::Setup(setup), &[])?;
        if let Reply::Warning(sentence) = reply {
            namespace.warning = Some(sentence);
        }
        let file = files.into_iter().next().ok_or_else(silence)?;
        Ok((namespace, Tun { file, offload: furnishing.offload }))
    }

    /// What is less than it should be, in one line.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Gives it other addresses, as after a change of the PoP.
    ///
    /// # Errors
    /// When the namespace is gone, or somebody inside has changed its network.
    pub fn readdress(
        &self,
        old: Addresses,
        new: Addresses,
        names: Option<Addresses>,
    ) -> Result<(), EmulateError> {
        self.ask(&Request::Readdress { old, new, names }, &[]).map(drop)
    }

    /// Makes a further address one of the namespace's own, so that sockets may listen there.
    ///
    /// # Errors
    /// When the namespace is gone.
    pub fn add_local(&self, address: IpAddr) -> Result<(), EmulateError> {
        self.ask(&Request::Local(address), &[]).map(drop)
    }

    /// Starts a program beside others. What it reads and writes is as in `program`.
    ///
    /// # Errors
    /// When it is not there or cannot be run.
    pub fn start(&self, program: &Program) -> Result<Running, EmulateError> {
        self.run(program, false)
    }

    pub(crate) fn run(&self, program: &Program, foreground: bool) -> Result<Running, EmulateError> {
        let (here, there) =
            UnixStream::pair().map_err(|error| EmulateError::system("make a socket", error))?;
        let request = Request::Run {
            program: program.words().map(|word| word.as_bytes().to_vec()).collect(),
            variables: program
                .variables()
                .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
                .collect(),
            foreground,
        };
        let streams = program.streams()?;
        let mut files: Vec<BorrowedFd<'_>> = streams.iter().map(AsFd::as_fd).collect();
        files.push(there.as_fd());
        let (reply, _) = self.ask(&request, &files)?;
        let command = program.name();
        match reply {
            Reply::NotFound => Err(EmulateError::NotFound { command }),
            Reply::NotExecutable(reason) => Err(EmulateError::NotExecutable { command, reason }),
            _ => Ok(Running::new(here)),
        }
    }

    /// A TCP socket that listens inside and is used outside.
    ///
    /// # Errors
    /// When the address is taken or not there.
    pub fn listen(&self, address: SocketAddr) -> Result<TcpListener, EmulateError> {
        self.socket(Kind::Tcp, address, false).map(TcpListener::from)
    }

    /// A UDP socket that is bound inside and is used outside.
    ///
    /// # Errors
    /// When the address is taken or not there.
    pub fn bind(&self, address: SocketAddr) -> Result<UdpSocket, EmulateError> {
        self.socket(Kind::Udp, address, false).map(UdpSocket::from)
    }

    pub(crate) fn transparent(&self, kind: Kind, address: SocketAddr) -> Result<OwnedFd, EmulateError> {
        self.socket(kind, address, true)
    }

    pub(crate) fn intercept(&self, tcp: u16, udp: u16) -> Result<(), EmulateError> {
        self.ask(&Request::Intercept { tcp, udp }, &[]).map(drop)
    }

    fn socket(&self, kind: Kind, address: SocketAddr, transparent: bool) -> Result<OwnedFd, EmulateError> {
        let (_, files) = self.ask(&Request::Listen { kind, address, transparent }, &[])?;
        files.into_iter().next().ok_or_else(silence)
    }

    fn ask(
        &self,
        request: &Request,
        files: &[BorrowedFd<'_>],
    ) -> Result<(Reply, Vec<OwnedFd>), EmulateError> {
        let control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        // What made the namespace may have failed and said so before it was asked anything.
        let sent = channel::send(&control, request, files);
        match (sent, channel::receive(&control)) {
            (_, Ok(Some((Reply::Failed(sentence), _)))) => Err(EmulateError::Inside(sentence)),
            (Ok(()), Ok(Some(answer))) => Ok(answer),
            _ => Err(silence()),
        }
    }
}

fn silence() -> EmulateError {
    EmulateError::Inside("the namespace has ended".into())
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let control = self.control.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Its end is the sign to end; waiting makes sure that nothing is left when this returns.
        let _ = control.shutdown(std::net::Shutdown::Both);
        let _ = self.outer.wait();
    }
}
