//! What is decided about a terminal now, or was at a time in the past, and why.

use super::auth::Role;
use super::call::{Call, Reply};
use super::problem::Problem;
use super::routes::{Needs, Route, Takes};
use super::shapes::Shape;
use super::telemetry::KEPT_S;
use crate::clock::{SECOND_NS, seconds};
use crate::service::{Circumstances, Lawless, USE_CLASSES, Verdict, When, Would, judge, standing};
use crate::store::Scope;
use axum::http::{Method, StatusCode};
use h3o::{CellIndex, LatLng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::id::{EntityId, TerminalId};
use skyweave_proof::table::{Evidence, Point, Surface};
use std::sync::Arc;

/// Those who may ask.
const ASKERS: &[Role] = &[Role::Viewer, Role::Operator, Role::Approver, Role::Terminal];
/// One sigma of a place of which only the cell of resolution 5 is known, m: 0.456 of its mean edge of 9.85 km.
pub const CELL_ERROR_M: i32 = 4_500;
/// One sigma of a claimed position of which nothing is said, m: a receiver under open sky.
const CLAIMED_ERROR_M: i32 = 10;

/// Which decision is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// About which terminal.
    pub terminal: TerminalId,
    /// At which time, s since 1970; now if none is given. Nothing is known of the time to come, nor told of a time when others had the terminal.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4_102_444_800_i64))]
    pub at_s: Option<i64>,
    /// Its latitude, 1e-7 degrees, with the longitude; without them the cell that it reported last.
    #[serde(default)]
    #[schemars(range(min = -900_000_000, max = 900_000_000))]
    pub latitude_e7: Option<i32>,
    /// Its longitude, 1e-7 degrees.
    #[serde(default)]
    #[schemars(range(min = -1_800_000_000, max = 1_800_000_000))]
    pub longitude_e7: Option<i32>,
    /// One sigma of the position, m; 10 if none is given, as of a receiver under open sky. Needed for the other kinds of evidence.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub error_m: Option<i32>,
    /// What kind of knowledge the position is: `claimed_gnss`, `serving_beam` or `network_ranging`.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Speed over ground, cm/s.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub speed_cm_s: i32,
    /// Height above the WGS84 ellipsoid, m.
    #[serde(default)]
    #[schemars(range(min = -1_000, max = 100_000))]
    pub altitude_m: i32,
    /// `land`, `sea` or `air`; that of its service line if none is given.
    #[serde(default)]
    pub surface: Option<String>,
    /// Whether it moves.
    #[serde(default)]
    pub in_motion: bool,
    /// Days away from home without a break.
    #[serde(default)]
    #[schemars(range(min = 0, max = 36_500))]
    pub roaming_days: i32,
    /// What it is used for: `business`, `emergency`, `government`, `household`, `military` or `relief`.
    #[serde(default)]
    pub use_class: Option<String>,
}

/// From where the position of a terminal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PositionFrom {
    /// Whoever asked said it.
    Request,
    /// The terminal reported its cell.
    Telemetry,
    /// From nowhere: it has reported none to its present account, or nothing that is kept.
    Nowhere,
    /// From nowhere any more: what terminals report is kept for 8 hours, and the time that was asked about is longer ago.
    NotKept,
}

/// A decision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DecisionAnswer {
    /// About which terminal.
    pub terminal: TerminalId,
    /// At which time, s since 1970.
    pub at_s: i64,
    /// Where it was taken to be: latitude and longitude, 1e-7 degrees; missing if nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_e7: Option<[i32; 2]>,
    /// From where the position is known.
    pub position_from: PositionFrom,
    /// When the terminal reported it, s since 1970, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_at_s: Option<i64>,
    /// What is decided, and why.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary =
        "Say what is decided about a terminal at a time, by what, until when, and what would have it served";
    let route = Route::new(Method::POST, "/api/v1/decisions", "decide", summary, Shape::Decision, decide);
    vec![route.tag("decisions").needs(Needs::AnyOf(ASKERS)).takes(Takes::Json(Shape::DecisionRequest))]
}

async fn decide(call: Call) -> Result<Reply, Problem> {
    let asked: DecisionRequest = call.json()?;
    may_ask(&call, asked.terminal).await?;
    let now_ns = call.api.now_ns();
    let when = match asked.at_s {
        None => When::Now(now_ns),
        Some(at_s) if (0..=seconds(now_ns).0).contains(&at_s) => When::At(at_s * SECOND_NS + (SECOND_NS - 1)),
        Some(_) => return Err(wrong("at_s", "a time from 1970 until now, in seconds")),
    };
    let time_ns = when.time_ns();
    let none = || Problem::not_found(format!("user terminal {} at that time", asked.terminal));
    let known =
        standing(&*call.api.store, asked.terminal.into(), when).await.map_err(lawless)?.ok_or_else(none)?;
    // who has a terminal now learns nothing of those who had it before
    if matches!(when, When::At(_)) && !sees(&call, known.account().as_deref()).await? {
        return Err(none());
    }
    let (laws, store) = (&call.api.laws, &*call.api.store);
    let law = match when {
        When::Now(now_ns) => laws.now(store, now_ns).await,
        When::At(time_ns) => laws.at(store, time_ns).await,
    };
    let mut law = law.map_err(lawless)?;
    if let (When::Now(_), Some(orders)) = (when, &call.api.orders)
        && let Some(in_force) = orders.in_force(now_ns).await?
    {
        law = Arc::new(law.under(Arc::clone(&in_force.table)));
    }
    let (how, (position_from, position_at_s)) =
        circumstances(&call, &asked, known.account().as_deref(), time_ns).await?;
    let mut verdict = judge(&known, &law, &how, time_ns);
    if position_from == PositionFrom::NotKept && verdict.decided_by == "position" {
        let step = "say where it was: what terminals report is kept for 8 h, and this is longer ago";
        verdict.remedies = vec![Would::First { step: step.to_owned() }];
    }
    let position_e7 = how.point.map(|point| {
        let (latitude_deg, longitude_deg) = point.degrees();
        [(latitude_deg * 1e7).round() as i32, (longitude_deg * 1e7).round() as i32]
    });
    let (terminal, at_s) = (asked.terminal, seconds(time_ns).0);
    Reply::of(&DecisionAnswer { terminal, at_s, position_e7, position_from, position_at_s, verdict })
}

/// A client asks about terminals that it sees; a terminal about itself, as long as it is within the account that its client was made
/// for.
async fn may_ask(call: &Call, terminal: TerminalId) -> Result<(), Problem> {
    let caller = call.caller()?;
    let id = EntityId::from(terminal).to_string();
    let none = || Problem::not_found(format!("user terminal {id}"));
    if !caller.has_any(&ASKERS[..3]) && caller.client.terminal.as_deref() != Some(id.as_str()) {
        return Err(none());
    }
    let row = call.api.store.entity("terminal", &id).await?.ok_or_else(none)?;
    if sees(call, row.account.as_deref()).await? { Ok(()) } else { Err(none()) }
}

/// Whether the caller sees what belongs to an account.
async fn sees(call: &Call, account: Option<&str>) -> Result<bool, Problem> {
    match (call.caller()?.scope(), account) {
        (Scope::All, _) => Ok(true),
        (Scope::Account(scope), Some(account)) => {
            Ok(call.api.store.contains_account(&scope, account).await?)
        }
        (Scope::Account(_), None) => Ok(false),
    }
}

/// From where a position is known, and when it was reported, s since 1970.
type Origin = (PositionFrom, Option<i64>);

async fn circumstances(
    call: &Call,
    asked: &DecisionRequest,
    account: Option<&str>,
    time_ns: i64,
) -> Result<(Circumstances, Origin), Problem> {
    let evidence = asked.evidence.as_deref().map(|name| {
        let known = Evidence::named(name).filter(|evidence| *evidence != Evidence::Absent);
        known.ok_or_else(|| wrong("evidence", "claimed_gnss, serving_beam or network_ranging"))
    });
    let surface = asked
        .surface
        .as_deref()
        .map(|name| Surface::named(name).ok_or_else(|| wrong("surface", "land, sea or air")));
    let use_class = asked.use_class.as_deref().map(|name| {
        let known = USE_CLASSES.iter().copied().find(|known| *known == name);
        known.ok_or_else(|| wrong("use_class", &USE_CLASSES.join(", ")))
    });
    for (field, value, range) in [
        ("speed_cm_s", asked.speed_cm_s, 0..=1_000_000),
        ("altitude_m", asked.altitude_m, -1_000..=100_000),
        ("roaming_days", asked.roaming_days, 0..=36_500),
        ("error_m", asked.error_m.unwrap_or(0), 0..=1_000_000),
    ] {
        if !range.contains(&value) {
            return Err(wrong(field, &format!("{} to {}", range.start(), range.end())));
        }
    }
    let given = match (asked.latitude_e7, asked.longitude_e7) {
        (Some(latitude_e7), Some(longitude_e7)) => {
            let point = Point::new(latitude_e7, longitude_e7);
            Some(point.ok_or_else(|| wrong("latitude_e7", "90 degrees at most, and 180 of longitude"))?)
        }
        (None, None) => None,
        _ => return Err(wrong("latitude_e7", "both of latitude and longitude, or none")),
    };
    let evidence = evidence.transpose()?.unwrap_or(Evidence::ClaimedGnss);
    let said = (PositionFrom::Request, None);
    let (point, error_m, origin) = match (given, asked.error_m) {
        (None, _) => match reported(call, asked.terminal, account, time_ns).await? {
            Some((point, at_s)) => (Some(point), CELL_ERROR_M, (PositionFrom::Telemetry, Some(at_s))),
            None if time_ns < call.api.now_ns() - KEPT_S * SECOND_NS => {
                (None, CELL_ERROR_M, (PositionFrom::NotKept, None))
            }
            None => (None, CELL_ERROR_M, (PositionFrom::Nowhere, None)),
        },
        (point, Some(error_m)) => (point, error_m, said),
        (point, None) if evidence == Evidence::ClaimedGnss => (point, CLAIMED_ERROR_M, said),
        _ => return Err(wrong("error_m", "one sigma of a position that the network knows, m")),
    };
    let how = Circumstances {
        point,
        error_m,
        evidence,
        speed_cm_s: asked.speed_cm_s,
        altitude_m: asked.altitude_m,
        surface: surface.transpose()?,
        in_motion: asked.in_motion,
        roaming_days: asked.roaming_days,
        use_class: use_class.transpose()?,
    };
    Ok((how, origin))
}

/// The middle of the cell that the terminal reported last before a time, and when, in the hands of an account. Where it was in other hands is nobody
/// else's business, and says nothing of where it is.
async fn reported(
    call: &Call,
    terminal: TerminalId,
    account: Option<&str>,
    time_ns: i64,
) -> Result<Option<(Point, i64)>, Problem> {
    let row = call.api.store.telemetry_at(&terminal.to_string(), time_ns).await?;
    let Some(row) = row.filter(|row| row.account.as_deref() == account) else { return Ok(None) };
    if !sees(call, account).await? {
        return Ok(None);
    }
    let doc: serde_json::Value = serde_json::from_str(&row.doc).unwrap_or_default();
    let cell = doc["H3CellId"].as_str().and_then(|text| text.parse::<CellIndex>().ok());
    let middle = cell.map(LatLng::from).and_then(|middle| Point::from_degrees(middle.lat(), middle.lng()));
    Ok(middle.map(|point| (point, seconds(row.time_ns).0)))
}

fn wrong(field: &str, accepted: &str) -> Problem {
    Problem::invalid("invalid_body", format!("the value of {field} is none; accepted: {accepted}"))
        .field(field)
}

/// What keeps the law from being known.
pub fn lawless(error: Lawless) -> Problem {
    match error {
        Lawless::Store(error) => error.into(),
        Lawless::Faults(faults) => Problem::new(StatusCode::CONFLICT, "law_does_not_compile", faults),
    }
}
