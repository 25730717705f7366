//! Every few minutes: uploads past their time, operations whose parent never came, bytes that nobody refers to.

use crate::app::App;
use crate::retention;
use crate::tus::finish::remove_staging;
use ekitei_server_db::StorageError;

const EVERY_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
const WAITING_PARENT_MS: i64 = 7 * DAY_MS;

#[derive(Debug, Default)]
pub struct Housekeeping {
    due_ms: i64,
    /// Retention reads much and is in no hurry.
    purge_due_ms: i64,
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
        if now >= self.purge_due_ms {
            self.purge_due_ms = now + DAY_MS;
            if let Err(error) = purge(app, now).await {
                tracing::error!(%error, "retention failed");
            }
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
    Ok(())
}

async fn purge(app: &App, now: i64) -> Result<(), StorageError> {
    let report = retention::run(&*app.storage, &app.config.data, now, retention::DAYS, false).await?;
    app.hint(&report.touched, false);
    if report != retention::Report::default() {
        let (records, entries, blobs) = (report.deleted + report.records, report.entries, report.blobs);
        tracing::info!(
            messages = report.messages,
            records,
            entries,
            blobs,
            staging = report.staging,
            "retention"
        );
    }
    Ok(())
}
