//! Packets that no program should send, from inside a shell.

use crate::Case;
use crate::world::{links, shell, wire};
use skyweave_emulate::emulator::Emulator;
use skyweave_emulate::engine::Options;
use skyweave_emulate::program::Program;
use std::time::Duration;

pub const CASES: &[Case] = &[
    ("broken_packets_do_no_harm", broken_packets_do_no_harm),
    ("floods_leave_others_alone", floods_leave_others_alone),
];

/// Sends what it is told through a raw socket of the link, as root of a namespace may.
const SENDER: &str = r"
import random, socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
def send(packet, protocol=0x0800):
    try: s.sendto(packet, ('sky0', protocol))
    except OSError: pass
def total(b):
    if len(b) % 2: b += b'\0'
    t = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while t >> 16: t = (t & 0xffff) + (t >> 16)
    return ~t & 0xffff
def v4(src, dst, payload, proto=17, frag=0, first=0x45, length=None, check=None):
    n = length if length is not None else 20 + len(payload)
    h = struct.pack('!BBHHHBBH4s4s', first, 0, n, 1, frag, 64, proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
    c = total(h) if check is None else check
    return h[:10] + struct.pack('!H', c) + h[12:] + payload
me, pop = '100.64.0.2', '198.18.0.1'
body = b'x' * 64
for i in range(10):
    send(v4('100.64.0.3', pop, body)); send(v4('8.8.8.8', pop, body))          # spoofed
    send(v4(me, pop, body, check=1))                                           # checksum
    send(v4(me, pop, body, first=0x55)); send(v4(me, pop, body, length=40))    # malformed
    send(v4(me, pop, body, first=0x44)); send(v4(me, pop, body, first=0x4f))
    send(v4(me, pop, body, frag=0x1fff)); send(v4(me, pop, b'x' * 63, frag=0x2000))  # fragments
    send(v4(me, '9.9.9.9', body)); send(v4(me, '224.0.0.1', body)); send(v4(me, '127.0.0.1', body))  # nobody
    send(b'\x60' + b'\0' * 60, 0x86dd); send(b'', 0x86dd); send(b'\x45')
random.seed(7)
for i in range(3000):
    n = random.choice([1, 5, 19, 20, 21, 39, 40, 41, 60, 100, 1400])
    p = bytearray(random.randbytes(n)); p[0] = random.choice([0x45, 0x46, 0x4f, 0x60, 0x6f, p[0]])
    send(bytes(p), random.choice([0x0800, 0x86dd]))
";

fn broken_packets_do_no_harm() {
    if !crate::world::has("python3") || !rustix::process::geteuid().is_root() {
        return;
    }
    for offload in [true, false] {
        let mut emulator = wire(Options::default(), offload);
        let [kyiv, fra] = ["kyiv", "fra"].map(|name| emulator.plan().port(name).unwrap());
        emulator.pop(fra).unwrap();
        let place = emulator.terminal(kyiv).unwrap();
        // A longer MTU than the network's is anybody's to set in here.
        shell(place.namespace(), "ip link set dev sky0 mtu 9000");
        let program = Program::new(["python3", "-c", SENDER]).output(tempfile::tempfile().unwrap());
        assert_eq!(place.namespace().start(&program).unwrap().wait().unwrap(), 0);
        shell(place.namespace(), "ping -M dont -s 5000 -c 2 -i 0.2 -W 1 pop");
        shell(place.namespace(), "ip link set dev sky0 mtu 1500");
        let report = emulator.handle().report().unwrap();
        println!("  offload {offload}: {:?}", report.dropped);
        let dropped = &report.dropped;
        assert_eq!(dropped.fragment, 20);
        assert!(dropped.spoofed >= 20 && dropped.checksum >= 10 && dropped.malformed >= 40, "{report}");
        assert!(dropped.unreachable >= 30 && dropped.too_long >= 2, "{report}");
        let (code, text) =
            shell(place.namespace(), "ping -q -c 2 -i 0.2 pop; ping -q -s 4000 -c 2 -i 0.2 pop");
        assert_eq!(code, 0, "it works as before, with fragments of long packets: {text}");
    }
}

/// How long pings from a terminal took, slowest, ms; None if one was lost.
fn slowest_ping(emulator: &Emulator, name: &str) -> Option<f64> {
    let place = emulator.terminal(emulator.plan().port(name).unwrap()).unwrap();
    let (code, text) = shell(place.namespace(), "ping -q -c 20 -i 0.05 pop");
    let lost_none = code == 0 && text.contains(" 0% packet loss");
    let slowest = text.rsplit_once("= ")?.1.split('/').nth(2)?.parse().ok()?;
    lost_none.then_some(slowest)
}

fn floods_leave_others_alone() {
    if !crate::world::has("python3") {
        return;
    }
    let emulator = links();
    let kyiv = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    let flood = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nwhile True:\n  try: s.sendto(b'x' * 64, ('100.64.0.4', 9))\n  except OSError: pass";
    let flooding = kyiv
        .namespace()
        .start(&Program::new(["python3", "-c", flood]).output(tempfile::tempfile().unwrap()))
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let slowest = slowest_ping(&emulator, "lviv");
    drop(flooding);
    let report = emulator.handle().report().unwrap();
    println!(
        "  {} packets of the flood entered; slowest ping of another terminal {slowest:?} ms of 40",
        report.entered
    );
    assert!(report.entered > 0, "{report}");
    assert!(slowest.is_some(), "no ping of another terminal is lost");
}
