//! Why somebody is not served: every reason with its number, its name and its words.

use schemars::JsonSchema;
use serde::Serialize;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// Its number in slots: cells have it with 2 added.
    pub code: u8,
    /// Its name in all outputs.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub words: &'static str,
    /// Whether somebody decided it, and not the sky or the ground.
    pub refused: bool,
}

/// Reasons that are not decided by anybody; refusals come after them.
const OF_THE_NETWORK: [(Outage, &str); 11] = [
    (Outage::NoPower, "There is no power at the terminal."),
    (Outage::NoSatellite, "No satellite stands high enough over the horizon."),
    (Outage::NoServingSatellite, "Satellites are there, and none of them serves terminals."),
    (Outage::GsoArc, "Satellites are there, and all stand too near to the geostationary arc to be used."),
    (Outage::NoGateway, "Satellites are there, and none holds a gateway or has a laser that leads to one."),
    (Outage::NoPath, "Satellites are there, and none has a way to the terminal's point of presence."),
    (Outage::NoBeam, "Satellites with a way are there, and all their beams are taken."),
    (Outage::NoPop, "No point of presence works."),
    (Outage::Obstructed, "Something stands in the way of the only satellites."),
    (Outage::Rain, "Rain takes the link down, of the terminals or of the only gateways."),
    (
        Outage::LinkBudget,
        "Noise, or what other beams send, leaves less than the most robust modulation needs.",
    ),
];

const fn words_of(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::NoActiveAccount => "No account pays for the terminal.",
        RefusalCode::TooFarFromServiceAddress => {
            "It is too far from the address that its service was sold for."
        }
        RefusalCode::InOcean => "It is at sea, and its plan is not for the sea.",
        RefusalCode::BlockedCountry => "It is in a country or territory where the service is not active.",
        RefusalCode::DataOverageSandboxPolicy => "It has used up its data.",
        RefusalCode::CellIsDisabled => "Its cell takes no terminals.",
        RefusalCode::RoamRestricted => "It is away from home, and its plan does not roam.",
        RefusalCode::UnknownLocation => "Nobody knows where it is.",
        RefusalCode::AccountDisabled => "Its account was disabled.",
        RefusalCode::UnsupportedVersion => "Its software is too old.",
        RefusalCode::MovingTooFastForPolicy => "It moves faster than its plan or the place allows.",
        RefusalCode::UnderAviationFlyoverLimits => "It is in the air beyond what is allowed there.",
        RefusalCode::BlockedArea => "It is in an excluded area.",
        RefusalCode::IdentityCheckRequired => "Its holder must prove who they are.",
    }
}

/// Every reason, in the order of their numbers.
#[must_use]
pub fn reasons() -> Vec<Reason> {
    let of_network = OF_THE_NETWORK.iter().map(|(outage, words)| (*outage, *words, false));
    let refusals = RefusalCode::ALL.map(|code| (Outage::NotAdmitted(code), words_of(code), true));
    of_network
        .chain(refusals)
        .map(|(outage, words, refused)| Reason { code: code_of(outage), name: outage.name(), words, refused })
        .collect()
}

/// The number of a reason.
#[must_use]
pub fn code_of(outage: Outage) -> u8 {
    let place = match outage {
        Outage::NotAdmitted(code) => {
            OF_THE_NETWORK.len()
                + RefusalCode::ALL.iter().position(|known| *known == code).unwrap_or_default()
        }
        other => OF_THE_NETWORK.iter().position(|(known, _)| *known == other).unwrap_or_default(),
    };
    place as u8
}

/// The reason of this name.
#[must_use]
pub fn named(name: &str) -> Option<Reason> {
    reasons().into_iter().find(|reason| reason.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places_and_names_are_given_once() {
        let all = reasons();
        assert!(all.iter().enumerate().all(|(place, reason)| usize::from(reason.code) == place));
        let names: std::collections::BTreeSet<_> = all.iter().map(|reason| reason.name).collect();
        assert_eq!(names.len(), all.len());
        assert_eq!(named("rain").map(|reason| reason.code), Some(9));
        assert!(named("BLOCKED_AREA").is_some_and(|reason| reason.refused));
    }
}
