//! Retention: payloads go, ids, sequences and hashes stay.

use super::codec::{int, number, record_of, uuid};
use super::load::{load, settle};
use crate::error::Result;
use crate::plan::{self, Needs, WorkingSet};
use crate::rooms::Forgotten;
use crate::rows::{Changed, Purged};
use crate::words_rooms;
use ekitei_model::{RecordId, Scope};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Living records of cases that ended before ?1; conflicts of records that did; and pieces of lists, made before ?1, that
/// neither a draft nor a version beside them names.
///
/// Each begins with its few rows (an index names them, `CROSS JOIN` keeps the order): the scope of all holds a record for
/// everybody of the prefecture, and a plan that begins there compares each of them with each other.
const OUTLIVED: [&str; 3] = [
    "SELECT r.id FROM records c INDEXED BY records_ended CROSS JOIN records r ON r.scope = c.scope AND r.deleted = 0
      WHERE c.deleted = 1 AND c.changed_ms < ?1 AND c.kind = 'case'",
    "SELECT k.id FROM records k INDEXED BY records_conflict CROSS JOIN records p ON p.id = k.parent
      WHERE k.kind = 'conflict' AND k.deleted = 0 AND p.deleted = 1 AND p.changed_ms < ?1",
    "SELECT l.id FROM records l INDEXED BY records_lists
      WHERE l.kind = 'form_list' AND l.deleted = 0 AND l.changed_ms < ?1
       AND NOT EXISTS (SELECT 1 FROM records v WHERE v.scope = l.scope AND v.kind IN ('form', 'form_version')
         AND v.deleted = 0 AND instr(v.body, json_extract(l.body, '$.fields.digest')) > 0)",
];

/// Records that ended before ?1 and were not emptied since.
const ENDED: &str = "
    SELECT r.id FROM records r INDEXED BY records_ended WHERE r.deleted = 1 AND r.changed_ms < ?1
       AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.record = r.id AND p.purged_ms >= r.changed_ms)";

const SETTLED: &str = "SELECT id FROM quarantine WHERE state <> 'open' AND purged = 0 AND settled_ms < ?1";

fn ids(db: &Connection, sql: &str, before_ms: i64, limit: u32) -> Result<Vec<RecordId>> {
    let mut find = db.prepare_cached(&format!("{sql} LIMIT ?2"))?;
    let rows = find.query_map(params![before_ms, limit], |r| Ok(RecordId(uuid(r, 0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A record that outlives for two reasons is named once.
fn outlived(db: &Connection, before_ms: i64, limit: u32) -> Result<Vec<RecordId>> {
    let mut found = BTreeSet::new();
    for sql in OUTLIVED {
        found.extend(ids(db, sql, before_ms, limit)?);
    }
    Ok(found.into_iter().take(limit as usize).collect())
}

pub(super) fn purge(db: &Connection, before_ms: i64, now_ms: i64, limit: u32) -> Result<Purged> {
    let outlived = outlived(db, before_ms, limit)?;
    let mut changed = Changed::default();
    if !outlived.is_empty() {
        let mut ws = WorkingSet::default();
        load(db, &mut ws, &Needs { records: outlived.iter().copied().collect(), ..Needs::default() })?;
        changed = settle(db, &mut ws, now_ms, |ws| plan::bury(ws, &outlived, now_ms))?.1;
    }
    let ended = ids(db, ENDED, before_ms, limit)?;
    empty(db, outlived.iter().chain(&ended), now_ms)?;
    let entries = ids(db, SETTLED, before_ms, limit)?;
    empty_entries(db, &entries)?;
    Ok(Purged {
        deleted: outlived.len() as u64,
        records: ended.len() as u64,
        entries: entries.len() as u64,
        changed,
    })
}

/// Nothing is left of their earlier versions but hashes.
fn empty<'a>(db: &Connection, ids: impl Iterator<Item = &'a RecordId>, now_ms: i64) -> Result<()> {
    let mut done = db.prepare_cached("INSERT OR REPLACE INTO purged VALUES (?1, ?2)")?;
    for id in ids {
        empty_history(db, *id)?;
        done.execute(params![id.0.into_bytes(), now_ms])?;
    }
    Ok(())
}

fn empty_entries(db: &Connection, entries: &[RecordId]) -> Result<()> {
    for id in entries {
        let id = id.0.into_bytes();
        let bytes: Vec<u8> =
            db.prepare_cached("SELECT bytes FROM quarantine WHERE id = ?1")?.query_row([id], |r| r.get(0))?;
        db.prepare_cached("UPDATE quarantine SET bytes = ?2, purged = 1 WHERE id = ?1")?
            .execute(params![id, plan::stub(&bytes).into_bytes()])?;
    }
    Ok(())
}

/// One step of a room's retention.
pub(super) fn forget(
    db: &Connection,
    room: RecordId,
    before_ms: i64,
    after: u64,
    now_ms: i64,
    limit: u32,
) -> Result<Forgotten> {
    let mut find = db.prepare_cached(
        "SELECT id, born_seq FROM records WHERE scope = ?1 AND kind IN ('message', 'call') AND deleted = 0
           AND born_seq > ?2 ORDER BY born_seq LIMIT ?3",
    )?;
    let key = params![Scope::Room(room).to_string(), int(after), limit];
    let said = find.query_map(key, |r| Ok((RecordId(uuid(r, 0)?), number(r, 1)?)))?;
    let said: Vec<(RecordId, u64)> = said.collect::<rusqlite::Result<_>>()?;
    let mut ws = WorkingSet::default();
    load(db, &mut ws, &Needs { records: said.iter().map(|(id, _)| *id).collect(), ..Needs::default() })?;
    let full = said.len() == limit as usize;
    let (done, changed) =
        settle(db, &mut ws, now_ms, |ws| plan::forget(ws, room, &said, full, before_ms, now_ms))?;
    empty(db, done.emptied.iter(), now_ms)?;
    let named = serde_json::to_string(&done.emptied.iter().map(|id| id.0.simple()).collect::<Vec<_>>())?;
    let mut find = db.prepare_cached(
        "SELECT id FROM quarantine WHERE state <> 'open' AND purged = 0
           AND record IN (SELECT unhex(value) FROM json_each(?1))",
    )?;
    let entries = find.query_map([named], |r| Ok(RecordId(uuid(r, 0)?)))?;
    empty_entries(db, &entries.collect::<rusqlite::Result<Vec<_>>>()?)?;
    Ok(Forgotten { messages: done.messages, next: done.next, changed })
}

pub(super) fn forgettable(db: &Connection, room: RecordId, before_ms: i64) -> Result<u64> {
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE scope = ?1 AND kind IN ('message', 'call', 'pin') AND deleted = 0",
    )?;
    let rows = find.query_map([Scope::Room(room).to_string()], |r| r.get::<_, String>(0))?;
    let mut count = words_rooms::Forgettable::new(before_ms);
    for body in rows {
        count.add(&record_of(&body?)?);
    }
    Ok(count.total())
}

fn empty_history(db: &Connection, id: RecordId) -> Result<()> {
    let mut find = db.prepare_cached("SELECT scope, seq, body FROM history WHERE record = ?1")?;
    let versions: Vec<(String, i64, String)> = find
        .query_map([id.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut put = db.prepare_cached("UPDATE history SET body = ?3 WHERE scope = ?1 AND seq = ?2")?;
    for (scope, seq, body) in versions.iter().filter(|(_, _, body)| !body.starts_with("{\"purged\"")) {
        put.execute(params![scope, seq, plan::stub(body.as_bytes())])?;
    }
    Ok(())
}

pub(super) fn purgeable(db: &Connection, before_ms: i64) -> Result<Purged> {
    let count = |sql: &str| -> Result<u64> {
        let mut find = db.prepare_cached(&format!("SELECT count(*) FROM ({sql})"))?;
        Ok(find.query_row([before_ms], |r| number(r, 0))?)
    };
    Ok(Purged {
        deleted: outlived(db, before_ms, u32::MAX)?.len() as u64,
        records: count(ENDED)?,
        entries: count(SETTLED)?,
        changed: Changed::default(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sqlite::migrate::migrate;

    /// What the planner does in a database without statistics, as every office's is.
    fn plan(db: &Connection, sql: &str) -> Vec<String> {
        let mut find = db.prepare(&format!("EXPLAIN QUERY PLAN {sql} LIMIT ?2")).unwrap();
        let rows = find.query_map(params![0, 200], |r| r.get(3)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn no_statement_walks_through_all_records() {
        let db = Connection::open_in_memory().unwrap();
        migrate(&db).unwrap();
        for sql in OUTLIVED.iter().copied().chain([ENDED, SETTLED]) {
            let plan = plan(&db, sql);
            let few = ["records_ended", "records_conflict", "records_lists", "quarantine"];
            assert!(few.iter().any(|name| plan[0].contains(name)), "{plan:?}\n{sql}");
            let walks = plan.iter().skip(1).any(|step| step.starts_with("SCAN") || step.contains("MERGE"));
            assert!(!walks, "{plan:?}\n{sql}");
        }
    }
}
