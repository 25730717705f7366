//! Log against records against heads against jobs against bytes. Reads everything once; for the maintenance command.

use super::codec::{number, record_of, text, word};
use super::console::job_is_there;
use super::session::{Go, rows};
use crate::plan::verify::{self as check, RecordColumns};
use deadpool_postgres::Transaction;
use ekitei_model::{Fault, OpId, Outcome, RecordId, Scope};
use futures_util::StreamExt;
use std::collections::HashSet;
use std::pin::pin;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

pub(super) async fn verify_rows(tx: &Transaction<'_>) -> Go<Vec<Fault>> {
    let mut faults = Vec::new();
    heads(tx, &mut faults).await?;
    let logged = operations(tx, &mut faults).await?;
    records(tx, &logged, &mut faults).await?;
    references(tx, &mut faults).await?;
    Ok(faults)
}

const NOTHING: [&(dyn ToSql + Sync); 0] = [];

async fn heads(tx: &Transaction<'_>, faults: &mut Vec<Fault>) -> Go<()> {
    let sql = "SELECT used.scope, coalesce(max(s.head), 0), max(used.seq), count(DISTINCT used.seq) FILTER (WHERE used.seq <> 0),
                count(*) FILTER (WHERE used.seq <> 0)
         FROM (SELECT scope, seq FROM records UNION ALL SELECT scope, seq FROM history UNION ALL SELECT scope, 0 FROM scopes) used
         LEFT JOIN scopes s ON s.scope = used.scope GROUP BY used.scope ORDER BY used.scope";
    for r in rows(tx, sql, &[]).await? {
        let scope = text(&r, 0)?;
        check::head(&scope, number(&r, 1)?, number(&r, 2)?, number(&r, 3)?, number(&r, 4)?, faults);
    }
    Ok(())
}

/// Returns the ids of the log.
async fn operations(tx: &Transaction<'_>, faults: &mut Vec<Fault>) -> Go<HashSet<Uuid>> {
    let sql = "SELECT o.op_id, o.record, o.outcome, r.scope, w.op_id IS NOT NULL, q.id IS NOT NULL
         FROM ops o LEFT JOIN records r ON r.id = o.record LEFT JOIN waiting w ON w.op_id = o.op_id
         LEFT JOIN quarantine q ON q.id = o.op_id ORDER BY o.op_id";
    let mut logged = HashSet::new();
    let mut stream = pin!(tx.query_raw(sql, NOTHING).await?);
    while let Some(r) = stream.next().await {
        let r = r?;
        let op: Uuid = r.try_get(0)?;
        logged.insert(op);
        let record: Option<Uuid> = r.try_get(1)?;
        let outcome: Option<Outcome> = serde_json::from_str(r.try_get(2)?).ok();
        let scope: Option<Scope> = match r.try_get::<_, Option<&str>>(3)? {
            Some(_) => Some(word(&r, 3)?),
            None => None,
        };
        let (waits, kept) = (r.try_get(4)?, r.try_get(5)?);
        check::operation(
            OpId(op),
            record.map(RecordId),
            outcome.as_ref(),
            scope.as_ref(),
            waits,
            kept,
            faults,
        );
    }
    for r in rows(tx, "SELECT op_id FROM waiting WHERE op_id NOT IN (SELECT op_id FROM ops)", &[]).await? {
        faults.push(check::stray_waiting(OpId(r.try_get(0)?)));
    }
    Ok(logged)
}

async fn records(tx: &Transaction<'_>, logged: &HashSet<Uuid>, faults: &mut Vec<Fault>) -> Go<()> {
    let sql = "SELECT id, kind, scope, born_seq, seq, deleted, unresolved, body FROM records ORDER BY id";
    let mut photos = Vec::new();
    {
        let mut stream = pin!(tx.query_raw(sql, NOTHING).await?);
        while let Some(r) = stream.next().await {
            let r = r?;
            let columns = RecordColumns {
                id: RecordId(r.try_get(0)?),
                kind: r.try_get(1)?,
                scope: r.try_get(2)?,
                born_seq: number(&r, 3)?,
                seq: number(&r, 4)?,
                deleted: r.try_get(5)?,
                unresolved: r.try_get(6)?,
            };
            let body = record_of(r.try_get(7)?).ok();
            if let Some(key) = body.as_ref().and_then(check::filing_key) {
                photos.push((columns.id, key));
            }
            if let Some(op) = check::record(&columns, body, faults)
                && !logged.contains(&op.0)
            {
                faults.push(check::origin(columns.id, op));
            }
        }
    }
    for (id, key) in photos {
        if !job_is_there(tx, &key).await? {
            faults.push(check::job(id));
        }
    }
    Ok(())
}

async fn references(tx: &Transaction<'_>, faults: &mut Vec<Fault>) -> Go<()> {
    let sql = "SELECT record, variant, sha256 FROM arrivals WHERE sha256 NOT IN (SELECT sha256 FROM blobs) ORDER BY record";
    for r in rows(tx, sql, &[]).await? {
        faults.push(check::blob(RecordId(r.try_get(0)?), r.try_get(1)?, r.try_get(2)?));
    }
    Ok(())
}
