//! Retention: payloads go, ids, sequences and hashes stay.

use super::codec::{int, number, record_of};
use super::load::{load, settle};
use super::session::{Go, Session, one, rows, run};
use crate::plan::{self, Needs, WorkingSet};
use crate::rooms::Forgotten;
use crate::rows::{Changed, Purged};
use crate::words_rooms;
use deadpool_postgres::Transaction;
use ekitei_model::{RecordId, Scope};
use uuid::Uuid;

/// Living records of cases that ended before $1, and conflicts of records that did; and pieces of lists, made before $1,
/// that neither a draft nor a version beside them names.
const OUTLIVED: &str = "
    SELECT r.id FROM records c JOIN records r ON r.scope = c.scope AND NOT r.deleted
     WHERE c.deleted AND c.changed_ms < $1 AND c.kind = 'case'
    UNION
    SELECT k.id FROM records p JOIN records k ON k.parent = p.id AND k.kind = 'conflict' AND NOT k.deleted
     WHERE p.deleted AND p.changed_ms < $1
    UNION
    SELECT l.id FROM records l WHERE l.kind = 'form_list' AND NOT l.deleted AND l.changed_ms < $1
       AND NOT EXISTS (SELECT 1 FROM records v WHERE v.scope = l.scope AND v.kind IN ('form', 'form_version')
         AND NOT v.deleted AND strpos(v.body::text, l.body::json -> 'fields' ->> 'digest') > 0)";

/// Records that ended before $1 and were not emptied since.
const ENDED: &str = "
    SELECT r.id FROM records r WHERE r.deleted AND r.changed_ms < $1
       AND NOT EXISTS (SELECT 1 FROM purged p WHERE p.record = r.id AND p.purged_ms >= r.changed_ms)";

const SETTLED: &str = "SELECT id FROM quarantine WHERE state <> 'open' AND NOT purged AND settled_ms < $1";

async fn ids(tx: &Transaction<'_>, sql: &str, before_ms: i64, limit: u32) -> Go<Vec<RecordId>> {
    let found = rows(tx, &format!("{sql} LIMIT $2"), &[&before_ms, &i64::from(limit)]).await?;
    found.iter().map(|r| Ok(RecordId(r.try_get(0)?))).collect()
}

pub(super) async fn purge(s: &mut Session<'_>, before_ms: i64, now_ms: i64, limit: u32) -> Go<Purged> {
    let outlived = ids(&s.tx, OUTLIVED, before_ms, limit).await?;
    let mut changed = Changed::default();
    if !outlived.is_empty() {
        let mut ws = WorkingSet::default();
        load(s, &mut ws, &Needs { records: outlived.iter().copied().collect(), ..Needs::default() }).await?;
        changed = settle(s, &mut ws, now_ms, |ws| plan::bury(ws, &outlived, now_ms)).await?.1;
    }
    let ended = ids(&s.tx, ENDED, before_ms, limit).await?;
    for id in outlived.iter().chain(&ended) {
        empty(&s.tx, *id, now_ms).await?;
    }
    let entries = ids(&s.tx, SETTLED, before_ms, limit).await?;
    for id in &entries {
        empty_entry(&s.tx, *id).await?;
    }
    Ok(Purged {
        deleted: outlived.len() as u64,
        records: ended.len() as u64,
        entries: entries.len() as u64,
        changed,
    })
}

/// Nothing is left of its earlier versions but hashes.
async fn empty(tx: &Transaction<'_>, id: RecordId, now_ms: i64) -> Go<()> {
    empty_history(tx, id).await?;
    let sql = "INSERT INTO purged VALUES ($1, $2) ON CONFLICT (record) DO UPDATE SET purged_ms = excluded.purged_ms";
    run(tx, sql, &[&id.0, &now_ms]).await?;
    Ok(())
}

async fn empty_entry(tx: &Transaction<'_>, RecordId(id): RecordId) -> Go<()> {
    // Locked, so that one that comes back at this moment is not emptied.
    let sql = "SELECT bytes FROM quarantine WHERE id = $1 AND state <> 'open' FOR UPDATE";
    for row in rows(tx, sql, &[&id]).await? {
        let stub = plan::stub(row.try_get(0)?).into_bytes();
        run(tx, "UPDATE quarantine SET bytes = $2, purged = true WHERE id = $1", &[&id, &stub]).await?;
    }
    Ok(())
}

/// One step of a room's retention.
pub(super) async fn forget(
    s: &mut Session<'_>,
    room: RecordId,
    before_ms: i64,
    after: u64,
    now_ms: i64,
    limit: u32,
) -> Go<Forgotten> {
    let sql =
        "SELECT id, born_seq FROM records WHERE scope = $1 AND kind IN ('message', 'call') AND NOT deleted
           AND born_seq > $2 ORDER BY born_seq LIMIT $3";
    let scope = Scope::Room(room).to_string();
    let found = rows(&s.tx, sql, &[&scope, &int(after), &i64::from(limit)]).await?;
    let mut said: Vec<(RecordId, u64)> = Vec::with_capacity(found.len());
    for row in &found {
        said.push((RecordId(row.try_get(0)?), number(row, 1)?));
    }
    let mut ws = WorkingSet::default();
    let needs = Needs { records: said.iter().map(|(id, _)| *id).collect(), ..Needs::default() };
    load(s, &mut ws, &needs).await?;
    let full = said.len() == limit as usize;
    let (done, changed) =
        settle(s, &mut ws, now_ms, |ws| plan::forget(ws, room, &said, full, before_ms, now_ms)).await?;
    for id in &done.emptied {
        empty(&s.tx, *id, now_ms).await?;
    }
    let named: Vec<Uuid> = done.emptied.iter().map(|id| id.0).collect();
    let sql = "SELECT id FROM quarantine WHERE state <> 'open' AND NOT purged AND record = ANY($1)";
    for row in rows(&s.tx, sql, &[&named]).await? {
        empty_entry(&s.tx, RecordId(row.try_get(0)?)).await?;
    }
    Ok(Forgotten { messages: done.messages, next: done.next, changed })
}

pub(super) async fn forgettable(tx: &Transaction<'_>, room: RecordId, before_ms: i64) -> Go<u64> {
    let sql =
        "SELECT body FROM records WHERE scope = $1 AND kind IN ('message', 'call', 'pin') AND NOT deleted";
    let mut count = words_rooms::Forgettable::new(before_ms);
    for row in rows(tx, sql, &[&Scope::Room(room).to_string()]).await? {
        count.add(&record_of(row.try_get(0)?)?);
    }
    Ok(count.total())
}

async fn empty_history(tx: &Transaction<'_>, RecordId(id): RecordId) -> Go<()> {
    let sql = "SELECT scope, seq, body FROM history WHERE record = $1";
    for row in rows(tx, sql, &[&id as &Uuid]).await? {
        let (scope, seq, body): (&str, i64, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if !body.starts_with("{\"purged\"") {
            let stub = plan::stub(body.as_bytes());
            run(tx, "UPDATE history SET body = $3 WHERE scope = $1 AND seq = $2", &[&scope, &seq, &stub])
                .await?;
        }
    }
    Ok(())
}

pub(super) async fn purgeable(tx: &Transaction<'_>, before_ms: i64) -> Go<Purged> {
    let mut counted = [0; 3];
    for (count, sql) in counted.iter_mut().zip([OUTLIVED, ENDED, SETTLED]) {
        *count = number(&one(tx, &format!("SELECT count(*) FROM ({sql}) found"), &[&before_ms]).await?, 0)?;
    }
    let [deleted, records, entries] = counted;
    Ok(Purged { deleted, records, entries, changed: Changed::default() })
}
