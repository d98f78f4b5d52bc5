//! Fields that earlier versions had, and what says the same now.

/// Fields and what is accepted in their place.
const REPLACED: [(&str, &str); 5] = [
    (
        "beams_per_satellite",
        "accepted in its place: `arrays`, `beams_per_array` and `polarisations` of `[radio.down_beams]` and \
         `[radio.up_beams]`, whose product it is",
    ),
    (
        "feeder_up_gbps",
        "accepted in its place: `[[feeder.bands]]`, whose carriers carry what the link allows",
    ),
    (
        "feeder_down_gbps",
        "accepted in its place: `[[feeder.bands]]`, whose carriers carry what the link allows",
    ),
    (
        "implementation_loss_db",
        "accepted in its place: `modem.implementation_margin_db`, `pointing_loss_db` and `interference_margin_db`",
    ),
    (
        "max_efficiency_bps_hz",
        "accepted in its place: `modem.max_bits_per_symbol`, from 2 (QPSK) to 8 (256APSK)",
    ),
];

/// What stands in the place of the field that a parser does not know.
pub fn by(message: &str) -> Option<&'static str> {
    let name = message.strip_prefix("unknown field `")?.split('`').next()?;
    REPLACED.iter().find(|(old, _)| *old == name).map(|(_, new)| *new)
}
