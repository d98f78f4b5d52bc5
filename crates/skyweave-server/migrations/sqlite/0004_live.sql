-- Where each live network is: the slot in which its world begins, and the one that held last. So a replay goes on where it was.
CREATE TABLE live_network (
    network TEXT PRIMARY KEY,
    began INTEGER NOT NULL,
    slot INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
