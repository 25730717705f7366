//! How long the phone has been on: the one clock that its user cannot set.

/// Milliseconds since the phone was switched on, asleep or not.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn ms() -> u64 {
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let ms = since.tv_sec.saturating_mul(1_000).saturating_add(since.tv_nsec / 1_000_000);
    u64::try_from(ms).unwrap_or(0)
}

/// Where the system is not asked: since this program began. Shorter than the truth, so a delay may only grow.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn ms() -> u64 {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX)
}
