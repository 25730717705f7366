//! Time as an argument, so that a simulation can own it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Wall time for what is written down, steady time for how long things take.
#[async_trait::async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 UTC; may jump either way.
    fn now_ms(&self) -> i64;
    /// Milliseconds since some fixed moment; never goes back.
    fn steady_ms(&self) -> u64;
    async fn sleep_ms(&self, ms: u64);
}

/// The machine's own clocks.
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
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
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep_ms(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
