//! TUN devices: made inside a namespace, read and written from outside.
//!
//! Two `ioctl`s and no crate: the device is made in one process and used in another, and only here is known whether its packets
//! carry an offload header. This is the one module with unsafe code.
#![expect(
    unsafe_code,
    reason = "the kernel makes and sets up TUN devices by two ioctls, which have no safe wrapper"
)]

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::ioctl::{IntegerSetter, Opcode, Updater, ioctl, opcode};
use std::os::fd::OwnedFd;

const DEVICE: &str = "/dev/net/tun";
const NAME_LENGTH: usize = 16;
// linux/if_tun.h
const TUNSETIFF: Opcode = opcode::write::<i32>(b'T', 202);
const TUNSETOFFLOAD: Opcode = opcode::write::<u32>(b'T', 208);
const IFF_TUN: u16 = 0x0001;
const IFF_NO_PI: u16 = 0x1000;
const IFF_VNET_HDR: u16 = 0x4000;
const TUN_F_CSUM: usize = 0x01;
const TUN_F_TSO4: usize = 0x02;
const TUN_F_TSO6: usize = 0x04;
const TUN_F_USO: usize = 0x20 | 0x40;

/// `struct ifreq` as far as TUNSETIFF reads it.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; NAME_LENGTH],
    flags: u16,
    rest: [u8; 22],
}

/// Makes a TUN device in this process's network namespace. Its file never blocks. With `offload`, each packet has a header of
/// `crate::offload` before it.
pub(crate) fn make(name: &str, offload: bool) -> Result<OwnedFd, Errno> {
    let tun = rustix::fs::open(DEVICE, OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?;
    let flags = IFF_TUN | IFF_NO_PI | if offload { IFF_VNET_HDR } else { 0 };
    let mut request = InterfaceRequest { name: [0; NAME_LENGTH], flags, rest: [0; 22] };
    for (to, from) in request.name.iter_mut().zip(name.bytes().take(NAME_LENGTH - 1)) {
        *to = from;
    }
    // SAFETY: TUNSETIFF reads and writes one `struct ifreq`, 40 bytes on Linux, which `request` is.
    unsafe { ioctl(&tun, Updater::<TUNSETIFF, InterfaceRequest>::new(&mut request)) }?;
    if offload {
        let tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
        // Linux before 6.2 knows no segments of UDP.
        set_offload(&tun, tcp | TUN_F_USO).or_else(|_| set_offload(&tun, tcp))?;
    }
    Ok(tun)
}

fn set_offload(tun: &OwnedFd, flags: usize) -> Result<(), Errno> {
    // SAFETY: TUNSETOFFLOAD takes its argument by value.
    unsafe { ioctl(tun, IntegerSetter::<TUNSETOFFLOAD>::new_usize(flags)) }
}
