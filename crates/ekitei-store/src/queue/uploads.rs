//! Sealed files on their way to the office. The record may go before its bytes; every variant has its own row.

use super::blobs::{Blob, parse_variant};
use super::ops::parse_scope;
use crate::error::StoreError;
use ekitei_model::kinds::Variant;
use ekitei_model::{Fault, Lane, RecordId, Scope};
use rusqlite::{Connection, Row, Transaction, params};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    Waiting,
    Done,
    /// The office refused it for good; a person must look.
    Parked,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Stable number of the row.
    pub item: i64,
    pub record: RecordId,
    pub variant: Variant,
    pub scope: Scope,
    pub lane: Lane,
    /// Of the plain bytes, hex.
    pub sha256: String,
    pub plain_bytes: u64,
    /// Of what travels, hex.
    pub cipher_sha256: String,
    pub cipher_bytes: u64,
    pub key_id: Option<String>,
    /// Below `blobs/`.
    pub name: String,
    /// Where the office takes the bytes, once it was created there.
    pub url: Option<String>,
    /// As the office last confirmed.
    pub sent_bytes: u64,
    pub state: UploadState,
    pub fault: Option<Fault>,
    pub at_ms: i64,
    /// The scope was lost: still delivered, no longer shown.
    pub hidden: bool,
}

const COLUMNS: &str = "item, record, variant, scope, lane, sha256, plain_bytes, cipher_sha256, cipher_bytes, key_id, \
                       name, url, sent_bytes, state, fault, at_ms, hidden";

/// Queues a sealed file. The lane follows from the variant, unless `lane` names an urgent one. Adding it twice changes nothing.
pub fn add(tx: &Transaction, blob: &Blob, lane: Option<Lane>, now_ms: i64) -> Result<(), StoreError> {
    let lane = lane.unwrap_or(blob.variant.lane());
    tx.prepare_cached(
        "INSERT INTO uploads (record, variant, scope, lane, sha256, plain_bytes, cipher_sha256, cipher_bytes, key_id, name, at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (record, variant) DO NOTHING",
    )?
    .execute(params![
        blob.record.0.into_bytes(),
        blob.variant.as_str(),
        blob.scope.to_string(),
        u8::from(lane),
        blob.sha256,
        blob.plain_bytes,
        blob.cipher_sha256,
        blob.cipher_bytes,
        blob.key_id,
        blob.name,
        now_ms
    ])?;
    Ok(())
}

/// A file of a message follows its record: until the office knows that it is one, it takes bytes for a photograph.
const MAY_GO: &str = "state = 0 AND NOT EXISTS (SELECT 1 FROM ops WHERE ops.record = uploads.record
     AND ops.kind = 'file' AND ops.state < 2)";

/// The oldest waiting upload of a lane that may go; one that has begun comes first. `but`: this one is on its way already.
pub fn next(conn: &Connection, lane: Lane, but: Option<i64>) -> Result<Option<Upload>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads WHERE {MAY_GO} AND lane = ?1 AND item IS NOT ?2 ORDER BY sent_bytes = 0, item LIMIT 1"
    );
    Ok(list(conn, &sql, params![u8::from(lane), but])?.pop())
}

pub fn get(conn: &Connection, item: i64) -> Result<Option<Upload>, StoreError> {
    Ok(list(conn, &format!("SELECT {COLUMNS} FROM uploads WHERE item = ?1"), [item])?.pop())
}

pub fn of_record(conn: &Connection, record: RecordId) -> Result<Vec<Upload>, StoreError> {
    list(conn, &format!("SELECT {COLUMNS} FROM uploads WHERE record = ?1"), [record.0.into_bytes()])
}

/// All uploads of one scope, by record.
pub fn of_scope(conn: &Connection, scope: &Scope) -> Result<HashMap<RecordId, Vec<Upload>>, StoreError> {
    let mut out: HashMap<RecordId, Vec<Upload>> = HashMap::new();
    for upload in list(conn, &format!("SELECT {COLUMNS} FROM uploads WHERE scope = ?1"), [scope.to_string()])?
    {
        out.entry(upload.record).or_default().push(upload);
    }
    Ok(out)
}

/// What the office confirmed: where the upload lives and how many bytes it has (its word counts, also downwards).
pub fn progress(tx: &Transaction, item: i64, url: &str, sent_bytes: u64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE uploads SET url = ?2, sent_bytes = ?3 WHERE item = ?1 AND state = 0")?
        .execute(params![item, url, sent_bytes])?;
    Ok(())
}

/// The office does not know the upload any more (expired, dropped): begin again.
pub fn restart(tx: &Transaction, item: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE uploads SET url = NULL, sent_bytes = 0 WHERE item = ?1 AND state = 0", [item])?;
    Ok(())
}

/// The office verified the whole file. The sealed file stays until retention lets it go, or goes now if its scope was lost.
pub fn done(tx: &Transaction, item: i64, now_ms: i64) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE uploads SET state = 2, sent_bytes = cipher_bytes, done_ms = ?2, fault = NULL WHERE item = ?1",
    )?
    .execute(params![item, now_ms])?;
    if let Some(upload) = get(tx, item)?.filter(|u| u.hidden) {
        tx.execute("DELETE FROM uploads WHERE item = ?1", [item])?;
        super::blobs::doom(tx, &upload.name)?;
    }
    Ok(())
}

/// Parks this one; the others go on.
pub fn park(tx: &Transaction, item: i64, fault: &Fault) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE uploads SET state = 3, fault = ?2 WHERE item = ?1 AND state = 0",
        params![item, serde_json::to_string(fault)?],
    )?;
    Ok(())
}

/// A person says: try again.
pub fn unpark(tx: &Transaction, item: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE uploads SET state = 0, fault = NULL, url = NULL, sent_bytes = 0 WHERE item = ?1 AND state = 3",
        [item],
    )?;
    Ok(())
}

/// A person gives a file up: not begun yet, or parked.
///
/// # Errors
/// [`StoreError::Frozen`] when bytes of it have arrived; [`StoreError::Missing`].
pub fn cancel(tx: &Transaction, item: i64) -> Result<(), StoreError> {
    let upload = get(tx, item)?.ok_or_else(|| StoreError::Missing(format!("upload {item}")))?;
    if upload.state == UploadState::Done || (upload.state == UploadState::Waiting && upload.sent_bytes > 0) {
        return Err(StoreError::Frozen);
    }
    tx.execute("DELETE FROM uploads WHERE item = ?1", [item])?;
    super::blobs::doom(tx, &upload.name)
}

/// Waiting files and unsent bytes per lane; lanes without any are left out.
pub fn work(conn: &Connection) -> Result<Vec<super::batch::LaneWork>, StoreError> {
    of_lanes(conn, "state = 0")
}

/// As [`work`], without those that wait for their record.
pub fn ready(conn: &Connection) -> Result<Vec<super::batch::LaneWork>, StoreError> {
    of_lanes(conn, MAY_GO)
}

fn of_lanes(conn: &Connection, which: &str) -> Result<Vec<super::batch::LaneWork>, StoreError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT lane, count(*), sum(cipher_bytes - sent_bytes), min(at_ms) FROM uploads WHERE {which} GROUP BY lane ORDER BY lane"
    ))?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(super::batch::LaneWork {
            lane: Lane::try_from(row.get::<_, u8>(0)?).map_err(StoreError::Missing)?,
            ops: row.get(1)?,
            bytes: row.get(2)?,
            oldest_ms: row.get(3)?,
        });
    }
    Ok(out)
}

pub(crate) fn waiting_and_parked(conn: &Connection) -> Result<Vec<Upload>, StoreError> {
    list(conn, &format!("SELECT {COLUMNS} FROM uploads WHERE state IN (0, 3) ORDER BY item"), [])
}

fn list(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Upload>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

fn from_row(row: &Row) -> Result<Upload, StoreError> {
    let fault: Option<String> = row.get(14)?;
    Ok(Upload {
        item: row.get(0)?,
        record: RecordId(Uuid::from_bytes(row.get(1)?)),
        variant: parse_variant(&row.get::<_, String>(2)?)?,
        scope: parse_scope(&row.get::<_, String>(3)?)?,
        lane: Lane::try_from(row.get::<_, u8>(4)?).map_err(StoreError::Missing)?,
        sha256: row.get(5)?,
        plain_bytes: row.get(6)?,
        cipher_sha256: row.get(7)?,
        cipher_bytes: row.get(8)?,
        key_id: row.get(9)?,
        name: row.get(10)?,
        url: row.get(11)?,
        sent_bytes: row.get(12)?,
        state: match row.get::<_, i64>(13)? {
            0 => UploadState::Waiting,
            2 => UploadState::Done,
            _ => UploadState::Parked,
        },
        fault: fault.map(|f| serde_json::from_str(&f)).transpose()?,
        at_ms: row.get(15)?,
        hidden: row.get(16)?,
    })
}
