//! What a run achieved.

use ekitei_model::Fault;
use ekitei_model::wire::DeviceState;

/// The result of one [`crate::Engine::sync_once`]. Bytes are those of bodies on the line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncReport {
    /// Nothing waits to be sent any more (parked items wait for a person, not for the line).
    pub drained: bool,
    pub sent_ops: u64,
    pub sent_files: u64,
    /// Records that came.
    pub received: u64,
    /// Files that came.
    pub received_files: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub elapsed_ms: u64,
    /// When the last of what waited had its outcome recorded, from the start; what was fetched later is not in it.
    pub drained_after_ms: Option<u64>,
    /// Why it ended before everything was done, if it did.
    pub fault: Option<Fault>,
    /// When to call again at the latest (wall time); `None`: when something happens.
    pub next_try_ms: Option<i64>,
    /// Set when the office took rights away from this phone.
    pub device_state: Option<DeviceState>,
    /// Operations and files that were set aside in this run, with their reasons in the queue.
    pub parked: u64,
}

/// How long a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the call on; `None`: until there is nothing more to do.
    pub within_ms: Option<u64>,
    /// Whether to sit out pauses that end within the limit; otherwise the run ends at the first.
    pub wait: bool,
}

impl Limits {
    pub fn within_ms(ms: u64) -> Self {
        Self { within_ms: Some(ms), wait: true }
    }

    /// One pass: ends as soon as there is nothing to do **now**.
    pub fn one_pass() -> Self {
        Self { within_ms: None, wait: false }
    }
}
