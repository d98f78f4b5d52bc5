//! Numbers, times and reasons as people read them.

use crate::results::UtcMs;
use skyweave_core::time::SlotNo;

/// Stands where there is no value.
pub const NONE: &str = "–";

/// A count with thousands set apart.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if value < 0.0 && digits != "0" { format!("−{grouped}") } else { grouped }
}

/// A least and a greatest count, or the one that both are.
pub fn range((least, greatest): (u32, u32)) -> String {
    let (least, greatest) = (count(f64::from(least)), count(f64::from(greatest)));
    if least == greatest { least } else { format!("{least}–{greatest}") }
}

/// A share as a percentage that never says 100 % unless it is.
pub fn percent(share: f64) -> String {
    if share >= 1.0 {
        "100 %".to_owned()
    } else if share <= 0.0 {
        "0 %".to_owned()
    } else {
        format!("{:.2} %", (share * 10_000.0).floor() / 100.0)
    }
}

/// A rate with its unit.
#[must_use]
pub fn rate(bps: f64) -> String {
    for (unit, scale) in [("Tbit/s", 1e12), ("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)] {
        if bps >= scale {
            return format!("{:.1} {unit}", bps / scale);
        }
    }
    format!("{bps:.0} bit/s")
}

/// Milliseconds, without the unit.
pub fn ms(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |v| format!("{v:.1}"))
}

/// Milliseconds, and in brackets how much more than before.
pub fn ms_and_change(value: Option<f64>, before: Option<f64>) -> String {
    match (value, before) {
        (Some(now), Some(before)) => format!("{now:.1} ({})", signed(now - before)),
        _ => ms(value),
    }
}

fn signed(change: f64) -> String {
    let digits = format!("{:.1}", change.abs());
    match digits.as_str() {
        "0.0" => "±0.0".to_owned(),
        _ if change < 0.0 => format!("−{digits}"),
        _ => format!("+{digits}"),
    }
}

/// Seconds as people say them.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if seconds >= 5_400.0 {
        format!("{:.1} h", seconds / 3_600.0)
    } else if seconds >= 120.0 {
        format!("{:.1} min", seconds / 60.0)
    } else {
        format!("{seconds:.0} s")
    }
}

/// When a slot begins: date and time of day.
pub fn moment(slot: i64) -> String {
    instant(&UtcMs::of_slot(SlotNo(slot)).to_string())
}

/// An instant of RFC 3339 without what is always the same: `2026-05-20 13:00:12`.
pub fn instant(rfc3339: &str) -> String {
    rfc3339.get(..19).unwrap_or(rfc3339).replace('T', " ")
}

/// When a slot begins: time of day.
pub fn time_of_day(slot: i64) -> String {
    moment(slot).get(11..).unwrap_or_default().to_owned()
}

/// What a reason means; codes of refusals speak for themselves.
pub fn reason(code: &str) -> &'static str {
    match code {
        "no_power" => "no power at the terminal",
        "no_satellite" => "no satellite above the lowest elevation",
        "no_serving_satellite" => "satellites are there, none of them serves terminals",
        "gso_arc" => "satellites are there, all too near to the geostationary arc",
        "no_gateway" => "satellites are there, none can reach a gateway",
        "link_budget" => "the link is too weak even in dry air",
        "no_path" => "satellites are there, none has a way to the PoP",
        "no_beam" => "satellites with a way are there, all their beams are taken",
        "no_pop" => "no PoP works",
        "obstructed" => "something stands in the way of the only satellites",
        "rain" => "rain takes the link down",
        _ => "not admitted",
    }
}

/// A place on Earth, to a hundredth of a degree.
pub fn place(latitude_deg: f64, longitude_deg: f64) -> String {
    let north = if latitude_deg < 0.0 { 'S' } else { 'N' };
    let east = if longitude_deg < 0.0 { 'W' } else { 'E' };
    format!("{:.2}° {north}, {:.2}° {east}", latitude_deg.abs(), longitude_deg.abs())
}

/// A coordinate of a drawing: as few digits as say it to a tenth.
pub fn coordinate(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        _ => format!("{:.1}", tenths as f64 / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(-1_000.0), "−1,000");
        assert_eq!(count(-0.2), "0");
        assert_eq!(range((7, 7)), "7");
        assert_eq!(range((7, 1_200)), "7–1,200");
        assert_eq!(percent(0.999_999), "99.99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(rate(1.5e9), "1.5 Gbit/s");
        assert_eq!(ms_and_change(Some(20.0), Some(21.5)), "20.0 (−1.5)");
        assert_eq!(ms_and_change(Some(20.0), Some(20.01)), "20.0 (±0.0)");
        assert_eq!(ms_and_change(Some(20.0), None), "20.0");
        assert_eq!(duration(900.0), "15.0 min");
        assert_eq!(coordinate(-0.04), "0");
        assert_eq!(coordinate(-12.34), "-12.3");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(instant("2026-05-20T13:00:12.000Z"), "2026-05-20 13:00:12");
        assert_eq!(moment(97_555_682), "2026-05-20 18:00:12");
        assert_eq!(time_of_day(97_555_682), "18:00:12");
    }
}
