//! Events: all that ever happened. An entity is the fold of its events, and the log of all events is the service.
//!
//! As a file format they are described in `docs/events.md`. Unknown fields, kinds and types are refused: what a program does not
//! understand, it must not fold.

use crate::entity::{
    Account, Appeal, BoundarySet, Incident, Organization, Permit, Plan, ProtectedClass, Registry,
    Restriction, ServiceLine, Terminal, Territory,
};
use crate::entity::{
    AccountChange, AnyEntity, AppealChange, BoundarySetChange, Entity, IncidentChange, LineChange, Misfit,
    OrganizationChange, PermitChange, PlanChange, ProtectedClassChange, RegistryChange, RestrictionChange,
    Stamp, TerminalChange, TerritoryChange,
};
use crate::id::{EntityId, Kind};
use crate::time::UnixSeconds;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};

/// One thing that happened to one entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// To what.
    pub id: EntityId,
    /// The version that it makes of it: 1 for the first event, and one more for each that follows.
    pub version: u64,
    /// When.
    pub at_s: UnixSeconds,
    /// Who did it: the name of a client, a person or a part of the service.
    pub actor: String,
    /// What happened.
    pub payload: Payload,
}

macro_rules! payloads {
    ($($kind:ident: $change:ident),+ $(,)?) => {
        /// What happened: the change of one kind of entity. In JSON an object with `type`, such as `terminal.attached`, and `data`,
        /// which is missing where there is nothing more to say.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Payload {
            $(
                #[doc = concat!("See [`", stringify!($change), "`].")]
                $kind($change)
            ),+
        }

        impl Payload {
            /// The kind of entity that it can happen to.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),+ }
            }

            fn read<E: de::Error>(kind: Kind, value: serde_json::Value) -> Result<Self, E> {
                match kind { $(Kind::$kind => serde_json::from_value(value).map(Self::$kind)),+ }.map_err(E::custom)
            }
        }

        $(
            impl From<$change> for Payload {
                fn from(change: $change) -> Self {
                    Self::$kind(change)
                }
            }
        )+

        fn after(before: Option<AnyEntity>, event: &Event) -> Result<AnyEntity, Misfit> {
            let stamp = Stamp { version: event.version, at: event.at_s, actor: &event.actor };
            match (&event.payload, before) {
                $(
                    (Payload::$kind(change), Some(AnyEntity::$kind(entity))) => {
                        entity.after(change, stamp).map(AnyEntity::$kind)
                    }
                    (Payload::$kind(change), None) => {
                        let id = event.id.try_into().map_err(|_| Misfit)?;
                        $kind::begun(id, change, stamp).map(AnyEntity::$kind)
                    }
                )+
                _ => Err(Misfit),
            }
        }
    };
}

payloads!(
    Organization: OrganizationChange,
    Account: AccountChange,
    Plan: PlanChange,
    ServiceLine: LineChange,
    Terminal: TerminalChange,
    Registry: RegistryChange,
    BoundarySet: BoundarySetChange,
    Territory: TerritoryChange,
    Restriction: RestrictionChange,
    ProtectedClass: ProtectedClassChange,
    Incident: IncidentChange,
    Appeal: AppealChange,
    Permit: PermitChange,
);

impl Event {
    /// The kind of what it happened to.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.id.kind
    }

    /// The type of what happened, such as `terminal.attached`.
    #[must_use]
    pub fn type_name(&self) -> String {
        let value = serde_json::to_value(&self.payload).unwrap_or_default();
        value["type"].as_str().unwrap_or_default().to_owned()
    }
}

/// An event before its payload is understood: of which kind that is, the id says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: EntityId,
    version: u64,
    at_s: UnixSeconds,
    actor: String,
    payload: serde_json::Value,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Raw { id, version, at_s, actor, payload } = Raw::deserialize(deserializer)?;
        Ok(Self { id, version, at_s, actor, payload: Payload::read(id.kind, payload)? })
    }
}

/// An event that cannot follow what is known: the log has a gap, a doubled event, or one that is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The versions do not follow each other.
    #[error("event {found} of {id} does not follow version {have}; accepted: version {}", .have + 1)]
    Version {
        /// Of what.
        id: EntityId,
        /// The version of the event.
        found: u64,
        /// The version before it; 0 for none.
        have: u64,
    },
    /// The event is of another entity.
    #[error("event {version} of {id} was applied to {other}")]
    Other {
        /// Of what the event is.
        id: EntityId,
        /// The version of the event.
        version: u64,
        /// To what it was applied.
        other: EntityId,
    },
    /// It cannot have happened.
    #[error("event {version} of {id} ({type_name}) does not follow from the state before it")]
    Misfit {
        /// Of what.
        id: EntityId,
        /// The version of the event.
        version: u64,
        /// The type of the event.
        type_name: String,
    },
}

/// The entity after one event: made by it if there was none.
///
/// # Errors
/// If the event does not follow from what was before it.
pub fn apply(before: Option<AnyEntity>, event: &Event) -> Result<AnyEntity, FoldError> {
    let &Event { id, version, .. } = event;
    let have = before.as_ref().map_or(0, AnyEntity::version);
    match &before {
        Some(entity) if entity.id() != id => {
            return Err(FoldError::Other { id, version, other: entity.id() });
        }
        _ if version != have + 1 => return Err(FoldError::Version { id, found: version, have }),
        _ => {}
    }
    after(before, event).map_err(|Misfit| FoldError::Misfit { id, version, type_name: event.type_name() })
}

/// The entity that its events, the oldest first, have made; none of no events.
///
/// # Errors
/// If an event does not follow from those before it.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<AnyEntity>, FoldError> {
    events.into_iter().try_fold(None, |entity, event| apply(entity, event).map(Some))
}
