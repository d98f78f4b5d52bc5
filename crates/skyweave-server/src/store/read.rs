//! What is read of things, events and answers.

use super::engine::{Engine, Record, Value};
use super::error::StoreError;
use super::parts::{self, Part};
use super::records::{Answer, Column, Condition, EntityRow, EventQuery, ListQuery, Scope, StoredEvent};

const ENTITY: &str = "SELECT kind, id, version, previous_version, live, account, parent, organization, plan, line, owner, donor, operator, \
     terminal, link, territory, natural_key, name, serial, state, cause, tags, search, updated_ns, doc FROM entity";
const EVENT: &str =
    "SELECT seq, kind, id, version, name, time_ns, actor, account, account_before, payload FROM event";

/// Things that are found first and sorted then, instead of walking through all in order.
const FEW: i64 = 10_000;

/// The text of a statement, and its values.
pub struct Question {
    sql: String,
    values: Vec<Value>,
}

impl Question {
    /// Begins with this text.
    pub fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    /// Adds text of this program.
    pub fn say(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value, which is never part of the text.
    pub fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `(value, value)`; a list of nothing is `(NULL)`, which nothing equals.
    pub fn list(&mut self, values: impl IntoIterator<Item = String>) -> &mut Self {
        self.say("(");
        let mut any = false;
        for value in values {
            if any {
                self.say(", ");
            }
            self.value(value);
            any = true;
        }
        self.say(if any { ")" } else { "NULL)" })
    }

    /// Adds a condition on a column with an account: in the scope.
    pub fn within(&mut self, scope: &Scope, column: &str) -> &mut Self {
        if let Scope::Account(account) = scope {
            self.say(" AND ").say(column).say(" IN (SELECT descendant FROM account_tree WHERE ancestor = ");
            self.value(account.as_str()).say(")");
        }
        self
    }

    /// Asks.
    pub async fn ask<E: Engine>(self, engine: &E) -> Result<Vec<Record>, StoreError> {
        let mut connection = engine.reader().await?;
        Ok(engine.rows(&mut connection, self.sql.into(), self.values).await?)
    }
}

/// See [`Store::entity`](super::Store::entity).
pub async fn entity<E: Engine>(engine: &E, kind: &str, id: &str) -> Result<Option<EntityRow>, StoreError> {
    let mut question = Question::new(ENTITY);
    question.say(" WHERE kind = ").value(kind).say(" AND id = ").value(id);
    Ok(question.ask(engine).await?.pop().map(entity_of))
}

/// See [`Store::entity_by_key`](super::Store::entity_by_key).
pub async fn entity_by_key<E: Engine>(
    engine: &E,
    kind: &str,
    key: &str,
) -> Result<Option<EntityRow>, StoreError> {
    let mut question = Question::new(ENTITY);
    question.say(" WHERE kind = ").value(kind).say(" AND natural_key = ").value(key);
    Ok(question.ask(engine).await?.pop().map(entity_of))
}

/// See [`Store::list`](super::Store::list).
pub async fn list<E: Engine>(engine: &E, query: &ListQuery) -> Result<Vec<EntityRow>, StoreError> {
    let after = |question: &mut Question| {
        if let Some(after) = &query.after {
            question.say(" AND id > ").value(after.as_str());
        }
    };
    let mut question = Question::new(ENTITY);
    question.say(" WHERE kind = ").value(query.kind).say(" AND ");
    let mut order = "id";
    if few_begin_so(engine, query).await? {
        order = E::FEW_BY_ID;
        question.say("1 = 1");
        all_of::<E>(&mut question, &query.conditions);
        // not by the index of accounts
        question.within(&query.scope, "COALESCE(account, '')");
        after(&mut question);
    } else if let Some(accounts) = parts::accounts(engine, &query.scope).await? {
        let of: Vec<Part> = parts::by("account", &accounts).collect();
        question.in_parts(("entity", "id"), &of, query.limit, |part| {
            part.say(" AND kind = ").value(query.kind);
            all_of::<E>(part, &query.conditions);
            after(part);
        });
    } else {
        question.say("1 = 1").within(&query.scope, "account");
        all_of::<E>(&mut question, &query.conditions);
        after(&mut question);
    }
    question.say(" ORDER BY ").say(order).say(" LIMIT ").value(query.limit);
    Ok(question.ask(engine).await?.into_iter().map(entity_of).collect())
}

/// Whether few things have a key or serial number that begins as is asked for: they are found by that and sorted. Many are come upon soon in
/// the order of ids.
async fn few_begin_so<E: Engine>(engine: &E, query: &ListQuery) -> Result<bool, StoreError> {
    let Some(condition) = query.conditions.iter().find(|condition| is_beginning(condition)) else {
        return Ok(false);
    };
    let mut question = Question::new("SELECT count(*) FROM (SELECT 1 FROM entity WHERE kind = ");
    question.value(query.kind).say(" AND ");
    say_condition::<E>(&mut question, condition);
    question.say(" LIMIT ").value(FEW).say(") AS found");
    Ok(question.ask(engine).await?.first().map_or(0, |row| row.int(0)) < FEW)
}

fn is_beginning(condition: &Condition) -> bool {
    match condition {
        Condition::Begins(Column::NaturalKey | Column::Serial, _) => true,
        Condition::Any(conditions) => {
            let alike = |condition: &Condition| {
                is_beginning(condition)
                    || matches!(condition, Condition::Is(Column::NaturalKey | Column::Serial, _))
            };
            conditions.iter().any(is_beginning) && conditions.iter().all(alike)
        }
        _ => false,
    }
}

/// See [`Store::count`](super::Store::count).
pub async fn count<E: Engine>(engine: &E, query: &ListQuery) -> Result<i64, StoreError> {
    let mut question = Question::new("SELECT count(*) FROM entity");
    conditions::<E>(&mut question, query);
    Ok(question.ask(engine).await?.first().map_or(0, |row| row.int(0)))
}

/// The ids of a list, as a transaction sees them.
pub async fn ids<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    query: &ListQuery,
) -> Result<Vec<String>, StoreError> {
    let mut question = Question::new("SELECT id FROM entity");
    conditions::<E>(&mut question, query);
    question.say(" ORDER BY id LIMIT ").value(query.limit);
    let found = engine.rows(connection, question.sql.into(), question.values).await?;
    Ok(found.into_iter().map(|mut row| row.text(0)).collect())
}

fn conditions<E: Engine>(question: &mut Question, query: &ListQuery) {
    question.say(" WHERE kind = ").value(query.kind);
    question.within(&query.scope, "account");
    all_of::<E>(question, &query.conditions);
}

fn all_of<E: Engine>(question: &mut Question, conditions: &[Condition]) {
    for condition in conditions {
        question.say(" AND ");
        say_condition::<E>(question, condition);
    }
}

fn say_condition<E: Engine>(question: &mut Question, condition: &Condition) {
    match condition {
        Condition::Is(column, values) if values.len() == 1 => {
            question.say(column.name()).say(" = ").value(values[0].as_str());
        }
        Condition::Is(column, values) => {
            question.say(column.name()).say(" IN ").list(values.iter().cloned());
        }
        Condition::Begins(column, text) => {
            question.say("(").say(column.name()).say(" >= ").value(text.as_str());
            if let Some(end) = behind(text) {
                question.say(" AND ").say(column.name()).say(" < ").value(end);
            }
            question.say(")");
        }
        Condition::Live => {
            question.say("live = 1");
        }
        Condition::Mentions(text) => {
            question.say(E::POSITION).say("(search, ").value(text.as_str()).say(") > 0");
        }
        Condition::Tagged(tag) => {
            question.say(E::POSITION).say("(tags, ").value(format!("\n{tag}\n")).say(") > 0");
        }
        Condition::Through(column, kind, inner) => {
            question.say(column.name()).say(" IN (SELECT id FROM entity WHERE kind = ").value(*kind);
            question.say(" AND ");
            say_condition::<E>(question, inner);
            question.say(")");
        }
        Condition::Below(column, accounts) => {
            question.say(column.name()).say(" IN (SELECT descendant FROM account_tree WHERE ancestor IN ");
            question.list(accounts.iter().cloned()).say(")");
        }
        Condition::HasLive(kind, inner) => {
            question.say("id IN (SELECT terminal FROM entity WHERE terminal IS NOT NULL AND kind = ");
            question.value(*kind).say(" AND live = 1 AND ");
            say_condition::<E>(question, inner);
            question.say(")");
        }
        Condition::SeenInCells(from, until) => {
            question.say(SEEN).say("cell >= ").value(*from).say(" AND cell <= ").value(*until).say(")");
        }
        Condition::SeenIn(territories) => {
            question.say(SEEN).say("territory IN ").list(territories.iter().cloned()).say(")");
        }
        Condition::SeenSince(time_s) => {
            question.say(SEEN).say("seen_s >= ").value(*time_s).say(")");
        }
        Condition::SeenBefore(time_s) => {
            question.say(SEEN).say("seen_s < ").value(*time_s).say(")");
        }
        Condition::Seen => {
            question.say("id IN (SELECT terminal FROM sighting)");
        }
        Condition::Any(conditions) => joined::<E>(question, conditions, " OR ", "1 = 0"),
        Condition::All(conditions) => joined::<E>(question, conditions, " AND ", "1 = 1"),
        Condition::Not(condition) => {
            // what is missing is no reason to be left out
            question.say("NOT COALESCE((");
            say_condition::<E>(question, condition);
            question.say("), FALSE)");
        }
    }
}

/// The first text behind all that begin so. Both databases compare bytes, and those of UTF-8 are in the order of characters.
fn behind(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

const SEEN: &str = "id IN (SELECT terminal FROM sighting WHERE ";

fn joined<E: Engine>(question: &mut Question, conditions: &[Condition], between: &str, of_none: &str) {
    question.say("(");
    for (index, condition) in conditions.iter().enumerate() {
        if index > 0 {
            question.say(between);
        }
        say_condition::<E>(question, condition);
    }
    question.say(if conditions.is_empty() { of_none } else { "" }).say(")");
}

/// See [`Store::contains_account`](super::Store::contains_account).
pub async fn contains_account<E: Engine>(
    engine: &E,
    ancestor: &str,
    account: &str,
) -> Result<bool, StoreError> {
    let mut question = Question::new("SELECT 1 FROM account_tree WHERE ancestor = ");
    question.value(ancestor).say(" AND descendant = ").value(account);
    Ok(!question.ask(engine).await?.is_empty())
}

/// See [`Store::events`](super::Store::events).
pub async fn events<E: Engine>(engine: &E, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
    let mut question = Question::new(EVENT);
    question.say(" WHERE ");
    if let Some(parts) = parts_of(engine, query).await? {
        let more = |part: &mut Question| what_happened(part, query);
        question.in_parts(("event", "seq"), &parts, query.limit, more);
    } else {
        question.say("1 = 1");
        what_happened(&mut question, query);
        if let Scope::Account(account) = &query.scope {
            let subtree = "(SELECT descendant FROM account_tree WHERE ancestor = ";
            question.say(" AND (kind IN ").list(query.public_kinds.iter().cloned());
            question.say(" OR account IN ").say(subtree).value(account.as_str());
            question.say(") OR account_before IN ").say(subtree).value(account.as_str()).say("))");
        }
    }
    question.say(" ORDER BY seq LIMIT ").value(query.limit);
    Ok(question.ask(engine).await?.into_iter().map(event_of).collect())
}

/// The parts of the events that are asked for; none where all are walked through by number, or those of one thing.
async fn parts_of<E: Engine>(engine: &E, query: &EventQuery) -> Result<Option<Vec<Part>>, StoreError> {
    if query.id.is_some() {
        return Ok(None);
    }
    let of_kinds = |kinds: &[String]| kinds.iter().map(|kind| ("kind", kind.clone())).collect::<Vec<Part>>();
    if query.scope == Scope::All {
        return Ok((!query.kinds.is_empty()).then(|| of_kinds(&query.kinds)));
    }
    let Some(accounts) = parts::accounts(engine, &query.scope).await? else { return Ok(None) };
    let mut found = of_kinds(&query.public_kinds);
    found.extend(parts::by("account", &accounts).chain(parts::by("account_before", &accounts)));
    Ok(Some(found))
}

fn what_happened(question: &mut Question, query: &EventQuery) {
    question.say(" AND seq > ").value(query.after);
    if !query.kinds.is_empty() {
        question.say(" AND kind IN ").list(query.kinds.iter().cloned());
    }
    if let Some(id) = &query.id {
        question.say(" AND id = ").value(id.as_str());
    }
    if let Some(until_ns) = query.until_ns {
        question.say(" AND time_ns <= ").value(until_ns);
    }
}

/// See [`Store::last_event`](super::Store::last_event).
pub async fn last_event<E: Engine>(engine: &E) -> Result<i64, StoreError> {
    let found = Question::new("SELECT max(seq) FROM event").ask(engine).await?;
    Ok(found.first().map_or(0, |row| row.int(0)))
}

/// See [`Store::histories`](super::Store::histories).
pub async fn histories<E: Engine>(
    engine: &E,
    (kind, id, version): (&str, &str, i64),
    limit: i64,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut question = Question::new(EVENT);
    question.say(" WHERE (kind, id, version) > (").value(kind).say(", ").value(id).say(", ").value(version);
    question.say(") ORDER BY kind, id, version LIMIT ").value(limit);
    Ok(question.ask(engine).await?.into_iter().map(event_of).collect())
}

/// See [`Store::answer`](super::Store::answer).
pub async fn answer<E: Engine>(engine: &E, client: &str, key: &str) -> Result<Option<Answer>, StoreError> {
    let mut question =
        Question::new("SELECT client, key, request_sha256, status, headers, body FROM idempotency");
    question.say(" WHERE client = ").value(client).say(" AND key = ").value(key);
    let answer = question.ask(engine).await?.pop();
    Ok(answer.map(|mut row| Answer {
        client: row.text(0),
        key: row.text(1),
        request_sha256: row.bytes(2),
        status: row.int(3),
        headers: row.text(4),
        body: row.text(5),
    }))
}

fn entity_of(mut row: Record) -> EntityRow {
    EntityRow {
        kind: row.text(0),
        id: row.text(1),
        version: row.int(2),
        previous_version: row.int(3),
        live: row.int(4) != 0,
        account: row.opt_text(5),
        parent: row.opt_text(6),
        organization: row.opt_text(7),
        plan: row.opt_text(8),
        line: row.opt_text(9),
        owner: row.opt_text(10),
        donor: row.opt_text(11),
        operator: row.opt_text(12),
        terminal: row.opt_text(13),
        link: row.opt_text(14),
        territory: row.opt_text(15),
        natural_key: row.opt_text(16),
        name: row.opt_text(17),
        serial: row.opt_text(18),
        state: row.opt_text(19),
        cause: row.opt_text(20),
        tags: row.text(21),
        search: row.text(22),
        updated_ns: row.int(23),
        doc: row.text(24),
    }
}

fn event_of(mut row: Record) -> StoredEvent {
    StoredEvent {
        seq: row.int(0),
        kind: row.text(1),
        id: row.text(2),
        version: row.int(3),
        name: row.text(4),
        time_ns: row.int(5),
        actor: row.text(6),
        account: row.opt_text(7),
        account_before: row.opt_text(8),
        payload: row.text(9),
    }
}
