//! What is being typed: durable when the call returns, on this phone only.

use crate::bridge::views::DraftView;
use crate::open::Open;
use ekitei_model::Fault;
use serde_json::Value;

pub fn save(open: &Open, key: &str, value: &Value) -> Result<(), Fault> {
    open.draft_save(key, value)
}

/// `null` when there is none.
pub fn load(open: &Open, key: &str) -> Result<DraftView, Fault> {
    Ok(DraftView { value: open.draft_load(key)?.unwrap_or(Value::Null) })
}

pub fn drop(open: &Open, key: &str) -> Result<(), Fault> {
    open.draft_drop(key)
}
