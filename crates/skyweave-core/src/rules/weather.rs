//! Rain and air.

use crate::atmosphere::Exceedance;

/// Rain and air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeatherRules {
    /// Every link loses what is exceeded for this share of an average year; `None`: dry air of an ordinary hour, and the rain that
    /// the scenario lets fall.
    pub exceedance: Option<Exceedance>,
    /// Rain that falls on a place reaches so far from it over the ground, m.
    pub rain_reach_m: f64,
}

impl Default for WeatherRules {
    fn default() -> Self {
        Self { exceedance: None, rain_reach_m: 5e3 }
    }
}
