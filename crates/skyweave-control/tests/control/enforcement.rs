//! Nobody is cut off at once, by a machine alone, or while they are being heard.

use crate::support::{NOON, Service, attach, enter, ulid};
use proptest::prelude::*;
use skyweave_control::command::{
    Actor, AppealCommand, Command, IncidentCommand, PermitCommand, ProtectedClassCommand,
};
use skyweave_control::enforcement::{Rules, Service as Level, Situation, next, service};
use skyweave_control::entity::{
    AnyEntity, Cause, Finding, Incident, IncidentState, Outcome, PositionEvidence, ProtectedClassSpec,
    Protection, Stage,
};
use skyweave_control::id::{
    AccountId, AppealId, EntityId, IncidentId, OrganizationId, PermitId, ProtectedClassId, TerminalId,
};
use skyweave_control::refused::Code;
use skyweave_control::time::UnixSeconds;
use std::collections::BTreeSet;

const DAY_S: i64 = 86_400;

fn finding(cause: Cause) -> Finding {
    Finding {
        cause,
        since_s: NOON,
        until_s: NOON,
        looks: 100,
        evidence: PositionEvidence::NetworkRanging,
        outside_65536: 65_536,
        latitude_e7: 0,
        longitude_e7: 0,
        error_m: 1_000,
    }
}

fn incident(command: IncidentCommand) -> Command {
    Command::Incident { id: IncidentId(ulid(1)), command }
}

fn approve() -> Command {
    incident(IncidentCommand::ApproveCut { reason: "looked at it".to_owned() })
}

/// A diverted terminal of account 1 with an incident.
fn diverted() -> Service {
    let mut service = Service::furnished();
    service.must(enter(1, Some(1)));
    service.must(attach(1, 1));
    let command = IncidentCommand::Open { terminal: TerminalId(ulid(1)), finding: finding(Cause::Diverted) };
    service.must(incident(command));
    service
}

fn stage(service: &Service) -> Stage {
    match service.get(IncidentId(ulid(1))) {
        AnyEntity::Incident(incident) => incident.enforcement,
        other => panic!("{other:?}"),
    }
}

/// Advances every hour for so many days; the stages that were passed.
fn advance(service: &mut Service, days: i64) -> Vec<&'static str> {
    let mut passed = Vec::new();
    for _ in 0..days * 24 {
        service.now = service.now.plus(3_600);
        let before = stage(service);
        service.must(incident(IncidentCommand::Advance));
        if stage(service) != before {
            passed.push(match stage(service) {
                Stage::Observed => "observed",
                Stage::Grace { .. } => "grace",
                Stage::Throttled { .. } => "throttled",
                Stage::AwaitingHuman { .. } => "awaiting human",
                Stage::EmergencyOnly { .. } => "emergency only",
                Stage::Held { .. } => "held",
            });
        }
    }
    passed
}

#[test]
fn grace_then_throttle_then_a_person_then_the_cut() {
    let mut service = diverted();
    assert_eq!(advance(&mut service, 3), ["grace"]);
    assert_eq!(advance(&mut service, 3), ["throttled"]);
    assert_eq!(advance(&mut service, 60), ["awaiting human"]);
    service.must(approve());
    assert_eq!(advance(&mut service, 1), ["emergency only"]);
    assert_eq!(advance(&mut service, 60), [""; 0]);
    assert_eq!(service.code(approve()), Code::WrongState);
    service.must(incident(IncidentCommand::Close { outcome: Outcome::CameBack, note: None }));
    let AnyEntity::Incident(closed) = service.get(IncidentId(ulid(1))) else { panic!("an incident") };
    assert_eq!(skyweave_control::enforcement::service(&closed, false), Level::Full);
}

#[test]
fn an_appeal_holds_everything_up_once_and_somebody_else_decides_it() {
    let mut service = diverted();
    assert_eq!(advance(&mut service, 20), ["grace", "throttled", "awaiting human"]);
    service.must(approve());
    assert_eq!(advance(&mut service, 1), ["emergency only"]);
    let lodge = |number: u128| Command::Appeal {
        id: AppealId(ulid(number)),
        command: AppealCommand::Lodge {
            incident: IncidentId(ulid(1)),
            statement: "we were moved to a hospital beyond the river".to_owned(),
            permit: PermitId(ulid(number)),
        },
    };
    let decide = |number: u128, upheld: bool| Command::Appeal {
        id: AppealId(ulid(number)),
        command: AppealCommand::Decide { upheld, reason: "looked at the papers".to_owned() },
    };
    service.actor = Actor { name: "customer".to_owned(), scope: Some(AccountId(ulid(1))) };
    service.must(lodge(1));
    assert!(matches!(stage(&service), Stage::Held { .. }));
    assert_eq!(service.code(lodge(2)), Code::AlreadyExists);
    assert_eq!(service.code(decide(1, true)), Code::OutOfScope);
    service.actor = Actor::of_the_service("customer");
    assert_eq!(service.code(decide(1, true)), Code::OutOfScope);
    service.actor = Actor::of_the_service("tests");
    assert_eq!(service.code(approve()), Code::WrongState);
    assert_eq!(advance(&mut service, 13), [""; 0]);
    service.must(decide(1, false));
    assert!(matches!(stage(&service), Stage::Grace { .. }));
    // a second appeal is heard, and holds nothing up
    service.must(lodge(2));
    assert_eq!(advance(&mut service, 10), ["throttled", "emergency only"]);
    service.actor = Actor::of_the_service("another");
    service.must(decide(2, true));
    let AnyEntity::Incident(closed) = service.get(IncidentId(ulid(1))) else { panic!("an incident") };
    assert_eq!((closed.state, closed.outcome), (IncidentState::Closed, Some(Outcome::Allowed)));
}

#[test]
fn what_cannot_have_been_seen_is_refused() {
    let mut service = diverted();
    service.must(enter(2, Some(1)));
    let seen = finding(Cause::Roaming);
    for (wrong, field) in [
        (Finding { outside_65536: 65_537, ..seen.clone() }, "finding.outside_65536"),
        (Finding { error_m: 1_000_001, ..seen.clone() }, "finding.error_m"),
        (Finding { latitude_e7: 900_000_001, ..seen.clone() }, "finding.latitude_e7"),
        (Finding { longitude_e7: -1_800_000_001, ..seen.clone() }, "finding.longitude_e7"),
        (Finding { until_s: NOON.plus(301), ..seen.clone() }, "finding.until_s"),
        (Finding { since_s: UnixSeconds(-2), until_s: UnixSeconds(-1), ..seen.clone() }, "finding.until_s"),
        (Finding { since_s: UnixSeconds(-1), ..seen.clone() }, "finding.since_s"),
        (Finding { since_s: NOON.plus(1), ..seen.clone() }, "finding.since_s"),
    ] {
        let command = IncidentCommand::Open { terminal: TerminalId(ulid(2)), finding: wrong.clone() };
        let open = Command::Incident { id: IncidentId(ulid(2)), command };
        for command in [open, incident(IncidentCommand::Find { finding: wrong })] {
            let refused = service.refusal(command);
            assert_eq!((refused.code, refused.field.as_deref()), (Code::Malformed, Some(field)));
        }
    }
    service.must(incident(IncidentCommand::Find { finding: Finding { until_s: NOON.plus(300), ..seen } }));
}

#[test]
fn further_appeals_are_heard_and_hold_nothing_up() {
    let lodge = |number: u128| Command::Appeal {
        id: AppealId(ulid(number)),
        command: AppealCommand::Lodge {
            incident: IncidentId(ulid(1)),
            statement: "look again".to_owned(),
            permit: PermitId(ulid(number)),
        },
    };
    let confirm = || incident(IncidentCommand::Close { outcome: Outcome::Confirmed, note: None });
    let mut service = diverted();
    service.must(lodge(1));
    for held_up in [approve(), confirm()] {
        let refused = service.refusal(held_up);
        let first = EntityId::from(AppealId(ulid(1)));
        assert_eq!((refused.code, refused.because_of), (Code::WrongState, Some(first)));
    }
    service.must(Command::Appeal { id: AppealId(ulid(1)), command: AppealCommand::Withdraw });
    service.must(lodge(2));
    assert_eq!(service.code(lodge(3)), Code::AlreadyExists);
    service.must(approve());
    assert_eq!(advance(&mut service, 6), ["throttled", "emergency only"]);
    service.must(confirm());
    let AnyEntity::Appeal(second) = service.get(AppealId(ulid(2))) else { panic!("an appeal") };
    assert_eq!(second.state, skyweave_control::entity::AppealState::Rejected);
    let AnyEntity::Incident(closed) = service.get(IncidentId(ulid(1))) else { panic!("an incident") };
    assert_eq!((closed.state, closed.outcome), (IncidentState::Closed, Some(Outcome::Confirmed)));
}

#[test]
fn the_protected_have_more_time_and_nothing_changes_without_a_person() {
    for member in [
        EntityId::from(TerminalId(ulid(1))),
        EntityId::from(AccountId(ulid(1))),
        EntityId::from(OrganizationId(ulid(1))),
    ] {
        let mut service = diverted();
        let id = ProtectedClassId(ulid(1));
        let spec = ProtectedClassSpec {
            name: "Hospitals".to_owned(),
            protection: Protection::Hospital,
            steward: OrganizationId(ulid(1)),
            expires_s: None,
        };
        service.must(Command::ProtectedClass { id, command: ProtectedClassCommand::Create { spec } });
        let stewarded = advance(&mut again(&service), 6);
        assert_eq!(stewarded, ["grace", "throttled"], "keeping a class protects nobody");
        let members = BTreeSet::from([member]);
        service.must(Command::ProtectedClass { id, command: ProtectedClassCommand::Admit { members } });
        assert_eq!(advance(&mut service, 11), ["grace"], "{member}");
        assert_eq!(advance(&mut service, 60), ["awaiting human"], "{member}");
        let AnyEntity::Incident(waiting) = service.get(IncidentId(ulid(1))) else { panic!("an incident") };
        assert_eq!(skyweave_control::enforcement::service(&waiting, false), Level::Full);
    }
}

/// The same service again, to see what would be otherwise.
fn again(service: &Service) -> Service {
    let mut other = Service::new();
    other.store(&service.log);
    other
}

#[test]
fn whoever_comes_back_while_being_heard_is_left_alone() {
    let mut service = diverted();
    assert_eq!(advance(&mut service, 4), ["grace", "throttled"]);
    let lodge = AppealCommand::Lodge {
        incident: IncidentId(ulid(1)),
        statement: "on our way home".to_owned(),
        permit: PermitId(ulid(1)),
    };
    service.must(Command::Appeal { id: AppealId(ulid(1)), command: lodge });
    let close = |outcome| incident(IncidentCommand::Close { outcome, note: None });
    assert_eq!(service.code(close(Outcome::Confirmed)), Code::WrongState);
    let notice = skyweave_control::incident::Notice::Closed(Outcome::CameBack);
    service.must(incident(notice.into_command(TerminalId(ulid(1)))));
    let AnyEntity::Appeal(appeal) = service.get(AppealId(ulid(1))) else { panic!("an appeal") };
    assert_eq!(appeal.state, skyweave_control::entity::AppealState::Upheld);
    let AnyEntity::Permit(permit) = service.get(PermitId(ulid(1))) else { panic!("a permit") };
    assert!(!permit.holds(service.now));
}

#[test]
fn permits_end() {
    let mut service = diverted();
    let grant = |until_s: UnixSeconds| Command::Permit {
        id: PermitId(ulid(9)),
        command: PermitCommand::Grant {
            terminal: TerminalId(ulid(1)),
            until_s,
            reason: "evacuation".to_owned(),
        },
    };
    assert_eq!(service.code(grant(NOON.plus(91 * DAY_S))), Code::TooLong);
    assert_eq!(service.code(grant(NOON)), Code::Malformed);
    service.must(grant(NOON.plus(10 * DAY_S)));
    assert_eq!(advance(&mut service, 9), ["held"]);
    assert_eq!(advance(&mut service, 10), ["grace", "throttled", "awaiting human"]);
}

proptest! {
    /// However often the machine is asked, whatever it finds and however long it stood still.
    #[test]
    fn nobody_is_cut_off_before_their_time(
        protected: bool,
        turns in prop::collection::vec((0_i64..400_000, prop::sample::select(Cause::ALL.to_vec()), prop::option::of(0_i64..2_000_000), any::<u8>()), 1..60),
    ) {
        let rules = Rules::default();
        let mut incident = Incident {
            id: IncidentId(ulid(1)),
            version: 1,
            terminal: TerminalId(ulid(1)),
            opened_s: NOON,
            finding: finding(Cause::Diverted),
            state: IncidentState::Open,
            enforcement: Stage::Observed,
            cut_approved_by: None,
            appeal: None,
            outcome: None,
        };
        let mut now = NOON;
        let mut full_since = NOON;
        let mut throttled_since = NOON;
        for (wait_s, cause, permit_s, chance) in turns {
            now = now.plus(wait_s);
            incident.finding.cause = cause;
            if chance < 16 {
                incident.cut_approved_by = Some("somebody".to_owned());
            }
            let permitted_until = permit_s.filter(|_| chance % 8 == 0).map(|s| now.plus(s)).filter(|until| *until > now);
            let situation = Situation { protected, permitted_until, roaming_days: 0, now };
            let before = service(&incident, false);
            let Some(step) = next(&incident, &rules, &situation) else {
                continue;
            };
            prop_assert_ne!(step.to, incident.enforcement);
            prop_assert!(!step.reason.is_empty());
            incident.enforcement = step.to;
            let after = service(&incident, false);
            if permitted_until.is_some() {
                prop_assert_eq!(after, Level::Full);
            }
            match (before, after) {
                (Level::Full, Level::Full) => {
                    if let Stage::Grace { until_s } = step.to {
                        prop_assert!(until_s.since(now) >= rules.grace_after_permit_s);
                        full_since = now;
                    }
                }
                (Level::Full, Level::Throttled { .. }) => {
                    prop_assert!(now.since(full_since) >= rules.grace_after_permit_s, "no grace");
                    prop_assert!(!protected || incident.cut_approved_by.is_some());
                    throttled_since = now;
                }
                (Level::Throttled { .. }, Level::EmergencyOnly) => {
                    prop_assert!(now.since(throttled_since) >= rules.throttle_s, "no throttle before the cut");
                    prop_assert!(incident.cut_approved_by.is_some(), "cut off by a machine");
                    prop_assert_ne!(cause, Cause::Moving);
                }
                (_, Level::Full) | (Level::Throttled { .. }, Level::Throttled { .. }) => {}
                (Level::EmergencyOnly, Level::Throttled { .. }) => prop_assert_eq!(cause, Cause::Moving),
                (before, after) => prop_assert!(false, "{before:?} to {after:?}"),
            }
            // asking again at once gives nothing
            prop_assert_eq!(next(&incident, &rules, &situation), None);
        }
    }
}
