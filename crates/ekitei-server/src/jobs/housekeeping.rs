//! Every few minutes: uploads past their time, operations whose parent never came, bytes that nobody refers to.

use crate::app::App;
use crate::blobs;
use crate::tus::finish::remove_staging;
use ekitei_server_db::StorageError;

const EVERY_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
const WAITING_PARENT_MS: i64 = 7 * DAY_MS;
/// Bytes go 60 days after the last reference.
const ORPHAN_MS: i64 = 60 * DAY_MS;

#[derive(Debug, Default)]
pub struct Housekeeping {
    due_ms: i64,
}

impl Housekeeping {
    pub async fn run_if_due(&mut self, app: &App) {
        let now = app.now_ms();
        if now < self.due_ms {
            return;
        }
        self.due_ms = now + EVERY_MS;
        if let Err(error) = run(app, now).await {
            tracing::error!(%error, "house-keeping failed");
        }
    }
}

async fn run(app: &App, now: i64) -> Result<(), StorageError> {
    let moved = app.storage.expire_waiting(now - WAITING_PARENT_MS, now).await?;
    if moved > 0 {
        tracing::info!(moved, "operations without parent moved to quarantine");
    }
    for upload in app.storage.uploads_expired(now).await? {
        remove_staging(app, &upload);
        app.storage.upload_drop(upload.id).await?;
    }
    let before = now - ORPHAN_MS;
    for blob in app.storage.orphan_blobs(before).await? {
        // The row goes first: a blob without row is found by `verify`, a row without blob would be a loss.
        if !app.storage.forget_blob(&blob.sha256, before).await? {
            continue;
        }
        if let Err(error) = blobs::remove(&app.blob_path(&blob.sha256)) {
            tracing::warn!(code = error.code(), "orphaned blob stays");
        }
    }
    Ok(())
}
