//! Who is served by whom.

/// How satellites are chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRules {
    /// Which policy.
    pub policy: PolicyKind,
    /// What it goes by.
    pub weights: ScoreWeights,
    /// How much a slot without a beam raises a cell's place in the order of choosing: its terminals count as many times more.
    pub starved: f64,
}

/// Named policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// The highest satellite.
    HighestElevation,
    /// The one that stays in view longest, until it sets.
    LongestVisible,
    /// As measured terminals are served: the fitted choice model, with its chance.
    Measured,
    /// The one over which the cell gets most.
    MaxCapacity,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::HighestElevation, Self::LongestVisible, Self::Measured, Self::MaxCapacity];

    /// The name in scenarios and outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HighestElevation => "highest-elevation",
            Self::LongestVisible => "longest-visible",
            Self::Measured => "measured",
            Self::MaxCapacity => "max-capacity",
        }
    }
}

/// What a policy goes by. A satellite's score is what the policy wants most, plus these; each is for one step of its term, and
/// `skyweave-core::schedule::preference` says what a step is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreWeights {
    /// Height above the horizon: the sine rises by half.
    pub elevation: f64,
    /// Separation from the geostationary arc: 5 deg less under 22 deg.
    pub gso: f64,
    /// Angle off the boresight: 10 deg more over 45 deg.
    pub scan: f64,
    /// Staying with the satellite of the slot before: the handover's hysteresis.
    pub stay: f64,
    /// Age: a satellite of the second generation.
    pub generation: f64,
    /// Load: a satellite that has taken all cells that it has room for, against an empty one.
    pub load: f64,
    /// The way: a millisecond less, one way, from the satellite to the PoP; beyond 12 ms all ways are alike.
    pub way: f64,
    /// Time in view: a minute more.
    pub remaining: f64,
    /// Capacity: e times the rate.
    pub capacity: f64,
    /// Width of what is drawn by chance, in units of the score (a Gumbel distribution: 1 draws from the logit).
    pub chance: f64,
    /// Share of the choices that go to any candidate alike, 0 to 1.
    pub uniform_share: f64,
}

impl ScoreWeights {
    const NONE: Self = Self {
        elevation: 0.0,
        gso: 0.0,
        scan: 0.0,
        stay: 0.0,
        generation: 0.0,
        load: 0.0,
        way: 0.0,
        remaining: 0.0,
        capacity: 0.0,
        chance: 0.0,
        uniform_share: 0.0,
    };

    /// What a policy goes by where a scenario states nothing else.
    ///
    /// Those of `measured` are fitted on which satellites served two stationary terminals (27 deg south and 37 deg north, 17 July
    /// 2024, the first 62 minutes of each; ridge and uniform share as `skyweave validate --only serving` says, which prints
    /// them anew); its load and those of the other policies are assumptions.
    #[must_use]
    pub const fn of(policy: PolicyKind) -> Self {
        match policy {
            PolicyKind::HighestElevation => Self { elevation: 1.0, stay: 0.1, ..Self::NONE },
            // no time in view makes up for leaving before the satellite sets
            PolicyKind::LongestVisible => Self { remaining: 1.0, stay: 1e3, ..Self::NONE },
            PolicyKind::Measured => Self {
                elevation: 1.09,
                gso: 0.63,
                scan: 0.70,
                stay: 1.04,
                generation: 0.92,
                load: 0.5,
                way: 0.35,
                chance: 1.0,
                uniform_share: 0.05,
                ..Self::NONE
            },
            PolicyKind::MaxCapacity => Self { capacity: 1.0, load: 2.0, stay: 0.02, ..Self::NONE },
        }
    }
}

impl Default for ScheduleRules {
    fn default() -> Self {
        let policy = PolicyKind::Measured;
        Self { policy, weights: ScoreWeights::of(policy), starved: 1.0 }
    }
}
