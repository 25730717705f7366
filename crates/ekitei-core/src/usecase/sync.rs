//! Delivering and fetching now, because a person or a script asks.

use super::status;
use crate::bridge::event::Event;
use crate::bridge::views::SyncView;
use crate::delivery;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_sync::{Limits, SyncReport};
use std::time::{Duration, Instant};

/// Between looks at the engine lock that another process holds.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const ELSEWHERE: &str = "sync-elsewhere";

/// Returns when the outbox is empty, the deadline is over, or (unless `patient`) the line fails. Works locked.
///
/// # Errors
/// `not-enrolled`, address faults. What the line does is in the view.
pub fn sync_now(shared: &Shared, deadline_s: u32, patient: bool) -> Result<SyncView, Fault> {
    shared.enrolled()?;
    let within = Duration::from_secs(u64::from(deadline_s));
    let report =
        if shared.options().worker { by_worker(shared, within)? } else { here(shared, within, patient)? };
    shared.tell(Event::Status);
    view(shared, report)
}

/// The worker has the engine; a tap ends its pause.
fn by_worker(shared: &Shared, within: Duration) -> Result<SyncReport, Fault> {
    let begun = Instant::now();
    while let Some((result, was_under_way)) = shared.wakes.next_round(begun + within) {
        let report = result?;
        // Nothing moved: asking again at once would not move it either.
        let stuck = !was_under_way && (report.fault.is_some() || report.sent_bytes == 0);
        if stuck || status::waiting(shared)?.items == 0 {
            let elapsed_ms = millis(begun.elapsed());
            // Counted from the call, not from the run that happened to end.
            let before_ms = elapsed_ms.saturating_sub(report.elapsed_ms);
            let drained_after_ms = report.drained_after_ms.map(|ms| before_ms + ms);
            return Ok(SyncReport { elapsed_ms, drained_after_ms, ..report });
        }
    }
    Ok(SyncReport { elapsed_ms: millis(within), ..SyncReport::default() })
}

fn here(shared: &Shared, within: Duration, patient: bool) -> Result<SyncReport, Fault> {
    let runtime = shared.delivery().runtime()?;
    let until = Instant::now() + within;
    // A person who asks does not wait for a pause that an earlier command began.
    shared.wakes.tapped();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let limits = Limits { within_ms: Some(millis(left)), wait: patient };
        let report = runtime.block_on(delivery::run(shared, limits))?;
        let elsewhere = report.fault.as_ref().is_some_and(|f| f.code == ELSEWHERE);
        if !elsewhere || left < LOOK_AGAIN {
            return Ok(report);
        }
        // Made within the runtime, whose timer it needs.
        runtime.block_on(async { tokio::time::sleep(LOOK_AGAIN).await });
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn view(shared: &Shared, report: SyncReport) -> Result<SyncView, Fault> {
    let waiting = status::waiting(shared)?;
    Ok(SyncView {
        drained: waiting.items == 0,
        sent_ops: report.sent_ops,
        sent_files: report.sent_files,
        received: report.received,
        sent_bytes: report.sent_bytes,
        received_bytes: report.received_bytes,
        elapsed_ms: report.elapsed_ms,
        drained_after_ms: report.drained_after_ms,
        waiting,
        fault: report.fault,
    })
}
