//! What a program in a shell sees.

use crate::Case;
use crate::roles::{Role, namespaces};
use crate::world::{MS, has, links, links_at, output, plan, shell, wire};
use skyweave_emulate::EmulateError;
use skyweave_emulate::engine::Options;
use skyweave_emulate::program::Program;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    ("names_addresses_and_routes", names_addresses_and_routes),
    ("pings_take_as_long_as_the_way", pings_take_as_long_as_the_way),
    ("bytes_arrive_whole", bytes_arrive_whole),
    ("a_command_has_its_user_terminal_and_code", a_command_has_its_user_terminal_and_code),
    ("signals_are_handed_on", signals_are_handed_on),
    ("background_programs_end_with_the_shell", background_programs_end_with_the_shell),
    ("killed_it_leaves_nothing", killed_it_leaves_nothing),
    ("without_root", without_root),
    ("another_pop_means_other_addresses", another_pop_means_other_addresses),
    ("published_services", published_services),
    ("the_host_network_by_nat", the_host_network_by_nat),
    ("names_asked_elsewhere", names_asked_elsewhere),
    ("the_host_is_as_it_was", the_host_is_as_it_was),
];

fn names_addresses_and_routes() {
    let mut emulator = links();
    let (kyiv, fra) = (emulator.plan().port("kyiv").unwrap(), emulator.plan().port("fra").unwrap());
    let pop = emulator.pop(fra).unwrap();
    let place = emulator.terminal(kyiv).unwrap();
    assert_eq!(place.namespace().warning(), None);
    let (_, addresses) =
        shell(place.namespace(), "ip -o addr show dev sky0; ip route; ip -6 route show default");
    for expected in ["100.64.0.2/32", "fd5a:6a7e:0:100::1/56", "default dev sky0"] {
        assert!(addresses.contains(expected), "{addresses}");
    }
    assert_eq!(addresses.matches("default dev sky0").count(), 2, "{addresses}");
    assert!(!addresses.contains("fe80"), "{addresses}");
    let name =
        |name: &str| shell(place.namespace(), &format!("getent ahosts {name} | cut -d' ' -f1 | sort -u"));
    assert_eq!(name("pop").1, "198.18.0.1\nfd5a:6a7e::1\n");
    assert_eq!(name("lviv").1, "100.64.0.3\nfd5a:6a7e:0:200::1\n");
    assert_ne!(shell(place.namespace(), "getent hosts example.org").0, 0);
    for nobody in ["203.0.113.1", "2001:db8::1"] {
        let (_, text) = output(
            place.namespace(),
            &["timeout", "20", "bash", "-c", &format!("exec 3<>/dev/tcp/{nobody}/80")],
        );
        assert!(text.contains("unreachable") || text.contains("No route"), "{text}");
    }
    assert_eq!(shell(&pop, "getent ahostsv4 kyiv | head -1 | cut -d' ' -f1").1, "100.64.0.2\n");
    assert!(matches!(emulator.terminal(kyiv), Err(EmulateError::InUse { .. })));
    drop(place);
    drop(emulator.terminal(kyiv).unwrap());
}

fn pings_take_as_long_as_the_way() {
    if !has("ping") {
        return;
    }
    let mut emulator = links();
    let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    let fra = emulator.plan().port("fra").unwrap();
    // Once answered by the responder, once by the kernel of the PoP's host.
    for _ in 0..2 {
        for target in ["pop", "lviv", "-6 pop"] {
            let (code, text) = shell(place.namespace(), &format!("ping -q -i 0.05 -c 5 {target}"));
            assert_eq!(code, 0, "{text}");
            let least: f64 = text.rsplit_once("= ").unwrap().1.split('/').next().unwrap().parse().unwrap();
            assert!(least >= 40.0, "{target}: {text}");
        }
        emulator.pop(fra).unwrap();
    }
    let report = emulator.handle().report().unwrap();
    println!("  {report}");
    assert_eq!(report.dropped.spoofed + report.dropped.malformed, 0, "{report}");
}

/// What a server reads from a connection, and its sum as the client knows it.
fn bytes_arrive_whole() {
    for (offload, rate) in [(true, 1_000_000_000), (false, 1_000_000_000), (true, 50_000_000)] {
        let mut emulator = links_at(2 * MS, rate, Options::default(), offload).unwrap();
        let fra = emulator.plan().port("fra").unwrap();
        let pop = emulator.pop(fra).unwrap();
        for address in ["198.18.0.1:7000", "[fd5a:6a7e::1]:7000"] {
            let listener = pop.listen(address.parse().unwrap()).unwrap();
            let server = std::thread::spawn(move || {
                let mut bytes = Vec::new();
                listener.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
                bytes
            });
            let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
            let (host, _) = address.rsplit_once(':').unwrap();
            let host = host.trim_matches(['[', ']']);
            // a process has the same number in every shell: the name has to come from here
            let sent = tempfile::NamedTempFile::new().unwrap();
            let sent = sent.path().display();
            let client = format!(
                "head -c 3000000 /dev/urandom > {sent}; exec 3<>/dev/tcp/{host}/7000; cat {sent} >&3; sha256sum < {sent}"
            );
            let (code, sum) = output(place.namespace(), &["bash", "-c", &client]);
            assert_eq!(code, 0, "{sum}");
            let bytes = server.join().unwrap();
            assert_eq!(bytes.len(), 3_000_000);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            let (_, seen) = shell(&pop, &format!("sha256sum < {}", file.path().display()));
            assert_eq!(seen, sum, "{address}, offload {offload}");
        }
        let report = emulator.stop().unwrap();
        assert_eq!((report.dropped.malformed, report.dropped.spoofed), (0, 0), "{report}");
        println!("  offload {offload}: {} packets in {} writes", report.delivered, report.writes);
        assert_eq!(report.delivered > report.writes, offload);
    }
}

fn a_command_has_its_user_terminal_and_code() {
    let role = |words: &[&str]| {
        let mut arguments = vec!["shell", "--"];
        arguments.extend(words);
        Role::start(&arguments).finish()
    };
    assert_eq!(role(&["sh", "-c", "exit 7"]).0, 7);
    assert_eq!(role(&["sh", "-c", "kill -9 $$"]).0, 137);
    assert_eq!(role(&["true"]).0, 0);
    let (code, text) = role(&["no-such-command"]);
    assert_eq!(code, 127);
    assert!(text.contains("`no-such-command`: command not found"), "{text}");
    assert_eq!(role(&["/etc/passwd"]).0, 126);
    let (_, text) = role(&["sh", "-c", "pwd; id -u; echo $HOME; echo $0 \"$1\"", "name", "a b"]);
    let here = std::env::current_dir().unwrap();
    let home = std::env::var("HOME").unwrap_or_default();
    let user = rustix::process::geteuid().as_raw();
    assert_eq!(text, format!("{}\n{user}\n{home}\nname a b\n", here.display()));
    if has("script") {
        // A terminal of its own, of a size that the command must see; Ctrl-C typed into it ends the command and not the shell.
        let own = std::env::current_exe().unwrap();
        let script = format!(
            "stty rows 33 cols 77; {} shell -- sh -c 'stty size; tty -s && echo terminal; exit 5'; echo code $?",
            own.display()
        );
        let out = std::process::Command::new("script").args(["-qec", &script, "/dev/null"]).output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout).replace('\r', "");
        assert!(text.contains("33 77\nterminal\n") && text.contains("code 5"), "{text}");
        interrupt_at_a_terminal(&own.display().to_string());
    }
}

fn interrupt_at_a_terminal(own: &str) {
    let command = format!(
        "{own} shell -- sh -c 'trap \"echo caught; exit 9\" INT; echo ready; while :; do sleep 0.05; done'; echo code $?"
    );
    let mut child = std::process::Command::new("script")
        .args(["-qec", &format!("bash -c '{}'", command.replace('\'', "'\\''")), "/dev/null"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut text = String::new();
    let mut byte = [0];
    while !text.contains("ready") && output.read(&mut byte).unwrap() == 1 {
        text.push(byte[0] as char);
    }
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    output.read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    assert!(text.contains("caught") && text.contains("code 9"), "{text}");
}

fn signals_are_handed_on() {
    let script = "trap 'echo term; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut role = Role::start(&["shell", "--", "sh", "-c", script]);
    role.until("ready");
    role.signal(15);
    let (code, text) = role.finish();
    assert_eq!((code, text.contains("term")), (3, true), "{text}");
}

fn background_programs_end_with_the_shell() {
    let (code, _) =
        Role::start(&["shell", "--", "sh", "-c", "sleep 4242 & setsid sleep 4243 & echo ready"]).finish();
    assert_eq!(code, 0);
    assert_eq!(processes_with("sleep\x00424"), 0);
}

fn killed_it_leaves_nothing() {
    let before = namespaces();
    let mut role = Role::start(&["shell", "--", "sh", "-c", "setsid sleep 4244 & echo ready; sleep 4245"]);
    role.until("ready");
    assert!(namespaces().len() > before.len());
    role.signal(9);
    let end = Instant::now() + Duration::from_secs(10);
    while (processes_with("sleep\x00424") > 0 || namespaces() != before) && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(processes_with("sleep\x00424"), 0);
    assert_eq!(namespaces(), before);
}

fn processes_with(words: &str) -> usize {
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    lines
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok())
        .filter(|line| line.contains(words))
        .count()
}

fn without_root() {
    if !rustix::process::geteuid().is_root() {
        println!("  everything here runs without root already");
        return;
    }
    let (code, text) = Role::as_nobody(&["unprivileged"]).finish();
    print!("{text}");
    assert_eq!(code, 0, "{text}");
}

fn another_pop_means_other_addresses() {
    let mut emulator = links();
    let [kyiv, fra, waw] = ["kyiv", "fra", "waw"].map(|name| emulator.plan().port(name).unwrap());
    let mut place = emulator.terminal(kyiv).unwrap();
    let (old_pop, new_pop) = (emulator.pop(fra).unwrap(), emulator.pop(waw).unwrap());
    let listener = old_pop.listen("198.18.0.1:7000".parse().unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("go").display().to_string();
    let script =
        format!("exec 3<>/dev/tcp/198.18.0.1/7000; echo one >&3; read go < {fifo}; echo two >&3; sleep 60");
    shell(place.namespace(), &format!("mkfifo {fifo}"));
    let file = tempfile::tempfile().unwrap();
    let running = place.namespace().start(&Program::new(["bash", "-c", &script]).output(file)).unwrap();
    let (mut connection, _) = listener.accept().unwrap();
    let mut line = [0; 4];
    connection.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"one\n");

    emulator.plan().serve(kyiv, waw);
    place.follow_plan().unwrap();
    let _ = std::fs::write(&fifo, "go\n");
    connection.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
    assert!(connection.read_exact(&mut line).is_err(), "the old connection is dead");
    let (_, seen) = shell(place.namespace(), "ip -o addr show dev sky0; getent ahostsv4 pop | head -1");
    assert!(
        seen.contains("100.96.0.2/32") && seen.contains("198.18.1.1") && !seen.contains("100.64.0.2"),
        "{seen}"
    );
    let again = new_pop.listen("198.18.1.1:7000".parse().unwrap()).unwrap();
    let server = std::thread::spawn(move || again.accept().unwrap().1);
    let (code, text) = output(place.namespace(), &["bash", "-c", "exec 3<>/dev/tcp/pop/7000"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(server.join().unwrap().ip().to_string(), "100.96.0.2");
    drop(running);
}

/// A server on the host that sends back what it reads.
fn echo_server() -> (std::net::SocketAddr, UdpSocket) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let datagrams = UdpSocket::bind(address).unwrap();
    let own = datagrams.try_clone().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut copy = stream.try_clone().unwrap();
                let _ = std::io::copy(&mut copy, &mut stream);
            });
        }
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 2000];
        while let Ok((length, from)) = own.recv_from(&mut buffer) {
            let _ = own.send_to(&buffer[..length], from);
        }
    });
    (address, datagrams)
}

fn published_services() {
    let (address, _datagrams) = echo_server();
    let mut plan = plan();
    plan.alias("web", "fra").unwrap();
    let network = |plan| Box::new(crate::networks::Wire::new(plan)) as Box<_>;
    let mut emulator =
        skyweave_emulate::emulator::Emulator::start(plan, network, Options::default(), true).unwrap();
    let [kyiv, fra] = ["kyiv", "fra"].map(|name| emulator.plan().port(name).unwrap());
    emulator.publish(fra, &format!("web:80={address}").parse().unwrap()).unwrap();
    let place = emulator.terminal(kyiv).unwrap();
    for way in ["tcp/web/80", "udp/198.18.0.1/80", "tcp/fd5a:6a7e::1/80"] {
        let script = format!("exec 3<>/dev/{way}; echo hello >&3; timeout 5 head -n1 <&3");
        assert_eq!(output(place.namespace(), &["bash", "-c", &script]), (0, "hello\n".into()), "{way}");
    }
}

fn the_host_network_by_nat() {
    if !rustix::process::geteuid().is_root() || !has("ip") {
        println!("  skipped: an Internet of its own needs root and `ip`");
        return;
    }
    let (code, text) = Role::start(&["internet"]).finish();
    print!("{text}");
    assert_eq!(code, 0, "{text}");
}

fn names_asked_elsewhere() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let names = Some(server.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = server.recv_from(&mut buffer) {
            // Answer 203.0.113.7 to questions for A, nothing to others.
            let question = &buffer[12..length];
            let end = question.iter().position(|byte| *byte == 0).unwrap() + 5;
            let is_a = question[end - 3] == 1;
            let mut reply = buffer[..12 + end].to_vec();
            reply[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
            if is_a {
                reply.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 7]);
            }
            let _ = server.send_to(&reply, from);
        }
    });
    let emulator = wire(Options { names, ..Options::default() }, true);
    let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    let (_, text) =
        shell(place.namespace(), "getent ahostsv4 example.org | head -1; getent ahostsv4 pop | head -1");
    assert!(text.starts_with("203.0.113.7") && text.contains("198.18.0.1"), "{text}");
}

fn the_host_is_as_it_was() {
    let seen = || {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let files = [
            "/proc/mounts",
            "/etc/resolv.conf",
            "/etc/nsswitch.conf",
            "/proc/net/route",
            "/proc/net/ipv6_route",
            "/proc/net/if_inet6",
        ];
        let links =
            std::fs::read_dir("/sys/class/net").unwrap().flatten().map(|e| e.file_name()).collect::<Vec<_>>();
        (
            files.map(read).map(|text| without_counters(&text)),
            links.len(),
            read("/proc/sys/net/ipv4/ping_group_range"),
        )
    };
    let before = seen();
    let emulator = wire(Options::default(), true);
    let place = emulator.terminal(emulator.plan().port("kyiv").unwrap()).unwrap();
    assert_eq!(seen(), before, "while it runs");
    drop(place);
    emulator.stop().unwrap();
    assert_eq!(seen(), before, "after it");
    TcpStream::connect("127.0.0.1:1").unwrap_err();
}

/// Routes have use counters in their last columns.
fn without_counters(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ") + "\n").collect()
}
