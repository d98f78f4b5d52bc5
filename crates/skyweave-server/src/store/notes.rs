//! Events of what is no entity: clients and webhooks. They are in the one table of events, after which the row itself is written, in the same
//! transaction; what is secret is in the row alone.

use super::records::Note;
use super::writer::Statement;

/// The event, with the next version of what it is about.
pub fn append(note: Note) -> Statement {
    let sql = "INSERT INTO event (kind, id, version, name, time_ns, actor, account, payload)
        SELECT $1, $2, COALESCE(max(version), 0) + 1, $3, $4, $5, $6, $7 FROM event WHERE kind = $1 AND id = $2";
    let values = vec![
        note.kind.into(),
        note.id.into(),
        note.name.into(),
        note.time_ns.into(),
        note.actor.into(),
        note.account.into(),
        note.payload.into(),
    ];
    (sql.into(), values)
}
