//! The outer process: leaves the host's namespaces, as root or by a user namespace, and starts the inner one.

use super::{INNER, MARK, Reply};
use crate::channel;
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use rustix::process::{getegid, geteuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, configure_capability_in_ambient_set, set_capabilities,
};
use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, Stdio};

/// What the inner process needs in a user namespace, where starting a program takes away all that is not named here.
const NEEDED: [CapabilitySet; 4] = [
    CapabilitySet::SYS_ADMIN,
    CapabilitySet::NET_ADMIN,
    CapabilitySet::NET_RAW,
    CapabilitySet::NET_BIND_SERVICE,
];

pub(super) fn run(control: UnixStream) -> ExitCode {
    // Ctrl-C is meant for the command, which has it from the terminal too.
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), None);
    let started = isolate().and_then(|()| {
        Command::new("/proc/self/exe")
            .args([MARK, INNER])
            .stdin(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("cannot start the inside of a namespace: {error}"))
    });
    match started {
        Ok(mut inner) => {
            drop(control);
            let _ = inner.wait();
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            // If nobody listens there is nobody to tell.
            let _ = channel::send(&control, &Reply::Failed(sentence), &[]);
            ExitCode::FAILURE
        }
    }
}

fn isolate() -> Result<(), String> {
    let apart = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID;
    if geteuid().is_root() && unshare(apart).is_ok() {
        return Ok(());
    }
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    unshare(apart | CloneFlags::CLONE_NEWUSER).map_err(|error| refusal(&error.into()))?;
    // The user stays who it is. Groups may be mapped only after giving up to change them (user_namespaces(7)).
    let write = |file: &str, text: &str| {
        fs::write(format!("/proc/self/{file}"), text)
            .map_err(|error| format!("cannot map the user into a namespace (/proc/self/{file}): {error}"))
    };
    write("setgroups", "deny")?;
    write("uid_map", &format!("{user} {user} 1"))?;
    write("gid_map", &format!("{group} {group} 1"))?;
    keep_capabilities().map_err(|error| refusal(&error))
}

fn keep_capabilities() -> io::Result<()> {
    let held = capabilities(None)?;
    let inheritable = NEEDED.into_iter().fold(held.inheritable, |all, one| all | one);
    set_capabilities(None, CapabilitySets { inheritable, ..held })?;
    for capability in NEEDED {
        configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// Before a command is run: it may do as it likes with its network, and nothing else that its user may not.
pub(super) fn give_up_mounting() -> io::Result<()> {
    if geteuid().is_root() {
        return Ok(());
    }
    configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, false)?;
    let held = capabilities(None)?;
    let inheritable = held.inheritable - CapabilitySet::SYS_ADMIN;
    Ok(set_capabilities(None, CapabilitySets { inheritable, ..held })?)
}

fn refusal(error: &io::Error) -> String {
    let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let switches = [
        ("kernel.unprivileged_userns_clone", "/proc/sys/kernel/unprivileged_userns_clone", "0"),
        (
            "kernel.apparmor_restrict_unprivileged_userns",
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
        ),
        ("user.max_user_namespaces", "/proc/sys/user/max_user_namespaces", "0"),
        ("user.max_net_namespaces", "/proc/sys/user/max_net_namespaces", "0"),
    ];
    let shut = switches.iter().find(|(_, path, forbids)| read(path) == *forbids);
    let why = shut.map_or_else(String::new, |(name, _, value)| format!(" ({name} = {value})"));
    format!("the kernel forbids namespaces to this user{why}: {error}; run as root, or have it allowed")
}
