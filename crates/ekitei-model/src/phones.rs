//! What one phone may ask about another: whoever looks after a person's phone can cut it off from a phone, too.

use crate::ids::{DeviceId, StaffId};
use crate::wire::DeviceState;
use serde::{Deserialize, Serialize};

/// `GET` with `?q=`: part of a name, reading or number of the owner.
pub const PATH: &str = "/v1/phones";

/// A phone of somebody whom the caller looks after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PhoneRow {
    pub id: DeviceId,
    pub staff: StaffId,
    pub name: String,
    pub model: String,
    pub state: DeviceState,
    /// 0: never.
    #[ts(type = "number")]
    pub last_seen_ms: i64,
    /// As the phone last reported: what would be lost with it.
    #[ts(type = "number")]
    pub waiting_items: u64,
    #[ts(type = "number")]
    pub waiting_bytes: u64,
}

/// `POST` to `PATH/{id}/state`. Only ever towards less: a phone is let in again at the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// `drain_only` or `wiped`.
    pub state: DeviceState,
}
