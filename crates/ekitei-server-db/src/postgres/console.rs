//! What the console reads. Everything is filtered by the model's rules.

use super::codec::{self, number, record_of, text, word};
use super::people::{count, may_read, reader};
use super::session::{Go, maybe, rows};
use super::{jobs, push};
use crate::error::StorageError;
use crate::rows::*;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, rules};
use std::collections::HashMap;
use uuid::Uuid;

/// Cases with a header in one of the person's standing scopes that they may read today, with their JSON.
async fn readable_cases(tx: &Transaction<'_>, staff: &Staff, today: &str) -> Go<Vec<(Record, String)>> {
    let standing = rules::standing_scopes(staff, today);
    let names: Vec<String> = standing.iter().filter(|s| **s != Scope::All).map(ToString::to_string).collect();
    let sql = "SELECT body FROM records WHERE NOT deleted AND id IN
         (SELECT parent FROM records WHERE scope = ANY($1) AND kind = 'case_header' AND NOT deleted) ORDER BY id";
    let mut out = Vec::new();
    for row in rows(tx, sql, &[&names]).await? {
        let body = text(&row, 0)?;
        let case = record_of(&body)?;
        if rules::may_read_case(&case, staff, today) {
            out.push((case, body));
        }
    }
    Ok(out)
}

pub(super) async fn cases(
    tx: &Transaction<'_>,
    caller: &Caller,
    filter: &CaseFilter,
    limit: u32,
) -> Go<Vec<CaseRow>> {
    let staff = reader(tx, caller).await?;
    let mut out = Vec::new();
    for (case, body) in readable_cases(tx, &staff, &caller.today).await? {
        if words::case_fits(&case, filter) {
            out.push(case_row(tx, &case, body).await?);
        }
    }
    words::newest_cases(&mut out, limit);
    Ok(out)
}

async fn case_row(tx: &Transaction<'_>, case: &Record, body: String) -> Go<CaseRow> {
    let sql = "SELECT count(*) FILTER (WHERE kind = 'note'), count(*) FILTER (WHERE kind = 'photo'),
                count(*) FILTER (WHERE unresolved), coalesce(max(changed_ms), 0),
                (SELECT count(DISTINCT a.record) FROM records p JOIN arrivals a ON a.record = p.id AND a.variant = 'original'
                 WHERE p.scope = $1 AND p.kind = 'photo' AND NOT p.deleted)
         FROM records WHERE scope = $1 AND NOT deleted";
    let r = super::session::one(tx, sql, &[&case.scope.to_string()]).await?;
    Ok(CaseRow {
        record: body,
        notes: number(&r, 0)?,
        photos: number(&r, 1)?,
        photos_arrived: number(&r, 4)?,
        open_conflicts: number(&r, 2)?,
        changed_ms: r.try_get(3)?,
    })
}

pub(super) async fn timeline(tx: &Transaction<'_>, caller: &Caller, case: RecordId) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let scope = Scope::Case(case);
    if !may_read(tx, &staff, &caller.today, &scope).await? {
        return Err(StorageError::refused("not-readable").into());
    }
    let sql = "SELECT body FROM records WHERE scope = $1 AND NOT deleted ORDER BY born_seq";
    rows(tx, sql, &[&scope.to_string()]).await?.iter().map(|r| text(r, 0)).collect()
}

pub(super) async fn recent(tx: &Transaction<'_>, caller: &Caller, limit: u32) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let cases = readable_cases(tx, &staff, &caller.today).await?;
    let scopes: Vec<String> = cases.iter().map(|(c, _)| c.scope.to_string()).collect();
    let sql = "SELECT body FROM records WHERE NOT deleted AND kind IN ('note', 'photo', 'visit') AND scope = ANY($1)
         ORDER BY changed_ms DESC, id DESC LIMIT $2";
    rows(tx, sql, &[&scopes, &i64::from(limit)]).await?.iter().map(|r| text(r, 0)).collect()
}

pub(super) async fn conflicts(tx: &Transaction<'_>, caller: &Caller) -> Go<Vec<ConflictRow>> {
    let staff = reader(tx, caller).await?;
    let sql = "SELECT c.scope, c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved AND NOT p.deleted ORDER BY c.changed_ms, c.id";
    let mut known: HashMap<Scope, bool> = HashMap::new();
    let mut out = Vec::new();
    for row in rows(tx, sql, &[]).await? {
        let scope: Scope = word(&row, 0)?;
        let readable = match known.get(&scope) {
            Some(known) => *known,
            None => {
                let readable = may_read(tx, &staff, &caller.today, &scope).await?;
                known.insert(scope, readable);
                readable
            }
        };
        if readable {
            out.push(ConflictRow { conflict: text(&row, 1)?, parent: text(&row, 2)? });
        }
    }
    Ok(out)
}

pub(super) async fn quarantine(tx: &Transaction<'_>, caller: &Caller) -> Go<Vec<QuarantineRow>> {
    reader(tx, caller).await?;
    let sql =
        format!("SELECT {} FROM quarantine WHERE state = 'open' ORDER BY since_ms, id", codec::QUARANTINE);
    let mut out = Vec::new();
    for row in rows(tx, &sql, &[]).await? {
        let row = codec::quarantine(&row)?;
        if push::sees(tx, caller, &row).await? {
            out.push(row);
        }
    }
    Ok(out)
}

pub(super) async fn counts(tx: &Transaction<'_>, now_ms: i64) -> Go<Counts> {
    Ok(Counts {
        records: count(tx, "SELECT count(*) FROM records WHERE NOT deleted").await?,
        tombstones: count(tx, "SELECT count(*) FROM records WHERE deleted").await?,
        operations: count(tx, "SELECT count(*) FROM ops").await?,
        waiting_parent: count(tx, "SELECT count(*) FROM waiting").await?,
        quarantine_open: count(tx, "SELECT count(*) FROM quarantine WHERE state = 'open'").await?,
        conflicts_open: count(tx, "SELECT count(*) FROM records WHERE unresolved").await?,
        blobs: count(tx, "SELECT count(*) FROM blobs").await?,
        blob_bytes: count(tx, "SELECT coalesce(sum(bytes), 0)::bigint FROM blobs").await?,
        uploads_receiving: count(tx, "SELECT count(*) FROM uploads WHERE NOT done").await?,
        devices_active: count(tx, "SELECT count(*) FROM devices WHERE state = 'active' AND NOT console")
            .await?,
        jobs: jobs::job_counts(tx, now_ms).await?,
    })
}

pub(super) async fn scan_kind(
    tx: &Transaction<'_>,
    kind: &str,
    after: Option<RecordId>,
    limit: u32,
) -> Go<Vec<String>> {
    let after: Option<Uuid> = after.map(|a| a.0);
    let sql = "SELECT body FROM records WHERE kind = $1 AND NOT deleted AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3";
    rows(tx, sql, &[&kind, &after, &i64::from(limit)]).await?.iter().map(|r| text(r, 0)).collect()
}

pub(super) async fn job_is_there(tx: &Transaction<'_>, key: &str) -> Go<bool> {
    Ok(maybe(tx, "SELECT 1 FROM jobs WHERE key = $1", &[&key]).await?.is_some())
}
