//! A virtual dish: what it is told and asked, and what follows from it.

use crate::cause;
use crate::history::{History, RING, Sample};
use crate::holding::{Holding, Link};
use crate::outages::Outages;
use crate::settings::Settings;
use crate::sky_map::SkyMap;
use crate::wire::DishConfig;
use crate::wire::dish_outage::Cause;
use skyweave_core::access::GpsNs;
use skyweave_core::ids::SatId;
use skyweave_core::place::HorizonMask;
use skyweave_core::schedule::Outage;
use skyweave_core::time::{SLOT_S, SlotNo, utc_seconds_of_day};

const SECOND_NS: i64 = 1_000_000_000;
const SLOT_NS: i64 = SLOT_S * SECOND_NS;
/// So long a slot is taken to go on if the next one is late; after that there is no schedule.
const LATE_NS: i64 = SLOT_NS;
/// So long a dish says that its map was cleared.
const RESET_SHOWN_NS: i64 = 900 * SECOND_NS;
/// What somebody felt holds no longer than this.
const FELT_NS: i64 = 2 * SECOND_NS;

/// What a dish is born with.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its own id.
    pub id: String,
    /// The software that it says it runs.
    pub software_version: String,
    /// True if its terminal moves.
    pub moves: bool,
    /// What stands around it.
    pub mask: HorizonMask,
    /// How long it boots, ns.
    pub boot_ns: i64,
    /// True if it tells where it is before anybody has set that.
    pub tells_location: bool,
}

/// Whether it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Power {
    Off,
    On { since: GpsNs, ready: GpsNs },
}

/// What holds for its user.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// It has no power.
    Off,
    /// It runs, and is not served.
    Down(Cause),
    /// It is served.
    Connected(Link),
}

/// Counters of obstruction, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Looked {
    pub(crate) seconds: u32,
    pub(crate) obstructed: u32,
}

/// A dish.
#[derive(Debug)]
pub struct Dish {
    pub(crate) identity: Identity,
    pub(crate) settings: Settings,
    pub(crate) holding: Option<Holding>,
    pub(crate) boots: u32,
    pub(crate) stowed: bool,
    pub(crate) gps_inhibited: bool,
    pub(crate) history: History,
    pub(crate) outages: Outages,
    pub(crate) map: SkyMap,
    pub(crate) looked: Looked,
    power: Power,
    felt: Option<(GpsNs, Sample)>,
    cleared: Option<GpsNs>,
    now: GpsNs,
    /// When the next sample is due.
    next: GpsNs,
}

impl Dish {
    /// A dish that has just booted, and knows of no slot yet.
    #[must_use]
    pub fn new(identity: Identity, now: GpsNs) -> Self {
        let mut dish = Self {
            settings: Settings::new(identity.tells_location),
            identity,
            holding: None,
            boots: 1,
            stowed: false,
            gps_inhibited: false,
            history: History::default(),
            outages: Outages::default(),
            map: SkyMap::default(),
            looked: Looked::default(),
            power: Power::On { since: now, ready: now },
            felt: None,
            cleared: None,
            now,
            next: now.plus_ns(SECOND_NS),
        };
        dish.settle(now);
        dish
    }

    /// Tells it what holds from the beginning of a slot on. One of an earlier slot is left aside.
    pub fn slot_began(&mut self, holding: Holding) {
        if self.holding.as_ref().is_some_and(|held| held.slot > holding.slot) {
            return;
        }
        let begins = GpsNs::in_slot(holding.slot, 0);
        self.advance(begins);
        let has_power = holding.outcome != Err(Outage::NoPower);
        match (self.power, has_power) {
            (Power::On { .. }, false) => self.power = Power::Off,
            (Power::Off, true) => self.boot(),
            _ => {}
        }
        self.holding = Some(holding);
        self.settle(self.now);
    }

    /// Tells it what somebody measured over the last second, where that is known better than by the slot.
    pub fn felt(&mut self, now: GpsNs, sample: Sample) {
        self.advance(now);
        self.felt = Some((self.now, sample));
        if matches!(self.state(self.now), State::Connected(_)) {
            self.history.replace_newest(sample);
        }
    }

    /// Lets time pass. It never goes back.
    pub fn advance(&mut self, now: GpsNs) {
        if now <= self.now {
            return;
        }
        let due = (now.0 - self.next.0) / SECOND_NS + 1 - RING as i64;
        if now >= self.next && due > 0 {
            // nobody can see samples that more than a ring follows
            self.settle(self.next);
            if self.power != Power::Off {
                self.history.skip(due.unsigned_abs());
            }
            self.next = self.next.plus_ns(due * SECOND_NS);
        }
        while self.next <= now {
            self.settle(self.next);
            self.sample(self.next);
            self.next = self.next.plus_ns(SECOND_NS);
        }
        self.now = now;
        self.settle(now);
    }

    /// The time that it was told last.
    #[must_use]
    pub fn now(&self) -> GpsNs {
        self.now
    }

    /// Boots it anew: its history begins again, and for a while it is not served. Settings and map stay.
    pub fn reboot(&mut self) {
        if self.power != Power::Off {
            self.boot();
            self.settle(self.now);
        }
    }

    /// Tells it that the clock was set back: all that it knows by time begins again, as after a boot, and settings and map stay.
    pub fn clock_was_set(&mut self, now: GpsNs) {
        self.now = now;
        self.holding = None;
        if self.power != Power::Off {
            self.boot();
            self.power = Power::On { since: now, ready: now };
        }
        self.settle(now);
    }

    /// Stows it, or takes it into use again.
    pub fn stow(&mut self, stowed: bool) {
        self.stowed = stowed;
        self.settle(self.now);
    }

    /// Takes GPS out of use, or into use again.
    pub fn inhibit_gps(&mut self, inhibited: bool) {
        self.gps_inhibited = inhibited;
    }

    /// Changes settings.
    ///
    /// # Errors
    /// What is wrong with the request; then nothing has changed.
    pub fn set(&mut self, asked: &DishConfig) -> Result<(), String> {
        self.settings = self.settings.with(asked)?;
        self.settle(self.now);
        Ok(())
    }

    /// Forgets what it knows of the sky.
    pub fn clear_map(&mut self) {
        self.map = SkyMap::default();
        self.looked = Looked::default();
        self.outages.forget_obstructions();
        self.cleared = Some(self.now);
    }

    /// True for a while after the map was cleared.
    pub(crate) fn shows_reset(&self) -> bool {
        self.cleared.is_some_and(|cleared| self.now.0 - cleared.0 < RESET_SHOWN_NS)
    }

    /// What holds at an instant that is not before the last one.
    #[must_use]
    pub fn state(&self, now: GpsNs) -> State {
        let Power::On { ready, .. } = self.power else { return State::Off };
        if now < ready {
            return State::Down(Cause::Booting);
        }
        if self.stowed {
            return State::Down(Cause::Stowed);
        }
        if self.sleeps(now) {
            return State::Down(Cause::Sleeping);
        }
        let held = self.holding.as_ref().filter(|held| now < GpsNs::in_slot(held.slot.next(), LATE_NS));
        match held.map(|held| &held.outcome) {
            None => State::Down(Cause::NoSchedule),
            Some(Ok(link)) => State::Connected(*link),
            Some(Err(outage)) => cause::of(*outage).map_or(State::Off, State::Down),
        }
    }

    /// True if it sleeps at an instant.
    pub(crate) fn sleeps(&self, now: GpsNs) -> bool {
        let slot = now.slot();
        let begins_s = utc_seconds_of_day(slot.start());
        self.settings.sleeps_at((begins_s + now.offset_ns() as f64 * 1e-9).rem_euclid(86_400.0))
    }

    /// True while it boots.
    pub(crate) fn boots_at(&self, now: GpsNs) -> bool {
        matches!(self.power, Power::On { ready, .. } if now < ready)
    }

    /// Whole seconds since it booted.
    #[must_use]
    pub fn uptime_s(&self) -> u64 {
        let Power::On { since, .. } = self.power else { return 0 };
        ((self.now.0 - since.0) / SECOND_NS).unsigned_abs()
    }

    /// Seconds until its slot ends; 0 without one.
    pub(crate) fn seconds_to_slot_end(&self) -> f32 {
        let end = |slot: SlotNo| GpsNs::in_slot(slot.next(), 0).0 - self.now.0;
        let left_ns = self.holding.as_ref().map_or(0, |held| end(held.slot).max(0));
        left_ns as f32 / SECOND_NS as f32
    }

    /// What its user feels now.
    #[must_use]
    pub fn feels(&self) -> Sample {
        self.feels_at(self.now)
    }

    fn feels_at(&self, now: GpsNs) -> Sample {
        let State::Connected(link) = self.state(now) else { return Sample::NOTHING };
        if let Some((at, sample)) = self.felt
            && now.0 - at.0 < FELT_NS
        {
            return sample;
        }
        Sample {
            drop_rate: 0.0,
            latency_ms: (link.rtt_s * 1e3) as f32,
            down_bps: link.down_bps as f32,
            up_bps: link.up_bps as f32,
        }
    }

    fn boot(&mut self) {
        self.boots += 1;
        self.power = Power::On { since: self.now, ready: self.now.plus_ns(self.identity.boot_ns) };
        self.next = self.now.plus_ns(SECOND_NS);
        self.history.clear();
        self.outages.clear();
        self.felt = None;
        self.cleared = None;
    }

    fn settle(&mut self, now: GpsNs) {
        let state: Result<SatId, Cause> = match self.state(now) {
            // nobody is there to remember it
            State::Off => return,
            State::Down(cause) => Err(cause),
            State::Connected(link) => Ok(link.satellite),
        };
        self.outages.note(now, state);
    }

    fn sample(&mut self, now: GpsNs) {
        if self.power == Power::Off {
            return;
        }
        self.history.push(self.feels_at(now));
        self.look(now);
    }

    /// Looks at the satellite and at what is before it.
    fn look(&mut self, now: GpsNs) {
        let looks = !self.stowed && !self.boots_at(now) && !self.sleeps(now);
        let Some(held) = self.holding.as_ref().filter(|held| looks && now.slot() == held.slot) else {
            return;
        };
        let Some(pass) = held.pass else { return };
        let direction = pass.at(now.offset_ns() as f64 / SLOT_NS as f64);
        let is_hidden = self.identity.mask.hides(direction.azimuth_rad, direction.elevation_rad);
        self.looked.seconds += 1;
        self.looked.obstructed += u32::from(held.outcome == Err(Outage::Obstructed));
        self.map.see(direction, is_hidden);
    }
}

#[cfg(test)]
mod tests;
