//! Proposals and words on them. Each is an envelope that its author signed elsewhere; here it becomes a leaf if the rules take it.

use super::draft::note;
use super::publish::states;
use super::{OrderError, Orders};
use crate::store::{ApprovalRow, LogChange, OrderRow};
use skyweave_proof::document::Document;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::order::{Approval, Order, Verdict};
use skyweave_proof::register::{Docket, Refusal, Taken};
use skyweave_proof::{hex, unhex};

/// An order and what was said about it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// As it is kept.
    pub row: OrderRow,
    /// Who must agree.
    pub quorum: String,
    /// Who approved.
    pub approved: Vec<String>,
    /// Who refused.
    pub rejected: Vec<String>,
    /// Where the order stands in the log.
    pub index: Option<u64>,
    /// The epoch with which it came into force.
    pub epoch: Option<u64>,
}

impl Orders {
    /// Proposes an order that was drafted here: its requester signed its bytes.
    ///
    /// # Errors
    /// It is another order, or the rules refuse it.
    pub async fn propose(
        &self,
        id: &str,
        entry: Vec<u8>,
        actor: &str,
        now_ns: i64,
    ) -> Result<Standing, OrderError> {
        let row = self.find(id).await?;
        let envelope = Envelope::parse(&entry).map_err(Refusal::from)?;
        if envelope.payload != row.payload {
            return Err(OrderError::Other(
                "what is signed is another order than the one that is proposed".to_owned(),
            ));
        }
        let mut state = self.state.lock().await;
        let next =
            OrderRow { state: "proposed".to_owned(), version: row.version + 1, updated_ns: now_ns, ..row };
        let change = LogChange {
            note: Some(note("order.proposed", &next, actor, now_ns)),
            orders: vec![next],
            ..LogChange::default()
        };
        self.enter(&mut state, entry, change, now_ns).await?;
        drop(state);
        self.standing(id).await
    }

    /// Takes somebody's word on an order.
    ///
    /// # Errors
    /// The rules refuse it.
    pub async fn say(
        &self,
        id: &str,
        entry: Vec<u8>,
        actor: &str,
        now_ns: i64,
    ) -> Result<Standing, OrderError> {
        let row = self.find(id).await?;
        let envelope = Envelope::parse(&entry).map_err(Refusal::from)?;
        let word = Approval::parse(&envelope.payload).map_err(Refusal::from)?;
        if hex(&word.order) != row.id {
            return Err(OrderError::Other("what is signed is about another order".to_owned()));
        }
        let verdict = if word.verdict == Verdict::Approve { "approve" } else { "reject" };
        let name = if word.verdict == Verdict::Approve { "order.approved" } else { "order.rejected" };
        let mut state = self.state.lock().await;
        let approval = ApprovalRow {
            order: row.id.clone(),
            approver: word.approver,
            leaf: 0,
            verdict: verdict.to_owned(),
        };
        let change = LogChange {
            approvals: vec![approval],
            note: Some(note(name, &row, actor, now_ns)),
            ..LogChange::default()
        };
        self.enter(&mut state, entry, change, now_ns).await?;
        let changed = states(&state, vec![row], now_ns);
        drop(state);
        if !changed.is_empty() {
            self.store.put_log(LogChange { orders: changed, ..LogChange::default() }).await?;
        }
        self.standing(id).await
    }

    /// Takes a rotation of the authority or the unsealing of an order, which need nobody's draft.
    ///
    /// # Errors
    /// The rules refuse it; it is something else.
    pub async fn take(&self, entry: Vec<u8>, now_ns: i64) -> Result<u64, OrderError> {
        let mut state = self.state.lock().await;
        let index = state.writer.size();
        let mut trial = state.register.clone();
        match trial.take(index, &entry)? {
            Taken::Rotation(_) | Taken::Unsealing(_) => {}
            _ => {
                let what = "accepted here: a rotation of the authority, or the unsealing of an order";
                return Err(OrderError::Other(what.to_owned()));
            }
        }
        self.enter(&mut state, entry, LogChange::default(), now_ns).await?;
        Ok(index)
    }

    pub(super) async fn find(&self, id: &str) -> Result<OrderRow, OrderError> {
        let shown =
            || OrderError::NoOrder(id.chars().take(70).collect::<String>().escape_debug().to_string());
        self.store.order(id).await?.ok_or_else(shown)
    }

    /// An order and what was said about it.
    ///
    /// # Errors
    /// There is none.
    pub async fn standing(&self, id: &str) -> Result<Standing, OrderError> {
        let row = self.find(id).await?;
        let state = self.state.lock().await;
        Ok(Self::standing_of(&state, row))
    }

    /// Orders in the order of their ids.
    ///
    /// # Errors
    /// The store.
    pub async fn standings(&self, after: &str, limit: i64) -> Result<Vec<Standing>, OrderError> {
        let rows = self.store.orders(after, limit).await?;
        let state = self.state.lock().await;
        Ok(rows.into_iter().map(|row| Self::standing_of(&state, row)).collect())
    }

    fn standing_of(state: &super::State, row: OrderRow) -> Standing {
        let id = unhex(&row.id).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).unwrap_or_default();
        let register = &state.register;
        let voided = || register.voided().iter().find(|(other, _)| *other == id).map(|(_, docket)| docket);
        let docket = register.dockets().get(&id).or_else(voided);
        let said = |wanted: Verdict| {
            let words = docket.into_iter().flat_map(|docket| &docket.words);
            words.filter(|(_, (verdict, _))| *verdict == wanted).map(|(name, _)| name.clone()).collect()
        };
        let quorum = match docket {
            Some(docket) => docket.quorum(register.authority()).to_string(),
            None => Order::parse(&row.payload).map_or_else(
                |_| String::new(),
                |order| {
                    let quorums = &register.authority().quorums;
                    let quorum = match order.class {
                        skyweave_proof::order::Class::Cut => &quorums.cut,
                        skyweave_proof::order::Class::Emergency => &quorums.emergency,
                        skyweave_proof::order::Class::Restore => &quorums.restore,
                    };
                    quorum.to_string()
                },
            ),
        };
        let adopted = docket.and_then(|docket: &Docket| docket.adopted);
        Standing {
            quorum,
            approved: said(Verdict::Approve),
            rejected: said(Verdict::Reject),
            index: docket.map(|docket| docket.index),
            epoch: adopted.map(|(epoch, _)| epoch),
            row,
        }
    }
}
