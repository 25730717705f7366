//! What the console reads. Everything is filtered by the model's rules.

use super::codec::{self, int, number, record_of, uuid};
use super::load::{body, staff};
use super::people::{may_read, reader};
use super::{jobs, push};
use crate::error::{Result, StorageError};
use crate::plan::access::{self, Sight};
use crate::rows::*;
use crate::words;
use ekitei_model::people::Staff;
use ekitei_model::{OpId, Record, RecordId, Scope, StaffId, rules};
use rusqlite::{Connection, OptionalExtension, params};
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

pub(super) fn timeline(
    db: &Connection,
    caller: &Caller,
    id: RecordId,
    before: Option<u64>,
    limit: u32,
) -> Result<Timeline> {
    let staff = reader(db, caller)?;
    let refused = || StorageError::refused("not-readable");
    let text = body(db, id)?.ok_or_else(refused)?;
    let case = record_of(&text)?;
    if !access::readable(&Scope::Case(id), Some(&case), &staff, &caller.today) {
        return Err(refused());
    }
    let scope = case.scope.to_string();
    let mut find = db.prepare_cached(
        "SELECT born_seq, body FROM records WHERE scope = ?1 AND born_seq < ?2 AND deleted = 0
           AND kind NOT IN ('case', 'visit', 'conflict') ORDER BY born_seq DESC LIMIT ?3",
    )?;
    let from = before.map_or(i64::MAX, int);
    let found = find.query_map(params![scope, from, i64::from(limit) + 1], |r| {
        Ok((number(r, 0)?, r.get::<_, String>(1)?))
    })?;
    let mut page: Vec<(u64, String)> = found.collect::<rusqlite::Result<_>>()?;
    let older = words::cut(&mut page, limit);
    let mut visits = Vec::new();
    if before.is_none() {
        let mut find = db.prepare_cached(
            "SELECT body FROM records WHERE scope = ?1 AND kind = 'visit' AND deleted = 0 ORDER BY born_seq",
        )?;
        visits = find.query_map([&scope], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    }
    let mut find = db.prepare_cached(
        "SELECT c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.scope = ?1 AND c.unresolved = 1 AND p.deleted = 0 ORDER BY c.changed_ms, c.id",
    )?;
    let conflicts =
        find.query_map([&scope], |r| Ok(ConflictRow { conflict: r.get(0)?, parent: r.get(1)? }))?;
    Ok(Timeline {
        case: case_row(db, &case, text)?,
        visits,
        records: page.into_iter().map(|(_, body)| body).collect(),
        conflicts: conflicts.collect::<rusqlite::Result<_>>()?,
        older,
    })
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

pub(super) fn of_kind(db: &Connection, caller: &Caller, kind: &str, limit: u32) -> Result<Vec<String>> {
    let staff = reader(db, caller)?;
    let cases = readable_cases(db, &staff, &caller.today)?;
    let mut scopes: Vec<String> = cases.iter().map(|(c, _)| c.scope.to_string()).collect();
    scopes.extend(access::standing_for(kind, &staff, &caller.today).iter().map(ToString::to_string));
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE deleted = 0 AND kind = ?1 AND scope IN (SELECT value FROM json_each(?2))
         ORDER BY changed_ms DESC, id DESC LIMIT ?3",
    )?;
    let rows = find.query_map(params![kind, serde_json::to_string(&scopes)?, limit], |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn children(db: &Connection, of: RecordId) -> Result<Vec<Record>> {
    let mut find = db.prepare_cached(
        "SELECT body FROM records WHERE scope = (SELECT scope FROM records WHERE id = ?1) AND parent = ?1 AND deleted = 0
         ORDER BY born_seq",
    )?;
    let rows = find.query_map([of.0.into_bytes()], |r| r.get::<_, String>(0))?;
    rows.map(|text| record_of(&text?)).collect()
}

/// Whether the person may read scopes, each looked up once.
struct Readable<'a> {
    db: &'a Connection,
    staff: Staff,
    today: &'a str,
    known: HashMap<Scope, bool>,
}

impl<'a> Readable<'a> {
    fn new(db: &'a Connection, caller: &'a Caller) -> Result<Self> {
        let staff = reader(db, caller)?;
        Ok(Self { db, staff, today: &caller.today, known: HashMap::new() })
    }

    fn may(&mut self, scope: Scope) -> Result<bool> {
        if let Some(known) = self.known.get(&scope) {
            return Ok(*known);
        }
        let may = may_read(self.db, &self.staff, self.today, &scope)?;
        self.known.insert(scope, may);
        Ok(may)
    }
}

pub(super) fn conflicts(db: &Connection, caller: &Caller) -> Result<Vec<ConflictRow>> {
    let mut readable = Readable::new(db, caller)?;
    let mut find = db.prepare_cached(
        "SELECT c.scope, c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved = 1 AND p.deleted = 0 ORDER BY c.changed_ms, c.id",
    )?;
    let mut out = Vec::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        if readable.may(codec::word(row, 0)?)? {
            out.push(ConflictRow { conflict: row.get(1)?, parent: row.get(2)? });
        }
    }
    Ok(out)
}

pub(super) fn authors(db: &Connection, ops: &[OpId]) -> Result<HashMap<OpId, Author>> {
    let mut find = db.prepare_cached("SELECT staff, at_ms FROM ops WHERE op_id = ?1")?;
    let mut out = HashMap::new();
    for op in ops {
        let author = find.query_row([op.0.into_bytes()], |r| {
            Ok(Author { staff: codec::staff_id(r, 0)?, at_ms: r.get(1)? })
        });
        out.extend(author.optional()?.map(|a| (*op, a)));
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
        let mut row = row?;
        let Some(sight) = push::sight(db, caller, &row)? else { continue };
        if sight == Sight::Veiled {
            row.bytes.clear();
        }
        out.push(row);
    }
    Ok(out)
}

pub(super) fn own_counts(db: &Connection, caller: &Caller) -> Result<OwnCounts> {
    let mut readable = Readable::new(db, caller)?;
    let reader = readable.staff.clone();
    let mut writers: HashMap<StaffId, bool> = HashMap::new();
    let mut looks_after = |writer: StaffId| -> Result<bool> {
        if let Some(known) = writers.get(&writer) {
            return Ok(*known);
        }
        let found = staff(db, &writer)?;
        let may =
            writer == reader.id || found.is_some_and(|w| rules::looks_after(&reader, &w, &caller.today));
        writers.insert(writer, may);
        Ok(may)
    };
    let mut out = OwnCounts::default();
    let mut find = db.prepare_cached(
        "SELECT c.scope, count(*) FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved = 1 AND p.deleted = 0 GROUP BY c.scope",
    )?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        if readable.may(codec::word(row, 0)?)? {
            out.conflicts_open += number(row, 1)?;
        }
    }
    let mut find = db.prepare_cached(
        "SELECT scope, staff, count(*) FROM quarantine WHERE state = 'open' GROUP BY scope, staff",
    )?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let scope: Scope = codec::word(row, 0)?;
        let reads = !access::is_writer_s_alone(&scope);
        if looks_after(codec::staff_id(row, 1)?)? || (reads && readable.may(scope)?) {
            out.quarantine_open += number(row, 2)?;
        }
    }
    let mut find = db.prepare_cached("SELECT staff, count(*) FROM waiting GROUP BY staff")?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        if looks_after(codec::staff_id(row, 0)?)? {
            out.waiting_parent += number(row, 1)?;
        }
    }
    Ok(out)
}

pub(super) fn counts(db: &Connection, now_ms: i64) -> Result<Counts> {
    let one = |sql: &str| -> Result<u64> { Ok(db.prepare_cached(sql)?.query_row([], |r| number(r, 0))?) };
    Ok(Counts {
        // Both are counted in small indexes, without reading a record.
        records: one(
            "SELECT (SELECT count(*) FROM records) - (SELECT count(*) FROM records WHERE deleted = 1)",
        )?,
        tombstones: one("SELECT count(*) FROM records WHERE deleted = 1")?,
        operations: one("SELECT count(*) FROM ops")?,
        waiting_parent: one("SELECT count(*) FROM waiting")?,
        quarantine_open: one("SELECT count(*) FROM quarantine WHERE state = 'open'")?,
        conflicts_open: one("SELECT count(*) FROM records WHERE unresolved = 1")?,
        blobs: one("SELECT count(*) FROM blobs")?,
        blob_bytes: one("SELECT coalesce(sum(bytes), 0) FROM blobs")?,
        uploads_receiving: work(db, now_ms)?.uploads_receiving,
        devices_active: phones_active(db)?,
        jobs: jobs::job_counts(db, now_ms)?,
    })
}

/// Jobs that are done stay in their table; those that are not have an index.
pub(super) fn work(db: &Connection, now_ms: i64) -> Result<Work> {
    let mut find = db.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE lease_until_ms <= ?1 AND attempts > 0),
           (SELECT count(*) FROM uploads WHERE done = 0) FROM jobs INDEXED BY jobs_open WHERE done = 0",
    )?;
    Ok(find.query_row([now_ms], |r| {
        Ok(Work { jobs_open: number(r, 0)?, jobs_retrying: number(r, 1)?, uploads_receiving: number(r, 2)? })
    })?)
}

pub(super) fn phones_active(db: &Connection) -> Result<u64> {
    let mut find =
        db.prepare_cached("SELECT count(*) FROM devices WHERE state = 'active' AND NOT console")?;
    Ok(find.query_row([], |r| number(r, 0))?)
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

pub(super) fn history(db: &Connection, id: RecordId) -> Result<Vec<String>> {
    let mut find = db.prepare_cached("SELECT body FROM history WHERE record = ?1 ORDER BY seq")?;
    Ok(find.query_map([id.0.into_bytes()], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
