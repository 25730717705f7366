//! Making operations. Every id is minted here, on the phone.

use crate::clock::Now;
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::rules::MAX_OP_BYTES;
use ekitei_model::{Lane, OpId, Operation, Record, RecordId, Scope, StaffId, kinds};
use ekitei_store::queue::About;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One operation, ready for the queue.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub op: Operation,
    pub about: About,
    pub lane: Lane,
}

impl Change {
    pub fn in_lane(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }

    /// Larger than the office takes (a very long pen drawing).
    pub fn is_too_large(&self) -> bool {
        serde_json::to_vec(&self.op).is_ok_and(|bytes| bytes.len() > MAX_OP_BYTES)
    }
}

pub(crate) fn mint() -> RecordId {
    RecordId(Uuid::now_v7())
}

pub(crate) fn mint_op() -> OpId {
    OpId(Uuid::now_v7())
}

fn change(now: &Now, record: RecordId, about: About, body: OpBody) -> Change {
    Change { op: Operation { op_id: mint_op(), record, at: now.stamp(), body }, about, lane: Lane::Records }
}

/// Makes the record `id`. Fields without a value are left out.
pub(crate) fn create(now: &Now, id: RecordId, kind: &str, scope: &Scope, fields: Fields) -> Change {
    create_under(now, id, kind, scope, None, fields)
}

/// As [`create`], as a child of `parent`, which is in the same scope.
pub(crate) fn create_under(
    now: &Now,
    id: RecordId,
    kind: &str,
    scope: &Scope,
    parent: Option<RecordId>,
    fields: Fields,
) -> Change {
    let about = About { scope: scope.clone(), kind: kind.to_owned() };
    let body =
        OpBody::Create { kind: kind.to_owned(), scope: scope.clone(), parent, fields: present(fields) };
    let mut made = change(now, id, about, body);
    // A record that was minted for this create is named once: half the random bytes on the line. Derived ids may be
    // made by several phones, whose creates must stay apart.
    if id.0.get_version_num() == 7 {
        made.op.op_id = OpId(id.0);
    }
    made
}

/// Changes what differs from `shown` (mirror plus overlay); bases come from `mirror`, which is what the office knows.
/// `None`: nothing differs.
pub(crate) fn patch(now: &Now, shown: &Record, mirror: Option<&Record>, fields: Fields) -> Option<Change> {
    let changed: Fields = fields
        .into_iter()
        .filter(|(name, value)| shown.fields.get(name).unwrap_or(&Value::Null) != value)
        .collect();
    if changed.is_empty() {
        return None;
    }
    let base = changed
        .keys()
        .filter_map(|name| Some((name.clone(), mirror?.rev(name)?.op)))
        .collect::<BTreeMap<_, _>>();
    Some(change(now, shown.id, About::record(shown), OpBody::Patch { base, fields: changed }))
}

/// Everything of `scope` up to the place `born` was read by `staff`.
pub(crate) fn mark(now: &Now, scope: &Scope, staff: &StaffId, born: u64) -> Change {
    let about = About { scope: scope.clone(), kind: kinds::MARK.to_owned() };
    let body = OpBody::Mark { scope: scope.clone(), value: born };
    change(now, kinds::mark_id(scope, staff), about, body).in_lane(Lane::Chat)
}

pub(crate) fn delete(now: &Now, shown: &Record) -> Change {
    delete_of(now, shown.id, About::record(shown))
}

/// As [`delete`], of what is known by its queue alone.
pub(crate) fn delete_of(now: &Now, id: RecordId, about: About) -> Change {
    change(now, id, about, OpBody::Delete)
}

/// The draft becomes the record `id` of `scope`, in one step.
pub(crate) fn publish(now: &Now, draft: &Record, id: RecordId, scope: &Scope, fields: Fields) -> Change {
    let about = About { scope: scope.clone(), kind: draft.kind.clone() };
    let body = OpBody::Publish {
        draft: draft.id,
        kind: draft.kind.clone(),
        scope: scope.clone(),
        parent: None,
        fields: present(fields),
    };
    change(now, id, about, body)
}

fn present(fields: Fields) -> Fields {
    fields.into_iter().filter(|(_, v)| !v.is_null()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_sync::clock::SystemClock;
    use serde_json::json;
    use std::sync::Arc;

    fn now() -> Now {
        Now { clock: Arc::new(SystemClock::new()), offset_min: 540 }
    }

    fn record(text: &str, op: &str) -> Record {
        serde_json::from_value(json!({
            "id": "01890000-0000-7000-8000-000000000002", "kind": "note", "scope": "user:s001", "born_seq": 1, "seq": 1,
            "created": {"op": "01890000-0000-7000-8000-0000000000aa", "device": "01890000-0000-7000-8000-0000000000d1",
                        "staff": "s001", "at": "2026-11-21T10:05:00.000+09:00"},
            "fields": {"text": text, "title": "t"},
            "revs": {"text": {"op": op, "device": "01890000-0000-7000-8000-0000000000d2"}}
        }))
        .unwrap()
    }

    #[test]
    fn a_patch_names_only_what_differs_with_the_base_the_office_knows() {
        let mirror = record("old", "01890000-0000-7000-8000-0000000000bb");
        let shown = record("mine", "01890000-0000-7000-8000-0000000000cc");
        let fields = Fields::from([("text".into(), "mine 2".into()), ("title".into(), "t".into())]);
        let Some(Change { op, .. }) = patch(&now(), &shown, Some(&mirror), fields) else { panic!("differs") };
        let OpBody::Patch { base, fields } = op.body else { panic!("a patch") };
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["text"]);
        assert_eq!(base["text"].to_string(), "01890000-0000-7000-8000-0000000000bb");
        assert!(patch(&now(), &shown, None, Fields::from([("text".into(), "mine".into())])).is_none());
    }
}
