//! A PostgreSQL of our own: in a temporary folder, on a socket in it and, with TLS, on loopback; as a user that is not root, gone with this
//! process.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Starts a cluster, and ends it when its standard input is closed: by whoever started it, or by that one's death.
const KEEPER: &str = r#"
set -e
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; else "$@"; fi; }
folder=$(mktemp -d /tmp/skyweave-pg.XXXXXX)
trap 'rm -rf "$folder"' EXIT
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
cd "$folder"
as "$BIN/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
as openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -addext basicConstraints=critical,CA:FALSE -keyout "$folder/data/server.key" -out "$folder/data/server.crt" >>"$folder/log" 2>&1
as chmod 600 "$folder/data/server.key"
# as itself and not below a shell, which would not pass signals on
if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=postgres --regid=postgres --clear-groups -- "$BIN/postgres"; else set -- "$BIN/postgres"; fi
"$@" -D "$folder/data" -k "$folder" -p "$PORT" -c ssl=on -c listen_addresses=localhost -c max_connections=200 -c log_min_messages=fatal >>"$folder/log" 2>&1 &
server=$!
for i in $(seq 300); do as "$BIN/pg_isready" -q -h "$folder" -p "$PORT" && break; sleep 0.1; done
echo "$folder"
cat >/dev/null
kill -INT $server
wait $server || true
"#;

/// A cluster that is running.
pub struct Cluster {
    socket_folder: PathBuf,
    port: u16,
    bin: PathBuf,
    databases: AtomicU32,
    /// Its standard input is what keeps the cluster alive.
    _keeper: Child,
}

/// A cluster is gone once nobody has it: a test that leaves one behind leaves a server, its memory and its files.
#[test]
fn a_cluster_ends_with_whoever_started_it() {
    let Some(cluster) = start() else { return };
    let folder = cluster.socket_folder.clone();
    assert!(folder.join("data").exists());
    drop(cluster);
    for _ in 0..600 {
        if !folder.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{} is still there", folder.display());
}

/// The cluster of this process, or none where PostgreSQL is not installed.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(start).as_ref()
}

fn start() -> Option<Cluster> {
    let Some(bin) = installed() else {
        println!("skipped: no PostgreSQL under /usr/lib/postgresql; `apt-get install postgresql` brings it");
        return None;
    };
    // free a moment ago, which is as good as it gets
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER])
        .env("BIN", &bin)
        .env("PORT", port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.trim().is_empty(), "PostgreSQL did not start");
    let socket_folder = PathBuf::from(line.trim());
    Some(Cluster { socket_folder, port, bin, databases: AtomicU32::new(0), _keeper: keeper })
}

/// The newest installed one.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").is_file()).max()
}

impl Cluster {
    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("sky{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgres://postgres@localhost:{}/{name}?host={}", self.port, self.socket_folder.display())
    }

    /// The address of a new, empty database over TCP and TLS, and the file with the certificate to trust.
    pub fn database_over_tls(&self) -> (String, PathBuf) {
        let url = self.database().split('?').next().unwrap().to_owned();
        // only the server's own user may look into its folder
        let (from, to) = (self.socket_folder.join("data/server.crt"), self.socket_folder.join("trusted.crt"));
        std::fs::copy(from, &to).unwrap();
        (format!("{url}?sslmode=verify-full&sslrootcert={}", to.display()), to)
    }

    /// Carries out SQL in a database.
    pub fn psql(&self, database: &str, sql: &str) {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]).arg(&self.socket_folder);
        command.args(["-p", &self.port.to_string()]);
        let done = command.args(["-d", database, "-c", sql]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// The name of the database in an address that [`Cluster::database`] gave.
pub fn name_of(url: &str) -> &str {
    url.split('/').nth(3).unwrap().split('?').next().unwrap()
}

/// The address of a store in a folder.
pub fn file_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("sky.db").display())
}
