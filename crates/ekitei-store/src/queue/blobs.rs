//! Rows of the sealed files on this phone; the files themselves are [`crate::blobs`]' matter.

use crate::error::StoreError;
use ekitei_model::kinds::Variant;
use ekitei_model::{RecordId, Scope};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub record: RecordId,
    pub variant: Variant,
    pub scope: Scope,
    /// Of the plain bytes, hex.
    pub sha256: String,
    pub plain_bytes: u64,
    pub cipher_sha256: String,
    pub cipher_bytes: u64,
    /// The office key it is also sealed to; `None`: fetched, for this phone only.
    pub key_id: Option<String>,
    /// Below `blobs/`; see [`crate::blobs::Blobs::path`].
    pub name: String,
    pub made_ms: i64,
}

const COLUMNS: &str =
    "record, variant, scope, sha256, plain_bytes, cipher_sha256, cipher_bytes, key_id, name, made_ms";

/// Adds or replaces the row; the file must be there.
pub fn put(tx: &Transaction, blob: &Blob) -> Result<(), StoreError> {
    tx.prepare_cached(&format!(
        "INSERT OR REPLACE INTO blobs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    ))?
    .execute(params![
        blob.record.0.into_bytes(),
        blob.variant.as_str(),
        blob.scope.to_string(),
        blob.sha256,
        blob.plain_bytes,
        blob.cipher_sha256,
        blob.cipher_bytes,
        blob.key_id,
        blob.name,
        blob.made_ms
    ])?;
    Ok(())
}

pub fn get(conn: &Connection, record: RecordId, variant: Variant) -> Result<Option<Blob>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM blobs WHERE record = ?1 AND variant = ?2");
    one(conn, &sql, params![record.0.into_bytes(), variant.as_str()])
}

/// A file with this content that is sealed to `key_id`, whoever's it is: the same bytes are not sealed twice.
pub fn with_content(
    conn: &Connection,
    sha256: &str,
    variant: Variant,
    key_id: Option<&str>,
) -> Result<Option<Blob>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM blobs WHERE sha256 = ?1 AND variant = ?2 AND key_id IS ?3 LIMIT 1");
    one(conn, &sql, params![sha256, variant.as_str(), key_id])
}

pub fn of_record(conn: &Connection, record: RecordId) -> Result<Vec<Blob>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM blobs WHERE record = ?1"))?;
    let mut rows = statement.query([record.0.into_bytes()])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

/// All files of one scope, by record.
pub fn of_scope(conn: &Connection, scope: &Scope) -> Result<HashMap<RecordId, Vec<Blob>>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM blobs WHERE scope = ?1"))?;
    let mut rows = statement.query([scope.to_string()])?;
    let mut out: HashMap<RecordId, Vec<Blob>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let blob = from_row(row)?;
        out.entry(blob.record).or_default().push(blob);
    }
    Ok(out)
}

/// Forgets one file of one record; [`crate::blobs::Blobs::sweep`] deletes it when nothing else needs it.
///
/// # Errors
/// [`StoreError::Frozen`] while its upload is not done: nothing unsent is deleted.
pub fn forget(tx: &Transaction, record: RecordId, variant: Variant) -> Result<(), StoreError> {
    let Some(blob) = get(tx, record, variant)? else { return Ok(()) };
    let unsent: Option<i64> = tx
        .prepare_cached("SELECT 1 FROM uploads WHERE record = ?1 AND variant = ?2 AND state <> 2")?
        .query_row(params![record.0.into_bytes(), variant.as_str()], |r| r.get(0))
        .optional()?;
    if unsent.is_some() {
        return Err(StoreError::Frozen);
    }
    tx.prepare_cached("DELETE FROM blobs WHERE record = ?1 AND variant = ?2")?
        .execute(params![record.0.into_bytes(), variant.as_str()])?;
    doom(tx, &blob.name)
}

/// Forgets all files of a record that are not waiting to be sent.
pub fn forget_record(tx: &Transaction, record: RecordId) -> Result<(), StoreError> {
    for blob in of_record(tx, record)? {
        match forget(tx, record, blob.variant) {
            Err(StoreError::Frozen) => {}
            other => other?,
        }
    }
    Ok(())
}

pub(crate) fn doom(tx: &Transaction, name: &str) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR IGNORE INTO doomed VALUES (?1)")?.execute([name])?;
    Ok(())
}

pub(crate) fn doomed(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT name FROM doomed")?;
    let names = statement.query_map([], |r| r.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

pub(crate) fn undoom(tx: &Transaction, names: &[String]) -> Result<(), StoreError> {
    for name in names {
        tx.prepare_cached("DELETE FROM doomed WHERE name = ?1")?.execute([name])?;
    }
    Ok(())
}

/// Whether any row needs the file.
pub fn is_needed(conn: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blobs WHERE name = ?1)
                 OR EXISTS (SELECT 1 FROM uploads WHERE name = ?1 AND state <> 2)",
        )?
        .query_row([name], |r| r.get(0))?)
}

fn one(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Option<Blob>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    rows.next()?.map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Blob, StoreError> {
    let scope: String = row.get(2)?;
    Ok(Blob {
        record: RecordId(Uuid::from_bytes(row.get(0)?)),
        variant: parse_variant(&row.get::<_, String>(1)?)?,
        scope: super::ops::parse_scope(&scope)?,
        sha256: row.get(3)?,
        plain_bytes: row.get(4)?,
        cipher_sha256: row.get(5)?,
        cipher_bytes: row.get(6)?,
        key_id: row.get(7)?,
        name: row.get(8)?,
        made_ms: row.get(9)?,
    })
}

pub(crate) fn parse_variant(text: &str) -> Result<Variant, StoreError> {
    text.parse().map_err(StoreError::Missing)
}
