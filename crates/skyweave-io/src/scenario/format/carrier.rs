//! Carriers and modems of user links and of feeder links: the same figures, with defaults of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::modcod::Modem;
use skyweave_core::rules::Carrier;

macro_rules! modem {
    ($(#[$about:meta])* $name:ident: $max_bits_per_symbol:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// Excess bandwidth of the pulse: a channel of B Hz has B / (1 + roll-off) symbols a second (DVB-S2X: 0.05 to 0.35).
            pub roll_off: f64,
            /// How much worse than the standard's ideal demodulator the real one is, dB (assumption).
            pub implementation_margin_db: f64,
            /// Whether frames carry pilots (DVB-S2X: 36 symbols after every 1,440).
            pub pilots: bool,
            /// Highest modulation, bits a symbol: 2 is QPSK, 5 is 32APSK, 8 is 256APSK (assumption).
            pub max_bits_per_symbol: u8,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    roll_off: 0.10,
                    implementation_margin_db: 1.5,
                    pilots: true,
                    max_bits_per_symbol: $max_bits_per_symbol,
                }
            }
        }

        impl From<&$name> for Modem {
            fn from(written: &$name) -> Self {
                Self {
                    roll_off: written.roll_off,
                    implementation_margin_db: written.implementation_margin_db,
                    pilots: written.pilots,
                    most_bits: written.max_bits_per_symbol,
                }
            }
        }
    };
}

modem! {
    /// The modem of user links: the modulation and code of DVB-S2 and DVB-S2X that the link's quality allows.
    UserModem: 6
}
modem! {
    /// The modem of feeder links: the modulation and code of DVB-S2 and DVB-S2X that the link's quality allows.
    FeederModem: 8
}

macro_rules! carrier_of {
    ($name:ident $(, $noise:ident)?) => {
        impl From<&$name> for Carrier {
            fn from(written: &$name) -> Self {
                Self {
                    eirp_dbw: written.eirp_dbw,
                    gain_to_noise_db_k: written.g_over_t_db_k,
                    noise_k: f64::INFINITY $(.min(written.$noise))?,
                    frequency_hz: written.frequency_ghz * 1e9,
                    bandwidth_hz: written.bandwidth_mhz * 1e6,
                    pointing_loss_db: written.pointing_loss_db,
                    interference_margin_db: written.interference_margin_db,
                    modem: Modem::from(&written.modem),
                }
            }
        }
    };
}

macro_rules! user_carrier {
    ($(#[$about:meta])* $name:ident: $eirp_dbw:literal, $g_over_t_db_k:literal, $frequency_ghz:literal,
     $bandwidth_mhz:literal $(, $(#[$about_noise:meta])* $noise:ident = $noise_k:literal)?) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// Effective isotropic radiated power of one beam's carrier, dBW, straight ahead of the antenna.
            pub eirp_dbw: f64,
            /// Figure of merit of the receiver (G/T), dB/K, straight ahead of the antenna in a dry sky.
            pub g_over_t_db_k: f64,
            $(
                $(#[$about_noise])*
                pub $noise: f64,
            )?
            /// Centre frequency, GHz.
            pub frequency_ghz: f64,
            /// Channel bandwidth, MHz.
            pub bandwidth_mhz: f64,
            /// What pointing loses, dB (assumption).
            pub pointing_loss_db: f64,
            /// What is set aside for interference that is not modelled, dB (assumption). Other beams of the network are modelled.
            pub interference_margin_db: f64,
            /// The modem at both ends.
            pub modem: UserModem,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    eirp_dbw: $eirp_dbw,
                    g_over_t_db_k: $g_over_t_db_k,
                    $($noise: $noise_k,)?
                    frequency_ghz: $frequency_ghz,
                    bandwidth_mhz: $bandwidth_mhz,
                    pointing_loss_db: 0.3,
                    interference_margin_db: 0.5,
                    modem: UserModem::default(),
                }
            }
        }

        carrier_of!($name $(, $noise)?);
    };
}

user_carrier! {
    /// The carrier of a beam from a satellite to terminals. What is left out stays as it is by default. Frequency and bandwidth are
    /// of filings and studies; the others are assumptions.
    Downlink: 36.0, 9.0, 11.7, 240.0,
    /// Noise temperature of the receiver in a dry sky, K (assumption): rain that warms the sky adds to it.
    noise_temperature_k = 250.0
}
user_carrier! {
    /// The carrier of a beam from terminals to a satellite. What is left out stays as it is by default. Frequency and bandwidth
    /// are of filings and studies, power lies within the 33 to 43 dBW of filings; the others are assumptions.
    Uplink: 38.0, 8.0, 14.25, 62.5
}

macro_rules! feeder_carrier {
    ($(#[$about:meta])* $name:ident $(, $(#[$about_noise:meta])* $noise:ident)?) => {
        $(#[$about])*
        #[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Effective isotropic radiated power of one carrier, dBW.
            pub eirp_dbw: f64,
            /// Figure of merit of the receiver (G/T) in a dry sky, dB/K.
            pub g_over_t_db_k: f64,
            $(
                $(#[$about_noise])*
                pub $noise: f64,
            )?
            /// Centre frequency, GHz.
            pub frequency_ghz: f64,
            /// Bandwidth of one carrier, MHz.
            pub bandwidth_mhz: f64,
            /// What pointing loses, dB (assumption).
            #[serde(default = "crate::scenario::defaults::feeder_loss_db")]
            pub pointing_loss_db: f64,
            /// What is set aside for interference that is not modelled, dB (assumption).
            #[serde(default = "crate::scenario::defaults::feeder_loss_db")]
            pub interference_margin_db: f64,
            /// The modem at both ends.
            #[serde(default)]
            pub modem: FeederModem,
        }

        carrier_of!($name $(, $noise)?);
    };
}

feeder_carrier! {
    /// One carrier from a gateway to a satellite.
    FeederUp
}
feeder_carrier! {
    /// One carrier from a satellite to a gateway.
    FeederDown,
    /// Noise temperature of the receiver in a dry sky, K: rain that warms the sky adds to it.
    noise_temperature_k
}
