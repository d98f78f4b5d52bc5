//! What air, clouds and rain take from a link between the ground and a satellite.
//!
//! | recommendation | what it gives | module |
//! |---|---|---|
//! | ITU-R P.676-12 | oxygen and water vapour | `gases`, `lines` |
//! | ITU-R P.838-3, P.618-13 section 2.2.1.1 | rain | `rain` |
//! | ITU-R P.840-8 | clouds | `cloud` |
//! | ITU-R P.618-13 section 2.4.1 | scintillation | `scintillation` |
//! | ITU-R P.618-13 sections 2.5 and 3 | all together, and the noise of it | `path` |
//!
//! What they must know about a place is a [`SiteClimate`]: from the ITU's digital maps, which the user brings, or from a
//! coarse climatology of our own, [`SiteClimate::coarse`]. Then, once a band: [`Band::new`]. Once a site, or whenever its
//! weather changes: [`SitePath`] and its [`LossTable`]. And a link: [`LossTable::db`].

mod cloud;
mod exceedance;
mod gases;
mod lines;
mod path;
mod rain;
mod scintillation;
mod site;
mod table;

pub use cloud::{absorption_coefficient, absorption_coefficient_at};
pub use exceedance::{Exceedance, QUANTILE_PERCENTS, Quantiles};
pub use gases::{Air, equivalent_heights_km, oxygen_db_km, oxygen_zenith_db, vapour_db_km, vapour_zenith_db};
pub use path::{Band, Loss, Polarisation, SitePath, sky_noise_k};
pub use rain::{FallingRain, RainCoefficients, RainStatistics};
pub use scintillation::{Aperture, Scintillation};
pub use site::{ClimateSource, SiteClimate, standard_pressure_hpa, wet_refractivity};
pub use table::{LEAST_SINE, LossTable};
