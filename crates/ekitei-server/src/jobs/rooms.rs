//! What rooms need by the clock: held messages go when their time has come, counts of calls and large rooms follow.

use crate::app::App;
use ekitei_server_db::{Done, StorageError};
use std::time::Duration;

/// Held messages and counts are looked at so often at least.
const EVERY_MS: u64 = 5_000;

/// Works until the server stops.
pub async fn run(app: &App) {
    match app.storage.section_rooms(app.now_ms()).await {
        Ok(done) => app.announce(&done.changed, false),
        Err(error) => tracing::error!(%error, "rooms of sections are missing"),
    }
    while !app.stop.is_cancelled() {
        if let Err(error) = round(app).await {
            tracing::error!(%error, "held messages or counts wait");
        }
        app.write_contacts().await;
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(app.limits.job_poll_ms.min(EVERY_MS))) => {}
        }
    }
}

async fn round(app: &App) -> Result<(), StorageError> {
    loop {
        let Done { count, changed } = app.storage.release_held(app.now_ms()).await?;
        if count == 0 {
            break;
        }
        app.announce(&changed, false);
        tracing::info!(count, "held messages delivered");
    }
    let counted = app.storage.tally(app.now_ms()).await?;
    app.announce(&counted.changed, false);
    Ok(())
}
