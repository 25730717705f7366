//! What is being typed, by a key of the screen's choice; durable when the write returns.

use crate::error::StoreError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::Value;

pub fn save(tx: &Transaction, key: &str, value: &Value, now_ms: i64) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO drafts VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET value = excluded.value, saved_ms = excluded.saved_ms",
    )?
    .execute(params![key, serde_json::to_string(value)?, now_ms])?;
    Ok(())
}

pub fn load(conn: &Connection, key: &str) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = conn
        .prepare_cached("SELECT value FROM drafts WHERE key = ?1")?
        .query_row([key], |r| r.get(0))
        .optional()?;
    text.map(|t| serde_json::from_str(&t)).transpose().map_err(StoreError::from)
}

/// Key and time of saving, newest first.
pub fn keys(conn: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT key, saved_ms FROM drafts ORDER BY saved_ms DESC, key")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn remove(tx: &Transaction, key: &str) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM drafts WHERE key = ?1")?.execute([key])?;
    Ok(())
}
