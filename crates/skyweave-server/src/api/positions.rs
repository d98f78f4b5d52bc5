//! Where terminals are: what the network knows and what they claim, held against where they may be.

use super::call::{Call, Reply};
use super::decisions::CELL_ERROR_M;
use super::problem::{Problem, RowRefusal};
use super::routes::{Needs, OPERATORS, Route, Takes};
use super::shapes::Shape;
use super::telemetry::AHEAD_S;
use crate::clock::seconds;
use crate::service::{self, Law, Watchman};
use crate::store::{Scope, Sighting};
use axum::http::{Method, StatusCode};
use h3o::{CellIndex, LatLng, Resolution};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::entity::PositionEvidence;
use skyweave_control::id::TerminalId;
use skyweave_control::incident::Fix;
use skyweave_proof::table::Point;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest error of a position, m.
const MOST_ERROR_M: u32 = 1_000_000;
/// Positions of one request.
const MOST: usize = 1_000;

/// A position of a terminal.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Of which terminal.
    pub terminal: TerminalId,
    /// When, s since 1970.
    #[schemars(range(min = 0, max = 4_102_444_800_i64))]
    pub time_s: i64,
    /// Latitude on WGS84, 1e-7 degrees, north positive.
    #[schemars(range(min = -900_000_000, max = 900_000_000))]
    pub latitude_e7: i32,
    /// Longitude on WGS84, 1e-7 degrees, east positive.
    #[schemars(range(min = -1_800_000_000, max = 1_800_000_000))]
    pub longitude_e7: i32,
    /// One standard deviation in each direction, m.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub error_m: u32,
    /// How it is known.
    pub evidence: PositionEvidence,
}

/// Positions that are reported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Positions {
    /// Up to 1,000, those of one terminal in the order of their times.
    #[schemars(length(max = 1_000))]
    pub positions: Vec<Position>,
}

/// What became of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TakenIn {
    /// Positions that were sent.
    pub positions: usize,
    /// Those of them that were held against where their terminal may be. Others came too late, or again, or nothing says where it may be.
    pub used: usize,
    /// Incidents that began with them.
    pub incidents: usize,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "Report positions of terminals that the network knows; what they show becomes incidents";
    let (path, name) = ("/api/v1/positions", "report_positions");
    let route = Route::new(Method::POST, path, name, summary, Shape::TakenIn, receive);
    vec![route.tag("telemetry").needs(Needs::AnyOf(OPERATORS)).takes(Takes::Json(Shape::Positions))]
}

async fn receive(call: Call) -> Result<Reply, Problem> {
    let Positions { positions } = call.json()?;
    if !matches!(call.caller()?.scope(), Scope::All) {
        let detail =
            "positions are reported by those who run the service; an account's terminals report telemetry";
        return Err(Problem::forbidden(detail));
    }
    if positions.len() > MOST {
        let detail = format!("{} positions were sent; accepted: up to {MOST} at once", positions.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail).field("positions"));
    }
    let latest_s = seconds(call.api.now_ns()).0 + AHEAD_S;
    let (mut fixes, mut refusals) = (Fixes::default(), Vec::new());
    for (row, position) in positions.iter().enumerate() {
        match check(&call, position, latest_s).await? {
            Ok(()) => fixes.add(position.terminal, position.fix()),
            Err((field, detail)) => refusals.push(RowRefusal::of_field(row as u64, field, detail)),
        }
    }
    if !refusals.is_empty() {
        return Err(Problem::of_rows(
            refusals,
            "some positions are not what they must be, and none was taken",
        ));
    }
    let law = law(&call).await;
    call.api.store.put_sightings(fixes.sightings(law.as_deref())).await?;
    let service::TakenIn { used, incidents } = match law {
        Some(law) => fixes.hold_against(&call, &law).await?,
        None => service::TakenIn::default(),
    };
    Reply::of(&TakenIn { positions: positions.len(), used, incidents })
}

async fn check(
    call: &Call,
    position: &Position,
    latest_s: i64,
) -> Result<Result<(), (&'static str, String)>, Problem> {
    let id = position.terminal.to_string();
    Ok(if Point::new(position.latitude_e7, position.longitude_e7).is_none() {
        Err(("latitude_e7", "accepted: 90 degrees at most, and 180 of longitude".to_owned()))
    } else if position.error_m > MOST_ERROR_M {
        Err(("error_m", format!("{} m; accepted: 0 to {MOST_ERROR_M}", position.error_m)))
    } else if !(0..=latest_s).contains(&position.time_s) {
        Err(("time_s", "accepted: s since 1970, at most 5 minutes ahead of the server's clock".to_owned()))
    } else if call.api.store.entity("terminal", &id).await?.is_none() {
        Err(("terminal", format!("there is no terminal {id}; accepted: its id")))
    } else {
        Ok(())
    })
}

impl Position {
    const fn fix(&self) -> Fix {
        let Self { time_s, latitude_e7, longitude_e7, error_m, evidence, .. } = *self;
        Fix { time_s, latitude_e7, longitude_e7, error_m, evidence }
    }
}

/// What is known of a terminal that says in which cell it is.
pub fn of_cell(cell: CellIndex, time_s: i64) -> Option<Fix> {
    let middle = LatLng::from(cell);
    let point = Point::from_degrees(middle.lat(), middle.lng())?;
    Some(Fix {
        time_s,
        latitude_e7: point.latitude_e7(),
        longitude_e7: point.longitude_e7(),
        error_m: CELL_ERROR_M.unsigned_abs(),
        evidence: PositionEvidence::ClaimedGnss,
    })
}

/// The law as it is now; none if it does not compile, which the log says: then nobody's position means anything.
pub async fn law(call: &Call) -> Option<Arc<Law>> {
    let law = call.api.laws.now(&*call.api.store, call.api.now_ns()).await;
    law.map_err(|error| tracing::warn!("positions are not held against anything: {error}")).ok()
}

/// Positions by terminal.
#[derive(Debug, Default)]
pub struct Fixes(BTreeMap<TerminalId, Vec<Fix>>);

impl Fixes {
    /// Adds one.
    pub fn add(&mut self, terminal: TerminalId, fix: Fix) {
        self.0.entry(terminal).or_default().push(fix);
    }

    /// Where each was at last.
    pub fn sightings(&self, law: Option<&Law>) -> Vec<Sighting> {
        let last = |(terminal, fixes): (&TerminalId, &Vec<Fix>)| {
            let fix = fixes.iter().max_by_key(|fix| fix.time_s)?;
            let point = Point::new(fix.latitude_e7, fix.longitude_e7)?;
            let (latitude_deg, longitude_deg) = point.degrees();
            let cell = LatLng::new(latitude_deg, longitude_deg).ok()?.to_cell(Resolution::Five);
            Some(Sighting {
                terminal: terminal.to_string(),
                seen_s: fix.time_s,
                hours: 0,
                cell: Some(u64::from(cell) as i64),
                territory: law.and_then(|law| law.territory_at(point)),
            })
        };
        self.0.iter().filter_map(last).collect()
    }

    /// Takes them in, one request after the other: what is remembered of a terminal is read, added to and written.
    ///
    /// # Errors
    /// If the store cannot.
    pub async fn hold_against(mut self, call: &Call, law: &Law) -> Result<service::TakenIn, Problem> {
        self.0.values_mut().for_each(|fixes| fixes.sort_by_key(|fix| fix.time_s));
        let api = &call.api;
        let _turns = api.watching.of(self.0.keys()).await;
        let watchman = Watchman { store: &*api.store, law, rules: &api.rules, now_ns: api.now_ns() };
        Ok(watchman.take_in(&self.0).await?)
    }
}
