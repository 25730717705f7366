//! The played phone's clock: the machine's, ahead by what the sliders say, as a phone's may be.

use ekitei_sync::{Clock, SystemClock};
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Default)]
pub struct PlayedClock {
    machine: SystemClock,
    ahead_ms: AtomicI64,
}

impl PlayedClock {
    pub fn set_ahead_ms(&self, ms: i64) {
        self.ahead_ms.store(ms, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl Clock for PlayedClock {
    fn now_ms(&self) -> i64 {
        self.machine.now_ms().saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    fn steady_ms(&self) -> u64 {
        self.machine.steady_ms()
    }

    async fn sleep_ms(&self, ms: u64) {
        self.machine.sleep_ms(ms).await;
    }
}
