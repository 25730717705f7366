//! Time as an argument, so that a simulation can own it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Wall time for what is written down, steady time for how long things take.
#[async_trait::async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 UTC; may jump either way.
    fn now_ms(&self) -> i64;
    /// Milliseconds since some fixed moment, asleep or not; never goes back.
    fn steady_ms(&self) -> u64;
    async fn sleep_ms(&self, ms: u64);
}

/// The machine's own clocks. The steady one goes on while a phone sleeps: a job's deadline and the minutes until the
/// screens lock count that time, too.
#[derive(Default)]
pub struct SystemClock;

impl SystemClock {
    pub fn new() -> Self {
        Self
    }
}

#[async_trait::async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock itself")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn steady_ms(&self) -> u64 {
        ekitei_store::uptime_ms()
    }

    async fn sleep_ms(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
