//! Rooms as the console reads them.

use super::codec::{int, number, record_of, text, word};
use super::load::{body, record};
use super::people::reader;
use super::rooms::records;
use super::session::{Go, maybe, rows};
use crate::error::StorageError;
use crate::plan::access;
use crate::rooms::*;
use crate::rows::Caller;
use crate::words_rooms as words;
use deadpool_postgres::Transaction;
use ekitei_model::chat::{call, message};
use ekitei_model::fold::fold;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, rules};
use std::collections::BTreeMap;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Messages looked at by one search, before sender and day are compared.
const SEARCHED: i64 = 5_000;

/// The rooms that the person may read, each with its condition on rows.
async fn open_rooms(
    tx: &Transaction<'_>,
    staff: &Staff,
    today: &str,
) -> Go<BTreeMap<RecordId, (Record, String)>> {
    let standing = rules::standing_scopes(staff, today);
    let scopes: Vec<String> =
        standing.iter().filter(|s| **s != Scope::All).map(ToString::to_string).collect();
    let sql =
        "SELECT DISTINCT parent FROM records WHERE scope = ANY($1) AND kind = 'room_entry' AND NOT deleted";
    let mut out = BTreeMap::new();
    for row in rows(tx, sql, &[&scopes]).await? {
        let id = RecordId(row.try_get(0)?);
        if let Some(open) = open_room(tx, staff, today, id).await? {
            out.insert(id, open);
        }
    }
    Ok(out)
}

async fn open_room(
    tx: &Transaction<'_>,
    staff: &Staff,
    today: &str,
    id: RecordId,
) -> Go<Option<(Record, String)>> {
    let Some(of) = record(tx, id).await? else { return Ok(None) };
    let scope = Scope::Room(id);
    if of.scope != scope || !access::readable(&scope, Some(&of), staff, today) {
        return Ok(None);
    }
    let shown = access::shown_sql(&scope, Some(&of), staff, today);
    Ok(Some((of, shown)))
}

/// What only some of a room may see is asked in words of its own: not a statement to keep.
async fn shown_rows(
    tx: &Transaction<'_>,
    sql: &str,
    shown: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Go<Vec<Row>> {
    if shown.is_empty() { rows(tx, sql, params).await } else { Ok(tx.query(sql, params).await?) }
}

async fn read_to(tx: &Transaction<'_>, room: RecordId, staff: &Staff) -> Go<u64> {
    let mut to = 0;
    for id in words::mark_ids(room, &staff.id) {
        to = to.max(record(tx, id).await?.as_ref().map_or(0, words::mark_value));
    }
    Ok(to)
}

pub(super) async fn rooms(tx: &Transaction<'_>, caller: &Caller) -> Go<Vec<RoomLine>> {
    let staff = reader(tx, caller).await?;
    let mut out = Vec::new();
    for (id, (_, shown)) in open_rooms(tx, &staff, &caller.today).await? {
        out.push(line(tx, &staff, id, &shown).await?);
    }
    Ok(out)
}

pub(super) async fn room_line(tx: &Transaction<'_>, caller: &Caller, room: RecordId) -> Go<Option<RoomLine>> {
    let staff = reader(tx, caller).await?;
    match open_room(tx, &staff, &caller.today, room).await? {
        Some((_, shown)) => line(tx, &staff, room, &shown).await.map(Some),
        None => Ok(None),
    }
}

async fn line(tx: &Transaction<'_>, staff: &Staff, id: RecordId, shown: &str) -> Go<RoomLine> {
    let scope = Scope::Room(id).to_string();
    let sql = format!(
        "SELECT body FROM records WHERE scope = $1 AND kind IN ('message', 'call') AND NOT deleted{shown}
         ORDER BY born_seq DESC LIMIT 1"
    );
    let found = shown_rows(tx, &sql, shown, &[&scope]).await?;
    let last = found.first().map(|row| text(row, 0)).transpose()?;
    let read_to = read_to(tx, id, staff).await?;
    let sql = format!(
        "SELECT body FROM records WHERE scope = $1 AND kind IN ('message', 'call') AND NOT deleted
           AND born_seq > $2{shown} ORDER BY born_seq LIMIT $3"
    );
    let found = shown_rows(tx, &sql, shown, &[&scope, &int(read_to), &int(2 * UNREAD_MOST)]).await?;
    let after: Vec<Record> = found.iter().map(|row| record_of(row.try_get(0)?)).collect::<Go<_>>()?;
    let (unread, mentioned) = words::unread(&after, &staff.id);
    let held = held(tx, id, staff).await?.len() as u64;
    let room = body(tx, id).await?.unwrap_or_default();
    Ok(RoomLine { room, last, unread, mentioned, read_to, held })
}

async fn held(tx: &Transaction<'_>, room: RecordId, staff: &Staff) -> Go<Vec<String>> {
    let sql = "SELECT body FROM records WHERE parent = $1 AND kind = 'held' AND NOT deleted AND scope = $2 ORDER BY born_seq";
    let scope = Scope::User(staff.id.clone()).to_string();
    rows(tx, sql, &[&room.0, &scope]).await?.iter().map(|row| text(row, 0)).collect()
}

/// Messages on one side of a place, nearest first, and whether there are more.
async fn part(
    tx: &Transaction<'_>,
    scope: &str,
    shown: &str,
    (compare, order): (&str, &str),
    from: i64,
    limit: u32,
) -> Go<(Vec<(u64, String)>, bool)> {
    let sql = format!(
        "SELECT born_seq, body FROM records WHERE scope = $1 AND kind IN ('message', 'call') AND NOT deleted
           AND born_seq {compare} $2{shown} ORDER BY born_seq {order} LIMIT $3"
    );
    let found = shown_rows(tx, &sql, shown, &[&scope, &from, &(i64::from(limit) + 1)]).await?;
    let mut page: Vec<(u64, String)> =
        found.iter().map(|row| Ok((number(row, 0)?, text(row, 1)?))).collect::<Go<_>>()?;
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    Ok((page, more))
}

pub(super) async fn room_page(
    tx: &Transaction<'_>,
    caller: &Caller,
    room: RecordId,
    ask: RoomAsk,
    limit: u32,
) -> Go<RoomPage> {
    const BACK: (&str, &str) = ("<", "DESC");
    const ON: (&str, &str) = (">", "ASC");
    let staff = reader(tx, caller).await?;
    let refused = || StorageError::refused("not-readable");
    let (_, shown) = open_room(tx, &staff, &caller.today, room).await?.ok_or_else(refused)?;
    let scope = Scope::Room(room).to_string();
    let (mut older, mut newer) = (Default::default(), Default::default());
    match ask {
        RoomAsk::Newest => older = part(tx, &scope, &shown, BACK, i64::MAX, limit).await?,
        RoomAsk::Before(n) => older = part(tx, &scope, &shown, BACK, int(n), limit).await?,
        RoomAsk::After(n) => newer = part(tx, &scope, &shown, ON, int(n), limit).await?,
        RoomAsk::Around(n) => {
            older = part(tx, &scope, &shown, ("<=", "DESC"), int(n), limit.div_ceil(2)).await?;
            newer = part(tx, &scope, &shown, ON, int(n), limit / 2).await?;
        }
    }
    let has_older = older.1 || matches!(ask, RoomAsk::After(_));
    let has_newer = newer.1 || matches!(ask, RoomAsk::Before(_));
    let mut page: Vec<(u64, String)> = older.0;
    page.reverse();
    page.extend(newer.0);
    let ids: Vec<Uuid> = page.iter().map(|(_, text)| Ok(record_of(text)?.id.0)).collect::<Go<_>>()?;
    let sql = "SELECT body FROM records WHERE parent = ANY($1) AND NOT deleted
           AND kind IN ('photo', 'file', 'reaction', 'pin') AND parent IS NOT NULL ORDER BY born_seq";
    let attached = rows(tx, sql, &[&ids]).await?.iter().map(|row| text(row, 0)).collect::<Go<_>>()?;
    let sql = "SELECT body FROM records WHERE scope = $1 AND kind = 'pin' AND NOT deleted";
    let pins = records(tx, sql, &[&scope]).await?;
    Ok(RoomPage {
        older: page.first().filter(|_| has_older).map(|(n, _)| *n),
        newer: page.last().filter(|_| has_newer).map(|(n, _)| *n),
        messages: page.into_iter().map(|(_, body)| body).collect(),
        attached,
        read_to: read_to(tx, room, &staff).await?,
        held: held(tx, room, &staff).await?,
        pinned: pins.iter().filter(|p| !p.flag(message::pin::OFF)).filter_map(|p| p.parent).collect(),
    })
}

pub(super) async fn room_marks(tx: &Transaction<'_>, caller: &Caller, room: RecordId) -> Go<Vec<MarkRow>> {
    let staff = reader(tx, caller).await?;
    let refused = || StorageError::refused("not-readable");
    open_room(tx, &staff, &caller.today, room).await?.ok_or_else(refused)?;
    office_marks(tx, room).await
}

pub(super) async fn office_marks(tx: &Transaction<'_>, room: RecordId) -> Go<Vec<MarkRow>> {
    let sql = "SELECT body, changed_ms FROM records WHERE scope = ANY($1) AND kind = 'mark'";
    let scopes = vec![Scope::Room(room).to_string(), Scope::Tally(room).to_string()];
    let found = rows(tx, sql, &[&scopes]).await?;
    let marks =
        found.iter().map(|row| Ok((record_of(row.try_get(0)?)?, row.try_get(1)?))).collect::<Go<_>>()?;
    Ok(words::marks(marks))
}

pub(super) async fn search_messages(
    tx: &Transaction<'_>,
    caller: &Caller,
    filter: &MessageFilter,
    limit: u32,
) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let wanted = filter.text.as_deref().map(fold).unwrap_or_default().replace('\0', " ");
    let open = open_rooms(tx, &staff, &caller.today).await?;
    let scopes: Vec<String> = open
        .keys()
        .filter(|id| filter.room.is_none_or(|r| r == **id))
        .map(|id| Scope::Room(*id).to_string())
        .collect();
    let sql = "SELECT r.body FROM records r LEFT JOIN words w ON w.record = r.id
         WHERE r.scope = ANY($1) AND r.kind IN ('message', 'call') AND NOT r.deleted AND r.kind = 'message'
           AND ($2 = '' OR position($2 in w.folded) > 0)
           AND ($4::text IS NULL OR r.body::json #>> '{created,staff}' = $4)
           AND ($5::bigint IS NULL OR (r.body::json ->> 'received_ms')::bigint >= $5)
           AND ($6::bigint IS NULL OR (r.body::json ->> 'received_ms')::bigint < $6)
           AND (NOT $7 OR (r.body::json #>> '{fields,photos}')::bigint > 0)
         ORDER BY r.changed_ms DESC, r.born_seq DESC LIMIT $3";
    let from_staff = filter.from_staff.as_ref().map(StaffId::as_str);
    let (from_ms, to_ms, photos) = (&filter.from_ms, &filter.to_ms, &filter.photos);
    let mut out = Vec::new();
    for row in rows(tx, sql, &[&scopes, &wanted, &SEARCHED, &from_staff, from_ms, to_ms, photos]).await? {
        let text = text(&row, 0)?;
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

pub(super) async fn calls(tx: &Transaction<'_>, caller: &Caller, limit: u32) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let sql = "SELECT body FROM records WHERE kind = 'call' AND NOT deleted ORDER BY changed_ms DESC";
    let mut out = Vec::new();
    for of in records(tx, sql, &[]).await? {
        let asked = call::is_asked(&of, &staff, &caller.today);
        let open = match of.scope.owner() {
            Some(room) if !asked => open_room(tx, &staff, &caller.today, room).await?.is_some(),
            _ => asked,
        };
        if open && out.len() < limit as usize {
            out.push((of.received_ms, serde_json::to_string(&of)?));
        }
    }
    out.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(out.into_iter().map(|(_, text)| text).collect())
}

pub(super) async fn call_answers(tx: &Transaction<'_>, call: RecordId) -> Go<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = $1 AND kind = 'call_answer' AND NOT deleted";
    records(tx, sql, &[&Scope::Tally(call).to_string()]).await
}

pub(super) async fn of_section(tx: &Transaction<'_>, section: &str, kind: &str) -> Go<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = $1 AND kind = $2 AND NOT deleted ORDER BY born_seq";
    records(tx, sql, &[&Scope::Section(section.to_owned()).to_string(), &kind]).await
}

pub(super) async fn waiting_kind(tx: &Transaction<'_>, record: RecordId) -> Go<Option<String>> {
    let sql = "SELECT w.bytes FROM waiting w JOIN ops o ON o.op_id = w.op_id WHERE o.record = $1";
    for row in rows(tx, sql, &[&record.0]).await? {
        let kept: Vec<u8> = row.try_get(0)?;
        if let Some(kind) = words::made_kind(&kept) {
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

pub(super) async fn kept_children(
    tx: &Transaction<'_>,
    staff: &StaffId,
    message: RecordId,
) -> Go<Vec<Record>> {
    let sql = "SELECT bytes FROM waiting WHERE needs = $1 AND staff = $2 ORDER BY arrival";
    let mut out = Vec::new();
    for row in rows(tx, sql, &[&message.0, &staff.as_str()]).await? {
        let bytes: Vec<u8> = row.try_get(0)?;
        let Some(mut child) = words::made(&bytes) else { continue };
        let here = "SELECT variant, sha256 FROM arrivals WHERE record = $1";
        let mut arrived = Vec::new();
        for row in rows(tx, here, &[&child.id.0]).await? {
            arrived.push((row.try_get(0)?, row.try_get(1)?));
        }
        words::note_arrived(&mut child, &arrived);
        out.push(child);
    }
    Ok(out)
}

/// The record that somebody's kept operation will make.
pub(super) async fn kept(tx: &Transaction<'_>, staff: &StaffId, record: RecordId) -> Go<Option<Record>> {
    let sql =
        "SELECT w.bytes FROM waiting w JOIN ops o ON o.op_id = w.op_id WHERE o.record = $1 AND w.staff = $2";
    for row in rows(tx, sql, &[&record.0, &staff.as_str()]).await? {
        let bytes: Vec<u8> = row.try_get(0)?;
        if let Some(made) = words::made(&bytes) {
            return Ok(Some(made));
        }
    }
    Ok(None)
}

pub(super) async fn whole_room(tx: &Transaction<'_>, room: RecordId) -> Go<Vec<Record>> {
    let sql = "SELECT body FROM records WHERE scope = $1 AND NOT deleted ORDER BY born_seq";
    records(tx, sql, &[&Scope::Room(room).to_string()]).await
}

/// The newest number of a scope; 0: nothing was ever in it.
pub(super) async fn head(tx: &Transaction<'_>, scope: &Scope) -> Go<u64> {
    let row = maybe(tx, "SELECT head FROM scopes WHERE scope = $1", &[&scope.to_string()]).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Grows whenever somebody reads on in the room itself.
pub(super) async fn marks_head(tx: &Transaction<'_>, room: RecordId) -> Go<u64> {
    let sql = "SELECT coalesce(max(seq), 0) FROM records WHERE scope = $1 AND kind = 'mark'";
    let row = maybe(tx, sql, &[&Scope::Room(room).to_string()]).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Rooms in whose tally somebody has read on in the last minute, and whose counts may be told again.
pub(super) async fn large_rooms(tx: &Transaction<'_>, now_ms: i64) -> Go<Vec<RecordId>> {
    let sql =
        "SELECT DISTINCT scope FROM records WHERE kind = 'mark' AND scope >= 'tally:' AND scope < 'tally;'
         AND changed_ms > $1";
    let scopes: Vec<Scope> =
        rows(tx, sql, &[&(now_ms - 60_000)]).await?.iter().map(|row| word(row, 0)).collect::<Go<_>>()?;
    let ids: Vec<Uuid> =
        scopes.iter().filter_map(|s| if let Scope::Tally(id) = s { Some(id.0) } else { None }).collect();
    let sql =
        "SELECT id FROM records WHERE id = ANY($1) AND (changed_ms <= $2 OR changed_ms > $3) ORDER BY id";
    let due = rows(tx, sql, &[&ids, &(now_ms - TALLY_EVERY_MS), &now_ms]).await?;
    due.iter().map(|row| Ok(RecordId(row.try_get(0)?))).collect()
}
