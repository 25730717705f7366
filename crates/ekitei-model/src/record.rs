//! A record: named fields, each with the revision of its last writer.

use crate::ids::{DeviceId, OpId, RecordId, StaffId};
use crate::scope::Scope;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who wrote a field last. Revisions are compared only for equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Rev {
    pub op: OpId,
    pub device: DeviceId,
}

/// The operation that made the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Origin {
    pub op: OpId,
    pub device: DeviceId,
    pub staff: StaffId,
    /// The device's clock when it was made.
    pub at: Stamp,
}

pub type Fields = BTreeMap<String, Value>;

/// Server state of one record, or (with `seq` 0) one that only this phone has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Record {
    pub id: RecordId,
    /// See [`crate::kinds`]; unknown kinds stay opaque.
    pub kind: String,
    pub scope: Scope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RecordId>,
    /// Place in the scope for ever (order in a room, read marks); 0 = the server has not seen it.
    #[ts(type = "number")]
    pub born_seq: u64,
    /// Last change: the feed's order.
    #[ts(type = "number")]
    pub seq: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// `None` only on a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Origin>,
    /// The server's clock, milliseconds since 1970 UTC; 0 before arrival.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(type = "number")]
    pub received_ms: i64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(type = "Record<string, any>")]
    pub fields: Fields,
    /// Only fields whose last writer is not the create.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub revs: BTreeMap<String, Rev>,
}

fn is_false(b: &bool) -> bool {
    !*b
}
fn is_zero(n: &i64) -> bool {
    *n == 0
}

impl Record {
    /// The revision that a patch of `field` must name as its base. A field never written counts as written by
    /// the create. `None` on a tombstone.
    pub fn rev(&self, field: &str) -> Option<Rev> {
        self.revs
            .get(field)
            .copied()
            .or_else(|| self.created.as_ref().map(|c| Rev { op: c.op, device: c.device }))
    }

    /// What remains of a deleted record: id, kind, scope and sequences.
    #[must_use]
    pub fn tombstone(&self) -> Record {
        Record {
            id: self.id,
            kind: self.kind.clone(),
            scope: self.scope.clone(),
            parent: self.parent,
            born_seq: self.born_seq,
            seq: self.seq,
            deleted: true,
            created: None,
            received_ms: self.received_ms,
            fields: Fields::new(),
            revs: BTreeMap::new(),
        }
    }

    /// A text field, or `""`.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or("")
    }

    /// A flag; absent is false.
    pub fn flag(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A list of texts; absent or of another shape is empty.
    pub fn list(&self, field: &str) -> Vec<String> {
        match self.fields.get(field) {
            Some(Value::Array(items)) => items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    }
}
