//! Attenuation by clouds: ITU-R P.840-8 (August 2019), with the water reduced to 273.15 K.
//!
//! Revisions 6 to 8 have the same coefficient; revision 9 changes it and is not used here.

/// The mass absorption coefficient of liquid water at 0 degrees Celsius, dB per km and g/m3 (equations 2 to 11), up to
/// 1000 GHz. Times the column of reduced liquid water in kg/m2 it is the zenith attenuation in dB (equation 12).
#[must_use]
pub fn absorption_coefficient(frequency_ghz: f64) -> f64 {
    absorption_coefficient_at(frequency_ghz, 273.15)
}

/// The same at another temperature, K.
#[must_use]
pub fn absorption_coefficient_at(frequency_ghz: f64, temperature_k: f64) -> f64 {
    let f = frequency_ghz;
    let colder = 300.0 / temperature_k - 1.0; // theta - 1, (9)
    let epsilon_0 = 77.66 + 103.3 * colder; // (6)
    let epsilon_1 = 0.0671 * epsilon_0; // (7)
    let epsilon_2 = 3.52; // (8)
    let f_p = 20.20 - 146.0 * colder + 316.0 * colder * colder; // (10)
    let f_s = 39.8 * f_p; // (11)
    let slow = (epsilon_0 - epsilon_1) / (1.0 + (f / f_p) * (f / f_p));
    let fast = (epsilon_1 - epsilon_2) / (1.0 + (f / f_s) * (f / f_s));
    let imaginary = f / f_p * slow + f / f_s * fast; // (4)
    let real = slow + fast + epsilon_2; // (5)
    let eta = (2.0 + real) / imaginary; // (3)
    0.819 * f / (imaginary * (1.0 + eta * eta)) // (2)
}
