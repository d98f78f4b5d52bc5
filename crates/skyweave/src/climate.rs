//! `skyweave climate`: the ITU's digital maps.

use crate::args::{ClimateImport, ClimateShow};
use crate::say::say;
use crate::table::{Table, count};
use miette::Result;
use serde_json::json;
use skyweave_core::atmosphere::{
    Aperture, Band, Exceedance, Polarisation, QUANTILE_PERCENTS, SiteClimate, SitePath,
};
use skyweave_io::climate::{self, Climate};
use std::process::ExitCode;

/// What a link is shown for: a name and a frequency, Hz.
const BANDS: [(&str, f64); 4] = [
    ("user down, 11.7 GHz", 11.7e9),
    ("user up, 14.25 GHz", 14.25e9),
    ("gateway down, 18.5 GHz", 18.5e9),
    ("gateway up, 28.5 GHz", 28.5e9),
];
/// Shares of a year for which it is shown, %.
const SHARES: [f64; 4] = [0.01, 0.1, 1.0, 5.0];
/// At this elevation, deg.
const ELEVATION_DEG: f64 = 40.0;
/// With a user's antenna; a gateway's scintillates less.
const APERTURE: Aperture = Aperture { diameter_m: 0.5, efficiency: 0.6 };

/// Reads the maps and writes the file.
pub fn import(options: &ClimateImport) -> Result<ExitCode> {
    let imported = climate::import(&options.folder, &options.output)?;
    say!(
        "{}: {} maps, {} bytes\n  {}",
        options.output.display(),
        imported.maps,
        count(imported.bytes as f64),
        imported.recommendations.join(", ")
    );
    if imported.filled > 0 {
        say!("  {} missing values were put in between their neighbours", count(imported.filled as f64));
    }
    say!("  the maps are copyright ITU: keep the file to yourself");
    Ok(ExitCode::SUCCESS)
}

/// Prints what is known about a place.
pub fn show(options: &ClimateShow) -> Result<ExitCode> {
    let climate = Climate::open(&options.file)?;
    let site = climate.at(options.latitude, options.longitude, options.altitude.map(|m| m / 1e3))?;
    if options.json {
        say!("{}", as_json(&site, options));
        return Ok(ExitCode::SUCCESS);
    }
    say!("climate of {} deg north, {} deg east, by the ITU's maps", options.latitude, options.longitude);
    for (what, value, unit) in [
        ("altitude", site.altitude_km * 1e3, "m"),
        ("mean temperature", site.temperature_k, "K"),
        ("mean pressure", site.pressure_hpa, "hPa"),
        ("median wet refractivity", site.wet_refractivity, "N units"),
        ("rain rate exceeded for 0.01 %", site.rain_rate_001_mm_h, "mm/h"),
        ("rain height above the sea", site.rain_height_km, "km"),
    ] {
        say!("  {what:<30} {value:>9.2} {unit}");
    }
    let mut exceeded = Table::new(&["exceeded for", "vapour g/m3", "vapour kg/m2", "cloud water kg/m2"], 0);
    for (share, percent) in QUANTILE_PERCENTS.iter().enumerate() {
        exceeded.row(vec![
            format!("{percent} %"),
            format!("{:.2}", site.vapour_density_g_m3.0[share]),
            format!("{:.2}", site.vapour_column_kg_m2.0[share]),
            format!("{:.3}", site.liquid_column_kg_m2.0[share]),
        ]);
    }
    say!("");
    crate::say::write(format_args!("{}", exceeded.lines()));
    say!(
        "\n  attenuation at {ELEVATION_DEG} deg of elevation, dB, exceeded for a share of an average year (ITU-R P.618-13)\n"
    );
    let mut losses = Table::new(&["", "0.01 %", "0.1 %", "1 %", "5 %"], 0);
    for (name, frequency_hz) in BANDS {
        let band = Band::new(frequency_hz, Polarisation::Circular);
        let cells = SHARES.into_iter().filter_map(Exceedance::of_percent).map(|share| {
            let path = SitePath::exceeded(&band, &site, APERTURE, share);
            format!("{:.2}", path.loss(ELEVATION_DEG.to_radians().sin()).total_db())
        });
        losses.row([name.to_owned()].into_iter().chain(cells).collect());
    }
    crate::say::write(format_args!("{}", losses.lines()));
    Ok(ExitCode::SUCCESS)
}

fn as_json(site: &SiteClimate, options: &ClimateShow) -> serde_json::Value {
    json!({
        "source": site.source.name(),
        "latitude_deg": site.latitude_deg,
        "longitude_deg": options.longitude,
        "altitude_m": site.altitude_km * 1e3,
        "temperature_k": site.temperature_k,
        "pressure_hpa": site.pressure_hpa,
        "wet_refractivity": site.wet_refractivity,
        "rain_rate_001_mm_h": site.rain_rate_001_mm_h,
        "rain_height_km": site.rain_height_km,
        "exceedance_percent": QUANTILE_PERCENTS,
        "vapour_density_g_m3": site.vapour_density_g_m3.0,
        "vapour_column_kg_m2": site.vapour_column_kg_m2.0,
        "liquid_column_kg_m2": site.liquid_column_kg_m2.0,
    })
}
