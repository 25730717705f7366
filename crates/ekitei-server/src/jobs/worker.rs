//! Takes one job after the other. A job that cannot be done now waits longer each time; nothing is dropped.

use super::{JobError, file_inspection, file_note, file_photo, housekeeping::Housekeeping, rooms};
use crate::app::{App, Shared};
use crate::hints;
use ekitei_server_db::{Job, JobKind};
use std::time::Duration;

/// Copying one photo takes seconds even on a slow share; after this another worker may take the job.
const LEASE_MS: i64 = 10 * 60_000;

/// Works until the server stops; the job under way is finished first.
pub async fn run(app: Shared) {
    let telling = {
        let app = Shared::clone(&app);
        tokio::spawn(async move { hints::run(&app).await })
    };
    // What rooms need does not wait behind a slow share.
    tokio::join!(file(&app), rooms::run(&app));
    if let Err(error) = telling.await {
        tracing::error!(%error, "telling ended badly");
    }
}

async fn file(app: &App) {
    let mut housekeeping = Housekeeping::default();
    while !app.stop.is_cancelled() {
        housekeeping.run_if_due(app).await;
        match app.storage.claim_job(app.now_ms(), LEASE_MS).await {
            Ok(Some(job)) => work(app, &job).await,
            Ok(None) => rest(app).await,
            Err(error) => {
                tracing::error!(%error, "no jobs can be read");
                rest(app).await;
            }
        }
    }
}

async fn rest(app: &App) {
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = app.work.notified() => {}
        () = tokio::time::sleep(Duration::from_millis(app.limits.job_poll_ms)) => {}
    }
}

async fn work(app: &App, job: &Job) {
    let done = match job.kind {
        JobKind::FilePhoto => file_photo::run(app, job).await,
        JobKind::FileNote => file_note::run(app, job).await,
        JobKind::FileInspection => file_inspection::run(app, job).await,
    };
    let written = match done {
        Ok(effect) => app.storage.finish_job(job, effect, app.now_ms()).await.map_err(JobError::from),
        Err(error) => Err(error),
    };
    match written {
        Ok(changed) => {
            app.metrics.jobs_done.add(1);
            app.announce(&changed, false);
        }
        Err(error) => again(app, job, &error).await,
    }
}

async fn again(app: &App, job: &Job, error: &JobError) {
    app.metrics.jobs_retried.add(1);
    let wait_ms = match error {
        // Nothing is wrong; the pictures come by themselves.
        JobError::PhotosOnTheWay => app.limits.photos_poll_ms,
        _ => back_off_ms(job.attempt, app.limits.job_retry_ms, app.limits.job_retry_max_ms),
    };
    tracing::warn!(job = job.id, attempt = job.attempt, code = error.code(), wait_ms, "job waits");
    if let Err(error) = app.storage.retry_job(job, app.now_ms() + wait_ms, error.code()).await {
        // The lease ends by itself.
        tracing::error!(job = job.id, %error, "job not given back");
    }
}

/// Doubled with each attempt, up to the maximum.
fn back_off_ms(attempt: u32, first_ms: i64, max_ms: i64) -> i64 {
    let factor = 1_i64.checked_shl(attempt.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
    first_ms.saturating_mul(factor).min(max_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_the_maximum() {
        assert_eq!([1, 2, 3, 4, 9, 4_000_000_000].map(|n| back_off_ms(n, 5, 100)), [5, 10, 20, 40, 100, 100]);
    }
}
