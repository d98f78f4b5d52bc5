//! The programs that run in a namespace.

use super::Reply;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

struct Running {
    channel: UnixStream,
    foreground: bool,
}

/// Signals are blocked here, and programs inherit that; meanwhile they are not. The first process of a namespace ignores
/// what it does not handle, so nothing happens to it; ends of programs that go unheard are looked for after this.
fn unblocked<T>(start: impl FnOnce() -> T) -> T {
    let mut blocked = SigSet::empty();
    let changed = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), Some(&mut blocked));
    let started = start();
    if changed.is_ok() {
        // The same set was in force a moment ago.
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None);
    }
    started
}

/// By process id.
#[derive(Default)]
pub(super) struct Commands {
    running: BTreeMap<i32, Running>,
}

impl Commands {
    pub(super) fn channels(&self) -> impl Iterator<Item = (i32, &UnixStream)> {
        self.running.iter().map(|(pid, running)| (*pid, &running.channel))
    }

    /// Starts a program with the files of its caller. It has the caller's environment, which came with this process.
    pub(super) fn start(
        &mut self,
        program: Vec<Vec<u8>>,
        variables: Vec<(Vec<u8>, Vec<u8>)>,
        foreground: bool,
        files: Vec<OwnedFd>,
    ) -> Reply {
        let Ok([input, output, error, channel]) = <[OwnedFd; 4]>::try_from(files) else {
            return Reply::Failed("a program needs four files".into());
        };
        let mut words = program.into_iter().map(OsString::from_vec);
        let Some(name) = words.next() else { return Reply::NotFound };
        let variables =
            variables.into_iter().map(|(name, value)| (OsString::from_vec(name), OsString::from_vec(value)));
        let mut command = Command::new(name);
        command.args(words).envs(variables);
        command.stdin(Stdio::from(input)).stdout(Stdio::from(output)).stderr(Stdio::from(error));
        if !foreground {
            // Ctrl-C is for the program in the foreground.
            command.process_group(0);
        }
        match unblocked(|| command.spawn()) {
            Ok(child) => {
                self.running
                    .insert(child.id() as i32, Running { channel: UnixStream::from(channel), foreground });
                Reply::Done
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Reply::NotFound,
            Err(error) => Reply::NotExecutable(error.to_string()),
        }
    }

    /// Hands on what came over a program's channel; a closed one ends it.
    pub(super) fn signal(&mut self, pid: i32) {
        let Some(running) = self.running.get_mut(&pid) else { return };
        let mut byte = [0];
        let (number, closed) = match running.channel.read(&mut byte) {
            Ok(1) => (i32::from(byte[0]), false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return,
            _ => (Signal::KILL.as_raw(), true),
        };
        if let (Some(process), Some(signal)) = (Pid::from_raw(pid), Signal::from_named_raw(number)) {
            // It may have ended just now.
            let _ = if running.foreground {
                kill_process(process, signal)
            } else {
                kill_process_group(process, signal)
            };
        }
        if closed {
            // Reaped later without anybody to tell.
            self.running.remove(&pid);
        }
    }

    /// Takes the exit codes of all that ended, those whose parents are gone included, as the first process must.
    pub(super) fn reap(&mut self) {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let Some(mut running) = self.running.remove(&pid.as_raw_nonzero().get()) else { continue };
            let code =
                status.exit_status().or(status.terminating_signal().map(|signal| 128 + signal)).unwrap_or(1);
            // Whoever started it may have gone.
            let _ = running.channel.write_all(&code.to_le_bytes());
        }
    }
}
