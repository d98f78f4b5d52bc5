//! What terminals report each 15 s, and reading it without loss: the place up to which a reader has read moves when it says so, and only then.

use super::auth::Role;
use super::call::{Call, Reply};
use super::page::Filling;
use super::positions::{self, Fixes};
use super::problem::{Problem, RowRefusal};
use super::routes::{Needs, READERS, REPORTERS, Route, Takes};
use super::shapes::Shape;
use crate::clock::SECOND_NS;
use crate::service::{NotDone, by_itself};
use crate::store::{Scope, Sighting, TelemetryRow};
use axum::http::{Method, StatusCode};
use h3o::{CellIndex, Resolution};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::command::{Command, TerminalCommand};
use skyweave_control::entity::{TerminalState, Verb};
use skyweave_control::id::TerminalId;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long rows are kept, s.
pub const KEPT_S: i64 = 8 * 3_600;
/// How far the clock of a terminal may be ahead, s.
pub const AHEAD_S: i64 = 300;
/// Rows of one request.
const MOST_ROWS: usize = 1_000;
/// Longest text in a row, characters.
const LONGEST_TEXT: usize = 64;
/// Alerts of a row.
const MOST_ALERTS: usize = 16;
/// Longest time that a reader waits for rows, ms.
const LONGEST_LINGER_MS: u64 = 20_000;
/// How soon rows are looked for again while a reader waits.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// What a terminal measured in one slot. Names are those that customers of such services know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Measured {
    /// When, ns since 1970.
    pub utc_timestamp_ns: i64,
    /// Id of the terminal.
    pub device_id: String,
    /// Rate towards the terminal, Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downlink_throughput: Option<f64>,
    /// Rate from the terminal, Mbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink_throughput: Option<f64>,
    /// Share of pings that were lost, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping_drop_rate_avg: Option<f64>,
    /// Mean round trip, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping_latency_ms_avg: Option<f64>,
    /// Share of the time in which something stood before the sky, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstruction_percent_time: Option<f64>,
    /// Since it was switched on, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime: Option<u64>,
    /// Quality of the signal, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal_quality: Option<f64>,
    /// H3 cell of resolution 5 in which it says to be, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h3_cell_id: Option<String>,
    /// Version of its software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub running_software_version: Option<String>,
    /// Two letters; XZ at sea.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub country_code: Option<String>,
    /// Whether it is in territorial waters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_territorial_waters: Option<bool>,
    /// Alerts that are on: up to 16, each of up to 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 64)))]
    pub active_alert: Vec<String>,
}

impl Measured {
    /// A row without any measurement.
    #[must_use]
    pub const fn of(device_id: String, utc_timestamp_ns: i64) -> Self {
        Self {
            utc_timestamp_ns,
            device_id,
            downlink_throughput: None,
            uplink_throughput: None,
            ping_drop_rate_avg: None,
            ping_latency_ms_avg: None,
            obstruction_percent_time: None,
            uptime: None,
            signal_quality: None,
            h3_cell_id: None,
            running_software_version: None,
            country_code: None,
            in_territorial_waters: None,
            active_alert: Vec::new(),
        }
    }
}

/// Rows that are reported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Up to 1,000 rows.
    #[schemars(length(max = 1_000))]
    pub rows: Vec<Measured>,
}

/// What became of rows that were reported. They are on disk.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Received {
    /// Rows that are new.
    pub accepted: u64,
    /// Rows of a terminal and time that were there already; nothing changed.
    pub known: u64,
}

/// What a reader wants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Rows at most.
    #[serde(default = "usual_batch")]
    #[schemars(range(min = 1, max = 10_000))]
    pub batch_size: i64,
    /// How long to wait for rows if there are none, ms.
    #[serde(default)]
    #[schemars(range(max = 20_000))]
    pub max_linger_ms: u64,
    /// Name of the reader, if the client has several. Each has a place of its own.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub reader: String,
}

const fn usual_batch() -> i64 {
    1_000
}

/// Rows for a reader.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// In the order of their arrival.
    pub rows: Vec<Measured>,
    /// What to acknowledge once they are safe. Without that the same rows come again.
    pub cursor: String,
    /// Whether there are more rows now.
    pub more: bool,
    /// True if rows may have gone unread because they were older than 8 hours.
    pub expired: bool,
}

/// How far a reader has come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledged {
    /// The cursor of the last batch that is safe.
    pub cursor: String,
    /// Name of the reader, if the client has several.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub reader: String,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let report = "Report rows of telemetry; they are on disk when this is answered";
    let read = "Read rows of telemetry after the last acknowledged one";
    let acknowledge = "Acknowledge rows of telemetry: reading goes on behind them";
    vec![
        Route::new(Method::POST, "/api/v1/telemetry", "report_telemetry", report, Shape::Received, receive)
            .tag("telemetry")
            .needs(Needs::AnyOf(REPORTERS))
            .takes(Takes::Json(Shape::Reported)),
        Route::new(Method::POST, "/api/v1/telemetry/stream", "read_telemetry", read, Shape::Batch, stream)
            .tag("telemetry")
            .needs(Needs::AnyOf(READERS))
            .takes(Takes::Json(Shape::Wanted)),
        Route::new(
            Method::POST,
            "/api/v1/telemetry/ack",
            "acknowledge_telemetry",
            acknowledge,
            Shape::Nothing,
            acknowledge_rows,
        )
        .tag("telemetry")
        .needs(Needs::AnyOf(READERS))
        .takes(Takes::Json(Shape::Acknowledged))
        .status(204),
    ]
}

async fn receive(call: Call) -> Result<Reply, Problem> {
    let reported: Reported = call.json()?;
    if reported.rows.len() > MOST_ROWS {
        let detail = format!("{} rows were sent; accepted: up to {MOST_ROWS} at once", reported.rows.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail).field("rows"));
    }
    let now_ns = call.api.now_ns();
    let mut accounts: BTreeMap<String, Reporter> = BTreeMap::new();
    let (mut rows, mut refusals) = (Vec::new(), Vec::new());
    let (mut fixes, mut sightings) = (Fixes::default(), Vec::new());
    for (number, measured) in reported.rows.into_iter().enumerate() {
        let account = if let Some(known) = accounts.get(&measured.device_id) {
            known.clone()
        } else {
            let found = account_of(&call, &measured.device_id).await?;
            accounts.insert(measured.device_id.clone(), found.clone());
            found
        };
        match check(&measured, account, now_ns) {
            Ok((row, cell)) => {
                // nobody is anywhere before it is then
                let time_s = row.time_ns.min(now_ns).div_euclid(SECOND_NS);
                match (cell.and_then(|cell| positions::of_cell(cell, time_s)), row.terminal.parse()) {
                    (Some(fix), Ok(terminal)) => fixes.add(terminal, fix),
                    _ => sightings.push(Sighting::of(&row.terminal, time_s)),
                }
                rows.push(row);
            }
            Err((field, detail)) => refusals.push(RowRefusal::of_field(number as u64, field, detail)),
        }
    }
    if !refusals.is_empty() {
        return Err(Problem::of_rows(refusals, "some rows are not what they must be, and none was taken"));
    }
    let seen: Vec<TerminalId> = accounts
        .iter()
        .filter(|(_, reporter)| reporter.is_assigned())
        .filter_map(|(id, _)| id.parse().ok())
        .collect();
    let sent = rows.len() as u64;
    let law = positions::law(&call).await;
    sightings.extend(fixes.sightings(law.as_deref()));
    let store = &call.api.store;
    // together, so that they wait for the disk once
    let (accepted, ()) = tokio::try_join!(store.put_telemetry(rows, now_ns), store.put_sightings(sightings))?;
    activate(&call, &seen).await?;
    if let Some(law) = law {
        fixes.hold_against(&call, &law).await?;
    }
    Reply::of(&Received { accepted, known: sent - accepted })
}

/// Terminals that were attached to a line are active as soon as they are seen.
async fn activate(call: &Call, seen: &[TerminalId]) -> Result<(), Problem> {
    for id in seen {
        let command = TerminalCommand::Move { verb: Verb::Activate, reason: None, incident: None };
        let command = Command::Terminal { id: *id, command };
        let api = &call.api;
        match by_itself(&*api.store, &api.rules, api.now_ns(), "network", command).await {
            // somebody moved it in the meantime
            Ok(_) | Err(NotDone::Refused(_) | NotDone::Busy) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The account of a terminal that the caller may report for; none if there is no such terminal.
async fn account_of(call: &Call, terminal: &str) -> Result<Reporter, Problem> {
    let caller = call.caller()?;
    let is_operator = caller.roles.contains(&Role::Operator);
    if !is_operator && caller.client.terminal.as_deref() != Some(terminal) {
        return Ok(Reporter::Nobody);
    }
    let Some(row) = call.api.store.entity("terminal", terminal).await? else { return Ok(Reporter::Nobody) };
    let is_assigned = row.state.as_deref() == Some(TerminalState::Assigned.name());
    let Scope::Account(scope) = caller.scope() else {
        return Ok(Reporter::Terminal { account: row.account, is_assigned });
    };
    match row.account {
        Some(account) if call.api.store.contains_account(&scope, &account).await? => {
            Ok(Reporter::Terminal { account: Some(account), is_assigned })
        }
        _ => Ok(Reporter::Nobody),
    }
}

/// Whose a terminal is, as far as the caller may know.
#[derive(Debug, Clone)]
enum Reporter {
    /// There is no such terminal for this caller.
    Nobody,
    /// It is there.
    Terminal {
        /// Its account, if it has one yet.
        account: Option<String>,
        /// Whether it is attached to a line and was not seen since.
        is_assigned: bool,
    },
}

impl Reporter {
    const fn is_assigned(&self) -> bool {
        matches!(self, Self::Terminal { is_assigned: true, .. })
    }
}

type Wrong = (&'static str, String);

fn check(
    measured: &Measured,
    account: Reporter,
    now_ns: i64,
) -> Result<(TelemetryRow, Option<CellIndex>), Wrong> {
    let shown: String = measured.device_id.chars().take(60).collect();
    let Reporter::Terminal { account, .. } = account else {
        let detail =
            format!("there is no terminal {} for this client; accepted: its id", shown.escape_debug());
        return Err(("DeviceId", detail));
    };
    let time_ns = measured.utc_timestamp_ns;
    if time_ns > now_ns + AHEAD_S * SECOND_NS {
        let detail =
            format!("the time is more than {AHEAD_S} s ahead of the server's; accepted: ns since 1970, UTC");
        return Err(("UtcTimestampNs", detail));
    }
    if time_ns < now_ns - KEPT_S * SECOND_NS {
        return Err((
            "UtcTimestampNs",
            "the time is more than 8 hours ago; accepted: rows that would still be kept".to_owned(),
        ));
    }
    for (field, share) in [
        ("PingDropRateAvg", measured.ping_drop_rate_avg),
        ("ObstructionPercentTime", measured.obstruction_percent_time),
        ("SignalQuality", measured.signal_quality),
    ] {
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err((field, "accepted: 0 to 1".to_owned()));
        }
    }
    for (field, amount) in [
        ("DownlinkThroughput", measured.downlink_throughput),
        ("UplinkThroughput", measured.uplink_throughput),
        ("PingLatencyMsAvg", measured.ping_latency_ms_avg),
    ] {
        if amount.is_some_and(|amount| amount < 0.0) {
            return Err((field, "accepted: 0 or more".to_owned()));
        }
    }
    if measured.active_alert.len() > MOST_ALERTS {
        let detail = format!("{} alerts; accepted: up to {MOST_ALERTS}", measured.active_alert.len());
        return Err(("ActiveAlert", detail));
    }
    let alerts = measured.active_alert.iter().map(|alert| ("ActiveAlert", alert));
    let version = measured.running_software_version.iter().map(|text| ("RunningSoftwareVersion", text));
    let country = measured.country_code.iter().map(|text| ("CountryCode", text));
    for (field, text) in alerts.chain(version).chain(country) {
        let length = text.chars().count();
        if length > LONGEST_TEXT {
            return Err((field, format!("{length} characters; accepted: up to {LONGEST_TEXT}")));
        }
    }
    let cell = measured.h3_cell_id.as_deref().map(cell).transpose()?;
    let doc = serde_json::to_string(measured).map_err(|error| ("DeviceId", error.to_string()))?;
    Ok((TelemetryRow { seq: 0, terminal: measured.device_id.clone(), account, time_ns, doc }, cell))
}

fn cell(text: &str) -> Result<CellIndex, Wrong> {
    let cell = text.parse::<CellIndex>().ok().filter(|cell| cell.resolution() == Resolution::Five);
    cell.ok_or_else(|| {
        let accepted = "accepted: an H3 cell of resolution 5, such as 85283473fffffff";
        ("H3CellId", accepted.to_owned())
    })
}

async fn stream(call: Call) -> Result<Reply, Problem> {
    let wanted: Wanted = call.json()?;
    let reader = reader_name(&wanted.reader)?;
    if !(1..=10_000).contains(&wanted.batch_size) || wanted.max_linger_ms > LONGEST_LINGER_MS {
        let detail = format!("accepted: batchSize of 1 to 10000, maxLingerMs of 0 to {LONGEST_LINGER_MS}");
        return Err(Problem::invalid("invalid_body", detail));
    }
    let caller = call.caller()?;
    let (client, scope) = (&caller.client.id, caller.scope());
    let after = call.api.store.acknowledged(client, reader).await?;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(wanted.max_linger_ms);
    let (found, more) = loop {
        let found = page_of(&call, &scope, after, wanted.batch_size).await?;
        if !found.0.is_empty() || tokio::time::Instant::now() >= deadline {
            break found;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    let (first, _) = call.api.store.telemetry_range().await?;
    let cursor = found.last().map_or(after, |row| row.seq).to_string();
    let rows = found.iter().filter_map(|row| serde_json::from_str(&row.doc).ok());
    Reply::of(&Batch { rows: rows.collect(), cursor, more, expired: after > 0 && first > after + 1 })
}

/// The rows after a number, as many as fit on a page. Whether there are more.
async fn page_of(
    call: &Call,
    scope: &Scope,
    mut after: i64,
    limit: i64,
) -> Result<(Vec<TelemetryRow>, bool), Problem> {
    let mut filling = Filling::new(limit);
    loop {
        let found = call.api.store.telemetry(scope, after, filling.wanted()).await?;
        if !filling.add(found, |row| row.doc.len()) {
            return Ok((filling.rows, filling.more));
        }
        after = filling.rows.last().map_or(after, |row| row.seq);
    }
}

async fn acknowledge_rows(call: Call) -> Result<Reply, Problem> {
    let acknowledged: Acknowledged = call.json()?;
    let reader = reader_name(&acknowledged.reader)?;
    let (_, last) = call.api.store.telemetry_range().await?;
    let client = &call.caller()?.client.id;
    let before = call.api.store.acknowledged(client, reader).await?;
    let seq = acknowledged.cursor.parse().ok().filter(|seq| (0..=last.max(before)).contains(seq));
    let Some(seq) = seq else {
        let detail = "that is no cursor of telemetry; accepted: the `cursor` of a batch that was read";
        return Err(Problem::invalid("invalid_cursor", detail).field("cursor"));
    };
    call.api.store.acknowledge(client, reader, seq).await?;
    Ok(Reply::nothing())
}

fn reader_name(name: &str) -> Result<&str, Problem> {
    const LONGEST: usize = 100;
    if name.chars().count() > LONGEST {
        return Err(Problem::invalid(
            "invalid_body",
            format!("accepted as reader: up to {LONGEST} characters"),
        )
        .field("reader"));
    }
    Ok(name)
}
