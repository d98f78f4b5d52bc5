//! User links: carriers, beams, and what satellites must keep clear of.

use super::carrier::{Downlink, Uplink};
use super::places::Area;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::rules::BeamRules;
use toml::Spanned;

/// User links: carriers, beams, antennas, and how far satellites stay away from the geostationary arc. Losses in the air follow
/// from `[weather]`, interference between beams from the geometry.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Radio {
    /// Lowest elevation of a terminal, deg (filing: 25), at the centre of its beam cell: at its edge a satellite may stand 3 deg lower.
    pub min_elevation_deg: f64,
    /// Other lowest elevations from some latitudes on, north and south, ascending (filings allow lower ones at high latitudes).
    pub min_elevation_by_latitude: Vec<ElevationLimit>,
    /// Carrier of a beam to terminals.
    pub down: Downlink,
    /// Carrier of a beam from terminals.
    pub up: Uplink,
    /// Beams from a satellite to terminals.
    pub down_beams: DownBeams,
    /// Beams from terminals to a satellite.
    pub up_beams: UpBeams,
    /// Cells that a satellite serves by switching its beams between them, as a multiple of its beams (assumption).
    pub cells_per_beam: u16,
    /// Beams that one cell has at most, each on a channel and polarisation of its own (press: 8).
    pub beams_per_cell: u8,
    /// Distance between the centres of neighbouring beam cells, km (press: about 24). Beams are pointed at a grid of such cells,
    /// which hold one or more of the H3 cells that positions are told by. 0 points a beam at each H3 cell; else 5 or more.
    pub beam_cell_km: f64,
    /// Full width of a satellite's beam at half power, deg (assumption: 2.5, which covers a beam cell from 550 km with room).
    pub beam_width_deg: f64,
    /// Gain of a satellite's beam on its axis, dBi (assumption): by it power becomes EIRP, and how far above `beam_far_gain_dbi` it is gives the
    /// shape far from the axis.
    pub beam_peak_gain_dbi: f64,
    /// Where the side lobes of a satellite's beam begin, dB against its axis (ITU-R S.1528: -12 covers an evenly lit round aperture,
    /// -6.75 is its mask for any antenna in a low orbit).
    pub beam_side_lobe_db: f64,
    /// Gain of a satellite's beam far from its axis, dBi (ITU-R S.1528: 3 with -12 dB, 5 with -6.75 dB).
    pub beam_far_gain_dbi: f64,
    /// Power at radio frequency of a satellite, W, which the beams to terminals that it lights at once share evenly (assumption: 48, just
    /// enough for the `eirp_dbw` of all 48 beams by default: 36 dBW with 36 dBi are 1 W a beam). However few are lit, none radiates more than
    /// `radio.down.eirp_dbw`.
    pub satellite_power_w: f64,
    /// Diameter of a terminal's antenna, m (assumption: 0.5, the circle with the area of common ones): by it, it hears satellites
    /// beside its own, and scintillation evens out.
    pub terminal_antenna_m: f64,
    /// A satellite's array loses as the cosine of the angle off nadir to this power (assumption: 1.2).
    pub satellite_scan_exponent: f64,
    /// A terminal's array loses as the cosine of the angle off the zenith to this power (assumption: 1.2). Terminals that are tilted lose less
    /// on one side and more on the other.
    pub terminal_scan_exponent: f64,
    /// Most that a satellite hands down to all its cells, Gbit/s (press: about 96). 96 Gbit/s in 48 channels of 240 MHz would be 8.3
    /// bit/s/Hz, beyond DVB-S2X: the beams bind first.
    pub satellite_down_gbps: f64,
    /// Most that a satellite takes up from all its cells, Gbit/s (assumption: a quarter of the downlink).
    pub satellite_up_gbps: f64,
    /// How far from the geostationary arc satellites must stand, by territory and date. Entries that are written replace the one that
    /// is there by default: 18 degrees everywhere and always (filing: 18 to 22).
    #[schemars(with = "Vec<GsoLimit>")]
    pub gso: Vec<Spanned<GsoLimit>>,
}

/// A lowest elevation from a latitude on.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElevationLimit {
    /// Latitude from which on it holds, north and south, deg: more than 0 and more than that of the entry before.
    pub from_latitude_deg: f64,
    /// Lowest elevation of a terminal there, deg.
    pub elevation_deg: f64,
}

macro_rules! beams {
    ($(#[$about:meta])* $name:ident: $arrays:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// Antenna arrays of a satellite.
            pub arrays: u8,
            /// Beams of an array in one polarisation.
            pub beams_per_array: u8,
            /// Polarisations: 1 or 2.
            pub polarisations: u8,
            /// Channels that beams may use. Channels times polarisations are the colours: at most 16. No two beams on a cell have the
            /// same one, and neighbouring cells avoid each other's.
            pub channels: u8,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { arrays: $arrays, beams_per_array: 8, polarisations: 2, channels: 8 }
            }
        }

        impl From<$name> for BeamRules {
            fn from(written: $name) -> Self {
                Self {
                    per_satellite: u16::from(written.arrays)
                        * u16::from(written.beams_per_array)
                        * u16::from(written.polarisations),
                    colours: written.channels.saturating_mul(written.polarisations),
                }
            }
        }
    };
}

beams! {
    /// Beams from a satellite to terminals (press: 3 arrays of 8 beams in 2 polarisations are 48 beams; study: 8 channels of 240 MHz
    /// in 2 GHz).
    DownBeams: 3
}
beams! {
    /// Beams from terminals to a satellite (press: 1 array of 8 beams in 2 polarisations is 16 beams).
    UpBeams: 1
}

/// From when on satellites that serve an area must stand at least so far from the geostationary arc, as its cells see it.
///
/// Entries act in their order: for the beam cells in its area and from its time on, a later entry takes the place of all earlier
/// ones. Limits on power flux (EPFD) made 18 to 22 degrees usual; since July 2026 the United States have coordination with
/// backstops in their place, so the separation is a matter of territory and date. An example with two regimes:
///
/// ```toml
/// [[radio.gso]]                         # everywhere and always
/// min_separation_deg = 18
///
/// [[radio.gso]]                         # from a day on, one country asks for less
/// area = { country = "USA" }
/// from = "2026-07-01T00:00:00Z"
/// min_separation_deg = 8                # an assumption: what operators agree on is not published
/// ```
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GsoLimit {
    /// Where; everywhere if left out. The centres of beam cells count.
    pub area: Option<Area>,
    /// From when on: `+5min` from the start, or ISO 8601; always if left out.
    #[schemars(with = "Option<String>")]
    pub from: Option<Spanned<String>>,
    /// Least separation, deg; 0 is none.
    pub min_separation_deg: f64,
}
