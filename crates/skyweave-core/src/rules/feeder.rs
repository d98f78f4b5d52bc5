//! Links between gateways and satellites.

use super::Carrier;
use crate::modcod::Modem;

/// Links between gateways and satellites.
#[derive(Debug, Clone, PartialEq)]
pub struct FeederRules {
    /// Bands; an antenna uses all that the satellite has.
    pub bands: Vec<FeederBand>,
    /// Diameter of a gateway's antenna, m: it evens out scintillation.
    pub antenna_m: f64,
    /// Gateway diversity: antennas are pointed, and ways chosen, by what the links carry in the rain that falls. Without, the
    /// network is blind to the weather: antennas keep to their satellites, and what a link in the rain cannot carry is lost.
    pub diversity: bool,
    /// With diversity, a link counts as drowned when it carries less than this share of what it carries in dry air, 0 to 1.
    pub drowned_share: f64,
}

/// One band of feeder links.
#[derive(Debug, Clone, PartialEq)]
pub struct FeederBand {
    /// Name in outputs.
    pub name: String,
    /// Gateway to satellite: one carrier.
    pub up: Carrier,
    /// Carriers up, polarisations counted.
    pub up_carriers: u16,
    /// Satellite to gateway: one carrier.
    pub down: Carrier,
    /// Carriers down, polarisations counted.
    pub down_carriers: u16,
    /// True if only satellites of the second generation have it.
    pub second_generation_only: bool,
}

impl Default for FeederRules {
    fn default() -> Self {
        let modem = Modem { roll_off: 0.10, implementation_margin_db: 1.5, pilots: true, most_bits: 8 };
        let carrier = |eirp_dbw, gain_to_noise_db_k, noise_k, frequency_hz| Carrier {
            eirp_dbw,
            gain_to_noise_db_k,
            noise_k,
            frequency_hz,
            bandwidth_hz: 250e6,
            pointing_loss_db: 0.5,
            interference_margin_db: 0.5,
            modem,
        };
        Self {
            bands: vec![
                FeederBand {
                    name: "ka".to_owned(),
                    up: carrier(54.0, 10.0, f64::INFINITY, 28.75e9),
                    up_carriers: 16,
                    down: carrier(30.0, 24.0, 200.0, 19.0e9),
                    down_carriers: 14,
                    second_generation_only: false,
                },
                FeederBand {
                    name: "e".to_owned(),
                    up: carrier(62.0, 16.0, f64::INFINITY, 83.5e9),
                    up_carriers: 40,
                    down: carrier(40.0, 28.0, 400.0, 73.5e9),
                    down_carriers: 40,
                    second_generation_only: true,
                },
            ],
            antenna_m: 1.8,
            diversity: true,
            drowned_share: 0.5,
        }
    }
}
