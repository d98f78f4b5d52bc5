//! Networks that are up, shells that join them, and an Internet behind a PoP.

use crate::Case;
use crate::roles::Role;
use crate::world::{output, shell, wire};
use skyweave_emulate::engine::Options;
use std::path::PathBuf;

pub const CASES: &[Case] = &[
    ("shells_join_a_network", shells_join_a_network),
    ("somebody_answers_beside_joined_shells", somebody_answers_beside_joined_shells),
    ("a_pop_change_reaches_joined_shells", a_pop_change_reaches_joined_shells),
    ("a_dead_network_is_replaced", a_dead_network_is_replaced),
    ("addresses_in_use_are_refused", addresses_in_use_are_refused),
];

fn socket() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("net.sock");
    (directory, path)
}

fn shells_join_a_network() {
    let (_directory, path) = socket();
    let path = path.to_str().unwrap();
    let (code, text) = Role::start(&["join", path, "kyiv", "--", "true"]).finish();
    assert!(code == 1 && text.contains("no network runs"), "{text}");
    let mut up = Role::start(&["up", path]);
    up.until("up");
    let mut lviv = Role::start(&["join", path, "lviv", "--", "bash", "-c", "echo ready; read end"]);
    lviv.until("ready");
    let (code, text) = Role::start(&["join", path, "lviv", "--", "true"]).finish();
    assert!(code == 1 && text.contains("`lviv` has a shell already"), "{text}");
    let (code, text) = Role::start(&["join", path, "minsk", "--", "true"]).finish();
    assert!(code == 1 && text.contains("no `minsk`"), "{text}");
    let script =
        "getent ahostsv4 lviv | head -1; ping -q -c 3 -i 0.1 lviv > /dev/null && echo reached; exit 4";
    let (code, text) = Role::start(&["join", path, "kyiv", "--", "sh", "-c", script]).finish();
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("100.64.0.3") && text.contains("reached"), "{text}");
    lviv.say("\n");
    assert_eq!(lviv.finish().0, 0);
    let (code, _) = Role::start(&["join", path, "lviv", "--", "true"]).finish();
    assert_eq!(code, 0, "the terminal is free again");
    up.signal(15);
    assert_eq!(up.finish().0, 0);
}

fn somebody_answers_beside_joined_shells() {
    let (_directory, path) = socket();
    let path = path.to_str().unwrap();
    let mut up = Role::start(&["up", path]);
    up.until("up");
    let script = "exec 3<>/dev/tcp/192.168.100.1/9200 && timeout 5 head -n1 <&3";
    for (terminal, port) in [("kyiv", 2), ("lviv", 3), ("kyiv", 2)] {
        let (code, text) = Role::start(&["join", path, terminal, "--", "bash", "-c", script]).finish();
        assert!(code == 0 && text.contains(&format!("beside port {port}")), "{text}");
    }
    up.signal(15);
    up.finish();
}

fn a_pop_change_reaches_joined_shells() {
    let (_directory, path) = socket();
    let path = path.to_str().unwrap();
    let mut up = Role::start(&["up", path]);
    up.until("up");
    let script = "echo ready; for i in $(seq 100); do ip -o addr show dev sky0 | grep -q 100.96.0.2 && break; sleep 0.05; done; \
                  ip -o addr show dev sky0; getent ahostsv4 pop | head -1";
    let mut kyiv = Role::start(&["join", path, "kyiv", "--", "sh", "-c", script]);
    kyiv.until("ready");
    up.say("move\n");
    let (_, text) = kyiv.finish();
    assert!(
        text.contains("100.96.0.2/32") && !text.contains("100.64.0.2") && text.contains("198.18.1.1"),
        "{text}"
    );
    up.signal(15);
    up.finish();
}

fn a_dead_network_is_replaced() {
    let (_directory, path) = socket();
    let name = path.to_str().unwrap();
    let mut first = Role::start(&["up", name]);
    first.until("up");
    let (code, text) = Role::start(&["up", name]).finish();
    assert!(code == 1 && text.contains("runs at"), "{text}");
    first.signal(9);
    first.finish();
    assert!(path.exists(), "killed, it could not take its socket away");
    let (code, text) = Role::start(&["join", name, "kyiv", "--", "true"]).finish();
    assert!(code == 1 && text.contains("no network runs"), "{text}");
    let mut second = Role::start(&["up", name]);
    second.until("up");
    assert_eq!(Role::start(&["join", name, "kyiv", "--", "true"]).finish().0, 0);
    second.signal(15);
    second.finish();
}

fn addresses_in_use_are_refused() {
    // A namespace has its own default routes and none of the plan's; from inside a shell, another network with the same plan collides.
    let emulator = wire(Options::default(), true);
    let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    let own = std::env::current_exe().unwrap();
    let (code, text) = shell(place.namespace(), &format!("{} shell -- true 2>&1", own.display()));
    assert_ne!(code, 0);
    assert!(text.contains("100.64.0.0/10 overlaps the host's route 100.64.0.2/32"), "{text}");
}

/// In a namespace of its own, which plays the host: a second one beside it plays the Internet.
pub fn internet() -> i32 {
    use nix::sched::{CloneFlags, unshare};
    // Held from here on, so that this process has no thread yet.
    unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS).unwrap();
    let run = |words: &str| {
        let status = std::process::Command::new("sh").args(["-c", words]).status().unwrap();
        assert!(status.success(), "{words}");
    };
    run(
        "mount --make-rprivate / && ip link set lo up && ip addr add 203.0.113.9/32 dev lo && ip addr add 2001:db8::9/128 dev lo",
    );
    let server = std::net::TcpListener::bind("203.0.113.9:80").unwrap();
    let server_v6 = std::net::TcpListener::bind("[2001:db8::9]:80").unwrap();
    for server in [server, server_v6] {
        std::thread::spawn(move || {
            for mut stream in server.incoming().flatten() {
                use std::io::Write;
                let from = stream.peer_addr().unwrap();
                let _ = writeln!(stream, "hello {}", from.ip());
            }
        });
    }
    let datagrams = std::net::UdpSocket::bind("203.0.113.9:53").unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2000];
        while let Ok((length, from)) = datagrams.recv_from(&mut buffer) {
            let _ = datagrams.send_to(&buffer[..length], from);
        }
    });
    let mut emulator = wire(Options::default(), true);
    let [kyiv, fra] = ["kyiv", "fra"].map(|name| emulator.plan().port(name).unwrap());
    let place = emulator.terminal(kyiv).unwrap();
    let tcp = |address: &str| {
        let script = format!("exec 3<>/dev/tcp/{address}/80 && timeout 5 head -n1 <&3");
        output(place.namespace(), &["timeout", "3", "bash", "-c", &script])
    };
    assert_ne!(tcp("203.0.113.9").0, 0, "not before it is asked for");
    emulator.nat(fra).unwrap();
    assert_eq!(tcp("203.0.113.9"), (0, "hello 203.0.113.9\n".into()));
    assert_eq!(tcp("2001:db8::9"), (0, "hello 2001:db8::9\n".into()));
    let script =
        "exec 3<>/dev/udp/203.0.113.9/53; for i in 1 2 3; do echo ask$i >&3; timeout 5 head -n1 <&3; done";
    assert_eq!(output(place.namespace(), &["bash", "-c", script]), (0, "ask1\nask2\nask3\n".into()));
    println!("  TCP over IPv4 and IPv6, UDP over IPv4");
    0
}
