//! Files of others that this phone would like to have: thumbnails of followed cases by themselves, more on demand.

use super::blobs::{self, Blob, parse_variant};
use super::ops::parse_scope;
use crate::error::StoreError;
use ekitei_model::kinds::Variant;
use ekitei_model::{Fault, RecordId, Scope};
use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

/// A person waits for it.
pub const RANK_ASKED: u8 = 0;
/// Thumbnails of followed cases.
pub const RANK_THUMB: u8 = 1;
/// When the line is good.
pub const RANK_LEISURE: u8 = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub record: RecordId,
    pub variant: Variant,
    pub scope: Scope,
    /// What the plain bytes must hash to.
    pub sha256: String,
    pub plain_bytes: u64,
    pub rank: u8,
}

/// Adds a wish, raises its rank, or revives one that was given up. Nothing when the file is here.
pub fn want(tx: &Transaction, wish: &Download, now_ms: i64) -> Result<(), StoreError> {
    if blobs::get(tx, wish.record, wish.variant)?.is_some_and(|b| b.sha256 == wish.sha256) {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO downloads VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)
         ON CONFLICT (record, variant) DO UPDATE SET rank = min(rank, excluded.rank), sha256 = excluded.sha256,
           plain_bytes = excluded.plain_bytes, fault = NULL",
    )?
    .execute(params![
        wish.record.0.into_bytes(),
        wish.variant.as_str(),
        wish.scope.to_string(),
        wish.sha256,
        wish.plain_bytes,
        wish.rank,
        now_ms
    ])?;
    Ok(())
}

/// Whether the file is here, wished for, or was given up.
pub fn is_known(conn: &Connection, record: RecordId, variant: Variant) -> Result<bool, StoreError> {
    if blobs::get(conn, record, variant)?.is_some() {
        return Ok(true);
    }
    let mut find = conn.prepare_cached("SELECT 1 FROM downloads WHERE record = ?1 AND variant = ?2")?;
    Ok(find.exists(params![record.0.into_bytes(), variant.as_str()])?)
}

/// The next wishes, most urgent first.
pub fn next(conn: &Connection, limit: u32) -> Result<Vec<Download>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT record, variant, scope, sha256, plain_bytes, rank FROM downloads WHERE fault IS NULL ORDER BY rank, at_ms LIMIT ?1",
    )?;
    let mut rows = statement.query([limit])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(Download {
            record: RecordId(Uuid::from_bytes(row.get(0)?)),
            variant: parse_variant(&row.get::<_, String>(1)?)?,
            scope: parse_scope(&row.get::<_, String>(2)?)?,
            sha256: row.get(3)?,
            plain_bytes: row.get(4)?,
            rank: row.get(5)?,
        });
    }
    Ok(out)
}

/// The file is sealed and in its place.
pub fn done(tx: &Transaction, blob: &Blob) -> Result<(), StoreError> {
    blobs::put(tx, blob)?;
    drop_wish(tx, blob.record, blob.variant)
}

/// Not to be had (denied, gone, damaged): not asked for again by itself.
pub fn give_up(
    tx: &Transaction,
    record: RecordId,
    variant: Variant,
    fault: &Fault,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE downloads SET fault = ?3 WHERE record = ?1 AND variant = ?2",
        params![record.0.into_bytes(), variant.as_str(), serde_json::to_string(fault)?],
    )?;
    Ok(())
}

pub fn drop_wish(tx: &Transaction, record: RecordId, variant: Variant) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM downloads WHERE record = ?1 AND variant = ?2")?
        .execute(params![record.0.into_bytes(), variant.as_str()])?;
    Ok(())
}
