//! Hints from the core that something changed. A lost hint is harmless: screens read again when they are shown.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What may look different now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Cases, visits, notes, photos, drafts.
    Cases,
    /// What waits.
    Queue,
    Conflicts,
    Directory,
    Settings,
}

/// One hint, as it travels to a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    Changed {
        changed: Topic,
    },
    /// The frame: line, lock, waiting.
    Status,
}

impl Event {
    pub fn changed(changed: Topic) -> Self {
        Self::Changed { changed }
    }
}
