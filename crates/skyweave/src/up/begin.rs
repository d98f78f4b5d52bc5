//! When the network begins, and which time it has.

use crate::args::Up;
use hifitime::{Duration, Epoch};
use miette::{IntoDiagnostic, Result, miette};
use sha2::{Digest, Sha256};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_io::scenario::{self, FORMAT, Prepared, Source};
use skyweave_server::live::clock::{Pace, start_ns};
use skyweave_server::store::LivePlace;
use skyweave_study::policies;
use std::path::{Path, PathBuf};

/// The scenario that is run if none is named.
const WORLD: &str = include_str!("../../../../scenarios/world.toml");
/// Elements that are older are replayed at their epoch, days.
const OLD_DAYS: f64 = 14.0;
/// A network on the wall clock that began longer ago than this begins anew, days: satellites that were described drift from where a description
/// would put them.
const LONG_AGO_DAYS: f64 = 30.0;

/// What somebody wants.
pub struct Wanted {
    source: Source,
    folder: PathBuf,
    settings: Vec<String>,
    at: Option<Epoch>,
    now: bool,
    speed: f64,
    afresh: bool,
    key: String,
}

/// The world, and its time.
pub struct Beginning {
    pub prepared: Prepared,
    pub pace: Pace,
    /// The slot in which the world begins.
    pub began: SlotNo,
    pub key: String,
    /// Why it is not now, if it is not because somebody said so.
    why: Option<String>,
}

impl Wanted {
    /// Reads the scenario, without what its time is.
    pub fn of(options: &Up) -> Result<Self> {
        let (source, folder) = if let Some(path) = &options.scenario {
            (FORMAT.open(path, &options.set)?, path.parent().unwrap_or(Path::new(".")).to_owned())
        } else {
            let built_in = Source { name: "the built-in world.toml".to_owned(), text: WORLD.to_owned() };
            (FORMAT.change(built_in, &options.set)?, PathBuf::from("."))
        };
        let mut settings = Vec::new();
        if let Some(elements) = &options.elements {
            let path = std::path::absolute(elements).into_diagnostic()?;
            settings.push(format!("constellation={{elements=[{:?}]}}", path.display().to_string()));
        }
        let at = options.at.as_deref().map(instant).transpose()?;
        let mut hash = Sha256::new();
        for part in [&source.text, &format!("{settings:?}"), &format!("{at:?} {}", options.now)] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let key = skyweave_proof::hex(&hash.finalize());
        let Up { now, speed, afresh, .. } = *options;
        Ok(Self { source, folder, settings, at, now, speed, afresh, key })
    }

    /// By what the store remembers where it was.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Makes the world and its time. `place` is where it was when it was last seen.
    pub fn begin(self, place: Option<LivePlace>) -> Result<Beginning> {
        let now = Epoch::now().into_diagnostic()?;
        let place = place.filter(|_| !self.afresh);
        let is_replay = self.at.is_some() || self.speed > 1.0;
        let is_near = |began: Epoch| is_replay || (now - began).abs() < Duration::from_days(LONG_AGO_DAYS);
        let before = place.filter(|place| is_near(SlotNo(place.began).start()));
        let start = before.map_or(self.at.unwrap_or(now), |place| SlotNo(place.began).start());
        let prepared = self.prepare(start)?;
        if self.at.is_none()
            && !self.now
            && let Some(epoch) =
                epoch_of(&prepared.world).filter(|epoch| (now - *epoch).abs() > Duration::from_days(OLD_DAYS))
        {
            let days = (now - epoch).abs().to_unit(hifitime::Unit::Day);
            let why = format!(
                "the elements are {days:.0} days old, so this is a replay at their epoch (--now for now)"
            );
            let prepared =
                if prepared.first == SlotNo::not_before(epoch) { prepared } else { self.prepare(epoch)? };
            let before = place.filter(|place| place.began == prepared.first.0);
            return Ok(self.replay(prepared, before, Some(why)));
        }
        if is_replay {
            return Ok(self.replay(prepared, before, None));
        }
        let began = prepared.first;
        Ok(Beginning { prepared, pace: Pace::Wall, began, key: self.key, why: None })
    }

    fn replay(self, prepared: Prepared, before: Option<LivePlace>, why: Option<String>) -> Beginning {
        let began = prepared.first;
        let from = before.map_or(began, |place| SlotNo(place.slot));
        let pace = Pace::Replay { from_ns: start_ns(from), speed: self.speed };
        Beginning { prepared, pace, began, key: self.key, why }
    }

    fn prepare(&self, start: Epoch) -> Result<Prepared> {
        let mut settings = self.settings.clone();
        settings.push(format!("time.start={:?}", written(start)));
        let source = FORMAT.change(self.source.clone(), &settings)?;
        let mut prepared = scenario::prepare(&source, &self.folder)?;
        policies::put_in_force(&mut prepared)?;
        Ok(prepared)
    }
}

impl Beginning {
    /// Which time it has, in a line.
    pub fn words(&self) -> String {
        match (self.pace, &self.why) {
            (Pace::Wall, _) => "on the wall clock".to_owned(),
            (Pace::Replay { from_ns, speed }, why) => {
                let from = written(Epoch::from_unix_seconds((from_ns / 1_000_000_000) as f64));
                let why = why.as_ref().map_or_else(String::new, |why| format!("; {why}"));
                format!("replay from {from}, {speed} times as fast as time{why}")
            }
        }
    }
}

/// The middle of the epochs of the satellites that were observed; none if all were described.
fn epoch_of(world: &World) -> Option<Epoch> {
    let mut slots: Vec<SlotNo> = world
        .satellites
        .iter()
        .filter(|satellite| satellite.design.is_none())
        .map(|satellite| satellite.epoch.slot)
        .collect();
    slots.sort_unstable();
    slots.get(slots.len() / 2).map(|slot| slot.start())
}

fn instant(text: &str) -> Result<Epoch> {
    scenario::parse_instant(text).ok_or_else(|| {
        miette!(help = scenario::ACCEPTED_INSTANT, "`--at {}` is no instant", text.escape_debug())
    })
}

/// As scenarios write it, to the second.
fn written(at: Epoch) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_gregorian_utc();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
