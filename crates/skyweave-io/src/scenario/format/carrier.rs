//! Carriers of user links: the same figures both ways, with defaults of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::rules::Carrier;

macro_rules! carrier {
    ($(#[$about:meta])* $name:ident: $eirp_dbw:literal, $g_over_t_db_k:literal, $frequency_ghz:literal, $bandwidth_mhz:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// Effective isotropic radiated power, dBW.
            pub eirp_dbw: f64,
            /// Figure of merit of the receiver (G/T), dB/K.
            pub g_over_t_db_k: f64,
            /// Centre frequency, GHz.
            pub frequency_ghz: f64,
            /// Channel bandwidth, MHz.
            pub bandwidth_mhz: f64,
            /// Loss of coding, pointing and hardware against Shannon, dB.
            pub implementation_loss_db: f64,
            /// Highest spectral efficiency of the waveform, bit/s/Hz.
            pub max_efficiency_bps_hz: f64,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    eirp_dbw: $eirp_dbw,
                    g_over_t_db_k: $g_over_t_db_k,
                    frequency_ghz: $frequency_ghz,
                    bandwidth_mhz: $bandwidth_mhz,
                    implementation_loss_db: 4.0,
                    max_efficiency_bps_hz: 4.5,
                }
            }
        }

        impl From<&$name> for Carrier {
            fn from(written: &$name) -> Self {
                Self {
                    eirp_dbw: written.eirp_dbw,
                    gain_to_noise_db_k: written.g_over_t_db_k,
                    frequency_hz: written.frequency_ghz * 1e9,
                    bandwidth_hz: written.bandwidth_mhz * 1e6,
                    implementation_loss_db: written.implementation_loss_db,
                    max_efficiency_bps_hz: written.max_efficiency_bps_hz,
                }
            }
        }
    };
}

carrier! {
    /// The carrier from a satellite to terminals. What is left out stays as it is by default. Frequency and bandwidth are
    /// of filings and studies; the others are assumptions.
    Downlink: 36.0, 9.0, 11.7, 240.0
}
carrier! {
    /// The carrier from terminals to a satellite. What is left out stays as it is by default. Frequency and bandwidth
    /// are of filings and studies, power lies within the 33 to 43 dBW of filings; the others are assumptions.
    Uplink: 38.0, 8.0, 14.25, 62.5
}
