-- The same tables as in sqlite/0004_orders.sql.

-- The public log, entry by entry. What is a leaf stays one.
CREATE TABLE log_leaf (
    leaf BIGINT PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    time_ns BIGINT NOT NULL,
    entry BYTEA NOT NULL
);
CREATE FUNCTION log_leaf_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'leaves are append-only'; END $$;
CREATE TRIGGER log_leaf_is_not_changed BEFORE UPDATE OR DELETE ON log_leaf
FOR EACH ROW EXECUTE FUNCTION log_leaf_is_append_only();
CREATE TRIGGER log_leaf_is_not_emptied BEFORE TRUNCATE ON log_leaf
FOR EACH STATEMENT EXECUTE FUNCTION log_leaf_is_append_only();

-- Leaves that no published checkpoint has yet.
CREATE TABLE log_outbox (
    leaf BIGINT PRIMARY KEY
);

-- Checkpoints that were published, with every signature.
CREATE TABLE log_checkpoint (
    size BIGINT PRIMARY KEY,
    time_ns BIGINT NOT NULL,
    note TEXT NOT NULL
);

-- Orders and where they are in their lives. What is in force does not depend on this table.
CREATE TABLE orders (
    id TEXT COLLATE "C" PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    payload BYTEA NOT NULL,
    created_ns BIGINT NOT NULL,
    updated_ns BIGINT NOT NULL
);

CREATE TABLE order_approval (
    order_id TEXT COLLATE "C" NOT NULL,
    approver TEXT COLLATE "C" NOT NULL,
    leaf BIGINT NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (order_id, approver, leaf)
);

-- Tables, boundary data, sources and previews, by what they are known by.
CREATE TABLE log_document (
    name TEXT COLLATE "C" PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- What points of enforcement said, one after another.
CREATE TABLE acknowledgement (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    point TEXT COLLATE "C" NOT NULL,
    epoch BIGINT NOT NULL,
    envelope BYTEA NOT NULL,
    UNIQUE (point, epoch)
);
CREATE INDEX acknowledgement_of_epoch ON acknowledgement (epoch, point);
