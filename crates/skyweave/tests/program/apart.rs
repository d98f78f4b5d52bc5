//! Everything apart, on one PostgreSQL: planners of which one leads, and servers of which one is killed.

use crate::cluster;
use crate::support::Desk;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A program that is killed when this is dropped.
struct Program {
    child: Child,
    address: String,
    said: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have been killed before
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts one and listens until it has said this.
fn start(desk: &Desk, words: &str, url: &str, until: &str) -> Program {
    let mut child = desk
        .command(&format!("{words} --listen 127.0.0.1:0"))
        .env("SKYWEAVE_STORE", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut said, mut address) = (String::new(), String::new());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        said.push_str(&line);
        said.push('\n');
        if let Some(found) = line.strip_prefix("listening on http://") {
            found.clone_into(&mut address);
        }
        if line.contains(until) {
            break;
        }
    }
    assert!(!address.is_empty(), "{words}: {said}");
    thread::spawn(move || lines.for_each(drop));
    Program { child, address, said }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.timeout_global(Some(Duration::from_secs(20))).build().into()
}

/// The cookie of a session, by the link that a server printed.
fn sign_in(server: &Program) -> String {
    let link = server.said.lines().find(|line| line.contains("/sign-in?code=")).unwrap().trim();
    let answer = agent().get(link).call().unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn get(address: &str, path: &str, cookie: &str) -> Option<(u16, Vec<u8>)> {
    let mut answer = agent().get(format!("http://{address}{path}")).header("cookie", cookie).call().ok()?;
    let mut body = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut body).ok()?;
    Some((answer.status().as_u16(), body))
}

/// The slot that holds, once a server knows of one after `after`.
fn slot_after(address: &str, cookie: &str, after: i64) -> i64 {
    let began = Instant::now();
    loop {
        if let Some((200, body)) = get(address, "/api/v1/live/slots", cookie) {
            let found = serde_json::from_slice::<Value>(&body).unwrap()["current"].as_i64().unwrap();
            if found > after {
                return found;
            }
        }
        assert!(began.elapsed() < Duration::from_mins(2), "no slot comes after {after}");
        thread::sleep(Duration::from_millis(50));
    }
}

const PLANNER: &str = "planner few.toml --at 2026-05-20T13:00:12Z --speed 10";

#[test]
#[ignore = "on the clock: cargo xtask soak apart"]
fn another_planner_leads_when_the_one_that_led_is_killed() {
    let Some(cluster) = cluster::cluster() else { return };
    let (desk, url) = (Desk::new(), cluster.database());
    let server = start(&desk, "serve --sign-in", &url, "/sign-in?code=");
    let cookie = sign_in(&server);
    let (status, body) = get(&server.address, "/api/v1/live/slots", &cookie).unwrap();
    assert_eq!(status, 404, "{}", String::from_utf8_lossy(&body));

    let mut one = start(&desk, PLANNER, &url, "plans");
    assert!(!one.said.contains("SECRET") && !one.said.contains("sign-in"), "{}", one.said);
    let other = start(&desk, PLANNER, &url, "listening");
    let first = slot_after(&server.address, &cookie, 0);
    // whoever stands by hands on as well, and a planner has no service
    slot_after(&other.address, &cookie, 0);
    assert_eq!(get(&other.address, "/readyz", "").unwrap().0, 503);
    assert_eq!(get(&other.address, "/api/v1/organizations", &cookie).unwrap().0, 404);
    assert_eq!(get(&one.address, "/api/v1/orders", &cookie).unwrap().0, 200);
    assert_eq!(get(&one.address, "/log/checkpoint", "").unwrap().0, 200);
    let path = format!("/api/v1/live/slots/{first}");
    let (by_server, by_planner) =
        (get(&server.address, &path, &cookie).unwrap(), get(&one.address, &path, &cookie).unwrap());
    assert!(by_server.0 == 200 && by_server == by_planner);
    assert_eq!(get(&server.address, &path, "").unwrap().0, 401);
    assert_eq!(get(&server.address, "/api/v1/live/terminals/kyiv", &cookie).unwrap().0, 200);

    let last = slot_after(&server.address, &cookie, 0);
    one.child.kill().unwrap();
    one.child.wait().unwrap();
    let began = Instant::now();
    slot_after(&server.address, &cookie, last);
    println!("the other planner's slot was there after {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(get(&other.address, "/readyz", "").unwrap().0, 200);
}

/// A plain load balancer: each connection goes to the next server that takes it.
fn balance(servers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let turn = AtomicUsize::new(0);
    thread::spawn(move || {
        for from in listener.incoming().flatten() {
            let first = turn.fetch_add(1, Ordering::Relaxed);
            let to = (0..servers.len())
                .find_map(|next| TcpStream::connect(&servers[(first + next) % servers.len()]).ok());
            let Some(to) = to else { continue };
            let pairs = [(from.try_clone(), to.try_clone()), (to.try_clone(), from.try_clone())];
            for pair in pairs {
                let (Ok(mut from), Ok(mut to)) = pair else { continue };
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.flush();
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
            }
        }
    });
    address
}

#[test]
#[ignore = "on the clock: cargo xtask soak apart"]
fn a_server_that_is_killed_under_load_loses_nothing_that_was_acknowledged() {
    let Some(cluster) = cluster::cluster() else { return };
    let (desk, url) = (Desk::new(), cluster.database());
    let one = start(&desk, "serve --sign-in", &url, "/sign-in?code=");
    let mut other = start(&desk, "serve", &url, "listening");
    let cookie = sign_in(&one);
    let front = balance(vec![one.address.clone(), other.address.clone()]);
    let (stop, acknowledged) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()));
    thread::scope(|scope| {
        for worker in 0..4 {
            let (cookie, front, stop, acknowledged) = (&cookie, &front, &stop, &acknowledged);
            scope.spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let name = format!("Relief {worker}-{number}");
                    // one key for all tries: what was done before an answer was lost is not done again
                    while !post(front, cookie, &name) {
                        thread::sleep(Duration::from_millis(20));
                    }
                    acknowledged.lock().unwrap().insert(name);
                }
            });
        }
        let count = || acknowledged.lock().unwrap().len();
        let reach = |many: usize| {
            let began = Instant::now();
            while count() < many && began.elapsed() < Duration::from_mins(1) {
                thread::sleep(Duration::from_millis(10));
            }
        };
        reach(40);
        other.child.kill().unwrap();
        other.child.wait().unwrap();
        reach(count() + 40);
        stop.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= 80, "{}", acknowledged.len());
    let (status, body) = get(&one.address, "/api/v1/organizations?limit=1000&fields=name", &cookie).unwrap();
    assert_eq!(status, 200);
    let listed: Value = serde_json::from_slice(&body).unwrap();
    let names: Vec<String> = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "something was done twice");
    assert!(acknowledged.iter().all(|name| names.contains(name)), "something is lost");
    println!("{} were acknowledged", acknowledged.len());
}

/// Whether it was acknowledged.
fn post(front: &str, cookie: &str, name: &str) -> bool {
    let request = agent()
        .post(format!("http://{front}/api/v1/organizations"))
        .header("cookie", cookie)
        .header("origin", format!("http://{front}"))
        .header("idempotency-key", name)
        .header("connection", "close")
        .content_type("application/json");
    request.send(json!({ "name": name }).to_string()).is_ok_and(|answer| answer.status() == 201)
}
