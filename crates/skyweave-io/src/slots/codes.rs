//! Enumerations as numbers. A number that was given out keeps its meaning.

use skyweave_core::constellation::ServiceState;
use skyweave_core::flow::Limit;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;

/// Served.
pub(super) const SERVED: u8 = 0;
/// Asks for nothing.
pub(super) const IDLE: u8 = 1;
/// Refusals begin here: this plus the number of the refusal.
pub(super) const REFUSED: u8 = 128;

/// Outages that are no refusals, with their numbers.
pub(super) const OUTAGES: [(u8, Outage); 11] = [
    (2, Outage::NoPower),
    (3, Outage::NoSatellite),
    (4, Outage::NoServingSatellite),
    (5, Outage::NoPath),
    (6, Outage::NoBeam),
    (7, Outage::NoPop),
    (8, Outage::Obstructed),
    (9, Outage::Rain),
    (10, Outage::GsoArc),
    (11, Outage::NoGateway),
    (12, Outage::LinkBudget),
];

/// The number of an outage.
pub(super) const fn outage_code(outage: Outage) -> u8 {
    match outage {
        Outage::NoPower => 2,
        Outage::NoSatellite => 3,
        Outage::NoServingSatellite => 4,
        Outage::NoPath => 5,
        Outage::NoBeam => 6,
        Outage::NoPop => 7,
        Outage::Obstructed => 8,
        Outage::Rain => 9,
        Outage::GsoArc => 10,
        Outage::NoGateway => 11,
        Outage::LinkBudget => 12,
        Outage::NotAdmitted(refusal) => REFUSED + refusal as u8,
    }
}

/// The outage of a number.
pub(super) fn outage_of(code: u8) -> Option<Outage> {
    let refusal = || {
        let refusal = RefusalCode::ALL.into_iter().find(|refusal| code == REFUSED + *refusal as u8);
        refusal.map(Outage::NotAdmitted)
    };
    OUTAGES.iter().find(|(number, _)| *number == code).map(|(_, outage)| *outage).or_else(refusal)
}

/// The number of a service state.
pub(super) const fn service_code(service: ServiceState) -> u8 {
    match service {
        ServiceState::Serving => 0,
        ServiceState::LaserOnly => 1,
        ServiceState::InTransit => 2,
        ServiceState::Unknown => 3,
    }
}

/// The service state of a number.
pub(super) const fn service_of(code: u8) -> Option<ServiceState> {
    match code {
        0 => Some(ServiceState::Serving),
        1 => Some(ServiceState::LaserOnly),
        2 => Some(ServiceState::InTransit),
        3 => Some(ServiceState::Unknown),
        _ => None,
    }
}

/// The number of a limit.
pub(super) const fn limit_code(limit: Limit) -> u8 {
    match limit {
        Limit::Demand => 0,
        Limit::Beam => 1,
        Limit::Satellite => 2,
        Limit::Laser => 3,
        Limit::Feeder => 4,
        Limit::Gateway => 5,
        Limit::Pop => 6,
    }
}

/// The limit of a number.
pub(super) const fn limit_of(code: u8) -> Option<Limit> {
    match code {
        0 => Some(Limit::Demand),
        1 => Some(Limit::Beam),
        2 => Some(Limit::Satellite),
        3 => Some(Limit::Laser),
        4 => Some(Limit::Feeder),
        5 => Some(Limit::Gateway),
        6 => Some(Limit::Pop),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_back() {
        for (code, outage) in OUTAGES {
            assert_eq!((outage_code(outage), outage_of(code)), (code, Some(outage)));
        }
        for refusal in RefusalCode::ALL {
            let outage = Outage::NotAdmitted(refusal);
            assert_eq!(outage_of(outage_code(outage)), Some(outage));
        }
        for code in 0..=255 {
            assert_eq!(service_of(code).map(service_code), (code < 4).then_some(code));
            assert_eq!(limit_of(code).map(limit_code), (code < 7).then_some(code));
        }
        assert_eq!([SERVED, IDLE, 13, 127, 255].map(outage_of), [None; 5]);
    }
}
