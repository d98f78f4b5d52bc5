//! Commands: what clients may ask for. A command is about one thing, whose id the client or the server chose.
//!
//! [`crate::decide`] makes events of it, or refuses. In JSON a command is `{"kind": "account", "id": "acc_...", "do": {"verb": "disable", ...}}`.

use crate::entity::{
    AccountSpec, BoundarySetSpec, Entry, Finding, HardwareKey, Holders, LineSpec, OrganizationSpec, Outcome,
    PlanSpec, Previewed, ProtectedClassSpec, RegistrySpec, RestrictionSpec, TerritorySpec, Verb,
};
use crate::id::{
    AccountId, AppealId, BoundarySetId, EntityId, IncidentId, LineId, OrganizationId, PermitId, PlanId,
    ProtectedClassId, RegistryId, RestrictionId, TerminalId, TerritoryId,
};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name that events will bear.
    pub name: String,
    /// The account whose tree is all that the actor may see and touch; none for those who run the service. Whether the actor's role
    /// allows the verb at all is for the caller to know.
    pub scope: Option<AccountId>,
}

impl Actor {
    /// Somebody who runs the service.
    #[must_use]
    pub fn of_the_service(name: &str) -> Self {
        Self { name: name.to_owned(), scope: None }
    }
}

macro_rules! commands {
    ($($kind:ident($id:ident, $command:ident)),+ $(,)?) => {
        /// What is asked for, and of what.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Command {
            $(
                #[doc = concat!("See [`", stringify!($command), "`].")]
                $kind {
                    /// Of which.
                    id: $id,
                    /// What.
                    #[serde(rename = "do")]
                    command: $command,
                }
            ),+
        }

        impl Command {
            /// What it is about.
            #[must_use]
            pub fn id(&self) -> EntityId {
                match self { $(Self::$kind { id, .. } => (*id).into()),+ }
            }
        }
    };
}

commands!(
    Organization(OrganizationId, OrganizationCommand),
    Account(AccountId, AccountCommand),
    Plan(PlanId, PlanCommand),
    ServiceLine(LineId, LineCommand),
    Terminal(TerminalId, TerminalCommand),
    Registry(RegistryId, RegistryCommand),
    BoundarySet(BoundarySetId, BoundarySetCommand),
    Territory(TerritoryId, TerritoryCommand),
    Restriction(RestrictionId, RestrictionCommand),
    ProtectedClass(ProtectedClassId, ProtectedClassCommand),
    Incident(IncidentId, IncidentCommand),
    Appeal(AppealId, AppealCommand),
    Permit(PermitId, PermitCommand),
);

/// What may be asked of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrganizationCommand {
    /// To be.
    Create {
        /// What it is.
        spec: OrganizationSpec,
    },
    /// To be something else.
    Update {
        /// All that is said about it from now on.
        spec: OrganizationSpec,
    },
    /// To be no more.
    Close,
}

/// What may be asked of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountCommand {
    /// To be.
    Create {
        /// What it is.
        spec: AccountSpec,
    },
    /// To be something else, or elsewhere in the tree.
    Update {
        /// All that is said about it from now on.
        spec: AccountSpec,
    },
    /// Not to be used for now.
    Disable {
        /// Why, for its holder to read.
        reason: String,
    },
    /// To be used again.
    Enable,
    /// To be no more.
    Close,
}

/// What may be asked of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlanCommand {
    /// To be.
    Create {
        /// What it is.
        spec: PlanSpec,
    },
    /// To be something else, for all who have it.
    Update {
        /// All that is said about it from now on.
        spec: PlanSpec,
    },
    /// To be sold no longer.
    Withdraw,
}

/// What may be asked of a service line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineCommand {
    /// To be.
    Create {
        /// What it is.
        spec: LineSpec,
    },
    /// Another plan, address or name; another account only without terminals.
    Update {
        /// All that is said about it from now on.
        spec: LineSpec,
    },
    /// Not to serve for now.
    Suspend {
        /// Why, for its holder to read.
        reason: String,
    },
    /// To serve again.
    Resume,
    /// To be no more.
    Close,
}

/// What may be asked of a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum TerminalCommand {
    /// To come into the books: manufactured only, or registered by an account, or attached to a line as well.
    Enter {
        /// What it is.
        entry: Entry,
    },
    /// To be described otherwise.
    Describe {
        /// The serial number of the kit.
        #[serde(default)]
        serial: Option<String>,
        /// The model.
        #[serde(default)]
        model: Option<String>,
        /// Words to find it by.
        #[serde(default)]
        tags: BTreeSet<String>,
        /// Anything else.
        #[serde(default)]
        note: Option<String>,
    },
    /// To be taken by an account.
    Register {
        /// Which.
        account: AccountId,
        /// Who else has it from now on.
        #[serde(default)]
        holders: Holders,
    },
    /// To be put on a service line.
    Attach {
        /// Which.
        line: LineId,
    },
    /// To go to other hands; to another account only while it is detached.
    Transfer {
        /// The account from now on.
        account: AccountId,
        /// Who else has it from now on.
        #[serde(default)]
        holders: Holders,
        /// Why.
        reason: String,
    },
    /// To go to another state by any other verb.
    Move {
        /// Any verb but `register` and `attach`, which need to know more.
        #[serde(rename = "by")]
        verb: Verb,
        /// Why; needed for all but `activate`, `detach` and `resume`.
        #[serde(default)]
        reason: Option<String>,
        /// The incident that led to it.
        #[serde(default)]
        incident: Option<IncidentId>,
    },
}

/// What may be asked of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum RegistryCommand {
    /// To be, empty and not in force.
    Create {
        /// What it is.
        spec: RegistrySpec,
    },
    /// To be something else.
    Update {
        /// All that is said about it from now on.
        spec: RegistrySpec,
    },
    /// To have more terminals on it.
    Add {
        /// Which.
        keys: BTreeSet<HardwareKey>,
        /// The preview of this change that somebody has looked at; needed for a deny list in force.
        #[serde(default)]
        preview: Option<Previewed>,
    },
    /// To have fewer terminals on it.
    Remove {
        /// Which.
        keys: BTreeSet<HardwareKey>,
        /// The preview of this change that somebody has looked at; needed for an allow list in force.
        #[serde(default)]
        preview: Option<Previewed>,
    },
    /// To be in force from now on.
    PutInForce {
        /// The preview of this that somebody has looked at; always needed.
        #[serde(default)]
        preview: Option<Previewed>,
    },
    /// To be in force no longer.
    Lift {
        /// Why.
        reason: String,
        /// The preview of this that somebody has looked at; needed for an allow list, on which policies may rely.
        #[serde(default)]
        preview: Option<Previewed>,
    },
    /// To be kept no longer.
    Withdraw,
}

/// What may be asked of a set of borders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum BoundarySetCommand {
    /// To be.
    Create {
        /// What it is.
        spec: BoundarySetSpec,
    },
    /// To be used for new territories no longer.
    Withdraw,
}

/// What may be asked of a territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum TerritoryCommand {
    /// To be.
    Create {
        /// What it is.
        spec: TerritorySpec,
    },
    /// To be another version of itself.
    Update {
        /// All that is said about it from now on.
        spec: TerritorySpec,
    },
    /// To be used no longer.
    Withdraw,
}

/// What may be asked of a file of policies. Whoever calls must have validated its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum RestrictionCommand {
    /// To be, not enabled.
    Create {
        /// What it is.
        spec: RestrictionSpec,
    },
    /// To say something else.
    Update {
        /// All that is said about it from now on.
        spec: RestrictionSpec,
    },
    /// To be in the next bundle.
    Enable,
    /// Not to be in the next bundle.
    Disable,
    /// To be kept no longer.
    Withdraw,
}

/// What may be asked of a protected class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProtectedClassCommand {
    /// To be, empty.
    Create {
        /// What it is.
        spec: ProtectedClassSpec,
    },
    /// To be something else.
    Update {
        /// All that is said about it from now on.
        spec: ProtectedClassSpec,
    },
    /// To have more members.
    Admit {
        /// Terminals, accounts or organizations.
        members: BTreeSet<EntityId>,
    },
    /// To have fewer members.
    Remove {
        /// Terminals, accounts or organizations.
        members: BTreeSet<EntityId>,
    },
    /// To be kept no longer.
    Dissolve,
}

/// What may be asked of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum IncidentCommand {
    /// To begin.
    Open {
        /// Which terminal.
        terminal: TerminalId,
        /// What was seen.
        finding: Finding,
    },
    /// To take in what more was seen.
    Find {
        /// What was seen.
        finding: Finding,
    },
    /// To be known to somebody.
    Acknowledge {
        /// What they say.
        #[serde(default)]
        note: Option<String>,
    },
    /// To be allowed to go as far as cutting service: a person has looked.
    ApproveCut {
        /// Why.
        reason: String,
    },
    /// To take the next step of enforcement, if it is time for one.
    Advance,
    /// To be over.
    Close {
        /// How it ended.
        outcome: Outcome,
        /// What there is to say.
        #[serde(default)]
        note: Option<String>,
    },
}

/// What may be asked of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum AppealCommand {
    /// To begin. A permit comes with it, so that service goes on until it is decided.
    Lodge {
        /// Against which incident.
        incident: IncidentId,
        /// What is objected.
        statement: String,
        /// The id of the permit.
        permit: PermitId,
    },
    /// To be decided. The incident closes if it is upheld.
    Decide {
        /// Whether it is right.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// To be taken back.
    Withdraw,
}

/// What may be asked of a permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum PermitCommand {
    /// To be given without an appeal.
    Grant {
        /// For which terminal.
        terminal: TerminalId,
        /// Until when.
        until_s: UnixSeconds,
        /// Why.
        reason: String,
    },
    /// To hold longer.
    Extend {
        /// Until when.
        until_s: UnixSeconds,
    },
    /// To end at once.
    End {
        /// Why.
        reason: String,
    },
}
