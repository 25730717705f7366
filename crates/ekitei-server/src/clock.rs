//! The server's clock. Everything that asks for the time asks here, so a test can move it instead of sleeping.

use ekitei_model::Stamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock, or one that only moves when told to.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// Stands still at `now_ms` until [`Clock::advance`].
    pub fn fixed(now_ms: i64) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now_ms))))
    }

    /// Moves a fixed clock; the system's clock ignores it.
    pub fn advance(&self, by_ms: i64) {
        if let Some(fixed) = &self.0 {
            fixed.fetch_add(by_ms, Ordering::Relaxed);
        }
    }

    /// Milliseconds since 1970 UTC.
    #[expect(clippy::disallowed_methods, reason = "the clock itself")]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::Relaxed),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    pub fn stamp(&self) -> Stamp {
        Stamp::japan(self.now_ms())
    }

    /// The local calendar day, for posts with from/to days.
    pub fn today(&self) -> String {
        self.stamp().local_date()
    }
}
