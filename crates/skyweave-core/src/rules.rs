//! Parameters of every stage, as a scenario states them. Nothing here is a constant of nature: each default is an
//! assumption with its source, kept in scenario files and built-in worlds, never in a stage.

/// All parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Inter-satellite lasers.
    pub lasers: LaserRules,
    /// User and gateway radio links.
    pub radio: RadioRules,
    /// Which satellites serve.
    pub service: ServiceRules,
    /// What terminals ask for.
    pub demand: DemandRules,
}

/// How lasers are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaserPattern {
    /// No lasers: every satellite is a bent pipe.
    None,
    /// Two neighbours in the plane, one in each neighbouring plane ("+grid").
    Grid,
}

/// Inter-satellite lasers.
#[derive(Debug, Clone, PartialEq)]
pub struct LaserRules {
    /// Layout.
    pub pattern: LaserPattern,
    /// Laser terminals on a satellite.
    pub per_satellite: u8,
    /// Longest link, m.
    pub max_range_m: f64,
    /// Lowest height of the ray above the mean sphere, m.
    pub min_ray_height_m: f64,
    /// True if lasers left free by the pattern link satellites of any shell that come near.
    pub cross_shell: bool,
    /// Capacity of a link, each way, bit/s.
    pub capacity_bps: f64,
    /// Most that all lasers of a satellite carry together, in and out, each way, bit/s.
    pub per_satellite_bps: f64,
    /// Time from pointing to carrying, s: a new link carries nothing before.
    pub acquisition_s: f64,
}

/// User and gateway radio links: a free-space budget with a ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct RadioRules {
    /// Lowest elevation of a terminal, rad.
    pub min_elevation_rad: f64,
    /// Downlink of a user beam.
    pub down: Carrier,
    /// Uplink of a user beam.
    pub up: Carrier,
    /// Beams that a satellite points at once.
    pub beams_per_satellite: u16,
    /// Cells that a satellite serves by switching its beams between them, as a multiple of its beams.
    pub cells_per_beam: u16,
    /// Most that a satellite hands down to all its cells, bit/s.
    pub satellite_down_bps: f64,
    /// Most that a satellite takes up from all its cells, bit/s.
    pub satellite_up_bps: f64,
    /// Capacity of a gateway antenna towards the satellite, bit/s.
    pub feeder_up_bps: f64,
    /// Capacity of a satellite towards a gateway antenna, bit/s.
    pub feeder_down_bps: f64,
}

/// One carrier of a user link.
#[derive(Debug, Clone, PartialEq)]
pub struct Carrier {
    /// Effective isotropic radiated power in the channel, dBW.
    pub eirp_dbw: f64,
    /// Figure of merit of the receiver, dB/K.
    pub gain_to_noise_db_k: f64,
    /// Centre frequency, Hz.
    pub frequency_hz: f64,
    /// Channel bandwidth, Hz.
    pub bandwidth_hz: f64,
    /// What coding, pointing and hardware lose against Shannon, dB.
    pub implementation_loss_db: f64,
    /// Highest spectral efficiency of the waveform, bit/s/Hz.
    pub max_efficiency_bps_hz: f64,
}

/// Which satellites serve.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRules {
    /// Inferred from shells, planes and names; or every satellite serves.
    pub infer: bool,
    /// Objects below this mean altitude are in transit, m.
    pub min_serving_altitude_m: f64,
    /// Objects whose elements are older or younger than this have an unknown state, days.
    pub max_element_age_days: f64,
}

/// What terminals ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandRules {
    /// Downlink demand of a terminal in the busy hour, bit/s.
    pub down_bps: f64,
    /// Uplink demand, bit/s.
    pub up_bps: f64,
}
