//! The elements of a file: the newest set of each object, and how far they are from the window they are to serve.

use super::{Format, MeanElements};
use hifitime::{Duration, Epoch};
use std::collections::BTreeMap;

/// The median may be this far from the window before it is worth a word, days.
const MEDIAN_DAYS: f64 = 3.0;
/// A single object may be this far from the window before it is worth a word, days.
const SINGLE_DAYS: f64 = 14.0;
/// How fast the position error of SGP4 in low orbit grows after the first days, km a day along track. An assumption, not
/// measured here: the middle of the 1 to 3 km a day usually quoted with Vallado and others, AIAA 2006-6753. Decaying or
/// thrusting objects leave it far behind.
const GROWTH_KM_PER_DAY: f64 = 2.0;

/// What a file of element sets held.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementSet {
    /// One set per object, in the order in which the objects first appear.
    pub elements: Vec<MeanElements>,
    /// How many sets were left out because the file has a newer one (or the same again) of their object.
    pub superseded: usize,
    /// What was read.
    pub format: Format,
}

impl ElementSet {
    /// Keeps the newest set of each catalogue number; of equal epochs the first.
    pub(super) fn newest_of(all: Vec<MeanElements>, format: Format) -> Self {
        let count = all.len();
        let mut place_of = BTreeMap::new();
        let mut elements: Vec<MeanElements> = Vec::with_capacity(count);
        for candidate in all {
            let place = *place_of.entry(candidate.catalog_number).or_insert(elements.len());
            match elements.get_mut(place) {
                None => elements.push(candidate),
                Some(kept) if candidate.epoch > kept.epoch => *kept = candidate,
                Some(_) => {}
            }
        }
        Self { superseded: count - elements.len(), elements, format }
    }

    /// The oldest and the newest epoch; none if there are no elements.
    #[must_use]
    pub fn epoch_range(&self) -> Option<(Epoch, Epoch)> {
        let epochs = || self.elements.iter().map(|e| e.epoch);
        epochs().min().zip(epochs().max())
    }

    /// The epoch in the middle, of two middle ones the older; none if there are no elements.
    #[must_use]
    pub fn median_epoch(&self) -> Option<Epoch> {
        let mut epochs: Vec<Epoch> = self.elements.iter().map(|e| e.epoch).collect();
        epochs.sort_unstable();
        epochs.get(epochs.len().saturating_sub(1) / 2).copied()
    }

    /// A warning if these elements are too far from a window of time (UTC) for what SGP4 can do.
    ///
    /// The distance of an epoch is to the end of the window that is further away. It is worth a word above 3 days for
    /// the median, or above 14 days for any object. The text tells the position error to expect along track.
    #[must_use]
    pub fn epoch_warning(&self, window_start: Epoch, window_end: Epoch) -> Option<String> {
        let distance =
            |epoch: Epoch| days((epoch - window_start).abs()).max(days((epoch - window_end).abs()));
        let median = distance(self.median_epoch()?);
        if median > MEDIAN_DAYS {
            return Some(format!(
                "the elements are {median:.1} days from the window: expect errors of about {} km along track",
                one_digit(median * GROWTH_KM_PER_DAY)
            ));
        }
        let far = || self.elements.iter().filter(|e| distance(e.epoch) > SINGLE_DAYS);
        let worst = far().max_by(|a, b| distance(a.epoch).total_cmp(&distance(b.epoch)))?;
        let worst_days = distance(worst.epoch);
        let name = if worst.name.is_empty() { "without a name" } else { &worst.name };
        Some(format!(
            "the elements of {} of {} objects are more than {SINGLE_DAYS} days from the window, at worst {worst_days:.1} \
             days ({}, {name}): expect errors of about {} km along track",
            far().count(),
            self.elements.len(),
            worst.catalog_number,
            one_digit(worst_days * GROWTH_KM_PER_DAY),
        ))
    }
}

fn days(duration: Duration) -> f64 {
    duration.to_unit(hifitime::Unit::Day)
}

/// Rounded to one significant digit: the figure is no better.
fn one_digit(km: f64) -> f64 {
    let scale = 10.0_f64.powf(km.log10().floor());
    (km / scale).round() * scale
}
