//! After the office was restored: what this mirror has and the office lacks.

use super::{index, meta};
use crate::error::StoreError;
use ekitei_model::{Record, RecordId, kinds};
use rusqlite::{Connection, Transaction, params};

/// Records that the mirror knows from an earlier epoch and that a complete re-reading of their scope did not bring.
/// Records with operations of one's own that are not sent yet, or with their own create, are left out: those bring them
/// back. A patch that the office keeps waiting for the lost record brings nothing back.
pub fn candidates(conn: &Connection, limit: u32) -> Result<Vec<Record>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT m.body FROM mirror m JOIN scopes s ON s.scope = m.scope
         WHERE s.epoch = ?1 AND s.complete = 1 AND s.after >= s.head AND m.epoch < ?1 AND m.deleted = 0
           AND NOT EXISTS (SELECT 1 FROM ops o WHERE o.record = m.record AND o.state <> 2
             AND (o.state = 0 OR json_extract(o.body, '$.op') IN ('create', 'publish')))
         LIMIT ?2",
    )?;
    let mut rows = statement.query(params![meta::number(conn, meta::EPOCH_NO)?, limit])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        let record: Record = serde_json::from_str(&body)?;
        out.push(record);
    }
    Ok(out)
}

/// Whether the office may be offered the record (its own projections it makes anew itself).
pub fn is_offered(record: &Record) -> bool {
    !kinds::OFFICE_KINDS.contains(&record.kind.as_str())
}

/// The office has taken them into quarantine (or makes them itself): they leave the mirror.
pub fn offered(tx: &Transaction, ids: &[RecordId]) -> Result<(), StoreError> {
    for id in ids {
        tx.prepare_cached("DELETE FROM mirror WHERE record = ?1")?.execute([id.0.into_bytes()])?;
        index::remove(tx, *id)?;
    }
    Ok(())
}
