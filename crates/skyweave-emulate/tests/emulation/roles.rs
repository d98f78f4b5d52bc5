//! This program started again as somebody else: a user's shell, a user without root, a network that is up.

use crate::world::{MS, has, links, links_at, shell};
use skyweave_emulate::engine::Options;
use skyweave_emulate::meeting::{Joined, Meeting, Neighbour};
use skyweave_emulate::program::{Program, Signals};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

/// Plays the role that the arguments name.
pub fn play(arguments: &[String]) -> Option<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let code = match words.as_slice() {
        ["shell", "--", command @ ..] => one_shell(command),
        ["join", path, terminal, "--", command @ ..] => join(Path::new(path), terminal, command),
        ["up", path] => up(Path::new(path)),
        ["unprivileged"] => unprivileged(),
        ["internet"] => crate::joining::internet(),
        ["bench", rest @ ..] => crate::bench::run(rest),
        _ => return None,
    };
    Some(ExitCode::from(code as u8))
}

fn told(error: &skyweave_emulate::EmulateError) -> i32 {
    println!("{error}");
    error.exit_code().into()
}

fn one_shell(command: &[&str]) -> i32 {
    let signals = Signals::hold().unwrap();
    let run = || {
        let emulator = links_at(20 * MS, 100_000_000, Options::default(), true)?;
        let place = emulator.terminal(emulator.plan().port("kyiv")?)?;
        place.namespace().foreground(&Program::new(command), &signals)
    };
    run().unwrap_or_else(|error| told(&error))
}

fn join(path: &Path, terminal: &str, command: &[&str]) -> i32 {
    let signals = Signals::hold().unwrap();
    let joined = Joined::join(path, terminal, &[([192, 168, 100, 1], 9_200).into()], true);
    joined
        .and_then(|joined| joined.foreground(&Program::new(command), &signals))
        .unwrap_or_else(|error| told(&error))
}

/// Says the number of the terminal's port to whoever connects.
fn neighbour() -> Neighbour {
    std::sync::Arc::new(|port, sockets| {
        for socket in sockets {
            std::thread::spawn(move || {
                for mut stream in socket.incoming().flatten() {
                    let _ = writeln!(stream, "beside port {}", port.0);
                }
            });
        }
        Box::new(())
    })
}

/// A network that is up until it is told to end; a line on its standard input moves `kyiv` to the other PoP.
fn up(path: &Path) -> i32 {
    let signals = Signals::hold().unwrap();
    let emulator = links();
    let meeting = match Meeting::open(path, emulator.handle(), neighbour()) {
        Ok(meeting) => meeting,
        Err(error) => return told(&error),
    };
    println!("up");
    let [kyiv, waw] = ["kyiv", "waw"].map(|name| emulator.plan().port(name).unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if std::io::stdin().read_line(&mut String::new()).unwrap() > 0 {
                emulator.plan().serve(kyiv, waw);
                meeting.follow_plan();
                println!("moved");
            }
        });
        signals.wait().unwrap();
        std::process::exit({
            drop_file(path);
            0
        })
    })
}

fn drop_file(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// What a user without root gets: the same, or a sentence.
fn unprivileged() -> i32 {
    let signals = Signals::hold().unwrap();
    let mut emulator = links();
    let place = match emulator.terminal(emulator.plan().port("kyiv").unwrap()) {
        Ok(place) => place,
        Err(error) => {
            println!("  skipped: {error}");
            return 0;
        }
    };
    let own = rustix::process::geteuid().as_raw();
    assert_ne!(own, 0);
    assert_eq!(shell(place.namespace(), "id -u").1, format!("{own}\n"), "the user stays who it is");
    let (_, text) = shell(place.namespace(), "getent ahostsv4 pop | head -1; grep CapEff /proc/self/status");
    assert!(text.starts_with("198.18.0.1"), "{text}");
    assert!(text.contains("0000000000003400"), "only the network is theirs: {text}");
    if has("ping") {
        let (code, text) = shell(place.namespace(), "ping -q -c 2 -i 0.3 pop");
        assert_eq!(code, 0, "{text}");
    }
    let (code, _) = shell(place.namespace(), "echo x > /proc/sys/kernel/hostname; mount -t tmpfs x /mnt");
    assert_ne!(code, 0, "the rest of the machine is not");
    let fra = emulator.plan().port("fra").unwrap();
    let pop = emulator.pop(fra).unwrap();
    let listener = pop.listen("198.18.0.1:80".parse().unwrap()).unwrap();
    let server = std::thread::spawn(move || listener.accept().unwrap().1);
    let connect = Program::new(["bash", "-c", "exec 3<>/dev/tcp/pop/80"]);
    assert_eq!(place.namespace().foreground(&connect, &signals).unwrap(), 0);
    assert_eq!(server.join().unwrap().ip().to_string(), "100.64.0.2");
    println!("  without root: names, ping, TCP to the PoP");
    0
}

/// This program in a role, with what it says.
pub struct Role {
    child: Child,
    output: BufReader<ChildStdout>,
    said: String,
    /// Where its program is, if it is a copy.
    directory: Option<tempfile::TempDir>,
}

impl Role {
    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(Command::new("/proc/self/exe").args(arguments))
    }

    /// As user 65534, from a copy of this program that this user may read.
    pub fn as_nobody(arguments: &[&str]) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir_in("/dev/shm").unwrap();
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(0o755)).unwrap();
        let copy = directory.path().join("program");
        std::fs::copy("/proc/self/exe", &copy).unwrap();
        std::fs::set_permissions(&copy, PermissionsExt::from_mode(0o755)).unwrap();
        let mut role = Self::spawn(Command::new(copy).args(arguments).current_dir("/").uid(65534).gid(65534));
        role.directory = Some(directory);
        role
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, said: String::new(), directory: None }
    }

    /// Waits for a line that contains this.
    pub fn until(&mut self, wanted: &str) {
        while !self.said.contains(wanted) {
            assert_ne!(self.output.read_line(&mut self.said).unwrap(), 0, "no `{wanted}` in: {}", self.said);
        }
    }

    pub fn say(&mut self, line: &str) {
        use std::io::Write;
        self.child.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    }

    pub fn signal(&self, number: i32) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::from_named_raw(number).unwrap()).unwrap();
    }

    pub fn finish(mut self) -> (i32, String) {
        self.output.read_to_string(&mut self.said).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        drop(self.directory);
        (code, self.said)
    }
}

/// The network namespaces of all processes.
pub fn namespaces() -> BTreeSet<std::path::PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| std::fs::read_link(entry.path().join("ns/net")).ok()).collect()
}
