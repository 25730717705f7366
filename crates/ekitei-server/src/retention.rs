//! Retention: what ended long enough ago loses its content; ids, sequences and hashes stay. Rows, bytes and files that
//! nobody refers to. May run beside the server and beside itself.

use crate::blobs;
use ekitei_model::chat::retention::{NotARule, Retention};
use ekitei_model::{Record, kinds};
use ekitei_server_db::{BlobRow, Storage, StorageError, Touched};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use uuid::Uuid;

const DAY_MS: i64 = 24 * 3_600_000;
/// Content goes so many days after its end, bytes after their last reference.
pub const DAYS: u32 = 60;
/// Rows in one transaction: others write in between.
const STEP: u32 = 200;
/// Where the office's setting for its rooms stands.
const ROOMS_KEY: &str = "room_retention";
/// A file in staging without an upload is nobody's after this.
const STAGING_MS: i64 = DAY_MS;

/// What went, or would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Messages and calls whose time in their room is over.
    pub messages: u64,
    /// Records deleted with the case or record that they belonged to.
    pub deleted: u64,
    /// Deleted records whose history was emptied.
    pub records: u64,
    /// Settled quarantine entries that were emptied.
    pub entries: u64,
    pub blobs: u64,
    pub blob_bytes: u64,
    /// Files in staging that no upload owns.
    pub staging: u64,
    pub touched: Touched,
}

/// # Errors
/// The database did not answer; what went before is gone, the rest goes next time.
pub async fn run(
    storage: &dyn Storage,
    data: &Path,
    now_ms: i64,
    days: u32,
    dry: bool,
) -> Result<Report, StorageError> {
    let before_ms = now_ms - i64::from(days) * DAY_MS;
    let mut report = Report::default();
    rooms(storage, now_ms, dry, &mut report).await?;
    if dry {
        let found = storage.purgeable(before_ms).await?;
        (report.deleted, report.records, report.entries) = (found.deleted, found.records, found.entries);
    } else {
        loop {
            let step = storage.purge(before_ms, now_ms, STEP).await?;
            if step.is_empty() {
                break;
            }
            report.deleted += step.deleted;
            report.records += step.records;
            report.entries += step.entries;
            report.touched.extend(step.changed.touched);
        }
        finish_interrupted(storage, data).await?;
    }
    for blob in storage.orphan_blobs(before_ms).await? {
        if dry || forget(storage, data, &blob, before_ms, now_ms).await? {
            report.blobs += 1;
            report.blob_bytes += blob.bytes;
        }
    }
    report.staging = staging(storage, data, now_ms, dry).await?;
    Ok(report)
}

/// How long rooms keep what is said in them; kept with the rows, so that every server of the office does the same.
///
/// # Errors
/// The database did not answer.
pub async fn of_rooms(storage: &dyn Storage) -> Result<Retention, StorageError> {
    let text = storage.meta_get(ROOMS_KEY).await?.unwrap_or_default();
    // A newer program's rule: nothing is removed on a guess.
    Ok(text.parse().unwrap_or_else(|error: NotARule| {
        tracing::warn!(%error, "the setting for rooms is not understood: they keep everything");
        Retention::default()
    }))
}

/// # Errors
/// The database did not answer.
pub async fn set_of_rooms(storage: &dyn Storage, rules: &Retention) -> Result<(), StorageError> {
    storage.meta_set(ROOMS_KEY, &rules.to_string()).await
}

async fn rooms(
    storage: &dyn Storage,
    now_ms: i64,
    dry: bool,
    report: &mut Report,
) -> Result<(), StorageError> {
    let rules = of_rooms(storage).await?;
    let mut after = None;
    while !rules.is_empty() {
        let page = storage.scan_kind(kinds::ROOM, after, STEP).await?;
        for text in &page {
            let of: Record = serde_json::from_str(text)?;
            after = Some(of.id);
            if let Some(days) = rules.days(&of) {
                room(storage, &of, now_ms - i64::from(days) * DAY_MS, now_ms, dry, report).await?;
            }
        }
        if page.len() < STEP as usize {
            break;
        }
    }
    Ok(())
}

async fn room(
    storage: &dyn Storage,
    of: &Record,
    before_ms: i64,
    now_ms: i64,
    dry: bool,
    report: &mut Report,
) -> Result<(), StorageError> {
    if dry {
        report.messages += storage.forgettable(of.id, before_ms).await?;
        return Ok(());
    }
    let mut after = Some(0);
    while let Some(from) = after {
        let done = storage.forget_messages(of.id, before_ms, from, now_ms, STEP).await?;
        report.messages += done.messages;
        report.touched.extend(done.changed.touched);
        after = done.next;
    }
    Ok(())
}

/// The file steps aside before its row goes: bytes that arrive again at this moment find a free place and are not taken
/// for the old ones.
async fn forget(
    storage: &dyn Storage,
    data: &Path,
    blob: &BlobRow,
    before_ms: i64,
    now_ms: i64,
) -> Result<bool, StorageError> {
    let file = blobs::path(data, &blob.sha256);
    let aside = blobs::aside(&file);
    if let Err(error) = fs::rename(&file, &aside)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an orphaned blob stays");
        return Ok(false);
    }
    let gone = storage.forget_blob(&blob.sha256, before_ms, now_ms).await?;
    settle(&file, &aside, gone);
    Ok(gone)
}

/// Referred to again: back to its place, unless the same bytes are there anew.
fn settle(file: &Path, aside: &Path, gone: bool) {
    if !gone && !file.exists() && fs::rename(aside, file).is_ok() {
        return;
    }
    if let Err(error) = blobs::remove(aside) {
        tracing::warn!(code = error.code(), "an orphaned blob stays");
    }
}

/// Files that a killed purge left aside.
async fn finish_interrupted(storage: &dyn Storage, data: &Path) -> Result<(), StorageError> {
    let aside: Vec<PathBuf> = blobs::all_files(data).filter(|p| blobs::is_aside(p)).collect();
    if aside.is_empty() {
        return Ok(());
    }
    let rows = storage.all_blobs().await?;
    let known: HashSet<PathBuf> = rows.iter().map(|b| blobs::path(data, &b.sha256)).collect();
    for path in aside {
        let file = path.with_extension("");
        settle(&file, &path, !known.contains(&file));
    }
    Ok(())
}

async fn staging(storage: &dyn Storage, data: &Path, now_ms: i64, dry: bool) -> Result<u64, StorageError> {
    let mut count = 0;
    for entry in fs::read_dir(blobs::staging_folder(data)).into_iter().flatten().flatten() {
        let path = entry.path();
        let changed = entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|m| m.modified().ok());
        let changed_ms =
            changed.and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map(|d| d.as_millis() as i64);
        if changed_ms.is_none_or(|at| at > now_ms - STAGING_MS) {
            continue;
        }
        let upload = path.file_stem().and_then(|s| s.to_str()).and_then(|s| s.parse::<Uuid>().ok());
        let owned = match upload {
            Some(id) => storage.upload(id).await?.is_some(),
            None => false,
        };
        if !owned && (dry || blobs::remove(&path).is_ok()) {
            count += 1;
        }
    }
    Ok(count)
}
