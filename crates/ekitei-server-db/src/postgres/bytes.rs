//! Uploads, blobs and their references.

use super::codec::{self, BLOB, UPLOAD, blob, int};
use super::load::{load, record, settle};
use super::pull::readable_record;
use super::rooms_read::kept;
use super::session::{Go, Params, Session, maybe, one, rows, run};
use crate::error::StorageError;
use crate::plan::{self, Needs, WorkingSet};
use crate::rows::*;
use deadpool_postgres::Transaction;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::{Fault, Record, RecordId};
use uuid::Uuid;

pub(super) async fn upload(tx: &Transaction<'_>, id: Uuid) -> Go<Option<Upload>> {
    let sql = format!("SELECT {UPLOAD} FROM uploads WHERE id = $1");
    maybe(tx, &sql, &[&id]).await?.map(|row| codec::upload(&row)).transpose()
}

async fn must_upload(tx: &Transaction<'_>, id: Uuid) -> Go<Upload> {
    upload(tx, id).await?.ok_or_else(|| StorageError::refused("upload-unknown").into())
}

pub(super) async fn upload_create(tx: &Transaction<'_>, new: &NewUpload, now_ms: i64) -> Go<Upload> {
    let sql = format!(
        "INSERT INTO uploads ({UPLOAD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, false, $10)
         ON CONFLICT (device, record, variant, cipher_sha256)
           DO UPDATE SET expires_ms = greatest(uploads.expires_ms, excluded.expires_ms)
         RETURNING {UPLOAD}"
    );
    let (id, length) = (Uuid::now_v7(), int(new.length_bytes));
    let values: Params<'_> = &[
        &id,
        &new.device.0,
        &new.record.0,
        &new.variant.as_str(),
        &new.sha256,
        &new.cipher_sha256,
        &new.key_id,
        &length,
        &new.expires_ms,
        &now_ms,
    ];
    codec::upload(&one(tx, &sql, values).await?)
}

pub(super) async fn upload_claim(tx: &Transaction<'_>, id: Uuid) -> Go<Upload> {
    run(tx, "UPDATE uploads SET fence = fence + 1 WHERE id = $1", &[&id]).await?;
    must_upload(tx, id).await
}

pub(super) async fn upload_advance(
    tx: &Transaction<'_>,
    id: Uuid,
    fence: u64,
    from_bytes: u64,
    to_bytes: u64,
) -> Go<()> {
    let sql =
        "UPDATE uploads SET offset_bytes = $4 WHERE id = $1 AND fence = $2 AND offset_bytes = $3 AND NOT done
         AND $4 <= length_bytes";
    if run(tx, sql, &[&id, &int(fence), &int(from_bytes), &int(to_bytes)]).await? == 1 {
        return Ok(());
    }
    Err(taken(&must_upload(tx, id).await?).into())
}

fn taken(u: &Upload) -> StorageError {
    StorageError::Refused(Fault::retry("upload-taken").with("offset", u.offset_bytes))
}

pub(super) async fn upload_finish(
    s: &mut Session<'_>,
    id: Uuid,
    fence: u64,
    blob: &BlobRow,
    now_ms: i64,
) -> Go<Changed> {
    let sql = format!("SELECT {UPLOAD} FROM uploads WHERE id = $1 FOR UPDATE");
    let row = maybe(&s.tx, &sql, &[&id]).await?.ok_or_else(|| StorageError::refused("upload-unknown"))?;
    let u = codec::upload(&row)?;
    if u.done {
        return Ok(Changed::default());
    }
    if u.fence != fence {
        return Err(taken(&u).into());
    }
    let sql = "INSERT INTO blobs (sha256, bytes, media_type, stored_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    run(&s.tx, sql, &[&blob.sha256, &int(blob.bytes), &blob.media_type, &now_ms]).await?;
    let sql = "INSERT INTO arrivals (record, variant, sha256, stored_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    run(&s.tx, sql, &[&u.new.record.0, &u.new.variant.as_str(), &blob.sha256, &now_ms]).await?;
    run(&s.tx, "UPDATE uploads SET done = true, offset_bytes = length_bytes WHERE id = $1", &[&id]).await?;
    let mut ws = WorkingSet::default();
    let plan = |ws: &WorkingSet| plan::arrived(ws, u.new.record, now_ms);
    let mut changed = settle(s, &mut ws, now_ms, plan).await?.1;
    // Papers that wait for their pictures are looked at again at once.
    if let (Variant::Display, Some(Some(photo))) = (u.new.variant, ws.records.get(&u.new.record)) {
        changed.jobs |= super::jobs::resume_papers(&s.tx, photo.parent, now_ms).await?;
    }
    // The bytes now wait for their record: a push that is bringing it must not be under way.
    if ws.records.get(&u.new.record).is_none_or(Option::is_none) {
        s.must_be_alone()?;
    }
    Ok(changed)
}

pub(super) async fn upload_drop(tx: &Transaction<'_>, id: Uuid) -> Go<()> {
    run(tx, "DELETE FROM uploads WHERE id = $1", &[&id]).await?;
    Ok(())
}

pub(super) async fn uploads_expired(tx: &Transaction<'_>, now_ms: i64) -> Go<Vec<Upload>> {
    let sql = format!("SELECT {UPLOAD} FROM uploads WHERE expires_ms <= $1 ORDER BY expires_ms");
    rows(tx, &sql, &[&now_ms]).await?.iter().map(codec::upload).collect()
}

async fn blob_named(tx: &Transaction<'_>, record: &Record, variant: Variant) -> Go<Option<BlobRow>> {
    let sha256 = kinds::hash_of(record, variant);
    let sql = format!(
        "SELECT {BLOB} FROM arrivals a JOIN blobs b ON b.sha256 = a.sha256
         WHERE a.record = $1 AND a.variant = $2 AND a.sha256 = $3"
    );
    let row = maybe(tx, &sql, &[&record.id.0, &variant.as_str(), &sha256]).await?;
    row.map(|r| blob(&r)).transpose()
}

pub(super) async fn blob_of(
    tx: &Transaction<'_>,
    caller: &Caller,
    id: RecordId,
    variant: Variant,
) -> Go<Option<BlobRow>> {
    match readable_record(tx, caller, id).await? {
        Some((record, _)) => blob_named(tx, &record, variant).await,
        // Of an own message that waits.
        None => match kept(tx, &caller.staff, id).await? {
            Some(record) => blob_named(tx, &record, variant).await,
            None => Ok(None),
        },
    }
}

pub(super) async fn office_blob_of(
    tx: &Transaction<'_>,
    id: RecordId,
    variant: Variant,
) -> Go<Option<BlobRow>> {
    match record(tx, id).await? {
        Some(record) => blob_named(tx, &record, variant).await,
        None => Ok(None),
    }
}

pub(super) async fn all_blobs(tx: &Transaction<'_>) -> Go<Vec<BlobRow>> {
    rows(tx, &format!("SELECT {BLOB} FROM blobs b ORDER BY b.sha256"), &[]).await?.iter().map(blob).collect()
}

/// $1: nothing may have been stored or have lost its last living reference since, unless retention took that reference.
const ORPHAN: &str = "(b.stored_ms < $1 OR EXISTS (
    SELECT 1 FROM arrivals a JOIN purged p ON p.record = a.record WHERE a.sha256 = b.sha256)) AND NOT EXISTS (
    SELECT 1 FROM arrivals a LEFT JOIN records r ON r.id = a.record
    WHERE a.sha256 = b.sha256 AND (a.stored_ms >= $1 OR NOT r.deleted OR r.changed_ms >= $1)
      AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.record = r.id AND p.purged_ms >= r.changed_ms AND r.deleted))";

pub(super) async fn orphan_blobs(tx: &Transaction<'_>, before_ms: i64) -> Go<Vec<BlobRow>> {
    let sql = format!("SELECT {BLOB} FROM blobs b WHERE {ORPHAN} ORDER BY b.sha256");
    rows(tx, &sql, &[&before_ms]).await?.iter().map(blob).collect()
}

pub(super) async fn forget_blob(tx: &Transaction<'_>, sha256: &str, before_ms: i64, now_ms: i64) -> Go<bool> {
    // Locked first, so that an arrival of the same bytes comes before or after, not in between.
    run(tx, "SELECT 1 FROM blobs WHERE sha256 = $1 FOR UPDATE", &[&sha256]).await?;
    let sql = format!("DELETE FROM blobs b WHERE {ORPHAN} AND b.sha256 = $2 RETURNING b.bytes");
    let gone: Option<i64> = match maybe(tx, &sql, &[&before_ms, &sha256]).await? {
        Some(row) => row.try_get(0)?,
        None => None,
    };
    if let Some(bytes) = gone {
        let sql = "INSERT INTO purged_bytes VALUES ($1, $2, $3)
             ON CONFLICT (sha256) DO UPDATE SET purged_ms = excluded.purged_ms";
        run(tx, sql, &[&sha256, &bytes, &now_ms]).await?;
        run(tx, "DELETE FROM arrivals WHERE sha256 = $1", &[&sha256]).await?;
    }
    Ok(gone.is_some())
}

pub(super) async fn mark_backed_up(s: &mut Session<'_>, sha256s: &[String], at_ms: i64) -> Go<Changed> {
    let sql = "SELECT DISTINCT record FROM arrivals WHERE sha256 = ANY($1) AND variant = 'original' ORDER BY record";
    let mut photos = Vec::new();
    for row in rows(&s.tx, sql, &[&sha256s]).await? {
        photos.push(RecordId(row.try_get(0)?));
    }
    let mut ws = WorkingSet::default();
    load(s, &mut ws, &Needs { records: photos.iter().copied().collect(), ..Needs::default() }).await?;
    Ok(settle(s, &mut ws, at_ms, |ws| plan::backed_up(ws, &photos, at_ms)).await?.1)
}
