//! Looks at phones, lines and the shared folder again and again, and tells the page.

use super::cast::Cast;
use super::view::FileView;
use super::{blocking, share};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

const POLL: Duration = Duration::from_millis(500);

/// Keeps the page in step with what really is.
pub async fn watch(cast: Arc<Cast>) {
    loop {
        for phone in [&cast.a, &cast.b] {
            let running = phone.running();
            let (status, facts) =
                if running { (phone.status().await.ok(), phone.facts().await.ok()) } else { (None, None) };
            let (up, down, _) = phone.line.counters();
            cast.board.phone(phone.id, |p| {
                (p.running, p.up_bytes, p.down_bytes) = (running, up, down);
                if let Some(status) = status {
                    p.locked = status["locked"] == true;
                    p.waiting_items = status["waiting"]["items"].as_u64().unwrap_or(0);
                    p.waiting_bytes = status["waiting"]["bytes"].as_u64().unwrap_or(0);
                }
                if let Some(facts) = facts {
                    p.battery_percent =
                        facts["battery_percent"].as_u64().and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
                    (p.charging, p.hotspot) = (facts["charging"] == true, facts["hotspot"] == true);
                }
            });
        }
        let folder = cast.share.clone();
        if let Ok(files) = blocking(move || share::files(&folder)).await {
            let mut old = cast.old_files.lock().unwrap_or_else(PoisonError::into_inner);
            let old = old.get_or_insert_with(|| files.iter().map(|(path, _)| path.clone()).collect());
            let row = |(path, bytes): (String, u64)| FileView { new: !old.contains(&path), path, bytes };
            let files = files.into_iter().map(row).collect();
            cast.board.change(|v| v.files = files);
        }
        tokio::time::sleep(POLL).await;
    }
}
