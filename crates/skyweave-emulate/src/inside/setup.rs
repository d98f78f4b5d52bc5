//! Furnishing a namespace: loopback, TUN device, addresses, routes, files that say who answers for names.

use super::Setup;
use crate::addresses::{Addresses, TERMINAL_PREFIX_LENGTH};
use crate::netlink::Netlink;
use crate::tun;
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_change, unmount,
};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::path::Path;

const LOOPBACK: u32 = 1;
const RESOLVER: &str = "/etc/resolv.conf";
const SWITCH: &str = "/etc/nsswitch.conf";
const ANY: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];

/// A furnished namespace.
pub(super) struct Furnished {
    pub(super) tun: OwnedFd,
    netlink: Netlink,
    interface: u32,
    ipv6: bool,
}

/// Mounts of its own: a `/proc` for its processes, where the kernel lets it, and files that point to the network's names.
pub(super) fn mounts(names: Option<Addresses>) -> Result<Vec<String>, String> {
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)
        .map_err(|error| failed("keep mounts to itself", error))?;
    let warnings = match names {
        Some(names) => resolver_files(names)?,
        None => Vec::new(),
    };
    // Containers hide parts of /proc, and the kernel then forbids a new one. The old one shows the host's processes and works.
    let safe = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let _ = mount("proc", "/proc", "proc", safe, None);
    Ok(warnings)
}

/// Lays files over the host's, in memory. The directory they are made in is covered only meanwhile.
fn resolver_files(names: Addresses) -> Result<Vec<String>, String> {
    const STAGE: &str = "/proc";
    let switch = fs::read_to_string(SWITCH).ok().map(|text| names_by_dns(&text));
    let safe = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("skyweave", STAGE, "tmpfs", safe, None).map_err(|error| failed("mount files in memory", error))?;
    let mut warnings = Vec::new();
    let contents = [(RESOLVER, Some(resolver(names))), (SWITCH, switch)];
    for (target, content) in contents.into_iter().filter_map(|(target, content)| Some((target, content?))) {
        let Ok(target) = Path::new(target).canonicalize() else {
            warnings.push(format!("{target} is not there, so names of the network are unknown in the shell"));
            continue;
        };
        let Some(name) = target.file_name() else { continue };
        let source = Path::new(STAGE).join(name);
        fs::write(&source, content).map_err(|error| format!("cannot write {}: {error}", source.display()))?;
        mount_bind(&source, &target).map_err(|error| failed("lay a file over the resolver's", error))?;
    }
    unmount(STAGE, UnmountFlags::DETACH).map_err(|error| failed("uncover /proc", error))?;
    Ok(warnings)
}

fn resolver(names: Addresses) -> String {
    format!("nameserver {}\nnameserver {}\noptions timeout:2 attempts:3\n", names.ipv4, names.ipv6)
}

/// The host's order of looking names up, but by files and DNS alone: other services answer from outside of the namespace.
fn names_by_dns(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("hosts:") {
        Some(_) => "hosts: files dns\n".to_owned(),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The network of a namespace.
pub(super) fn network(setup: &Setup) -> Result<Furnished, String> {
    let ipv6 = Path::new("/proc/sys/net/ipv6").exists();
    // Nobody advertises routers here, and packets of one link have nowhere to go.
    for (name, value) in
        [("accept_ra", "0"), ("autoconf", "0"), ("addr_gen_mode", "1"), ("router_solicitations", "0")]
    {
        let _ = fs::write(format!("/proc/sys/net/ipv6/conf/default/{name}"), value);
    }
    // Ping without privileges for whoever is in here.
    let group = rustix::process::getegid().as_raw();
    let _ = fs::write("/proc/sys/net/ipv4/ping_group_range", format!("{group} {group}"));
    let tun = tun::make(&setup.device, setup.offload).map_err(tun_failed)?;
    let furnish = || {
        let netlink = Netlink::open()?;
        let interface = rustix::net::netdevice::name_to_index(&socket()?, &setup.device)?;
        netlink.up(LOOPBACK, None)?;
        netlink.up(interface, Some(setup.mtu))?;
        Ok((netlink, interface))
    };
    let (netlink, interface) = furnish().map_err(|error: Errno| failed("set up the TUN device", error))?;
    let furnished = Furnished { tun, netlink, interface, ipv6 };
    furnished.add(setup.addresses).map_err(|error| failed("give the TUN device its addresses", error))?;
    furnished.routes(setup.only.as_deref()).map_err(|error| failed("set routes", error))?;
    Ok(furnished)
}

impl Furnished {
    /// New addresses, then no more old ones: at no moment is there none.
    pub(super) fn readdress(
        &self,
        old: Addresses,
        new: Addresses,
        names: Option<Addresses>,
    ) -> Result<(), String> {
        self.add(new)
            .and_then(|()| {
                self.each(old, |address, length| self.netlink.remove_address(self.interface, address, length))
            })
            // The routes of the old addresses' network may have gone with them.
            .and_then(|()| self.routes(None))
            .map_err(|error| failed("change addresses", error))?;
        if let Some(names) = names {
            fs::write(RESOLVER, resolver(names))
                .map_err(|error| format!("cannot write {RESOLVER}: {error}"))?;
        }
        Ok(())
    }

    /// A further address of this host's own, on loopback: what is sent to it never reaches the device.
    pub(super) fn local(&self, address: IpAddr) -> Result<(), String> {
        let length = if address.is_ipv4() { 32 } else { 128 };
        let added = self.netlink.add_address(LOOPBACK, address, length);
        added.map_err(|error| failed("give loopback an address", error))
    }

    fn add(&self, addresses: Addresses) -> Result<(), Errno> {
        self.each(addresses, |address, length| self.netlink.add_address(self.interface, address, length))
    }

    fn each(&self, addresses: Addresses, act: impl Fn(IpAddr, u8) -> Result<(), Errno>) -> Result<(), Errno> {
        act(addresses.ipv4.into(), 32)?;
        if self.ipv6 { act(addresses.ipv6.into(), TERMINAL_PREFIX_LENGTH) } else { Ok(()) }
    }

    fn routes(&self, only: Option<&[(IpAddr, u8)]>) -> Result<(), Errno> {
        let known = |address: &IpAddr| self.ipv6 || address.is_ipv4();
        let Some(only) = only else {
            return ANY
                .into_iter()
                .filter(known)
                .try_for_each(|any| self.netlink.route_to(self.interface, (any, 0)));
        };
        for range in only.iter().filter(|(address, _)| known(address)) {
            self.netlink.route_to(self.interface, *range)?;
        }
        ANY.into_iter().filter(known).try_for_each(|any| self.netlink.everything_is_local(LOOPBACK, any))
    }
}

fn socket() -> Result<OwnedFd, Errno> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
}

fn tun_failed(error: Errno) -> String {
    match error {
        Errno::NOENT | Errno::NODEV | Errno::NXIO => {
            "/dev/net/tun is missing; load it (`modprobe tun`), or give it to the container (`--device /dev/net/tun`)".into()
        }
        Errno::PERM | Errno::ACCESS => {
            "no permission for /dev/net/tun; run as root, or let this user read and write it".into()
        }
        error => failed("make a TUN device", error),
    }
}

fn failed(what: &str, error: Errno) -> String {
    format!("cannot {what} in the namespace: {}", std::io::Error::from(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_files_and_dns() {
        let text = "passwd: files systemd\nhosts: mymachines resolve [!UNAVAIL=return] files dns\n";
        assert_eq!(names_by_dns(text), "passwd: files systemd\nhosts: files dns\n");
    }
}
