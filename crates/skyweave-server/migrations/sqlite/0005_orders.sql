-- The public log, entry by entry. What is a leaf stays one.
CREATE TABLE log_leaf (
    leaf INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    entry BLOB NOT NULL
) STRICT;
CREATE TRIGGER log_leaf_is_not_updated BEFORE UPDATE ON log_leaf
BEGIN SELECT RAISE(ABORT, 'leaves are append-only'); END;
CREATE TRIGGER log_leaf_is_not_deleted BEFORE DELETE ON log_leaf
BEGIN SELECT RAISE(ABORT, 'leaves are append-only'); END;

-- Leaves that no published checkpoint has yet.
CREATE TABLE log_outbox (
    leaf INTEGER PRIMARY KEY
) STRICT;

-- Checkpoints that were published, with every signature.
CREATE TABLE log_checkpoint (
    size INTEGER PRIMARY KEY,
    time_ns INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;

-- Orders and where they are in their lives. What is in force does not depend on this table.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    payload BLOB NOT NULL,
    created_ns INTEGER NOT NULL,
    updated_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE order_approval (
    order_id TEXT NOT NULL,
    approver TEXT NOT NULL,
    leaf INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (order_id, approver, leaf)
) STRICT, WITHOUT ROWID;

-- Tables, boundary data, sources and previews, by what they are known by.
CREATE TABLE log_document (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- What points of enforcement said, one after another.
CREATE TABLE acknowledgement (
    seq INTEGER PRIMARY KEY,
    point TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    UNIQUE (point, epoch)
) STRICT;
CREATE INDEX acknowledgement_of_epoch ON acknowledgement (epoch, point);
