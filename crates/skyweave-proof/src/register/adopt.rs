//! Bundles: whether all that they rest on is there.

use super::{Docket, Refusal, Register, Taken, TakenBundle};
use crate::UtcTime;
use crate::bundle::Bundle;
use crate::bundle::anchor::Emergency;
use crate::document::identity;
use crate::dsse::Envelope;
use crate::keys::{Authority, DAY_S, HOUR_S};
use crate::log::merkle::Hash;
use crate::order::{Class, Content, RelationKind, Standing};

const MONTH_S: u64 = 30 * DAY_S;

impl Register {
    pub(super) fn bundle(&mut self, index: u64, envelope: &Envelope) -> Result<Taken, Refusal> {
        let bundle: Bundle = self.document(envelope)?;
        self.published(envelope)?;
        let current = self.held.authority.version;
        if bundle.authority != current {
            return Err(Refusal::Version { found: bundle.authority, current });
        }
        if bundle.epoch <= self.held.epoch {
            return Err(Refusal::Epoch { found: bundle.epoch, last: self.held.epoch });
        }
        if bundle.previous != self.held.bundle {
            return Err(Refusal::Chain);
        }
        let witnessed = self.policy.verify(bundle.checkpoint.as_bytes())?;
        let (size, now) = (witnessed.checkpoint.size, witnessed.time);
        if size > index {
            return Err(Refusal::Size { size, index });
        }
        if now < self.held.time {
            return Err(Refusal::Time { said: now, before: self.held.time });
        }
        let most_s = self.held.authority.limits.bundle_s;
        if bundle.expires <= bundle.not_before || bundle.expires.since(now) > most_s {
            let (from, until) = (bundle.not_before, bundle.expires);
            return Err(Refusal::Lasting { from, until, most_s });
        }
        let mut draft = Draft {
            standing: self.held.standing.clone(),
            emergencies: recent(&self.held.emergencies, now),
            now,
            size,
        };
        for order in &bundle.orders {
            let docket = self.dockets.get(order).ok_or(Refusal::UnknownOrder { order: *order })?;
            self.adopt(&mut draft, order, docket)?;
        }
        if bundle.standing != draft.standing {
            return Err(Refusal::Unordered);
        }
        self.check_bound(&bundle, now)?;

        for order in &bundle.orders {
            if let Some(docket) = self.dockets.get_mut(order) {
                docket.adopted = Some((bundle.epoch.0, now));
            }
        }
        let identity = identity(&envelope.payload);
        self.held.epoch = bundle.epoch;
        self.held.bundle = Some(identity);
        self.held.standing = draft.standing;
        self.held.emergencies = draft.emergencies;
        self.held.lowered = bundle.lowered.clone();
        self.held.time = now;
        let checkpoint = (size, witnessed.checkpoint.root);
        Ok(Taken::Bundle(Box::new(TakenBundle { bundle, identity, checkpoint })))
    }

    fn adopt(&self, draft: &mut Draft, id: &Hash, docket: &Docket) -> Result<(), Refusal> {
        let order = &docket.order;
        docket.check_quorum(id, &self.held.authority, draft.size)?;
        if order.before != draft.standing {
            return Err(Refusal::Base { order: *id });
        }
        if let Some(at) = order.expires.filter(|at| *at <= draft.now) {
            return Err(Refusal::Lapsed { order: *id, at });
        }
        if matches!(order.content, Content::Sealed(_)) {
            let overdue = self.dockets.iter().find_map(|(id, other)| Some((*id, other.overdue(draft.now)?)));
            if let Some((order, at)) = overdue {
                return Err(Refusal::NotUnsealed { order, at });
            }
        }
        if order.class == Class::Emergency {
            self.adopt_emergency(draft, id, docket)?;
        }
        draft.standing = order.after.clone();
        Ok(())
    }

    fn adopt_emergency(&self, draft: &mut Draft, id: &Hash, docket: &Docket) -> Result<(), Refusal> {
        let order = &docket.order;
        let relation = docket.matter().and_then(|matter| matter.relation.as_ref());
        let of_emergency = |earlier: &Hash| draft.emergencies.iter().any(|one| one.order == *earlier);
        let goes_on = relation.filter(|one| one.kind != RelationKind::Revokes && of_emergency(&one.order));
        if goes_on.is_some() {
            return Err(Refusal::Chained { order: *id });
        }
        let Some(until) = order.expires else { return Err(Refusal::Lapsed { order: *id, at: order.start }) };
        let target = docket.matter().map(|matter| Emergency::name_of(&matter.target));
        draft.emergencies.push(Emergency { order: *id, target: target.clone(), from: order.start, until });
        let limits = &self.held.authority.limits;
        let total_s = |is_counted: &dyn Fn(&Emergency) -> bool| -> u64 {
            draft.emergencies.iter().filter(|one| is_counted(one)).map(|one| one.until.since(one.from)).sum()
        };
        let of_target_s = total_s(&|one| target.is_some() && one.target == target);
        for (target, found_s, most_s) in [
            (target.clone().unwrap_or_default(), of_target_s, limits.emergency_total_s),
            ("the fleet".to_owned(), total_s(&|_| true), limits.emergency_all_s),
        ] {
            if found_s > most_s {
                let (hours, most) = (found_s / HOUR_S, most_s / HOUR_S);
                return Err(Refusal::Emergency { order: *id, target, hours, most });
            }
        }
        Ok(())
    }

    fn check_bound(&self, bundle: &Bundle, now: UtcTime) -> Result<(), Refusal> {
        let known = self.held.lowered.clone().since_a_month(now);
        if !bundle.lowered.covers(&known) || !bundle.lowered.is_short() {
            return Err(Refusal::Forgotten);
        }
        let bound = &self.held.authority.limits.bound;
        bundle.lowered.excess(bound, now).map_or(Ok(()), |excess| Err(Refusal::Bound(excess)))
    }

    /// The sealed orders that should have been opened by now.
    pub fn overdue(&self, now: UtcTime) -> impl Iterator<Item = (&Hash, UtcTime)> {
        self.dockets.iter().filter_map(move |(id, docket)| Some((id, docket.overdue(now)?)))
    }

    /// Who may decide, for those who show it.
    #[must_use]
    pub fn quorum_of(&self, order: &Hash) -> Option<String> {
        let authority: &Authority = &self.held.authority;
        self.dockets.get(order).map(|docket| docket.quorum(authority).to_string())
    }
}

struct Draft {
    standing: Standing,
    emergencies: Vec<Emergency>,
    now: UtcTime,
    size: u64,
}

fn recent(emergencies: &[Emergency], now: UtcTime) -> Vec<Emergency> {
    emergencies.iter().filter(|one| now.since(one.until) < MONTH_S).cloned().collect()
}
