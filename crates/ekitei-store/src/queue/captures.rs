//! Rows written before the camera opens: if the system kills the app meanwhile, the picture is adopted at the next start.

use crate::error::StoreError;
use ekitei_model::RecordId;
use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// In the inbox; what the camera writes.
    pub name: String,
    pub case: RecordId,
    pub visit: Option<RecordId>,
    pub at_ms: i64,
}

pub fn begin(tx: &Transaction, capture: &Capture) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO captures VALUES (?1, ?2, ?3, ?4)",
        params![
            capture.name,
            capture.case.0.into_bytes(),
            capture.visit.map(|v| v.0.into_bytes()),
            capture.at_ms
        ],
    )?;
    Ok(())
}

/// Oldest first, whether the camera wrote something or not.
pub fn pending(conn: &Connection) -> Result<Vec<Capture>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT name, case_id, visit, at_ms FROM captures ORDER BY at_ms, name")?;
    let rows = statement.query_map([], |row| {
        Ok(Capture {
            name: row.get(0)?,
            case: RecordId(Uuid::from_bytes(row.get(1)?)),
            visit: row.get::<_, Option<[u8; 16]>>(2)?.map(|b| RecordId(Uuid::from_bytes(b))),
            at_ms: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// In the transaction that queues the photo, or when the person gave up.
pub fn finish(tx: &Transaction, name: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM captures WHERE name = ?1", [name])?;
    Ok(())
}
