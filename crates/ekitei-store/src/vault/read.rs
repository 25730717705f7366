//! The only read model: the mirror with the pending operations laid over it.

use super::mirror;
use super::overlay::{self, Pending, Who};
use crate::error::StoreError;
use ekitei_model::chat::room::entry;
use ekitei_model::kinds::{self, Variant, conflict, photo};
use ekitei_model::{Record, RecordId, Scope};
use rusqlite::{Connection, params};
use std::collections::{BTreeSet, HashMap};

/// A record as a screen shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub record: Record,
    /// Some operation of it has not been answered by the office yet, or waits there for a record that it needs.
    pub waiting: bool,
    /// The office did not apply something of it, or the transport refused it: a person must look at the queue.
    pub parked: bool,
    /// The office took something of it and keeps it back until then.
    pub held_until_ms: Option<i64>,
    /// The order in which this phone wrote it, as long as it waits; 0: nothing of it waits.
    pub written: i64,
    /// [`sort_ms`] of the record.
    pub sort_ms: i64,
}

pub use super::mirror::sort_ms;

/// A place in a timeline: what happened when, and which of those that happened at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub sort_ms: i64,
    pub record: RecordId,
}

impl Place {
    /// After everything.
    const END: Self = Self { sort_ms: i64::MAX, record: RecordId(uuid::Uuid::max()) };

    fn of(shown: &Shown) -> Self {
        Self { sort_ms: shown.sort_ms, record: shown.record.id }
    }
}

/// How far the photos of a scope have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhotoTally {
    pub total: u64,
    /// Originals that the office has.
    pub arrived: u64,
    /// Of these, the filed ones and those that are kept without filing.
    pub at_office: u64,
}

/// One record; `None` when there is none, or it was deleted.
pub fn record(conn: &Connection, id: RecordId) -> Result<Option<Shown>, StoreError> {
    let pending = overlay::of_record(conn, id)?;
    if pending.is_empty() {
        return Ok(mirror::get(conn, id)?.filter(|r| !r.deleted).map(|r| shown(r, &[])));
    }
    let mirrored = mirror::get(conn, id)?;
    let laid = overlay::lay(conn, mirrored.as_ref(), id, &pending, &overlay::who(conn)?)?;
    Ok(laid.map(|r| shown(r, &pending)))
}

/// What the office has of a record (its revisions are the bases of patches); `None` when it has none or it is deleted.
pub fn mirrored(conn: &Connection, id: RecordId) -> Result<Option<Record>, StoreError> {
    Ok(mirror::get(conn, id)?.filter(|r| !r.deleted))
}

/// The records of one scope, oldest first. `kinds` empty: all kinds.
pub fn in_scope(conn: &Connection, scope: &Scope, kinds: &[&str]) -> Result<Vec<Shown>, StoreError> {
    let scope = scope.to_string();
    let mut out = Vec::new();
    if kinds.is_empty() {
        let rows = bodies(conn, "SELECT body FROM mirror WHERE scope = ?1 AND deleted = 0", [&scope])?;
        out =
            merge(conn, rows, overlay::grouped(conn, Some(&scope), None)?, |r| r.scope.to_string() == scope)?;
    }
    for kind in kinds {
        let sql = "SELECT body FROM mirror WHERE scope = ?1 AND kind = ?2 AND deleted = 0";
        let rows = bodies(conn, sql, [scope.as_str(), kind])?;
        let pending = overlay::grouped(conn, Some(&scope), Some(kind))?;
        out.append(&mut merge(conn, rows, pending, |r| r.kind == *kind && r.scope.to_string() == scope)?);
    }
    sort(&mut out);
    Ok(out)
}

/// Part of a scope's timeline: the newest records of these kinds before a place (`None`: from the end), newest first,
/// at most `limit`; and whether there are older ones. Costs what the page costs, however long the timeline is.
pub fn page(
    conn: &Connection,
    scope: &Scope,
    kinds: &[&str],
    before: Option<Place>,
    limit: usize,
) -> Result<(Vec<Shown>, bool), StoreError> {
    let (scope, before) = (scope.to_string(), before.unwrap_or(Place::END));
    let pending = overlay::grouped(conn, Some(&scope), None)?;
    // Rows that pending operations change or move may fall out again.
    let wanted = limit.saturating_add(pending.len()).saturating_add(1);
    let rows_limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    for kind in kinds {
        rows.append(&mut bodies(
            conn,
            "SELECT body FROM mirror WHERE scope = ?1 AND kind = ?2 AND deleted = 0 AND (sort_ms, record) < (?3, ?4)
             ORDER BY sort_ms DESC, record DESC LIMIT ?5",
            params![scope, kind, before.sort_ms, before.record.0.into_bytes(), rows_limit],
        )?);
    }
    let here = |r: &Record| kinds.contains(&r.kind.as_str()) && r.scope.to_string() == scope;
    let mut out = merge(conn, rows, pending, here)?;
    // The overlay's own records, and those whose time it changes, may lie elsewhere.
    out.retain(|s| Place::of(s) < before);
    out.sort_by_key(|s| std::cmp::Reverse(Place::of(s)));
    out.dedup_by_key(|s| s.record.id);
    let more = out.len() > limit;
    out.truncate(limit);
    Ok((out, more))
}

/// Counts the photos of a scope without reading them one by one.
pub fn photo_tally(conn: &Connection, scope: &Scope) -> Result<PhotoTally, StoreError> {
    let scope = scope.to_string();
    let mut tally = conn
        .prepare_cached(
            r#"SELECT count(*), count(coalesce(filed, kept, arrived)), count(coalesce(filed, kept)) FROM (
                 SELECT json_extract(body, '$.fields."office.original_at"') AS arrived,
                        json_extract(body, '$.fields."office.filed_at"') AS filed,
                        json_extract(body, '$.fields."office.kept_at"') AS kept
                 FROM mirror WHERE scope = ?1 AND kind = 'photo' AND deleted = 0)"#,
        )?
        .query_row([&scope], |r| {
            Ok(PhotoTally { total: r.get(0)?, arrived: r.get(1)?, at_office: r.get(2)? })
        })?;
    let here = |r: &Record| r.kind == kinds::PHOTO && !r.deleted && r.scope.to_string() == scope;
    let who = overlay::who(conn)?;
    for (id, ops) in overlay::grouped(conn, Some(&scope), Some(kinds::PHOTO))? {
        let mirrored = mirror::get(conn, id)?;
        let laid = overlay::lay(conn, mirrored.as_ref(), id, &ops, &who)?;
        for (record, count) in [(mirrored, -1), (laid, 1)] {
            if let Some(record) = record.filter(here) {
                tally.add(&record, count);
            }
        }
    }
    Ok(tally)
}

impl PhotoTally {
    fn add(&mut self, photo: &Record, count: i64) {
        let has = |field: &str| !photo.text(field).is_empty();
        let at_office = has(photo::FILED_AT) || has(photo::KEPT_AT);
        let arrived = at_office || has(&photo::arrived(Variant::Original));
        self.total = self.total.saturating_add_signed(count);
        self.arrived = self.arrived.saturating_add_signed(if arrived { count } else { 0 });
        self.at_office = self.at_office.saturating_add_signed(if at_office { count } else { 0 });
    }
}

/// A case's records (visits, notes, photos, conflicts …), oldest first.
pub fn case_records(conn: &Connection, case: RecordId, kinds: &[&str]) -> Result<Vec<Shown>, StoreError> {
    in_scope(conn, &Scope::Case(case), kinds)
}

/// All records of a kind that this phone has, oldest first.
pub fn of_kind(conn: &Connection, kind: &str) -> Result<Vec<Shown>, StoreError> {
    between(conn, kind, i64::MIN, i64::MAX)
}

/// The records of a kind that happened (`sort_ms`) from `from_ms` until before `to_ms`, oldest first: today's visits.
pub fn between(conn: &Connection, kind: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Shown>, StoreError> {
    let rows = bodies(
        conn,
        "SELECT body FROM mirror WHERE kind = ?1 AND sort_ms >= ?2 AND sort_ms < ?3 AND deleted = 0",
        params![kind, from_ms, to_ms],
    )?;
    let fits = |r: &Record| r.kind == kind && (from_ms..to_ms).contains(&sort_ms(r));
    let mut out = merge(conn, rows, overlay::grouped(conn, None, Some(kind))?, fits)?;
    sort(&mut out);
    Ok(out)
}

/// The records that hang on `parent`, oldest first (conflicts of a note).
pub fn children(conn: &Connection, parent: RecordId, kind: &str) -> Result<Vec<Shown>, StoreError> {
    let sql = "SELECT body FROM mirror WHERE parent = ?1 AND kind = ?2 AND deleted = 0";
    let rows = bodies(conn, sql, params![parent.0.into_bytes(), kind])?;
    let pending = overlay::grouped(conn, None, Some(kind))?;
    let mut out = merge(conn, rows, pending, |r| r.kind == kind && r.parent == Some(parent))?;
    sort(&mut out);
    Ok(out)
}

/// Conflicts that nobody has resolved, oldest first.
pub fn open_conflicts(conn: &Connection) -> Result<Vec<Shown>, StoreError> {
    let mut out = of_kind(conn, kinds::CONFLICT)?;
    out.retain(|c| !c.record.fields.contains_key(conflict::RESOLUTION));
    Ok(out)
}

/// Cases and case headers with this number.
pub fn by_number(conn: &Connection, number: &str) -> Result<Vec<Shown>, StoreError> {
    let mut out = Vec::new();
    for kind in [kinds::CASE, kinds::CASE_HEADER] {
        let sql = "SELECT body FROM mirror WHERE kind = ?1 AND key = ?2 AND key IS NOT NULL AND deleted = 0";
        let rows = bodies(conn, sql, params![kind, number])?;
        let pending = overlay::grouped(conn, None, Some(kind))?;
        out.append(&mut merge(conn, rows, pending, |r| r.kind == kind && mirror::key(r) == Some(number))?);
    }
    Ok(out)
}

/// The scopes of cases that the person is assigned to, and of the rooms that the person is in.
pub fn assigned(conn: &Connection) -> Result<BTreeSet<Scope>, StoreError> {
    let sql = "SELECT body FROM mirror WHERE kind = ?1 AND deleted = 0";
    let cases = bodies(conn, sql, [kinds::ASSIGNMENT])?;
    let rooms = bodies(conn, sql, [kinds::ROOM_ENTRY])?;
    let id = |r: &Record, field: &str| r.text(field).parse().ok();
    let cases = cases.iter().filter_map(|r| id(r, "case")).map(Scope::Case);
    Ok(cases.chain(rooms.iter().filter_map(|r| id(r, entry::ROOM)).map(Scope::Room)).collect())
}

pub(super) fn bodies(
    conn: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Record>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        out.push(serde_json::from_str(body)?);
    }
    Ok(out)
}

/// Lays the overlay over the rows and adds what only the overlay has, or what it moves into the view.
pub(super) fn merge(
    conn: &Connection,
    rows: Vec<Record>,
    mut pending: HashMap<RecordId, Vec<Pending>>,
    fits: impl Fn(&Record) -> bool,
) -> Result<Vec<Shown>, StoreError> {
    let mut out = Vec::with_capacity(rows.len() + pending.len());
    if pending.is_empty() {
        out.extend(rows.into_iter().map(|r| shown(r, &[])));
        return Ok(out);
    }
    let who: Who = overlay::who(conn)?;
    for row in rows {
        let Some(ops) = pending.remove(&row.id) else {
            out.push(shown(row, &[]));
            continue;
        };
        let id = row.id;
        out.extend(overlay::lay(conn, Some(&row), id, &ops, &who)?.filter(&fits).map(|r| shown(r, &ops)));
    }
    for (id, ops) in pending {
        let mirrored = mirror::get(conn, id)?;
        out.extend(
            overlay::lay(conn, mirrored.as_ref(), id, &ops, &who)?.filter(&fits).map(|r| shown(r, &ops)),
        );
    }
    Ok(out)
}

fn shown(record: Record, pending: &[Pending]) -> Shown {
    let sort_ms = sort_ms(&record);
    Shown {
        record,
        waiting: pending.iter().any(|p| p.waiting),
        parked: pending.iter().any(|p| p.refused),
        held_until_ms: pending.iter().find_map(|p| p.held_until_ms),
        written: pending.iter().map(|p| p.ord).min().unwrap_or(0),
        sort_ms,
    }
}

fn sort(out: &mut [Shown]) {
    out.sort_by_key(|s| (s.sort_ms, s.record.id));
}
