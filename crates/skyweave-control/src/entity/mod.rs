//! What the service keeps. Each thing is the fold of its events: it is made by the first and changed by each that follows.
//!
//! A module a kind: what clients say about it (`...Spec`), what it is now, and its changes, which are the payloads of its
//! events ([`crate::event`]).

mod account;
mod appeal;
mod boundary;
mod incident;
mod key;
mod line;
mod moves;
mod organization;
mod plan;
mod protected;
mod registry;
mod restriction;
mod terminal;
mod territory;

pub use account::{Account, AccountChange, AccountSpec, AccountState};
pub use appeal::{Appeal, AppealChange, AppealState, Permit, PermitChange};
pub use boundary::{BoundarySet, BoundarySetChange, BoundarySetSpec};
pub use incident::{Cause, Finding, Incident, IncidentChange, IncidentState, Outcome, Stage};
pub use key::{HardwareKey, HardwareKeyError};
pub use line::{LineChange, LineSpec, LineState, ServiceAddress, ServiceLine};
pub use moves::{MOVES, Move, TerminalState, Verb};
pub use organization::{Organization, OrganizationChange, OrganizationSpec};
pub use plan::{Plan, PlanChange, PlanSpec, Roaming, Surface};
pub use protected::{ProtectedClass, ProtectedClassChange, ProtectedClassSpec, Protection, protectors};
pub use registry::{EvidenceLevel, Foreseen, ListKind, Previewed, Registry, RegistryChange, RegistrySpec};
pub use restriction::{Restriction, RestrictionChange, RestrictionSpec};
pub use terminal::{Custody, Entry, Holders, Terminal, TerminalChange};
pub use territory::{Territory, TerritoryChange, TerritorySpec};

use crate::id::{EntityId, IdError, Kind};
use crate::time::UnixSeconds;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What an event says beside its change: which it is of its entity, when it happened, and who made it.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The entity's version after it: 1 for the first.
    pub version: u64,
    /// When.
    pub at: UnixSeconds,
    /// Who.
    pub actor: &'a str,
}

/// A change that an entity in its present state cannot have gone through: the log is damaged, or is not of this entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change does not follow from the state before it")]
pub struct Misfit;

/// A kind of thing that is the fold of its events.
pub trait Entity: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Sized {
    /// Its ids.
    type Id: Copy + Into<EntityId> + TryFrom<EntityId, Error = IdError>;
    /// What can happen to it.
    type Change: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug;
    /// Its kind.
    const KIND: Kind;

    /// Which it is.
    fn id(&self) -> Self::Id;

    /// How many events made it.
    fn version(&self) -> u64;

    /// The entity that its first event makes.
    ///
    /// # Errors
    /// [`Misfit`] if this is no change to begin with.
    fn begun(id: Self::Id, change: &Self::Change, stamp: Stamp<'_>) -> Result<Self, Misfit>;

    /// The entity after one more event.
    ///
    /// # Errors
    /// [`Misfit`] if this cannot happen to it now.
    fn after(self, change: &Self::Change, stamp: Stamp<'_>) -> Result<Self, Misfit>;

    /// Its name, if it has one.
    fn name(&self) -> Option<&str> {
        None
    }

    /// What it belongs to, is attached to or names: see [`crate::view::View::parts_of`].
    fn parents(&self) -> Vec<EntityId> {
        Vec::new()
    }

    /// Whether it is still in use: closed, retired and withdrawn things keep nobody from closing what they belonged to.
    fn is_live(&self) -> bool {
        true
    }
}

macro_rules! any {
    ($($kind:ident),+ $(,)?) => {
        /// One thing of any kind.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum AnyEntity {
            $(
                #[doc = concat!("See [`", stringify!($kind), "`].")]
                $kind($kind)
            ),+
        }

        impl AnyEntity {
            /// Which it is.
            #[must_use]
            pub fn id(&self) -> EntityId {
                match self { $(Self::$kind(entity) => entity.id().into()),+ }
            }

            /// How many events made it.
            #[must_use]
            pub fn version(&self) -> u64 {
                match self { $(Self::$kind(entity) => entity.version()),+ }
            }

            /// See [`Entity::name`].
            #[must_use]
            pub fn name(&self) -> Option<&str> {
                match self { $(Self::$kind(entity) => entity.name()),+ }
            }

            /// See [`Entity::parents`].
            #[must_use]
            pub fn parents(&self) -> Vec<EntityId> {
                match self { $(Self::$kind(entity) => entity.parents()),+ }
            }

            /// See [`Entity::is_live`].
            #[must_use]
            pub fn is_live(&self) -> bool {
                match self { $(Self::$kind(entity) => entity.is_live()),+ }
            }

            /// Reads the JSON text that serialising one of this kind wrote.
            ///
            /// # Errors
            /// What `serde_json` says is wrong.
            pub fn from_json(kind: Kind, text: &str) -> serde_json::Result<Self> {
                match kind { $(Kind::$kind => serde_json::from_str(text).map(Self::$kind)),+ }
            }
        }

        $(
            impl From<$kind> for AnyEntity {
                fn from(entity: $kind) -> Self {
                    Self::$kind(entity)
                }
            }

            impl TryFrom<AnyEntity> for $kind {
                type Error = AnyEntity;

                fn try_from(any: AnyEntity) -> Result<Self, AnyEntity> {
                    match any {
                        AnyEntity::$kind(entity) => Ok(entity),
                        other => Err(other),
                    }
                }
            }
        )+
    };
}

any!(
    Organization,
    Account,
    Plan,
    ServiceLine,
    Terminal,
    Registry,
    BoundarySet,
    Territory,
    Restriction,
    ProtectedClass,
    Incident,
    Appeal,
    Permit
);

/// What kind of thing carries a position, and so how far it can be trusted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PositionEvidence {
    /// What the terminal says of itself: whoever holds it, or a jammer beside it, can make it up.
    ClaimedGnss,
    /// The beam that serves it: it is somewhere in its footprint.
    ServingBeam,
    /// The network measured it by delays over several satellites.
    NetworkRanging,
}
