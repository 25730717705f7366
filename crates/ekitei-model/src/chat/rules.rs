//! Who may do what in messaging. Reading the room has been checked by the caller.

use super::{call, code, export, message, quiet, retention, room};
use crate::kinds;
use crate::op::{OpBody, Operation};
use crate::people::{Role, Staff};
use crate::record::{Fields, Record};
use crate::scope::Scope;
use crate::{RecordId, StaffId};
use serde_json::Value;

/// Whether a create of this kind may stand in the scope. `None`: no kind of messaging.
pub fn scope_fits(kind: &str, scope: &Scope, record: RecordId) -> Option<bool> {
    Some(match kind {
        kinds::ROOM => *scope == Scope::Room(record),
        kinds::ROOM_MEMBER | kinds::MESSAGE | kinds::FILE | kinds::REACTION | kinds::PIN | kinds::CALL => {
            matches!(scope, Scope::Room(_))
        }
        kinds::DUTY | kinds::HOURS | kinds::ROOM_EXPORT => matches!(scope, Scope::Section(_)),
        kinds::CALL_ANSWER => matches!(scope, Scope::Tally(_)),
        _ => return None,
    })
}

/// Kinds whose id follows from what they say: two phones that make the same one mean the same.
pub(crate) const DERIVED: [&str; 6] =
    [kinds::ROOM, kinds::ROOM_MEMBER, kinds::REACTION, kinds::PIN, kinds::HOURS, kinds::CALL_ANSWER];

/// Kinds whose fields have no conflicts: the last arrival counts.
pub fn last_wins(kind: &str) -> bool {
    [
        kinds::ROOM,
        kinds::ROOM_MEMBER,
        kinds::MESSAGE,
        kinds::REACTION,
        kinds::PIN,
        kinds::CALL,
        kinds::CALL_ANSWER,
    ]
    .contains(&kind)
}

/// A create of something that is there already means a change of it. Not so for rooms with an id of their own.
pub fn meets(kind: &str, there: &Record) -> bool {
    there.kind == kind
        && DERIVED.contains(&kind)
        && (kind != kinds::ROOM || room::Type::of(there).is_some_and(room::Type::is_fixed))
}

/// Why an operation of messaging may not be applied, as far as it and its target tell: the code for its quarantine.
/// `by` wrote it, `staff` is whose right is asked.
pub fn refuse(
    op: &Operation,
    target: Option<&Record>,
    by: &StaffId,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let (kind, fields, parent, scope) = match &op.body {
        OpBody::Create { kind, fields, parent, scope } => (kind.as_str(), Some(fields), *parent, Some(scope)),
        OpBody::Publish { scope: Scope::Room(_) | Scope::Tally(_), .. } => return Some("scope-kind"),
        OpBody::Patch { fields, .. } => {
            let t = target?;
            (t.kind.as_str(), Some(fields), t.parent, Some(&t.scope))
        }
        OpBody::Delete => {
            let t = target?;
            (t.kind.as_str(), None, t.parent, Some(&t.scope))
        }
        _ => return None,
    };
    let foreign = target.is_some_and(|t| message::author(t) != Some(by));
    match kind {
        kinds::ROOM => refuse_room(op.record, target, fields, by, staff, today),
        // Who is in a room is never removed, only changed.
        kinds::ROOM_MEMBER if fields.is_none() => Some("append-only"),
        kinds::MESSAGE if foreign => Some(code::NOT_AUTHOR),
        kinds::MESSAGE => refuse_message(target, fields?),
        kinds::REACTION => refuse_reaction(op.record, target, fields, parent, by),
        kinds::PIN if fields.is_none() => Some("append-only"),
        kinds::PIN => (parent.map(message::pin_id) != Some(op.record)).then_some(code::DERIVED_ID),
        kinds::FILE if foreign => Some(code::NOT_AUTHOR),
        kinds::FILE => {
            let bytes = fields?.get(message::file::BYTES).and_then(Value::as_u64).unwrap_or(0);
            (bytes > message::MAX_FILE_BYTES).then_some(code::FILE_TOO_LARGE)
        }
        kinds::PHOTO if matches!(scope, Some(Scope::Room(_))) && foreign => Some(code::NOT_AUTHOR),
        kinds::DUTY | kinds::HOURS => refuse_times(op.record, kind, target, fields, scope?, staff, today),
        kinds::ROOM_EXPORT => refuse_export(target, fields),
        kinds::CALL if foreign && fields.is_some_and(|f| f.contains_key(call::TEXT)) => {
            Some(code::NOT_AUTHOR)
        }
        kinds::CALL => refuse_call(target, fields, staff, today),
        kinds::CALL_ANSWER => refuse_answer(op.record, fields, scope?, by),
        _ => None,
    }
}

/// Whether the person leads any section today.
pub fn leads(staff: &Staff, today: &str) -> bool {
    staff.posts.iter().any(|p| matches!(p.role, Role::Head | Role::Steward) && p.held_on(today))
}

/// Whether the person says which sections are in rooms of this type: everybody in those sections reads there at once.
pub fn chooses_sections(kind: room::Type, staff: &Staff, today: &str) -> bool {
    match kind {
        room::Type::Offices => leads(staff, today),
        room::Type::Disaster => leads(staff, today) || staff.is_admin(today),
        room::Type::Own | room::Type::Direct | room::Type::Group | room::Type::Section => false,
    }
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or("")
}

fn refuse_room(
    id: RecordId,
    target: Option<&Record>,
    fields: Option<&Fields>,
    by: &StaffId,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let Some(fields) = fields else { return Some("append-only") };
    let unknown_colour = fields.get(room::COLOUR).is_some_and(|c| {
        !c.is_null() && !c.as_str().is_some_and(|c| c.is_empty() || room::COLOURS.contains(&c))
    });
    let unknown_days = fields.get(room::RETENTION_DAYS).is_some_and(|d| !retention::is_choice(d));
    if unknown_colour || unknown_days {
        return Some(code::CHAT_FIELD);
    }
    let sections = fields.get(room::SECTIONS).and_then(Value::as_array).map_or(0, Vec::len);
    let several =
        |kind: room::Type| if chooses_sections(kind, staff, today) { None } else { Some("not-allowed") };
    if let Some(there) = target {
        if fields.contains_key(room::TYPE) || fields.contains_key(room::PAIR) {
            return Some(code::CHAT_FIELD);
        }
        let kind = room::Type::of(there);
        let fixed = kind.is_some_and(|t| t.is_fixed() || t == room::Type::Section);
        if fixed && (fields.contains_key(room::SECTIONS) || fields.contains_key(room::NAME)) {
            return Some(code::ROOM_FIXED);
        }
        if !room::is_admin(there, staff, today) {
            return Some(code::NOT_ROOM_ADMIN);
        }
        // Who may put sections into a room is the same afterwards as when it is made.
        return match kind {
            _ if !fields.contains_key(room::SECTIONS) => None,
            Some(room::Type::Offices) if sections == 0 => Some(code::CHAT_FIELD),
            Some(kind @ (room::Type::Offices | room::Type::Disaster)) => several(kind),
            _ => Some(code::CHAT_FIELD),
        };
    }
    match text(fields, room::TYPE).parse::<room::Type>() {
        Ok(room::Type::Own) => (id != room::self_id(by)).then_some(code::DERIVED_ID),
        Ok(room::Type::Direct | room::Type::Group) if sections > 0 => Some(code::CHAT_FIELD),
        Ok(room::Type::Direct) => (!is_own_pair(id, fields, by)).then_some(code::DERIVED_ID),
        Ok(room::Type::Group) => None,
        Ok(room::Type::Section) => Some("office-kind"),
        Ok(room::Type::Offices) if sections == 0 => Some(code::CHAT_FIELD),
        Ok(kind @ (room::Type::Offices | room::Type::Disaster)) => several(kind),
        Err(_) => Some(code::CHAT_FIELD),
    }
}

fn is_own_pair(id: RecordId, fields: &Fields, by: &StaffId) -> bool {
    let pair: Vec<StaffId> =
        serde_json::from_value(fields.get(room::PAIR).cloned().unwrap_or_default()).unwrap_or_default();
    matches!(&pair[..], [a, b] if room::direct_id(a, b) == id && (a == by || b == by))
}

fn refuse_message(target: Option<&Record>, fields: &Fields) -> Option<&'static str> {
    if text(fields, message::TEXT).chars().count() > message::MAX_TEXT_CHARS {
        return Some(code::MESSAGE_TOO_LONG);
    }
    if let Some(there) = target {
        const CHANGES: [&str; 7] = [
            message::TEXT,
            message::MENTIONS,
            message::EDITED_AT,
            message::UNSENT,
            message::ANSWER,
            message::PHOTOS,
            message::FILES,
        ];
        if there.flag(message::UNSENT) {
            return Some(code::MESSAGE_UNSENT);
        }
        let unsends = fields.get(message::UNSENT).is_none_or(|v| v == &Value::Bool(true));
        // What could not be attached is given up; nothing is announced afterwards.
        let count = |v: &Value| if v.is_null() { Some(0) } else { v.as_u64() };
        let fewer = [message::PHOTOS, message::FILES].iter().all(|name| {
            let had = there.fields.get(*name).and_then(count).unwrap_or(0);
            fields.get(*name).is_none_or(|v| count(v).is_some_and(|n| n <= had))
        });
        return (!unsends || !fewer || fields.keys().any(|k| !CHANGES.contains(&k.as_str())))
            .then_some(code::CHAT_FIELD);
    }
    if fields.contains_key(message::URGENT) && !message::is_reason(text(fields, message::URGENT)) {
        return Some(code::URGENT_WITHOUT_REASON);
    }
    let stamp = text(fields, message::STAMP);
    let wrong = (!stamp.is_empty() && !message::STAMPS.contains(&stamp))
        || fields.contains_key(message::UNSENT)
        || fields.contains_key(message::ANSWER);
    wrong.then_some(code::CHAT_FIELD)
}

fn refuse_reaction(
    id: RecordId,
    target: Option<&Record>,
    fields: Option<&Fields>,
    parent: Option<RecordId>,
    by: &StaffId,
) -> Option<&'static str> {
    let Some(fields) = fields else { return Some("append-only") };
    let mark = match target {
        Some(_) if fields.contains_key(message::reaction::MARK) => return Some(code::CHAT_FIELD),
        Some(there) => there.text(message::reaction::MARK),
        None => text(fields, message::reaction::MARK),
    };
    if !message::is_mark(mark) {
        return Some(code::CHAT_FIELD);
    }
    let own = parent.map(|m| message::reaction_id(m, by, mark));
    (own != Some(id)).then_some(if target.is_some() { code::NOT_AUTHOR } else { code::DERIVED_ID })
}

fn refuse_times(
    id: RecordId,
    kind: &str,
    target: Option<&Record>,
    fields: Option<&Fields>,
    scope: &Scope,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let Scope::Section(path) = scope else { return Some("scope-kind") };
    if !staff.has_role_in(path, &[Role::Head, Role::Steward], today) {
        return Some("not-allowed");
    }
    if kind == kinds::DUTY {
        return None;
    }
    let fields = fields?;
    let whose = match target {
        Some(_) if fields.contains_key(quiet::hours::STAFF) => return Some(code::CHAT_FIELD),
        Some(there) => there.text(quiet::hours::STAFF),
        None => text(fields, quiet::hours::STAFF),
    };
    (quiet::hours_id(path, whose) != id).then_some(code::DERIVED_ID)
}

/// Anybody asks with a reason. Who allowed it and who took it the office writes down itself: see [`export`].
fn refuse_export(target: Option<&Record>, fields: Option<&Fields>) -> Option<&'static str> {
    let (None, Some(fields)) = (target, fields) else { return Some("append-only") };
    let asks = [export::ROOM, export::ROOM_NAME, export::REASON];
    let known = fields.keys().all(|k| asks.contains(&k.as_str()));
    (!known || !message::is_reason(text(fields, export::REASON))).then_some(code::CHAT_FIELD)
}

fn refuse_call(
    target: Option<&Record>,
    fields: Option<&Fields>,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let Some(fields) = fields else { return Some("append-only") };
    if !leads(staff, today) && !staff.is_admin(today) {
        return Some("not-allowed");
    }
    if target.is_some() {
        let ends = fields.keys().all(|k| k == call::CLOSED_AT || k == call::TEXT);
        return (!ends).then_some(code::CHAT_FIELD);
    }
    let list = |name: &str| fields.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let asks = list(call::ASKS_FIELD);
    let known = asks.iter().all(|a| a.as_str().is_some_and(|a| call::ASKS.contains(&a)));
    (asks.is_empty() || !known || list(call::SECTIONS).is_empty()).then_some(code::CHAT_FIELD)
}

fn refuse_answer(id: RecordId, fields: Option<&Fields>, scope: &Scope, by: &StaffId) -> Option<&'static str> {
    let Some(fields) = fields else { return Some("append-only") };
    let Scope::Tally(of) = scope else { return Some("scope-kind") };
    if call::answer_id(*of, by) != id {
        return Some(code::DERIVED_ID);
    }
    let known = |name: &str, values: &[&str]| {
        let v = fields.get(name).filter(|v| !v.is_null());
        v.is_none_or(|v| v.as_str().is_some_and(|v| values.contains(&v)))
    };
    let fits = known(call::answer::SAFETY, &call::SAFETY) && known(call::answer::COMING, &call::COMING);
    (!fits).then_some(code::CHAT_FIELD)
}

/// What the room says about an operation in it. `admin`: whether the writer looks after the room.
pub fn refuse_in_room(
    op: &Operation,
    target: Option<&Record>,
    in_room: &Record,
    by: &StaffId,
    admin: bool,
) -> Option<&'static str> {
    let (kind, fields) = match &op.body {
        OpBody::Create { kind, fields, .. } => (kind.as_str(), fields),
        OpBody::Patch { fields, .. } => (target.map_or("", |t| t.kind.as_str()), fields),
        _ => return None,
    };
    let kind_of = room::Type::of(in_room);
    if kind == kinds::CALL && kind_of != Some(room::Type::Disaster) {
        return Some("scope-kind");
    }
    if kind != kinds::ROOM_MEMBER {
        return None;
    }
    let whose = match target {
        Some(_) if fields.contains_key(room::member::STAFF) => return Some(code::CHAT_FIELD),
        Some(there) => StaffId::from(there.text(room::member::STAFF)),
        None => StaffId::from(text(fields, room::member::STAFF)),
    };
    if op.record != room::member_id(in_room.id, &whose) {
        return Some(code::DERIVED_ID);
    }
    let one_of = |name: &str, known: [&str; 2]| {
        fields.get(name).is_none_or(|v| v.as_str().is_some_and(|v| known.contains(&v)))
    };
    let states = one_of(room::member::STATE, [room::member::MEMBER, room::member::LEFT]);
    if !states || !one_of(room::member::ROLE, [room::member::ADMIN, room::member::MEMBER]) {
        return Some(code::CHAT_FIELD);
    }
    let leaves = text(fields, room::member::STATE) == room::member::LEFT;
    match kind_of {
        Some(room::Type::Own) => (leaves || whose != *by).then_some(code::ROOM_FIXED),
        Some(room::Type::Direct) => {
            let maker = message::author(in_room).unwrap_or(by);
            let theirs = whose == *maker || room::direct_id(maker, &whose) == in_room.id;
            (leaves || !theirs).then_some(code::ROOM_FIXED)
        }
        Some(room::Type::Section) => Some(code::ROOM_FIXED),
        _ if admin => None,
        _ => {
            let only_leaves = whose == *by && leaves && fields.keys().all(|k| k == room::member::STATE);
            (!only_leaves).then_some(code::NOT_ROOM_ADMIN)
        }
    }
}
