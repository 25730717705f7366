//! Small named values of the queue.

use crate::error::StoreError;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Random name of this queue file: change numbers are only comparable within one.
pub(crate) const QUEUE_ID: &str = "queue-id";
/// Random name of the vault whose mirror the cursors belong to.
pub(crate) const VAULT_ID: &str = "vault-id";
pub(crate) const EPOCH: &str = "epoch";
pub(crate) const ACL_VERSION: &str = "acl-version";
pub(crate) const CREDENTIAL: &str = "credential";
pub(crate) const LINE: &str = "line";
pub(crate) const PIN: &str = "pin";
/// Set while the files of a queue that was made anew have no rows yet.
pub(crate) const FILES_DUE: &str = "files-due";
/// The vault key as biometrics open it, base64.
pub(crate) const BIOMETRICS: &str = "biometrics";
pub(crate) const WRAPPED_KEY: &str = "wrapped-key";

/// The text under `key`.
pub fn text(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

pub fn set_text(tx: &Transaction, key: &str, value: &str) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![key, value])?;
    Ok(())
}

/// The JSON value under `key`. Callers outside the store may keep their own values under names that start with `core.` or `sync.`.
pub fn json<T: DeserializeOwned>(conn: &Connection, key: &str) -> Result<Option<T>, StoreError> {
    text(conn, key)?.map(|t| serde_json::from_str(&t)).transpose().map_err(StoreError::from)
}

pub fn set_json<T: Serialize>(tx: &Transaction, key: &str, value: &T) -> Result<(), StoreError> {
    set_text(tx, key, &serde_json::to_string(value)?)
}

pub fn remove(tx: &Transaction, key: &str) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// The names of values that start with `prefix`, which has no wildcard in it.
pub fn keys(conn: &Connection, prefix: &str) -> Result<Vec<String>, StoreError> {
    let mut find = conn.prepare_cached("SELECT key FROM meta WHERE key GLOB ?1 || '*' ORDER BY key")?;
    let keys = find.query_map([prefix], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// A setting that must be readable before unlocking (language, theme); named by its owner.
pub fn setting<T: DeserializeOwned>(conn: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    json(conn, &format!("setting.{name}"))
}

pub fn set_setting<T: Serialize>(tx: &Transaction, name: &str, value: &T) -> Result<(), StoreError> {
    set_json(tx, &format!("setting.{name}"), value)
}
