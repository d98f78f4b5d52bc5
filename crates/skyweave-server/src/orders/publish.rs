//! Checkpoints, cosignatures and files; bundles; certificates. All that the service does by itself, over and over, and what it cannot do
//! without others: the witnesses' quorum.

use super::draft::note;
use super::{OrderError, Orders, State, ns_of, time_of};
use crate::clock::SECOND_NS;
use crate::log::ask::Fresh;
use crate::store::{LogChange, OrderRow};
use skyweave_proof::UtcTime;
use skyweave_proof::bound;
use skyweave_proof::bundle::{Bundle, BundleEpoch, Certificate, Inputs};
use skyweave_proof::document::Document;
use skyweave_proof::log::checkpoint::Checkpoint;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::tile::CHECKPOINT;
use skyweave_proof::order::{Class, Order, RelationKind, Verdict};
use skyweave_proof::register::{Docket, Refusal};
use skyweave_proof::{hex, unhex};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long points of enforcement have to acknowledge before a certificate says how many did.
const CONVERGE_NS: i64 = 5 * SECOND_NS;
/// A bundle rests on a checkpoint that is no older, s: its expiry counts from there.
const FRESH_S: u64 = 60;
/// How often the store's terminals are compared with those in force.
const COMPARE_NS: i64 = 30 * SECOND_NS;
const PAGE: i64 = 500;

/// What was done in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// A checkpoint was published.
    pub published: bool,
    /// A bundle came into force at this server's own point of enforcement.
    pub in_force: bool,
    /// A certificate of convergence was logged.
    pub certified: bool,
}

impl Orders {
    /// Does what is due: publishes what came into the log, makes a bundle of what was approved, has it published, puts it into force here and
    /// certifies what the points acknowledged.
    ///
    /// # Errors
    /// What stands in the way. What was done stays done, and the rest is tried again.
    pub async fn tick(&self, now_ns: i64) -> Result<Done, OrderError> {
        let mut done = Done { published: self.publish(now_ns, false).await?, ..Done::default() };
        if self.bundle(now_ns).await? {
            done.published |= self.publish(now_ns, false).await?;
        }
        done.in_force = self.enforce(now_ns).await?;
        if self.certify(now_ns).await? {
            done.certified = true;
            done.published |= self.publish(now_ns, false).await?;
        }
        if done != Done::default() || self.is_lapsing(now_ns).await {
            self.write_states(now_ns).await?;
        }
        Ok(done)
    }

    /// Signs the log as it is, asks everybody to cosign, and publishes that if it is enough. `anew` asks even if nothing came since.
    ///
    /// # Errors
    /// Too few cosigned; files or the store cannot be written. Nothing is shown then but what was shown before.
    pub async fn publish(&self, now_ns: i64, anew: bool) -> Result<bool, OrderError> {
        let _alone = self.publishing.lock().await;
        let (size, root, full, partial, policy) = {
            let state = self.state.lock().await;
            let size = state.writer.size();
            if !anew && state.published.as_ref().is_some_and(|(published, ..)| *published == size) {
                return Ok(false);
            }
            let policy = state.register.policy().clone();
            (size, state.writer.root(), state.full.clone(), state.writer.partial(), policy)
        };
        let now = time_of(now_ns);
        let origin = self.log.verifier().name().to_owned();
        let text = Checkpoint { origin, size, root, extensions: Vec::new() }.to_text();
        let signed = format!("{text}\n{}", self.log.line(&text, now));
        let (public, witnesses) = (self.public.clone(), Arc::clone(&self.witnesses));
        let files: Vec<_> = full.iter().chain(&partial).cloned().collect();
        let asked = tokio::task::spawn_blocking(move || {
            for file in &files {
                public.write(&file.tile.path(), &file.bytes)?;
            }
            Ok(witnesses.cosign(Fresh { files: &public, size, note: &signed, now }))
        });
        let asked: std::io::Result<_> =
            asked.await.map_err(|_| OrderError::Files("writing them failed".to_owned()))?;
        let (whole, not) = asked.map_err(|error| OrderError::Files(error.to_string()))?;
        for why in &not {
            tracing::warn!("no cosignature: {why}");
        }
        let witnessed = policy.verify(whole.as_bytes()).map_err(Refusal::from)?;
        self.write_documents(size).await?;
        self.public
            .write(CHECKPOINT, whole.as_bytes())
            .map_err(|error| OrderError::Files(error.to_string()))?;
        self.store.put_checkpoint(size as i64, whole.clone(), now_ns).await?;
        let mut state = self.state.lock().await;
        state.published = Some((size, whole, witnessed.time));
        state.full.drain(..full.len());
        Ok(true)
    }

    /// The documents that published orders name, beside the log.
    async fn write_documents(&self, size: u64) -> Result<(), OrderError> {
        let named: Vec<String> = {
            let state = self.state.lock().await;
            let before = state.published.as_ref().map_or(0, |(before, ..)| *before);
            let fresh =
                state.register.dockets().values().filter(|docket| (before..size).contains(&docket.index));
            let mut named: Vec<String> = fresh.flat_map(documents_of).collect();
            if before == 0 {
                named.extend(
                    state.register.held().standing.phases.iter().flat_map(|phase| of_law(&phase.law)),
                );
            }
            named
        };
        for name in named {
            if let Some(bytes) = self.store.document(&name).await? {
                self.public.write(&name, &bytes).map_err(|error| OrderError::Files(error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Makes a bundle if one is due: of orders that were approved in the published log, because the last one is half gone, or because the
    /// terminals changed.
    async fn bundle(&self, now_ns: i64) -> Result<bool, OrderError> {
        let now = time_of(now_ns);
        let (due, stale) = {
            let state = self.state.lock().await;
            let Some((size, _, time)) = &state.published else { return Ok(false) };
            let due = !adoptable(&state, *size, now).is_empty() || is_renewal_due(&state, now);
            (due, now.since(*time) > FRESH_S)
        };
        let fleet =
            if due || self.is_compared_again(now_ns).await? { Some(self.fleet_now().await?) } else { None };
        let is_changed = {
            let state = self.state.lock().await;
            fleet.as_ref().is_some_and(|fleet| fleet.root() != state.fleet.root())
        };
        if !due && !is_changed {
            return Ok(false);
        }
        if stale {
            self.publish(now_ns, true).await?;
        }
        let mut state = self.state.lock().await;
        let Some((size, checkpoint, time)) = state.published.clone() else { return Ok(false) };
        let not_before = time.min(now);
        let is_taken = fleet.is_some_and(|fleet| take_fleet(&mut state, fleet, not_before));
        let orders = adoptable(&state, size, now);
        if orders.is_empty() && !is_taken && !is_renewal_due(&state, now) {
            return Ok(false);
        }
        let bundle = self.draft_bundle(&state, (orders, checkpoint), (not_before, time));
        let entry = bundle.to_envelope().signed(&self.publisher).to_bytes();
        self.enter(&mut state, entry, LogChange::default(), now_ns).await?;
        Ok(true)
    }

    fn draft_bundle(
        &self,
        state: &State,
        (orders, checkpoint): (Vec<Hash>, String),
        (not_before, witnessed): (UtcTime, UtcTime),
    ) -> Bundle {
        let held = state.register.held();
        let last = orders.last().and_then(|id| state.register.dockets().get(id));
        Bundle {
            fleet: held.fleet.clone(),
            epoch: BundleEpoch(held.epoch.0 + 1),
            previous: held.bundle,
            authority: held.authority.version,
            not_before,
            expires: witnessed.plus(held.authority.limits.bundle_s),
            standing: last.map_or(&held.standing, |docket| &docket.order.after).clone(),
            orders,
            checkpoint,
            inputs: Inputs { fleet: state.fleet.root(), points: self.points.root(), ..Inputs::default() },
            lowered: state.lowered.clone().since_a_month(not_before).published(),
            openings: BTreeMap::new(),
        }
    }

    /// Hands the newest published bundle to this server's own point of enforcement.
    async fn enforce(&self, now_ns: i64) -> Result<bool, OrderError> {
        let package = {
            let state = self.state.lock().await;
            let anchor = state.point.anchor();
            self.package_of(&state, anchor.epoch, anchor.authority.version)?
        };
        match package {
            None => Ok(false),
            Some(package) => self.offer(&package, now_ns).await.map(|()| true),
        }
    }

    /// Certifies how many points have the bundle in force: once all have, or after some seconds.
    async fn certify(&self, now_ns: i64) -> Result<bool, OrderError> {
        let mut state = self.state.lock().await;
        let Some(bundle) = state.point.bundle().cloned().filter(|bundle| bundle.epoch > state.converged)
        else {
            return Ok(false);
        };
        let envelopes = self.store.acknowledgements(bundle.epoch.0 as i64).await?;
        if envelopes.len() < self.points.0.len() && now_ns - state.in_force_ns < CONVERGE_NS {
            return Ok(false);
        }
        let (certificate, not) = Certificate::of(&bundle, &self.points, &envelopes);
        for why in not {
            tracing::warn!("an acknowledgement that does not count: {why}");
        }
        let entry = certificate.to_envelope().signed(&self.publisher).to_bytes();
        self.enter(&mut state, entry, LogChange::default(), now_ns).await?;
        state.converged = bundle.epoch;
        Ok(true)
    }

    /// Not if nothing happened since: there may be a million terminals.
    async fn is_compared_again(&self, now_ns: i64) -> Result<bool, OrderError> {
        let last = self.store.last_event().await?;
        let mut state = self.state.lock().await;
        let is_given = self.given.read().is_ok_and(|given| given.is_some());
        let due = now_ns - state.compared_ns >= COMPARE_NS && (is_given || last != state.compared_event);
        if due {
            (state.compared_ns, state.compared_event) = (now_ns, last);
        }
        Ok(due)
    }

    async fn is_lapsing(&self, now_ns: i64) -> bool {
        let mut state = self.state.lock().await;
        let due = now_ns - state.written_ns >= ns_of(60);
        if due {
            state.written_ns = now_ns;
        }
        due
    }

    /// Writes where each order is now, with an event for each that moved.
    async fn write_states(&self, now_ns: i64) -> Result<(), OrderError> {
        let mut after = String::new();
        loop {
            let rows = self.store.orders(&after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after.clone_from(&last.id);
            let changed = {
                let state = self.state.lock().await;
                states(&state, rows, now_ns)
            };
            for row in changed {
                let note = Some(note(event_of(&row.state), &row, "service", now_ns));
                self.store.put_log(LogChange { orders: vec![row], note, ..LogChange::default() }).await?;
            }
        }
    }
}

/// Takes the store's terminals in place of those in force, unless that lowers more than may be without an order.
fn take_fleet(state: &mut State, fleet: bound::Fleet, time: UtcTime) -> bool {
    let mut lowered = state.lowered.clone();
    lowered.enter(time, &bound::lowered(&state.fleet, &fleet));
    let lowered = lowered.since_a_month(time);
    let is_first = state.register.held().bundle.is_none();
    match lowered.excess(&state.register.authority().limits.bound, time) {
        Some(excess) if !is_first => {
            let what = format!("{excess}: the terminals in force stay as they were; it needs an order");
            if state.held_back.as_ref() != Some(&what) {
                tracing::error!("{what}");
            }
            state.held_back = Some(what);
            false
        }
        _ => {
            let changed = fleet.root() != state.fleet.root();
            state.held_back = None;
            if !is_first {
                state.lowered = lowered;
            }
            state.fleet = fleet;
            changed
        }
    }
}

fn is_renewal_due(state: &State, now: UtcTime) -> bool {
    let half_s = state.register.authority().limits.bundle_s / 2;
    state.point.bundle().is_none_or(|bundle| now.plus(half_s) >= bundle.expires)
        && state.register.epoch() <= state.point.anchor().epoch
}

/// The approved orders that lead on from what is in force, one after another. Who withdrew an order did so by a word on it.
fn adoptable(state: &State, size: u64, now: UtcTime) -> Vec<Hash> {
    let register = &state.register;
    let authority = register.authority();
    let mut standing = register.held().standing.clone();
    let mut dockets: Vec<(&Hash, &Docket)> = register.dockets().iter().collect();
    dockets.sort_unstable_by_key(|(_, docket)| docket.index);
    let mut found = Vec::new();
    for (id, docket) in dockets {
        let order = &docket.order;
        let is_open = docket.adopted.is_none() && order.expires.is_none_or(|at| at > now);
        if is_open
            && !is_withdrawn(docket)
            && order.before == standing
            && docket.check_quorum(id, authority, size).is_ok()
        {
            standing = order.after.clone();
            found.push(*id);
        }
    }
    found
}

fn is_withdrawn(docket: &Docket) -> bool {
    docket.words.get(&docket.order.requester).is_some_and(|(verdict, _)| *verdict == Verdict::Reject)
}

/// Those orders that are elsewhere in their lives than their rows say.
pub(super) fn states(state: &State, rows: Vec<OrderRow>, now_ns: i64) -> Vec<OrderRow> {
    let now = time_of(now_ns);
    let moved = |row: OrderRow| {
        let found = state_of(state, &row, now)?;
        (found != row.state).then(|| OrderRow {
            state: found.to_owned(),
            version: row.version + 1,
            updated_ns: now_ns,
            ..row
        })
    };
    rows.into_iter().filter_map(moved).collect()
}

/// Where an order is, by the log and by what this server's own point has in force.
fn state_of(state: &State, row: &OrderRow, now: UtcTime) -> Option<&'static str> {
    let id: Hash = unhex(&row.id)?.try_into().ok()?;
    let register = &state.register;
    let held = register.held();
    let Some(docket) = register.dockets().get(&id) else {
        if register.voided().iter().any(|(other, _)| *other == id) {
            return Some("rejected");
        }
        let order = Order::parse(&row.payload).ok()?;
        return Some(if order.expires.is_some_and(|at| at <= now) {
            "expired"
        } else if order.before == held.standing {
            "previewed"
        } else {
            "stale-preview"
        });
    };
    let order = &docket.order;
    let is_over = order.expires.is_some_and(|at| at <= now);
    let Some((epoch, _)) = docket.adopted else {
        let published = state.published.as_ref().map_or(0, |(size, ..)| *size);
        let is_met = |size: u64| docket.check_quorum(&id, register.authority(), size).is_ok();
        return Some(match () {
            () if is_withdrawn(docket) => "rejected",
            () if is_over => "expired",
            () if order.before != held.standing => "stale-preview",
            () if is_met(published) => "witnessed",
            () if is_met(state.writer.size()) => "logged",
            () => "proposed",
        });
    };
    let later =
        register.dockets().values().filter(|other| other.adopted.is_some() && other.index > docket.index);
    let relation = later
        .filter_map(|other| other.matter().and_then(|matter| matter.relation.as_ref()))
        .find(|relation| relation.order == id);
    Some(match relation.map(|relation| relation.kind) {
        Some(RelationKind::Revokes) => "revoked",
        Some(_) => "superseded",
        None if is_over && order.class == Class::Emergency => "auto-reverted",
        None if is_over => "expired",
        None if epoch <= state.point.anchor().epoch.0 => "in-force",
        None => "witnessed",
    })
}

fn event_of(state: &str) -> &'static str {
    match state {
        "logged" => "order.logged",
        "witnessed" => "order.witnessed",
        "in-force" => "order.in_force",
        "expired" => "order.expired",
        "revoked" => "order.revoked",
        "superseded" => "order.superseded",
        "auto-reverted" => "order.auto_reverted",
        "rejected" => "order.rejected",
        "stale-preview" => "order.stale_preview",
        _ => "order.changed",
    }
}

fn documents_of(docket: &Docket) -> Vec<String> {
    use crate::log::folder::DOCUMENTS;
    let preview = docket.order.matter().map(|matter| format!("{DOCUMENTS}/{}", hex(&matter.preview.hash)));
    let laws = docket.order.after.phases.iter().flat_map(|phase| of_law(&phase.law));
    preview.into_iter().chain(laws).collect()
}

fn of_law(law: &skyweave_proof::order::Law) -> Vec<String> {
    use crate::log::folder::{DOCUMENTS, SOURCES};
    match law {
        skyweave_proof::order::Law::Open(rules) => vec![
            format!("{DOCUMENTS}/{}", hex(&rules.table)),
            format!("{DOCUMENTS}/{}", hex(&rules.boundaries)),
            format!("{SOURCES}/{}", hex(&rules.table)),
        ],
        skyweave_proof::order::Law::Sealed(_) => Vec::new(),
    }
}
