-- Every change, in the order in which it was committed. State is a fold of this table.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    actor TEXT NOT NULL,
    account TEXT,
    account_before TEXT,
    idempotency_key TEXT,
    payload TEXT NOT NULL,
    UNIQUE (kind, id, version)
) STRICT;
CREATE INDEX event_of_account ON event (account, seq);
CREATE TRIGGER event_is_not_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- What the events come to, with the columns that lists and searches need.
CREATE TABLE entity (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    previous_version INTEGER NOT NULL,
    live INTEGER NOT NULL,
    account TEXT,
    parent TEXT,
    organization TEXT,
    plan TEXT,
    line TEXT,
    owner TEXT,
    donor TEXT,
    operator TEXT,
    terminal TEXT,
    link TEXT,
    territory TEXT,
    natural_key TEXT,
    name TEXT,
    serial TEXT,
    state TEXT,
    cause TEXT,
    tags TEXT NOT NULL,
    search TEXT NOT NULL,
    updated_ns INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE UNIQUE INDEX entity_natural_key ON entity (kind, natural_key) WHERE natural_key IS NOT NULL;
CREATE INDEX entity_of_account ON entity (kind, account, id) WHERE account IS NOT NULL;
CREATE INDEX entity_in_state ON entity (kind, state, id) WHERE state IS NOT NULL;
CREATE INDEX entity_named ON entity (kind, name) WHERE name IS NOT NULL;
CREATE INDEX entity_of_parent ON entity (parent) WHERE parent IS NOT NULL;
CREATE INDEX entity_of_plan ON entity (plan) WHERE plan IS NOT NULL;
CREATE INDEX entity_of_line ON entity (line) WHERE line IS NOT NULL;
CREATE INDEX entity_of_terminal ON entity (terminal, kind) WHERE terminal IS NOT NULL;

-- Where terminals were last seen: from telemetry, and not a fold of events.
CREATE TABLE sighting (
    terminal TEXT PRIMARY KEY,
    seen_s INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    cell INTEGER,
    territory TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_in_cell ON sighting (cell);

-- Every account with itself and all accounts below it.
CREATE TABLE account_tree (
    ancestor TEXT NOT NULL,
    descendant TEXT NOT NULL,
    PRIMARY KEY (ancestor, descendant)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_ancestors ON account_tree (descendant, ancestor);

CREATE TABLE idempotency (
    client TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_ns INTEGER NOT NULL,
    PRIMARY KEY (client, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_ns);

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL,
    roles TEXT NOT NULL,
    account TEXT,
    terminal TEXT,
    created_ns INTEGER NOT NULL,
    disabled INTEGER NOT NULL
) STRICT;

CREATE TABLE token (
    sha256 BLOB PRIMARY KEY,
    client TEXT NOT NULL,
    issued_ns INTEGER NOT NULL,
    expires_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX token_by_age ON token (expires_ns);

-- AUTOINCREMENT: rows go after some hours, and a number must never come twice.
CREATE TABLE telemetry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    terminal TEXT NOT NULL,
    account TEXT,
    time_ns INTEGER NOT NULL,
    received_ns INTEGER NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (terminal, time_ns)
) STRICT;
CREATE INDEX telemetry_by_age ON telemetry (received_ns);

CREATE TABLE telemetry_reader (
    client TEXT NOT NULL,
    name TEXT NOT NULL,
    acknowledged INTEGER NOT NULL,
    PRIMARY KEY (client, name)
) STRICT;

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    account TEXT,
    client TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    kinds TEXT NOT NULL,
    state TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_try_ns INTEGER NOT NULL,
    last_error TEXT,
    version INTEGER NOT NULL,
    created_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_of_webhook ON delivery (webhook, id);
CREATE INDEX delivery_by_age ON delivery (time_ns);
