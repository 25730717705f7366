//! The one merge function: the server applies operations with it, the phone lays its pending ones over the mirror
//! with it. Pure: sequence numbers and the server's clock are stamped by the caller.

use crate::ids::{DeviceId, OpId, StaffId};
use crate::inspection;
use crate::kinds::{self, amendment, conflict};
use crate::op::{OpBody, Operation};
use crate::record::{Fields, Origin, Record, Rev};
use crate::scope::Scope;
use serde_json::Value;
use std::collections::BTreeMap;

/// Who sends the operation.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    pub device: DeviceId,
    pub staff: &'a StaffId,
}

/// What a patch did to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Patched {
    pub record: Record,
    /// False: every value was there already, or all of it became conflicts.
    pub changed: bool,
    /// Conflict records to make (or to reopen, when they exist).
    pub conflicts: Vec<Record>,
    /// What came after the inspection was finished, to be decided by its head.
    pub amendment: Option<Record>,
}

/// The record that a `create` or `publish` makes, before the server gives it its place.
pub fn created(
    op: &Operation,
    kind: &str,
    scope: &Scope,
    parent: Option<crate::RecordId>,
    fields: &Fields,
    by: Writer,
) -> Record {
    Record {
        id: op.record,
        kind: kind.to_owned(),
        scope: scope.clone(),
        parent,
        born_seq: 0,
        seq: 0,
        deleted: false,
        created: Some(Origin { op: op.op_id, device: by.device, staff: by.staff.clone(), at: op.at }),
        received_ms: 0,
        fields: fields.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        revs: BTreeMap::new(),
    }
}

/// The record that a create (not a publish, which also ends a draft) has become when nothing else happened to it: made at
/// `seq`, arrived at `received_ms`. Office and writer make it with this one function, so it need not travel back.
pub fn as_written(op: &Operation, by: Writer, seq: u64, received_ms: i64) -> Option<Record> {
    let OpBody::Create { kind, scope, parent, fields } = &op.body else { return None };
    let made = created(op, kind, scope, *parent, fields, by);
    Some(Record { born_seq: seq, seq, received_ms, ..made })
}

/// Patch rule, field by field: base equal, or last writer the same device: apply. Same value: nothing.
/// Otherwise the first arrival stays and the other value becomes a conflict record.
/// In rooms the last arrival counts: nobody decides about a reaction or a membership twice.
/// Answers for a finished inspection become an amendment as a whole.
/// A patch of a conflict's `resolution` is [`resolve`]'s matter for the parent; here it only sets the field, once.
pub fn patch(
    record: &Record,
    op: &Operation,
    base: &BTreeMap<String, OpId>,
    fields: &Fields,
    by: Writer,
) -> Patched {
    let mut out = Patched { record: record.clone(), changed: false, conflicts: Vec::new(), amendment: None };
    if record.kind == kinds::INSPECTION {
        let (now, later) = inspection::split(record, fields);
        if now.len() < fields.len() {
            out.amendment = amendment_record(record, op, later, by);
            let rest = patch(record, op, base, &now, by);
            return Patched { amendment: out.amendment, ..rest };
        }
    }
    for (name, value) in fields {
        if record.kind == kinds::CONFLICT && name == conflict::RESOLUTION && record.fields.contains_key(name)
        {
            continue; // the first resolution wins
        }
        let now = record.fields.get(name).unwrap_or(&Value::Null);
        if now == value {
            continue;
        }
        let rev = record.rev(name);
        let free = crate::chat::last_wins(&record.kind)
            || rev.is_none_or(|r| base.get(name) == Some(&r.op) || r.device == by.device);
        if free {
            set(&mut out.record, name, value, Rev { op: op.op_id, device: by.device });
            out.changed = true;
        } else {
            out.conflicts.push(conflict_record(record, op, name, value, now, by));
        }
    }
    out
}

fn set(record: &mut Record, name: &str, value: &Value, rev: Rev) {
    if value.is_null() {
        record.fields.remove(name);
    } else {
        record.fields.insert(name.to_owned(), value.clone());
    }
    record.revs.insert(name.to_owned(), rev);
}

fn conflict_record(
    record: &Record,
    op: &Operation,
    field: &str,
    mine: &Value,
    theirs: &Value,
    by: Writer,
) -> Record {
    let fields = Fields::from([
        (conflict::FIELD.to_owned(), field.into()),
        (conflict::MINE.to_owned(), mine.clone()),
        (conflict::THEIRS.to_owned(), theirs.clone()),
        (conflict::BY_STAFF.to_owned(), by.staff.as_str().into()),
        (conflict::BY_DEVICE.to_owned(), by.device.to_string().into()),
    ]);
    let mut made = created(op, kinds::CONFLICT, &record.scope, Some(record.id), &Fields::new(), by);
    made.id = kinds::conflict_id(record.id, field, by.device);
    // A null `mine` (the field was removed) must survive, so the fields are set without the filter of `created`.
    made.fields = fields;
    made
}

/// `None`: all of it stands already.
fn amendment_record(record: &Record, op: &Operation, proposed: Fields, by: Writer) -> Option<Record> {
    let standing = |name: &String| record.fields.get(name).cloned().unwrap_or(Value::Null);
    let (mut new, mut old) = (serde_json::Map::new(), serde_json::Map::new());
    for (name, value) in proposed {
        let stands = standing(&name);
        if stands != value {
            old.insert(name.clone(), stands);
            new.insert(name, value);
        }
    }
    if new.is_empty() {
        return None;
    }
    let fields = Fields::from([
        (amendment::PROPOSED.to_owned(), Value::Object(new)),
        (amendment::STANDING.to_owned(), Value::Object(old)),
        (amendment::STATE.to_owned(), "proposed".into()),
        (amendment::BY_STAFF.to_owned(), by.staff.as_str().into()),
    ]);
    let mut made = created(op, kinds::AMENDMENT, &record.scope, Some(record.id), &fields, by);
    made.id = kinds::amendment_id(record.id, op.op_id);
    Some(made)
}

/// What a resolution does to the record the conflict is about. `None`: nothing changes (keep theirs, unknown choice, the
/// conflict was resolved before, or the inspection does not take it: see [`proposal`]).
pub fn resolve(
    parent: &Record,
    conflict: &Record,
    choice: &str,
    op: &Operation,
    by: Writer,
) -> Option<Record> {
    let (field, value) = chosen(parent, conflict, choice)?;
    if parent.kind == kinds::INSPECTION && !inspection::may_settle(parent, field, &value) {
        return None;
    }
    let mut out = parent.clone();
    set(&mut out, field, &value, Rev { op: op.op_id, device: by.device });
    Some(out)
}

/// A conflict about an answer that is resolved after the inspection was finished: the chosen value is proposed to the
/// head, as any other late answer. `None`: [`resolve`] has its way.
pub fn proposal(
    parent: &Record,
    conflict: &Record,
    choice: &str,
    op: &Operation,
    by: Writer,
) -> Option<Record> {
    let (field, value) = chosen(parent, conflict, choice)?;
    let late = parent.kind == kinds::INSPECTION && inspection::is_content(field);
    if !late || inspection::may_settle(parent, field, &value) {
        return None;
    }
    amendment_record(parent, op, Fields::from([(field.to_owned(), value)]), by)
}

/// Field and value that a resolution would set. `None`: what stands stays.
fn chosen<'a>(parent: &Record, conflict: &'a Record, choice: &str) -> Option<(&'a str, Value)> {
    if conflict.fields.contains_key(conflict::RESOLUTION) || parent.deleted {
        return None;
    }
    let field = conflict.text(conflict::FIELD);
    let mine = conflict.fields.get(conflict::MINE).unwrap_or(&Value::Null);
    let theirs = parent.fields.get(field).unwrap_or(&Value::Null);
    let value = match choice {
        "mine" => mine.clone(),
        "both" => both(theirs, mine),
        _ => return None,
    };
    (&value != theirs).then_some((field, value))
}

/// Between the two texts of "keep both".
pub const BOTH_SEPARATOR: &str = "\n――――――――\n";

/// Texts are put one after the other, lists are united, anything else takes the second.
pub fn both(theirs: &Value, mine: &Value) -> Value {
    match (theirs, mine) {
        (Value::String(t), Value::String(m)) => Value::String(format!("{t}{BOTH_SEPARATOR}{m}")),
        (Value::Array(t), Value::Array(m)) => {
            let mut all = t.clone();
            all.extend(m.iter().filter(|v| !t.contains(v)).cloned());
            Value::Array(all)
        }
        (t, Value::Null) => t.clone(),
        (_, m) => m.clone(),
    }
}

/// A read mark: the maximum wins. `None`: nothing changes.
pub fn mark(
    existing: Option<&Record>,
    op: &Operation,
    scope: &Scope,
    value: u64,
    by: Writer,
) -> Option<Record> {
    match existing {
        Some(r) if r.fields.get("value").and_then(Value::as_u64).unwrap_or(0) >= value => None,
        Some(r) => {
            let mut out = r.clone();
            set(&mut out, "value", &value.into(), Rev { op: op.op_id, device: by.device });
            Some(out)
        }
        None => {
            let fields = Fields::from([("value".to_owned(), value.into())]);
            Some(created(op, kinds::MARK, scope, None, &fields, by))
        }
    }
}

/// Folds a newer unsent operation of the same record into an older unsent one. `true`: `newer` is contained and may
/// be dropped. Creates, patches and marks fold; the older keeps its op id and each field's first base.
pub fn coalesce(older: &mut Operation, newer: &Operation) -> bool {
    if older.record != newer.record {
        return false;
    }
    if let (OpBody::Mark { value, .. }, OpBody::Mark { value: later, .. }) = (&mut older.body, &newer.body) {
        *value = (*value).max(*later);
        return true;
    }
    let OpBody::Patch { base: newer_base, fields: newer_fields } = &newer.body else { return false };
    match &mut older.body {
        OpBody::Create { fields, .. } | OpBody::Publish { fields, .. } => {
            for (k, v) in newer_fields {
                if v.is_null() {
                    fields.remove(k);
                } else {
                    fields.insert(k.clone(), v.clone());
                }
            }
            true
        }
        OpBody::Patch { base, fields } => {
            for (k, v) in newer_fields {
                fields.insert(k.clone(), v.clone());
                if let (false, Some(op)) = (base.contains_key(k), newer_base.get(k)) {
                    base.insert(k.clone(), *op);
                }
            }
            true
        }
        _ => false,
    }
}
