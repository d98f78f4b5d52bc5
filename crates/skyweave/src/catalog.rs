//! `skyweave catalog`: element sets.

use crate::args::{Fetch, Inspect};
use crate::say::say;
use crate::table::{Table, count, percent};
use hifitime::Epoch;
use miette::{IntoDiagnostic, Result, miette};
use skyweave_io::catalog::{self, FetchRequest, FetchStatus};
use skyweave_io::elements::{self, ElementSet};
use skyweave_io::inspect;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints what is in an element file.
pub fn inspect(options: &Inspect) -> Result<ExitCode> {
    let set = elements::read(&options.file)?;
    let found = inspect::inspect(&set, inspect::default_lasers());
    say!("{}: {}, {} objects", options.file.display(), set.format, count(set.elements.len() as f64));
    if set.superseded > 0 {
        say!("  {} older sets of objects that are there twice were left out", set.superseded);
    }
    if let (Some((oldest, newest)), Some(median)) = (set.epoch_range(), set.median_epoch()) {
        say!("  epochs {} to {}, median {}", date(oldest), date(newest), date(median));
    }
    for (name, error) in &found.world.unusable {
        say!("  {name}: {error}");
    }
    let [serving, laser_only, in_transit, unknown] = found.topology.service_counts();
    say!(
        "  {} serving, {} laser only (direct to cell), {} in transit, {} unknown\n",
        count(serving as f64),
        count(laser_only as f64),
        count(in_transit as f64),
        count(unknown as f64)
    );
    let mut table = Table::new(
        &[
            "inclination",
            "altitude km",
            "planes",
            "satellites",
            "per plane",
            "linked in plane",
            "sees both sides",
            "linked both sides",
        ],
        0,
    );
    for (shell, lasers) in found.topology.shells.iter().zip(&found.shells) {
        let sizes = shell.planes.iter().map(|p| p.members.len());
        table.row(vec![
            format!("{:.1} deg", shell.inclination_rad.to_degrees()),
            format!("{:.0}", shell.altitude_m / 1e3),
            shell.planes.len().to_string(),
            count(shell.satellites() as f64),
            format!("{}-{}", sizes.clone().min().unwrap_or(0), sizes.max().unwrap_or(0)),
            percent(lasers.linked_in_plane),
            percent(lasers.in_sight_across),
            percent(lasers.linked_across),
        ]);
    }
    crate::say::write(format_args!("{}", table.lines()));
    say!(
        "\n  at the median epoch {} lasers of a grid are up; {:.1} change a minute",
        count(found.lasers_up as f64),
        found.laser_changes_per_minute
    );
    altitudes(&set, &found);
    Ok(ExitCode::SUCCESS)
}

/// A histogram of mean altitudes in steps of 20 km.
fn altitudes(set: &ElementSet, found: &inspect::Inspection) {
    const STEP_KM: f64 = 20.0;
    const WIDTH: usize = 50;
    let mut bins = std::collections::BTreeMap::<i64, usize>::new();
    for satellite in &found.world.satellites {
        *bins.entry((satellite.mean_altitude_m / 1e3 / STEP_KM).floor() as i64).or_default() += 1;
    }
    let most = bins.values().copied().max().unwrap_or(1);
    say!("\n  mean altitude of {} objects, km", count(set.elements.len() as f64));
    for (bin, members) in bins {
        let from = bin as f64 * STEP_KM;
        say!(
            "  {from:>6.0}-{:<6.0} {:>6} {}",
            from + STEP_KM,
            count(members as f64),
            "#".repeat((members * WIDTH).div_ceil(most))
        );
    }
}

pub fn date(epoch: Epoch) -> String {
    let (year, month, day, hour, minute, second, _) = epoch.to_gregorian_utc();
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Brings fresh elements.
pub fn fetch(options: &Fetch) -> Result<ExitCode> {
    let now = Epoch::now().into_diagnostic()?;
    let mut request = FetchRequest::new(cache(options)?, now);
    if let Some(source) = &options.source {
        request.source.clone_from(source);
    }
    request.destination.clone_from(&options.output);
    let outcome = catalog::fetch(&request)?;
    for warning in &outcome.warnings {
        eprintln!("warning: {warning}");
    }
    let how = match outcome.status {
        FetchStatus::Fresh => "still fresh, nothing was asked for",
        FetchStatus::NotModified => "not changed at the source",
        FetchStatus::Updated => "fetched",
    };
    say!(
        "{}: {} objects ({}), {how}",
        outcome.path.display(),
        count(outcome.set.elements.len() as f64),
        outcome.set.format
    );
    Ok(ExitCode::SUCCESS)
}

fn cache(options: &Fetch) -> Result<PathBuf> {
    if let Some(folder) = &options.cache {
        return Ok(folder.clone());
    }
    if let Some(folder) = std::env::var_os("XDG_CACHE_HOME") {
        return Ok(PathBuf::from(folder).join("skyweave"));
    }
    std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/skyweave")).ok_or_else(|| {
        miette!(help = "accepted: --cache DIR, or HOME set", "there is no folder to keep fetched sets in")
    })
}
