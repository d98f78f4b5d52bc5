//! User links and their beams.

use crate::antenna::SpotBeamParams;
use crate::modcod::Modem;

/// User links and their beams.
#[derive(Debug, Clone, PartialEq)]
pub struct RadioRules {
    /// Lowest elevation of a terminal, by how far it is from the equator: the last one that it has reached holds. Sorted.
    pub min_elevation: Vec<LatitudeLimit>,
    /// Satellite to terminal: one carrier of one beam.
    pub down: Carrier,
    /// Terminal to satellite: one carrier of one beam.
    pub up: Carrier,
    /// Beams from satellites to terminals.
    pub down_beams: BeamRules,
    /// Beams from terminals to satellites.
    pub up_beams: BeamRules,
    /// Cells that a satellite serves by switching its beams between them, as a multiple of its beams.
    pub cells_per_beam: u16,
    /// Beams that one cell has at most, each on a colour of its own.
    pub beams_per_cell: u8,
    /// Distance between the centres of neighbouring beam cells, m; zero points a beam at each position cell.
    pub beam_cell_m: f64,
    /// Shape of a satellite's beam.
    pub spot: SpotBeamParams,
    /// Power at radio frequency that the beams to terminals which a satellite lights at once share evenly, W. With the gain of `spot`
    /// no beam radiates more than the EIRP of `down`, however few are lit.
    pub satellite_power_w: f64,
    /// Diameter of a terminal's antenna, m: by it, it hears satellites beside its own, and scintillation evens out.
    pub terminal_antenna_m: f64,
    /// A satellite's array loses as the cosine of the angle off nadir to this power.
    pub satellite_scan_exponent: f64,
    /// A terminal's array loses as the cosine of the angle off its boresight to this power.
    pub terminal_scan_exponent: f64,
    /// Most that a satellite hands down to all its cells, bit/s.
    pub satellite_down_bps: f64,
    /// Most that a satellite takes up from all its cells, bit/s.
    pub satellite_up_bps: f64,
}

/// From a latitude on, the lowest elevation is another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatitudeLimit {
    /// Latitude from which on it holds, north and south, rad.
    pub latitude_rad: f64,
    /// Lowest elevation there, rad.
    pub elevation_rad: f64,
}

impl RadioRules {
    /// The lowest elevation of terminals at a latitude, rad.
    #[must_use]
    pub fn min_elevation_rad(&self, latitude_rad: f64) -> f64 {
        let reached = |limit: &&LatitudeLimit| limit.latitude_rad <= latitude_rad.abs();
        self.min_elevation.iter().take_while(reached).last().map_or(0.0, |limit| limit.elevation_rad)
    }
}

/// One carrier of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Carrier {
    /// Effective isotropic radiated power in the carrier, dBW, where the antenna is strongest.
    pub eirp_dbw: f64,
    /// Figure of merit of the receiver in a dry sky, dB/K, where its antenna is strongest.
    pub gain_to_noise_db_k: f64,
    /// Noise temperature of the receiver in a dry sky, K: rain that warms the sky adds to it. Infinite for a satellite, which
    /// looks at the warm Earth anyway.
    pub noise_k: f64,
    /// Centre frequency, Hz.
    pub frequency_hz: f64,
    /// Bandwidth of the carrier, Hz.
    pub bandwidth_hz: f64,
    /// What pointing loses, dB.
    pub pointing_loss_db: f64,
    /// What is set aside for interference that is not modelled, dB.
    pub interference_margin_db: f64,
    /// The modem at both ends.
    pub modem: Modem,
}

/// Beams of one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamRules {
    /// Beams that a satellite lights at once: arrays times beams of an array times polarisations.
    pub per_satellite: u16,
    /// Colours: channels times polarisations. No two beams on a cell have the same, and neighbours avoid each other's. At most 16.
    pub colours: u8,
}

impl Default for RadioRules {
    fn default() -> Self {
        let modem = Modem { roll_off: 0.10, implementation_margin_db: 1.5, pilots: true, most_bits: 6 };
        Self {
            min_elevation: vec![LatitudeLimit { latitude_rad: 0.0, elevation_rad: 25_f64.to_radians() }],
            down: Carrier {
                eirp_dbw: 36.0,
                gain_to_noise_db_k: 9.0,
                noise_k: 250.0,
                frequency_hz: 11.7e9,
                bandwidth_hz: 240e6,
                pointing_loss_db: 0.3,
                interference_margin_db: 0.5,
                modem,
            },
            up: Carrier {
                eirp_dbw: 38.0,
                gain_to_noise_db_k: 8.0,
                noise_k: f64::INFINITY,
                frequency_hz: 14.25e9,
                bandwidth_hz: 62.5e6,
                pointing_loss_db: 0.3,
                interference_margin_db: 0.5,
                modem,
            },
            down_beams: BeamRules { per_satellite: 48, colours: 16 },
            up_beams: BeamRules { per_satellite: 16, colours: 16 },
            cells_per_beam: 4,
            beams_per_cell: 8,
            beam_cell_m: 24e3,
            spot: SpotBeamParams::with_mask(1.25_f64.to_radians(), 36.0, SpotBeamParams::MEDIUM_ORBIT),
            satellite_power_w: 48.0,
            terminal_antenna_m: 0.5,
            satellite_scan_exponent: 1.2,
            terminal_scan_exponent: 1.2,
            satellite_down_bps: 96e9,
            satellite_up_bps: 24e9,
        }
    }
}
