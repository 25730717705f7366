//! A phone's clock: stands still unless somebody sleeps or the schedule moves it.

use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;

pub const NOW: i64 = 1_795_248_000_000;
pub const DAY_MS: i64 = 24 * 3_600_000;

/// Passes of the scheduler after which nobody else has anything to do.
const IDLE_PASSES: u32 = 40;

pub struct SimClock {
    wall: AtomicI64,
    steady: AtomicU64,
    /// Calls that the office is answering; time does not go on before it has.
    calls: AtomicUsize,
    answered: Notify,
}

impl SimClock {
    pub fn new() -> Self {
        Self {
            wall: AtomicI64::new(NOW),
            steady: AtomicU64::new(0),
            calls: AtomicUsize::new(0),
            answered: Notify::new(),
        }
    }

    pub fn advance(&self, ms: u64) {
        self.wall.fetch_add(i64::try_from(ms).unwrap(), Ordering::SeqCst);
        self.steady.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody set the clock.
    pub fn jump(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn wall_ms(&self) -> i64 {
        self.wall.load(Ordering::SeqCst)
    }

    pub fn call(&self) -> Call<'_> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Call(self)
    }
}

/// While it lives, a sleeper waits for the answer.
pub struct Call<'a>(&'a SimClock);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::SeqCst);
        self.0.answered.notify_one();
    }
}

#[async_trait::async_trait]
impl ekitei_sync::Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.wall_ms()
    }

    fn steady_ms(&self) -> u64 {
        self.steady.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, ms: u64) {
        let mut idle = 0;
        while idle < IDLE_PASSES {
            if self.calls.load(Ordering::SeqCst) > 0 {
                self.answered.notified().await;
                idle = 0;
            } else {
                tokio::task::yield_now().await;
                idle += 1;
            }
        }
        self.advance(ms);
    }
}
