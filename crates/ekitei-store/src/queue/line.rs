//! What is known of the line: rows, so that the next process goes on where the last was killed.

use super::meta;
use crate::error::StoreError;
use ekitei_model::Fault;
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineState {
    /// `None`: never tried.
    pub online: Option<bool>,
    /// Failed attempts in a row; the exponent of the back-off.
    pub attempts: u32,
    /// Not before this, unless something wakes the queue.
    pub next_try_ms: Option<i64>,
    pub last_fault: Option<Fault>,
    pub last_contact_ms: Option<i64>,
    /// Device clock minus office clock at the last contact.
    pub skew_ms: Option<i64>,
    /// Measured, for chunks of at most ~2 s.
    pub rate_bytes_per_s: Option<u64>,
    /// Limits of the next batch, halved on time-outs. `None`: the protocol's.
    pub batch_ops: Option<u32>,
    pub batch_bytes: Option<u32>,
    /// Short-lived, with the challenge for the next one.
    pub token: Option<String>,
    pub token_expires_ms: Option<i64>,
    pub challenge: Option<String>,
    /// The office says that this device may only deliver (or not even that).
    pub device_state: Option<ekitei_model::wire::DeviceState>,
}

pub fn load(conn: &Connection) -> Result<LineState, StoreError> {
    Ok(meta::json(conn, meta::LINE)?.unwrap_or_default())
}

pub fn save(tx: &Transaction, line: &LineState) -> Result<(), StoreError> {
    meta::set_json(tx, meta::LINE, line)
}
