//! Rooms: their messages in the office's order with one's own waiting ones behind them, what hangs on a message, and
//! what is unread.

use super::mirror;
use super::overlay;
use super::read::{Shown, bodies, merge};
use crate::error::StoreError;
use ekitei_model::chat::message;
use ekitei_model::{OpId, Record, RecordId, Scope, StaffId, kinds};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// What one has not read of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Messages of others.
    pub messages: u64,
    /// Of these, the ones that call on this person.
    pub mentions: u64,
    /// Place of the first.
    pub first_born: Option<u64>,
}

const BORN: &str = "json_extract(body, '$.born_seq')";
/// As the index has it.
const HERE: &str = "scope = ?1 AND kind = 'message' AND deleted = 0";

/// The last `limit` messages that the office has, in its order, then those that have no place there yet, in the order they
/// were written; and whether there are older ones. Costs what it returns, however long the room is.
pub fn messages(conn: &Connection, scope: &Scope, limit: usize) -> Result<(Vec<Shown>, bool), StoreError> {
    let text = scope.to_string();
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let sql = format!("SELECT body FROM mirror WHERE {HERE} ORDER BY {BORN} DESC LIMIT ?2");
    let mut rows = bodies(conn, &sql, params![text, wanted])?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let from = if more { rows.last().map_or(0, |r| r.born_seq) } else { 0 };
    let pending = overlay::grouped(conn, Some(&text), Some(kinds::MESSAGE))?;
    let here =
        |r: &Record| r.kind == kinds::MESSAGE && r.scope == *scope && (r.born_seq == 0 || r.born_seq >= from);
    let mut out = merge(conn, rows, pending, here)?;
    out.sort_by_key(|s| (place(s), s.written, s.record.id));
    Ok((out, more))
}

/// What has no place at the office yet stands at the end.
fn place(shown: &Shown) -> u64 {
    match shown.record.born_seq {
        0 => u64::MAX,
        born => born,
    }
}

/// How many messages stand from this one to the end, as the office has them; `None`: it is not among them.
pub fn from_end(conn: &Connection, scope: &Scope, id: RecordId) -> Result<Option<u64>, StoreError> {
    let Some(born) = mirror::get(conn, id)?.filter(|r| r.scope == *scope && !r.deleted).map(|r| r.born_seq)
    else {
        return Ok(None);
    };
    let sql = format!("SELECT count(*) FROM mirror WHERE {HERE} AND {BORN} >= ?2");
    Ok(Some(conn.prepare_cached(&sql)?.query_row(params![scope.to_string(), born], |r| r.get(0))?))
}

/// The place of the newest message that the office has; 0: none.
pub fn newest_born(conn: &Connection, scope: &Scope) -> Result<u64, StoreError> {
    let sql = format!("SELECT coalesce(max({BORN}), 0) FROM mirror WHERE {HERE}");
    Ok(conn.prepare_cached(&sql)?.query_row([scope.to_string()], |r| r.get(0))?)
}

/// What others wrote after `after_born`.
pub fn unread(conn: &Connection, scope: &Scope, after_born: u64, me: &StaffId) -> Result<Unread, StoreError> {
    let sql = format!(
        "SELECT count(*), min({BORN}),
           coalesce(sum(EXISTS (SELECT 1 FROM json_each(body, '$.fields.{mentions}') WHERE value IN (?3, '{all}'))), 0)
         FROM mirror WHERE {HERE} AND {BORN} > ?2
           AND json_extract(body, '$.created.staff') IS NOT ?3 AND json_extract(body, '$.fields.{unsent}') IS NOT 1",
        mentions = message::MENTIONS,
        all = message::EVERYBODY,
        unsent = message::UNSENT,
    );
    let values = params![scope.to_string(), after_born, me.as_str()];
    Ok(conn.prepare_cached(&sql)?.query_row(values, |r| {
        Ok(Unread { messages: r.get(0)?, first_born: r.get(1)?, mentions: r.get(2)? })
    })?)
}

/// The records of these kinds that hang on `parents`, which are all of `scope`: by parent, in their order.
pub fn children(
    conn: &Connection,
    scope: &Scope,
    parents: &[RecordId],
    kinds: &[&str],
) -> Result<HashMap<RecordId, Vec<Shown>>, StoreError> {
    let text = scope.to_string();
    let wanted = serde_json::to_string(kinds)?;
    let sql = "SELECT body FROM mirror WHERE parent = ?1 AND deleted = 0 AND kind IN (SELECT value FROM json_each(?2))";
    let mut rows: HashMap<String, Vec<Record>> = HashMap::new();
    for parent in parents {
        for row in bodies(conn, sql, params![parent.0.into_bytes(), wanted])? {
            rows.entry(row.kind.clone()).or_default().push(row);
        }
    }
    let parents: HashSet<RecordId> = parents.iter().copied().collect();
    let mut out: HashMap<RecordId, Vec<Shown>> = HashMap::new();
    for kind in kinds {
        let pending = overlay::grouped(conn, Some(&text), Some(kind))?;
        let hangs = |r: &Record| {
            r.kind == *kind && r.scope == *scope && r.parent.is_some_and(|p| parents.contains(&p))
        };
        for shown in merge(conn, rows.remove(*kind).unwrap_or_default(), pending, hangs)? {
            if let Some(parent) = shown.record.parent {
                out.entry(parent).or_default().push(shown);
            }
        }
    }
    for shown in out.values_mut() {
        shown.sort_by_key(|s| (place(s), s.written, s.record.id));
    }
    Ok(out)
}

/// Found by a part of their text, of one character or more; or without a text simply the newest. At most `limit` are
/// looked at.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    pub query: &'a str,
    /// `None`: all rooms.
    pub room: Option<RecordId>,
}

/// The messages, newest first, as they are shown.
pub fn search(conn: &Connection, wanted: &Wanted, limit: u32) -> Result<Vec<Shown>, StoreError> {
    let scope = wanted.room.map(|r| Scope::Room(r).to_string());
    let Some(phrase) = ekitei_model::fold::query_phrase(wanted.query) else {
        return newest(conn, scope.as_deref(), limit);
    };
    let found = ids(
        conn,
        "SELECT d.record FROM texts t JOIN docs d ON d.rid = t.rowid
             WHERE t.texts MATCH ?1 AND d.scope LIKE 'room:%' AND (?2 IS NULL OR d.scope = ?2)
             ORDER BY t.rowid DESC LIMIT ?3",
        params![phrase, scope, limit],
    )?;
    let shown = found.into_iter().map(|id| super::read::record(conn, id));
    Ok(shown.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn newest(conn: &Connection, scope: Option<&str>, limit: u32) -> Result<Vec<Shown>, StoreError> {
    let rows = bodies(
        conn,
        "SELECT body FROM mirror WHERE kind = 'message' AND deleted = 0 AND (?1 IS NULL OR scope = ?1)
         ORDER BY sort_ms DESC LIMIT ?2",
        params![scope, limit],
    )?;
    let pending = overlay::grouped(conn, None, Some(kinds::MESSAGE))?;
    let here =
        |r: &Record| r.kind == kinds::MESSAGE && scope.is_none_or(|scope| r.scope.to_string() == scope);
    let mut out = merge(conn, rows, pending, here)?;
    out.sort_by_key(|s| std::cmp::Reverse((s.sort_ms, s.record.id)));
    out.dedup_by_key(|s| s.record.id);
    out.truncate(limit as usize);
    Ok(out)
}

fn ids(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(values, |r| Ok(RecordId(uuid::Uuid::from_bytes(r.get(0)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Messages of all rooms of which something lies in the overlay.
pub fn waiting(conn: &Connection) -> Result<Vec<Shown>, StoreError> {
    let pending = overlay::grouped(conn, None, Some(kinds::MESSAGE))?;
    merge(conn, Vec::new(), pending, |r| r.kind == kinds::MESSAGE)
}

/// Whether an operation of this phone about the record lies in the overlay.
pub fn has_written(conn: &Connection, id: RecordId) -> Result<bool, StoreError> {
    overlay::any(conn, id)
}

/// This phone's operations about the record that lie in the overlay, in the order they were written.
pub fn written(conn: &Connection, id: RecordId) -> Result<Vec<OpId>, StoreError> {
    Ok(overlay::of_record(conn, id)?.into_iter().map(|p| p.op.op_id).collect())
}
