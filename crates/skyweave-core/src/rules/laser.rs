//! Inter-satellite lasers.

use crate::optics::LaserBudget;

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
    /// Power budget of a link, which gives its capacity each way.
    pub budget: LaserBudget,
    /// Most that all lasers of a satellite carry together, in and out, each way, bit/s.
    pub per_satellite_bps: f64,
    /// Time from pointing to carrying, s: a new link carries nothing before.
    pub acquisition_s: f64,
}

impl Default for LaserRules {
    fn default() -> Self {
        Self {
            pattern: LaserPattern::Grid,
            per_satellite: 4,
            max_range_m: 5_400e3,
            min_ray_height_m: 80e3,
            cross_shell: false,
            budget: LaserBudget::default(),
            per_satellite_bps: 400e9,
            acquisition_s: 12.0,
        }
    }
}
