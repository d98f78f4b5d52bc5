-- What lists, searches and readers ask for, so that none of it reads all that there is.
CREATE INDEX entity_of_serial ON entity (kind, serial, id) WHERE serial IS NOT NULL;
CREATE INDEX entity_of_owner ON entity (kind, owner, id) WHERE owner IS NOT NULL;
CREATE INDEX entity_of_donor ON entity (kind, donor, id) WHERE donor IS NOT NULL;
CREATE INDEX entity_of_operator ON entity (kind, operator, id) WHERE operator IS NOT NULL;
CREATE INDEX event_of_kind ON event (kind, seq);
CREATE INDEX event_of_thing ON event (id, seq);
CREATE INDEX event_that_left ON event (account_before, seq) WHERE account_before IS NOT NULL;
CREATE INDEX telemetry_of_account ON telemetry (account, seq) WHERE account IS NOT NULL;
