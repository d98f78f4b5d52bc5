//! The resources, one a kind of thing: their addresses, their verbs, and who may use them. All of them have the same handlers
//! (`super::entities`); what differs is in this table.

use super::auth::Role;
use skyweave_control::id::Kind;

/// Who sees things of a kind, beside those who run the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Whoever has the account that they belong to, or one above it.
    ByAccount,
    /// Every client.
    ByAll,
    /// Organizations: whoever has an account of theirs.
    ByItsAccounts,
    /// Nobody: they name terminals and people of others.
    ByNobody,
}

/// A resource.
#[derive(Debug)]
pub struct Collection {
    /// Of what.
    pub kind: Kind,
    /// Its address below `/api/v1/`.
    pub path: &'static str,
    /// One of them, in a sentence.
    pub one: &'static str,
    /// Who sees them.
    pub seen: Seen,
    /// The verb that makes one.
    pub create: &'static str,
    /// The field of that verb that the body fills; the verb itself if none.
    pub create_field: Option<&'static str>,
    /// The verb that says something else about one, and its field.
    pub update: Option<(&'static str, Option<&'static str>)>,
    /// Everything else that can be done to one.
    pub verbs: &'static [VerbRoute],
}

/// A verb with an address of its own.
#[derive(Debug)]
pub struct VerbRoute {
    /// Its address below the thing's.
    pub path: &'static str,
    /// The verb.
    pub verb: &'static str,
    /// What the verb `move` moves by.
    pub by: Option<&'static str>,
    /// Who may.
    pub role: Role,
    /// What it does.
    pub summary: &'static str,
}

const fn verb(path: &'static str, verb: &'static str, summary: &'static str) -> VerbRoute {
    VerbRoute { path, verb, by: None, role: Role::Operator, summary }
}

const fn approved(path: &'static str, verb: &'static str, summary: &'static str) -> VerbRoute {
    VerbRoute { path, verb, by: None, role: Role::Approver, summary }
}

const fn moved(path: &'static str, by: &'static str, summary: &'static str) -> VerbRoute {
    VerbRoute { path, verb: "move", by: Some(by), role: Role::Operator, summary }
}

const SPEC: Option<&str> = Some("spec");
const UPDATE: Option<(&str, Option<&str>)> = Some(("update", SPEC));

/// Every resource that is a kind of thing.
pub const COLLECTIONS: &[Collection] = &[
    Collection {
        kind: Kind::Organization,
        path: "organizations",
        one: "organization",
        seen: Seen::ByItsAccounts,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[verb("close", "close", "Close an organization that answers for nothing any more")],
    },
    Collection {
        kind: Kind::Account,
        path: "accounts",
        one: "account",
        seen: Seen::ByAccount,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[
            verb("disable", "disable", "Refuse service to all terminals of an account"),
            verb("enable", "enable", "Let an account be used again"),
            verb("close", "close", "Close an account that has nothing any more"),
        ],
    },
    Collection {
        kind: Kind::Plan,
        path: "plans",
        one: "plan",
        seen: Seen::ByAll,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[verb("withdraw", "withdraw", "Sell a plan no longer")],
    },
    Collection {
        kind: Kind::ServiceLine,
        path: "service-lines",
        one: "service line",
        seen: Seen::ByAccount,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[
            verb("suspend", "suspend", "Serve a line no longer for now"),
            verb("resume", "resume", "Serve a line again"),
            verb("close", "close", "Close a line that has no terminals"),
        ],
    },
    Collection {
        kind: Kind::Terminal,
        path: "user-terminals",
        one: "user terminal",
        seen: Seen::ByAccount,
        create: "enter",
        create_field: Some("entry"),
        update: Some(("describe", None)),
        verbs: &[
            verb("register", "register", "Take a terminal into an account; it has no service yet"),
            verb("attach", "attach", "Put a registered terminal on a service line"),
            verb(
                "transfer",
                "transfer",
                "Give a terminal to other hands, or to another account once it is detached",
            ),
            moved("detach", "detach", "Take a terminal off its service line"),
            moved("activate", "activate", "Note that a terminal was seen on the network"),
            moved("suspend", "suspend", "Serve a terminal no longer for now"),
            moved("resume", "resume", "Serve a terminal again"),
            moved("report-lost", "report_lost", "Report that a terminal is lost"),
            moved("report-stolen", "report_stolen", "Report that a terminal was stolen"),
            moved(
                "report-diverted",
                "report_diverted",
                "Report that a terminal is in other hands than it was given to",
            ),
            moved("recover", "recover", "Note that a lost, stolen or diverted terminal is back"),
            moved("unregister", "unregister", "Let an account give up a terminal"),
            moved("retire", "retire", "Take a terminal out of use for good"),
        ],
    },
    Collection {
        kind: Kind::Registry,
        path: "registries",
        one: "registry",
        seen: Seen::ByNobody,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[
            verb("add", "add", "Put hardware keys on a list"),
            verb("remove", "remove", "Take hardware keys off a list"),
            approved("put-in-force", "put_in_force", "Put a list in force, after looking at its preview"),
            approved("lift", "lift", "Put a list out of force"),
            verb("withdraw", "withdraw", "Keep a list no longer"),
        ],
    },
    Collection {
        kind: Kind::BoundarySet,
        path: "boundary-sets",
        one: "set of borders",
        seen: Seen::ByAll,
        create: "create",
        create_field: SPEC,
        update: None,
        verbs: &[verb("withdraw", "withdraw", "Cut no more territories from a set of borders")],
    },
    Collection {
        kind: Kind::Territory,
        path: "territories",
        one: "territory",
        seen: Seen::ByAll,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[verb("withdraw", "withdraw", "Use a territory no longer")],
    },
    Collection {
        kind: Kind::Restriction,
        path: "restrictions",
        one: "restriction",
        seen: Seen::ByAll,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[
            approved("enable", "enable", "Put a file of policies into the next bundle"),
            approved("disable", "disable", "Leave a file of policies out of the next bundle"),
            verb("withdraw", "withdraw", "Keep a file of policies no longer"),
        ],
    },
    Collection {
        kind: Kind::ProtectedClass,
        path: "protected-classes",
        one: "protected class",
        seen: Seen::ByNobody,
        create: "create",
        create_field: SPEC,
        update: UPDATE,
        verbs: &[
            verb("admit", "admit", "Take terminals, accounts or organizations into a protected class"),
            verb("remove", "remove", "Take members out of a protected class"),
            verb("dissolve", "dissolve", "Keep a protected class no longer"),
        ],
    },
    Collection {
        kind: Kind::Incident,
        path: "incidents",
        one: "incident",
        seen: Seen::ByAccount,
        create: "open",
        create_field: None,
        update: None,
        verbs: &[
            verb("find", "find", "Add what more was seen"),
            verb("acknowledge", "acknowledge", "Note that somebody has looked at it"),
            approved("approve-cut", "approve_cut", "Allow that service is cut: a person has looked"),
            verb("advance", "advance", "Take the next step of enforcement if it is time for one"),
            verb("close", "close", "Close an incident with its outcome"),
        ],
    },
    Collection {
        kind: Kind::Appeal,
        path: "appeals",
        one: "appeal",
        seen: Seen::ByAccount,
        create: "lodge",
        create_field: None,
        update: None,
        verbs: &[
            approved("decide", "decide", "Decide an appeal"),
            verb("withdraw", "withdraw", "Take an appeal back"),
        ],
    },
    Collection {
        kind: Kind::Permit,
        path: "permits",
        one: "provisional permit",
        seen: Seen::ByAccount,
        create: "grant",
        create_field: None,
        update: None,
        verbs: &[
            verb("extend", "extend", "Let a permit hold longer"),
            verb("end", "end", "End a permit at once"),
        ],
    },
];

impl Collection {
    /// The resource of a kind; every kind has one.
    #[must_use]
    pub fn of(kind: Kind) -> Option<&'static Self> {
        COLLECTIONS.iter().find(|collection| collection.kind == kind)
    }

    /// Who may use a verb, be it by its own address or within a list of commands.
    #[must_use]
    pub fn role(&self, verb: &str) -> Role {
        if self.kind == Kind::Territory && self.update.is_some_and(|(update, _)| update == verb) {
            // where a territory lies is law as soon as a policy names it
            return Role::Approver;
        }
        self.verbs.iter().find(|route| route.verb == verb).map_or(Role::Operator, |route| route.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_resource() {
        for kind in Kind::ALL {
            assert_eq!(COLLECTIONS.iter().filter(|collection| collection.kind == *kind).count(), 1, "{kind}");
        }
    }
}
