//! What the console reads. Everything is filtered by the model's rules.

use super::codec::{self, number, record_of, text, word};
use super::load::staff;
use super::people::{count, may_read, reader};
use super::session::{Go, maybe, one, rows};
use super::{jobs, push};
use crate::columns::Columns;
use crate::error::StorageError;
use crate::plan::access::{self, Sight};
use crate::rows::*;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::people::Staff;
use ekitei_model::{OpId, Record, RecordId, Scope, StaffId, rules};
use std::collections::HashMap;
use tokio_postgres::Row;
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

pub(super) async fn timeline(
    tx: &Transaction<'_>,
    caller: &Caller,
    id: RecordId,
    before: Option<u64>,
    limit: u32,
) -> Go<Timeline> {
    let staff = reader(tx, caller).await?;
    let refused = || StorageError::refused("not-readable");
    let text_of = maybe(tx, "SELECT body FROM records WHERE id = $1", &[&id.0]).await?.ok_or_else(refused)?;
    let body = text(&text_of, 0)?;
    let case = record_of(&body)?;
    if !access::readable(&Scope::Case(id), Some(&case), &staff, &caller.today) {
        return Err(refused().into());
    }
    let scope = case.scope.to_string();
    let sql = "SELECT born_seq, body FROM records WHERE scope = $1 AND born_seq < $2 AND NOT deleted
           AND kind NOT IN ('case', 'visit', 'conflict') ORDER BY born_seq DESC LIMIT $3";
    let from = before.map_or(i64::MAX, codec::int);
    let found = rows(tx, sql, &[&scope, &from, &(i64::from(limit) + 1)]).await?;
    let mut page: Vec<(u64, String)> =
        found.iter().map(|r| Ok((number(r, 0)?, text(r, 1)?))).collect::<Go<_>>()?;
    let older = words::cut(&mut page, limit);
    let mut visits = Vec::new();
    if before.is_none() {
        let sql =
            "SELECT body FROM records WHERE scope = $1 AND kind = 'visit' AND NOT deleted ORDER BY born_seq";
        visits = rows(tx, sql, &[&scope]).await?.iter().map(|r| text(r, 0)).collect::<Go<_>>()?;
    }
    let sql = "SELECT c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.scope = $1 AND c.unresolved AND NOT p.deleted ORDER BY c.changed_ms, c.id";
    let clash = |r: &Row| Ok(ConflictRow { conflict: text(r, 0)?, parent: text(r, 1)? });
    let conflicts = rows(tx, sql, &[&scope]).await?.iter().map(clash).collect::<Go<_>>()?;
    Ok(Timeline {
        case: case_row(tx, &case, body).await?,
        visits,
        records: page.into_iter().map(|(_, body)| body).collect(),
        conflicts,
        older,
    })
}

pub(super) async fn recent(tx: &Transaction<'_>, caller: &Caller, limit: u32) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let cases = readable_cases(tx, &staff, &caller.today).await?;
    let scopes: Vec<String> = cases.iter().map(|(c, _)| c.scope.to_string()).collect();
    let sql = "SELECT body FROM records WHERE NOT deleted AND kind IN ('note', 'photo', 'visit') AND scope = ANY($1)
         ORDER BY changed_ms DESC, id DESC LIMIT $2";
    rows(tx, sql, &[&scopes, &i64::from(limit)]).await?.iter().map(|r| text(r, 0)).collect()
}

pub(super) async fn of_kind(
    tx: &Transaction<'_>,
    caller: &Caller,
    kind: &str,
    limit: u32,
) -> Go<Vec<String>> {
    let staff = reader(tx, caller).await?;
    let cases = readable_cases(tx, &staff, &caller.today).await?;
    let mut scopes: Vec<String> = cases.iter().map(|(c, _)| c.scope.to_string()).collect();
    scopes.extend(access::standing_for(kind, &staff, &caller.today).iter().map(ToString::to_string));
    let sql = "SELECT body FROM records WHERE NOT deleted AND kind = $1 AND scope = ANY($2)
         ORDER BY changed_ms DESC, id DESC LIMIT $3";
    rows(tx, sql, &[&kind, &scopes, &i64::from(limit)]).await?.iter().map(|r| text(r, 0)).collect()
}

pub(super) async fn children(tx: &Transaction<'_>, of: RecordId) -> Go<Vec<Record>> {
    let sql =
        "SELECT body FROM records WHERE scope = (SELECT scope FROM records WHERE id = $1) AND parent = $1
           AND NOT deleted ORDER BY born_seq";
    let mut out = Vec::new();
    for row in rows(tx, sql, &[&of.0]).await? {
        out.push(record_of(&text(&row, 0)?)?);
    }
    Ok(out)
}

/// Whether the person may read scopes, each looked up once.
struct Readable<'a> {
    tx: &'a Transaction<'a>,
    staff: Staff,
    today: &'a str,
    known: HashMap<Scope, bool>,
}

impl<'a> Readable<'a> {
    async fn new(tx: &'a Transaction<'a>, caller: &'a Caller) -> Go<Self> {
        let staff = reader(tx, caller).await?;
        Ok(Self { tx, staff, today: &caller.today, known: HashMap::new() })
    }

    async fn may(&mut self, scope: Scope) -> Go<bool> {
        if let Some(known) = self.known.get(&scope) {
            return Ok(*known);
        }
        let may = may_read(self.tx, &self.staff, self.today, &scope).await?;
        self.known.insert(scope, may);
        Ok(may)
    }
}

pub(super) async fn conflicts(tx: &Transaction<'_>, caller: &Caller) -> Go<Vec<ConflictRow>> {
    let mut readable = Readable::new(tx, caller).await?;
    let sql = "SELECT c.scope, c.body, p.body FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved AND NOT p.deleted ORDER BY c.changed_ms, c.id";
    let mut out = Vec::new();
    for row in rows(tx, sql, &[]).await? {
        if readable.may(word(&row, 0)?).await? {
            out.push(ConflictRow { conflict: text(&row, 1)?, parent: text(&row, 2)? });
        }
    }
    Ok(out)
}

pub(super) async fn authors(tx: &Transaction<'_>, ops: &[OpId]) -> Go<HashMap<OpId, Author>> {
    let ids: Vec<Uuid> = ops.iter().map(|o| o.0).collect();
    let found = rows(tx, "SELECT op_id, staff, at_ms FROM ops WHERE op_id = ANY($1)", &[&ids]).await?;
    let author = |r: &Row| Ok((OpId(r.try_get(0)?), Author { staff: r.staff(1)?, at_ms: r.try_get(2)? }));
    found.iter().map(author).collect()
}

pub(super) async fn quarantine(tx: &Transaction<'_>, caller: &Caller) -> Go<Vec<QuarantineRow>> {
    reader(tx, caller).await?;
    let sql =
        format!("SELECT {} FROM quarantine WHERE state = 'open' ORDER BY since_ms, id", codec::QUARANTINE);
    let mut out = Vec::new();
    for row in rows(tx, &sql, &[]).await? {
        let mut row = codec::quarantine(&row)?;
        let Some(sight) = push::sight(tx, caller, &row).await? else { continue };
        if sight == Sight::Veiled {
            row.bytes.clear();
        }
        out.push(row);
    }
    Ok(out)
}

/// Writers whose quarantine is theirs to look after, each looked up once.
struct LooksAfter<'a> {
    tx: &'a Transaction<'a>,
    reader: Staff,
    today: &'a str,
    known: HashMap<StaffId, bool>,
}

impl LooksAfter<'_> {
    async fn may(&mut self, writer: StaffId) -> Go<bool> {
        if let Some(known) = self.known.get(&writer) {
            return Ok(*known);
        }
        let found = staff(self.tx, &writer).await?;
        let may = writer == self.reader.id
            || found.is_some_and(|w| rules::looks_after(&self.reader, &w, self.today));
        self.known.insert(writer, may);
        Ok(may)
    }
}

pub(super) async fn own_counts(tx: &Transaction<'_>, caller: &Caller) -> Go<OwnCounts> {
    let mut readable = Readable::new(tx, caller).await?;
    let reader = readable.staff.clone();
    let mut after = LooksAfter { tx, reader, today: &caller.today, known: HashMap::new() };
    let mut out = OwnCounts::default();
    let sql = "SELECT c.scope, count(*) FROM records c JOIN records p ON p.id = c.parent
         WHERE c.unresolved AND NOT p.deleted GROUP BY c.scope";
    for row in rows(tx, sql, &[]).await? {
        if readable.may(word(&row, 0)?).await? {
            out.conflicts_open += number(&row, 1)?;
        }
    }
    let sql = "SELECT scope, staff, count(*) FROM quarantine WHERE state = 'open' GROUP BY scope, staff";
    for row in rows(tx, sql, &[]).await? {
        let scope: Scope = word(&row, 0)?;
        let reads = !access::is_writer_s_alone(&scope);
        if after.may(row.staff(1)?).await? || (reads && readable.may(scope).await?) {
            out.quarantine_open += number(&row, 2)?;
        }
    }
    for row in rows(tx, "SELECT staff, count(*) FROM waiting GROUP BY staff", &[]).await? {
        if after.may(row.staff(0)?).await? {
            out.waiting_parent += number(&row, 1)?;
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
        uploads_receiving: work(tx, now_ms).await?.uploads_receiving,
        devices_active: phones_active(tx).await?,
        jobs: jobs::job_counts(tx, now_ms).await?,
    })
}

/// Jobs that are done stay in their table; those that are not have an index.
pub(super) async fn work(tx: &Transaction<'_>, now_ms: i64) -> Go<Work> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE lease_until_ms <= $1 AND attempts > 0),
           (SELECT count(*) FROM uploads WHERE NOT done) FROM jobs WHERE NOT done";
    let row = one(tx, sql, &[&now_ms]).await?;
    Ok(Work {
        jobs_open: number(&row, 0)?,
        jobs_retrying: number(&row, 1)?,
        uploads_receiving: number(&row, 2)?,
    })
}

pub(super) async fn phones_active(tx: &Transaction<'_>) -> Go<u64> {
    count(tx, "SELECT count(*) FROM devices WHERE state = 'active' AND NOT console").await
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

pub(super) async fn history(tx: &Transaction<'_>, id: RecordId) -> Go<Vec<String>> {
    let sql = "SELECT body FROM history WHERE record = $1 ORDER BY seq";
    rows(tx, sql, &[&id.0]).await?.iter().map(|r| text(r, 0)).collect()
}
