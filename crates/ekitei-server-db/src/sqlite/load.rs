//! Loads what a plan needs, and runs plans until they need nothing more.

use super::codec::{self, number, record_of, uuid, word};
use super::write::write;
use crate::error::{Result, StorageError};
use crate::plan::{Arrival, CaseParts, Needs, Planned, WorkingSet};
use crate::rows::Changed;
use ekitei_model::people::Staff;
use ekitei_model::{OpId, Outcome, Record, RecordId, Scope, StaffId};
use rusqlite::{Connection, OptionalExtension, params};

/// Every round loads something that was missing, so this is far beyond any chain of waiting operations.
const MAX_ROUNDS: usize = 10_000;

/// Plans, loading until the plan is complete, then writes it.
pub(super) fn settle<T>(
    db: &Connection,
    ws: &mut WorkingSet,
    now_ms: i64,
    mut plan: impl FnMut(&WorkingSet) -> Planned<T>,
) -> Result<(T, Changed)> {
    for _ in 0..MAX_ROUNDS {
        match plan(ws) {
            Ok((value, writes)) => {
                write(db, &writes, now_ms)?;
                return Ok((value, writes.changed()));
            }
            Err(needs) => load(db, ws, &needs)?,
        }
    }
    Err(StorageError::Damaged("a plan never became complete".to_owned()))
}

pub(super) fn load(db: &Connection, ws: &mut WorkingSet, needs: &Needs) -> Result<()> {
    for id in &needs.records {
        ws.records.insert(*id, record(db, *id)?);
    }
    if !needs.outcomes.is_empty() {
        let mut find = db.prepare_cached("SELECT outcome FROM ops WHERE op_id = ?1")?;
        for id in &needs.outcomes {
            let text: Option<String> = find.query_row([id.0.into_bytes()], |r| r.get(0)).optional()?;
            let outcome: Option<Outcome> = text.map(|t| serde_json::from_str(&t)).transpose()?;
            ws.outcomes.insert(*id, outcome);
        }
    }
    if !needs.authors.is_empty() {
        let ids: Vec<OpId> = needs.authors.iter().copied().collect();
        let mut found = super::console::authors(db, &ids)?;
        ws.authors.extend(ids.into_iter().map(|id| (id, found.remove(&id))));
    }
    if !needs.waiting.is_empty() {
        let sql = format!("SELECT {} FROM waiting WHERE needs = ?1 ORDER BY arrival", codec::WAITING);
        let mut find = db.prepare_cached(&sql)?;
        for id in &needs.waiting {
            let rows =
                find.query_map([id.0.into_bytes()], codec::waiting)?.collect::<rusqlite::Result<_>>()?;
            ws.waiting.insert(*id, rows);
        }
    }
    for scope in &needs.heads {
        ws.heads.insert(scope.clone(), head(db, scope)?);
    }
    for id in &needs.staff {
        ws.staff.insert(id.clone(), staff(db, id)?);
    }
    for id in &needs.arrivals {
        ws.arrivals.insert(*id, arrivals(db, *id)?);
    }
    for id in &needs.case_parts {
        ws.case_parts.insert(*id, case_parts(db, *id)?);
    }
    super::rooms::load(db, ws, needs)?;
    Ok(())
}

pub(super) fn body(db: &Connection, id: RecordId) -> Result<Option<String>> {
    let mut find = db.prepare_cached("SELECT body FROM records WHERE id = ?1")?;
    Ok(find.query_row([id.0.into_bytes()], |r| r.get(0)).optional()?)
}

pub(super) fn record(db: &Connection, id: RecordId) -> Result<Option<Record>> {
    body(db, id)?.map(|b| record_of(&b)).transpose()
}

pub(super) fn head(db: &Connection, scope: &Scope) -> Result<u64> {
    let mut find = db.prepare_cached("SELECT head FROM scopes WHERE scope = ?1")?;
    Ok(find.query_row([scope.to_string()], |r| number(r, 0)).optional()?.unwrap_or(0))
}

pub(super) fn staff(db: &Connection, id: &StaffId) -> Result<Option<Staff>> {
    let mut find = db.prepare_cached("SELECT body FROM staff WHERE id = ?1")?;
    let body: Option<String> = find.query_row([id.as_str()], |r| r.get(0)).optional()?;
    Ok(body.map(|b| serde_json::from_str(&b)).transpose()?)
}

fn arrivals(db: &Connection, id: RecordId) -> Result<Vec<Arrival>> {
    let mut find = db.prepare_cached("SELECT variant, sha256, stored_ms FROM arrivals WHERE record = ?1")?;
    let rows = find.query_map([id.0.into_bytes()], |r| {
        Ok(Arrival { variant: word(r, 0)?, sha256: r.get(1)?, stored_ms: r.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn case_parts(db: &Connection, case: RecordId) -> Result<CaseParts> {
    let records = |sql: &str, key: &dyn rusqlite::ToSql| -> Result<Vec<Record>> {
        let mut find = db.prepare_cached(sql)?;
        let bodies: Vec<String> =
            find.query_map(params![key], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        bodies.iter().map(|b| record_of(b)).collect()
    };
    Ok(CaseParts {
        projections: records(
            "SELECT body FROM records WHERE parent = ?1 AND kind IN ('case_header', 'assignment')",
            &case.0.into_bytes(),
        )?,
        visits: records(
            "SELECT body FROM records WHERE scope = ?1 AND kind = 'visit' AND deleted = 0",
            &Scope::Case(case).to_string(),
        )?,
    })
}

/// Living cases by number.
pub(super) fn case_numbers(db: &Connection) -> Result<std::collections::HashMap<String, RecordId>> {
    let mut find = db.prepare_cached("SELECT id, body FROM records WHERE kind = 'case' AND deleted = 0")?;
    let mut out = std::collections::HashMap::new();
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let case = record_of(&row.get::<_, String>(1)?)?;
        out.insert(case.text(ekitei_model::kinds::case::NUMBER).to_owned(), RecordId(uuid(row, 0)?));
    }
    Ok(out)
}
