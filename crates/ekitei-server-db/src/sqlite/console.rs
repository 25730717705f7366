//! What the console reads. Everything is filtered by the model's rules.

use super::codec::{self, number, record_of, uuid};
use super::load::body;
use super::people::{may_read, reader};
use super::{jobs, push};
use crate::error::{Result, StorageError};
use crate::rows::*;
use crate::words;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, rules};
use rusqlite::{Connection, params};
use std::collections::{BTreeSet, HashMap};

/// Cases with a header in one of the person's standing scopes that they may read today, with their JSON.
fn readable_cases(db: &Connection, staff: &Staff, today: &str) -> Result<Vec<(Record, String)>> {
    let mut ids = BTreeSet::new();
    let mut find = db.prepare_cached(
        "SELECT parent FROM records WHERE scope = ?1 AND kind = 'case_header' AND deleted = 0",
    )?;
    for scope in rules::standing_scopes(staff, today) {
        if scope == Scope::All {
            continue;
        }
        for id in find.query_map([scope.to_string()], |r| uuid(r, 0))? {
            ids.insert(RecordId(id?));
        }
    }
    let mut out = Vec::new();
    for id in ids {
        let Some(text) = body(db, id)? else { continue };
        let case = record_of(&text)?;
        if !case.deleted && rules::may_read_case(&case, staff, today) {
            out.push((case, text));
        }
    }
    Ok(out)
}

pub(super) fn cases(
    db: &Connection,
    caller: &Caller,
    filter: &CaseFilter,
    limit: u32,
) -> Result<Vec<CaseRow>> {
    let staff = reader(db, caller)?;
    let mut out = Vec::new();
    for (case, text) in readable_cases(db, &staff, &caller.today)? {
        if words::case_fits(&case, filter) {
            out.push(case_row(db, &case, text)?);
        }
    }
    words::newest_cases(&mut out, limit);
    Ok(out)
}

fn case_row(db: &Connection, case: &Record, text: String) -> Result<CaseRow> {
    let scope = case.scope.to_string();
    let mut counts = db.prepare_cached(
        "SELECT count(*) FILTER (WHERE kind = 'note'), count(*) FILTER (WHERE kind = 'photo'),
                count(*) FILTER (WHERE unresolved = 1), max(changed_ms)
         FROM records WHERE scope = ?1 AND deleted = 0",
    )?;
    let mut arrived = db.prepare_cached(
        "SELECT count(DISTINCT a.record) FROM records r JOIN arrivals a ON a.record = r.id AND a.variant = 'original'
         WHERE r.scope = ?1 AND r.kind = 'photo' AND r.deleted = 0",
    )?;
    let photos_arrived = arrived.query_row([&scope], |r| number(r, 0))?;
    Ok(counts.query_row([&scope], |r| {
        Ok(CaseRow {
            record: text,
            notes: number(r, 0)?,
            photos: number(r, 1)?,
            photos_arrived,
            open_conflicts: number(r, 2)?,
            changed_ms: r.get::<_, Option<i64>>(3)?.unwrap_or(0),
        })
    })?)
}

pub(super) fn timeline(db: &Connection, caller: &Caller, case: RecordId) -> Result<Vec<String>> {
    let staff = reader(db, caller)?;
    let scope = Scope::Case(case);
    if !may_read(db, &staff, &caller.today, &scope)? {
        return Err(StorageError::refused("not-readable"));
    }
    let mut find =
        db.prepare_cached("SELECT body FROM records WHERE scope = ?1 AND deleted = 0 ORDER BY born_seq")?;
    Ok(find.query_map([scope.to_string()], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn recent(db: &Connection, caller: &Caller, limit: u32) -> Result<Vec<String>> {
    let staff = reader(db, caller)?;
    let cases = readable_cases(db, &staff, &caller.today)?;
    let scopes: Vec<String> = cases.iter().map(|(c, _)| c.scope.to_string()).collect();
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE deleted = 0 AND kind IN ('note', 'photo', 'visit')
           AND scope IN (SELECT value FROM json_each(?1))
         ORDER BY changed_ms DESC, id DESC LIMIT ?2",
    )?;
    let rows = find.query_map(params![serde_json::to_string(&scopes)?, limit], |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn conflicts(db: &Connection, caller: &Caller) -> Result<Vec<ConflictRow>> {
    let staff = reader(db, caller)?;
    let mut find = db.prepare_cached(
        "SELECT c.scope, c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved = 1 AND p.deleted = 0 ORDER BY c.changed_ms, c.id",
    )?;
    let mut known: HashMap<Scope, bool> = HashMap::new();
    let mut out = Vec::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let scope: Scope = codec::word(row, 0)?;
        let readable = match known.get(&scope) {
            Some(known) => *known,
            None => {
                let readable = may_read(db, &staff, &caller.today, &scope)?;
                known.insert(scope, readable);
                readable
            }
        };
        if readable {
            out.push(ConflictRow { conflict: row.get(1)?, parent: row.get(2)? });
        }
    }
    Ok(out)
}

pub(super) fn quarantine(db: &Connection, caller: &Caller) -> Result<Vec<QuarantineRow>> {
    reader(db, caller)?;
    let sql =
        format!("SELECT {} FROM quarantine WHERE state = 'open' ORDER BY since_ms, id", codec::QUARANTINE);
    let mut find = db.prepare_cached(&sql)?;
    let mut out = Vec::new();
    for row in find.query_map([], codec::quarantine)? {
        let row = row?;
        if push::sees(db, caller, &row)? {
            out.push(row);
        }
    }
    Ok(out)
}

pub(super) fn counts(db: &Connection, now_ms: i64) -> Result<Counts> {
    let one = |sql: &str| -> Result<u64> { Ok(db.prepare_cached(sql)?.query_row([], |r| number(r, 0))?) };
    Ok(Counts {
        records: one("SELECT count(*) FROM records WHERE deleted = 0")?,
        tombstones: one("SELECT count(*) FROM records WHERE deleted = 1")?,
        operations: one("SELECT count(*) FROM ops")?,
        waiting_parent: one("SELECT count(*) FROM waiting")?,
        quarantine_open: one("SELECT count(*) FROM quarantine WHERE state = 'open'")?,
        conflicts_open: one("SELECT count(*) FROM records WHERE unresolved = 1")?,
        blobs: one("SELECT count(*) FROM blobs")?,
        blob_bytes: one("SELECT coalesce(sum(bytes), 0) FROM blobs")?,
        uploads_receiving: one("SELECT count(*) FROM uploads WHERE done = 0")?,
        devices_active: one("SELECT count(*) FROM devices WHERE state = 'active' AND NOT console")?,
        jobs: jobs::job_counts(db, now_ms)?,
    })
}

pub(super) fn scan_kind(
    db: &Connection,
    kind: &str,
    after: Option<RecordId>,
    limit: u32,
) -> Result<Vec<String>> {
    let after = after.map_or_else(Vec::new, |a| a.0.into_bytes().to_vec());
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE kind = ?1 AND deleted = 0 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    Ok(find.query_map(params![kind, after, limit], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
