//! Small named values of the vault.

use crate::error::StoreError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

pub(crate) const VAULT_ID: &str = "vault-id";
pub(crate) const IDENTITY: &str = "identity";
/// The queue file that the mark belongs to, and its last change that is copied here.
pub(crate) const QUEUE_ID: &str = "queue-id";
pub(crate) const QUEUE_MARK: &str = "queue-mark";
/// The office's epoch that the mirror follows, and its running number here.
pub(crate) const EPOCH: &str = "epoch";
pub(crate) const EPOCH_NO: &str = "epoch-no";
/// Copy of the device credential: who writes, and a second place in case the queue must be set aside.
pub(crate) const CREDENTIAL: &str = "credential";
/// The form of the rows of `people`.
pub(crate) const PEOPLE_FORM: &str = "people-form";
/// Highest generation of any lane when last seen.
pub(crate) const GENERATION: &str = "generation";

pub(crate) fn get(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

pub(crate) fn set(tx: &Transaction, key: &str, value: &str) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![key, value])?;
    Ok(())
}

/// A number; 0 when absent.
pub(crate) fn number(conn: &Connection, key: &str) -> Result<i64, StoreError> {
    Ok(get(conn, key)?.and_then(|v| v.parse().ok()).unwrap_or(0))
}
