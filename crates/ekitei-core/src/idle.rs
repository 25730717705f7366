//! When the vault closes by itself: some minutes after somebody's hands were last on the screens.

use ekitei_sync::clock::Clock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Two clocks, because a sleeping phone stops the steady one and a person may set back the other; the one that says
/// more counts. A wall clock that is put right by hours locks early, which a PIN mends.
pub(crate) struct Idle {
    limit_ms: AtomicI64,
    steady_ms: AtomicU64,
    wall_ms: AtomicI64,
}

impl Idle {
    pub fn new(minutes: u16) -> Self {
        let idle =
            Self { limit_ms: AtomicI64::new(0), steady_ms: AtomicU64::new(0), wall_ms: AtomicI64::new(0) };
        idle.set_minutes(minutes);
        idle
    }

    pub fn set_minutes(&self, minutes: u16) {
        self.limit_ms.store(i64::from(minutes) * 60_000, Ordering::Relaxed);
    }

    /// Counts from now on.
    pub fn touched(&self, clock: &dyn Clock) {
        self.steady_ms.store(clock.steady_ms(), Ordering::Relaxed);
        self.wall_ms.store(clock.now_ms(), Ordering::Relaxed);
    }

    /// Until the limit; 0 when it is over.
    pub fn left_ms(&self, clock: &dyn Clock) -> i64 {
        let steady_ms = clock.steady_ms().saturating_sub(self.steady_ms.load(Ordering::Relaxed));
        let wall_ms = clock.now_ms().saturating_sub(self.wall_ms.load(Ordering::Relaxed));
        let gone_ms = i64::try_from(steady_ms).unwrap_or(i64::MAX).max(wall_ms);
        self.limit_ms.load(Ordering::Relaxed).saturating_sub(gone_ms).max(0)
    }
}
