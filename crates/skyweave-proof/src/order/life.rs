//! The states that an order goes through in the service. A pure machine: time is that of the witnesses.
//!
//! What is in force at a point of enforcement does not depend on it: there, only proofs count.

use super::Class;
use crate::UtcTime;

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Being written.
    Draft,
    /// Its consequences were computed.
    Previewed,
    /// Written for good, and shown to approvers.
    Proposed,
    /// The quorum has signed.
    Approved,
    /// It and its approvals are in the log.
    Logged,
    /// The witnesses have seen them there.
    Witnessed,
    /// A bundle with it is in force.
    InForce,
    /// Lapsed at its time.
    Expired,
    /// Taken back by a later order.
    Revoked,
    /// Another order took its place, or ratified it.
    Superseded,
    /// An emergency order that nobody ratified.
    AutoReverted,
    /// Refused by approvers or withdrawn.
    Rejected,
    /// The world has moved on since the preview.
    StalePreview,
}

/// What happens to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Its consequences were computed.
    Preview,
    /// The world moved past what the preview allows.
    WorldMoved,
    /// It is written for good.
    Propose,
    /// The quorum has signed.
    QuorumMet,
    /// Approvers refuse, or the requester withdraws.
    Reject,
    /// It and its approvals were appended to the log.
    Log,
    /// A checkpoint with them has the witnesses' quorum.
    Witness,
    /// A bundle with it was proven.
    TakeEffect,
    /// A later order takes it back.
    Revoke,
    /// A later order takes its place.
    Supersede,
    /// Time goes by.
    Time,
}

/// When an order lapses, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Its class.
    pub class: Class,
    /// When it lapses, if it does.
    pub expires: Option<UtcTime>,
}

/// What happens cannot happen in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {state:?} does not take {event:?}")]
pub struct Impossible {
    /// Where it is.
    pub state: State,
    /// What was to happen.
    pub event: Event,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::Previewed,
        Self::Proposed,
        Self::Approved,
        Self::Logged,
        Self::Witnessed,
        Self::InForce,
        Self::Expired,
        Self::Revoked,
        Self::Superseded,
        Self::AutoReverted,
        Self::Rejected,
        Self::StalePreview,
    ];

    /// Whether nothing happens to it any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::Superseded | Self::AutoReverted | Self::Rejected)
    }

    /// Where an order is after something happened. Time comes first: what has expired takes nothing else.
    ///
    /// # Errors
    /// It cannot happen here.
    pub fn after(self, event: Event, terms: Terms, now: UtcTime) -> Result<Self, Impossible> {
        use State::{Approved, Draft, InForce, Logged, Previewed, Proposed, StalePreview, Witnessed};
        if !self.is_final() && terms.expires.is_some_and(|expires| now >= expires) {
            let is_emergency = terms.class == Class::Emergency && self == InForce;
            return Ok(if is_emergency { Self::AutoReverted } else { Self::Expired });
        }
        match (self, event) {
            (state, Event::Time) => Ok(state),
            (Draft | Previewed | StalePreview, Event::Preview) => Ok(Previewed),
            // what is in the log is what was approved, whatever became of the world since
            (Previewed | Proposed | Approved, Event::WorldMoved) => Ok(StalePreview),
            (Previewed, Event::Propose) => Ok(Proposed),
            (Proposed, Event::QuorumMet) => Ok(Approved),
            (Draft | Previewed | StalePreview | Proposed | Approved, Event::Reject) => Ok(Self::Rejected),
            (Approved, Event::Log) => Ok(Logged),
            (Logged, Event::Witness) => Ok(Witnessed),
            (Witnessed, Event::TakeEffect) => Ok(InForce),
            (InForce, Event::Revoke) => Ok(Self::Revoked),
            (InForce | Witnessed | Logged, Event::Supersede) => Ok(Self::Superseded),
            (state, event) => Err(Impossible { state, event }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENTS: [Event; 11] = [
        Event::Preview,
        Event::WorldMoved,
        Event::Propose,
        Event::QuorumMet,
        Event::Reject,
        Event::Log,
        Event::Witness,
        Event::TakeEffect,
        Event::Revoke,
        Event::Supersede,
        Event::Time,
    ];

    fn run(events: &[(Event, u64)], class: Class) -> Result<State, Impossible> {
        let terms = Terms { class, expires: (class != Class::Restore).then_some(UtcTime(100)) };
        events.iter().try_fold(State::Draft, |state, (event, now)| state.after(*event, terms, UtcTime(*now)))
    }

    const TO_FORCE: [(Event, u64); 6] = [
        (Event::Preview, 1),
        (Event::Propose, 2),
        (Event::QuorumMet, 3),
        (Event::Log, 4),
        (Event::Witness, 5),
        (Event::TakeEffect, 6),
    ];

    #[test]
    fn the_way_into_force_and_out_again() {
        assert_eq!(run(&TO_FORCE, Class::Cut), Ok(State::InForce));
        for (event, now, class, end) in [
            (Event::Time, 99, Class::Cut, State::InForce),
            (Event::Time, 100, Class::Cut, State::Expired),
            (Event::Time, 100, Class::Emergency, State::AutoReverted),
            (Event::Time, 1_000_000, Class::Restore, State::InForce),
            (Event::Revoke, 50, Class::Cut, State::Revoked),
            (Event::Supersede, 50, Class::Emergency, State::Superseded),
            // too late: it has lapsed
            (Event::Supersede, 100, Class::Emergency, State::AutoReverted),
        ] {
            assert_eq!(run(&[&TO_FORCE[..], &[(event, now)]].concat(), class), Ok(end), "{event:?} {now}");
        }
        let stale = [&TO_FORCE[..3], &[(Event::WorldMoved, 4)]].concat();
        assert_eq!(run(&stale, Class::Cut), Ok(State::StalePreview));
        assert!(run(&[&stale[..], &[(Event::Log, 5)]].concat(), Class::Cut).is_err());
        assert_eq!(run(&[&TO_FORCE[..2], &[(Event::Time, 100)]].concat(), Class::Cut), Ok(State::Expired));
    }

    proptest! {
        /// However things happen, nothing is in force that was not approved, logged and witnessed, and nothing final changes.
        #[test]
        fn there_is_one_way_into_force(steps in prop::collection::vec((0_usize..11, 0_u64..120), 0..60), class in 0..3) {
            let class = [Class::Cut, Class::Emergency, Class::Restore][class as usize];
            let terms = Terms { class, expires: (class != Class::Restore).then_some(UtcTime(100)) };
            let (mut state, mut seen) = (State::Draft, vec![State::Draft]);
            for (event, now) in steps {
                let Ok(next) = state.after(EVENTS[event], terms, UtcTime(now)) else { continue };
                prop_assert!(!state.is_final() || next == state);
                prop_assert!(next != State::InForce || now < 100 || class == Class::Restore);
                if next == State::InForce && state != State::InForce {
                    let tail: Vec<State> = seen.iter().rev().take(5).rev().copied().collect();
                    prop_assert_eq!(tail, [State::Previewed, State::Proposed, State::Approved, State::Logged, State::Witnessed]);
                }
                if next != state {
                    seen.push(next);
                }
                state = next;
            }
        }
    }
}
