//! Rooms as the console reads them.

use super::codec::{int, record_of, uuid};
use super::load::{body, record};
use super::people::reader;
use super::rooms::records;
use crate::error::{Result, StorageError};
use crate::plan::access;
use crate::rooms::*;
use crate::rows::Caller;
use crate::words_rooms as words;
use ekitei_model::chat::call;
use ekitei_model::fold::fold;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, rules};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Messages looked at by one search, before sender and day are compared.
const SEARCHED: i64 = 5_000;

/// The rooms that the person may read, each with its condition on rows.
fn open_rooms(db: &Connection, staff: &Staff, today: &str) -> Result<BTreeMap<RecordId, (Record, String)>> {
    let mut ids = Vec::new();
    let mut find = db.prepare_cached(
        "SELECT parent FROM records WHERE scope = ?1 AND kind = 'room_entry' AND deleted = 0",
    )?;
    for scope in rules::standing_scopes(staff, today).iter().filter(|s| **s != Scope::All) {
        for id in find.query_map([scope.to_string()], |r| uuid(r, 0))? {
            ids.push(RecordId(id?));
        }
    }
    let mut out = BTreeMap::new();
    for id in ids {
        if let Some((of, shown)) = open_room(db, staff, today, id)? {
            out.insert(id, (of, shown));
        }
    }
    Ok(out)
}

fn open_room(db: &Connection, staff: &Staff, today: &str, id: RecordId) -> Result<Option<(Record, String)>> {
    let Some(of) = record(db, id)? else { return Ok(None) };
    let scope = Scope::Room(id);
    if of.scope != scope || !access::readable(&scope, Some(&of), staff, today) {
        return Ok(None);
    }
    let shown = access::shown_sql(&scope, Some(&of), staff, today);
    Ok(Some((of, shown)))
}

fn read_to(db: &Connection, room: RecordId, staff: &Staff) -> Result<u64> {
    let mut to = 0;
    for id in words::mark_ids(room, &staff.id) {
        to = to.max(record(db, id)?.as_ref().map_or(0, words::mark_value));
    }
    Ok(to)
}

pub(super) fn rooms(db: &Connection, caller: &Caller) -> Result<Vec<RoomLine>> {
    let staff = reader(db, caller)?;
    let open = open_rooms(db, &staff, &caller.today)?;
    open.into_iter().map(|(id, (_, shown))| line(db, &staff, id, &shown)).collect()
}

pub(super) fn room_line(db: &Connection, caller: &Caller, room: RecordId) -> Result<Option<RoomLine>> {
    let staff = reader(db, caller)?;
    let open = open_room(db, &staff, &caller.today, room)?;
    open.map(|(_, shown)| line(db, &staff, room, &shown)).transpose()
}

fn line(db: &Connection, staff: &Staff, id: RecordId, shown: &str) -> Result<RoomLine> {
    let scope = Scope::Room(id).to_string();
    let sql = format!(
        "SELECT body FROM records WHERE scope = ?1 AND kind IN ('message', 'call') AND deleted = 0{shown}
         ORDER BY born_seq DESC LIMIT 1"
    );
    let last: Option<String> = db.prepare_cached(&sql)?.query_row([&scope], |r| r.get(0)).optional()?;
    let read_to = read_to(db, id, staff)?;
    let sql = format!(
        "SELECT body FROM records WHERE scope = ?1 AND kind IN ('message', 'call') AND deleted = 0
           AND born_seq > ?2{shown} ORDER BY born_seq LIMIT ?3"
    );
    let after = records(db, &sql, &[&scope, &int(read_to), &int(2 * UNREAD_MOST)])?;
    let (unread, mentioned) = words::unread(&after, &staff.id);
    let held = held(db, id, staff)?.len() as u64;
    let room = body(db, id)?.unwrap_or_default();
    Ok(RoomLine { room, last, unread, mentioned, read_to, held })
}

fn held(db: &Connection, room: RecordId, staff: &Staff) -> Result<Vec<String>> {
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE parent = ?1 AND kind = 'held' AND deleted = 0 AND scope = ?2 ORDER BY born_seq",
    )?;
    let scope = Scope::User(staff.id.clone()).to_string();
    Ok(find.query_map(params![room.0.into_bytes(), scope], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn room_page(
    db: &Connection,
    caller: &Caller,
    room: RecordId,
    ask: RoomAsk,
    limit: u32,
) -> Result<RoomPage> {
    let staff = reader(db, caller)?;
    let refused = || StorageError::refused("not-readable");
    let (_, shown) = open_room(db, &staff, &caller.today, room)?.ok_or_else(refused)?;
    let scope = Scope::Room(room).to_string();
    let part = |compare: &str, order: &str, from: i64, limit: u32| -> Result<(Vec<(u64, String)>, bool)> {
        let sql = format!(
            "SELECT born_seq, body FROM records WHERE scope = ?1 AND kind IN ('message', 'call') AND deleted = 0
               AND born_seq {compare} ?2{shown} ORDER BY born_seq {order} LIMIT ?3"
        );
        let mut find = db.prepare_cached(&sql)?;
        let rows = find.query_map(params![scope, from, i64::from(limit) + 1], |r| {
            Ok((super::codec::number(r, 0)?, r.get::<_, String>(1)?))
        })?;
        let mut rows: Vec<(u64, String)> = rows.collect::<rusqlite::Result<_>>()?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        Ok((rows, more))
    };
    let (mut older, mut newer) = (Default::default(), Default::default());
    match ask {
        RoomAsk::Newest => older = part("<", "DESC", i64::MAX, limit)?,
        RoomAsk::Before(n) => older = part("<", "DESC", int(n), limit)?,
        RoomAsk::After(n) => newer = part(">", "ASC", int(n), limit)?,
        RoomAsk::Around(n) => {
            older = part("<=", "DESC", int(n), limit.div_ceil(2))?;
            newer = part(">", "ASC", int(n), limit / 2)?;
        }
    }
    let has_older = older.1 || matches!(ask, RoomAsk::After(_));
    let has_newer = newer.1 || matches!(ask, RoomAsk::Before(_));
    let mut page: Vec<(u64, String)> = older.0;
    page.reverse();
    page.extend(newer.0);
    let ids: Vec<String> =
        page.iter().map(|(_, text)| Ok(record_of(text)?.id.0.simple().to_string())).collect::<Result<_>>()?;
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE parent IN (SELECT unhex(value) FROM json_each(?1)) AND deleted = 0
           AND kind IN ('photo', 'file', 'reaction', 'pin') AND parent IS NOT NULL ORDER BY born_seq",
    )?;
    let attached = find
        .query_map([serde_json::to_string(&ids)?], |r| r.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let pins =
        records(db, "SELECT body FROM records WHERE scope = ?1 AND kind = 'pin' AND deleted = 0", &[&scope])?;
    Ok(RoomPage {
        older: page.first().filter(|_| has_older).map(|(n, _)| *n),
        newer: page.last().filter(|_| has_newer).map(|(n, _)| *n),
        messages: page.into_iter().map(|(_, body)| body).collect(),
        attached,
        read_to: read_to(db, room, &staff)?,
        held: held(db, room, &staff)?,
        pinned: pins
            .iter()
            .filter(|p| !p.flag(ekitei_model::chat::message::pin::OFF))
            .filter_map(|p| p.parent)
            .collect(),
    })
}

pub(super) fn room_marks(db: &Connection, caller: &Caller, room: RecordId) -> Result<Vec<MarkRow>> {
    let staff = reader(db, caller)?;
    let refused = || StorageError::refused("not-readable");
    open_room(db, &staff, &caller.today, room)?.ok_or_else(refused)?;
    office_marks(db, room)
}

pub(super) fn office_marks(db: &Connection, room: RecordId) -> Result<Vec<MarkRow>> {
    let mut find =
        db.prepare_cached("SELECT body, changed_ms FROM records WHERE scope IN (?1, ?2) AND kind = 'mark'")?;
    let scopes = [Scope::Room(room).to_string(), Scope::Tally(room).to_string()];
    let rows: Vec<(String, i64)> =
        find.query_map(scopes, |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let marks = rows.into_iter().map(|(text, at)| Ok((record_of(&text)?, at))).collect::<Result<_>>()?;
    Ok(words::marks(marks))
}

pub(super) fn search_messages(
    db: &Connection,
    caller: &Caller,
    filter: &MessageFilter,
    limit: u32,
) -> Result<Vec<String>> {
    let staff = reader(db, caller)?;
    let wanted = filter.text.as_deref().map(fold).unwrap_or_default();
    let open = open_rooms(db, &staff, &caller.today)?;
    let scopes: Vec<String> = open
        .keys()
        .filter(|id| filter.room.is_none_or(|r| r == **id))
        .map(|id| Scope::Room(*id).to_string())
        .collect();
    let mut find = db.prepare_cached(
        "SELECT r.body FROM records r LEFT JOIN words w ON w.record = r.id
         WHERE r.scope IN (SELECT value FROM json_each(?1)) AND r.kind IN ('message', 'call') AND r.deleted = 0
           AND r.kind = 'message' AND (?2 = '' OR instr(w.folded, ?2) > 0)
           AND (?4 IS NULL OR json_extract(r.body, '$.created.staff') = ?4)
           AND (?5 IS NULL OR json_extract(r.body, '$.received_ms') >= ?5)
           AND (?6 IS NULL OR json_extract(r.body, '$.received_ms') < ?6)
           AND (NOT ?7 OR json_extract(r.body, '$.fields.photos') > 0)
         ORDER BY r.changed_ms DESC, r.born_seq DESC LIMIT ?3",
    )?;
    let from_staff = filter.from_staff.as_ref().map(StaffId::as_str);
    let rows = find.query_map(
        params![
            serde_json::to_string(&scopes)?,
            wanted,
            SEARCHED,
            from_staff,
            filter.from_ms,
            filter.to_ms,
            filter.photos
        ],
        |r| r.get::<_, String>(0),
    )?;
    let mut out = Vec::new();
    for text in rows {
        let text = text?;
        let m = record_of(&text)?;
        let of = m.scope.owner().and_then(|id| open.get(&id)).map(|(of, _)| of);
        if words::message_fits(&m, filter) && access::shows(&m, of, &staff, &caller.today) {
            out.push((m.received_ms, text));
        }
    }
    out.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    out.truncate(limit as usize);
    Ok(out.into_iter().map(|(_, text)| text).collect())
}

pub(super) fn calls(db: &Connection, caller: &Caller, limit: u32) -> Result<Vec<String>> {
    let staff = reader(db, caller)?;
    let found = records(
        db,
        "SELECT body FROM records WHERE kind = 'call' AND deleted = 0 ORDER BY changed_ms DESC",
        &[],
    )?;
    let mut out = Vec::new();
    for of in found {
        let asked = call::is_asked(&of, &staff, &caller.today);
        let open = match of.scope.owner() {
            Some(room) if !asked => open_room(db, &staff, &caller.today, room)?.is_some(),
            _ => asked,
        };
        if open && out.len() < limit as usize {
            out.push((of.received_ms, serde_json::to_string(&of)?));
        }
    }
    out.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(out.into_iter().map(|(_, text)| text).collect())
}

pub(super) fn call_answers(db: &Connection, call: RecordId) -> Result<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = ?1 AND kind = 'call_answer' AND deleted = 0";
    records(db, sql, &[&Scope::Tally(call).to_string()])
}

pub(super) fn of_section(db: &Connection, section: &str, kind: &str) -> Result<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = ?1 AND kind = ?2 AND deleted = 0 ORDER BY born_seq";
    records(db, sql, &[&Scope::Section(section.to_owned()).to_string(), &kind])
}

pub(super) fn waiting_kind(db: &Connection, record: RecordId) -> Result<Option<String>> {
    let sql = "SELECT w.bytes FROM waiting w CROSS JOIN ops o ON o.op_id = w.op_id WHERE o.record = ?1";
    let mut find = db.prepare_cached(sql)?;
    let kept: Vec<Vec<u8>> =
        find.query_map([record.0.into_bytes()], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(kept.iter().find_map(|bytes| words::made_kind(bytes)))
}

pub(super) fn kept_children(db: &Connection, staff: &StaffId, message: RecordId) -> Result<Vec<Record>> {
    let sql = "SELECT bytes FROM waiting WHERE needs = ?1 AND staff = ?2 ORDER BY arrival";
    let kept: Vec<Vec<u8>> = db
        .prepare_cached(sql)?
        .query_map(params![message.0.into_bytes(), staff.as_str()], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut arrived = db.prepare_cached("SELECT variant, sha256 FROM arrivals WHERE record = ?1")?;
    let mut out = Vec::new();
    for mut child in kept.iter().filter_map(|bytes| words::made(bytes)) {
        let here: Vec<(String, String)> = arrived
            .query_map([child.id.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        words::note_arrived(&mut child, &here);
        out.push(child);
    }
    Ok(out)
}

/// The record that somebody's kept operation will make.
pub(super) fn kept(db: &Connection, staff: &StaffId, record: RecordId) -> Result<Option<Record>> {
    let sql = "SELECT w.bytes FROM waiting w CROSS JOIN ops o ON o.op_id = w.op_id WHERE o.record = ?1 AND w.staff = ?2";
    let mut find = db.prepare_cached(sql)?;
    let kept: Vec<Vec<u8>> = find
        .query_map(params![record.0.into_bytes(), staff.as_str()], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(kept.iter().find_map(|bytes| words::made(bytes)))
}

pub(super) fn whole_room(db: &Connection, room: RecordId) -> Result<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = ?1 AND deleted = 0 ORDER BY born_seq";
    records(db, sql, &[&Scope::Room(room).to_string()])
}
