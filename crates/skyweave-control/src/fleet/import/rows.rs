//! One row of an import file: from bytes to the entry of a terminal, or to everything that is wrong with it.

use super::columns::Column;
use super::report::{Fault, ImportError};
use super::source::Record;
use crate::decide::{Context, Stopped, check_description, check_line, check_tags};
use crate::entity::{Entry, Holders};
use crate::id::{AccountId, EntityId, Kind, LineId, OrganizationId, TerminalId, Ulid};
use crate::refused::{Code, Refused, shown};
use crate::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// Answers that are kept, so that fifteen thousand rows of one donor ask for it once. A file with more different ones begins anew.
const MOST_KEPT: usize = 50_000;

/// A good row.
#[derive(Debug)]
pub(super) struct Row {
    /// Counted from 1.
    pub(super) number: u64,
    /// Of the file, counted from 1.
    pub(super) line: u64,
    /// What it says.
    pub(super) entry: Entry,
}

impl Row {
    /// Something is wrong with its hardware key after all.
    pub(super) fn fault(&self, refused: &Refused) -> Fault {
        Fault {
            row: self.number,
            line: self.line,
            column: Some(Column::HardwareKey.name()),
            value: self.entry.hardware_key.to_string(),
            code: refused.code,
            reason: refused.to_string(),
        }
    }
}

/// Holds rows against the fleet.
pub(super) struct Checker<'a, V> {
    columns: Vec<Column>,
    account: Option<AccountId>,
    context: &'a Context<'a, V>,
    accounts: Kept<AccountId, ()>,
    lines: Kept<(AccountId, LineId), ()>,
    /// By whether they may protect, the account they must then answer for, and what the file calls them.
    organizations: Kept<(bool, Option<AccountId>, String), OrganizationId>,
}

type Kept<K, T> = BTreeMap<K, Result<T, Refused>>;
type Checked<T, V> = Result<Result<T, Refused>, ImportError<<V as View>::Failure>>;

impl<'a, V: View> Checker<'a, V> {
    pub(super) fn new(columns: Vec<Column>, account: Option<AccountId>, context: &'a Context<'a, V>) -> Self {
        let (accounts, lines, organizations) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { columns, account, context, accounts, lines, organizations }
    }

    /// The row, or all that is wrong with it.
    pub(super) fn row(
        &mut self,
        number: u64,
        record: &Record<'_>,
    ) -> Result<Result<Row, Vec<Fault>>, ImportError<V::Failure>> {
        let Record { line, fields: record, unclosed } = *record;
        let mut faults = Faults { number, line, faults: Vec::new() };
        if unclosed {
            let last = record.iter().next_back().unwrap_or_default();
            let column = record.len().checked_sub(1).and_then(|last| self.columns.get(last)).copied();
            let found = "a \" that is not closed: the field goes on to the end of the file";
            let refused = Refused::new(Code::Malformed, found, "close it, and look at the rows after it");
            faults.add(column, &String::from_utf8_lossy(last), &refused);
            return Ok(Err(faults.faults));
        }
        if record.len() != self.columns.len() {
            let found = format!("{} fields", record.len());
            let remedy = format!("accepted: {}, as the first line has", self.columns.len());
            faults.add(None, &found, &Refused::new(Code::Malformed, found.clone(), remedy));
            return Ok(Err(faults.faults));
        }
        let mut texts: BTreeMap<Column, &str> = BTreeMap::new();
        for (column, bytes) in self.columns.iter().zip(record) {
            match std::str::from_utf8(bytes).map(str::trim) {
                Ok("") => {}
                Ok(text) => _ = texts.insert(*column, text),
                Err(_) => {
                    let refused = Refused::new(Code::Malformed, "bytes that are no UTF-8", "accepted: UTF-8");
                    faults.add(Some(*column), &String::from_utf8_lossy(bytes), &refused);
                }
            }
        }
        let entry = self.entry(&texts, &mut faults)?;
        match entry.filter(|_| faults.faults.is_empty()) {
            Some(entry) => Ok(Ok(Row { number, line, entry })),
            None => Ok(Err(faults.faults)),
        }
    }

    fn entry(
        &mut self,
        texts: &BTreeMap<Column, &str>,
        faults: &mut Faults,
    ) -> Result<Option<Entry>, ImportError<V::Failure>> {
        let text = |column: Column| texts.get(&column).copied();
        let key = text(Column::HardwareKey);
        let hardware_key = match key.map(str::parse) {
            Some(Ok(key)) => Some(key),
            Some(Err(error)) => {
                let error: crate::entity::HardwareKeyError = error;
                let refused = Refused::new(Code::Malformed, "no hardware key", error.to_string());
                faults.take(Column::HardwareKey, key, Err(refused))
            }
            None if faults.faults.is_empty() => {
                let refused = Refused::new(Code::Malformed, "no hardware key", "each terminal needs one");
                faults.take(Column::HardwareKey, None, Err(refused))
            }
            None => None,
        };
        for column in [Column::Serial, Column::Model, Column::Note] {
            faults.take(column, text(column), check_description(column.name(), text(column)));
        }
        let tags: BTreeSet<String> = text(Column::Tags)
            .into_iter()
            .flat_map(|tags| tags.split(';'))
            .map(|tag| tag.trim().to_owned())
            .filter(|tag| !tag.is_empty())
            .collect();
        faults.take(Column::Tags, text(Column::Tags), check_tags(&tags));
        let account = self.account(text(Column::Account), faults)?;
        let line = self.line(text(Column::ServiceLine), account, faults)?;
        let mut holder = |column: Column| -> Result<Option<OrganizationId>, ImportError<V::Failure>> {
            let Some(name) = text(column) else {
                return Ok(None);
            };
            let found = self.organization(column, name, account)?;
            Ok(faults.take(column, Some(name), found))
        };
        let holders = Holders {
            owner: holder(Column::Owner)?,
            donor: holder(Column::Donor)?,
            operator: holder(Column::Operator)?,
        };
        let owned = |column: Column| text(column).map(str::to_owned);
        Ok(hardware_key.map(|hardware_key| Entry {
            hardware_key,
            serial: owned(Column::Serial),
            model: owned(Column::Model),
            account,
            line,
            holders,
            tags,
            note: owned(Column::Note),
        }))
    }

    fn account(
        &mut self,
        text: Option<&str>,
        faults: &mut Faults,
    ) -> Result<Option<AccountId>, ImportError<V::Failure>> {
        let id = match (text.map(str::parse::<AccountId>), self.account) {
            (Some(Ok(id)), _) | (None, Some(id)) => id,
            (Some(Err(error)), _) => {
                let refused = Refused::new(Code::Malformed, "no id of an account", error.to_string());
                return Ok(faults.take(Column::Account, text, Err(refused)));
            }
            (None, None) if self.context.actor.scope.is_none() => return Ok(None),
            (None, None) => {
                let refused = Refused::new(Code::Malformed, "no account", "name one of your accounts");
                return Ok(faults.take(Column::Account, None, Err(refused)));
            }
        };
        let context = self.context;
        let found = kept(&mut self.accounts, id, || context.usable_account(id).map(|_| ()))?;
        Ok(faults.take(Column::Account, text, found).map(|()| id))
    }

    fn line(
        &mut self,
        text: Option<&str>,
        account: Option<AccountId>,
        faults: &mut Faults,
    ) -> Result<Option<LineId>, ImportError<V::Failure>> {
        let id = match text.map(str::parse::<LineId>) {
            None => return Ok(None),
            Some(Ok(id)) => id,
            Some(Err(error)) => {
                let refused = Refused::new(Code::Malformed, "no id of a service line", error.to_string());
                return Ok(faults.take(Column::ServiceLine, text, Err(refused)));
            }
        };
        let Some(account) = account else {
            let remedy = "name the account that the line is of, too";
            let refused = Refused::new(Code::NotRegistered, "a service line without an account", remedy);
            return Ok(faults.take(Column::ServiceLine, text, Err(refused)));
        };
        let context = self.context;
        // the terminal has no id yet; none is named where the line does not fit
        let nobody = TerminalId(Ulid::from_bits(0));
        let fits = || check_line(nobody, account, id, context);
        let found = kept(&mut self.lines, (account, id), fits)?;
        let found = found.map_err(|refused| Refused {
            found: refused.found.replace(&nobody.to_string(), "the terminal"),
            ..refused
        });
        Ok(faults.take(Column::ServiceLine, text, found).map(|()| id))
    }

    /// By id or by name. Whoever runs only a part of the service names none but those that answer for the account, and does not learn which
    /// others there are.
    fn organization(
        &mut self,
        column: Column,
        text: &str,
        account: Option<AccountId>,
    ) -> Checked<OrganizationId, V> {
        let context = self.context;
        let own = !context.is_the_service();
        let account = account.filter(|_| own);
        kept(&mut self.organizations, (own, account, text.to_owned()), || {
            let foreign = || {
                let found = "no open organization of this name or id answers for the account or one above it";
                let remedy = "name one that does, or ask those who run the service";
                Refused::new(Code::OutOfScope, found, remedy)
            };
            let id = if let Ok(id) = text.parse::<OrganizationId>() {
                Some(id)
            } else {
                let named = context.view.named(Kind::Organization, text).map_err(Stopped::View)?;
                named.and_then(|id: EntityId| OrganizationId::try_from(id).ok())
            };
            let Some(id) = id else {
                if own {
                    return Err(foreign().into());
                }
                let remedy = "accepted: the id or the exact name of one; create it first";
                return Err(Refused::new(Code::NotFound, "no organization of this name", remedy).into());
            };
            if !own {
                return context.open_organization(id, "organization").map(|()| id);
            }
            match context.own_organization(id, account, column.name()) {
                Ok(()) => Ok(id),
                Err(Stopped::Refused(_)) => Err(foreign().into()),
                Err(failed) => Err(failed),
            }
        })
    }
}

/// The answer that was given before, or a new one.
fn kept<K: Ord, T: Clone, F>(
    answers: &mut Kept<K, T>,
    question: K,
    ask: impl FnOnce() -> Result<T, Stopped<F>>,
) -> Result<Result<T, Refused>, ImportError<F>> {
    if let Some(answer) = answers.get(&question) {
        return Ok(answer.clone());
    }
    let answer = match ask() {
        Ok(answer) => Ok(answer),
        Err(Stopped::Refused(refused)) => Err(refused),
        Err(Stopped::View(failure)) => return Err(ImportError::View(failure)),
    };
    if answers.len() >= MOST_KEPT {
        answers.clear();
    }
    answers.insert(question, answer.clone());
    Ok(answer)
}

/// The faults of one row.
struct Faults {
    number: u64,
    line: u64,
    faults: Vec<Fault>,
}

impl Faults {
    fn add(&mut self, column: Option<Column>, value: &str, refused: &Refused) {
        let (row, line) = (self.number, self.line);
        let reason = refused.to_string();
        let column = column.map(Column::name);
        self.faults.push(Fault { row, line, column, value: shown(value), code: refused.code, reason });
    }

    /// What was found, or nothing and a fault.
    fn take<T>(&mut self, column: Column, text: Option<&str>, found: Result<T, Refused>) -> Option<T> {
        found.map_err(|refused| self.add(Some(column), text.unwrap_or_default(), &refused)).ok()
    }
}
