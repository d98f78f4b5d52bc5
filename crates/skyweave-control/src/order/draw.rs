//! Drawing up an order: from what is in force, a request, and what it changes.

use skyweave_proof::UtcTime;
use skyweave_proof::bundle::Anchor;
use skyweave_proof::order::{
    Action, Class, Content, Law, Matter, Order, Preview, Relation, Rules, Standing, Target,
};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which quorum it takes.
    pub class: Class,
    /// Who asks: a principal.
    pub requester: String,
    /// What is done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// Why.
    pub reason: String,
    /// By what law.
    pub basis: String,
    /// From when on; at once if none is given.
    pub start: Option<UtcTime>,
    /// Until when.
    pub expires: Option<UtcTime>,
    /// What it has to do with an earlier order.
    pub relation: Option<Relation>,
}

/// The standing that an order would lead to, for those who preview it first.
#[must_use]
pub fn standing_after(held: &Anchor, request: &Request, rules: &Rules, now: UtcTime) -> Standing {
    let start = request.start.unwrap_or(now).max(now);
    held.standing.clone().without_past(now).with(&Law::Open(rules.clone()), start, request.expires)
}

/// Draws up an order.
#[must_use]
pub fn draw(held: &Anchor, request: &Request, rules: &Rules, preview: &Preview, now: UtcTime) -> Order {
    let matter = Matter {
        action: request.action,
        target: request.target.clone(),
        reason: request.reason.clone(),
        basis: request.basis.clone(),
        preview: preview.clone(),
        relation: request.relation.clone(),
    };
    Order {
        fleet: held.fleet.clone(),
        class: request.class,
        requester: request.requester.clone(),
        drawn: now,
        start: request.start.unwrap_or(now).max(now),
        expires: request.expires,
        before: held.standing.clone(),
        after: standing_after(held, request, rules, now),
        content: Content::Open(matter),
    }
}
