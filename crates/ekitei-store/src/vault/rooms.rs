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
    Ok((with_overlay(conn, scope, rows, |born| born == 0 || born >= from)?, more))
}

/// A part of a room in its middle.
#[derive(Clone, Debug)]
pub struct Part {
    pub messages: Vec<Shown>,
    pub older: bool,
    pub newer: bool,
}

/// At most `limit` messages from the place `from` on. Where that reaches the end, those that have no place yet follow.
pub fn part(conn: &Connection, scope: &Scope, from: u64, limit: usize) -> Result<Part, StoreError> {
    let text = scope.to_string();
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let sql = format!("SELECT body FROM mirror WHERE {HERE} AND {BORN} >= ?2 ORDER BY {BORN} LIMIT ?3");
    let mut rows = bodies(conn, &sql, params![text, from, wanted])?;
    let newer = rows.len() > limit;
    rows.truncate(limit);
    let last = if newer { rows.last().map_or(0, |r| r.born_seq) } else { u64::MAX };
    let messages = with_overlay(conn, scope, rows, |born| match born {
        0 => !newer,
        born => (from..=last).contains(&born),
    })?;
    let sql = format!("SELECT EXISTS (SELECT 1 FROM mirror WHERE {HERE} AND {BORN} < ?2)");
    let older = conn.prepare_cached(&sql)?.query_row(params![text, from], |r| r.get(0))?;
    Ok(Part { messages, older, newer })
}

/// The place of the message that stands `back` messages before the place `born`; where there are fewer, of the first.
pub fn place_before(conn: &Connection, scope: &Scope, born: u64, back: u32) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT coalesce(min(born), ?2) FROM
           (SELECT {BORN} AS born FROM mirror WHERE {HERE} AND {BORN} < ?2 ORDER BY {BORN} DESC LIMIT ?3)"
    );
    Ok(conn.prepare_cached(&sql)?.query_row(params![scope.to_string(), born, back], |r| r.get(0))?)
}

/// How many messages stand from this place to the end, as the office has them.
pub fn from_place(conn: &Connection, scope: &Scope, born: u64) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM mirror WHERE {HERE} AND {BORN} >= ?2");
    Ok(conn.prepare_cached(&sql)?.query_row(params![scope.to_string(), born], |r| r.get(0))?)
}

/// `fits`: by its place; 0: it has none yet.
fn with_overlay(
    conn: &Connection,
    scope: &Scope,
    rows: Vec<Record>,
    fits: impl Fn(u64) -> bool,
) -> Result<Vec<Shown>, StoreError> {
    let pending = overlay::grouped(conn, Some(&scope.to_string()), Some(kinds::MESSAGE))?;
    let here = |r: &Record| r.kind == kinds::MESSAGE && r.scope == *scope && fits(r.born_seq);
    let mut out = merge(conn, rows, pending, here)?;
    out.sort_by_key(|s| (place(s), s.written, s.record.id));
    Ok(out)
}

/// What has no place at the office yet stands at the end.
fn place(shown: &Shown) -> u64 {
    match shown.record.born_seq {
        0 => u64::MAX,
        born => born,
    }
}

/// The place of a message that the office has; `None`: it is not among them.
pub fn place_of(conn: &Connection, scope: &Scope, id: RecordId) -> Result<Option<u64>, StoreError> {
    let there =
        mirror::get(conn, id)?.filter(|r| r.kind == kinds::MESSAGE && r.scope == *scope && !r.deleted);
    Ok(there.map(|r| r.born_seq))
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

/// Found by a part of their text, of one character or more; or without a text simply the newest. What stands in the
/// vault's mirror is chosen by all of this; what only this phone has, by words and room alone.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    pub query: &'a str,
    /// `None`: all rooms.
    pub room: Option<RecordId>,
    /// Staff id of the writer.
    pub staff: Option<&'a str>,
    /// When the office received it, milliseconds since 1970 UTC; the end is exclusive.
    pub from_ms: Option<i64>,
    pub to_ms: Option<i64>,
    /// With pictures.
    pub photos: bool,
}

/// Of `m`, a row of the mirror: that it is a message, and what is wanted beside the words. Parameters 3 to 6.
const FITS: &str = "m.kind = 'message' AND m.deleted = 0 AND json_extract(m.body, '$.fields.unsent') IS NOT 1
    AND (?3 IS NULL OR json_extract(m.body, '$.created.staff') = ?3)
    AND (?4 IS NULL OR json_extract(m.body, '$.received_ms') >= ?4)
    AND (?5 IS NULL OR json_extract(m.body, '$.received_ms') < ?5)
    AND (NOT ?6 OR json_extract(m.body, '$.fields.photos') > 0)";

/// The messages, newest first, as they are shown; at most `limit`.
pub fn search(conn: &Connection, wanted: &Wanted, limit: u32) -> Result<Vec<Shown>, StoreError> {
    let scope = wanted.room.map(|r| Scope::Room(r).to_string());
    let Wanted { staff, from_ms, to_ms, photos, .. } = *wanted;
    let Some(phrase) = ekitei_model::fold::query_phrase(wanted.query) else {
        let sql = format!(
            "SELECT m.body FROM mirror m WHERE (?1 IS NULL OR m.scope = ?1) AND {FITS} ORDER BY m.sort_ms DESC LIMIT ?2"
        );
        return newest(
            conn,
            &sql,
            params![scope, limit, staff, from_ms, to_ms, photos],
            limit,
            scope.as_deref(),
        );
    };
    // Captions of pictures are found elsewhere: a place in a room is that of a message.
    let sql = format!(
        "SELECT d.record FROM texts t JOIN docs d ON d.rid = t.rowid LEFT JOIN mirror m ON m.record = d.record
         WHERE t.texts MATCH ?7 AND d.scope LIKE 'room:%' AND (?1 IS NULL OR d.scope = ?1)
           AND (m.record IS NULL OR {FITS})
         ORDER BY t.rowid DESC LIMIT ?2"
    );
    let found = ids(conn, &sql, params![scope, limit, staff, from_ms, to_ms, photos, phrase])?;
    let shown = found.into_iter().map(|id| super::read::record(conn, id));
    let shown = shown.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
    Ok(shown.filter(|s| s.record.kind == kinds::MESSAGE).collect())
}

fn newest(
    conn: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    limit: u32,
    scope: Option<&str>,
) -> Result<Vec<Shown>, StoreError> {
    let rows = bodies(conn, sql, values)?;
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

/// Whether an operation of this phone about the record lies in the overlay.
pub fn has_written(conn: &Connection, id: RecordId) -> Result<bool, StoreError> {
    overlay::any(conn, id)
}

/// This phone's operations about the record that lie in the overlay, in the order they were written.
pub fn written(conn: &Connection, id: RecordId) -> Result<Vec<OpId>, StoreError> {
    Ok(overlay::of_record(conn, id)?.into_iter().map(|p| p.op.op_id).collect())
}
