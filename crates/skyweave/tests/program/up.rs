//! `skyweave up` as a program: the link, what is behind it, and what happens when it ends.

use crate::support::{Desk, FEW};
use serde_json::{Value, json};
use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::plan::{HourPlan, Slot};
use skyweave_core::time::SlotNo;
use skyweave_io::scenario::{FORMAT, Prepared, Source, prepare};
use skyweave_server::live::format::{Header, decode, encode};
use skyweave_server::live::what_if::{compare, with_failure};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The whole hour is planned from its first slot on: nothing is provisional.
const AT_THE_HOUR: &str = "up few.toml --at 2026-05-20T13:00:12Z --speed 60 --store sqlite:sky.db";

/// A network that is killed when this is dropped.
pub struct Running {
    pub child: Child,
    pub url: String,
    link: String,
    pub said: String,
    cookie: String,
    agent: ureq::Agent,
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Starts it and signs in.
pub fn up(desk: &Desk, arguments: &str) -> Running {
    let mut child = desk
        .command(&format!("{arguments} --listen 127.0.0.1:0"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut said, mut url, mut link) = (String::new(), String::new(), String::new());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        said.push_str(&line);
        said.push('\n');
        if let Some(found) = line.strip_prefix("listening on ") {
            found.clone_into(&mut url);
        }
        if line.trim().contains("/sign-in?code=") {
            line.trim().clone_into(&mut link);
            break;
        }
    }
    assert!(link.starts_with(&url) && !url.is_empty(), "{said}");
    // what it says later must not stop it
    std::thread::spawn(move || lines.for_each(drop));
    let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut running = Running { child, url, link, said, cookie: String::new(), agent };
    let answer = running.send("GET", running.link["http://".len()..].split_once('/').unwrap().1, None, &[]);
    assert_eq!((answer.status, answer.header("location")), (303, "/"), "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().clone_into(&mut running.cookie);
    running
}

impl Running {
    pub fn send(&self, method: &str, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/{}", self.url, path.trim_start_matches('/'));
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = match body {
            Some(body) => {
                self.agent.run(request.header("content-type", "application/json").body(body).unwrap())
            }
            None => self.agent.run(request.body(()).unwrap()),
        }
        .unwrap();
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes).unwrap();
        Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body: bytes }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[]).is(200)
    }

    pub fn current(&self) -> i64 {
        self.get("/api/v1/live/slots").json()["current"].as_i64().unwrap()
    }

    /// Waits until a slot of this number or a later one holds.
    pub fn wait_for(&self, no: i64) -> i64 {
        let began = Instant::now();
        loop {
            let current = self.current();
            if current >= no {
                return current;
            }
            assert!(began.elapsed() < Duration::from_mins(2), "slot {no} does not come, it is {current}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn what_if(&self, fail: &Value) -> Answer {
        let headers = [("origin", self.url.as_str())];
        self.send("POST", "/api/v1/live/what-if", Some(json!({ "fail": fail }).to_string()), &headers)
    }

    /// The first events of the stream after a number: their numbers, names and data.
    fn events(&self, after: Option<u64>, count: usize) -> Vec<(u64, String, Value)> {
        let mut request =
            self.agent.get(format!("{}/api/v1/live/events", self.url)).header("cookie", &self.cookie);
        if let Some(after) = after {
            request = request.header("last-event-id", after.to_string());
        }
        let mut answer = request.call().unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let (mut found, mut id, mut name) = (Vec::new(), 0, String::new());
        for line in BufReader::new(answer.body_mut().as_reader()).lines() {
            let line = line.unwrap();
            match line.split_once(": ") {
                Some(("id", text)) => id = text.parse().unwrap(),
                Some(("event", text)) => text.clone_into(&mut name),
                Some(("data", text)) => found.push((id, name.clone(), serde_json::from_str(text).unwrap())),
                _ => {}
            }
            if found.len() == count {
                break;
            }
        }
        found
    }
}

/// The scenario of the desk with another start, as the program prepares it.
fn prepared(start: &str) -> Prepared {
    let source = Source { name: "few".to_owned(), text: FEW.to_owned() };
    let source = FORMAT.change(source, &[format!("time.start={start:?}")]).unwrap();
    prepare(&source, std::path::Path::new(".")).unwrap()
}

/// A slot, and the one before it, as batch plans them. Nobody signed that, and everybody is served in both.
fn planned(prepared: &Prepared, no: SlotNo) -> (Arc<Slot<Unsigned>>, Arc<Slot<Unsigned>>) {
    let world = &prepared.world;
    let mut plan = HourPlan::begin(no.hour());
    let mut before = None;
    loop {
        let upcoming = plan.upcoming().unwrap();
        let slot = plan.step(world, &Admission::declared(world, upcoming), &mut |_| {});
        if slot.no == no {
            return (before.unwrap(), slot);
        }
        before = Some(slot);
    }
}

#[test]
fn one_command_gives_a_link_and_the_network_behind_it() {
    let desk = Desk::new();
    let running = up(&desk, AT_THE_HOUR);
    // nothing unsigned is served; and who made the keys is said
    assert!(running.said.contains("admission enforced, SELF-WITNESSED"), "{}", running.said);
    let law = running.get("/api/v1/live/slots").json()["law"].clone();
    assert_eq!((law["epoch"].as_u64(), law["self_witnessed"].as_bool()), (Some(1), Some(true)));
    assert!(running.said.contains("replay from 2026-05-20T13:00:12Z"), "{}", running.said);

    let page = running.get("/");
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let known = running.send("GET", "/", None, &[("if-none-match", page.header("etag"))]);
    assert_eq!(known.status, 304);
    running.send("GET", "/nothing.js", None, &[]).is(404);

    let world = running.send("GET", "/api/v1/live/world", None, &[("accept-encoding", "gzip")]).is(200);
    // the client takes the coding off, and its header with it
    assert!(world.header("vary").contains("accept-encoding") && world.json()["scenario"] == "few");
    let world = running.get("/api/v1/live/world");
    let tag = world.header("etag").to_owned();
    assert_eq!(running.send("GET", "/api/v1/live/world", None, &[("if-none-match", &tag)]).status, 304);
    let world = world.json();
    assert_eq!(world["basis"], "enforced");
    assert_eq!(world["satellites"].as_array().unwrap().len(), 60);
    assert_eq!(world["clock"]["speed"], 60.0);
    let names: Vec<_> =
        world["terminals"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["kyiv", "quito"]);

    let slot = running.get("/api/v1/live/slots/current");
    let (header, _) = decode(&slot.body).unwrap();
    assert_eq!(slot.header("content-type"), "application/vnd.skyweave.slot");
    assert_eq!((header.counts.satellites, header.terminals.len()), (60, 2));
    assert!(header.sections.iter().all(|section| section.offset % 4 == 0));

    let kyiv = running.get("/api/v1/live/terminals/kyiv").json();
    assert_eq!(kyiv["name"], "kyiv");
    assert!(!kyiv["history"].as_array().unwrap().is_empty());
    running.get("/api/v1/live/satellites/S-01-05");
    let gateway = world["gateways"][0]["name"].as_str().unwrap().replace(' ', "%20");
    assert_eq!(running.get(&format!("/api/v1/live/gateways/{gateway}")).json()["works"], true);
    let cell =
        running.get(&format!("/api/v1/live/cells/{}", world["cells"][0]["h3"].as_str().unwrap())).json();
    assert_eq!(cell["index"], 0);
    for nothing in ["terminals/nobody", "satellites/none", "gateways/none", "cells/zz", "slots/1", "slots/x"]
    {
        running.send("GET", &format!("/api/v1/live/{nothing}"), None, &[]).is(404);
    }

    // an hour ahead, if nothing changes; and no further
    let current = running.current();
    let ahead = running.get(&format!("/api/v1/live/slots/{}", current + 60));
    let (header, _) = decode(&ahead.body).unwrap();
    assert!(header.provisional && header.slot == current + 60, "{}", header.slot);
    let next = running.get(&format!("/api/v1/live/slots/{}", current + 61));
    assert_eq!(decode(&next.body).unwrap().0.slot, current + 61);
    running.send("GET", &format!("/api/v1/live/slots/{}", current + 2_000), None, &[]).is(404);

    running.get("/healthz");
    running.get("/readyz");
    let metrics = running.get("/metrics").text();
    for name in [
        "skyweave_slot_late_seconds_bucket",
        "skyweave_cells_served",
        "skyweave_leads 1",
        "skyweave_requests_total",
    ] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
    // what was written down of the listed terminals
    running.wait_for(header.slot + 4);
    let body = json!({ "batchSize": 4 }).to_string();
    let rows = running
        .send("POST", "/api/v1/telemetry/stream", Some(body), &[("origin", &running.url)])
        .is(200)
        .json();
    let devices: BTreeSet<_> =
        rows["rows"].as_array().unwrap().iter().map(|row| row["DeviceId"].to_string()).collect();
    assert_eq!(devices, BTreeSet::from(["\"kyiv\"".to_owned(), "\"quito\"".to_owned()]));
}

#[test]
fn slots_are_those_of_batch_to_the_byte() {
    let desk = Desk::new();
    let running = up(&desk, AT_THE_HOUR);
    let no = running.wait_for(0) + 3;
    running.wait_for(no);
    let sent = running.get(&format!("/api/v1/live/slots/{no}"));
    let prepared = prepared("2026-05-20T13:00:12Z");
    let (_, slot) = planned(&prepared, SlotNo(no));
    let (header, body) = decode(&sent.body).unwrap();
    let ours = encode(&prepared.world, &slot, false, header.bundle.clone()).bytes;
    let (batch, of_batch) = decode(&ours).unwrap();
    assert!(body == of_batch, "slot {no} differs");
    assert_eq!((header.basis.as_str(), batch.basis.as_str()), ("enforced", "unsigned"));
    assert_eq!(Header { basis: header.basis.clone(), ..batch }, header);
    // and what is read back is what was planned
    let section = header.sections.iter().find(|section| section.name == "sat_position_km").unwrap();
    let floats: Vec<f32> = body[section.offset..section.offset + section.length]
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    assert_eq!(floats.len(), 180);
    let first = slot.sky.position[0].0;
    assert_eq!(&floats[..3], [first.x, first.y, first.z].map(|metres| (metres / 1e3) as f32));
    for (sent, terminal) in header.terminals.iter().zip(&slot.terminals) {
        assert_eq!(sent.satellite, terminal.outcome.as_ref().ok().map(|served| served.satellite.0));
        if let (Some(rtt_ms), Some(parts)) = (sent.rtt_ms, sent.rtt_parts_ms) {
            let sum = parts.up + parts.lasers + parts.down + parts.fibre + parts.access;
            // each is rounded to a thousandth
            assert!((sum - rtt_ms).abs() < 0.004, "{sum} {rtt_ms}");
        }
    }
    let cut = &sent.body[..sent.body.len() - 8];
    assert!(decode(cut).unwrap_err().contains("ends before its section"));
    assert!(decode(b"SKYX").is_err() && decode(b"").is_err() && decode(b"SKYW\x02\0\0\0").is_err());
}

#[test]
fn a_what_if_is_two_plans() {
    let desk = Desk::new();
    let running = up(&desk, AT_THE_HOUR);
    let world = running.get("/api/v1/live/world").json();
    let terminal = running.get("/api/v1/live/terminals/kyiv").json();
    let satellites: Vec<_> = (1..=10).map(|place| format!("S-03-{place:02}")).collect();
    let area = json!({ "lat_deg": terminal["lat_deg"], "lon_deg": terminal["lon_deg"], "radius_km": 2_500 });
    let answer = running.what_if(&json!({ "satellites": satellites, "area": area })).is(200).json();
    let no = SlotNo(answer["slot"].as_i64().unwrap());

    let prepared = prepared("2026-05-20T13:00:12Z");
    let (before, slot) = planned(&prepared, no);
    let failed: BTreeSet<&str> = satellites.iter().map(String::as_str).collect();
    let is_near = |place: &skyweave_core::world::Place| {
        let here = prepared.world.terminals[0].motion.at(no).geodetic;
        here.great_circle_m(place.geodetic) <= 2_500e3
    };
    let mut affected = skyweave_core::timeline::Affected::default();
    for (place, satellite) in prepared.world.satellites.iter().enumerate() {
        if failed.contains(satellite.name.as_str()) {
            affected.satellites.push(skyweave_core::ids::SatId::at(place));
        }
    }
    for (place, gateway) in prepared.world.gateways.iter().enumerate() {
        if is_near(&gateway.place) {
            affected.gateways.push(skyweave_core::ids::GatewayId::at(place));
        }
    }
    for (place, pop) in prepared.world.pops.iter().enumerate() {
        if is_near(&pop.place) {
            affected.pops.push(skyweave_core::ids::PopId::at(place));
        }
    }
    for (place, fibre) in prepared.world.fibres.iter().enumerate() {
        let (from, to) =
            (&prepared.world.gateways[fibre.gateway.index()], &prepared.world.pops[fibre.pop.index()]);
        let here = prepared.world.terminals[0].motion.at(no).geodetic;
        if here.distance_to_arc_m(from.place.geodetic, to.place.geodetic) <= 2_500e3 {
            affected.fibres.push(skyweave_core::ids::FibreId::at(place));
        }
    }
    let world_after = with_failure(&prepared.world, no, &affected);
    let after =
        skyweave_core::plan::plan(&world_after, &Admission::declared(&prepared.world, no), Some(&before), no);
    let mut ours = serde_json::to_value(compare(&prepared.world, &slot, &after, &affected)).unwrap();
    ours["basis"] = json!("enforced");
    assert_eq!(answer, ours);
    assert!(
        answer["failed"]["gateways"].as_u64().unwrap() > 0 && answer["failed"]["satellites"] == 10,
        "{answer}"
    );
    assert_eq!(world["cells"].as_array().unwrap().len(), prepared.world.cells.len());

    for (fail, part) in [
        (json!({}), "nothing fails"),
        (json!({ "gateways": ["Nowhere"] }), "there is no gateway `Nowhere`"),
        (json!({ "area": { "lat_deg": 91, "lon_deg": 0, "radius_km": 1 } }), "lat_deg of -90 to 90"),
        (json!({ "everything": true }), "unknown field"),
    ] {
        let refused = running.what_if(&fail).is(400);
        assert!(refused.text().contains(part), "{}", refused.text());
    }
}

#[test]
fn a_stream_goes_on_where_it_broke_off() {
    let desk = Desk::new();
    let running = up(&desk, AT_THE_HOUR);
    let first = running.events(None, 4);
    let slots = |events: &[(u64, String, Value)]| -> Vec<i64> {
        let slots = events.iter().filter(|(_, name, _)| name == "slot");
        slots.map(|(.., data)| data["slot"].as_i64().unwrap()).collect()
    };
    let seen = slots(&first);
    assert!(seen.iter().copied().eq((seen[0]..).take(seen.len())), "{first:?}");
    let of_slots = || first.iter().filter(|(_, name, _)| name == "slot");
    assert!(of_slots().all(|(.., data)| data["asking"] == 2 && data["late_ms"].is_u64()), "{first:?}");
    running.wait_for(seen[0] + 8);
    let again = running.events(Some(of_slots().next().unwrap().0), 5);
    assert!(slots(&again).iter().copied().eq((seen[0] + 1..).take(slots(&again).len())), "{again:?}");
    assert!(again.iter().zip(again.iter().skip(1)).all(|(one, next)| next.0 == one.0 + 1), "{again:?}");
    // an event of the scenario is news
    let from_the_start = running.events(Some(0), 8);
    let news = from_the_start.iter().find(|(_, name, _)| name == "news");
    assert!(
        news.is_some_and(|(.., data)| data["text"] == "half of the satellites of a plane fail"),
        "{from_the_start:?}"
    );
    let bad = running.send("GET", "/api/v1/live/events", None, &[("last-event-id", "x")]);
    assert_eq!(bad.status, 400);
}

#[test]
fn a_session_is_begun_once_and_changes_nothing_from_elsewhere() {
    let desk = Desk::new();
    let mut running = up(&desk, AT_THE_HOUR);
    let path = running.link.split_once("/sign-in").map(|(_, query)| format!("/sign-in{query}")).unwrap();
    // where it was used the link still leads to the page
    assert_eq!(running.send("GET", &path, None, &[]).status, 303);
    let body = || Some(json!({ "fail": { "satellites": ["S-01-05"] } }).to_string());
    let post = |running: &Running, headers: &[(&str, &str)]| {
        running.send("POST", "/api/v1/live/what-if", body(), headers).status
    };
    assert_eq!(post(&running, &[("origin", &running.url)]), 200);
    assert_eq!(post(&running, &[]), 403);
    assert_eq!(post(&running, &[("origin", "http://evil.example")]), 403);
    let cookie = std::mem::take(&mut running.cookie);
    assert_eq!(running.send("GET", &path, None, &[]).status, 403);
    for path in [
        "/api/v1/live/world",
        "/api/v1/live/slots",
        "/api/v1/live/slots/current",
        "/api/v1/live/events",
        "/api/v1/live/terminals/kyiv",
        "/api/v1/live/satellites/S-01-05",
        "/api/v1/live/cells/0",
        "/api/v1/live/gateways/x",
    ] {
        assert_eq!(running.send("GET", path, None, &[]).status, 401, "{path}");
    }
    assert_eq!(post(&running, &[("origin", &running.url)]), 401);
    running.cookie = cookie;
    assert_eq!(running.send("GET", "/api/v1/accounts", None, &[]).status, 200);
    // who is let in no more hears no more either
    let own = [("origin", running.url.as_str())];
    let client = Some(json!({ "name": "viewer", "roles": ["viewer"] }).to_string());
    let client = running.send("POST", "/api/v1/clients", client, &own).is(201).json();
    let (id, secret) = (client["id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    let token =
        running.agent.post(format!("{}/api/auth/connect/token", running.url)).send_form(form).unwrap();
    let token: Value = serde_json::from_reader(token.into_body().into_reader()).unwrap();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let request = running.agent.get(format!("{}/api/v1/live/events", running.url));
    let mut stream = request.header("authorization", bearer).call().unwrap();
    running.send("POST", &format!("/api/v1/clients/{id}/disable"), Some("{}".to_owned()), &own).is(200);
    let mut told = String::new();
    stream.body_mut().as_reader().read_to_string(&mut told).unwrap();
    assert!(told.starts_with("retry: 1000\n"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_replay_goes_on_where_it_was() {
    let desk = Desk::new();
    let began = {
        let running = up(&desk, AT_THE_HOUR);
        let began = running.wait_for(0);
        running.wait_for(began + 8);
        began
    };
    // killed above; and stopped in order
    let mut running = up(&desk, AT_THE_HOUR);
    let current = running.current();
    assert!(current >= began + 7, "{began} {current}");
    let sent = Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap();
    assert!(sent.success() && running.child.wait().unwrap().success());
    let mut again = up(&desk, AT_THE_HOUR);
    assert!(again.current() >= current);
    // the session goes on too
    let session = [("cookie", running.cookie.as_str())];
    again.cookie.clear();
    again.send("GET", "/api/v1/live/slots", None, &session).is(200);
    drop(again);
    let afresh = up(&desk, &format!("{AT_THE_HOUR} --afresh"));
    let current = afresh.current();
    assert!(current < began + 8, "{began} {current}");
}

#[test]
fn what_keeps_it_from_starting_is_said_in_one_line() {
    let desk = Desk::new();
    let running = up(&desk, AT_THE_HOUR);
    let address = running.url.trim_start_matches("http://");
    desk.run(&format!("up few.toml --store sqlite:other.db --listen {address}"))
        .refused(&["is taken by another program", "--listen"]);
    desk.run("up few.toml --store sqlite:sky.db --listen 127.0.0.1:0")
        .refused(&["another program has it locked"]);
    desk.run("up few.toml --store sqlite:none/sky.db --listen 127.0.0.1:0")
        .refused(&["there is no folder none"]);
    desk.run("up few.toml --at tomorrow").refused(&["`--at tomorrow` is no instant", "2026-05-20T12:00:00Z"]);
    desk.run("up none.toml").refused(&["none.toml"]);
    desk.run("up few.toml --page none --store sqlite:a.db").refused(&["there is no none/index.html"]);
    let speed = desk.run("up few.toml --speed 0.5");
    assert!(speed.code == Some(2) && speed.stderr.contains("accepted: 1 to 600"), "{speed:?}");
}

#[test]
fn a_network_with_a_log_shows_it() {
    let desk = Desk::new();
    desk.run("log init demo --demonstration").succeeded();
    let running = up(&desk, &format!("{AT_THE_HOUR} --log demo"));
    // it is published a moment after the begin
    let begun = Instant::now();
    let checkpoint = loop {
        let answer = running.send("GET", "/log/checkpoint", None, &[]);
        if answer.status == 200 || begun.elapsed() > Duration::from_mins(1) {
            break answer.is(200);
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(checkpoint.text().contains("\n\u{2014} "), "{}", checkpoint.text());
    let orders = running.send("GET", "/api/v1/orders", None, &[]).is(200).json();
    assert_eq!(orders["results"], json!([]));
}
