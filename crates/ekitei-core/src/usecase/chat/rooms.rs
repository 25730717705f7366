//! The list of rooms: 自分宛 on top, then those that were pinned here, then by what was said last.

use super::{Names, author, drafts, reading, scope};
use crate::bridge::chat::{ChatBadge, LastLine, RoomRow};
use crate::open::Open;
use ekitei_model::chat::message;
use ekitei_model::chat::room::{self, Type, entry, member};
use ekitei_model::{Fault, Record, RecordId, Scope, kinds};
use ekitei_store::queue;
use ekitei_store::vault::Shown;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What is known of a room before its messages are looked at.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub id: RecordId,
    pub kind: Type,
    pub name: String,
    pub colour: String,
    pub members: u32,
    pub sections: Vec<String>,
    /// Of a one-to-one room.
    pub with: String,
    /// When it was made, for rooms in which nothing was said.
    pub made_ms: i64,
}

pub fn list(open: &Open) -> Result<Vec<RoomRow>, Fault> {
    let mut names = Names::new(open);
    let pinned = reading::pinned_rooms(open)?;
    let failed = failed(open)?;
    let mut rows = Vec::new();
    for known in all(open)?.into_values() {
        let made_ms = known.made_ms;
        let row = row_of(open, &known, &pinned, &failed, &mut names)?;
        let last_ms = row.last.as_ref().map_or(made_ms, |l| l.at.utc_ms);
        rows.push((row.kind != Type::Own, !row.pinned, std::cmp::Reverse(last_ms), row));
    }
    rows.sort_by(|a, b| (a.0, a.1, a.2, &a.3.name, a.3.id).cmp(&(b.0, b.1, b.2, &b.3.name, b.3.id)));
    Ok(rows.into_iter().map(|(_, _, _, row)| row).collect())
}

pub fn badge(open: &Open) -> Result<ChatBadge, Fault> {
    let mut badge = ChatBadge { unread: 0, mentions: 0, failed: 0 };
    for known in all(open)?.into_values() {
        let unread = reading::unread(open, known.id)?;
        badge.unread += unread.messages;
        badge.mentions += unread.mentions;
    }
    let failed = failed(open)?;
    let said: u64 = failed.said.values().map(|of_room| of_room.len() as u64).sum();
    badge.failed = said + failed.rooms.len() as u64;
    Ok(badge)
}

/// What of one's own was refused, as the rooms show it.
#[derive(Default)]
struct Failed {
    /// Messages (their words, a picture or file, or the bytes of one), calls, and calls whose answer it was.
    said: HashMap<RecordId, HashSet<RecordId>>,
    /// Rooms that the office did not make, and why.
    rooms: HashMap<RecordId, Fault>,
}

fn failed(open: &Open) -> Result<Failed, Fault> {
    let mut out = Failed::default();
    for refused in open.queue_read(queue::view::rows)? {
        let Some(fault) = refused.parked else { continue };
        let Some(record) = open.reader().record(refused.record)?.map(|s| s.record) else { continue };
        if record.kind == kinds::ROOM {
            if refused.op.as_ref().is_some_and(queue::view::is_create) {
                out.rooms.insert(record.id, fault);
            }
            continue;
        }
        let told = match (record.kind.as_str(), record.scope) {
            (kinds::MESSAGE | kinds::CALL, _) => Some(record.id),
            (kinds::CALL_ANSWER, Scope::Tally(call)) => Some(call),
            _ => record.parent,
        };
        let Some(told) = told.map(|id| open.reader().record(id)).transpose()?.flatten() else { continue };
        // As the room shows it: of what was taken back nothing failed.
        let own = author(&told.record) == open.me().as_str();
        let counts = match told.record.kind.as_str() {
            kinds::MESSAGE => own,
            kinds::CALL => own || record.kind == kinds::CALL_ANSWER,
            _ => false,
        };
        if let (true, Scope::Room(room)) = (counts, told.record.scope) {
            out.said.entry(room).or_default().insert(told.record.id);
        }
    }
    Ok(out)
}

/// # Errors
/// `room-unknown`.
pub(super) fn row(open: &Open, id: RecordId) -> Result<RoomRow, Fault> {
    row_of_known(open, &known(open, id)?)
}

pub(super) fn row_of_known(open: &Open, known: &Known) -> Result<RoomRow, Fault> {
    row_of(open, known, &reading::pinned_rooms(open)?, &failed(open)?, &mut Names::new(open))
}

/// # Errors
/// `room-unknown`.
pub(super) fn known(open: &Open, id: RecordId) -> Result<Known, Fault> {
    all(open)?.remove(&id).ok_or_else(|| Fault::ask("room-unknown"))
}

/// Every room that the person is in, as far as this phone knows.
pub(super) fn all(open: &Open) -> Result<HashMap<RecordId, Known>, Fault> {
    let reader = open.reader();
    let mut rooms: HashMap<RecordId, Known> = HashMap::new();
    for Shown { record, sort_ms, .. } in reader.of_kind(kinds::ROOM_ENTRY)? {
        let Ok(id) = record.text(entry::ROOM).parse() else { continue };
        let Some(mut known) = read(open, id, &record, sort_ms) else { continue };
        known.members = number(&record, entry::MEMBERS);
        record.text(entry::WITH).clone_into(&mut known.with);
        rooms.insert(id, known);
    }
    for Shown { record, sort_ms, .. } in reader.of_kind(kinds::ROOM)? {
        let Some(mut known) = read(open, record.id, &record, sort_ms) else { continue };
        let mut named = record.list(room::MEMBERS);
        // The office counts them; until it has, those whom this phone has invited.
        if record.seq == 0 {
            let invited = reader.in_scope(&scope(record.id), &[kinds::ROOM_MEMBER])?;
            named = invited.iter().map(|s| s.record.text(member::STAFF).to_owned()).collect();
        }
        known.members = u32::try_from(named.len()).unwrap_or(u32::MAX);
        if let Some(before) = rooms.get(&record.id) {
            known.members = known.members.max(before.members);
            known.with.clone_from(&before.with);
        }
        if known.kind == Type::Direct && known.with.is_empty() {
            let me = open.me().as_str();
            known.with = named.into_iter().find(|s| s != me).unwrap_or_default();
        }
        rooms.insert(record.id, known);
    }
    // Leaving shows at once, before the office has heard of it.
    let mut left = Vec::new();
    for id in rooms.keys() {
        let own = reader.record(room::member_id(*id, open.me()))?;
        if own.is_some_and(|s| s.waiting && s.record.text(member::STATE) == member::LEFT) {
            left.push(*id);
        }
    }
    left.iter().for_each(|id| drop(rooms.remove(id)));
    let own = room::self_id(open.me());
    rooms.entry(own).or_insert_with(|| Known {
        id: own,
        kind: Type::Own,
        name: String::new(),
        colour: String::new(),
        members: 1,
        sections: Vec::new(),
        with: String::new(),
        made_ms: 0,
    });
    Ok(rooms)
}

/// From a `room` or a `room_entry`. `None`: of a type that this program does not know, or somebody else's own.
fn read(open: &Open, id: RecordId, record: &Record, made_ms: i64) -> Option<Known> {
    let kind = Type::of(record)?;
    if kind == Type::Own && id != room::self_id(open.me()) {
        return None;
    }
    Some(Known {
        id,
        kind,
        name: record.text(room::NAME).to_owned(),
        colour: record.text(room::COLOUR).to_owned(),
        members: 0,
        sections: record.list(room::SECTIONS),
        with: String::new(),
        made_ms,
    })
}

pub(super) fn number(record: &Record, field: &str) -> u32 {
    let value = record.fields.get(field).and_then(Value::as_u64).unwrap_or(0);
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// What stands above the room.
pub(super) fn title(known: &Known, names: &mut Names) -> Result<String, Fault> {
    match known.kind {
        Type::Own => Ok(String::new()),
        Type::Direct => names.of(&known.with),
        _ => Ok(known.name.clone()),
    }
}

fn row_of(
    open: &Open,
    known: &Known,
    pinned: &[RecordId],
    failed: &Failed,
    names: &mut Names,
) -> Result<RoomRow, Fault> {
    let (shown, _) = open.reader().messages(&scope(known.id), 1)?;
    let unread = reading::unread(open, known.id)?;
    let mut here: Vec<Shown> = shown.iter().filter(|s| s.record.born_seq == 0).cloned().collect();
    if known.kind == Type::Disaster {
        let calls = open.reader().in_scope(&scope(known.id), &[kinds::CALL])?;
        here.extend(calls.into_iter().filter(|s| s.record.born_seq == 0));
    }
    Ok(RoomRow {
        id: known.id,
        kind: known.kind,
        name: title(known, names)?,
        colour: known.colour.clone(),
        members: known.members,
        unread: unread.messages,
        mentions: unread.mentions,
        pinned: pinned.contains(&known.id),
        draft: drafts::load(open, known.id)?.map(drafts::Kept::line).unwrap_or_default(),
        waiting: here.iter().filter(|s| s.waiting).count() as u64,
        failed: failed.said.get(&known.id).map_or(0, |said| said.len() as u64),
        fault: failed.rooms.get(&known.id).cloned(),
        last: shown.last().map(|s| last_line(open, s, names)).transpose()?,
    })
}

fn last_line(open: &Open, shown: &Shown, names: &mut Names) -> Result<LastLine, Fault> {
    let record = &shown.record;
    let by = author(record).to_owned();
    let stamp = record.text(message::STAMP);
    Ok(LastLine {
        text: record.text(message::TEXT).to_owned(),
        own: by == open.me().as_str(),
        by_name: names.of(&by)?,
        by,
        at: super::view::at(open, record),
        photos: number(record, message::PHOTOS),
        files: number(record, message::FILES),
        stamp: (!stamp.is_empty()).then(|| stamp.to_owned()),
        unsent: record.flag(message::UNSENT),
    })
}
