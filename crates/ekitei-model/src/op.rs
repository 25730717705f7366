//! Operations: what a device asks the server to do. Once in a batch, their bytes are frozen.

use crate::ids::{OpId, RecordId};
use crate::record::Fields;
use crate::scope::Scope;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One operation as it travels (one JSON line). `op_seq` is implied by its place in the batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Operation {
    pub op_id: OpId,
    /// The record it is about: what `create` makes, what the others change.
    pub record: RecordId,
    /// The device's clock.
    pub at: Stamp,
    #[serde(flatten)]
    pub body: OpBody,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum OpBody {
    /// Only `create` makes a record; on a tombstone it answers `gone`.
    Create {
        kind: String,
        scope: Scope,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<RecordId>,
        #[serde(default)]
        #[ts(type = "Record<string, any>")]
        fields: Fields,
    },
    /// `null` removes a field. `base` names each field's revision as the writer saw it.
    Patch {
        base: BTreeMap<String, OpId>,
        #[ts(type = "Record<string, any>")]
        fields: Fields,
    },
    Delete,
    /// A draft of the writer's `user:` scope becomes a record of a case in one step; the draft becomes a tombstone.
    Publish {
        draft: RecordId,
        kind: String,
        scope: Scope,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<RecordId>,
        #[serde(default)]
        #[ts(type = "Record<string, any>")]
        fields: Fields,
    },
    /// A read mark in `scope`: the maximum wins. `record` is [`crate::kinds::mark_id`].
    Mark {
        scope: Scope,
        #[ts(type = "number")]
        value: u64,
    },
    /// Stands for an operation that the transport refused for good; the phone keeps its bytes.
    Void {
        voided: OpId,
        reason: String,
    },
}

/// What became of one operation, in the transaction that answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// In the feed of `scope` at `seq` (0: nothing changed, the value was there already).
    Applied {
        scope: Scope,
        #[ts(type = "number")]
        seq: u64,
    },
    /// Part of it met another's value: the first arrival stays, the other became these conflict records.
    Conflict {
        scope: Scope,
        #[ts(type = "number")]
        seq: u64,
        conflicts: Vec<RecordId>,
    },
    /// Kept until the record it hangs on arrives.
    WaitingParent {
        needs: RecordId,
    },
    /// Not applied, kept with its bytes where people can see it. The code is in the message catalogue.
    Quarantined {
        reason: String,
    },
    /// The record was deleted before.
    Gone {
        scope: Scope,
    },
    Voided,
    /// A message that waits for its receivers' working hours, shown by a `held` record in `scope` (the sender's) at `seq`.
    /// Its sender may still cancel it by deleting the message. It is applied later, by the office.
    Held {
        scope: Scope,
        #[ts(type = "number")]
        seq: u64,
        /// Milliseconds since 1970 UTC.
        #[ts(type = "number")]
        until_ms: i64,
    },
}

impl Outcome {
    /// The feed position that a reader must have passed before the operation may leave the overlay. A held message stays
    /// there until it has its place in the room.
    pub fn feed_position(&self) -> Option<(&Scope, u64)> {
        match self {
            Self::Applied { scope, seq } | Self::Conflict { scope, seq, .. } => Some((scope, *seq)),
            _ => None,
        }
    }
}

impl Operation {
    /// The scope named by the operation itself (patches and deletes follow their record's).
    pub fn named_scope(&self) -> Option<&Scope> {
        match &self.body {
            OpBody::Create { scope, .. } | OpBody::Publish { scope, .. } | OpBody::Mark { scope, .. } => {
                Some(scope)
            }
            _ => None,
        }
    }
}
