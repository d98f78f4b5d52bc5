//! Outages of the planner in the words of dishes.

use crate::wire::UtDisablementCode;
use crate::wire::dish_outage::Cause;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;

/// What a dish makes of an outage; none where it has no power, and so says nothing.
#[must_use]
pub const fn of(outage: Outage) -> Option<Cause> {
    match outage {
        Outage::NoPower => None,
        // who is refused gets no place in the schedule; why is told beside it, by a code
        Outage::NotAdmitted(_) | Outage::NoBeam | Outage::NoGateway => Some(Cause::NoSchedule),
        Outage::NoSatellite | Outage::NoServingSatellite | Outage::GsoArc => Some(Cause::NoSats),
        Outage::NoPath | Outage::NoPop => Some(Cause::NoPings),
        Outage::Obstructed => Some(Cause::Obstructed),
        Outage::Rain | Outage::LinkBudget => Some(Cause::NoDownlink),
    }
}

/// The code that a dish gives for an outage: okay unless its terminal is refused.
#[must_use]
pub fn code(outage: Option<Outage>) -> UtDisablementCode {
    let Some(Outage::NotAdmitted(refusal)) = outage else { return UtDisablementCode::Okay };
    UtDisablementCode::try_from(refusal as i32).unwrap_or(UtDisablementCode::UnknownState)
}

/// True if a dish shows that it is not where it should be.
#[must_use]
pub const fn is_misplaced(refusal: RefusalCode) -> bool {
    matches!(
        refusal,
        RefusalCode::TooFarFromServiceAddress
            | RefusalCode::InOcean
            | RefusalCode::BlockedCountry
            | RefusalCode::RoamRestricted
            | RefusalCode::UnknownLocation
            | RefusalCode::BlockedArea
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_code_under_its_own_name() {
        for refusal in RefusalCode::ALL {
            let code = code(Some(Outage::NotAdmitted(refusal)));
            assert_eq!((code as i32, code.as_str_name()), (refusal as i32, refusal.name()));
        }
        assert_eq!(code(Some(Outage::Rain)), UtDisablementCode::Okay);
        assert_eq!(code(None), UtDisablementCode::Okay);
    }
}
