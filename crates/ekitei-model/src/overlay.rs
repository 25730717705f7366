//! What a screen shows: the mirror (server state) with the pending operations laid over it.

use crate::kinds::{self, conflict};
use crate::merge::{self, Writer};
use crate::op::{OpBody, Operation};
use crate::record::Record;
use crate::{RecordId, StaffId};

/// Lays `ops` (pending, in the order they were written) over `mirror`, all about the record `id`.
/// `None`: there is nothing to show (not made yet, or deleted here).
pub fn lay(mirror: Option<&Record>, id: RecordId, ops: &[Operation], by: Writer) -> Option<Record> {
    let mut now: Option<Record> = mirror.cloned();
    for op in ops {
        now = step(now, id, op, by);
    }
    now.filter(|r| !r.deleted)
}

fn step(now: Option<Record>, id: RecordId, op: &Operation, by: Writer) -> Option<Record> {
    match (&op.body, now) {
        (OpBody::Publish { draft, .. }, Some(r)) if *draft == id => Some(r.tombstone()),
        // The server has it already: the create has been applied and the mirror is newer.
        (OpBody::Create { .. } | OpBody::Publish { .. }, Some(r)) => Some(r),
        (OpBody::Create { kind, scope, parent, fields }, None) if op.record == id => {
            Some(merge::created(op, kind, scope, *parent, fields, by))
        }
        (OpBody::Publish { kind, scope, parent, fields, .. }, None) if op.record == id => {
            Some(merge::created(op, kind, scope, *parent, fields, by))
        }
        (OpBody::Patch { base, fields }, Some(r)) if !r.deleted && op.record == id => {
            Some(merge::patch(&r, op, base, fields, by).record)
        }
        (OpBody::Delete, Some(r)) if op.record == id => Some(r.tombstone()),
        (OpBody::Mark { scope, value }, existing) if op.record == id => {
            merge::mark(existing.as_ref(), op, scope, *value, by).or(existing)
        }
        (_, now) => now,
    }
}

/// The effect of a pending resolution on the record that the conflict is about.
pub fn lay_resolution(parent: Record, conflict: &Record, op: &Operation, by: Writer) -> Record {
    let OpBody::Patch { fields, .. } = &op.body else { return parent };
    match fields.get(conflict::RESOLUTION).and_then(|v| v.as_str()) {
        Some(choice) if conflict.kind == kinds::CONFLICT => {
            merge::resolve(&parent, conflict, choice, op, by).unwrap_or(parent)
        }
        _ => parent,
    }
}

/// Every record that an operation touches on a screen.
pub fn touched(op: &Operation) -> Vec<RecordId> {
    match &op.body {
        OpBody::Publish { draft, .. } => vec![op.record, *draft],
        OpBody::Void { .. } => Vec::new(),
        _ => vec![op.record],
    }
}

/// Convenience for callers that hold owned values.
pub fn writer<'a>(device: crate::DeviceId, staff: &'a StaffId) -> Writer<'a> {
    Writer { device, staff }
}
