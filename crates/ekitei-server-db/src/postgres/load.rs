//! Loads what a plan needs (under the locks that make it stay true), and runs plans until they need nothing more.

use super::codec::{self, number, record_of, text, word};
use super::session::{Go, Session, maybe, rows, run};
use super::write::write;
use crate::error::StorageError;
use crate::plan::{Arrival, CaseParts, Needs, Planned, WorkingSet};
use crate::rows::Changed;
use deadpool_postgres::Transaction;
use ekitei_model::people::Staff;
use ekitei_model::{OpId, Outcome, Record, RecordId, Scope, StaffId};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Every round loads something that was missing, so this is far beyond any chain of waiting operations.
const MAX_ROUNDS: usize = 10_000;

/// Plans, loading until the plan is complete, then writes it.
pub(super) async fn settle<T>(
    s: &mut Session<'_>,
    ws: &mut WorkingSet,
    now_ms: i64,
    mut plan: impl FnMut(&WorkingSet) -> Planned<T>,
) -> Go<(T, Changed)> {
    for _ in 0..MAX_ROUNDS {
        match plan(ws) {
            Ok((value, writes)) => {
                if !writes.waiting.is_empty() {
                    s.must_be_alone()?;
                }
                write(s, &writes, now_ms).await?;
                return Ok((value, writes.changed()));
            }
            Err(needs) => load(s, ws, &needs).await?,
        }
    }
    Err(StorageError::Damaged("a plan never became complete".to_owned()).into())
}

fn uuids<'a>(ids: impl IntoIterator<Item = &'a RecordId>) -> Vec<Uuid> {
    ids.into_iter().map(|i| i.0).collect()
}

/// Locks the rows of these scopes (made when missing) and notes their heads.
async fn lock(s: &mut Session<'_>, ws: &mut WorkingSet, scopes: impl Iterator<Item = Scope>) -> Go<()> {
    let wanted: BTreeSet<String> = scopes.map(|x| x.to_string()).filter(|x| !s.locked.contains(x)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    const LOCK: &str = "SELECT scope, head FROM scopes WHERE scope = ANY($1) ORDER BY scope FOR UPDATE";
    let mut found = rows(&s.tx, LOCK, &[&names]).await?;
    if found.len() < names.len() {
        run(&s.tx, "INSERT INTO scopes (scope) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", &[&names])
            .await?;
        found = rows(&s.tx, LOCK, &[&names]).await?;
    }
    for row in found {
        ws.heads.insert(word(&row, 0)?, number(&row, 1)?);
        s.locked.insert(text(&row, 0)?);
    }
    Ok(())
}

pub(super) async fn load(s: &mut Session<'_>, ws: &mut WorkingSet, needs: &Needs) -> Go<()> {
    let cases = needs.case_parts.iter().map(|c| Scope::Case(*c));
    let calls = needs.answers.iter().map(|c| Scope::Tally(*c));
    lock(s, ws, needs.heads.iter().cloned().chain(cases).chain(calls)).await?;
    records(s, ws, &needs.records).await?;
    if !needs.outcomes.is_empty() {
        let ids: Vec<Uuid> = needs.outcomes.iter().map(|o| o.0).collect();
        ws.outcomes.extend(needs.outcomes.iter().map(|o| (*o, None)));
        for row in rows(&s.tx, "SELECT op_id, outcome FROM ops WHERE op_id = ANY($1)", &[&ids]).await? {
            let outcome: Outcome = serde_json::from_str(row.try_get(1)?)?;
            ws.outcomes.insert(OpId(row.try_get(0)?), Some(outcome));
        }
    }
    if !needs.authors.is_empty() {
        let ids: Vec<OpId> = needs.authors.iter().copied().collect();
        let mut found = super::console::authors(&s.tx, &ids).await?;
        ws.authors.extend(ids.into_iter().map(|id| (id, found.remove(&id))));
    }
    if !needs.waiting.is_empty() {
        ws.waiting.extend(needs.waiting.iter().map(|n| (*n, Vec::new())));
        let sql = format!(
            "SELECT {} FROM waiting WHERE needs = ANY($1) ORDER BY arrival FOR UPDATE",
            codec::WAITING
        );
        for row in rows(&s.tx, &sql, &[&uuids(&needs.waiting)]).await? {
            let w = codec::waiting(&row)?;
            ws.waiting.entry(w.needs).or_default().push(w);
        }
    }
    if !needs.staff.is_empty() {
        ws.staff.extend(needs.staff.iter().map(|i| (i.clone(), None)));
        let ids: Vec<&str> = needs.staff.iter().map(StaffId::as_str).collect();
        for row in rows(&s.tx, "SELECT body FROM staff WHERE id = ANY($1)", &[&ids]).await? {
            let person: Staff = serde_json::from_str(row.try_get(0)?)?;
            ws.staff.insert(person.id.clone(), Some(person));
        }
    }
    if !needs.arrivals.is_empty() {
        ws.arrivals.extend(needs.arrivals.iter().map(|n| (*n, Vec::new())));
        let sql = "SELECT record, variant, sha256, stored_ms FROM arrivals WHERE record = ANY($1)";
        for row in rows(&s.tx, sql, &[&uuids(&needs.arrivals)]).await? {
            let arrival =
                Arrival { variant: word(&row, 1)?, sha256: text(&row, 2)?, stored_ms: row.try_get(3)? };
            ws.arrivals.entry(RecordId(row.try_get(0)?)).or_default().push(arrival);
        }
    }
    for case in &needs.case_parts {
        ws.case_parts.insert(*case, case_parts(&s.tx, *case).await?);
    }
    super::rooms::load(s, ws, needs).await
}

/// A record counts only when it was read under its scope's lock.
async fn records(s: &mut Session<'_>, ws: &mut WorkingSet, wanted: &BTreeSet<RecordId>) -> Go<()> {
    let mut left = uuids(wanted);
    while !left.is_empty() {
        let mut unlocked = Vec::new();
        let mut scopes = Vec::new();
        ws.records.extend(left.iter().map(|id| (RecordId(*id), None)));
        for row in rows(&s.tx, "SELECT id, scope, body FROM records WHERE id = ANY($1)", &[&left]).await? {
            let (id, scope): (Uuid, &str) = (row.try_get(0)?, row.try_get(1)?);
            if s.locked.contains(scope) {
                ws.records.insert(RecordId(id), Some(record_of(row.try_get(2)?)?));
            } else {
                unlocked.push(id);
                scopes.push(word(&row, 1)?);
            }
        }
        lock(s, ws, scopes.into_iter()).await?;
        left = unlocked;
    }
    Ok(())
}

async fn case_parts(tx: &Transaction<'_>, case: RecordId) -> Go<CaseParts> {
    let headers = "SELECT body FROM records WHERE parent = $1 AND kind IN ('case_header', 'assignment')";
    let visits = "SELECT body FROM records WHERE scope = $1 AND kind = 'visit' AND NOT deleted";
    let mut parts = CaseParts::default();
    for row in rows(tx, headers, &[&case.0]).await? {
        parts.projections.push(record_of(row.try_get(0)?)?);
    }
    for row in rows(tx, visits, &[&Scope::Case(case).to_string()]).await? {
        parts.visits.push(record_of(row.try_get(0)?)?);
    }
    Ok(parts)
}

pub(super) async fn body(tx: &Transaction<'_>, id: RecordId) -> Go<Option<String>> {
    match maybe(tx, "SELECT body FROM records WHERE id = $1", &[&id.0]).await? {
        Some(row) => Ok(Some(text(&row, 0)?)),
        None => Ok(None),
    }
}

pub(super) async fn record(tx: &Transaction<'_>, id: RecordId) -> Go<Option<Record>> {
    body(tx, id).await?.map(|b| record_of(&b)).transpose()
}

pub(super) async fn staff(tx: &Transaction<'_>, id: &StaffId) -> Go<Option<Staff>> {
    match maybe(tx, "SELECT body FROM staff WHERE id = $1", &[&id.as_str()]).await? {
        Some(row) => Ok(Some(serde_json::from_str(row.try_get(0)?)?)),
        None => Ok(None),
    }
}

/// Living cases by number.
pub(super) async fn case_numbers(tx: &Transaction<'_>) -> Go<HashMap<String, RecordId>> {
    let mut out = HashMap::new();
    for row in rows(tx, "SELECT body FROM records WHERE kind = 'case' AND NOT deleted", &[]).await? {
        let case = record_of(row.try_get(0)?)?;
        out.insert(case.text(ekitei_model::kinds::case::NUMBER).to_owned(), case.id);
    }
    Ok(out)
}
