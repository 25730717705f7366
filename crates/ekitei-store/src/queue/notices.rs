//! Things a person should know and can dismiss (a database that was set aside).

use crate::error::StoreError;
use ekitei_model::Fault;
use rusqlite::{Connection, Transaction, params};

#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: i64,
    pub fault: Fault,
    pub at_ms: i64,
}

pub fn add(tx: &Transaction, fault: &Fault, now_ms: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO notices (fault, at_ms) VALUES (?1, ?2)",
        params![serde_json::to_string(fault)?, now_ms],
    )?;
    Ok(())
}

/// Oldest first.
pub fn list(conn: &Connection) -> Result<Vec<Notice>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, fault, at_ms FROM notices ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let fault: String = row.get(1)?;
        out.push(Notice { id: row.get(0)?, fault: serde_json::from_str(&fault)?, at_ms: row.get(2)? });
    }
    Ok(out)
}

pub fn dismiss(tx: &Transaction, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM notices WHERE id = ?1", [id])?;
    Ok(())
}
