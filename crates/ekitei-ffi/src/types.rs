//! What crosses: plain records, events, one error.

use ekitei_core::background::{LineEvent, Outcome, Waiting as CoreWaiting};
use ekitei_model::Fault;
use ekitei_model::fault::Cure;

/// Why a call failed: the code of the message catalogue, and what helps (`retry`, `wait`, `ask`).
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum EkiteiError {
    #[error("{code} {detail}")]
    Fault { code: String, detail: String, cure: String },
}

impl From<Fault> for EkiteiError {
    fn from(fault: Fault) -> Self {
        let cure = match fault.cure {
            Cure::Retry => "retry",
            Cure::Wait => "wait",
            Cure::Ask => "ask",
        };
        let params: Vec<String> =
            fault.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self::Fault { code: fault.code, detail: params.join(" "), cure: cure.to_owned() }
    }
}

/// What waits on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Waiting {
    /// Operations and files.
    pub items: u64,
    pub bytes: u64,
    /// Milliseconds since 1970 of the oldest.
    pub since_ms: Option<i64>,
    /// Items that wait for a person.
    pub parked: u64,
}

impl From<CoreWaiting> for Waiting {
    fn from(w: CoreWaiting) -> Self {
        Self { items: w.items, bytes: w.bytes, since_ms: w.since_ms, parked: w.parked }
    }
}

/// What one run achieved.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SyncReport {
    pub drained: bool,
    pub sent: u64,
    pub received: u64,
    /// The office had called something urgent since the last run.
    pub urgent: bool,
    /// Milliseconds since 1970: try again then at the latest. Absent: when something happens.
    pub next_wake_ms: Option<i64>,
    pub waiting: Waiting,
    /// Why it ended early; `stopped` by `stop`.
    pub fault_code: Option<String>,
    /// The app itself is delivering.
    pub elsewhere: bool,
    /// `drain_only` | `wiped`, when the office took rights away.
    pub device_state: Option<String>,
}

impl From<Outcome> for SyncReport {
    fn from(o: Outcome) -> Self {
        Self {
            drained: o.drained,
            sent: o.sent,
            received: o.received,
            urgent: o.urgent,
            next_wake_ms: o.next_wake_ms,
            waiting: o.waiting.into(),
            fault_code: o.fault.map(|f| f.code),
            elsewhere: o.elsewhere,
            device_state: o.device_state.map(|s| s.as_str().to_owned()),
        }
    }
}

/// What the live connection tells.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LiveEvent {
    Connected,
    Hint {
        scope: String,
        urgent: bool,
    },
    /// A ping after so much silence was answered: the line keeps idle connections that long.
    Kept {
        silent_ms: u64,
    },
    /// `silent_ms`: so much silence was too long for the line; absent when it broke otherwise.
    Lost {
        silent_ms: Option<u64>,
        code: String,
    },
    /// No more attempts.
    Ended {
        code: String,
    },
}

impl From<LineEvent> for LiveEvent {
    fn from(event: LineEvent) -> Self {
        match event {
            LineEvent::Connected => Self::Connected,
            LineEvent::Hint { scope, urgent } => Self::Hint { scope, urgent },
            LineEvent::Kept { silent_ms } => Self::Kept { silent_ms },
            LineEvent::Lost { silent_ms, fault } => Self::Lost { silent_ms, code: fault.code },
            LineEvent::Ended { fault } => Self::Ended { code: fault.code },
        }
    }
}

/// What Kotlin hears while something runs. Called on threads of the core: return soon.
#[uniffi::export(with_foreign)]
pub trait DeliveryCallback: Send + Sync {
    /// A step of `sync_once` is done.
    fn progressed(&self, waiting: Waiting);
    /// From the live connection.
    fn live(&self, event: LiveEvent);
}
