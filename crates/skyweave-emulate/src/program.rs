//! Programs that run in namespaces: what is started, how it is watched, and how a user's terminal is handed through.

use crate::error::EmulateError;
use crate::namespace::Namespace;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// A program to be run: words and environment as the caller's own, and where its standard streams go.
#[derive(Debug)]
pub struct Program {
    words: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    /// Standard output and error; those of the caller if left out.
    output: Option<File>,
    /// Standard input is the caller's.
    input: bool,
}

impl Program {
    /// A program by its name or path, and its arguments.
    pub fn new<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        let words = words.into_iter().map(Into::into).collect();
        Self { words, variables: Vec::new(), output: None, input: true }
    }

    /// Sets a variable of its environment, which is otherwise the caller's.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Lets it write into a file, and read nothing.
    #[must_use]
    pub fn output(mut self, file: File) -> Self {
        self.output = Some(file);
        self.input = false;
        self
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &OsStr> {
        self.words.iter().map(OsString::as_os_str)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    pub(crate) fn name(&self) -> String {
        self.words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Standard input, output and error.
    pub(crate) fn streams(&self) -> Result<[OwnedFd; 3], EmulateError> {
        let streams = || -> io::Result<[OwnedFd; 3]> {
            let input = if self.input {
                io::stdin().as_fd().try_clone_to_owned()?
            } else {
                OpenOptions::new().read(true).open("/dev/null")?.into()
            };
            Ok(match &self.output {
                Some(file) => [input, file.try_clone()?.into(), file.try_clone()?.into()],
                None => [
                    input,
                    io::stdout().as_fd().try_clone_to_owned()?,
                    io::stderr().as_fd().try_clone_to_owned()?,
                ],
            })
        };
        streams().map_err(|error| EmulateError::system("hand over standard streams", error))
    }
}

/// A program that runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    channel: UnixStream,
}

impl Running {
    pub(crate) fn new(channel: UnixStream) -> Self {
        Self { channel }
    }

    /// Sends it a signal by its number.
    pub fn signal(&self, number: u8) {
        // It may have ended just now.
        let _ = (&self.channel).write_all(&[number]);
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the namespace has ended first.
    pub fn wait(self) -> Result<i32, EmulateError> {
        self.code()
    }

    /// The exit code; 128 and the signal's number if a signal ended it.
    fn code(&self) -> Result<i32, EmulateError> {
        let mut code = [0; 4];
        let read = (&self.channel).read_exact(&mut code);
        read.map_err(|_| EmulateError::Inside("the namespace ended before the command".into()))?;
        Ok(i32::from_le_bytes(code))
    }
}

/// The signals of this process, kept to be handed on to a command. Made before any thread: threads made later inherit it.
#[derive(Debug)]
pub struct Signals {
    file: SignalFd,
}

/// `si_code` of what the kernel sends by itself, as for Ctrl-C.
const SI_KERNEL: i32 = 0x80;

impl Signals {
    /// Holds SIGINT, SIGQUIT, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    /// When the process has no file left.
    pub fn hold() -> Result<Self, EmulateError> {
        let held: SigSet =
            [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        held.thread_block()
            .and_then(|()| SignalFd::with_flags(&held, flags))
            .map(|file| Self { file })
            .map_err(|error| EmulateError::system("hold signals", error))
    }

    /// The next one that a process sent. Those of the terminal reach a command by themselves.
    fn next(&self) -> Option<u8> {
        while let Ok(Some(signal)) = self.file.read_signal() {
            if signal.ssi_code != SI_KERNEL {
                return u8::try_from(signal.ssi_signo).ok();
            }
        }
        None
    }

    /// Waits for any of them, Ctrl-C included; for programs that run until they are told to end.
    ///
    /// # Errors
    /// When the kernel does not let it wait.
    pub fn wait(&self) -> Result<(), EmulateError> {
        loop {
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], None) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(EmulateError::system("wait for signals", error)),
                Ok(_) => return Ok(()),
            }
        }
    }
}

impl Namespace {
    /// Runs a command with the user's terminal and waits for it: its exit code, or 128 and the number of the signal that ended it.
    ///
    /// # Errors
    /// When it is not there or cannot be run.
    pub fn foreground(&self, program: &Program, signals: &Signals) -> Result<i32, EmulateError> {
        let running = self.run(program, true)?;
        loop {
            let mut files =
                [PollFd::new(&running.channel, PollFlags::IN), PollFd::new(&signals.file, PollFlags::IN)];
            match poll(&mut files, None) {
                Err(Errno::INTR) => continue,
                Err(error) => return Err(EmulateError::system("wait for the command", error)),
                Ok(_) => {}
            }
            let [ended, signalled] = files.map(|file| !file.revents().is_empty());
            if ended {
                return running.code();
            }
            if signalled {
                while let Some(number) = signals.next() {
                    running.signal(number);
                }
            }
        }
    }
}
