//! How far satellites stand from the geostationary arc: a scenario's entries, resolved to regimes of beam cells.

use super::area::Atlas;
use super::clock;
use super::diagnostic::ScenarioError;
use super::format::GsoLimit;
use hifitime::Epoch;
use skyweave_core::gso::{GsoRegimes, GsoStep};
use skyweave_core::time::SlotNo;
use skyweave_core::world::Place;
use std::collections::BTreeMap;
use toml::Spanned;

/// More regimes than this have no two cells each.
const MOST_REGIMES: usize = 1_000;

/// The regimes over beam cells with these centres.
pub fn build(
    limits: &[Spanned<GsoLimit>],
    beams: &[Place],
    window: (Epoch, Epoch),
    atlas: &Atlas<'_>,
) -> Result<GsoRegimes, ScenarioError> {
    let mut regimes: Vec<Vec<GsoStep>> = vec![Vec::new()];
    let mut of_beam = vec![0_u16; beams.len()];
    for written in limits {
        let limit = written.get_ref();
        let from = match &limit.from {
            None => SlotNo(i64::MIN),
            Some(at) => SlotNo::not_before(clock::moment(atlas.source, at, window.0)?),
        };
        let step = GsoStep { from, min_separation_rad: limit.min_separation_deg.to_radians() };
        let Some(area) = &limit.area else {
            for steps in &mut regimes {
                replace(steps, step);
            }
            continue;
        };
        let region = atlas.region(area, &written.span())?;
        let inside = |place: &Place| {
            let at = place.geodetic;
            region.contains(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees())
        };
        // each regime with cells inside is split: those go on with what it had and this
        let mut split: BTreeMap<u16, u16> = BTreeMap::new();
        for (place, regime) in beams.iter().zip(&mut of_beam) {
            if inside(place) {
                *regime = *split.entry(*regime).or_insert_with(|| {
                    let mut steps = regimes[usize::from(*regime)].clone();
                    replace(&mut steps, step);
                    regimes.push(steps);
                    (regimes.len() - 1) as u16
                });
            }
        }
        if split.is_empty() {
            return Err(atlas.source.fault(
                written.span(),
                "no beam cell of this scenario is in the area, so the entry changes nothing",
                "here",
                "accepted: an area that the centre of some beam cell is in",
            ));
        }
        if regimes.len() > MOST_REGIMES {
            return Err(atlas.source.fault(
                written.span(),
                &format!("with this entry there are {} regimes", regimes.len()),
                "here",
                "accepted: entries whose areas and times make at most 1,000 different regimes",
            ));
        }
    }
    Ok(compact(regimes, of_beam))
}

/// From its time on, a step takes the place of all those before it.
fn replace(steps: &mut Vec<GsoStep>, step: GsoStep) {
    steps.retain(|earlier| earlier.from < step.from);
    steps.push(step);
}

/// Leaves out regimes that no beam cell has any more; without areas there is one for all.
fn compact(mut regimes: Vec<Vec<GsoStep>>, mut of_beam: Vec<u16>) -> GsoRegimes {
    if regimes.len() == 1 {
        of_beam.clear();
        regimes.retain(|steps| !steps.is_empty());
        return GsoRegimes { regimes, of_beam };
    }
    let used: BTreeMap<u16, u16> = {
        let mut numbers: Vec<u16> = of_beam.clone();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().zip(0..).collect()
    };
    for regime in &mut of_beam {
        *regime = used[regime];
    }
    let regimes = used.keys().map(|regime| std::mem::take(&mut regimes[usize::from(*regime)])).collect();
    GsoRegimes { regimes, of_beam }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::borders::Borders;
    use crate::scenario::Source;
    use std::path::Path;

    #[derive(serde::Deserialize)]
    struct File {
        gso: Vec<Spanned<GsoLimit>>,
    }

    /// Least separations, deg, at some minutes after the start, of cells in Kansas, Quebec and Kenya.
    fn separations(text: &str, minutes: &[i64]) -> Vec<[f64; 3]> {
        let source = Source { name: "x.toml".to_owned(), text: text.to_owned() };
        let borders = Borders::builtin().unwrap();
        let atlas = Atlas { source: &source, folder: Path::new("."), borders: &borders };
        let start = Epoch::from_gregorian_utc(2026, 6, 30, 23, 0, 0, 0);
        let beams = [(38.5, -98.0), (50.0, -72.0), (0.5, 37.0)].map(|(a, o)| Place::from_degrees(a, o));
        let file: File = toml::from_str(text).unwrap();
        let regimes = build(&file.gso, &beams, (start, start), &atlas).unwrap();
        let at = |minute: i64| {
            let least = regimes.at(SlotNo(SlotNo::not_before(start).0 + 4 * minute));
            [0, 1, 2].map(|beam| {
                let regime = regimes.of(skyweave_core::ids::BeamId(beam));
                regime.map_or(0.0, |regime| (least[regime].to_degrees() * 1e6).round() / 1e6)
            })
        };
        minutes.iter().copied().map(at).collect()
    }

    #[test]
    fn later_entries_win_in_their_area_from_their_time_on() {
        let everywhere = "[[gso]]\nmin_separation_deg = 18\n";
        assert_eq!(separations(everywhere, &[-9_999, 0]), [[18.0; 3]; 2]);
        let usa = "[[gso]]\narea = { country = \"USA\" }\nfrom = \"2026-07-01T00:00:00Z\"\nmin_separation_deg = 8\n";
        let two = format!("{everywhere}{usa}");
        assert_eq!(separations(&two, &[0, 59, 60]), [[18.0; 3], [18.0; 3], [8.0, 18.0, 18.0]]);
        let north = "[[gso]]\narea = { within = { latitude_deg = 45, longitude_deg = -85, radius_km = 2000 } }\n\
                     from = \"+90min\"\nmin_separation_deg = 22\n";
        let three = format!("{two}{north}");
        assert_eq!(separations(&three, &[0, 60, 90]), [[18.0; 3], [8.0, 18.0, 18.0], [22.0, 22.0, 18.0]]);
        // what holds from earlier on, and is written later, leaves nothing of the others
        let off = format!("{three}[[gso]]\nfrom = \"+1min\"\nmin_separation_deg = 0\n");
        assert_eq!(separations(&off, &[0, 60, 90]), [[18.0; 3], [0.0; 3], [0.0; 3]]);
    }

    #[test]
    fn without_entries_nothing_is_kept_clear() {
        assert_eq!(separations("gso = []", &[0]), [[0.0; 3]]);
    }
}
