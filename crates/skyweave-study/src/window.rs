//! Parts of a scenario's window of time.

use miette::{Result, miette};
use skyweave_core::time::SlotNo;
use skyweave_io::results::UtcMs;
use skyweave_io::scenario::{ACCEPTED_INSTANT, Prepared, parse_duration, parse_instant};
use std::ops::Range;

/// The slot of a time within the window: the one that contains it.
///
/// # Errors
/// It is no time, or outside the window.
pub fn slot_at(prepared: &Prepared, time: &str) -> Result<SlotNo> {
    let instant =
        parse_instant(time).ok_or_else(|| miette!(help = ACCEPTED_INSTANT, "`{time}` is no time"))?;
    let slot = SlotNo::containing(instant);
    if (prepared.first..prepared.end).contains(&slot) {
        return Ok(slot);
    }
    let [first, end] = [prepared.first, prepared.end].map(UtcMs::of_slot);
    Err(miette!(
        help = format!(
            "accepted: from {first} to {end}; `time.start` and `time.duration` of the scenario move that"
        ),
        "{time} is not in the window of `{}`",
        prepared.scenario.name
    ))
}

/// Part of the window: all of it, or from `start` on, as many slots or as long as is said.
///
/// # Errors
/// What is said is no time, no duration, or not in the window; slots and a duration together.
pub fn part(
    prepared: &Prepared,
    start: Option<&str>,
    slots: Option<u32>,
    duration: Option<&str>,
) -> Result<Range<SlotNo>> {
    let first = start.map_or(Ok(prepared.first), |start| slot_at(prepared, start))?;
    let end = match (slots, duration) {
        (None, None) => return Ok(first..prepared.end),
        (Some(slots), None) => SlotNo(first.0 + i64::from(slots)),
        (None, Some(text)) => {
            let lasts =
                parse_duration(text).filter(|lasts| lasts.total_nanoseconds() > 0).ok_or_else(|| {
                    miette!(help = "accepted: such as `90s`, `10min`, `1h`, `7d`", "`{text}` is no duration")
                })?;
            SlotNo::not_before(first.start() + lasts)
        }
        (Some(_), Some(_)) => {
            return Err(miette!(help = "accepted: one of them", "both slots and a duration are given"));
        }
    };
    if first < end && end <= prepared.end {
        return Ok(first..end);
    }
    let most = prepared.end.0 - first.0;
    Err(miette!(
        help = format!("accepted: 1 to {most} slots from there; `time.duration` of the scenario makes more"),
        "{} slots from {} on are not in the window of `{}`",
        end.0 - first.0,
        UtcMs::of_slot(first),
        prepared.scenario.name
    ))
}
