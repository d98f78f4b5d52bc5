//! The file of a rehearsal, table by table. Units are in the names.

use super::rule::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::fleet::synthetic::{Front, Lives, Noise, Truths};
use skyweave_io::scenario::{Format, parse_duration};

/// The format that this version reads.
pub const FORMAT: Format = Format {
    kind: "rehearsal",
    version: 1,
    page: "docs/rehearse.md",
    setting: "diverted.days=60",
    replaced: |_| None,
};

/// The seed on which the parameters of the rules were set.
const SEED: u64 = 0x2026_1122;

/// A whole file. One of `diverted` and `allow_list` is there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// Version of this format: 1.
    #[serde(rename = "format")]
    pub _format: u32,
    /// Short name.
    pub name: String,
    /// One or two sentences: what it shows.
    #[serde(default, rename = "description")]
    pub _description: String,
    /// Seed of everything that is drawn by chance.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Terminals that go beyond a front.
    pub diverted: Option<Diverted>,
    /// An allow list that lacks some who should be on it.
    pub allow_list: Option<AllowList>,
}

const fn seed() -> u64 {
    SEED
}

/// Terminals along a front, some of which go beyond it for good.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Diverted {
    /// How long their positions are watched, days.
    pub days: u32,
    /// The front: a meridian, west of which terminals may be.
    pub front: FrontAt,
    /// How many terminals do what.
    pub terminals: Terminals,
    /// How positions are known; the same month is watched once for each.
    pub positions: Vec<Positions>,
    /// The parameters of the rule.
    pub rule: Rule,
}

/// Where the front is.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FrontAt {
    /// The latitude around which everything lies, degrees, north positive.
    pub latitude_deg: f64,
    /// Its longitude, degrees, east positive.
    pub longitude_deg: f64,
}

/// How many terminals do what.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Terminals {
    /// Used 10 to 250 km behind the front.
    pub home: u32,
    /// Used within 2 km of the front, on the right side.
    pub border_dwellers: u32,
    /// Taken beyond the front for good, 1 to 120 km deep.
    pub diverted: u32,
    /// Beyond the front once, for 6 to 72 hours.
    pub visitors: u32,
    /// Beyond the front on most days, for 2 to 8 hours.
    pub commuters: u32,
}

/// How positions are known.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Positions {
    /// What is wrong with them.
    pub noise: NoiseKind,
    /// From one to the next, with a unit: `10min`, `1h`, `1d`.
    pub every: String,
}

/// What is wrong with positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoiseKind {
    /// 15 m for each position.
    OpenSky,
    /// 300 m more for six hours that the terminal does not know of.
    Lasting,
    /// The same, and every other day for one to eight hours at an airport 200 km beyond the front.
    Jammed,
}

/// An allow list that lacks some who should be on it.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AllowList {
    /// Rightful terminals.
    pub rightful: u32,
    /// Share of them that is not on the list.
    pub missing_share: f64,
    /// Share of the missing ones that their holders forgot.
    pub forgotten_share: f64,
    /// Share of the missing ones whose key has a slip of the hand. The others are those of small holders whom nobody told.
    pub mistyped_share: f64,
    /// Wrongful terminals. Those that would have the key of another one are left out.
    pub wrongful: u32,
    /// Those who use the rightful terminals.
    pub operators: u32,
    /// Those who gave them.
    pub donors: u32,
}

impl Default for Diverted {
    fn default() -> Self {
        let positions = |noise, every: &str| Positions { noise, every: every.to_owned() };
        Self {
            days: 30,
            front: FrontAt::default(),
            terminals: Terminals::default(),
            positions: vec![
                positions(NoiseKind::OpenSky, "1h"),
                positions(NoiseKind::Lasting, "1h"),
                positions(NoiseKind::Jammed, "1h"),
                positions(NoiseKind::Jammed, "6h"),
                positions(NoiseKind::Jammed, "1d"),
            ],
            rule: Rule::default(),
        }
    }
}

impl Default for FrontAt {
    fn default() -> Self {
        let Front { longitude_deg, latitude_deg } = Front::default();
        Self { latitude_deg, longitude_deg }
    }
}

impl From<FrontAt> for Front {
    fn from(FrontAt { latitude_deg, longitude_deg }: FrontAt) -> Self {
        Self { longitude_deg, latitude_deg }
    }
}

impl Default for Terminals {
    fn default() -> Self {
        let lives = Lives::default();
        Self {
            home: lives.home as u32,
            border_dwellers: lives.border_dwellers as u32,
            diverted: lives.diverted as u32,
            visitors: lives.visitors as u32,
            commuters: lives.commuters as u32,
        }
    }
}

impl Terminals {
    /// The same, as the fleet is made from it.
    pub const fn lives(&self) -> Lives {
        Lives {
            home: self.home as usize,
            border_dwellers: self.border_dwellers as usize,
            diverted: self.diverted as usize,
            visitors: self.visitors as usize,
            commuters: self.commuters as usize,
        }
    }

    /// How many there are.
    pub const fn all(&self) -> u64 {
        self.home as u64
            + self.border_dwellers as u64
            + self.diverted as u64
            + self.visitors as u64
            + self.commuters as u64
    }
}

impl Positions {
    /// From one to the next, s; none if that is no duration of whole seconds.
    pub fn interval_s(&self) -> Option<i64> {
        let seconds = parse_duration(&self.every)?.to_seconds();
        (seconds.fract() == 0.0).then_some(seconds as i64)
    }
}

impl NoiseKind {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenSky => "open-sky",
            Self::Lasting => "lasting",
            Self::Jammed => "jammed",
        }
    }

    /// Its figures.
    pub const fn noise(self) -> Noise {
        match self {
            Self::OpenSky => Noise::open_sky(),
            Self::Lasting => Noise::lasting(),
            Self::Jammed => Noise::jammed(),
        }
    }
}

impl Default for AllowList {
    fn default() -> Self {
        Self {
            rightful: 15_000,
            missing_share: 0.01,
            forgotten_share: 0.5,
            mistyped_share: 0.3,
            wrongful: 600,
            operators: 200,
            donors: 12,
        }
    }
}

impl AllowList {
    /// The same in numbers of terminals.
    pub fn truths(&self) -> Truths {
        let part = |share: f64, whole: usize| (share * whole as f64).round() as usize;
        let missing = part(self.missing_share, self.rightful as usize);
        let forgotten = part(self.forgotten_share, missing);
        let mistyped = part(self.mistyped_share, missing).min(missing - forgotten);
        Truths {
            listed: self.rightful as usize - missing,
            forgotten,
            mistyped,
            unheard: missing - forgotten - mistyped,
            wrongful: self.wrongful as usize,
            operators: self.operators as usize,
            donors: self.donors as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_leaves_out_is_what_the_library_means() {
        assert_eq!(AllowList::default().truths(), Truths::default());
        assert_eq!(Terminals::default().lives(), Lives::default());
    }

    #[test]
    fn parts_never_exceed_the_whole() {
        let halves =
            AllowList { rightful: 100, forgotten_share: 0.5, mistyped_share: 0.5, ..AllowList::default() };
        let made = halves.truths();
        assert_eq!((made.listed, made.forgotten, made.mistyped, made.unheard), (99, 1, 0, 0));
    }
}
