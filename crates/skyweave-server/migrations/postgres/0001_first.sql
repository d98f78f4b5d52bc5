-- The same tables as in sqlite/0001_first.sql. Keys have the collation "C": they are ordered by bytes in both databases,
-- whatever the language of the cluster.

-- Every change, in the order in which it was committed. State is a fold of this table.
CREATE TABLE event (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    time_ns BIGINT NOT NULL,
    actor TEXT NOT NULL,
    account TEXT COLLATE "C",
    account_before TEXT COLLATE "C",
    idempotency_key TEXT,
    payload TEXT NOT NULL,
    UNIQUE (kind, id, version)
);
CREATE INDEX event_of_account ON event (account, seq);
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER event_is_not_changed BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_is_append_only();
CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

-- What the events come to, with the columns that lists and searches need.
CREATE TABLE entity (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    previous_version BIGINT NOT NULL,
    live BIGINT NOT NULL,
    account TEXT COLLATE "C",
    parent TEXT COLLATE "C",
    organization TEXT COLLATE "C",
    plan TEXT COLLATE "C",
    line TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    donor TEXT COLLATE "C",
    operator TEXT COLLATE "C",
    terminal TEXT COLLATE "C",
    link TEXT COLLATE "C",
    territory TEXT COLLATE "C",
    natural_key TEXT COLLATE "C",
    name TEXT COLLATE "C",
    serial TEXT COLLATE "C",
    state TEXT COLLATE "C",
    cause TEXT COLLATE "C",
    tags TEXT NOT NULL,
    search TEXT NOT NULL,
    updated_ns BIGINT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
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
    terminal TEXT COLLATE "C" PRIMARY KEY,
    seen_s BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    cell BIGINT,
    territory TEXT COLLATE "C"
);
CREATE INDEX sighting_in_cell ON sighting (cell);

-- Every account with itself and all accounts below it.
CREATE TABLE account_tree (
    ancestor TEXT COLLATE "C" NOT NULL,
    descendant TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ancestor, descendant)
);
CREATE INDEX account_ancestors ON account_tree (descendant, ancestor);

CREATE TABLE idempotency (
    client TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request_sha256 BYTEA NOT NULL,
    status BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_ns BIGINT NOT NULL,
    PRIMARY KEY (client, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_ns);

CREATE TABLE client (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    roles TEXT NOT NULL,
    account TEXT COLLATE "C",
    terminal TEXT COLLATE "C",
    created_ns BIGINT NOT NULL,
    disabled BIGINT NOT NULL
);

CREATE TABLE token (
    sha256 BYTEA PRIMARY KEY,
    client TEXT COLLATE "C" NOT NULL,
    issued_ns BIGINT NOT NULL,
    expires_ns BIGINT NOT NULL
);
CREATE INDEX token_by_age ON token (expires_ns);

CREATE TABLE telemetry (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    terminal TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C",
    time_ns BIGINT NOT NULL,
    received_ns BIGINT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (terminal, time_ns)
);
CREATE INDEX telemetry_by_age ON telemetry (received_ns);

CREATE TABLE telemetry_reader (
    client TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    acknowledged BIGINT NOT NULL,
    PRIMARY KEY (client, name)
);

CREATE TABLE webhook (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C",
    client TEXT COLLATE "C" NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    kinds TEXT NOT NULL,
    state TEXT NOT NULL,
    delivered BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    next_try_ns BIGINT NOT NULL,
    last_error TEXT,
    version BIGINT NOT NULL,
    created_ns BIGINT NOT NULL
);

CREATE TABLE delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    time_ns BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    duration_ms BIGINT NOT NULL
);
CREATE INDEX delivery_of_webhook ON delivery (webhook, id);
CREATE INDEX delivery_by_age ON delivery (time_ns);
