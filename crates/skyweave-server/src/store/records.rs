//! What goes into a store and comes out of it. Kinds and ids are texts here: what they mean is known above.

use super::error::StoreError;
use tokio::sync::{mpsc, oneshot};

/// Whose things may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// What belongs to this account or one below it.
    Account(String),
}

/// An event that is to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Kind of the thing that it changes.
    pub kind: &'static str,
    /// Id of the thing.
    pub id: String,
    /// Version of the thing after it, from 1 on.
    pub version: i64,
    /// What happened, such as `registered`.
    pub name: String,
    /// The account that the thing belongs to afterwards.
    pub account: Option<String>,
    /// The account that it belonged to before.
    pub account_before: Option<String>,
    /// The event itself, JSON.
    pub payload: String,
}

/// An event as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number; grows in the order of commits and may have gaps.
    pub seq: i64,
    /// Kind of the thing that it changed.
    pub kind: String,
    /// Id of the thing.
    pub id: String,
    /// Version of the thing after it.
    pub version: i64,
    /// What happened.
    pub name: String,
    /// When, ns since 1970.
    pub time_ns: i64,
    /// Who did it.
    pub actor: String,
    /// The account that the thing belonged to afterwards.
    pub account: Option<String>,
    /// The account that it belonged to before.
    pub account_before: Option<String>,
    /// The event itself, JSON.
    pub payload: String,
}

/// A thing with the columns by which it is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntityRow {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// How many events made it.
    pub version: i64,
    /// The version that the change was decided on; 0 for a new thing.
    pub previous_version: i64,
    /// Whether it is still in use.
    pub live: bool,
    /// The account it belongs to.
    pub account: Option<String>,
    /// The account above it, of an account.
    pub parent: Option<String>,
    /// The organization that answers for it.
    pub organization: Option<String>,
    /// Its plan.
    pub plan: Option<String>,
    /// The service line it is attached to.
    pub line: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
    /// Its donor.
    pub donor: Option<String>,
    /// Its operator.
    pub operator: Option<String>,
    /// The terminal it is about.
    pub terminal: Option<String>,
    /// Anything else that it belongs to.
    pub link: Option<String>,
    /// Name of its territory.
    pub territory: Option<String>,
    /// What no two things of its kind may share, such as a hardware key.
    pub natural_key: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its state.
    pub state: Option<String>,
    /// Its cause, of an incident.
    pub cause: Option<String>,
    /// Its tags, with a line break before and after each; empty if there are none.
    pub tags: String,
    /// Everything of its own that a search for a text looks through, with ASCII letters in lower case.
    pub search: String,
    /// When it changed last, ns since 1970.
    pub updated_ns: i64,
    /// The thing itself, JSON.
    pub doc: String,
}

/// What a decision saw: it holds only if this is still so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Kind of the thing.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its version; 0 if it was not there.
    pub version: i64,
}

/// What a search of a decision gave: it holds only if it gives the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// What was searched for.
    pub query: ListQuery,
    /// The ids of what was found.
    pub found: Vec<String>,
}

/// An answer that is kept, so that the same request gets it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who asked.
    pub client: String,
    /// The key that came with the request.
    pub key: String,
    /// Hash of the request: another request with the key is refused.
    pub request_sha256: Vec<u8>,
    /// HTTP status.
    pub status: i64,
    /// Names and values of headers, JSON.
    pub headers: String,
    /// The body.
    pub body: String,
}

/// Events, what they come to and the answer to whoever asked: all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// When, ns since 1970.
    pub time_ns: i64,
    /// Who does it.
    pub actor: String,
    /// What it was decided on.
    pub seen: Vec<Seen>,
    /// What was looked up for it.
    pub looked_up: Vec<LookedUp>,
    /// Of what nothing may have happened since it was decided.
    pub unmoved: Option<Unmoved>,
    /// What happens, in order.
    pub events: Vec<NewEvent>,
    /// Kinds and ids of things that lose their key to another one of these.
    pub freed: Vec<(&'static str, String)>,
    /// What the things are afterwards, each once.
    pub entities: Vec<EntityRow>,
    /// What is answered.
    pub answer: Option<Answer>,
}

/// Kinds of things of which nothing may have happened since an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmoved {
    /// The kinds.
    pub kinds: Vec<&'static str>,
    /// The number of the event.
    pub since: i64,
}

impl Commit {
    /// How many rows it writes.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.events.len() + self.entities.len()
    }
}

/// A long change that comes in pieces and is made as a whole: dropping it undoes it.
pub struct Stream {
    pub(super) pieces: mpsc::Sender<Commit>,
    pub(super) done: oneshot::Receiver<Result<(), StoreError>>,
}

impl Stream {
    /// Hands over the next piece; waits while the store is behind.
    ///
    /// # Errors
    /// If the store refused a piece before this one: nothing was changed.
    pub async fn add(&mut self, piece: Commit) -> Result<(), StoreError> {
        if self.pieces.send(piece).await.is_ok() {
            return Ok(());
        }
        match (&mut self.done).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Err(StoreError::Closed),
        }
    }

    /// Commits all pieces.
    ///
    /// # Errors
    /// If one of them was refused: nothing was changed.
    pub async fn finish(self) -> Result<(), StoreError> {
        // an empty piece is the sign that all came
        let _ = self.pieces.send(Commit::default()).await;
        self.done.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// Which things are listed, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Of which kind.
    pub kind: &'static str,
    /// Whose.
    pub scope: Scope,
    /// After this id.
    pub after: Option<String>,
    /// At most this many.
    pub limit: i64,
    /// All of these hold.
    pub conditions: Vec<Condition>,
}

/// Something that a listed thing must fulfil. What is missing equals nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A column has one of these values.
    Is(Column, Vec<String>),
    /// A column begins so.
    Begins(Column, String),
    /// It is in use.
    Live,
    /// This text, with ASCII letters in lower case, is part of what a search looks through.
    Mentions(String),
    /// It has this tag.
    Tagged(String),
    /// A column names a thing of this kind that fulfils this.
    Through(Column, &'static str, Box<Condition>),
    /// A column names one of these accounts or one below them.
    Below(Column, Vec<String>),
    /// A live thing of this kind is about it, and fulfils this.
    HasLive(&'static str, Box<Condition>),
    /// It was last seen in a cell between these, inclusive.
    SeenInCells(i64, i64),
    /// It was last seen in one of these territories.
    SeenIn(Vec<String>),
    /// It was last seen at this time, s since 1970, or later.
    SeenSince(i64),
    /// It was last seen before this time, s since 1970.
    SeenBefore(i64),
    /// It was seen at all.
    Seen,
    /// One of these holds.
    Any(Vec<Condition>),
    /// All of these hold.
    All(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
}

/// A column that conditions speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The id.
    Id,
    /// The account.
    Account,
    /// The account above.
    Parent,
    /// The organization.
    Organization,
    /// The plan.
    Plan,
    /// The service line.
    Line,
    /// The owner.
    Owner,
    /// The donor.
    Donor,
    /// The operator.
    Operator,
    /// The terminal.
    Terminal,
    /// Anything else that it belongs to.
    Link,
    /// The territory.
    Territory,
    /// What is unique within the kind.
    NaturalKey,
    /// The name.
    Name,
    /// The serial number.
    Serial,
    /// The state.
    State,
    /// The cause.
    Cause,
}

impl Column {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Account => "account",
            Self::Parent => "parent",
            Self::Organization => "organization",
            Self::Plan => "plan",
            Self::Line => "line",
            Self::Owner => "owner",
            Self::Donor => "donor",
            Self::Operator => "operator",
            Self::Terminal => "terminal",
            Self::Link => "link",
            Self::Territory => "territory",
            Self::NaturalKey => "natural_key",
            Self::Name => "name",
            Self::Serial => "serial",
            Self::State => "state",
            Self::Cause => "cause",
        }
    }
}

/// Which events are read, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// After this number.
    pub after: i64,
    /// At most this many.
    pub limit: i64,
    /// Whose.
    pub scope: Scope,
    /// Kinds whose events everybody sees, whatever the scope.
    pub public_kinds: Vec<String>,
    /// Of these kinds; of all if empty.
    pub kinds: Vec<String>,
    /// Of this thing only.
    pub id: Option<String>,
    /// Until this time, ns since 1970, inclusive.
    pub until_ns: Option<i64>,
}

impl EventQuery {
    /// Everybody's events after a number.
    #[must_use]
    pub const fn after(after: i64, limit: i64) -> Self {
        Self {
            after,
            limit,
            scope: Scope::All,
            public_kinds: Vec::new(),
            kinds: Vec::new(),
            id: None,
            until_ns: None,
        }
    }
}

/// What happened to a client or a webhook: an event of what is no entity. The store counts its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `client` or `webhook`.
    pub kind: &'static str,
    /// Which.
    pub id: String,
    /// What happened, such as `client.disabled`.
    pub name: &'static str,
    /// When, ns since 1970.
    pub time_ns: i64,
    /// Who did it.
    pub actor: String,
    /// The account whose subtree it sees; everything if none.
    pub account: Option<String>,
    /// The event itself, JSON. Nothing in it is secret.
    pub payload: String,
}

/// Somebody who may ask for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_` and 26 characters.
    pub id: String,
    /// For people.
    pub name: String,
    /// SHA-256 of the secret, which has 256 bits of chance: nothing slower is needed to keep it.
    pub secret_sha256: Vec<u8>,
    /// Names of roles, with blanks between them.
    pub roles: String,
    /// The account whose subtree it sees; everything if none.
    pub account: Option<String>,
    /// The terminal for which it speaks, if it is one.
    pub terminal: Option<String>,
    /// When it was made, ns since 1970.
    pub created_ns: i64,
    /// True if it gets no more tokens and its tokens are no longer good.
    pub disabled: bool,
}

/// A bearer token, known only by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the token.
    pub sha256: Vec<u8>,
    /// Whose it is.
    pub client: String,
    /// From when on it is good, ns since 1970.
    pub issued_ns: i64,
    /// Until when it is good, ns since 1970.
    pub expires_ns: i64,
}

/// Where and when a terminal was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which terminal.
    pub terminal: String,
    /// When, s since 1970.
    pub seen_s: i64,
    /// Hours in which it was seen since it was last away for 30 days; not used when it is written.
    pub hours: i64,
    /// In which H3 cell of resolution 5.
    pub cell: Option<i64>,
    /// In which territory.
    pub territory: Option<String>,
}

impl Sighting {
    /// Of a terminal that did not say where it is.
    #[must_use]
    pub fn of(terminal: &str, seen_s: i64) -> Self {
        Self { terminal: terminal.to_owned(), seen_s, hours: 0, cell: None, territory: None }
    }
}

/// A row that a terminal reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetryRow {
    /// Its number in the order of arrival; not used when it is written.
    pub seq: i64,
    /// Which terminal.
    pub terminal: String,
    /// The terminal's account when it arrived.
    pub account: Option<String>,
    /// When it was measured, ns since 1970.
    pub time_ns: i64,
    /// The row itself, JSON.
    pub doc: String,
}

/// Somebody who wants to be told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `hook_` and 26 characters.
    pub id: String,
    /// The account whose subtree it hears of; everything if none.
    pub account: Option<String>,
    /// The client that made it.
    pub client: String,
    /// Where events are sent.
    pub url: String,
    /// What they are signed with. It must be known to sign, so it cannot be kept as a hash.
    pub secret: String,
    /// Kinds of things that it hears of, with blanks between them; all if empty.
    pub kinds: String,
    /// `active`, `paused` or `failed`.
    pub state: String,
    /// The last event that was delivered.
    pub delivered: i64,
    /// Failures one after another.
    pub failures: i64,
    /// When it is tried next, ns since 1970.
    pub next_try_ns: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Counts changes by people.
    pub version: i64,
    /// When it was made, ns since 1970.
    pub created_ns: i64,
}

/// A try to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number; not used when it is written.
    pub id: i64,
    /// To which webhook.
    pub webhook: String,
    /// Which event.
    pub seq: i64,
    /// When, ns since 1970.
    pub time_ns: i64,
    /// What was answered.
    pub status: Option<i64>,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took, ms.
    pub duration_ms: i64,
}
