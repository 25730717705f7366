//! What both databases make of rows of messaging.

use crate::rooms::{MarkRow, MessageFilter, UNREAD_MOST};
use crate::rows::Incoming;
use ekitei_model::chat::call::{self, answer};
use ekitei_model::chat::readers::Readers;
use ekitei_model::chat::{message, room};
use ekitei_model::kinds::Variant;
use ekitei_model::people::Staff;
use ekitei_model::{OpBody, Record, RecordId, Scope, StaffId, kinds};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Of the messages after somebody's mark: how many are others', and whether one calls on the person.
pub(crate) fn unread(after: &[Record], me: &StaffId) -> (u64, bool) {
    let others = after.iter().filter(|m| message::author(m) != Some(me) && !m.flag(message::UNSENT));
    let mut count = 0;
    let mut mentioned = false;
    for m in others {
        count += 1;
        mentioned |= message::mentions(m, me);
    }
    (count.min(UNREAD_MOST), mentioned)
}

pub(crate) fn mark_value(mark: &Record) -> u64 {
    mark.fields.get("value").and_then(Value::as_u64).unwrap_or(0)
}

/// The mark of a person in a room stands in the room or in its tally: the further one counts.
pub(crate) fn mark_ids(room: RecordId, staff: &StaffId) -> [RecordId; 2] {
    [kinds::mark_id(&Scope::Room(room), staff), kinds::mark_id(&Scope::Tally(room), staff)]
}

/// Kind of what a kept operation makes.
pub(crate) fn made_kind(bytes: &[u8]) -> Option<String> {
    match Incoming::parse(bytes)?.op?.body {
        OpBody::Create { kind, .. } => Some(kind),
        _ => None,
    }
}

/// The record that a kept operation makes.
pub(crate) fn made(bytes: &[u8]) -> Option<Record> {
    let op = Incoming::parse(bytes)?.op?;
    let OpBody::Create { kind, scope, parent, fields } = op.body else { return None };
    Some(Record {
        id: op.record,
        kind,
        scope,
        parent,
        born_seq: 0,
        seq: 0,
        deleted: false,
        created: None,
        received_ms: 0,
        fields,
        revs: BTreeMap::new(),
    })
}

/// Bytes of a kept photo or file that came before it: `variants` with their hash.
pub(crate) fn note_arrived(kept: &mut Record, arrived: &[(String, String)]) {
    for variant in Variant::ALL {
        let here = arrived.iter().any(|(v, sha256)| {
            v == variant.as_str() && !sha256.is_empty() && sha256 == kinds::hash_of(kept, variant)
        });
        if here {
            kept.fields.insert(kinds::photo::arrived(variant), true.to_string().into());
        }
    }
}

/// One row for each person.
pub(crate) fn marks(records: Vec<(Record, i64)>) -> Vec<MarkRow> {
    let mut rows: BTreeMap<StaffId, MarkRow> = BTreeMap::new();
    for (mark, at_ms) in records {
        let Some(staff) = message::author(&mark).cloned() else { continue };
        let row = MarkRow { staff: staff.clone(), to: mark_value(&mark), at_ms };
        let further = rows.get(&staff).is_none_or(|known| known.to < row.to);
        if further {
            rows.insert(staff, row);
        }
    }
    rows.into_values().collect()
}

/// Whether a message belongs into what was searched for; its words have been compared.
pub(crate) fn message_fits(m: &Record, filter: &MessageFilter) -> bool {
    !m.flag(message::UNSENT)
        && filter.from_staff.as_ref().is_none_or(|s| message::author(m) == Some(s))
        && filter.from_ms.is_none_or(|from| m.received_ms >= from)
        && filter.to_ms.is_none_or(|to| m.received_ms < to)
        && (!filter.photos || m.fields.get(message::PHOTOS).and_then(Value::as_u64).unwrap_or(0) > 0)
}

/// The numbers of a call. `asked`: everybody with a post in its sections; `seen`: changes whenever an answer, a mark or a
/// change of the directory came.
pub(crate) fn call_numbers(
    of: &Record,
    asked: &[Staff],
    answers: &[Record],
    marks: &[MarkRow],
    today: &str,
    seen: u64,
) -> Value {
    let asked: BTreeSet<&StaffId> =
        asked.iter().filter(|s| call::is_asked(of, s, today)).map(|s| &s.id).collect();
    let answers: Vec<&Record> =
        answers.iter().filter(|a| message::author(a).is_some_and(|s| asked.contains(s))).collect();
    let count = |field: &str, value: &str| answers.iter().filter(|a| a.text(field) == value).count();
    let mut read: BTreeSet<&StaffId> = answers.iter().filter_map(|a| message::author(a)).collect();
    read.extend(marks.iter().filter(|m| m.to >= of.born_seq && asked.contains(&m.staff)).map(|m| &m.staff));
    let mut out = json!({"asked": asked.len(), "answered": answers.len(), "read": read.len(), "seen": seen});
    for value in call::SAFETY {
        out[value] = count(answer::SAFETY, value).into();
    }
    for value in call::COMING {
        out[value] = count(answer::COMING, value).into();
    }
    out
}

/// Of a large room's newest messages, how many have read each: `[[born_seq, readers]…]`. `people`: everybody who may be in
/// it, by name and by section.
pub(crate) fn room_reads(
    of: &Record,
    newest: &[Record],
    people: &[Staff],
    marks: &[MarkRow],
    today: &str,
) -> Value {
    let marks: BTreeMap<&StaffId, u64> = marks.iter().map(|m| (&m.staff, m.to)).collect();
    let inside = people.iter().filter(|who| room::may_read(of, who, today));
    let read_to = |who: &StaffId| marks.get(who).copied().unwrap_or(0);
    let everybody = Readers::new(Some(of), inside, read_to, today);
    Value::Array(newest.iter().map(|m| json!([m.born_seq, everybody.split(m).0.len()])).collect())
}

/// Who is asked follows the directory (`all:`) and the day: posts begin and end.
pub(crate) fn day(now_ms: i64) -> u64 {
    u64::try_from((now_ms + 9 * 3_600_000).div_euclid(24 * 3_600_000)).unwrap_or(0)
}

/// What a call's numbers were made from; absent: never made.
pub(crate) fn seen(of: &Record) -> Option<u64> {
    of.fields.get(call::TALLY)?.get("seen")?.as_u64()
}

/// Counts what retention of a room would remove. Fed with its messages, calls and pins, in any order.
pub(crate) struct Forgettable {
    before_ms: i64,
    old: BTreeSet<RecordId>,
    pinned: BTreeSet<RecordId>,
}

impl Forgettable {
    pub fn new(before_ms: i64) -> Self {
        Self { before_ms, old: BTreeSet::new(), pinned: BTreeSet::new() }
    }

    pub fn add(&mut self, r: &Record) {
        if r.kind == kinds::PIN {
            self.pinned.extend(r.parent.filter(|_| !r.flag(message::pin::OFF)));
        } else if r.received_ms < self.before_ms {
            self.old.insert(r.id);
        }
    }

    pub fn total(&self) -> u64 {
        self.old.difference(&self.pinned).count() as u64
    }
}
