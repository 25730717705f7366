//! Uploads, blobs and their references.

use super::codec::{self, BLOB, blob, int, uuid};
use super::load::{load, record, settle};
use super::pull::readable_record;
use super::rooms_read::kept;
use crate::error::{Result, StorageError};
use crate::plan::{self, Needs, WorkingSet};
use crate::rows::*;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::{Fault, Record, RecordId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

pub(super) fn upload(db: &Connection, id: Uuid) -> Result<Option<Upload>> {
    let sql = format!("SELECT {} FROM uploads WHERE id = ?1", codec::UPLOAD);
    Ok(db.prepare_cached(&sql)?.query_row([id.into_bytes()], codec::upload).optional()?)
}

fn must_upload(db: &Connection, id: Uuid) -> Result<Upload> {
    upload(db, id)?.ok_or_else(|| StorageError::refused("upload-unknown"))
}

pub(super) fn upload_create(db: &Connection, new: &NewUpload, now_ms: i64) -> Result<Upload> {
    let sql = format!(
        "INSERT INTO uploads ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, ?10)
         ON CONFLICT (device, record, variant, cipher_sha256) DO UPDATE SET expires_ms = max(expires_ms, excluded.expires_ms)
         RETURNING {}",
        codec::UPLOAD,
        codec::UPLOAD
    );
    let values = params![
        Uuid::now_v7().into_bytes(),
        new.device.0.into_bytes(),
        new.record.0.into_bytes(),
        new.variant.as_str(),
        new.sha256,
        new.cipher_sha256,
        new.key_id,
        int(new.length_bytes),
        new.expires_ms,
        now_ms,
    ];
    Ok(db.prepare_cached(&sql)?.query_row(values, codec::upload)?)
}

pub(super) fn upload_claim(db: &Connection, id: Uuid) -> Result<Upload> {
    db.prepare_cached("UPDATE uploads SET fence = fence + 1 WHERE id = ?1")?.execute([id.into_bytes()])?;
    must_upload(db, id)
}

pub(super) fn upload_advance(
    db: &Connection,
    id: Uuid,
    fence: u64,
    from_bytes: u64,
    to_bytes: u64,
) -> Result<()> {
    let n = db
        .prepare_cached(
            "UPDATE uploads SET offset_bytes = ?4 WHERE id = ?1 AND fence = ?2 AND offset_bytes = ?3 AND NOT done
             AND ?4 <= length_bytes",
        )?
        .execute(params![id.into_bytes(), int(fence), int(from_bytes), int(to_bytes)])?;
    if n == 1 { Ok(()) } else { Err(taken(&must_upload(db, id)?)) }
}

fn taken(u: &Upload) -> StorageError {
    StorageError::Refused(Fault::retry("upload-taken").with("offset", u.offset_bytes))
}

pub(super) fn upload_finish(
    db: &Connection,
    id: Uuid,
    fence: u64,
    blob: &BlobRow,
    now_ms: i64,
) -> Result<Changed> {
    let u = must_upload(db, id)?;
    if u.done {
        return Ok(Changed::default());
    }
    if u.fence != fence {
        return Err(taken(&u));
    }
    db.prepare_cached("INSERT INTO blobs VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![blob.sha256, int(blob.bytes), blob.media_type, now_ms])?;
    db.prepare_cached("INSERT INTO arrivals VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![u.new.record.0.into_bytes(), u.new.variant.as_str(), blob.sha256, now_ms])?;
    db.prepare_cached("UPDATE uploads SET done = 1, offset_bytes = length_bytes WHERE id = ?1")?
        .execute([id.into_bytes()])?;
    let mut ws = WorkingSet::default();
    let mut changed = settle(db, &mut ws, now_ms, |ws| plan::arrived(ws, u.new.record, now_ms))?.1;
    // Papers that wait for their pictures are looked at again at once.
    if let (Variant::Display, Some(Some(photo))) = (u.new.variant, ws.records.get(&u.new.record)) {
        changed.jobs |= super::jobs::resume_papers(db, photo.parent, now_ms)?;
    }
    Ok(changed)
}

pub(super) fn upload_drop(db: &Connection, id: Uuid) -> Result<()> {
    db.prepare_cached("DELETE FROM uploads WHERE id = ?1")?.execute([id.into_bytes()])?;
    Ok(())
}

pub(super) fn uploads_expired(db: &Connection, now_ms: i64) -> Result<Vec<Upload>> {
    let sql = format!("SELECT {} FROM uploads WHERE expires_ms <= ?1 ORDER BY expires_ms", codec::UPLOAD);
    let mut find = db.prepare_cached(&sql)?;
    Ok(find.query_map([now_ms], codec::upload)?.collect::<rusqlite::Result<_>>()?)
}

fn blob_named(db: &Connection, record: &Record, variant: Variant) -> Result<Option<BlobRow>> {
    let sha256 = kinds::hash_of(record, variant);
    let sql = format!(
        "SELECT {BLOB} FROM arrivals a JOIN blobs b ON b.sha256 = a.sha256
         WHERE a.record = ?1 AND a.variant = ?2 AND a.sha256 = ?3"
    );
    let mut find = db.prepare_cached(&sql)?;
    Ok(find.query_row(params![record.id.0.into_bytes(), variant.as_str(), sha256], blob).optional()?)
}

pub(super) fn blob_of(
    db: &Connection,
    caller: &Caller,
    id: RecordId,
    variant: Variant,
) -> Result<Option<BlobRow>> {
    match readable_record(db, caller, id)? {
        Some((record, _)) => blob_named(db, &record, variant),
        // Of an own message that waits.
        None => match kept(db, &caller.staff, id)? {
            Some(record) => blob_named(db, &record, variant),
            None => Ok(None),
        },
    }
}

pub(super) fn office_blob_of(db: &Connection, id: RecordId, variant: Variant) -> Result<Option<BlobRow>> {
    match record(db, id)? {
        Some(record) => blob_named(db, &record, variant),
        None => Ok(None),
    }
}

pub(super) fn all_blobs(db: &Connection) -> Result<Vec<BlobRow>> {
    let mut find = db.prepare_cached(&format!("SELECT {BLOB} FROM blobs b ORDER BY b.sha256"))?;
    Ok(find.query_map([], blob)?.collect::<rusqlite::Result<_>>()?)
}

/// ?1: nothing may have been stored or have lost its last living reference since, unless retention took that reference.
const ORPHAN: &str = "(b.stored_ms < ?1 OR EXISTS (
    SELECT 1 FROM arrivals a JOIN purged p ON p.record = a.record WHERE a.sha256 = b.sha256)) AND NOT EXISTS (
    SELECT 1 FROM arrivals a LEFT JOIN records r ON r.id = a.record
    WHERE a.sha256 = b.sha256 AND (a.stored_ms >= ?1 OR r.deleted = 0 OR r.changed_ms >= ?1)
      AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.record = r.id AND p.purged_ms >= r.changed_ms AND r.deleted = 1))";

pub(super) fn orphan_blobs(db: &Connection, before_ms: i64) -> Result<Vec<BlobRow>> {
    let mut find =
        db.prepare_cached(&format!("SELECT {BLOB} FROM blobs b WHERE {ORPHAN} ORDER BY b.sha256"))?;
    Ok(find.query_map([before_ms], blob)?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn forget_blob(db: &Connection, sha256: &str, before_ms: i64, now_ms: i64) -> Result<bool> {
    let sql = format!("DELETE FROM blobs AS b WHERE {ORPHAN} AND b.sha256 = ?2 RETURNING bytes");
    let mut delete = db.prepare_cached(&sql)?;
    let gone: Option<i64> = delete.query_row(params![before_ms, sha256], |r| r.get(0)).optional()?;
    if let Some(bytes) = gone {
        db.prepare_cached("INSERT OR REPLACE INTO purged_bytes VALUES (?1, ?2, ?3)")?
            .execute(params![sha256, bytes, now_ms])?;
        db.prepare_cached("DELETE FROM arrivals WHERE sha256 = ?1")?.execute([sha256])?;
    }
    Ok(gone.is_some())
}

pub(super) fn mark_backed_up(db: &Connection, sha256s: &[String], at_ms: i64) -> Result<Changed> {
    let mut find =
        db.prepare_cached("SELECT DISTINCT record FROM arrivals WHERE sha256 = ?1 AND variant = 'original'")?;
    let mut photos = Vec::new();
    for sha256 in sha256s {
        for id in find.query_map([sha256], |r| uuid(r, 0))? {
            photos.push(RecordId(id?));
        }
    }
    photos.sort_unstable();
    photos.dedup();
    let mut ws = WorkingSet::default();
    load(db, &mut ws, &Needs { records: photos.iter().copied().collect(), ..Needs::default() })?;
    Ok(settle(db, &mut ws, at_ms, |ws| plan::backed_up(ws, &photos, at_ms))?.1)
}
